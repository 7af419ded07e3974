//! What the bot made of a text, and why.

use guildhall_app::{
    bot::{Candidate, Understood},
    live::LiveBot,
};
use guildhall_domain::{Id, id};
use guildhall_nlu::{Neighbour, Repair, Trace};
use serde::Serialize;
use utoipa::ToSchema;

/// What the bot made of each text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ParseResults)]
pub(crate) struct ParseView {
    /// In the order of the texts.
    pub(super) results: Vec<ParseResultView>,
}

/// What the bot made of a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ParseResult)]
pub(crate) struct ParseResultView {
    /// `answer`, `ambiguous` or `out_of_scope`.
    #[schema(value_type = String, example = "answer")]
    decision: &'static str,
    /// The best candidates whatever the decision, best first, five at most.
    ranking: Vec<CandidateView>,
    /// Entities; none yet.
    #[schema(value_type = Vec<std::collections::BTreeMap<String, serde_json::Value>>)]
    entities: Vec<serde_json::Value>,
    /// The language that the text was read in.
    #[schema(example = "en")]
    language: Option<String>,
    /// Why; null unless it was asked for.
    trace: Option<TraceView>,
}

/// Why a text was understood as it was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ParseTrace)]
pub(crate) struct TraceView {
    /// The text as it was read: normalised and repaired.
    read_as: String,
    /// Words that were read as others, misspelt as they seemed.
    repairs: Vec<RepairView>,
    /// The best candidate's raw score.
    score: f32,
    /// Raw scores below it are out of scope.
    threshold: f32,
    /// The engine's stricter threshold, which misses more and errs less.
    strict_threshold: f32,
    /// Two best confidences closer than this are ambiguous.
    margin: f32,
    /// The phrases that moved the best candidate's score most.
    neighbours: Vec<NeighbourView>,
    /// What small talk and other background took from the score.
    background: f32,
    /// The words that carry the best candidate's score, most first.
    words: Vec<WeightyView>,
    /// How much likeness counted, by kind.
    mixture: MixtureView,
}

/// A word that was read as another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Repair)]
pub(crate) struct RepairView {
    /// As written.
    #[schema(example = "pacel")]
    from: String,
    /// As read.
    #[schema(example = "parcel")]
    to: String,
}

/// A phrase that was leaned on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Neighbour)]
pub(crate) struct NeighbourView {
    /// The key of its owner.
    department: Option<String>,
    /// Its intent.
    intent: IntentNameView,
    /// The phrase; the intent's title where it was that.
    text: String,
    /// How alike it is, 0 to 1.
    likeness: f32,
    /// What it added to the best candidate's raw score.
    share: f32,
}

/// A word and what the best candidate's raw score loses without it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WeightyWord)]
pub(crate) struct WeightyView {
    /// The word as read.
    word: String,
    /// The loss; negative for a word that speaks against the candidate.
    loss: f32,
}

/// How much each kind of likeness counted; together 1.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mixture)]
pub(crate) struct MixtureView {
    /// By meaning, as single words have it.
    meaning: f32,
    /// By the same words.
    words: f32,
    /// By the same letters in a row.
    letters: f32,
    /// By meaning, as the whole sentence has it.
    sentence: f32,
}

impl ParseResultView {
    pub(super) fn of(live: &LiveBot, understood: Understood<'_>, trace: Option<TraceView>) -> Self {
        let candidate = |Candidate { known, confidence }: Candidate<'_>| CandidateView {
            department: live.face(known.department).map(|face| face.key.clone()),
            intent: IntentNameView { id: known.intent.id, name: known.intent.name.clone() },
            confidence,
        };
        Self {
            decision: understood.decision.name(),
            ranking: understood.ranking.into_iter().map(candidate).collect(),
            entities: Vec::new(),
            language: understood.language,
            trace,
        }
    }
}

impl TraceView {
    pub(super) fn of(live: &LiveBot, understood: &Understood<'_>, trace: Trace) -> Self {
        let neighbour = |of: &Neighbour| {
            let known = live.known(of.intent)?;
            let text = match of.phrase {
                Some(at) => known.intent.phrases.get(at)?.text.clone(),
                None => known.intent.title.clone()?,
            };
            Some(NeighbourView {
                department: live.face(known.department).map(|face| face.key.clone()),
                intent: IntentNameView { id: known.intent.id, name: known.intent.name.clone() },
                text,
                likeness: of.likeness,
                share: of.share,
            })
        };
        let [meaning, words, letters, sentence] = trace.mixture;
        let repair = |of: &Repair| RepairView { from: of.from.clone(), to: of.to.clone() };
        Self {
            repairs: understood.repairs.iter().map(repair).collect(),
            score: understood.score,
            threshold: understood.threshold,
            margin: understood.margin,
            strict_threshold: trace.strict_threshold,
            neighbours: trace.neighbours.iter().filter_map(neighbour).collect(),
            background: trace.background,
            words: trace.words.into_iter().map(|of| WeightyView { word: of.word, loss: of.loss }).collect(),
            mixture: MixtureView { meaning, words, letters, sentence },
            read_as: trace.read_as,
        }
    }
}

/// An intent that a text may mean.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Candidate)]
pub(crate) struct CandidateView {
    /// The key of its owner.
    #[schema(example = "customer-service")]
    department: Option<String>,
    /// The intent.
    intent: IntentNameView,
    /// How sure the bot is, 0 to 1.
    #[schema(example = 0.93)]
    confidence: f32,
}

/// An intent by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = IntentName)]
pub(crate) struct IntentNameView {
    /// Its identifier.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000001")]
    pub(crate) id: Id<id::Intent>,
    /// Its name.
    #[schema(example = "return_item")]
    pub(crate) name: String,
}
