//! What the engine sees of a text: quantised directions in the encoders' spaces, and lexical counts.

use crate::encoder::{Encoder, quantise};
use crate::lexicon;
use crate::sentence::SentenceEncoder;
use crate::sparse::Sparse;

/// A direction as bytes; times `scale` it has length 1, or is all 0.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Direction {
    pub(crate) bytes: Vec<i8>,
    pub(crate) scale: f32,
}

/// One text's features.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Features {
    pub(crate) dense: Direction,
    pub(crate) counts: Sparse,
    /// Only in the better tier.
    pub(crate) sentence: Option<Direction>,
}

impl Direction {
    /// Rounds numbers of any length.
    pub(crate) fn of(values: &[f32]) -> Self {
        let (bytes, _) = quantise(values);
        let square: f32 = bytes.iter().map(|byte| f32::from(*byte).powi(2)).sum();
        Self { bytes, scale: if square > 0.0 { 1.0 / square.sqrt() } else { 0.0 } }
    }

    /// In full numbers.
    pub(crate) fn values(&self) -> impl Iterator<Item = f32> {
        self.bytes.iter().map(|byte| self.scale * f32::from(*byte))
    }
}

impl Features {
    /// Reads a normalised text for the default tier.
    pub(crate) fn of(text: &str) -> Self {
        Self { dense: Direction::of(&Encoder::shared().encode(text)), counts: lexicon::count(text), sentence: None }
    }

    /// Reads it for the better tier too.
    pub(crate) fn add_sentence(&mut self, text: &str, encoder: &SentenceEncoder) {
        self.sentence = Some(Direction::of(&encoder.encode(text)));
    }

    /// Whether there is nothing to go by.
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}
