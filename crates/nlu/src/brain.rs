//! What one tier of a model has learned: coefficients over the remembered rows, and what their scores mean.

use crate::algebra::Matrix;
use crate::calibration::{Calibration, Evidence};
use crate::coefficients::Coefficients;
use crate::number::wide;

/// Coefficients with their calibration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Brain {
    pub(crate) coefficients: Coefficients,
    pub(crate) calibration: Calibration,
}

impl Brain {
    /// Takes coefficients (row × class) and the labelled rows' scores without themselves (labelled row × class).
    pub(crate) fn new(coefficients: &Matrix, held_out: &Matrix, labels: &[u32]) -> Self {
        Self {
            coefficients: Coefficients::quantise(coefficients),
            calibration: Calibration::fit(&evidence(held_out, labels)),
        }
    }

    /// How sure the best of all classes' scores is, and whether it is in scope.
    pub(crate) fn verdict(&self, scores: &[f32]) -> (f32, bool) {
        let (score, second) = best_two(scores);
        (self.calibration.confidence(score, score - second), score >= self.calibration.threshold)
    }
}

/// How each labelled row fares without itself.
pub(crate) fn evidence(held_out: &Matrix, labels: &[u32]) -> Vec<Evidence> {
    let judge = |(row, class): (usize, &u32)| {
        let scores = held_out.row(row);
        let (score, second) = best_two(scores);
        let correct = scores.get(wide(*class)).is_some_and(|own| *own >= score);
        Evidence { score, margin: score - second, correct }
    };
    labels.iter().enumerate().map(judge).collect()
}

/// The two highest scores; 0 where there is none.
pub(crate) fn best_two(scores: &[f32]) -> (f32, f32) {
    let (mut first, mut second) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
    for score in scores {
        if *score > first {
            (first, second) = (*score, first);
        } else if *score > second {
            second = *score;
        }
    }
    (if first.is_finite() { first } else { 0.0 }, if second.is_finite() { second } else { 0.0 })
}
