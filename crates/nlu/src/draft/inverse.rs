//! An inverse kernel matrix with its coefficients, to which rows are added and from which they are taken.
//!
//! With P = (K + λI)⁻¹ and A = PY, a new row with kernel k, own kernel κ and target y:
//!
//! ```text
//! v = P k        s = κ + λ − k·v        f = kᵀ A
//! P ← [P + vvᵀ/s, −v/s; −vᵀ/s, 1/s]     A ← [A + v (f − y)/s; (y − f)/s]
//! ```
//!
//! and without row r, p its column and π its entry there, before row and column r are dropped:
//!
//! ```text
//! P ← P − p pᵀ/π                        A ← A − p Aᵣ/π
//! ```
#![expect(clippy::indexing_slicing, reason = "numeric kernel: a square table and one beside it, of as many rows")]

use crate::algebra::{Matrix, axpy, dot};
use crate::ridge::RIDGE;

/// P and A, by row.
#[derive(Debug, Clone)]
pub(crate) struct Inverse {
    square: Vec<Vec<f32>>,
    coefficients: Vec<Vec<f32>>,
    classes: usize,
}

impl Inverse {
    /// Takes L⁻ᵀ, where K + λI is L times its transpose, and A.
    pub(crate) fn new(factor: &Matrix, coefficients: &Matrix) -> Self {
        let product = Matrix::products(&factor.view(), &factor.view());
        Self {
            square: (0..product.rows()).map(|row| product.row(row).to_vec()).collect(),
            coefficients: (0..coefficients.rows()).map(|row| coefficients.row(row).to_vec()).collect(),
            classes: coefficients.width(),
        }
    }

    /// Makes room for one class more.
    pub(crate) fn add_class(&mut self) {
        self.classes += 1;
        self.coefficients.iter_mut().for_each(|row| row.push(0.0));
    }

    /// Adds a row of a class at the end; `kernel` is that with each row there is, and at last with itself.
    pub(crate) fn add(&mut self, kernel: &[f32], class: usize) {
        let Some((own, kernel)) = kernel.split_last() else { return };
        let moved: Vec<f32> = self.square.iter().map(|row| dot(row, kernel)).collect();
        let rest = (own + RIDGE - dot(kernel, &moved)).max(RIDGE);
        let mut error = vec![0.0; self.classes];
        for (row, kernel) in self.coefficients.iter().zip(kernel) {
            axpy(*kernel, row, &mut error);
        }
        error[class] -= 1.0;
        for ((row, coefficients), moved_by) in self.square.iter_mut().zip(&mut self.coefficients).zip(&moved) {
            axpy(moved_by / rest, &moved, row);
            row.push(-moved_by / rest);
            axpy(moved_by / rest, &error, coefficients);
        }
        self.square.push(moved.iter().map(|moved| -moved / rest).chain([1.0 / rest]).collect());
        self.coefficients.push(error.iter().map(|error| -error / rest).collect());
    }

    /// Takes a row out; the last one takes its place.
    pub(crate) fn remove(&mut self, row: usize) {
        let (column, taken) = (self.square.swap_remove(row), self.coefficients.swap_remove(row));
        let pivot = column[row];
        let mut column_of_rows = column.clone();
        column_of_rows.swap_remove(row);
        for ((line, coefficients), by) in self.square.iter_mut().zip(&mut self.coefficients).zip(&column_of_rows) {
            axpy(-by / pivot, &column, line);
            line.swap_remove(row);
            axpy(-by / pivot, &taken, coefficients);
        }
    }

    /// A, row × class.
    pub(crate) fn coefficients(&self) -> Matrix {
        Matrix::from_rows(self.classes, self.coefficients.concat())
    }

    /// The scores of some rows, each by a model without it: Yᵢ − Aᵢ / Pᵢᵢ; the rows with their classes.
    pub(crate) fn held_out(&self, labelled: &[(usize, usize)]) -> Matrix {
        let mut scores = Matrix::zeros(labelled.len(), self.classes);
        for (at, (row, class)) in labelled.iter().enumerate() {
            axpy(-1.0 / self.square[*row][*row], &self.coefficients[*row], scores.row_mut(at));
            scores.row_mut(at)[*class] += 1.0;
        }
        scores
    }
}
