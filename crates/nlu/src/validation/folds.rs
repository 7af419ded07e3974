//! Which phrases are held out together.

use super::Folds;
use crate::number::wide;
use crate::samples::Samples;
use sha2::{Digest, Sha256};

/// The rows of each part. The phrases of an intent are put in an order of their own, which depends on nothing but their
/// texts and the seed, and dealt in turn: each part has as many of each intent, give or take one.
pub(super) fn deal(samples: &Samples, folds: Folds) -> Vec<Vec<usize>> {
    let count = folds.count.max(2);
    let mut by_class: Vec<Vec<([u8; 32], usize)>> = vec![Vec::new(); samples.classes.len()];
    for (row, sample) in samples.rows.iter().enumerate() {
        if sample.origin.phrase.is_some()
            && let Some(class) = by_class.get_mut(wide(sample.origin.class))
        {
            class.push((place(folds.seed, &sample.entry.label, &sample.text), row));
        }
    }
    let mut parts = vec![Vec::new(); count];
    for mut class in by_class {
        class.sort_unstable();
        // Small intents begin with different parts, so that no part has all of them.
        let first = class.first().map_or(0, |(hash, _)| usize::from(hash[0]));
        for (turn, (_, row)) in class.into_iter().enumerate() {
            if let Some(part) = parts.get_mut((first + turn) % count) {
                part.push(row);
            }
        }
    }
    parts.iter_mut().for_each(|part| part.sort_unstable());
    parts
}

fn place(seed: u64, label: &str, text: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(seed.to_be_bytes());
    hasher.update(label.as_bytes());
    hasher.update([0]);
    hasher.update(text.as_bytes());
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TrainingIntent, TrainingPhrase, TrainingSet};

    fn intent(label: &str, count: usize) -> TrainingIntent {
        let phrase = |n| TrainingPhrase { text: format!("{label} number {n}"), language: None };
        TrainingIntent {
            label: label.to_owned(),
            title: Some(label.to_owned()),
            phrases: (0..count).map(phrase).collect(),
        }
    }

    #[test]
    fn parts_are_stratified_and_an_intent_is_dealt_alike_whatever_the_others_are() {
        let texts = |intents: Vec<TrainingIntent>, label: &str| {
            let samples = Samples::read(&TrainingSet { intents }, None);
            let parts = deal(&samples, Folds { count: 4, seed: 1 });
            let of =
                |row: &usize| samples.rows.get(*row).filter(|row| row.entry.label == label).map(|row| row.text.clone());
            parts.iter().map(|part| part.iter().filter_map(of).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        let alone = texts(vec![intent("alpha", 10)], "alpha");
        let sizes: Vec<_> = alone.iter().map(Vec::len).collect();
        assert!(sizes.iter().sum::<usize>() == 10 && sizes.iter().all(|size| (2..=3).contains(size)), "{sizes:?}");
        assert_eq!(texts(vec![intent("beta", 7), intent("alpha", 10)], "alpha"), alone);
    }
}
