//! A trained bot: immutable, shared by `Arc`, asked by many threads at once.

use crate::Tier;
use crate::brain::{Brain, best_two};
use crate::facts::ModelFacts;
use crate::features::{Direction, Features};
use crate::kernel::{Bank, Tongue};
use crate::language::{detect, primary};
use crate::number::wide;
use crate::prediction::{Prediction, Query, Ranked};
use crate::samples::Origin;
use crate::sentence::SentenceEncoder;
use crate::spelling::{Repair, Speller, apply};
use crate::text::normalise;
use std::sync::Arc;

/// The longest ranking.
const RANKED: usize = 10;

/// What one bot has learned.
#[derive(Debug, Clone)]
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
    pub(crate) brain: Brain,
    pub(crate) better: Option<Better>,
    pub(crate) speller: Speller,
}

/// The better tier of a model.
#[derive(Debug, Clone)]
pub(crate) struct Better {
    pub(crate) brain: Brain,
    /// Whose vectors it was fitted on.
    pub(crate) encoder_id: String,
    /// `None` on a node that does not have that encoder.
    pub(crate) encoder: Option<Arc<SentenceEncoder>>,
    /// The default tier's confidence from which on its answer stands.
    pub(crate) sure: f32,
}

/// What the engine sees of one message.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Normalised and repaired.
    pub(crate) text: String,
    pub(crate) features: Features,
    pub(crate) tongue: Tongue,
    pub(crate) language: Option<String>,
    pub(crate) repairs: Vec<Repair>,
}

/// What the engine makes of one message.
pub(crate) struct Answer<'a> {
    pub(crate) tier: Tier,
    pub(crate) brain: &'a Brain,
    /// With each remembered row.
    pub(crate) likeness: Vec<f32>,
    /// By class.
    pub(crate) scores: Vec<f32>,
}

impl Model {
    /// Ranks the intents for a message; the better tier is asked, if it was fitted and its encoder is here, where the
    /// default tier is not sure.
    #[must_use]
    pub fn predict(&self, query: &Query<'_>) -> Prediction {
        let reading = self.read(query);
        let answer = self.answer(&reading);
        self.judge(&answer, reading)
    }

    /// Scores what was read, in the first tier that is sure.
    pub(crate) fn answer(&self, reading: &Reading) -> Answer<'_> {
        let first = self.answer_in(Tier::Default, reading);
        let (confidence, in_scope) = first.brain.verdict(&first.scores);
        match self.better() {
            Some((better, _)) if !in_scope || confidence < better.sure => self.answer_in(Tier::Encoder, reading),
            _ => first,
        }
    }

    /// Scores what was read in one tier; in the default one where the better can't be used.
    pub(crate) fn answer_in(&self, tier: Tier, reading: &Reading) -> Answer<'_> {
        let mut cosines = self.bank.compare(&reading.features);
        let (tier, brain) = match self.better() {
            Some((better, encoder)) if tier == Tier::Encoder => {
                self.bank.compare_sentences(&mut cosines, &Direction::of(&encoder.encode(&reading.text)));
                (tier, &better.brain)
            }
            _ => (Tier::Default, &self.brain),
        };
        let likeness = self.bank.likeness(&cosines, tier, reading.tongue);
        Answer { tier, brain, scores: brain.coefficients.scores(&likeness), likeness }
    }

    /// The better tier, where it can be used.
    fn better(&self) -> Option<(&Better, &SentenceEncoder)> {
        let better = self.better.as_ref()?;
        Some((better, better.encoder.as_deref()?))
    }

    /// What is seen of a message.
    pub(crate) fn read(&self, query: &Query<'_>) -> Reading {
        let written = normalise(query.text);
        let language = self.language(&written, query.language);
        let spoken = language.as_deref().or(self.languages.first().map(String::as_str)).unwrap_or_default();
        let repairs = self.speller.repairs(&written, spoken == "en");
        let text = if repairs.is_empty() { written } else { apply(&written, &repairs) };
        Reading { features: Features::of(&text), tongue: Tongue::of(spoken), text, language, repairs }
    }

    /// What the scores of all classes mean.
    pub(crate) fn judge(&self, answer: &Answer<'_>, reading: Reading) -> Prediction {
        let (scores, calibration) = (&answer.scores, &answer.brain.calibration);
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
            ranked.confidence = calibration.confidence(ranked.score, ranked.score - rival);
        }
        let threshold = calibration.threshold;
        let in_scope = !ranking.is_empty() && !reading.features.is_empty() && score >= threshold;
        let Reading { language, repairs, .. } = reading;
        Prediction {
            ranking,
            score,
            threshold,
            in_scope,
            language,
            repairs,
            delta: calibration.delta,
            tier: answer.tier,
        }
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
        let usable = self.better();
        let calibration = &usable.map_or(&self.brain, |(better, _)| &better.brain).calibration;
        let better = self.better.as_ref();
        let coefficients =
            self.brain.coefficients.bytes() + better.map_or(0, |better| better.brain.coefficients.bytes());
        ModelFacts {
            intents: self.labels.len(),
            phrases: self.phrases,
            engine_version: crate::ENGINE_VERSION,
            threshold: calibration.threshold,
            strict_threshold: calibration.strict,
            delta: calibration.delta,
            tier: if usable.is_some() { Tier::Encoder } else { Tier::Default },
            missing_encoder: better.filter(|_| usable.is_none()).map(|better| better.encoder_id.clone()),
            languages: self.languages.clone(),
            bytes: size_of::<Self>() + text + origins + self.bank.bytes() + coefficients + self.speller.own.bytes(),
        }
    }
}
