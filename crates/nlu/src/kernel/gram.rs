//! Kernel matrices of a training set.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: rows and features stay below the sizes taken here")]

use super::directions::matrix;
use super::{Mixture, Tongue};
use crate::Tier;
use crate::algebra::{Matrix, Triangle, add_likeness};
use crate::encoder::WIDTH;
use crate::features::Features;
use crate::lexicon::{BUCKETS, FEATURES, Lexicon};
use crate::number::{narrow, wide};
use crate::sparse::Sparse;

/// Rows of the matrix that are made together.
const PANEL: usize = 96;

/// Texts made ready to be compared.
pub(crate) struct Texts {
    /// Directions in the static encoder's space and, in the better tier, in the sentence encoder's.
    directions: Vec<Matrix>,
    weighed: Vec<Sparse>,
    tongues: Vec<Tongue>,
    tier: Tier,
}

impl Texts {
    pub(crate) fn new(lexicon: &Lexicon, rows: &[(&Features, Tongue)], tier: Tier) -> Self {
        let mut directions = vec![matrix(rows.iter().map(|(features, _)| &features.dense), WIDTH)];
        if let (Tier::Encoder, Some(width)) =
            (tier, rows.iter().find_map(|row| Some(row.0.sentence.as_ref()?.bytes.len())))
        {
            directions.push(matrix(rows.iter().filter_map(|(features, _)| features.sentence.as_ref()), width));
        }
        Self {
            directions,
            weighed: rows.iter().map(|(features, _)| lexicon.weigh(&features.counts)).collect(),
            tongues: rows.iter().map(|(_, tongue)| *tongue).collect(),
            tier,
        }
    }

    fn len(&self) -> usize {
        self.tongues.len()
    }

    /// The cosines of some rows with the first ones of others, in each encoder's space.
    fn cosines(&self, rows: std::ops::Range<usize>, others: &Self, count: usize) -> Vec<Matrix> {
        let pairs = self.directions.iter().zip(&others.directions);
        pairs
            .map(|(own, other)| {
                let width = 0..own.width();
                Matrix::products(&own.block(rows.clone(), width.clone()), &other.block(0..count, width))
            })
            .collect()
    }
}

/// Rows by feature, filled as rows come.
struct Index {
    starts: Vec<u32>,
    ends: Vec<u32>,
    list: Vec<(u32, f32)>,
}

impl Index {
    /// Room for all features of some rows.
    fn with_room<'a>(rows: impl Iterator<Item = &'a Sparse>) -> Self {
        let mut starts = vec![0_u32; FEATURES];
        let mut total = 0;
        for (feature, _) in rows.flat_map(Sparse::iter) {
            starts[feature] += 1;
            total += 1;
        }
        let mut start = 0;
        for slot in &mut starts {
            start += std::mem::replace(slot, start);
        }
        Self { ends: starts.clone(), starts, list: vec![(0, 0.0); total] }
    }

    fn add(&mut self, row: usize, weighed: &Sparse) {
        for (feature, weight) in weighed.iter() {
            self.list[wide(self.ends[feature])] = (narrow(row), weight);
            self.ends[feature] += 1;
        }
    }

    /// Adds the products with each row that is in; `sums` are those of words and of characters.
    fn accumulate(&self, weighed: &Sparse, sums: &mut [Vec<f32>; 2]) {
        let [word, char] = sums;
        for (feature, own) in weighed.iter() {
            let sums = if feature < wide(BUCKETS) { &mut *word } else { &mut *char };
            for (row, weight) in &self.list[wide(self.starts[feature])..wide(self.ends[feature])] {
                sums[wide(*row)] += own * weight;
            }
        }
    }
}

/// The kernel of each pair of texts.
pub(crate) fn gram(texts: &Texts) -> Triangle {
    let order = texts.len();
    let mut gram = Triangle::zeros(order);
    let mut index = Index::with_room(texts.weighed.iter());
    let mut sums = [vec![0.0; order], vec![0.0; order]];
    for start in (0..order).step_by(PANEL) {
        let end = (start + PANEL).min(order);
        let dense = texts.cosines(start..end, texts, end);
        for row in start..end {
            index.add(row, &texts.weighed[row]);
            index.accumulate(&texts.weighed[row], &mut sums);
            let dense: Vec<&[f32]> = dense.iter().map(|dense| dense.row(row - start)).collect();
            blend_row(texts, row, &texts.tongues[..=row], &dense, &mut sums, &mut gram.row_mut(row)[..=row]);
        }
    }
    gram
}

/// The kernel of each of some texts (rows) with each of others (columns).
pub(crate) fn against(texts: &Texts, others: &Texts) -> Matrix {
    let mut out = Matrix::zeros(texts.len(), others.len());
    let mut index = Index::with_room(others.weighed.iter());
    others.weighed.iter().enumerate().for_each(|(row, weighed)| index.add(row, weighed));
    let mut sums = [vec![0.0; others.len()], vec![0.0; others.len()]];
    for start in (0..texts.len()).step_by(PANEL) {
        let end = (start + PANEL).min(texts.len());
        let dense = texts.cosines(start..end, others, others.len());
        for row in start..end {
            index.accumulate(&texts.weighed[row], &mut sums);
            let dense: Vec<&[f32]> = dense.iter().map(|dense| dense.row(row - start)).collect();
            blend_row(texts, row, &others.tongues, &dense, &mut sums, out.row_mut(row));
        }
    }
    out
}

/// Blends one row of cosines, run by run of columns of one tongue, and clears the sums for the next.
fn blend_row(
    texts: &Texts,
    row: usize,
    tongues: &[Tongue],
    dense: &[&[f32]],
    sums: &mut [Vec<f32>; 2],
    out: &mut [f32],
) {
    let mut start = 0;
    for run in tongues.chunk_by(|a, b| a == b) {
        let here = start..start + run.len();
        let Mixture([by_dense, by_word, by_char, by_sentence]) =
            Mixture::between(texts.tier, texts.tongues[row], run[0]);
        add_likeness(by_word, &sums[0][here.clone()], &mut out[here.clone()]);
        add_likeness(by_char, &sums[1][here.clone()], &mut out[here.clone()]);
        for (cosines, weight) in dense.iter().zip([by_dense, by_sentence]) {
            add_likeness(weight, &cosines[here.clone()], &mut out[here.clone()]);
        }
        start = here.end;
    }
    for sums in sums {
        sums[..out.len()].fill(0.0);
    }
}
