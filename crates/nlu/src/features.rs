//! What the engine sees of a text: a quantised direction in the encoder's space, and lexical counts.

use crate::encoder::{Encoder, quantise};
use crate::lexicon;
use crate::sparse::Sparse;

/// One text's features.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Features {
    /// The direction as bytes; times `scale` it has length 1, or is all 0.
    pub(crate) dense: Vec<i8>,
    pub(crate) scale: f32,
    pub(crate) counts: Sparse,
}

impl Features {
    /// Reads a normalised text.
    pub(crate) fn of(text: &str) -> Self {
        let (dense, _) = quantise(&Encoder::shared().encode(text));
        let square: f32 = dense.iter().map(|byte| f32::from(*byte).powi(2)).sum();
        let scale = if square > 0.0 { 1.0 / square.sqrt() } else { 0.0 };
        Self { dense, scale, counts: lexicon::count(text) }
    }

    /// Whether there is nothing to go by.
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The direction in full numbers.
    pub(crate) fn direction(&self) -> impl Iterator<Item = f32> {
        self.dense.iter().map(|byte| self.scale * f32::from(*byte))
    }
}
