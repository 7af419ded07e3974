//! A trained bot: immutable, shared by `Arc`, asked by many threads at once.

use crate::calibration::Calibration;
use crate::coefficients::Coefficients;
use crate::facts::ModelFacts;
use crate::features::Features;
use crate::kernel::{Bank, Mixture};
use crate::language::{detect, primary};
use crate::number::wide;
use crate::prediction::{Prediction, Query, Ranked};
use crate::samples::Origin;
use crate::spelling::{Repair, Speller, apply};
use crate::text::normalise;

/// The longest ranking.
const RANKED: usize = 10;

/// What one bot has learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(crate) labels: Vec<String>,
    /// Classes are the intents that have phrases.
    pub(crate) classes: Vec<u32>,
    /// Phrases learned, which may be more than are remembered.
    pub(crate) phrases: usize,
    /// Where each remembered row comes from; `None` for the background.
    pub(crate) origins: Vec<Option<Origin>>,
    pub(crate) languages: Vec<String>,
    pub(crate) bank: Bank,
    pub(crate) coefficients: Coefficients,
    pub(crate) calibration: Calibration,
    pub(crate) speller: Speller,
}

/// What the engine sees of one message.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Normalised and repaired.
    pub(crate) text: String,
    pub(crate) features: Features,
    pub(crate) mixture: Mixture,
    pub(crate) language: Option<String>,
    pub(crate) repairs: Vec<Repair>,
}

impl Model {
    /// Ranks the intents for a message.
    #[must_use]
    pub fn predict(&self, query: &Query<'_>) -> Prediction {
        let reading = self.read(query);
        let scores = self.coefficients.scores(&self.bank.likeness(&reading.features, reading.mixture));
        self.judge(&scores, reading)
    }

    /// What is seen of a message.
    pub(crate) fn read(&self, query: &Query<'_>) -> Reading {
        let written = normalise(query.text);
        let language = self.language(&written, query.language);
        let spoken = language.as_deref().or(self.languages.first().map(String::as_str)).unwrap_or_default();
        let repairs = self.speller.repairs(&written, spoken == "en");
        let text = if repairs.is_empty() { written } else { apply(&written, &repairs) };
        Reading { features: Features::of(&text), mixture: Mixture::of(spoken), text, language, repairs }
    }

    /// What the scores of all classes mean.
    pub(crate) fn judge(&self, scores: &[f32], reading: Reading) -> Prediction {
        let (score, second) = best_two(scores);
        let mut ranking: Vec<Ranked> = scores
            .iter()
            .zip(&self.classes)
            .map(|(raw, intent)| Ranked { intent: wide(*intent), confidence: 0.0, score: *raw })
            .collect();
        ranking.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.intent.cmp(&b.intent)));
        ranking.truncate(RANKED);
        for (place, ranked) in ranking.iter_mut().enumerate() {
            let rival = if place == 0 { second } else { score };
            ranked.confidence = self.calibration.confidence(ranked.score, ranked.score - rival);
        }
        let threshold = self.calibration.threshold;
        let in_scope = !ranking.is_empty() && !reading.features.is_empty() && score >= threshold;
        Prediction { ranking, score, threshold, in_scope, language: reading.language, repairs: reading.repairs }
    }

    /// The language to read a message in: as told where the bot speaks it, else the bot's only one, else as detected.
    fn language(&self, text: &str, told: Option<&str>) -> Option<String> {
        let told = told.map(primary).filter(|told| self.languages.contains(told));
        told.or_else(|| match self.languages.as_slice() {
            [only] => Some(only.clone()),
            _ => detect(text, &self.languages).map(str::to_owned),
        })
    }

    /// The intents' labels, in the order of the training set.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Size and settings.
    #[must_use]
    pub fn facts(&self) -> ModelFacts {
        let text: usize = self.labels.iter().chain(&self.languages).map(|text| text.len() + size_of::<String>()).sum();
        let origins = self.origins.len() * size_of::<Option<Origin>>() + 4 * self.classes.len();
        ModelFacts {
            intents: self.labels.len(),
            phrases: self.phrases,
            engine_version: crate::ENGINE_VERSION,
            threshold: self.calibration.threshold,
            strict_threshold: self.calibration.strict,
            delta: self.calibration.delta,
            bytes: size_of::<Self>()
                + text
                + origins
                + self.bank.bytes()
                + self.coefficients.bytes()
                + self.speller.own.bytes(),
        }
    }
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
