//! An evaluation: how well a bot tells its intents and its departments apart, from what each phrase is taken for when it
//! is held out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Id, Moment, id};

/// The most phrases of a kind that an evaluation shows.
pub const SHOWN: usize = 200;
/// Evidence that a phrase belongs elsewhere: the other intent's confidence, and how little its own has.
const SURE: f32 = 0.5;
const DOUBTFUL: f32 = 0.15;

/// Which content is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// What visitors meet.
    Live,
    /// What some departments would publish now, beside what the others have live.
    Draft,
}

impl Stage {
    /// The stage's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Draft => "draft",
        }
    }

    /// Reads what [`Stage::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Live, Self::Draft].into_iter().find(|stage| stage.name() == name)
    }
}

/// An evaluation in one line, as a list and a trend show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Its identifier.
    pub id: Id<id::Evaluation>,
    /// Of which content.
    pub stage: Stage,
    /// The departments whose drafts spoke, in ascending order; none for a live one.
    pub departments: Vec<Id<id::Department>>,
    /// The build that was live; 0 before the first.
    pub build: i64,
    /// How many parts the phrases were held out in.
    pub folds: usize,
    /// How many phrases were held out.
    pub phrases: usize,
    /// The share of them that was taken for their own intent, 0 to 1; `None` without phrases.
    pub accuracy: Option<f64>,
    /// The mean of the intents' F1, 0 to 1; `None` without intents.
    pub macro_f1: Option<f64>,
    /// When it was made.
    pub created_at: Moment,
}

/// An intent that is evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The intent.
    pub id: Id<id::Intent>,
    /// Its name.
    pub name: String,
    /// Its owner.
    pub department: Id<id::Department>,
}

/// What one phrase was taken for when it was held out; intents by their places among the subjects.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The intent that it stands in.
    pub intent: usize,
    /// Its words.
    pub text: String,
    /// The intent that it was taken for.
    pub taken_for: usize,
    /// How sure the bot was of that, 0 to 1.
    pub confidence: f32,
    /// How sure it was of the phrase's own intent, 0 to 1.
    pub own: f32,
}

/// Everything that an evaluation found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Measures {
    /// The share of phrases that were taken for their own intent; `None` without phrases.
    pub accuracy: Option<f64>,
    /// The mean F1 of the intents that have phrases; `None` without one.
    pub macro_f1: Option<f64>,
    /// Each intent, in the order of departments.
    pub intents: Vec<IntentMeasures>,
    /// Each department, in the order of the matrix.
    pub departments: Vec<DepartmentMeasures>,
    /// C: phrases of the department of the row that were taken for one of the department of the column.
    pub matrix: Vec<Vec<usize>>,
    /// Phrases that look as if they belonged to another intent, the surest first, at most [`SHOWN`].
    pub suspects: Vec<Suspect>,
    /// Phrases of different intents that are nearly the same, the most alike first, at most [`SHOWN`].
    pub near_duplicates: Vec<NearDuplicate>,
}

/// How an intent did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentMeasures {
    /// The intent.
    pub id: Id<id::Intent>,
    /// Its name.
    pub name: String,
    /// Its owner.
    pub department: Id<id::Department>,
    /// Its phrases.
    pub support: usize,
    /// Of the phrases that were taken for it, the share that are its own; `None` where none was.
    pub precision: Option<f64>,
    /// Of its phrases, the share that were taken for it; `None` without phrases.
    pub recall: Option<f64>,
    /// 2·TP / (2·TP + FP + FN); `None` where that is 0 / 0.
    pub f1: Option<f64>,
    /// What its other phrases were taken for, the most frequent first: the row of the confusion matrix without its
    /// diagonal.
    pub confused_with: Vec<Confusion>,
}

/// How often an intent's phrases were taken for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// The other intent.
    pub id: Id<id::Intent>,
    /// Its name.
    pub name: String,
    /// Its owner.
    pub department: Id<id::Department>,
    /// How many phrases.
    pub count: usize,
}

/// How a department did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DepartmentMeasures {
    /// The department.
    pub id: Id<id::Department>,
    /// Its phrases.
    pub support: usize,
    /// Of its phrases, the share that were taken for their own intent; `None` without phrases.
    pub recall: Option<f64>,
    /// Of its phrases, the share that stayed in the department, whatever the intent; `None` without phrases.
    pub kept: Option<f64>,
}

/// A phrase that looks as if it belonged to another intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suspect {
    /// The phrase.
    pub text: String,
    /// Where it stands.
    pub intent: Id<id::Intent>,
    /// Where it would rather be.
    pub likelier: Id<id::Intent>,
    /// Confidence in its own intent without it.
    pub own: f32,
    /// Confidence in the other.
    pub other: f32,
}

/// Two phrases of different intents that are nearly the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NearDuplicate {
    /// A phrase.
    pub text: String,
    /// Its intent.
    pub intent: Id<id::Intent>,
    /// The other phrase.
    pub other_text: String,
    /// Its intent.
    pub other_intent: Id<id::Intent>,
    /// How alike they are, 0 to 1.
    pub likeness: f32,
}

/// Measures a bot by what its phrases were taken for.
#[must_use]
pub fn measure(subjects: &[Subject], held: &[Held]) -> Measures {
    let mut rows: Vec<BTreeMap<usize, usize>> = vec![BTreeMap::new(); subjects.len()];
    let mut taken = vec![0; subjects.len()];
    for phrase in held {
        if let (Some(row), Some(taken)) = (rows.get_mut(phrase.intent), taken.get_mut(phrase.taken_for)) {
            *row.entry(phrase.taken_for).or_default() += 1;
            *taken += 1;
        }
    }
    let intents: Vec<IntentMeasures> = subjects
        .iter()
        .zip(&rows)
        .zip(&taken)
        .enumerate()
        .map(|(at, ((subject, row), taken))| intent_measures(subjects, at, subject, row, *taken))
        .collect();
    let right = |at: usize| rows.get(at).and_then(|row| row.get(&at)).copied().unwrap_or(0);
    let scores: Vec<f64> = intents.iter().filter(|intent| intent.support > 0).filter_map(|intent| intent.f1).collect();
    let (departments, matrix) = by_department(subjects, &rows);
    Measures {
        accuracy: share((0..rows.len()).map(right).sum(), rows.iter().flat_map(BTreeMap::values).sum()),
        macro_f1: (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / double(scores.len())),
        intents,
        departments,
        matrix,
        suspects: suspects(subjects, held),
        near_duplicates: Vec::new(),
    }
}

fn intent_measures(
    subjects: &[Subject],
    at: usize,
    subject: &Subject,
    row: &BTreeMap<usize, usize>,
    taken: usize,
) -> IntentMeasures {
    let (support, right) = (row.values().sum(), row.get(&at).copied().unwrap_or(0));
    let confusion = |(other, count): (&usize, &usize)| {
        subjects.get(*other).map(|of| Confusion {
            id: of.id,
            name: of.name.clone(),
            department: of.department,
            count: *count,
        })
    };
    let mut confused_with: Vec<_> = row.iter().filter(|(other, _)| **other != at).filter_map(confusion).collect();
    confused_with.sort_by_key(|confusion| std::cmp::Reverse(confusion.count));
    IntentMeasures {
        id: subject.id,
        name: subject.name.clone(),
        department: subject.department,
        support,
        precision: share(right, taken),
        recall: share(right, support),
        f1: share(2 * right, taken + support),
        confused_with,
    }
}

fn by_department(subjects: &[Subject], rows: &[BTreeMap<usize, usize>]) -> (Vec<DepartmentMeasures>, Vec<Vec<usize>>) {
    let mut order: Vec<_> = subjects.iter().map(|subject| subject.department).collect();
    order.sort_unstable();
    order.dedup();
    let place = |intent: usize| order.binary_search(&subjects.get(intent)?.department).ok();
    let mut matrix = vec![vec![0; order.len()]; order.len()];
    let mut right = vec![0; order.len()];
    for (intent, row) in rows.iter().enumerate() {
        for (other, count) in row {
            let (Some(from), Some(to)) = (place(intent), place(*other)) else { continue };
            if let Some(cell) = matrix.get_mut(from).and_then(|row| row.get_mut(to)) {
                *cell += count;
            }
            if intent == *other
                && let Some(right) = right.get_mut(from)
            {
                *right += count;
            }
        }
    }
    let departments = order.iter().enumerate().zip(&matrix).zip(&right).map(|(((at, id), row), right)| {
        let support = row.iter().sum();
        let kept = row.get(at).copied().unwrap_or(0);
        DepartmentMeasures { id: *id, support, recall: share(*right, support), kept: share(kept, support) }
    });
    (departments.collect(), matrix)
}

fn suspects(subjects: &[Subject], held: &[Held]) -> Vec<Suspect> {
    let looks = |held: &&Held| held.intent != held.taken_for && held.confidence >= SURE && held.own <= DOUBTFUL;
    let mut found: Vec<&Held> = held.iter().filter(looks).collect();
    found.sort_by(|a, b| (b.confidence - b.own).total_cmp(&(a.confidence - a.own)));
    let suspect = |held: &Held| {
        Some(Suspect {
            text: held.text.clone(),
            intent: subjects.get(held.intent)?.id,
            likelier: subjects.get(held.taken_for)?.id,
            own: held.own,
            other: held.confidence,
        })
    };
    found.into_iter().take(SHOWN).filter_map(suspect).collect()
}

/// A share; `None` of nothing.
pub(crate) fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| double(part) / double(whole))
}

#[expect(clippy::cast_precision_loss, reason = "counts of phrases stay far below 2^53")]
pub(crate) fn double(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn subject(n: u128, department: u128) -> Subject {
        Subject {
            id: Id::from_uuid(Uuid::from_u128(n)),
            name: format!("intent {n}"),
            department: Id::from_uuid(Uuid::from_u128(department)),
        }
    }

    fn held(intent: usize, taken_for: usize, count: usize) -> Vec<Held> {
        let (confidence, own) = (0.8, if intent == taken_for { 0.8 } else { 0.1 });
        vec![Held { intent, text: format!("{intent} as {taken_for}"), taken_for, confidence, own }; count]
    }

    /// By hand: a (dept 1): 8 right, 2 for b, b (dept 1): 5 right, 5 for c (dept 2), c: 9 right, 1 for a.
    #[test]
    fn a_matrix_counted_by_hand() {
        let subjects = [subject(10, 1), subject(11, 1), subject(12, 2), subject(13, 2)];
        let held = [held(0, 0, 8), held(0, 1, 2), held(1, 1, 5), held(1, 2, 5), held(2, 2, 9), held(2, 0, 1)].concat();
        let found = measure(&subjects, &held);
        assert_eq!(found.accuracy, Some(22.0 / 30.0));
        let f1 = [16.0 / 19.0, 10.0 / 17.0, 18.0 / 24.0];
        assert!((found.macro_f1.unwrap() - f1.iter().sum::<f64>() / 3.0).abs() < 1e-12);
        let [a, b, c, d] = found.intents.as_slice() else { panic!("four intents") };
        assert_eq!((a.precision, a.recall, a.f1), (Some(8.0 / 9.0), Some(0.8), Some(f1[0])));
        assert_eq!((b.precision, b.recall, b.support), (Some(5.0 / 7.0), Some(0.5), 10));
        assert_eq!((c.precision, c.recall), (Some(9.0 / 14.0), Some(0.9)));
        assert_eq!((d.precision, d.recall, d.f1, d.support), (None, None, None, 0));
        assert_eq!(b.confused_with.iter().map(|of| (of.id, of.count)).collect::<Vec<_>>(), [(c.id, 5)]);
        assert_eq!(found.matrix, [[15, 5], [1, 9]]);
        let departments: Vec<_> = found.departments.iter().map(|of| (of.support, of.recall, of.kept)).collect();
        assert_eq!(departments, [(20, Some(13.0 / 20.0), Some(0.75)), (10, Some(0.9), Some(0.9))]);
        assert_eq!(found.suspects.len(), 8);
        assert_eq!(measure(&[], &[]), Measures::default());
    }

    proptest::proptest! {
        #[test]
        fn rows_sum_to_support_and_all_to_the_phrases(marks in proptest::collection::vec((0_usize..6, 0_usize..6), 0..80)) {
            let subjects: Vec<_> = (0..6).map(|n| subject(n, n % 3)).collect();
            let held: Vec<_> = marks.iter().flat_map(|(intent, taken_for)| held(*intent, *taken_for, 1)).collect();
            let found = measure(&subjects, &held);
            for intent in &found.intents {
                let wrong: usize = intent.confused_with.iter().map(|of| of.count).sum();
                let right = intent.recall.unwrap_or(0.0) * double(intent.support);
                proptest::prop_assert!((right + double(wrong) - double(intent.support)).abs() < 1e-9);
            }
            for (department, row) in found.departments.iter().zip(&found.matrix) {
                proptest::prop_assert_eq!(department.support, row.iter().sum::<usize>());
                proptest::prop_assert!(department.recall <= department.kept);
            }
            let all: usize = found.matrix.iter().flatten().sum();
            proptest::prop_assert_eq!(all, marks.len());
        }
    }
}
