//! A model's coefficients as 16-bit whole numbers with a scale by class.

use crate::algebra::{Matrix, axpy_short};
use crate::number::short;

/// Row × class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coefficients {
    pub(crate) scales: Vec<f32>,
    pub(crate) values: Vec<i16>,
}

impl Coefficients {
    /// Rounds to 1 / 32,767 of each class's largest.
    pub(crate) fn quantise(exact: &Matrix) -> Self {
        let mut scales = vec![f32::MIN_POSITIVE; exact.width()];
        for row in 0..exact.rows() {
            for (scale, value) in scales.iter_mut().zip(exact.row(row)) {
                *scale = scale.max(value.abs() / 32_767.0);
            }
        }
        let rows = (0..exact.rows()).flat_map(|row| exact.row(row).iter().zip(&scales));
        let values = rows.map(|(value, scale)| short(value / scale)).collect();
        Self { scales, values }
    }

    pub(crate) fn classes(&self) -> usize {
        self.scales.len()
    }

    /// The score of each class for a message that is so like each row; rows at 0 cost nothing.
    pub(crate) fn scores(&self, likeness: &[f32]) -> Vec<f32> {
        let mut scores = vec![0.0; self.classes()];
        if !scores.is_empty() {
            for (row, likeness) in
                self.values.chunks_exact(scores.len()).zip(likeness).filter(|(_, likeness)| **likeness > 0.0)
            {
                axpy_short(*likeness, row, &mut scores);
            }
        }
        scores.iter_mut().zip(&self.scales).for_each(|(score, scale)| *score *= scale);
        scores
    }

    /// One row's coefficient of one class.
    pub(crate) fn get(&self, row: usize, class: usize) -> f32 {
        let value = self.values.get(row * self.classes() + class).copied().unwrap_or(0);
        self.scales.get(class).copied().unwrap_or(0.0) * f32::from(value)
    }

    pub(crate) fn bytes(&self) -> usize {
        2 * self.values.len() + 4 * self.scales.len()
    }
}
