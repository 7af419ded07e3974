//! From a training set to a model.

use crate::brain::{Brain, evidence};
use crate::cascade::sure_from;
use crate::features::Features;
use crate::kernel::{Bank, Tongue};
use crate::lexicon::Lexicon;
use crate::model::Better;
use crate::ridge::Ridge;
use crate::samples::Samples;
use crate::sentence::SentenceEncoder;
use crate::spelling::Speller;
use crate::training::{FitError, TrainingSet};
use crate::{Model, Tier};
use std::sync::Arc;

impl Model {
    /// Learns from a set, which may be empty or hold a single intent, for the default tier. The same set gives the same
    /// model on the same kind of machine.
    pub fn fit(set: &TrainingSet) -> Result<Self, FitError> {
        Self::fit_with(set, None)
    }

    /// Learns for the better tier too, if there is an encoder: milliseconds more for each phrase that it has not seen.
    pub fn fit_with(set: &TrainingSet, encoder: Option<&Arc<SentenceEncoder>>) -> Result<Self, FitError> {
        set.check()?;
        let samples = Samples::read(set, encoder.map(Arc::as_ref));
        let rows = samples.with_background();
        let labels = samples.labels();
        let lexicon = samples.lexicon();
        let fit = |tier| Ridge::fit(&lexicon, &rows, &labels, samples.classes.len(), tier);
        let ridge = fit(Tier::Default);
        let judged: Vec<u32> = ridge.judged.iter().filter_map(|row| labels.get(*row).copied()).collect();
        let brain = |ridge: &Ridge| Brain::new(&ridge.coefficients, &ridge.held_out, &judged);
        let first = brain(&ridge);
        let better = encoder.map(|encoder| {
            let second = fit(Tier::Encoder);
            let (own, other) = (evidence(&ridge.held_out, &judged), evidence(&second.held_out, &judged));
            Better {
                brain: brain(&second),
                encoder_id: encoder.id().to_owned(),
                encoder: Some(Arc::clone(encoder)),
                sure: sure_from(&own, &first.calibration, &other),
            }
        });
        let kept: Vec<(&Features, Tongue)> = ridge.rows.iter().filter_map(|row| rows.get(*row).copied()).collect();
        Ok(Self {
            labels: set.labels(),
            phrases: samples.rows.len(),
            origins: ridge.rows.iter().map(|row| samples.rows.get(*row).map(|sample| sample.origin)).collect(),
            brain: first,
            better,
            bank: Bank::build(lexicon.clone(), &kept),
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
