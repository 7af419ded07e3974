//! From a training set to a model.

use crate::Model;
use crate::algebra::Matrix;
use crate::calibration::{Calibration, Evidence};
use crate::coefficients::Coefficients;
use crate::features::Features;
use crate::kernel::{Bank, Mixture};
use crate::lexicon::Lexicon;
use crate::model::best_two;
use crate::number::wide;
use crate::ridge::Ridge;
use crate::samples::Samples;
use crate::spelling::Speller;
use crate::training::{FitError, TrainingSet};

impl Model {
    /// Learns from a set, which may be empty or hold a single intent. The same set gives the same model on the same kind
    /// of machine.
    pub fn fit(set: &TrainingSet) -> Result<Self, FitError> {
        set.check()?;
        let samples = Samples::read(set);
        let rows = samples.with_background();
        let labels = samples.labels();
        let lexicon = samples.lexicon();
        let ridge = Ridge::fit(&lexicon, &rows, &labels, samples.classes.len());
        let kept: Vec<(&Features, Mixture)> = ridge.rows.iter().filter_map(|row| rows.get(*row).copied()).collect();
        Ok(Self {
            labels: set.labels(),
            phrases: samples.rows.len(),
            origins: ridge.rows.iter().map(|row| samples.rows.get(*row).map(|sample| sample.origin)).collect(),
            bank: Bank::build(lexicon, &kept),
            coefficients: Coefficients::quantise(&ridge.coefficients),
            calibration: Calibration::fit(&evidence(&ridge.held_out, &labels)),
            speller: Speller::learn(samples.rows.iter().map(|row| row.text.as_str())),
            classes: samples.classes,
            languages: samples.languages,
        })
    }
}

impl Samples {
    /// What features are worth among these phrases.
    pub(crate) fn lexicon(&self) -> Lexicon {
        Lexicon::fit(self.rows.iter().map(|row| &row.features.counts))
    }
}

/// How each labelled row fares without itself: `held_out` is row × class.
pub(crate) fn evidence(held_out: &Matrix, labels: &[u32]) -> Vec<Evidence> {
    let judge = |(row, class): (usize, &u32)| {
        let scores = held_out.row(row);
        let (score, second) = best_two(scores);
        let correct = scores.get(wide(*class)).is_some_and(|own| *own >= score);
        Evidence { score, margin: score - second, correct }
    };
    labels.iter().enumerate().map(judge).collect()
}
