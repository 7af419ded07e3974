//! How a request lies in its columns.

use std::time::Duration;

use guildhall_domain::{
    Id, Moment, folded,
    request::{
        Clock, KnowledgeRequest, Landed, Marks, NoteKind, Offer, Priority, Question, Remark, RequestNote, Stage, State,
        Thanks,
    },
    text::{Language, Note, PhraseText},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Error, Result,
    rows::{knowledge_requests, request_notes},
};

/// The row of a request.
pub(super) fn row_of(tenant: Uuid, request: &KnowledgeRequest) -> Result<knowledge_requests::Model> {
    let kept = Kept::of(&request.state);
    let examples: Vec<_> = request.examples.iter().map(PhraseText::as_str).collect();
    Ok(knowledge_requests::Model {
        tenant_id: tenant,
        id: request.id.uuid(),
        from_department_id: request.from.map(Id::uuid),
        asker_id: request.asker.uuid(),
        to_department_id: request.to.uuid(),
        gap_id: request.gap.map(Id::uuid),
        question: request.question.to_string(),
        question_folded: folded(request.question.as_str()),
        examples: serde_json::to_string(&examples).map_err(unreadable)?,
        language: request.language.as_ref().map(ToString::to_string),
        priority: request.priority.name().to_owned(),
        assignee_id: request.assignee.map(Id::uuid),
        state: request.state.name().to_owned(),
        stage: kept.stage.name().to_owned(),
        awaits: request.state.awaits().name().to_owned(),
        worked: micros(kept.worked),
        since: kept.clock.map(|clock| clock.since.0),
        due_at: kept.clock.map(|clock| clock.due.0),
        outcome: kept.outcome.map(|outcome| serde_json::to_string(&outcome)).transpose().map_err(unreadable)?,
        round: request.round,
        acknowledged_after: request.marks.acknowledged_after.map(micros),
        answered_after: request.marks.answered_after.map(micros),
        within_target: request.marks.within_target,
        version: request.version,
        created_at: request.created_at.0,
        updated_at: request.updated_at.0,
    })
}

/// How a state lies in its columns.
struct Kept {
    stage: Stage,
    worked: Duration,
    clock: Option<Clock>,
    outcome: Option<Outcome>,
}

/// How a request ended, as it is kept.
#[derive(Default, Serialize, Deserialize)]
struct Outcome {
    offer: Option<Offer>,
    thanks: Option<Thanks>,
    landed: Option<Landed>,
    reason: Option<Note>,
}

impl Kept {
    fn of(state: &State) -> Self {
        let none = Self { stage: Stage::InProgress, worked: Duration::ZERO, clock: None, outcome: None };
        match state.clone() {
            State::Waiting { stage, clock } => Self { stage, worked: clock.worked, clock: Some(clock), ..none },
            State::Returned { stage, worked } => Self { stage, worked, ..none },
            State::Answered { offer, worked } => {
                Self { worked, outcome: Some(Outcome { offer: Some(offer), ..Outcome::default() }), ..none }
            }
            State::Accepted { offer, thanks, landed } => {
                let outcome = Outcome { offer: Some(offer), thanks: Some(thanks), landed, reason: None };
                Self { outcome: Some(outcome), ..none }
            }
            State::Declined { reason } => {
                Self { outcome: Some(Outcome { reason: Some(reason), ..Outcome::default() }), ..none }
            }
        }
    }

    fn read(self, name: &str) -> Option<State> {
        let Self { stage, worked, clock, outcome } = self;
        let outcome = outcome.unwrap_or_default();
        match name {
            "returned" => Some(State::Returned { stage, worked }),
            "answered" => Some(State::Answered { offer: outcome.offer?, worked }),
            "accepted" => {
                Some(State::Accepted { offer: outcome.offer?, thanks: outcome.thanks?, landed: outcome.landed })
            }
            "declined" => Some(State::Declined { reason: outcome.reason? }),
            _ => Some(State::Waiting { stage: Stage::named(name)?, clock: clock? }),
        }
    }
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn duration(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::unreadable("knowledge_requests", error)
}

pub(super) fn request_of(row: knowledge_requests::Model) -> Result<KnowledgeRequest> {
    let bad = |what: &str| Error::unreadable("knowledge_requests", what);
    let worked = duration(row.worked);
    let clock = row.since.zip(row.due_at);
    let kept = Kept {
        stage: Stage::named(&row.stage).ok_or_else(|| bad(&row.stage))?,
        worked,
        clock: clock.map(|(since, due)| Clock { worked, since: Moment(since), due: Moment(due) }),
        outcome: row.outcome.as_deref().map(serde_json::from_str).transpose().map_err(unreadable)?,
    };
    let examples: Vec<String> = serde_json::from_str(&row.examples).map_err(unreadable)?;
    Ok(KnowledgeRequest {
        id: Id::from_uuid(row.id),
        from: row.from_department_id.map(Id::from_uuid),
        asker: Id::from_uuid(row.asker_id),
        to: Id::from_uuid(row.to_department_id),
        gap: row.gap_id.map(Id::from_uuid),
        question: Question::stored(row.question),
        examples: examples.into_iter().map(PhraseText::stored).collect(),
        language: row.language.map(Language::stored),
        priority: Priority::named(&row.priority).ok_or_else(|| bad(&row.priority))?,
        assignee: row.assignee_id.map(Id::from_uuid),
        state: kept.read(&row.state).ok_or_else(|| bad(&row.state))?,
        round: row.round,
        marks: Marks {
            acknowledged_after: row.acknowledged_after.map(duration),
            answered_after: row.answered_after.map(duration),
            within_target: row.within_target,
        },
        version: row.version,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    })
}

pub(super) fn note_of(row: request_notes::Model) -> Result<RequestNote> {
    Ok(RequestNote {
        id: Id::from_uuid(row.id),
        kind: NoteKind::named(&row.kind).ok_or_else(|| Error::unreadable("request_notes", &row.kind))?,
        author: Id::from_uuid(row.author_id),
        text: Remark::stored(row.text),
        created_at: Moment(row.created_at),
    })
}
