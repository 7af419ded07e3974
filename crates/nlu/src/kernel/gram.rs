//! Kernel matrices of a training set.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: rows and features stay below the sizes taken here")]

use super::Mixture;
use crate::algebra::{Matrix, blend};
use crate::encoder::WIDTH;
use crate::features::Features;
use crate::lexicon::{BUCKETS, FEATURES, Lexicon};
use crate::number::{narrow, wide};
use crate::sparse::Sparse;

/// Rows of the matrix that are made together.
const PANEL: usize = 96;

/// Texts made ready to be compared.
pub(crate) struct Texts {
    dense: Matrix,
    weighed: Vec<Sparse>,
    mixtures: Vec<Mixture>,
}

impl Texts {
    pub(crate) fn new(lexicon: &Lexicon, rows: &[(&Features, Mixture)]) -> Self {
        Self {
            dense: Matrix::from_rows(WIDTH, rows.iter().flat_map(|(features, _)| features.direction()).collect()),
            weighed: rows.iter().map(|(features, _)| lexicon.weigh(&features.counts)).collect(),
            mixtures: rows.iter().map(|(_, mixture)| *mixture).collect(),
        }
    }

    fn len(&self) -> usize {
        self.mixtures.len()
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

/// The kernel of each pair of texts; only the lower triangle is filled.
pub(crate) fn gram(texts: &Texts) -> Matrix {
    let order = texts.len();
    let mut gram = Matrix::zeros(order, order);
    let mut index = Index::with_room(texts.weighed.iter());
    let mut sums = [vec![0.0; order], vec![0.0; order]];
    for start in (0..order).step_by(PANEL) {
        let end = (start + PANEL).min(order);
        let dense = Matrix::products(&texts.dense.block(start..end, 0..WIDTH), &texts.dense.block(0..end, 0..WIDTH));
        for row in start..end {
            index.add(row, &texts.weighed[row]);
            index.accumulate(&texts.weighed[row], &mut sums);
            let out = &mut gram.row_mut(row)[..=row];
            blend_row(texts.mixtures[row], &texts.mixtures, dense.row(row - start), &mut sums, out);
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
        let dense = Matrix::products(&texts.dense.block(start..end, 0..WIDTH), &others.dense.view());
        for row in start..end {
            index.accumulate(&texts.weighed[row], &mut sums);
            blend_row(texts.mixtures[row], &others.mixtures, dense.row(row - start), &mut sums, out.row_mut(row));
        }
    }
    out
}

/// Blends one row of cosines, run by run of columns of one mixture, and clears the sums for the next.
fn blend_row(own: Mixture, mixtures: &[Mixture], dense: &[f32], sums: &mut [Vec<f32>; 2], out: &mut [f32]) {
    let mut start = 0;
    for run in mixtures[..out.len()].chunk_by(|a, b| a == b) {
        let here = start..start + run.len();
        let Mixture(weights) = own.between(run[0]);
        blend([&dense[here.clone()], &sums[0][here.clone()], &sums[1][here.clone()]], weights, &mut out[here.clone()]);
        start = here.end;
    }
    for sums in sums {
        sums[..out.len()].fill(0.0);
    }
}
