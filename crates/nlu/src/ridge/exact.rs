//! The exact fit: A = (K + λI)⁻¹Y over all rows.
//!
//! The scores of row i by a model without it are Yᵢ − Aᵢ / ((K + λI)⁻¹)ᵢᵢ (Rifkin and Lippert 2007, "Notes on regularized
//! least squares"). Where there are many rows only some are judged so: they are put last, since the end of the inverse
//! needs nothing but the end of the factor.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: classes and rows stay below the sizes taken here")]

use super::{JUDGED, RIDGE, Ridge, Rows};
use crate::algebra::{Factor, Matrix, axpy, dot};
use crate::kernel::{Texts, gram};
use crate::number::wide;
use crate::random::Random;

/// Fits rows, of which the first have labels; O(n³).
pub(crate) fn fit(texts: &dyn Fn(&Rows<'_>) -> Texts, all: &Rows<'_>, labels: &[u32], classes: usize) -> Ridge {
    if labels.len() <= JUDGED {
        return solve(&texts(all), labels, classes).0;
    }
    let mut labelled: Vec<usize> = (0..labels.len()).collect();
    Random::seeded(0x1a57).shuffle(&mut labelled);
    let order: Vec<usize> = (labels.len()..all.len()).chain(labelled).collect();
    solve_judging_last(texts, all, &order, labels, classes, JUDGED)
}

/// The fit, and L⁻ᵀ: the products of its rows are the entries of (K + λI)⁻¹.
pub(crate) fn solve(texts: &Texts, labels: &[u32], classes: usize) -> (Ridge, Matrix) {
    let mut kernel = gram(texts);
    let order = kernel.order();
    kernel.lift(RIDGE);
    let inverse = Factor::of(kernel).inverse_rows();
    let mut sums = Matrix::zeros(classes, order);
    for (row, class) in labels.iter().enumerate() {
        axpy(1.0, &inverse.row(row)[row..], &mut sums.row_mut(wide(*class))[row..]);
    }
    let coefficients = Matrix::products(&inverse.view(), &sums.view());
    let judged: Vec<usize> = (0..labels.len()).collect();
    let held_out = held_out(&inverse, &coefficients, labels, &judged);
    (Ridge { rows: (0..order).collect(), coefficients, judged, held_out }, inverse)
}

/// The fit of rows taken in an order, of which the last ones are judged.
fn solve_judging_last(
    texts: &dyn Fn(&Rows<'_>) -> Texts,
    all: &Rows<'_>,
    order: &[usize],
    labels: &[u32],
    classes: usize,
    judged: usize,
) -> Ridge {
    let mut kernel = gram(&texts(&order.iter().map(|row| all[*row]).collect::<Vec<_>>()));
    kernel.lift(RIDGE);
    let factor = Factor::of(kernel);
    let mut by_class = Matrix::zeros(classes, order.len());
    for (at, row) in order.iter().enumerate() {
        if let Some(class) = labels.get(*row) {
            by_class.row_mut(wide(*class))[at] = 1.0;
        }
    }
    factor.solve_rows(&mut by_class, 0);
    factor.solve_rows_back(&mut by_class);
    let mut coefficients = Matrix::zeros(order.len(), classes);
    for class in 0..classes {
        for (row, value) in order.iter().zip(by_class.row(class)) {
            coefficients.row_mut(*row)[class] = *value;
        }
    }
    let judged = &order[order.len() - judged..];
    let inverse = factor.corner(judged.len()).inverse_rows();
    let held_out = held_out(&inverse, &coefficients, labels, judged);
    Ridge { rows: (0..order.len()).collect(), coefficients, judged: judged.to_vec(), held_out }
}

/// The scores of judged rows by models without them; row i of `inverse` holds what (K + λI)⁻¹ has for the i-th of them.
fn held_out(inverse: &Matrix, coefficients: &Matrix, labels: &[u32], judged: &[usize]) -> Matrix {
    let mut scores = Matrix::zeros(judged.len(), coefficients.width());
    for (at, row) in judged.iter().enumerate() {
        let line = &inverse.row(at)[at..];
        axpy(-1.0 / dot(line, line), coefficients.row(*row), scores.row_mut(at));
        scores.row_mut(at)[wide(labels[*row])] += 1.0;
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tier;
    use crate::features::Features;
    use crate::kernel::Tongue;
    use crate::lexicon::Lexicon;

    #[test]
    fn judging_the_last_only_gives_the_same() {
        let texts = ["where is my parcel", "track my parcel", "reset my password", "i lost my password", "hello"];
        let features = texts.map(Features::of);
        let lexicon = Lexicon::fit(features.iter().map(|features| &features.counts));
        let rows: Vec<_> = features.iter().map(|features| (features, Tongue::English)).collect();
        let labels = [0, 0, 1, 1];
        let ready = |rows: &Rows<'_>| Texts::new(&lexicon, rows, Tier::Default);
        let whole = solve(&ready(&rows), &labels, 2).0;
        let some = solve_judging_last(&ready, &rows, &[4, 3, 0, 2, 1], &labels, 2, 2);
        assert_eq!((some.judged.as_slice(), some.rows), ([2, 1].as_slice(), whole.rows));
        let close = |ours: &[f32], theirs: &[f32]| ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() < 1e-4);
        assert!((0..5).all(|row| close(some.coefficients.row(row), whole.coefficients.row(row))));
        assert!(
            close(some.held_out.row(0), whole.held_out.row(2)) && close(some.held_out.row(1), whole.held_out.row(1))
        );
    }
}
