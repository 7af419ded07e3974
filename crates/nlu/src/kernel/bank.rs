//! The rows that a model remembers, packed for asking how alike a message is to each.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: all lists have one entry a row, checked on restore")]

use super::{Directions, Mixture, Postings, Tongue};
use crate::Tier;
use crate::algebra::add_likeness;
use crate::encoder::WIDTH;
use crate::features::{Direction, Features};
use crate::lexicon::{Lexicon, inverse_norms};
use crate::sparse::Sparse;

/// Remembered rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bank {
    pub(crate) lexicon: Lexicon,
    pub(crate) dense: Directions,
    /// Of each [`Postings::MAX_ROWS`] rows.
    pub(crate) postings: Vec<Postings>,
    /// One over the lengths of each row's word and character parts.
    pub(crate) norms: [Vec<f32>; 2],
    /// Where each run of rows of one tongue ends.
    pub(crate) spans: Vec<(usize, Tongue)>,
    /// Only in the better tier; else empty.
    pub(crate) sentences: Directions,
}

/// How alike a message is to each row, by each way to tell.
pub(crate) struct Cosines([Vec<f32>; 4]);

impl Bank {
    /// Remembers rows in their order.
    pub(crate) fn build(lexicon: Lexicon, rows: &[(&Features, Tongue)]) -> Self {
        let mut spans: Vec<(usize, Tongue)> = Vec::new();
        let mut norms = [Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len())];
        for (end, (features, tongue)) in (1..).zip(rows) {
            match spans.last_mut() {
                Some(span) if span.1 == *tongue => span.0 = end,
                _ => spans.push((end, *tongue)),
            }
            for (norms, norm) in norms.iter_mut().zip(inverse_norms(&lexicon.unscaled(&features.counts))) {
                norms.push(norm);
            }
        }
        Self {
            dense: Directions::build(rows.iter().map(|(features, _)| &features.dense)),
            postings: rows
                .chunks(Postings::MAX_ROWS)
                .map(|rows| Postings::build(&rows.iter().map(|row| &row.0.counts).collect::<Vec<&Sparse>>()))
                .collect(),
            sentences: Directions::build(rows.iter().filter_map(|(features, _)| features.sentence.as_ref())),
            lexicon,
            norms,
            spans,
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.dense.scales.len()
    }

    /// Compares a message with each row, as the default tier does.
    pub(crate) fn compare(&self, query: &Features) -> Cosines {
        let (mut word, mut char) = (vec![0.0; self.rows()], vec![0.0; self.rows()]);
        let rows = word.chunks_mut(Postings::MAX_ROWS).zip(char.chunks_mut(Postings::MAX_ROWS));
        for (postings, (word, char)) in self.postings.iter().zip(rows) {
            postings.accumulate(&query.counts, |feature| self.lexicon.idf(feature).powi(2), word, char);
        }
        let own = inverse_norms(&self.lexicon.unscaled(&query.counts));
        for ((sums, norms), own) in [&mut word, &mut char].into_iter().zip(&self.norms).zip(own) {
            for (sum, norm) in sums.iter_mut().zip(norms) {
                *sum *= own * norm;
            }
        }
        Cosines([self.dense.cosines(&query.dense), word, char, Vec::new()])
    }

    /// Compares sentence vectors too.
    pub(crate) fn compare_sentences(&self, cosines: &mut Cosines, query: &Direction) {
        cosines.0[3] = self.sentences.cosines(query);
    }

    /// How alike a message in a tongue is to each row, 0 to 1.
    pub(crate) fn likeness(&self, cosines: &Cosines, tier: Tier, tongue: Tongue) -> Vec<f32> {
        let mut out = vec![0.0; self.rows()];
        let mut start = 0;
        for (end, own) in &self.spans {
            let Mixture(weights) = Mixture::between(tier, tongue, *own);
            for (cosines, weight) in cosines.0.iter().zip(weights).filter(|(cosines, _)| !cosines.is_empty()) {
                add_likeness(weight, &cosines[start..*end], &mut out[start..*end]);
            }
            start = *end;
        }
        out
    }

    /// Whether the lists fit each other.
    pub(crate) fn is_whole(&self) -> bool {
        let rows = self.rows();
        self.dense.has_shape(rows, WIDTH)
            && self.norms.iter().all(|norms| norms.len() == rows)
            && self.spans.last().map_or(0, |span| span.0) == rows
            && self.spans.windows(2).all(|pair| pair[0].0 < pair[1].0)
    }

    pub(crate) fn bytes(&self) -> usize {
        let rows = self.dense.memory() + self.sentences.memory() + 8 * self.rows();
        rows + self.postings.iter().map(Postings::bytes).sum::<usize>() + self.lexicon.bytes()
    }
}
