//! The rows that a model remembers, packed for asking how alike a message is to each.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: all lists have one entry a row, checked on restore")]

use super::{Mixture, Postings};
use crate::algebra::{blend, byte_products};
use crate::encoder::WIDTH;
use crate::features::Features;
use crate::lexicon::{Lexicon, inverse_norms};
use crate::number::whole_real;
use crate::sparse::Sparse;

/// Remembered rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bank {
    pub(crate) lexicon: Lexicon,
    /// Row-major, [`WIDTH`] bytes a row.
    pub(crate) dense: Vec<i8>,
    pub(crate) scales: Vec<f32>,
    pub(crate) postings: Postings,
    /// One over the lengths of each row's word and character parts.
    pub(crate) norms: [Vec<f32>; 2],
    /// Where each run of rows of one mixture ends.
    pub(crate) spans: Vec<(usize, Mixture)>,
}

impl Bank {
    /// Remembers rows in their order, each with the mixture of its language.
    pub(crate) fn build(lexicon: Lexicon, rows: &[(&Features, Mixture)]) -> Self {
        let mut spans: Vec<(usize, Mixture)> = Vec::new();
        let mut norms = [Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len())];
        for (end, (features, mixture)) in (1..).zip(rows) {
            match spans.last_mut() {
                Some(span) if span.1 == *mixture => span.0 = end,
                _ => spans.push((end, *mixture)),
            }
            for (norms, norm) in norms.iter_mut().zip(inverse_norms(&lexicon.unscaled(&features.counts))) {
                norms.push(norm);
            }
        }
        Self {
            dense: rows.iter().flat_map(|(features, _)| features.dense.iter().copied()).collect(),
            scales: rows.iter().map(|(features, _)| features.scale).collect(),
            postings: Postings::build(&rows.iter().map(|(features, _)| &features.counts).collect::<Vec<&Sparse>>()),
            lexicon,
            norms,
            spans,
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.scales.len()
    }

    /// How alike a message is to each row, 0 to 1.
    pub(crate) fn likeness(&self, query: &Features, mixture: Mixture) -> Vec<f32> {
        let rows = self.rows();
        let mut products = vec![0_i32; rows];
        byte_products(&self.dense, &query.dense, &mut products);
        let (mut word, mut char) = (vec![0.0; rows], vec![0.0; rows]);
        self.postings.accumulate(&query.counts, |feature| self.lexicon.idf(feature).powi(2), &mut word, &mut char);
        let own = inverse_norms(&self.lexicon.unscaled(&query.counts));
        let dense: Vec<f32> =
            products.iter().zip(&self.scales).map(|(sum, scale)| query.scale * scale * whole_real(*sum)).collect();
        for ((sums, norms), own) in [&mut word, &mut char].into_iter().zip(&self.norms).zip(own) {
            for (sum, norm) in sums.iter_mut().zip(norms) {
                *sum *= own * norm;
            }
        }
        let mut out = vec![0.0; rows];
        let mut start = 0;
        for (end, own) in &self.spans {
            let (here, Mixture(weights)) = (start..*end, mixture.between(*own));
            let cosines = [&dense[here.clone()], &word[here.clone()], &char[here.clone()]];
            blend(cosines, weights, &mut out[here]);
            start = *end;
        }
        out
    }

    /// Whether the lists fit each other.
    pub(crate) fn is_whole(&self) -> bool {
        let rows = self.rows();
        self.dense.len() == rows * WIDTH
            && self.norms.iter().all(|norms| norms.len() == rows)
            && self.spans.last().map_or(0, |span| span.0) == rows
            && self.spans.windows(2).all(|pair| pair[0].0 < pair[1].0)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.dense.len() + 12 * self.rows() + self.postings.bytes() + self.lexicon.bytes()
    }
}
