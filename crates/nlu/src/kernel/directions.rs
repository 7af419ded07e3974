//! The directions of all rows in one encoder's space.

use crate::algebra::{Matrix, byte_products};
use crate::features::Direction;
use crate::number::whole_real;

/// Row-major bytes and each row's scale.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Directions {
    pub(crate) bytes: Vec<i8>,
    pub(crate) scales: Vec<f32>,
}

impl Directions {
    pub(crate) fn build<'a>(rows: impl Iterator<Item = &'a Direction> + Clone) -> Self {
        let bytes = rows.clone().flat_map(|row| row.bytes.iter().copied()).collect();
        Self { bytes, scales: rows.map(|row| row.scale).collect() }
    }

    /// The cosine of a direction with each row's.
    pub(crate) fn cosines(&self, query: &Direction) -> Vec<f32> {
        let mut products = vec![0_i32; self.scales.len()];
        byte_products(&self.bytes, &query.bytes, &mut products);
        products.iter().zip(&self.scales).map(|(sum, scale)| query.scale * scale * whole_real(*sum)).collect()
    }

    /// Whether there are as many rows, each of as many bytes.
    pub(crate) fn has_shape(&self, rows: usize, width: usize) -> bool {
        self.scales.len() == rows && self.bytes.len() == rows * width
    }

    pub(crate) fn memory(&self) -> usize {
        self.bytes.len() + 4 * self.scales.len()
    }
}

/// Directions in full numbers, for fitting.
pub(crate) fn matrix<'a>(rows: impl Iterator<Item = &'a Direction>, width: usize) -> Matrix {
    Matrix::from_rows(width, rows.flat_map(Direction::values).collect())
}
