//! Cross-validation: what each phrase is taken for by a model that has not seen it nor the others of its part.
//!
//! The phrases of each intent are dealt into parts (folds); titles and background always stay. Nothing is fitted again for
//! a part: the scores without it follow from one fit over all (see `exact` and `landmarks`). What features are worth (idf)
//! stays that of all phrases, which moves accuracy by less than half a point (see the tests).

mod exact;
mod folds;
mod landmarks;
mod nearest;

pub use nearest::{Pair, near_duplicates};

use crate::algebra::Matrix;
use crate::brain::best_two;
use crate::calibration::{Calibration, Evidence};
use crate::cascade::sure_from;
use crate::kernel::Texts;
use crate::number::wide;
use crate::ridge::Rows;
use crate::samples::Samples;
use crate::training::{FitError, TrainingSet};
use crate::{SentenceEncoder, Tier};

/// Beyond so many phrases and titles, landmarks stand for all: an exact fit of twice as many takes eight times as long.
const MOST_EXACT: usize = 3_000;

/// How a set is cut up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folds {
    /// Into how many parts, at least two.
    pub count: usize,
    /// Deals the phrases; the same seed deals an intent that has not changed in the same way, whatever the others are.
    pub seed: u64,
}

impl Default for Folds {
    fn default() -> Self {
        Self { count: 5, seed: 0xf01d }
    }
}

/// What a phrase is taken for when it is held out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldOut {
    /// The intent that it stands in: index in the set.
    pub intent: usize,
    /// Its index there.
    pub phrase: usize,
    /// The intent that scores best.
    pub taken_for: usize,
    /// That intent's raw score.
    pub score: f32,
    /// How sure the engine is of it, 0 to 1.
    pub confidence: f32,
    /// How sure it is of the phrase's own intent, 0 to 1.
    pub own: f32,
    /// Whether the score reaches the threshold.
    pub in_scope: bool,
}

/// What came of a cross-validation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Validation {
    /// Each phrase that has a letter or sign, in the order of the set. Titles are learned from and never tested.
    pub phrases: Vec<HeldOut>,
    /// Two best confidences closer than this are ambiguous.
    pub delta: f32,
}

/// Holds out each phrase of a set in its turn; in the better tier too where there is an encoder, as a bot would ask it.
/// `tell` hears how many steps of how many are done, and says whether to go on; `None` when it said no.
///
/// Exact for up to 3,000 phrases, by landmarks beyond (15,000 phrases of 150 intents: seconds on one core). A phrase is
/// scored against the phrases of all languages together.
pub fn cross_validate(
    set: &TrainingSet,
    folds: Folds,
    encoder: Option<&SentenceEncoder>,
    tell: &dyn Fn(usize, usize) -> bool,
) -> Result<Option<Validation>, FitError> {
    set.check()?;
    let samples = Samples::read(set, encoder);
    let tested = folds::deal(&samples, folds);
    if tested.iter().all(Vec::is_empty) {
        return Ok(Some(Validation::default()));
    }
    let tiers: &[Tier] = if encoder.is_some() { &[Tier::Default, Tier::Encoder] } else { &[Tier::Default] };
    let steps = tiers.len() * (tested.len() + 1);
    let mut judged = Vec::with_capacity(2);
    for (turn, tier) in tiers.iter().enumerate() {
        let begun = turn * (tested.len() + 1);
        let Some(scores) = scores(&samples, &tested, *tier, &|done| tell(begun + done, steps)) else { return Ok(None) };
        judged.push(Judged::of(&samples, &tested, scores));
    }
    tell(steps, steps);
    Ok(Some(joined(&samples, &judged)))
}

/// The scores of the tested rows, part by part, without their part.
fn scores(samples: &Samples, tested: &[Vec<usize>], tier: Tier, tell: &dyn Fn(usize) -> bool) -> Option<Vec<Matrix>> {
    let lexicon = samples.lexicon();
    let rows = samples.with_background();
    let (labels, classes) = (samples.labels(), samples.classes.len());
    if labels.len() <= MOST_EXACT {
        exact::scores(&Texts::new(&lexicon, &rows, tier), &labels, classes, tested, tell)
    } else {
        let texts = |rows: &Rows<'_>| Texts::new(&lexicon, rows, tier);
        landmarks::scores(&texts, &rows, &labels, classes, tested, tell)
    }
}

/// One tier's judgement of the tested rows, by row.
struct Judged {
    calibration: Calibration,
    rows: Vec<Option<Judgement>>,
}

/// How one row fared.
#[derive(Debug, Clone, Copy)]
struct Judgement {
    class: usize,
    own_score: f32,
    evidence: Evidence,
}

impl Judged {
    fn of(samples: &Samples, tested: &[Vec<usize>], scores: Vec<Matrix>) -> Self {
        let mut rows = vec![None; samples.rows.len()];
        for (part, scores) in tested.iter().zip(scores) {
            for (at, row) in part.iter().enumerate() {
                let (Some(sample), line) = (samples.rows.get(*row), scores.row(at)) else { continue };
                let own = wide(sample.origin.class);
                let (score, second) = best_two(line);
                let class = line.iter().position(|other| *other >= score).unwrap_or(own);
                let evidence = Evidence { score, margin: score - second, correct: class == own };
                let own_score = line.get(own).copied().unwrap_or(0.0);
                if let Some(place) = rows.get_mut(*row) {
                    *place = Some(Judgement { class, own_score, evidence });
                }
            }
        }
        let evidence: Vec<Evidence> = rows.iter().flatten().map(|row| row.evidence).collect();
        Self { calibration: Calibration::fit(&evidence), rows }
    }

    fn evidence(&self) -> Vec<Evidence> {
        self.rows.iter().flatten().map(|row| row.evidence).collect()
    }
}

/// The judgements of the first tier, and of the better one where the first is not sure.
fn joined(samples: &Samples, judged: &[Judged]) -> Validation {
    let Some(first) = judged.first() else { return Validation::default() };
    let better = judged.get(1);
    let sure = better.map(|better| sure_from(&first.evidence(), &first.calibration, &better.evidence()));
    let mut phrases = Vec::with_capacity(samples.rows.len());
    let intent = |class: usize| samples.classes.get(class).map_or(0, |intent| wide(*intent));
    for (row, sample) in samples.rows.iter().enumerate() {
        let Some(phrase) = sample.origin.phrase else { continue };
        let Some(own) = first.rows.get(row).copied().flatten() else { continue };
        let confidence = first.calibration.confidence(own.evidence.score, own.evidence.margin);
        let stands = own.evidence.score >= first.calibration.threshold && sure.is_none_or(|sure| confidence >= sure);
        let second = better.filter(|_| !stands);
        let (calibration, judgement) = match second.and_then(|tier| Some((tier, tier.rows.get(row).copied()??))) {
            Some((tier, judgement)) => (&tier.calibration, judgement),
            None => (&first.calibration, own),
        };
        let Evidence { score, margin, .. } = judgement.evidence;
        // What is not the best trails the best by as much.
        let lead = if judgement.evidence.correct { margin } else { judgement.own_score - score };
        phrases.push(HeldOut {
            intent: intent(wide(sample.origin.class)),
            phrase: wide(phrase),
            taken_for: intent(judgement.class),
            score,
            confidence: calibration.confidence(score, margin),
            own: calibration.confidence(judgement.own_score, lead),
            in_scope: score >= calibration.threshold,
        });
    }
    phrases.sort_unstable_by_key(|held| (held.intent, held.phrase));
    let delta = better.map_or(first.calibration.delta, |better| better.calibration.delta);
    Validation { phrases, delta }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Model, Query, TrainingIntent, TrainingPhrase};

    fn phrase(text: &str) -> TrainingPhrase {
        TrainingPhrase { text: text.to_owned(), language: None }
    }

    /// Four intents of ten phrases each, two of them close, one with a title.
    fn set() -> TrainingSet {
        let make = |label: &str, title: Option<&str>, stems: [&str; 5], ends: [&str; 2]| TrainingIntent {
            label: label.to_owned(),
            title: title.map(str::to_owned),
            phrases: stems.iter().flat_map(|stem| ends.map(|end| phrase(&format!("{stem} {end}")))).collect(),
        };
        let parcel = ["where is", "track", "has somebody sent", "when do I get", "I still wait for"];
        let refund = ["give me back the money for", "I want to return", "refund", "send back", "can I exchange"];
        let hours = ["when do you open", "opening hours", "are you open", "what time do you close", "closing time"];
        let login =
            ["I forgot my password", "reset my password", "I can't sign in", "log me in", "my account is locked"];
        TrainingSet {
            intents: vec![
                make("parcel", Some("Parcels"), parcel, ["my parcel", "the shoes"]),
                make("refund", None, refund, ["my parcel", "the shoes"]),
                make("hours", None, hours, ["on Sunday", "today"]),
                make("login", None, login, ["please", "again"]),
            ],
        }
    }

    fn validated(set: &TrainingSet, folds: Folds) -> Validation {
        cross_validate(set, folds, None, &|_, _| true).unwrap().unwrap()
    }

    #[test]
    fn every_phrase_is_held_out_once_and_no_title_is() {
        let (set, validation) = (set(), validated(&set(), Folds::default()));
        let places: Vec<_> = validation.phrases.iter().map(|held| (held.intent, held.phrase)).collect();
        let all: Vec<_> = (0..4).flat_map(|intent| (0..10).map(move |phrase| (intent, phrase))).collect();
        assert_eq!(places, all);
        assert_eq!(validated(&set, Folds::default()), validation, "seeded");
    }

    /// Fits a model without each part and asks it for the part's phrases.
    fn fitted_anew(set: &TrainingSet, folds: Folds) -> Vec<(usize, usize, usize, f32)> {
        let samples = Samples::read(set, None);
        let mut found = Vec::new();
        for part in folds::deal(&samples, folds) {
            let held: Vec<(usize, usize)> = part
                .iter()
                .filter_map(|row| {
                    let origin = samples.rows.get(*row)?.origin;
                    Some((wide(*samples.classes.get(wide(origin.class))?), wide(origin.phrase?)))
                })
                .collect();
            let mut rest = set.clone();
            for (at, intent) in rest.intents.iter_mut().enumerate() {
                let mut index = 0;
                intent.phrases.retain(|_| {
                    index += 1;
                    !held.contains(&(at, index - 1))
                });
            }
            let model = Model::fit(&rest).unwrap();
            for (intent, phrase) in held {
                let text = &set.intents[intent].phrases[phrase].text;
                let best = model.predict(&Query { text, language: None }).ranking[0];
                found.push((intent, phrase, best.intent, best.score));
            }
        }
        found.sort_by_key(|(intent, phrase, ..)| (*intent, *phrase));
        found
    }

    #[test]
    fn it_agrees_with_fitting_anew_for_each_part() {
        let set = set();
        let folds = Folds { count: 5, seed: 3 };
        let (ours, theirs) = (validated(&set, folds), fitted_anew(&set, folds));
        let mut same = 0;
        for (held, (intent, phrase, taken_for, score)) in ours.phrases.iter().zip(&theirs) {
            assert_eq!((held.intent, held.phrase), (*intent, *phrase));
            same += usize::from(held.taken_for == *taken_for);
            // The features' worth is that of all phrases here, and of the rest there.
            assert!((held.score - score).abs() < 0.12, "{held:?} {score}");
        }
        assert!(same >= 38, "{same} of 40");
    }

    #[test]
    fn landmarks_agree_with_the_exact_scores() {
        let samples = Samples::read(&set(), None);
        let (lexicon, rows, labels) = (samples.lexicon(), samples.with_background(), samples.labels());
        let tested = folds::deal(&samples, Folds::default());
        let texts = |rows: &Rows<'_>| Texts::new(&lexicon, rows, Tier::Default);
        let exact = exact::scores(&texts(&rows), &labels, 4, &tested, &|_| true).unwrap();
        let near = landmarks::scores(&texts, &rows, &labels, 4, &tested, &|_| true).unwrap();
        for (exact, near) in exact.iter().zip(&near) {
            for row in 0..exact.rows() {
                for (a, b) in exact.row(row).iter().zip(near.row(row)) {
                    assert!((a - b).abs() < 0.03, "{a} {b}");
                }
            }
        }
    }

    #[test]
    fn it_stops_when_told_and_says_how_far_it_is() {
        let told = std::cell::RefCell::new(Vec::new());
        let tell = |done, total| {
            told.borrow_mut().push((done, total));
            done < 2
        };
        assert_eq!(cross_validate(&set(), Folds::default(), None, &tell), Ok(None));
        assert_eq!(told.borrow().as_slice(), [(1, 6), (2, 6)]);
        let empty = cross_validate(&TrainingSet::default(), Folds::default(), None, &|_, _| true);
        assert_eq!(empty, Ok(Some(Validation::default())));
    }

    #[test]
    fn an_intent_of_one_phrase_is_never_recognised_without_it() {
        let mut set = set();
        let lonely =
            TrainingIntent { label: "x".into(), title: None, phrases: vec![phrase("gift cards and vouchers")] };
        set.intents.push(lonely);
        let validation = validated(&set, Folds::default());
        let held = validation.phrases.last().unwrap();
        assert!(held.intent == 4 && held.taken_for != 4);
    }
}
