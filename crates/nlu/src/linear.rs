//! A linear one-vs-rest classifier: squared hinge with an L2 penalty, by dual coordinate descent.
//!
//! Hsieh et al. 2008, "A dual coordinate descent method for large-scale linear SVM", algorithm 1, with one difference:
//! all classes visit a row together, so that the row's features are read once and classes lie side by side in memory.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: every index comes from the tables built in fit")]

use crate::number::{narrow, wide};
use crate::random::Random;
use crate::sparse::Sparse;

/// The penalty's inverse, as scikit-learn's `LinearSVC` has it by default.
const C: f32 = 1.0;
/// The most passes over the rows.
const PASSES: usize = 30;
/// The largest violation of optimality that is left.
const TOLERANCE: f32 = 0.1;
/// A feature that no row had.
const UNUSED: u32 = u32::MAX;

/// Weights by feature and class, and a bias by class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Linear {
    classes: usize,
    /// From feature to its row of `weights`, or [`UNUSED`].
    place: Vec<u32>,
    /// Row-major: used feature × class.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    /// Learns to tell `classes` apart from rows and the class of each; features are below `features`. A single class has
    /// nothing to be told from, so it gets no bias: its score falls to 0 away from the rows.
    pub(crate) fn fit(rows: &[&Sparse], labels: &[u32], classes: usize, features: usize) -> Self {
        let mut linear = Self { classes, place: vec![UNUSED; features], weights: Vec::new(), bias: vec![0.0; classes] };
        let mut used = 0;
        for (feature, _) in rows.iter().flat_map(|row| row.iter()) {
            if linear.place[feature] == UNUSED {
                linear.place[feature] = narrow(used);
                used += 1;
            }
        }
        linear.weights = vec![0.0; used * classes];
        linear.descend(rows, labels);
        linear
    }

    fn descend(&mut self, rows: &[&Sparse], labels: &[u32]) {
        let intercept = if self.classes > 1 { 1.0 } else { 0.0 };
        let damping = 1.0 / (2.0 * C);
        let curvature: Vec<f32> = rows.iter().map(|row| row.square() + intercept + damping).collect();
        let mut dual = vec![0.0_f32; rows.len() * self.classes];
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let mut random = Random::seeded(0x5eed);
        let mut steps: Vec<(usize, f32)> = Vec::with_capacity(self.classes);
        for _ in 0..PASSES {
            random.shuffle(&mut order);
            let mut violation = 0.0_f32;
            for &row in &order {
                let scores = self.scores(rows[row]);
                let alpha = &mut dual[row * self.classes..(row + 1) * self.classes];
                steps.clear();
                for (class, (alpha, score)) in alpha.iter_mut().zip(scores).enumerate() {
                    let sign = if wide(labels[row]) == class { 1.0 } else { -1.0 };
                    let gradient = sign * score - 1.0 + damping * *alpha;
                    if *alpha > 0.0 || gradient < 0.0 {
                        violation = violation.max(gradient.abs());
                        let before = *alpha;
                        *alpha = (before - gradient / curvature[row]).max(0.0);
                        steps.push((class, sign * (*alpha - before)));
                    }
                }
                self.step(rows[row], intercept, &steps);
            }
            if violation < TOLERANCE {
                break;
            }
        }
    }

    fn step(&mut self, row: &Sparse, intercept: f32, steps: &[(usize, f32)]) {
        for (feature, value) in row.iter() {
            let from = wide(self.place[feature]) * self.classes;
            let weights = &mut self.weights[from..from + self.classes];
            for &(class, step) in steps {
                weights[class] += value * step;
            }
        }
        for &(class, step) in steps {
            self.bias[class] += intercept * step;
        }
    }

    /// The score of each class; below -1 or above 1 is sure.
    pub(crate) fn scores(&self, row: &Sparse) -> Vec<f32> {
        let mut scores = self.bias.clone();
        for (feature, value) in row.iter() {
            if self.place[feature] == UNUSED {
                continue;
            }
            let from = wide(self.place[feature]) * self.classes;
            for (score, weight) in scores.iter_mut().zip(&self.weights[from..from + self.classes]) {
                *score += value * weight;
            }
        }
        scores
    }

    /// What [`Linear::restore`] needs: the features in use in the order of their weights, the weights, the biases.
    pub(crate) fn parts(&self) -> (Vec<u32>, &[f32], &[f32]) {
        let mut used: Vec<(u32, u32)> = (0..)
            .zip(&self.place)
            .filter(|(_, place)| **place != UNUSED)
            .map(|(feature, place)| (*place, feature))
            .collect();
        used.sort_unstable();
        (used.into_iter().map(|(_, feature)| feature).collect(), &self.weights, &self.bias)
    }

    /// Builds a classifier from its parts; `None` if they don't fit together.
    pub(crate) fn restore(used: &[u32], weights: Vec<f32>, bias: Vec<f32>, features: usize) -> Option<Self> {
        let mut place = vec![UNUSED; features];
        for (row, feature) in (0..).zip(used) {
            let slot = place.get_mut(wide(*feature))?;
            if *slot != UNUSED {
                return None;
            }
            *slot = row;
        }
        let fits = used.len().checked_mul(bias.len()) == Some(weights.len());
        fits.then_some(Self { classes: bias.len(), place, weights, bias })
    }

    pub(crate) fn classes(&self) -> usize {
        self.classes
    }

    pub(crate) fn bytes(&self) -> usize {
        4 * (self.place.len() + self.weights.len() + self.bias.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(index: &[u32]) -> Sparse {
        Sparse { index: index.to_vec(), weight: vec![0.5_f32.sqrt(); index.len()] }
    }

    #[test]
    fn what_can_be_told_apart_is() {
        let rows = [row(&[0, 1]), row(&[0, 2]), row(&[3, 4]), row(&[3, 5])];
        let rows: Vec<&Sparse> = rows.iter().collect();
        let linear = Linear::fit(&rows, &[0, 0, 1, 1], 2, 8);
        for (row, class) in rows.iter().zip([0, 0, 1, 1]) {
            let scores = linear.scores(row);
            assert!(scores[class] > 0.3 && scores[1 - class] < -0.3, "{scores:?}");
        }
    }

    #[test]
    fn one_class_scores_near_its_rows_only() {
        let rows = [row(&[0, 1]), row(&[0, 2])];
        let linear = Linear::fit(&rows.iter().collect::<Vec<_>>(), &[0, 0], 1, 8);
        assert!(linear.scores(&rows[0])[0] > 0.5);
        assert!(linear.scores(&row(&[6, 7]))[0].abs() < f32::EPSILON);
    }

    #[test]
    fn parts_come_back_whole_and_nonsense_does_not() {
        let rows = [row(&[5, 1]), row(&[0, 2])];
        let linear = Linear::fit(&rows.iter().collect::<Vec<_>>(), &[0, 1], 2, 8);
        let (used, weights, bias) = linear.parts();
        let back = Linear::restore(&used, weights.to_vec(), bias.to_vec(), 8);
        assert_eq!(back.as_ref(), Some(&linear));
        assert_eq!(Linear::restore(&[9], vec![0.0; 2], vec![0.0; 2], 8), None);
        assert_eq!(Linear::restore(&[1, 1], vec![0.0; 4], vec![0.0; 2], 8), None);
        assert_eq!(Linear::restore(&[1], vec![0.0; 3], vec![0.0; 2], 8), None);
    }
}
