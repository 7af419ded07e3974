//! How the live bot decides: answer, ask which of several was meant, or say that it does not know.

use serde::{Deserialize, Serialize};

use crate::text::Language;

/// What a tenant may set about its bot; absent thresholds are the engine's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The language of visitors who name none, and of answers that miss a translation.
    pub language: Language,
    /// Raw scores below it are out of scope.
    pub threshold: Option<f32>,
    /// Two best confidences closer than this are ambiguous.
    pub margin: Option<f32>,
    /// The bot's first words, by language.
    pub greeting: std::collections::BTreeMap<String, String>,
    /// What the bot says when it does not know, by language.
    pub fallback: std::collections::BTreeMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::stored("en".to_owned()),
            threshold: None,
            margin: None,
            greeting: std::collections::BTreeMap::new(),
            fallback: std::collections::BTreeMap::new(),
        }
    }
}

/// What to do with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Answer with the best intent.
    Answer,
    /// Ask which of the best few was meant.
    Ambiguous,
    /// Say that nobody here knows.
    OutOfScope,
}

impl Decision {
    /// The decision's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Ambiguous => "ambiguous",
            Self::OutOfScope => "out_of_scope",
        }
    }
}

/// Decides: out of scope when the raw score is below the threshold, else ambiguous when the two best confidences are
/// closer than the margin, else answer.
#[must_use]
pub fn decide(score: f32, threshold: f32, confidences: &[f32], margin: f32) -> Decision {
    match confidences {
        [] => Decision::OutOfScope,
        _ if score < threshold => Decision::OutOfScope,
        [best, second, ..] if best - second < margin => Decision::Ambiguous,
        _ => Decision::Answer,
    }
}

/// How many candidates a visitor is asked to choose from: those within the margin of the best, at least two, at most
/// three.
#[must_use]
pub fn candidates(confidences: &[f32], margin: f32) -> usize {
    let best = confidences.first().copied().unwrap_or_default();
    confidences.iter().take_while(|&&confidence| best - confidence < margin).count().clamp(2, 3).min(confidences.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decides_by_threshold_then_margin() {
        assert_eq!(decide(0.1, 0.2, &[0.9, 0.1], 0.1), Decision::OutOfScope);
        assert_eq!(decide(0.3, 0.2, &[0.5, 0.45], 0.1), Decision::Ambiguous);
        assert_eq!(decide(0.3, 0.2, &[0.9, 0.1], 0.1), Decision::Answer);
        assert_eq!(decide(0.3, 0.2, &[0.9], 0.1), Decision::Answer);
        assert_eq!(decide(0.3, 0.2, &[], 0.1), Decision::OutOfScope);
        assert_eq!(candidates(&[0.5, 0.45, 0.44, 0.43], 0.1), 3);
        assert_eq!(candidates(&[0.5, 0.1, 0.1], 0.1), 2);
        assert_eq!(candidates(&[0.5], 0.1), 1);
    }
}
