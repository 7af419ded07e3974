//! Cholesky factors, built of row products alone so that one kernel makes them fast.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: every index stays below the order of the matrix")]

use super::{Matrix, Triangle, dot};

/// Columns that are factored together; bands are a whole number of them.
const BLOCK: usize = 48;
/// What a pivot is raised to where rounding ate it: the matrices here are positive definite by their ridge.
const LEAST_PIVOT: f32 = 1e-6;

/// A lower triangular L with K = L·Lᵀ.
pub(crate) struct Factor(Triangle);

impl Factor {
    /// Factors a symmetric positive definite matrix, of which this is the lower triangle, where it lies.
    pub(crate) fn of(mut matrix: Triangle) -> Self {
        let order = matrix.order();
        for start in (0..order).step_by(BLOCK) {
            let end = (start + BLOCK).min(order);
            let runs: Vec<_> = matrix.runs(start).collect();
            for run in runs {
                let done = Matrix::products(&matrix.block(run.clone(), 0..start), &matrix.block(start..end, 0..start));
                for (row, line) in run.enumerate() {
                    let cells = &mut matrix.row_mut(line)[start..end];
                    cells.iter_mut().zip(done.row(row)).for_each(|(cell, done)| *cell -= done);
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

    /// The factor of the last rows and columns once those before are eliminated: its inverse is the end of K⁻¹.
    pub(crate) fn corner(&self, order: usize) -> Self {
        Self(self.0.corner(order))
    }

    /// Solves x·Lᵀ = b for each row b of a matrix, in place: x = b·L⁻ᵀ. Rows begin with `first` zeros.
    pub(crate) fn solve_rows(&self, right: &mut Matrix, first: usize) {
        let order = self.0.order();
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

    /// Solves x·L = b for each row b of a matrix, in place: x = b·L⁻¹. After [`Self::solve_rows`] it gives b·K⁻¹.
    pub(crate) fn solve_rows_back(&self, right: &mut Matrix) {
        let order = self.0.order();
        for start in (0..order).step_by(BLOCK).rev() {
            let end = (start + BLOCK).min(order);
            let mut below = Matrix::zeros(end - start, order - start);
            for row in start..order {
                for (column, value) in self.0.row(row)[start..end].iter().enumerate() {
                    below.row_mut(column)[row - start] = *value;
                }
            }
            let width = end - start;
            let known = below.block(0..width, width..order - start);
            let done = Matrix::products(&right.block(0..right.rows(), end..order), &known);
            for row in 0..right.rows() {
                let line = &mut right.row_mut(row)[start..end];
                for column in (0..width).rev() {
                    let factor = &below.row(column)[column..width];
                    let rest = line[column] - done.row(row)[column] - dot(&line[column + 1..], &factor[1..]);
                    line[column] = rest / factor[0];
                }
            }
        }
    }

    /// L⁻ᵀ, upper triangular: row j holds column j of L⁻¹, so that K⁻¹'s entries are products of its rows.
    pub(crate) fn inverse_rows(&self) -> Matrix {
        let order = self.0.order();
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
            let factor = Factor::of(Triangle::of(&gram));
            let inverse = factor.inverse_rows();
            let inverse = Matrix::products(&inverse.view(), &inverse.view());
            let unit = Matrix::products(&gram.view(), &inverse.view());
            for i in 0..order {
                for (j, value) in unit.row(i).iter().enumerate() {
                    assert!((value - if i == j { 1.0 } else { 0.0 }).abs() < 2e-2, "{order}: {i} {j} {value}");
                }
            }
        }
    }

    #[test]
    fn both_ways_solve_and_the_corner_is_the_end_of_the_inverse() {
        // The last order takes two bands.
        for order in [1, 48, 131, 1_000] {
            let gram = definite(order);
            let factor = Factor::of(Triangle::of(&gram));
            let mut solved = gram.clone();
            factor.solve_rows(&mut solved, 0);
            factor.solve_rows_back(&mut solved);
            for i in 0..order {
                for (j, value) in solved.row(i).iter().enumerate() {
                    assert!((value - if i == j { 1.0 } else { 0.0 }).abs() < 2e-2, "{order}: {i} {j} {value}");
                }
            }
            let (whole, corner) = (factor.inverse_rows(), factor.corner(order / 2).inverse_rows());
            let from = order - order / 2;
            for row in 0..order / 2 {
                let (ours, theirs) = (corner.row(row), &whole.row(from + row)[from..]);
                assert!(ours.iter().zip(theirs).all(|(ours, theirs)| (ours - theirs).abs() < 1e-6), "{order}: {row}");
            }
        }
    }
}
