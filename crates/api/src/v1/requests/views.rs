//! What is shown of knowledge requests.

use std::time::Duration;

use guildhall_app::request::{WholeRequest, measures::Measures};
use guildhall_domain::{
    Id, Moment, id,
    request::{
        KnowledgeRequest, Landed, Offer, OfferedContent, RequestNote, State, Where,
        escalation::Step,
        measure::{Measure, Pair, Spread},
    },
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::{
    intents::AnswerView,
    views::{Keys, page_view},
};

/// A question that is sent to the department that should know.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KnowledgeRequest)]
pub(crate) struct RequestView {
    /// Its identifier.
    #[schema(value_type = String, example = "knr_01jd0000007000g00000000001")]
    id: Id<id::KnowledgeRequest>,
    /// The key of the department that asks; null for the company.
    #[schema(example = "marketing")]
    from: Option<String>,
    /// Who asked.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    asker: Id<id::Member>,
    /// The key of the department that should know; null where it was dissolved.
    #[schema(example = "sales")]
    to: Option<String>,
    /// The gap that it came from.
    #[schema(value_type = Option<String>, example = "gap_01jd0000007000g00000000001")]
    gap: Option<Id<id::Gap>>,
    /// What is asked.
    #[schema(example = "May a gift card be used twice?")]
    question: String,
    /// How visitors say it.
    examples: Vec<String>,
    /// Their language, where it is known.
    #[schema(example = "en")]
    language: Option<String>,
    /// `urgent`, `high`, `normal` or `low`.
    #[schema(value_type = String, example = "high")]
    priority: &'static str,
    /// Who works on it.
    #[schema(value_type = Option<String>, example = "mem_01jd0000007000g00000000001")]
    assignee: Option<Id<id::Member>>,
    /// `open`, `acknowledged`, `in_progress`, `returned`, `answered`, `accepted` or `declined`.
    #[schema(value_type = String, example = "open")]
    state: &'static str,
    /// Who has to do something next: `receiving`, `asking`, `landing` (the accepted answer waits for the draft) or `nobody`.
    #[schema(value_type = String, example = "receiving")]
    awaits: &'static str,
    /// When the answer is due, in the receiving department's hours; null while the clock stands.
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Moment>,
    /// The answer.
    answer: Option<OfferView>,
    /// What the asker may send to whoever answered.
    thanks: Option<ThanksView>,
    /// Where the answer landed in the draft.
    landed: Option<LandedView>,
    /// Why it was declined.
    reason: Option<String>,
    /// Who was told that it is past due, each once; null in lists.
    escalations: Option<Vec<EscalationView>>,
    /// Seconds of the department's work until it said that it has it.
    #[schema(example = 1800)]
    acknowledged_after: Option<u64>,
    /// Seconds of the department's work until it answered.
    #[schema(example = 14400)]
    answered_after: Option<u64>,
    /// Whether it answered in time.
    within_target: Option<bool>,
    /// Rises with each change.
    version: i64,
    /// When it was sent.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(RequestPage of RequestView);

/// An answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestAnswer)]
pub(crate) struct OfferView {
    /// Who answered.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    by: Id<id::Member>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// The words.
    text: Option<String>,
    /// What can land in the draft.
    content: Option<ContentView>,
}

/// Content that can land in a draft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfferedContent)]
pub(crate) struct ContentView {
    /// The intent of the draft that it is for; null for a new one.
    #[schema(value_type = Option<String>, example = "int_01jd0000007000g00000000001")]
    intent: Option<Id<id::Intent>>,
    /// The name of the new intent.
    name: Option<String>,
    /// How a visitor would call the new intent.
    title: Option<String>,
    /// How visitors say it.
    phrases: Vec<OfferedPhraseView>,
    /// What the bot replies.
    answers: Vec<AnswerView>,
}

/// A phrase that is offered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfferedPhrase)]
pub(crate) struct OfferedPhraseView {
    /// The words.
    text: String,
    /// Their language, where it is known.
    language: Option<String>,
}

/// A ready thanks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReadyThanks)]
pub(crate) struct ThanksView {
    /// Whom to thank.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    to: Id<id::Member>,
    /// What it says.
    text: String,
}

/// Where an answer landed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Landed)]
pub(crate) struct LandedView {
    /// The intent of the draft.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000001")]
    intent: Id<id::Intent>,
    /// Who let it.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    by: Id<id::Member>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

/// A step of an escalation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Escalation)]
pub(crate) struct EscalationView {
    /// Who was told: `assignee`, `owner` or `leader`.
    #[schema(value_type = String, example = "owner")]
    step: &'static str,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

impl RequestView {
    pub(super) fn of(request: KnowledgeRequest, keys: &Keys) -> Self {
        let state = request.state.name();
        let (awaits, due_at) = (request.state.awaits().name(), request.state.due());
        let (offer, thanks, landed, reason) = match request.state {
            State::Answered { offer, .. } => (Some(offer), None, None, None),
            State::Accepted { offer, thanks, landed } => (Some(offer), Some(thanks), landed, None),
            State::Declined { reason } => (None, None, None, Some(reason)),
            State::Waiting { .. } | State::Returned { .. } => (None, None, None, None),
        };
        Self {
            id: request.id,
            from: request.from.and_then(|from| keys.of(from)),
            asker: request.asker,
            to: keys.of(request.to),
            gap: request.gap,
            question: request.question.into(),
            examples: request.examples.into_iter().map(String::from).collect(),
            language: request.language.map(String::from),
            priority: request.priority.name(),
            assignee: request.assignee,
            state,
            awaits,
            due_at,
            answer: offer.map(OfferView::from),
            thanks: thanks.map(|thanks| ThanksView { to: thanks.to, text: thanks.text }),
            landed: landed.map(|Landed { intent, by, at }| LandedView { intent, by, at }),
            reason: reason.map(String::from),
            escalations: None,
            acknowledged_after: request.marks.acknowledged_after.map(|after| after.as_secs()),
            answered_after: request.marks.answered_after.map(|after| after.as_secs()),
            within_target: request.marks.within_target,
            version: request.version,
            created_at: request.created_at,
            updated_at: request.updated_at,
        }
    }

    pub(super) fn whole(WholeRequest { request, steps }: WholeRequest, keys: &Keys) -> Self {
        let step = |(step, at): (Step, Moment)| EscalationView { step: step.name(), at };
        Self { escalations: Some(steps.into_iter().map(step).collect()), ..Self::of(request, keys) }
    }
}

impl From<Offer> for OfferView {
    fn from(Offer { by, at, text, content }: Offer) -> Self {
        Self { by, at, text: text.map(String::from), content: content.map(ContentView::from) }
    }
}

impl From<OfferedContent> for ContentView {
    fn from(OfferedContent { place, phrases, answers }: OfferedContent) -> Self {
        let (intent, name, title) = match place {
            Where::Intent(intent) => (Some(intent), None, None),
            Where::New { name, title } => (None, Some(name.into()), title.map(String::from)),
        };
        let phrases = phrases
            .into_iter()
            .map(|phrase| OfferedPhraseView { text: phrase.text.into(), language: phrase.language.map(String::from) });
        let answers = answers.into_iter().map(AnswerView::from).collect();
        Self { intent, name, title, phrases: phrases.collect(), answers }
    }
}

/// Something that was said about a request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestNote)]
pub(crate) struct NoteView {
    /// Its identifier.
    #[schema(value_type = String, example = "krn_01jd0000007000g00000000001")]
    id: Id<id::RequestNote>,
    /// `comment`, `ask_back`, `reply`, `answer`, `decline`, `reopen` or `reassign`.
    #[schema(value_type = String, example = "ask_back")]
    kind: &'static str,
    /// Who said it.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    author: Id<id::Member>,
    /// The words.
    text: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
}

page_view!(RequestNotePage of NoteView);

impl From<RequestNote> for NoteView {
    fn from(RequestNote { id, kind, author, text, created_at }: RequestNote) -> Self {
        Self { id, kind: kind.name(), author, text: text.into(), created_at }
    }
}

/// How departments answer each other; never how persons do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestMeasures)]
pub(crate) struct MeasuresView {
    /// Counts what was sent from then on.
    #[schema(value_type = String, format = DateTime)]
    since: Moment,
    /// All that one may see, together.
    total: MeasureView,
    /// Each pair that one may see; empty for who sees sums alone.
    pairs: Vec<PairView>,
}

/// One department's requests to another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestPair)]
pub(crate) struct PairView {
    /// The key of the department that asked; null for the company.
    #[schema(example = "marketing")]
    from: Option<String>,
    /// The key of the department that was asked; null where it was dissolved.
    #[schema(example = "sales")]
    to: Option<String>,
    /// How that went.
    measure: MeasureView,
    /// min / max of what the two answered for each other, 0 to 1; null where neither answered, and for the company.
    #[schema(example = 0.5)]
    reciprocity: Option<f64>,
}

/// What is known of some requests.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestMeasure)]
pub(crate) struct MeasureView {
    /// How many were sent.
    sent: usize,
    /// How many were answered.
    answered: usize,
    /// How many were declined.
    declined: usize,
    /// How many wait.
    open: usize,
    /// How many of these are past due.
    overdue: usize,
    /// Time of work until somebody said that they have it; null where nobody did.
    acknowledge: Option<SpreadView>,
    /// Time of work until the answer; null where there is none.
    answer: Option<SpreadView>,
    /// The share of the answered that was answered in time, 0 to 1; null where none was answered.
    #[schema(example = 0.75)]
    within_target: Option<f64>,
    /// How long ago the open ones were sent, by the clock; null where none is open.
    age: Option<SpreadView>,
}

/// Several durations in a nutshell, in seconds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Spread)]
pub(crate) struct SpreadView {
    /// How many.
    count: usize,
    /// The middle one.
    #[schema(example = 14400.0)]
    median: f64,
    /// The longest.
    #[schema(example = 86400.0)]
    longest: f64,
}

impl From<Measure> for MeasureView {
    fn from(measure: Measure) -> Self {
        let spread = |spread: Spread| SpreadView {
            count: spread.count,
            median: seconds(spread.median),
            longest: seconds(spread.longest),
        };
        let Measure { sent, answered, declined, open, overdue, acknowledge, answer, within_target, age } = measure;
        let (acknowledge, answer, age) = (acknowledge.map(spread), answer.map(spread), age.map(spread));
        Self { sent, answered, declined, open, overdue, acknowledge, answer, within_target, age }
    }
}

fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

impl MeasuresView {
    pub(super) fn of(Measures { since, total, pairs }: Measures, keys: &Keys) -> Self {
        let pair = |Pair { from, to, measure, reciprocity }: Pair| PairView {
            from: from.and_then(|from| keys.of(from)),
            to: keys.of(to),
            measure: measure.into(),
            reciprocity,
        };
        Self { since, total: total.into(), pairs: pairs.into_iter().map(pair).collect() }
    }
}
