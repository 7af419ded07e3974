//! One evaluation: fit on some rows, measure on others.

use super::metrics::{Judged, auroc, best_limit, best_mcc, macro_f1, quantile, share};
use super::noise::misspell;
use super::{Noise, OUT_OF_SCOPE, Options, Row};
use crate::calibration::expected_error;
use crate::number::double;
use crate::random::Random;
use crate::{Draft, FitError, Model, Query, SentenceEncoder, Tier, TrainingIntent, TrainingPhrase, TrainingSet};
use serde::Serialize;
use std::collections::HashMap;
use std::time::Instant;

/// The figures. Shares are 0 to 1; `None` (null) where the rows can't tell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Intents trained.
    pub intents: usize,
    /// Phrases trained, titles among them.
    pub phrases: usize,
    /// Rows tested.
    pub tested: usize,
    /// Right intent first, among rows in scope, without rejection.
    pub accuracy: Option<f64>,
    /// Right intent first and score at the threshold or above, among rows in scope.
    pub answered_accuracy: Option<f64>,
    /// F1 averaged over intents, in scope, without rejection.
    pub macro_f1: Option<f64>,
    /// The chance that a row in scope scores above one out of scope.
    pub oos_auroc: Option<f64>,
    /// Rows out of scope that score below the threshold.
    pub oos_recall: Option<f64>,
    /// Right intent first, in scope, at the limit with which most of the validation rows come out right (Larson et al. 2019).
    pub validated_accuracy: Option<f64>,
    /// Rows out of scope that score below that limit.
    pub validated_oos_recall: Option<f64>,
    /// The best Matthews coefficient over all thresholds, out of scope being a class.
    pub best_mcc: Option<f64>,
    /// Expected calibration error of the confidence, in scope.
    pub ece: Option<f64>,
    /// Milliseconds to fit, features and all.
    pub fit_ms: f64,
    /// Milliseconds for one phrase more.
    pub update_ms: Option<f64>,
    /// Median microseconds of a prediction.
    pub predict_p50_us: Option<f64>,
    /// 99th percentile.
    pub predict_p99_us: Option<f64>,
    /// Bytes of the model in memory.
    pub model_bytes: usize,
    /// The tier measured.
    pub tier: &'static str,
}

/// Why an evaluation could not be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// The training rows can't be learned.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The tier asked for is not there.
    #[error("the tier {0:?} is not in this build")]
    NoTier(&'static str),
}

/// The rows of one evaluation.
#[derive(Debug, Clone, Copy)]
pub struct Sets<'a> {
    /// What is learned, those out of scope left out.
    pub train: &'a [Row],
    /// What is measured.
    pub test: &'a [Row],
    /// What a limit may be chosen on; may be empty.
    pub validation: &'a [Row],
}

/// Fits on the training rows that are in scope and measures on the test rows.
pub fn evaluate(sets: Sets<'_>, options: &Options) -> Result<Report, EvalError> {
    let encoder = match options.tier {
        Tier::Default => None,
        Tier::Encoder => Some(SentenceEncoder::embedded().ok_or(EvalError::NoTier(options.tier.name()))?),
    };
    let set = training_set(sets.train, options);
    let clock = Instant::now();
    let model = Model::fit_with(&set, encoder.as_ref())?;
    let fit_ms = clock.elapsed().as_secs_f64() * 1e3;
    let update_ms = update(&set)?;
    let (judged, micros) = judge(&model, sets.test, options);
    let limit = best_limit(&judge(&model, sets.validation, options).0);
    let above = |row: &Judged| limit.is_some_and(|limit| row.score >= limit);
    let inside = || judged.iter().filter(|row| row.truth.is_some());
    let outside = || judged.iter().filter(|row| row.truth.is_none());
    let confidences: Vec<(f32, bool)> = inside().map(|row| (row.confidence, row.correct())).collect();
    let facts = model.facts();
    Ok(Report {
        intents: facts.intents,
        phrases: facts.phrases,
        tested: judged.len(),
        accuracy: share(inside(), Judged::correct),
        answered_accuracy: share(inside(), |row| row.correct() && row.in_scope),
        macro_f1: macro_f1(&judged),
        oos_auroc: auroc(&judged),
        oos_recall: share(outside(), |row| !row.in_scope),
        validated_accuracy: limit.and_then(|_| share(inside(), |row| row.correct() && above(row))),
        validated_oos_recall: limit.and_then(|_| share(outside(), |row| !above(row))),
        best_mcc: best_mcc(&judged),
        ece: expected_error(&confidences).map(f64::from),
        fit_ms,
        update_ms,
        predict_p50_us: quantile(&micros, 0.5),
        predict_p99_us: quantile(&micros, 0.99),
        model_bytes: facts.bytes,
        tier: options.tier.name(),
    })
}

/// Milliseconds until a draft that lacks the last phrase has it; the median of nine. `None` where there is none to add, or
/// where the set is followed by fitting afresh.
fn update(set: &TrainingSet) -> Result<Option<f64>, FitError> {
    if set.phrases() > Draft::MOST_PHRASES {
        return Ok(None);
    }
    let mut before = set.clone();
    let Some(_) = before.intents.iter_mut().rev().find_map(|intent| intent.phrases.pop()) else { return Ok(None) };
    let draft = Draft::open(&before)?;
    let mut times = Vec::new();
    for _ in 0..9 {
        let mut draft = draft.clone();
        let clock = Instant::now();
        if draft.follow(set)?.refitted {
            return Ok(None);
        }
        times.push(clock.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(quantile(&times, 0.5))
}

/// The rows in scope as a training set, intents in the order of their first row.
fn training_set(rows: &[Row], options: &Options) -> TrainingSet {
    let mut set = TrainingSet::default();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for row in rows.iter().filter(|row| row.intent != OUT_OF_SCOPE) {
        let place = *places.entry(&row.intent).or_insert(set.intents.len());
        if place == set.intents.len() {
            let title = options.titles.then(|| row.intent.replace(['_', '/'], " "));
            set.intents.push(TrainingIntent { label: row.intent.clone(), title, phrases: Vec::new() });
        }
        if let Some(intent) = set.intents.get_mut(place)
            && options.shots.is_none_or(|shots| intent.phrases.len() < shots)
        {
            let language = row.language.clone().or_else(|| options.language.clone());
            intent.phrases.push(TrainingPhrase { text: row.text.clone(), language });
        }
    }
    set
}

/// Predicts each row on this thread; the outcomes, and the microseconds of each in ascending order.
fn judge(model: &Model, rows: &[Row], options: &Options) -> (Vec<Judged>, Vec<f64>) {
    let places: HashMap<&str, usize> = model.labels().iter().map(String::as_str).zip(0..).collect();
    let unknown = model.labels().len();
    let mut random = Random::seeded(0x0ed1);
    let mut micros = Vec::with_capacity(rows.len());
    let judge_one = |row: &Row| {
        let noisy = (options.noise == Noise::Edits).then(|| misspell(&row.text, &mut random));
        let text = noisy.as_deref().unwrap_or(&row.text);
        let language = row.language.as_deref().or(options.language.as_deref());
        let clock = Instant::now();
        let prediction = model.predict(&Query { text, language });
        micros.push(double(usize::try_from(clock.elapsed().as_nanos()).unwrap_or(usize::MAX)) / 1e3);
        let best = prediction.ranking.first();
        let known = row.intent != OUT_OF_SCOPE;
        Judged {
            truth: known.then(|| places.get(row.intent.as_str()).copied().unwrap_or(unknown)),
            best: best.map(|ranked| ranked.intent),
            score: prediction.score / prediction.threshold,
            confidence: best.map_or(0.0, |ranked| ranked.confidence),
            in_scope: prediction.in_scope,
        }
    };
    let judged = rows.iter().map(judge_one).collect();
    micros.sort_by(f64::total_cmp);
    (judged, micros)
}
