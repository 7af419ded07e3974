//! The scores of held-out parts of large sets, over a spread of landmarks (Nyström, as in `ridge::landmarks`).
//!
//! ```text
//! φ(x) = L⁻¹ k(x)        K = L Lᵀ over the landmarks, k: their kernel with x
//! G = Φᵀ Φ + λI          Φ: the φ of all rows;  G without part F is G − Φ_Fᵀ Φ_F
//! f = Φ_F (G − Φ_Fᵀ Φ_F)⁻¹ (Φᵀ Y − Φ_Fᵀ Y_F)
//! ```
//!
//! Landmarks have no labels here, so a landmark that is held out gives nothing away. The products of all parts make up
//! G, so each is made once.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: rows and classes stay below the sizes taken here")]

use crate::algebra::{Factor, Matrix, Triangle, axpy};
use crate::kernel::{Texts, against, gram};
use crate::number::wide;
use crate::ridge::{JITTER, RIDGE, Rows, spread};

/// The most rows that stand for all: 2,000 are within half a point of accuracy of the exact fit on CLINC150's 15,000
/// phrases.
const MOST: usize = 2_000;
/// Rows whose products are added together.
const CHUNK: usize = 512;

/// Row × class for each part; `None` when told to stop.
pub(super) fn scores(
    texts: &dyn Fn(&Rows<'_>) -> Texts,
    all: &Rows<'_>,
    labels: &[u32],
    classes: usize,
    parts: &[Vec<usize>],
    tell: &dyn Fn(usize) -> bool,
) -> Option<Vec<Matrix>> {
    let mut kept: Vec<usize> = spread(labels).into_iter().take(MOST).collect();
    kept.sort_unstable();
    kept.extend(labels.len()..all.len());
    let landmarks = texts(&kept.iter().map(|row| all[*row]).collect::<Vec<_>>());
    let mut kernel = gram(&landmarks);
    let order = kernel.order();
    kernel.lift(JITTER);
    let inner = Factor::of(kernel);
    let mut mapped = against(&texts(all), &landmarks);
    inner.solve_rows(&mut mapped, 0);
    if !tell(1) {
        return None;
    }
    let mut tested = vec![false; all.len()];
    parts.iter().flatten().for_each(|row| tested[*row] = true);
    let untested: Vec<usize> = (0..all.len()).filter(|row| !tested[*row]).collect();
    let squares: Vec<Triangle> = parts.iter().map(|part| square(&mapped, part)).collect();
    let sums: Vec<Matrix> = parts.iter().map(|part| by_class(&mapped, part, labels, classes)).collect();
    let (rest, rest_sums) = (square(&mapped, &untested), by_class(&mapped, &untested, labels, classes));
    let mut scores = Vec::with_capacity(parts.len());
    for (held, part) in parts.iter().enumerate() {
        let mut gram = rest.clone();
        let mut right = rest_sums.clone();
        gram.lift(RIDGE);
        for other in (0..parts.len()).filter(|other| *other != held) {
            for row in 0..order {
                let more = &squares[other].row(row)[..=row];
                gram.row_mut(row)[..=row].iter_mut().zip(more).for_each(|(cell, more)| *cell += more);
            }
            right.add(&sums[other]);
        }
        let factor = Factor::of(gram);
        factor.solve_rows(&mut right, 0);
        factor.solve_rows_back(&mut right);
        scores.push(Matrix::products(&rows_of(&mapped, part).view(), &right.view()));
        if !tell(held + 2) && held + 1 < parts.len() {
            return None;
        }
    }
    Some(scores)
}

fn rows_of(mapped: &Matrix, rows: &[usize]) -> Matrix {
    Matrix::from_rows(mapped.width(), rows.iter().flat_map(|row| mapped.row(*row).iter().copied()).collect())
}

/// ΦᵀΦ over some rows.
fn square(mapped: &Matrix, rows: &[usize]) -> Triangle {
    let mut square = Triangle::zeros(mapped.width());
    for some in rows.chunks(CHUNK) {
        square.add_products(&rows_of(mapped, some).transposed(0..some.len()));
    }
    square
}

/// YᵀΦ over some rows: class × landmark.
fn by_class(mapped: &Matrix, rows: &[usize], labels: &[u32], classes: usize) -> Matrix {
    let mut sums = Matrix::zeros(classes, mapped.width());
    for row in rows {
        if let Some(class) = labels.get(*row) {
            axpy(1.0, mapped.row(*row), sums.row_mut(wide(*class)));
        }
    }
    sums
}
