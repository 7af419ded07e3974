//! Lower triangular matrices, kept in bands of rows so that what lies above the diagonal takes hardly any room.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: every row stays below the order of the matrix")]

use super::matrix::PANEL;
use super::{Matrix, View};
use std::ops::Range;

/// Rows of a band, each as wide as the band's last row is long: a whole number of the blocks that are worked on at once.
const BAND: usize = 10 * PANEL;

/// A lower triangular matrix of some order.
#[derive(Debug, Clone)]
pub(crate) struct Triangle {
    order: usize,
    bands: Vec<Matrix>,
}

impl Triangle {
    pub(crate) fn zeros(order: usize) -> Self {
        let bands = (0..order).step_by(BAND).map(|start| {
            let end = (start + BAND).min(order);
            Matrix::zeros(end - start, end)
        });
        Self { order, bands: bands.collect() }
    }

    /// The lower triangle of a square matrix.
    #[cfg(test)]
    pub(crate) fn of(square: &Matrix) -> Self {
        let mut triangle = Self::zeros(square.rows());
        for row in 0..square.rows() {
            triangle.row_mut(row)[..=row].copy_from_slice(&square.row(row)[..=row]);
        }
        triangle
    }

    pub(crate) fn order(&self) -> usize {
        self.order
    }

    /// A row as far as the diagonal, and some numbers without meaning after it.
    pub(crate) fn row(&self, row: usize) -> &[f32] {
        self.bands[row / BAND].row(row % BAND)
    }

    /// See [`Self::row`].
    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [f32] {
        self.bands[row / BAND].row_mut(row % BAND)
    }

    /// Adds to each number of the diagonal.
    pub(crate) fn lift(&mut self, by: f32) {
        (0..self.order).for_each(|row| self.row_mut(row)[row] += by);
    }

    /// Some rows' columns as a view; the rows lie in one band, the columns at or before the diagonal's.
    pub(crate) fn block(&self, rows: Range<usize>, columns: Range<usize>) -> View<'_> {
        let from = rows.start % BAND;
        self.bands[rows.start / BAND].block(from..from + rows.len(), columns)
    }

    /// The rows from one on, cut where a band ends.
    pub(crate) fn runs(&self, from: usize) -> impl Iterator<Item = Range<usize>> {
        let bands = (0..self.order).step_by(BAND).map(|start| start..(start + BAND).min(self.order));
        bands.filter(move |band| band.end > from).map(move |band| band.start.max(from)..band.end)
    }

    /// The last rows and columns as a triangle of their own.
    pub(crate) fn corner(&self, order: usize) -> Self {
        let mut corner = Self::zeros(order);
        let from = self.order - order;
        for row in 0..order {
            corner.row_mut(row)[..=row].copy_from_slice(&self.row(from + row)[from..=from + row]);
        }
        corner
    }

    /// Adds the products of each row of `factor` with each row up to it.
    pub(crate) fn add_products(&mut self, factor: &Matrix) {
        for start in (0..factor.rows()).step_by(PANEL) {
            let end = (start + PANEL).min(factor.rows());
            let all = 0..factor.width();
            let products = Matrix::products(&factor.block(start..end, all.clone()), &factor.block(0..end, all));
            for row in start..end {
                for (cell, product) in self.row_mut(row).iter_mut().zip(products.row(row - start)) {
                    *cell += product;
                }
            }
        }
    }
}
