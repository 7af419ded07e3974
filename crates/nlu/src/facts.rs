//! What can be told of a model without asking it anything.

use crate::Tier;
use serde::Serialize;

/// A model's size and settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelFacts {
    /// Intents, those without phrases among them.
    pub intents: usize,
    /// Phrases learned, titles among them.
    pub phrases: usize,
    /// [`crate::ENGINE_VERSION`] of the engine that fitted it.
    pub engine_version: u32,
    /// The raw score below which a message is out of scope: misses 5 % of what the bot knows.
    pub threshold: f32,
    /// A stricter threshold: misses 10 %.
    pub strict_threshold: f32,
    /// Two best confidences closer than this are ambiguous.
    pub delta: f32,
    /// The tier that answers.
    pub tier: Tier,
    /// The encoder that it was fitted with and that is not here, so that the default tier answers.
    pub missing_encoder: Option<String>,
    /// The languages of its phrases (BCP 47), the one with most phrases first.
    pub languages: Vec<String>,
    /// Heap and inline bytes of the model.
    pub bytes: usize,
}
