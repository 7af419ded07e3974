//! Cholesky factors, built of row products alone so that one kernel makes them fast.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: every index stays below the order of the matrix")]

use super::{Matrix, dot};

/// Columns that are factored together.
const BLOCK: usize = 48;
/// What a pivot is raised to where rounding ate it: the matrices here are positive definite by their ridge.
const LEAST_PIVOT: f32 = 1e-6;

/// A lower triangular L with K = L·Lᵀ.
pub(crate) struct Factor(Matrix);

impl Factor {
    /// Factors a symmetric positive definite matrix; only its lower triangle is read.
    pub(crate) fn of(mut matrix: Matrix) -> Self {
        let order = matrix.rows();
        for start in (0..order).step_by(BLOCK) {
            let end = (start + BLOCK).min(order);
            let done = Matrix::products(&matrix.block(start..order, 0..start), &matrix.block(start..end, 0..start));
            for row in start..order {
                for (cell, done) in matrix.row_mut(row)[start..end].iter_mut().zip(done.row(row - start)) {
                    *cell -= done;
                }
            }
            let mut corner = vec![0.0; BLOCK * BLOCK];
            for row in start..order {
                let line = &mut matrix.row_mut(row)[start..];
                for column in 0..(row - start).min(end - start) {
                    let pivot = &corner[column * BLOCK..=column * BLOCK + column];
                    line[column] = (line[column] - dot(&line[..column], &pivot[..column])) / pivot[column];
                }
                if row < end {
                    let length = row + 1 - start;
                    let before = &line[..length - 1];
                    line[length - 1] = (line[length - 1] - dot(before, before)).max(LEAST_PIVOT).sqrt();
                    corner[(row - start) * BLOCK..][..length].copy_from_slice(&line[..length]);
                    line[length..].fill(0.0);
                }
            }
        }
        Self(matrix)
    }

    /// Solves x·Lᵀ = b for each row b of a matrix, in place: x = b·L⁻ᵀ. Rows begin with `zeros(row)` zeros.
    pub(crate) fn solve_rows(&self, right: &mut Matrix, first: usize) {
        let order = self.0.rows();
        for start in ((first - first % BLOCK)..order).step_by(BLOCK) {
            let end = (start + BLOCK).min(order);
            let known = first.min(start)..start;
            let done = Matrix::products(&right.block(0..right.rows(), known.clone()), &self.0.block(start..end, known));
            for row in 0..right.rows() {
                let line = &mut right.row_mut(row)[start..end];
                for (column, done) in done.row(row).iter().enumerate() {
                    let factor = &self.0.row(start + column)[start..=start + column];
                    let rest = line[column] - done - dot(&line[..column], &factor[..column]);
                    line[column] = rest / factor[column];
                }
            }
        }
    }

    /// L⁻ᵀ, upper triangular: row j holds column j of L⁻¹, so that K⁻¹'s entries are products of its rows.
    pub(crate) fn inverse_rows(&self) -> Matrix {
        let order = self.0.rows();
        let mut inverse = Matrix::zeros(order, order);
        for start in (0..order).step_by(BLOCK) {
            let end = (start + BLOCK).min(order);
            let mut rows = Matrix::zeros(end - start, order);
            for row in start..end {
                rows.row_mut(row - start)[row] = 1.0;
            }
            self.solve_rows(&mut rows, start);
            for row in start..end {
                inverse.row_mut(row).copy_from_slice(rows.row(row - start));
            }
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::single;
    use crate::random::Random;

    /// A random symmetric positive definite matrix.
    fn definite(order: usize) -> Matrix {
        let mut random = Random::seeded(3);
        let data = (0..order * order)
            .map(|_| single(f64::from(u32::try_from(random.next() >> 40).unwrap()) / 1.7e7))
            .collect();
        let rows = Matrix::from_rows(order, data);
        let mut gram = Matrix::products(&rows.view(), &rows.view());
        (0..order).for_each(|i| gram.row_mut(i)[i] += 1.0);
        gram
    }

    #[test]
    fn the_inverse_inverts() {
        for order in [1, 5, 48, 49, 131] {
            let gram = definite(order);
            let inverse = Factor::of(gram.clone()).inverse_rows();
            let inverse = Matrix::products(&inverse.view(), &inverse.view());
            let unit = Matrix::products(&gram.view(), &inverse.view());
            for i in 0..order {
                for (j, value) in unit.row(i).iter().enumerate() {
                    assert!((value - if i == j { 1.0 } else { 0.0 }).abs() < 2e-2, "{order}: {i} {j} {value}");
                }
            }
        }
    }
}
