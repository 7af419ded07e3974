//! The fit of large sets: a spread of rows stands for all (Nyström; Williams and Seeger 2001), with the same outputs.
//!
//! ```text
//! K = L Lᵀ                 over the landmarks
//! φ(x) = L⁻¹ k(x)          k: the landmarks' kernel with x
//! Φᵀ Φ + λI = M Mᵀ         Φ: the φ of all rows
//! ψ(x) = M⁻¹ φ(x)          scores f(x) = ψ(x) · Ψᵀ Y
//! (fᵢ − |ψᵢ|² Yᵢ) / (1 − |ψᵢ|²)   row i's scores by a model without it
//! ```
#![expect(clippy::indexing_slicing, reason = "numeric kernel: classes and rows stay below the sizes taken here")]

use super::{RIDGE, Ridge};
use crate::algebra::{Factor, Matrix, axpy, dot};
use crate::features::Features;
use crate::kernel::{Texts, Tongue, against, gram};
use crate::number::wide;
use crate::random::Random;

/// Labelled rows that stand for all.
pub(crate) const COUNT: usize = 3_500;
/// The most numbers of a matrix that is held while fitting; landmarks are fewer where rows are very many.
const MOST_NUMBERS: usize = 100_000_000;
/// What keeps rows that are nearly the same apart.
const JITTER: f32 = 1e-3;
/// Rows whose products are added together.
const CHUNK: usize = 512;

type Rows<'a> = [(&'a Features, Tongue)];

/// Fits rows, of which the first have labels; O(n m²) for m landmarks.
pub(crate) fn fit(
    texts: &dyn Fn(&Rows<'_>) -> Texts,
    all: &Rows<'_>,
    labels: &[u32],
    classes: usize,
    count: usize,
) -> Ridge {
    let count = count.min(MOST_NUMBERS / all.len().max(1));
    let mut kept = spread(labels, count);
    kept.extend(labels.len()..all.len());
    let landmarks: Vec<_> = kept.iter().map(|row| all[*row]).collect();
    let landmarks = texts(&landmarks);
    let mut kernel = gram(&landmarks);
    let order = kernel.rows();
    (0..order).for_each(|row| kernel.row_mut(row)[row] += JITTER);
    let inner = Factor::of(kernel);
    let mut mapped = against(&texts(all), &landmarks);
    inner.solve_rows(&mut mapped, 0);
    let mut square = Matrix::zeros(order, order);
    (0..order).for_each(|row| square.row_mut(row)[row] = RIDGE);
    for start in (0..all.len()).step_by(CHUNK) {
        square.add_lower_products(&mapped.transposed(start..(start + CHUNK).min(all.len())));
    }
    let outer = Factor::of(square);
    outer.solve_rows(&mut mapped, 0);
    let mut sums = Matrix::zeros(classes, order);
    for (row, class) in labels.iter().enumerate() {
        axpy(1.0, mapped.row(row), sums.row_mut(wide(*class)));
    }
    let held_out = held_out(&mapped, &sums, labels);
    let turned = Matrix::products(&sums.view(), &outer.inverse_rows().view());
    let coefficients = Matrix::products(&inner.inverse_rows().view(), &turned.view());
    Ridge { rows: kept, coefficients, held_out }
}

fn held_out(mapped: &Matrix, sums: &Matrix, labels: &[u32]) -> Matrix {
    let mut scores = Matrix::products(&mapped.block(0..labels.len(), 0..mapped.width()), &sums.view());
    for (row, class) in labels.iter().enumerate() {
        let leverage = dot(mapped.row(row), mapped.row(row));
        let line = scores.row_mut(row);
        line[wide(*class)] -= leverage;
        for score in line {
            *score /= (1.0 - leverage).max(RIDGE);
        }
    }
    scores
}

/// Rows spread evenly over the classes, seeded: one of each class, then another of each, until there are enough.
fn spread(labels: &[u32], count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    Random::seeded(0x1a4d).shuffle(&mut order);
    let mut taken = vec![0_u32; labels.iter().map(|class| wide(*class) + 1).max().unwrap_or(0)];
    let mut turns: Vec<(u32, usize)> = order
        .into_iter()
        .map(|row| {
            let turn = &mut taken[wide(labels[row])];
            *turn += 1;
            (*turn, row)
        })
        .collect();
    turns.sort_by_key(|(turn, _)| *turn);
    let mut kept: Vec<usize> = turns.into_iter().take(count).map(|(_, row)| row).collect();
    kept.sort_unstable();
    kept
}
