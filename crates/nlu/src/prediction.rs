//! A question to a model and its answer.

use crate::Tier;
use crate::spelling::Repair;

/// What a visitor wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<'a> {
    /// As written; normalised and cut at [`crate::MAX_CHARS`] characters here.
    pub text: &'a str,
    /// BCP 47, if the channel or the visitor said so.
    pub language: Option<&'a str>,
}

/// The intents that a message may mean, best first.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// At most ten, best first; empty only for a model without phrases.
    pub ranking: Vec<Ranked>,
    /// The best intent's raw score: it falls away from the data, so it tells what is out of scope.
    pub score: f32,
    /// The raw score, in the same tier, below which a message is out of scope.
    pub threshold: f32,
    /// Whether `score` reaches `threshold`.
    pub in_scope: bool,
    /// The language that the message was read in (BCP 47), where known.
    pub language: Option<String>,
    /// Words that were read as others, misspelt as they seemed.
    pub repairs: Vec<Repair>,
    /// Two best confidences closer than this are ambiguous.
    pub delta: f32,
    /// The tier that answered.
    pub tier: Tier,
}

/// One intent of a ranking.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// Index into [`crate::Model::labels`].
    pub intent: usize,
    /// Calibrated probability, 0 to 1, that a message with this score and lead means this intent.
    pub confidence: f32,
    /// Raw score; comparable inside one model only.
    pub score: f32,
}
