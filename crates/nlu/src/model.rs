//! A trained bot: immutable, shared by `Arc`, asked by many threads at once.

use crate::artefact::{ArtefactError, Reader, Writer};
use crate::calibration::{Calibration, Evidence};
use crate::facts::ModelFacts;
use crate::folds::stratified;
use crate::lexicon::{self, BUCKETS, Lexicon};
use crate::linear::Linear;
use crate::number::{narrow, wide};
use crate::prediction::{Prediction, Query, Ranked};
use crate::sparse::Sparse;
use crate::text::normalise;
use crate::training::{FitError, TrainingSet};

/// Features of the linear classifier: both spaces side by side.
const FEATURES: usize = 2 << 14;
/// The longest ranking.
const RANKED: usize = 10;

/// What one bot has learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    labels: Vec<String>,
    phrases: usize,
    lexicon: Lexicon,
    /// Classes are the intents that have phrases.
    classes: Vec<u32>,
    linear: Linear,
    calibration: Calibration,
}

impl Model {
    /// Learns from a set, which may be empty or hold a single intent. The same set gives the same model.
    pub fn fit(set: &TrainingSet) -> Result<Self, FitError> {
        set.check()?;
        let (mut counts, mut labels, mut classes) = (Vec::new(), Vec::new(), Vec::new());
        for (intent, training) in set.intents.iter().enumerate() {
            let texts = training.title.iter().chain(training.phrases.iter().map(|phrase| &phrase.text));
            let before = counts.len();
            counts.extend(texts.map(|text| lexicon::count(&normalise(text))).filter(|row| !row.is_empty()));
            if counts.len() > before {
                labels.resize(counts.len(), narrow(classes.len()));
                classes.push(narrow(intent));
            }
        }
        let lexicon = Lexicon::fit(counts.iter());
        let rows: Vec<Sparse> = counts.iter().map(|row| lexicon.weigh(row)).collect();
        let rows: Vec<&Sparse> = rows.iter().collect();
        let linear = Linear::fit(&rows, &labels, classes.len(), FEATURES);
        let calibration = Calibration::fit(&judge(&rows, &labels, classes.len()));
        let labels = set.intents.iter().map(|intent| intent.label.clone()).collect();
        Ok(Self { labels, phrases: rows.len(), lexicon, classes, linear, calibration })
    }

    /// Ranks the intents for a message.
    #[must_use]
    pub fn predict(&self, query: &Query<'_>) -> Prediction {
        let row = self.lexicon.weigh(&lexicon::count(&normalise(query.text)));
        let scores = self.linear.scores(&row);
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
        let known = !ranking.is_empty() && !row.is_empty();
        let language = query.language.map(str::to_owned);
        Prediction { in_scope: known && score >= threshold, ranking, score, threshold, language }
    }

    /// The intents' labels, in the order of the training set.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Size and settings.
    #[must_use]
    pub fn facts(&self) -> ModelFacts {
        let text: usize = self.labels.iter().map(|label| label.len() + size_of::<String>()).sum();
        let numbers = 4 * (self.lexicon.idf().len() + self.classes.len()) + self.linear.bytes();
        ModelFacts {
            intents: self.labels.len(),
            phrases: self.phrases,
            engine_version: crate::ENGINE_VERSION,
            threshold: self.calibration.threshold,
            strict_threshold: self.calibration.strict,
            delta: self.calibration.delta,
            bytes: size_of::<Self>() + text + numbers,
        }
    }

    /// The stored form; [`Model::from_bytes`] reads it on any machine.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.number(self.labels.len());
        self.labels.iter().for_each(|label| writer.text(label));
        writer.number(self.phrases);
        writer.numbers(&self.classes);
        writer.floats(self.lexicon.idf());
        let (used, weights, bias) = self.linear.parts();
        writer.numbers(&used);
        writer.floats(weights);
        writer.floats(bias);
        let Calibration { platt: [by_score, by_margin, offset], threshold, strict, delta } = self.calibration;
        writer.floats(&[by_score, by_margin, offset, threshold, strict, delta]);
        writer.seal()
    }

    /// Reads the stored form; damaged or foreign bytes are refused, never trusted.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArtefactError> {
        let mut reader = Reader::open(bytes)?;
        let count = reader.number()?;
        let labels = (0..count).map(|_| reader.text().map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
        let phrases = reader.number()?;
        let classes = reader.numbers()?;
        let lexicon = Lexicon::restore(reader.floats()?).ok_or(ArtefactError::Content("idf of another length"))?;
        let (used, weights, bias) = (reader.numbers()?, reader.floats()?, reader.floats()?);
        let [by_score, by_margin, offset, threshold, strict, delta] = *reader.floats()? else {
            return Err(ArtefactError::Content("the calibration is not six numbers"));
        };
        reader.close()?;
        let linear = Linear::restore(&used, weights, bias, FEATURES);
        let linear = linear.ok_or(ArtefactError::Content("weights that do not fit together"))?;
        if classes.iter().any(|class| wide(*class) >= count) || classes.len() != linear.classes() {
            return Err(ArtefactError::Content("a class without an intent"));
        }
        let calibration = Calibration { platt: [by_score, by_margin, offset], threshold, strict, delta };
        Ok(Self { labels, phrases, lexicon, classes, linear, calibration })
    }
}

/// Judges each row by a classifier fitted on the other folds.
fn judge(rows: &[&Sparse], labels: &[u32], classes: usize) -> Vec<Evidence> {
    let folds = if rows.len() > 2_000 { 3 } else { 5 }.min(rows.len());
    let fold = stratified(labels, folds);
    let mut evidence = Vec::with_capacity(rows.len());
    for held in 0..if rows.len() > 1 { folds } else { 0 } {
        let kept = rows
            .iter()
            .zip(labels)
            .zip(&fold)
            .filter(|(_, fold)| **fold != held)
            .map(|((row, label), _)| (*row, *label));
        let (kept_rows, kept_labels): (Vec<&Sparse>, Vec<u32>) = kept.unzip();
        let linear = Linear::fit(&kept_rows, &kept_labels, classes, FEATURES);
        for ((row, label), _) in rows.iter().zip(labels).zip(&fold).filter(|(_, fold)| **fold == held) {
            let scores = linear.scores(row);
            let (score, second) = best_two(&scores);
            let correct = scores.get(wide(*label)).is_some_and(|own| *own >= score);
            evidence.push(Evidence { score, margin: score - second, correct });
        }
    }
    evidence
}

/// The two highest scores; the second is 0 where there is but one, and both where there is none.
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

const _: () = assert!(wide(BUCKETS) * 2 == FEATURES);
