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
/// The confidence from which on the phrases of a message's own language answer alone: they are likelier right than not. On
/// xSID's training parts no level from 0 to .9 came higher or lower than another.
const OWN_SUFFICES: f32 = 0.5;

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
    /// Whose phrases may answer alone: the language's index among the bot's, where it is told or plain.
    pub(crate) own: Option<u32>,
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
        if let Some(own) = reading.own {
            let alone = self.of_language(own, &likeness);
            let scores = brain.coefficients.scores(&alone);
            let (confidence, in_scope) = brain.verdict(&scores);
            if in_scope && confidence >= OWN_SUFFICES {
                return Answer { tier, brain, scores, likeness: alone };
            }
        }
        Answer { tier, brain, scores: brain.coefficients.scores(&likeness), likeness }
    }

    /// Likeness with the rows of one language and with those that go with all; 0 elsewhere.
    fn of_language(&self, language: u32, likeness: &[f32]) -> Vec<f32> {
        let fits =
            |origin: &Option<Origin>| origin.and_then(|origin| origin.language).is_none_or(|own| own == language);
        let rows = likeness.iter().zip(&self.origins);
        rows.map(|(likeness, origin)| if fits(origin) { *likeness } else { 0.0 }).collect()
    }

    /// The better tier, where it can be used.
    fn better(&self) -> Option<(&Better, &SentenceEncoder)> {
        let better = self.better.as_ref()?;
        Some((better, better.encoder.as_deref()?))
    }

    /// What is seen of a message.
    pub(crate) fn read(&self, query: &Query<'_>) -> Reading {
        let written = normalise(query.text);
        let (language, plain) = self.language(&written, query.language);
        let own = language.as_ref().filter(|_| plain && self.languages.len() > 1);
        let own =
            own.and_then(|own| (0..).zip(&self.languages).find(|(_, language)| *language == own).map(|(at, _)| at));
        let spoken = language.as_deref().or(self.languages.first().map(String::as_str)).unwrap_or_default();
        let repairs = self.speller.repairs(&written, spoken == "en");
        let text = if repairs.is_empty() { written } else { apply(&written, &repairs) };
        Reading { features: Features::of(&text), tongue: Tongue::of(spoken), text, language, own, repairs }
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

    /// The language to read a message in: as told where the bot speaks it, else the bot's only one, else as detected; and
    /// whether it is sure.
    fn language(&self, text: &str, told: Option<&str>) -> (Option<String>, bool) {
        if let Some(told) = told.map(primary).filter(|told| self.languages.contains(told)) {
            return (Some(told), true);
        }
        match self.languages.as_slice() {
            [only] => (Some(only.clone()), true),
            several => detect(text, several).map_or((None, false), |(code, plain)| (Some(code.to_owned()), plain)),
        }
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
