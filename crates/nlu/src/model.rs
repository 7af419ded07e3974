//! A trained bot: immutable, shared by `Arc`, asked by many threads at once.

use crate::calibration::{Calibration, Evidence};
use crate::coefficients::Coefficients;
use crate::facts::ModelFacts;
use crate::features::Features;
use crate::kernel::{Bank, Mixture};
use crate::language::{detect, primary};
use crate::lexicon::Lexicon;
use crate::number::wide;
use crate::prediction::{Prediction, Query, Ranked};
use crate::ridge::Ridge;
use crate::samples::{Origin, Samples};
use crate::spelling::{Speller, apply};
use crate::text::normalise;
use crate::training::{FitError, TrainingSet};

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
    /// Of the remembered labelled rows, which are the first ones.
    pub(crate) origins: Vec<Origin>,
    pub(crate) languages: Vec<String>,
    pub(crate) bank: Bank,
    pub(crate) coefficients: Coefficients,
    pub(crate) calibration: Calibration,
    pub(crate) speller: Speller,
}

impl Model {
    /// Learns from a set, which may be empty or hold a single intent. The same set gives the same model on the same kind
    /// of machine.
    pub fn fit(set: &TrainingSet) -> Result<Self, FitError> {
        set.check()?;
        let samples = Samples::read(set);
        let rows = samples.with_background();
        let lexicon = Lexicon::fit(samples.rows.iter().map(|row| &row.features.counts));
        let labels = samples.labels();
        let ridge = Ridge::fit(&lexicon, &rows, &labels, samples.classes.len());
        let calibration = Calibration::fit(&evidence(&ridge, &labels));
        Ok(Self {
            labels: set.intents.iter().map(|intent| intent.label.clone()).collect(),
            phrases: samples.rows.len(),
            origins: ridge.rows.iter().filter_map(|row| Some(samples.rows.get(*row)?.origin)).collect(),
            bank: Bank::build(
                lexicon,
                &ridge.rows.iter().filter_map(|row| rows.get(*row).copied()).collect::<Vec<_>>(),
            ),
            coefficients: Coefficients::quantise(&ridge.coefficients),
            calibration,
            speller: Speller::learn(samples.rows.iter().map(|row| row.text.as_str())),
            classes: samples.classes,
            languages: samples.languages,
        })
    }

    /// Ranks the intents for a message.
    #[must_use]
    pub fn predict(&self, query: &Query<'_>) -> Prediction {
        let written = normalise(query.text);
        let language = self.language(&written, query.language);
        let spoken = language.as_deref().or(self.languages.first().map(String::as_str)).unwrap_or_default();
        let repairs = self.speller.repairs(&written, spoken == "en");
        let text = if repairs.is_empty() { written } else { apply(&written, &repairs) };
        let features = Features::of(&text);
        let mixture = Mixture::of(spoken);
        let scores = self.coefficients.scores(&self.bank.likeness(&features, mixture));
        let (score, second) = best_two(&scores);
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
        let known = !ranking.is_empty() && !features.is_empty();
        Prediction { in_scope: known && score >= threshold, ranking, score, threshold, language, repairs }
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
        let origins = self.origins.len() * size_of::<Origin>() + 4 * self.classes.len();
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

/// How each labelled row fares without itself.
fn evidence(ridge: &Ridge, labels: &[u32]) -> Vec<Evidence> {
    let judge = |(row, class): (usize, &u32)| {
        let scores = ridge.held_out.row(row);
        let (score, second) = best_two(scores);
        let correct = scores.get(wide(*class)).is_some_and(|own| *own >= score);
        Evidence { score, margin: score - second, correct }
    };
    labels.iter().enumerate().map(judge).collect()
}

/// The two highest scores; 0 where there is none.
fn best_two(scores: &[f32]) -> (f32, f32) {
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
