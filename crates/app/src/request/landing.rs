//! How an accepted answer lands in the owner's draft: with one call, in one unit of work, once.

use guildhall_domain::{
    Conflict, Id, Permit, Refusal,
    event::{Event, Kind},
    id,
    intent::{Answer, MOST_ANSWERS, NewIntent, NewPhrase},
    policy::{self, AnswerRequest, EditDraft},
    request::{KnowledgeRequest, Landed, Move, OfferedContent, State, Turn, Where},
};
use serde_json::json;

use super::{Work, event, keep, received, schedule};
use crate::{department, gap, intent};

/// Where an answer is to land, other than it was offered.
#[derive(Debug, Default)]
pub struct Place {
    /// Another place.
    pub place: Option<Where>,
    /// Other phrases.
    pub phrases: Option<Vec<NewPhrase>>,
    /// Other answers.
    pub answers: Option<Vec<Answer>>,
}

/// Lets the accepted answer land in the draft of the department that gave it: as a new intent, or in one that is there,
/// which keeps its phrases and what it answers in other languages and channels. It is content and record in one; what was
/// not committed is there to be done again.
pub async fn land(
    work: &Work<'_>,
    permit: &Permit<AnswerRequest>,
    id: Id<id::KnowledgeRequest>,
    place: Place,
) -> Result<KnowledgeRequest, Refusal> {
    let mut request = received(work, permit, id).await?;
    let edit = policy::judge::<EditDraft>(permit.actor())?;
    edit.over(request.to)?;
    let State::Accepted { offer, landed, .. } = &request.state else {
        return Err(Conflict::RequestState(request.state.name()).into());
    };
    if landed.is_some() {
        return Err(Conflict::AlreadyLanded.into());
    }
    let content = content(offer.content.clone(), place)?;
    let intent = write(work, &edit, &request, content).await?;
    let landed = Landed { intent, by: permit.answers()?, at: work.now() };
    let (calendar, target) = schedule(work, &request).await?;
    let turn = Turn { calendar: &calendar, target, now: work.now() };
    request.state = request.state.after(Move::Land(landed), &mut request.marks, turn)?;
    keep(work, &mut request).await?;
    work.tell(event(Kind::RequestLanded, &request).with(json!({ "intent": intent })))?;
    if let Some(gap) = request.gap {
        gap::answered(work, gap, intent).await?;
    }
    Ok(request)
}

/// What is to land: as offered, but for what is said now.
fn content(offered: Option<OfferedContent>, place: Place) -> Result<Landing, Refusal> {
    let (at, phrases, answers) = match offered {
        Some(OfferedContent { place, phrases, answers }) => (Some(place), phrases, answers),
        None => (None, Vec::new(), Vec::new()),
    };
    let at = place.place.or(at).ok_or_else(|| {
        Refusal::flaw("/intent", "missing", "must say in which intent it lands, since the answer came without content")
    })?;
    let phrases = place.phrases.unwrap_or_else(|| phrases.into_iter().map(NewPhrase::from).collect());
    let answers = place.answers.unwrap_or(answers);
    if phrases.is_empty() && answers.is_empty() {
        return Err(Refusal::flaw("/phrases", "empty", "must hold a phrase or an answer"));
    }
    Ok(Landing { at, phrases, answers })
}

struct Landing {
    at: Where,
    phrases: Vec<NewPhrase>,
    answers: Vec<Answer>,
}

async fn write(
    work: &Work<'_>,
    edit: &Permit<EditDraft>,
    request: &KnowledgeRequest,
    Landing { at, phrases, answers }: Landing,
) -> Result<Id<id::Intent>, Refusal> {
    let departments = work.departments().all().await?;
    let owner = departments.iter().find(|department| department.id == request.to).ok_or(Refusal::NotFound)?;
    let key = owner.key.as_str();
    match at {
        Where::New { name, title } => {
            let new = NewIntent { name, title, phrases, answers };
            Ok(intent::create(work, edit, key, new).await?.0.intent.id)
        }
        Where::Intent(id) => {
            let department = department::named(work, key).await?.id;
            let known = work.intents().get(department, id).await?;
            let known = known.ok_or_else(|| {
                Refusal::flaw("/intent", "invalid-reference", "names no intent of the department's draft")
            })?;
            let whole = work.intents().whole(vec![known]).await?.pop().ok_or(Refusal::NotFound)?;
            if !phrases.is_empty() {
                intent::add_phrases(work, edit, key, id, phrases).await?;
            }
            if !answers.is_empty() {
                let all = joined(whole.answers, answers);
                if all.len() > MOST_ANSWERS {
                    return Err(Conflict::LimitReached("an intent holds at most 100 answers").into());
                }
                work.intents().touch(department, id, work.now()).await?;
                work.intents().set_answers(id, &all).await?;
                work.tell(Event::of(Kind::IntentChanged, id).within(department))?;
            }
            Ok(id)
        }
    }
}

/// The answers that were there, but for those in whose place (language, channel, conditions) there is a new one.
fn joined(there: Vec<Answer>, new: Vec<Answer>) -> Vec<Answer> {
    let replaced = |old: &Answer| new.iter().any(|one| one.place() == old.place());
    let mut all: Vec<Answer> = there.into_iter().filter(|old| !replaced(old)).collect();
    all.extend(new);
    all
}
