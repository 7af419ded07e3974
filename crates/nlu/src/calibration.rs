//! What raw scores mean: a probability, a threshold, a distance that is too close to call.

use crate::number::{double, real, single, whole};

/// How a model did on a phrase that it had not seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evidence {
    /// The best raw score.
    pub(crate) score: f32,
    /// Its lead on the second best.
    pub(crate) margin: f32,
    /// Whether the best was right.
    pub(crate) correct: bool,
}

/// What was learned from evidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Calibration {
    /// Weights of score and margin, and the offset, before the logistic function.
    pub(crate) platt: [f32; 3],
    /// 5 % quantile of the score where the best was right.
    pub(crate) threshold: f32,
    /// 10 % quantile.
    pub(crate) strict: f32,
    /// Closer best confidences are ambiguous.
    pub(crate) delta: f32,
}

/// Where a bot too small for evidence starts: the mean of what leave-one-out gave on the training parts of BANKING77 and
/// CLINC150 with five and ten phrases an intent.
const PRIOR: Calibration = Calibration { platt: [3.3, 7.0, -1.0], threshold: 0.2, strict: 0.25, delta: 0.1 };
/// Rows of evidence that the prior counts for.
const PRIOR_ROWS: f64 = 2.0;
/// What a message must reach in a bot of few phrases, whose scores without one of them say little.
const LEAST_THRESHOLD: f32 = 0.15;
/// The bounds of δ.
const DELTA: (f32, f32) = (0.02, 0.3);

impl Calibration {
    /// Learns from the phrases of one model, each judged by a model that had not seen it.
    pub(crate) fn fit(evidence: &[Evidence]) -> Self {
        let mut scores: Vec<f32> = evidence.iter().filter(|row| row.correct).map(|row| row.score).collect();
        let mut calibration = Self { platt: platt(evidence), ..PRIOR };
        calibration.threshold = quantile(&mut scores, 0.05).unwrap_or(PRIOR.threshold).max(LEAST_THRESHOLD);
        calibration.strict = quantile(&mut scores, 0.10).unwrap_or(PRIOR.strict).max(LEAST_THRESHOLD);
        let mut gaps: Vec<f32> = evidence.iter().filter(|row| row.correct).map(|row| calibration.gap(*row)).collect();
        calibration.delta = quantile(&mut gaps, 0.05).unwrap_or(PRIOR.delta).clamp(DELTA.0, DELTA.1);
        calibration
    }

    /// P(this intent is meant), from its raw score and its lead on the best of the others (negative for runners-up).
    pub(crate) fn confidence(&self, score: f32, margin: f32) -> f32 {
        let [by_score, by_margin, offset] = self.platt;
        logistic(by_score * score + by_margin * margin + offset)
    }

    fn gap(&self, row: Evidence) -> f32 {
        self.confidence(row.score, row.margin) - self.confidence(row.score - row.margin, -row.margin)
    }
}

fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// The q-quantile, lower of the two neighbours; `None` of nothing.
fn quantile(values: &mut [f32], q: f64) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    values.get(whole(q * double(values.len()))).copied()
}

/// Logistic regression of `correct` on score and margin with Platt's smoothed targets (Platt 1999), by Newton steps; held
/// to the prior by a quadratic penalty worth [`PRIOR_ROWS`] rows, and to weights that are not negative.
fn platt(evidence: &[Evidence]) -> [f32; 3] {
    let right = evidence.iter().filter(|row| row.correct).count();
    let high = (double(right) + 1.0) / (double(right) + 2.0);
    let low = 1.0 / (double(evidence.len() - right) + 2.0);
    let prior = PRIOR.platt.map(f64::from);
    let mut weights = prior;
    for _ in 0..50 {
        let mut gradient = [0, 1, 2].map(|i: usize| {
            PRIOR_ROWS * (weights.get(i).copied().unwrap_or(0.0) - prior.get(i).copied().unwrap_or(0.0)) / 10.0
        });
        let mut hessian = [[0.0; 3]; 3];
        for (i, row) in hessian.iter_mut().enumerate() {
            if let Some(cell) = row.get_mut(i) {
                *cell = PRIOR_ROWS / 10.0;
            }
        }
        for row in evidence {
            let x = [f64::from(row.score), f64::from(row.margin), 1.0];
            let p = 1.0 / (1.0 + (-dot(weights, x)).exp());
            let error = p - if row.correct { high } else { low };
            let curve = (p * (1.0 - p)).max(1e-9);
            for ((slope, line), xi) in gradient.iter_mut().zip(&mut hessian).zip(x) {
                *slope += error * xi;
                line.iter_mut().zip(x).for_each(|(cell, xj)| *cell += curve * xi * xj);
            }
        }
        let step = solve(hessian, gradient);
        weights.iter_mut().zip(step).for_each(|(w, s)| *w -= s.clamp(-5.0, 5.0));
        weights.iter_mut().take(2).for_each(|w| *w = w.max(0.0));
        if step.iter().all(|s| s.abs() < 1e-6) {
            break;
        }
    }
    weights.map(single)
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Solves a symmetric positive definite 3 × 3 system by Cramer's rule.
fn solve(matrix: [[f64; 3]; 3], right: [f64; 3]) -> [f64; 3] {
    let [a, b, c] = matrix;
    let whole = dot(a, cross(b, c));
    // The matrix is symmetric: its rows are its columns.
    [dot(right, cross(b, c)) / whole, dot(a, cross(right, c)) / whole, dot(a, cross(b, right)) / whole]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    let ([a0, a1, a2], [b0, b1, b2]) = (a, b);
    [a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0]
}

/// Expected calibration error: the mean distance of confidence and accuracy over ten bins of equal width (Guo et al.
/// 2017); `None` of nothing.
pub(crate) fn expected_error(rows: &[(f32, bool)]) -> Option<f32> {
    let mut bins = [(0.0_f32, 0.0_f32); 10];
    for (confidence, correct) in rows {
        if let Some(bin) = bins.get_mut(whole(f64::from(confidence * 10.0)).min(9)) {
            bin.0 += confidence;
            bin.1 += if *correct { 1.0 } else { 0.0 };
        }
    }
    let apart: f32 = bins.iter().map(|(confident, correct)| (confident - correct).abs()).sum();
    (!rows.is_empty()).then(|| apart / real(rows.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows whose chance to be right is `logistic(3 score + 2 margin - 1)`, by a fixed lattice.
    fn lattice() -> Vec<Evidence> {
        let mut rows = Vec::new();
        for (i, j) in (0..40_u8).flat_map(|i| (0..40_u8).map(move |j| (i, j))) {
            let (score, margin) = (f32::from(i) / 40.0, f32::from(j) / 40.0);
            let chance = f32::from((u16::from(i) * 17 + u16::from(j) * 29) % 97) / 97.0;
            rows.push(Evidence { score, margin, correct: chance < logistic(3.0 * score + 2.0 * margin - 1.0) });
        }
        rows
    }

    #[test]
    fn the_regression_finds_what_made_the_rows() {
        let [score, margin, offset] = platt(&lattice());
        assert!((score - 3.0).abs() < 0.5 && (margin - 2.0).abs() < 0.5 && (offset + 1.0).abs() < 0.3);
    }

    #[test]
    fn calibrated_rows_have_a_small_error() {
        let rows = lattice();
        let calibration = Calibration::fit(&rows);
        let judged: Vec<_> =
            rows.iter().map(|row| (calibration.confidence(row.score, row.margin), row.correct)).collect();
        assert!(expected_error(&judged).unwrap() < 0.03);
    }

    #[test]
    fn without_evidence_the_prior_speaks() {
        assert_eq!(Calibration::fit(&[]), PRIOR);
        let one = Calibration::fit(&[Evidence { score: 1.0, margin: 1.0, correct: true }]);
        assert!(one.platt.iter().all(|w| w.is_finite()) && (one.threshold - 1.0).abs() < 1e-6);
    }

    #[test]
    fn all_right_or_all_wrong_stays_finite() {
        for correct in [true, false] {
            let rows = vec![Evidence { score: 0.5, margin: 0.2, correct }; 200];
            let confidence = Calibration::fit(&rows).confidence(0.5, 0.2);
            assert!(if correct { confidence > 0.9 } else { confidence < 0.1 }, "{confidence}");
        }
    }
}
