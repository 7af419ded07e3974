//! The exact fit: A = (K + λI)⁻¹Y over all rows.
//!
//! The scores of row i by a model without it are Yᵢ − Aᵢ / ((K + λI)⁻¹)ᵢᵢ (Rifkin and Lippert 2007, "Notes on regularized
//! least squares").
#![expect(clippy::indexing_slicing, reason = "numeric kernel: classes and rows stay below the sizes taken here")]

use super::{RIDGE, Ridge};
use crate::algebra::{Factor, Matrix, axpy, dot};
use crate::kernel::{Texts, gram};
use crate::number::wide;

/// Fits texts, of which the first have labels; O(n³).
pub(crate) fn fit(texts: &Texts, labels: &[u32], classes: usize) -> Ridge {
    solve(texts, labels, classes).0
}

/// The fit, and L⁻ᵀ: the products of its rows are the entries of (K + λI)⁻¹.
pub(crate) fn solve(texts: &Texts, labels: &[u32], classes: usize) -> (Ridge, Matrix) {
    let mut kernel = gram(texts);
    let order = kernel.rows();
    for row in 0..order {
        kernel.row_mut(row)[row] += RIDGE;
    }
    let inverse = Factor::of(kernel).inverse_rows();
    let mut sums = Matrix::zeros(classes, order);
    for (row, class) in labels.iter().enumerate() {
        axpy(1.0, &inverse.row(row)[row..], &mut sums.row_mut(wide(*class))[row..]);
    }
    let coefficients = Matrix::products(&inverse.view(), &sums.view());
    let mut held_out = Matrix::zeros(labels.len(), classes);
    for (row, class) in labels.iter().enumerate() {
        let line = &inverse.row(row)[row..];
        axpy(-1.0 / dot(line, line), coefficients.row(row), held_out.row_mut(row));
        held_out.row_mut(row)[wide(*class)] += 1.0;
    }
    let judged = (0..labels.len()).collect();
    (Ridge { rows: (0..order).collect(), coefficients, judged, held_out }, inverse)
}
