//! The fit of large sets: a spread of rows stands for all (Nyström; Williams and Seeger 2001), with the same outputs.
//!
//! ```text
//! K = L Lᵀ                      over the landmarks
//! φ(x) = L⁻¹ k(x)               k: the landmarks' kernel with x
//! Φᵀ Φ + λI = M Mᵀ              Φ: the φ of all rows
//! f(x) = φ(x) · (M Mᵀ)⁻¹ Φᵀ Y
//! (fᵢ − hᵢ Yᵢ) / (1 − hᵢ)        row i's scores by a model without it, hᵢ = |M⁻¹ φᵢ|²
//! ```
#![expect(clippy::indexing_slicing, reason = "numeric kernel: classes and rows stay below the sizes taken here")]

use super::{JUDGED, RIDGE, Ridge, Rows};
use crate::algebra::{Factor, Matrix, Triangle, axpy, dot};
use crate::kernel::{Texts, against, gram};
use crate::number::wide;
use crate::random::Random;

/// The most rows that stand for all.
const MOST: usize = 6_000;
/// What fitting may cost, in rows times squared landmarks, so that it takes less than a minute on one core.
const MOST_WORK: usize = 500_000_000_000;
/// The most numbers of the matrix that is held while fitting (400 MB).
const MOST_NUMBERS: usize = 100_000_000;
/// What keeps rows that are nearly the same apart.
const JITTER: f32 = 1e-3;
/// Rows whose products are added together.
const CHUNK: usize = 512;

/// How many of some rows stand for all.
fn count(rows: usize) -> usize {
    MOST.min((MOST_WORK / rows.max(1)).isqrt()).min(MOST_NUMBERS / rows.max(1)).min(rows - rows / 4)
}

/// Fits rows, of which the first have labels; O(n m²) for m landmarks.
pub(crate) fn fit(texts: &dyn Fn(&Rows<'_>) -> Texts, all: &Rows<'_>, labels: &[u32], classes: usize) -> Ridge {
    let order = spread(labels);
    let (kept, others) = order.split_at(count(labels.len()).min(order.len()));
    // A landmark is better known than any message will be, so only the others are judged.
    let judged = others.get(..others.len().min(JUDGED)).unwrap_or_default();
    let mut kept = kept.to_vec();
    kept.sort_unstable();
    kept.extend(labels.len()..all.len());
    solve(texts, all, labels, classes, kept, judged)
}

/// Fits rows over the kept ones and judges some.
fn solve(
    texts: &dyn Fn(&Rows<'_>) -> Texts,
    all: &Rows<'_>,
    labels: &[u32],
    classes: usize,
    kept: Vec<usize>,
    judged: &[usize],
) -> Ridge {
    let landmarks = texts(&kept.iter().map(|row| all[*row]).collect::<Vec<_>>());
    let mut kernel = gram(&landmarks);
    let order = kernel.order();
    kernel.lift(JITTER);
    let inner = Factor::of(kernel);
    let mut mapped = against(&texts(all), &landmarks);
    inner.solve_rows(&mut mapped, 0);
    let mut square = Triangle::zeros(order);
    square.lift(RIDGE);
    for start in (0..all.len()).step_by(CHUNK) {
        square.add_products(&mapped.transposed(start..(start + CHUNK).min(all.len())));
    }
    let outer = Factor::of(square);
    let mut sums = Matrix::zeros(classes, order);
    for (row, class) in labels.iter().enumerate() {
        axpy(1.0, mapped.row(row), sums.row_mut(wide(*class)));
    }
    outer.solve_rows(&mut sums, 0);
    let held_out = held_out(&outer, &mapped, &sums, labels, judged);
    drop(mapped);
    let turned = Matrix::products(&sums.view(), &outer.inverse_rows().view());
    let coefficients = Matrix::products(&inner.inverse_rows().view(), &turned.view());
    Ridge { rows: kept, coefficients, judged: judged.to_vec(), held_out }
}

/// The scores of the judged rows by models without them; `sums` holds M⁻¹ΦᵀY by class.
fn held_out(outer: &Factor, mapped: &Matrix, sums: &Matrix, labels: &[u32], judged: &[usize]) -> Matrix {
    let rows = judged.iter().flat_map(|row| mapped.row(*row).iter().copied()).collect();
    let mut rows = Matrix::from_rows(mapped.width(), rows);
    outer.solve_rows(&mut rows, 0);
    let mut scores = Matrix::products(&rows.view(), &sums.view());
    for (at, row) in judged.iter().enumerate() {
        let leverage = dot(rows.row(at), rows.row(at));
        let line = scores.row_mut(at);
        line[wide(labels[*row])] -= leverage;
        for score in line {
            *score /= (1.0 - leverage).max(RIDGE);
        }
    }
    scores
}

/// All rows in a seeded order that any beginning of spreads evenly over the classes: one of each, then another of each.
fn spread(labels: &[u32]) -> Vec<usize> {
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
    turns.into_iter().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tier;
    use crate::features::Features;
    use crate::kernel::Tongue;
    use crate::lexicon::Lexicon;
    use crate::ridge::exact;

    #[test]
    fn all_rows_as_landmarks_fit_as_exactly_as_all_rows() {
        let texts =
            ["where is my parcel", "track my parcel", "reset my password", "i lost my password", "good morning"];
        let features = texts.map(Features::of);
        let lexicon = Lexicon::fit(features.iter().map(|features| &features.counts));
        let rows: Vec<_> = features.iter().map(|features| (features, Tongue::English)).collect();
        let labels = [0, 0, 1, 1];
        let ready = |rows: &Rows<'_>| Texts::new(&lexicon, rows, Tier::Default);
        let kept: Vec<usize> = (0..rows.len()).collect();
        let (fitted, exact) = (solve(&ready, &rows, &labels, 2, kept, &[0, 2]), exact::fit(&ready, &rows, &labels, 2));
        for row in 0..rows.len() {
            for (ours, theirs) in fitted.coefficients.row(row).iter().zip(exact.coefficients.row(row)) {
                assert!((ours - theirs).abs() < 0.02, "{row}: {ours} {theirs}");
            }
        }
    }

    #[test]
    fn any_beginning_of_the_order_is_spread() {
        let labels: Vec<u32> = (0..90).map(|row| u32::from(row >= 60) + u32::from(row >= 80)).collect();
        let mut seen = [0; 3];
        spread(&labels).iter().take(9).for_each(|row| seen[wide(labels[*row])] += 1);
        assert_eq!(seen, [3, 3, 3]);
    }
}
