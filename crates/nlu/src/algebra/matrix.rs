//! Row-major matrices and views of their blocks.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: a view is cut inside its matrix when it is made")]

use super::simd::products;

/// Rows that are multiplied together.
pub(crate) const PANEL: usize = 96;

/// A row-major matrix.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Matrix {
    rows: usize,
    width: usize,
    data: Vec<f32>,
}

/// A block of a matrix: consecutive rows, consecutive columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    data: &'a [f32],
    stride: usize,
    rows: usize,
    column: usize,
    width: usize,
}

impl View<'_> {
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn row(&self, row: usize) -> &[f32] {
        let from = row * self.stride + self.column;
        &self.data[from..from + self.width]
    }
}

impl Matrix {
    pub(crate) fn zeros(rows: usize, width: usize) -> Self {
        Self { rows, width, data: vec![0.0; rows * width] }
    }

    /// Takes row-major numbers; the length must be a whole number of rows.
    pub(crate) fn from_rows(width: usize, data: Vec<f32>) -> Self {
        Self { rows: data.len().checked_div(width).unwrap_or(0), width, data }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn row(&self, row: usize) -> &[f32] {
        &self.data[row * self.width..(row + 1) * self.width]
    }

    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut self.data[row * self.width..(row + 1) * self.width]
    }

    pub(crate) fn data(&self) -> &[f32] {
        &self.data
    }

    pub(crate) fn data_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// Adds a matrix of the same shape.
    pub(crate) fn add(&mut self, other: &Self) {
        self.data.iter_mut().zip(&other.data).for_each(|(x, y)| *x += y);
    }

    /// The whole as a view.
    pub(crate) fn view(&self) -> View<'_> {
        self.block(0..self.rows, 0..self.width)
    }

    /// A block as a view.
    pub(crate) fn block(&self, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) -> View<'_> {
        View {
            data: &self.data[rows.start * self.width..rows.end * self.width],
            stride: self.width,
            rows: rows.len(),
            column: columns.start,
            width: columns.len(),
        }
    }

    /// The products of each row of `a` with each row of `b`.
    pub(crate) fn products(a: &View<'_>, b: &View<'_>) -> Self {
        let mut out = Self::zeros(a.rows(), b.rows());
        products(a, b, &mut out.data);
        out
    }

    /// Some of the rows with rows and columns changed over.
    pub(crate) fn transposed(&self, rows: std::ops::Range<usize>) -> Self {
        let mut out = Self::zeros(self.width, rows.len());
        for (column, row) in rows.enumerate() {
            for (line, value) in self.row(row).iter().enumerate() {
                out.data[line * out.width + column] = *value;
            }
        }
        out
    }
}
