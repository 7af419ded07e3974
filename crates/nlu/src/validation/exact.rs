//! The scores of held-out parts in closed form, from one exact fit over all rows.
//!
//! With Q = (K + λI)⁻¹ and A = QY, the scores of the rows F by a model without them are
//!
//! ```text
//! f = Y_F − (Q_FF)⁻¹ A_F
//! ```
//!
//! (An, Liu and Venkatesh 2007, "Fast cross-validation algorithms for least squares support vector machine and kernel
//! ridge regression"; for one row it is the leave-one-out score of `ridge::exact`.)
#![expect(clippy::indexing_slicing, reason = "numeric kernel: rows and classes stay below the sizes taken here")]

use crate::algebra::{Factor, Matrix, Triangle, dot};
use crate::kernel::Texts;
use crate::number::wide;
use crate::ridge::solve;

/// Row × class for each part; `None` when told to stop.
pub(super) fn scores(
    texts: &Texts,
    labels: &[u32],
    classes: usize,
    parts: &[Vec<usize>],
    tell: &dyn Fn(usize) -> bool,
) -> Option<Vec<Matrix>> {
    let (ridge, inverse) = solve(texts, labels, classes);
    let mut scores = Vec::with_capacity(parts.len());
    for (done, part) in (1..).zip(parts) {
        // The fit was the first step.
        if !tell(done) {
            return None;
        }
        let mut block = Triangle::zeros(part.len());
        for (at, row) in part.iter().enumerate() {
            for (other_at, other) in part.iter().enumerate().take(at + 1) {
                let from = (*row).max(*other);
                block.row_mut(at)[other_at] = dot(&inverse.row(*row)[from..], &inverse.row(*other)[from..]);
            }
        }
        let mut right = Matrix::zeros(classes, part.len());
        for (at, row) in part.iter().enumerate() {
            for (class, value) in ridge.coefficients.row(*row).iter().enumerate() {
                right.row_mut(class)[at] = *value;
            }
        }
        let factor = Factor::of(block);
        factor.solve_rows(&mut right, 0);
        factor.solve_rows_back(&mut right);
        let mut of_part = Matrix::zeros(part.len(), classes);
        for (at, row) in part.iter().enumerate() {
            for (class, score) in of_part.row_mut(at).iter_mut().enumerate() {
                *score = -right.row(class)[at];
            }
            of_part.row_mut(at)[wide(labels[*row])] += 1.0;
        }
        scores.push(of_part);
    }
    Some(scores)
}
