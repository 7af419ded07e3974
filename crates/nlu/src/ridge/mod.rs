//! Kernel ridge regression onto one-hot intents, with each labelled row's scores by a model that never saw it.

mod exact;
mod landmarks;

pub(crate) use exact::solve;

use crate::Tier;
use crate::algebra::Matrix;
use crate::features::Features;
use crate::kernel::{Texts, Tongue};
use crate::lexicon::Lexicon;

/// λ: what an exact hit is held back by.
pub(crate) const RIDGE: f32 = 0.05;
/// The most labelled rows that are fitted exactly; beyond, landmarks stand for them. So many take as long.
const MOST_EXACT: usize = 16_000;
/// The most labelled rows that are judged without themselves.
const JUDGED: usize = 4_000;

/// Rows with their tongues.
type Rows<'a> = [(&'a Features, Tongue)];

/// Fitted coefficients and what they say about the rows they were fitted on.
pub(crate) struct Ridge {
    /// The rows that the coefficients belong to, in order.
    pub(crate) rows: Vec<usize>,
    /// Kept row × class.
    pub(crate) coefficients: Matrix,
    /// The labelled rows that were judged without themselves.
    pub(crate) judged: Vec<usize>,
    /// Judged row × class: scores by a model without that row.
    pub(crate) held_out: Matrix,
}

impl Ridge {
    /// Fits rows, of which the first `labels.len()` have a class and the rest belong to none.
    pub(crate) fn fit(lexicon: &Lexicon, rows: &Rows<'_>, labels: &[u32], classes: usize, tier: Tier) -> Self {
        let texts = |rows: &Rows<'_>| Texts::new(lexicon, rows, tier);
        let fit = if labels.len() <= MOST_EXACT { exact::fit } else { landmarks::fit };
        fit(&texts, rows, labels, classes)
    }
}
