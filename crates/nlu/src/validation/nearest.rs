//! Phrases that are nearly the same and stand in different intents.

use crate::Tier;
use crate::kernel::{Texts, against};
use crate::number::wide;
use crate::samples::Samples;
use crate::training::{FitError, TrainingSet};

/// Phrases that are compared with all at once.
const CHUNK: usize = 1_024;

/// A phrase of one intent that is much like one of another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// A phrase: its intent and its index there.
    pub one: (usize, usize),
    /// The phrase of another intent that is most like it.
    pub other: (usize, usize),
    /// How alike they are, 0 to 1.
    pub likeness: f32,
}

/// For each phrase the most alike one of any other intent, where they are at least `least` alike; each pair once, the most
/// alike first.
pub fn near_duplicates(set: &TrainingSet, least: f32) -> Result<Vec<Pair>, FitError> {
    set.check()?;
    let samples = Samples::read(set, None);
    let lexicon = samples.lexicon();
    let all = samples.with_background();
    let own = all.get(..samples.rows.len()).unwrap_or_default();
    let others = Texts::new(&lexicon, own, Tier::Default);
    let place = |row: usize| {
        let origin = samples.rows.get(row)?.origin;
        Some((wide(*samples.classes.get(wide(origin.class))?), wide(origin.phrase?)))
    };
    let mut pairs: Vec<Pair> = Vec::new();
    for (chunk, rows) in own.chunks(CHUNK).enumerate() {
        let likeness = against(&Texts::new(&lexicon, rows, Tier::Default), &others);
        for at in 0..rows.len() {
            let Some(one) = place(chunk * CHUNK + at) else { continue };
            let mut best: Option<Pair> = None;
            for (row, likeness) in likeness.row(at).iter().enumerate().filter(|(_, likeness)| **likeness >= least) {
                if let Some(other) = place(row).filter(|other| other.0 != one.0)
                    && best.is_none_or(|best| *likeness > best.likeness)
                {
                    best = Some(Pair { one: one.min(other), other: one.max(other), likeness: *likeness });
                }
            }
            pairs.extend(best);
        }
    }
    pairs.sort_by(|a, b| b.likeness.total_cmp(&a.likeness).then((a.one, a.other).cmp(&(b.one, b.other))));
    pairs.dedup_by_key(|pair| (pair.one, pair.other));
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TrainingIntent, TrainingPhrase};

    #[test]
    fn a_near_pair_is_found_once_and_none_within_an_intent() {
        let intent = |label: &str, texts: &[&str]| TrainingIntent {
            label: label.into(),
            title: None,
            phrases: texts.iter().map(|text| TrainingPhrase { text: (*text).into(), language: None }).collect(),
        };
        let set = TrainingSet {
            intents: vec![
                intent("a", &["where is my parcel", "where is my parcel?", "opening hours"]),
                intent("b", &["gift vouchers", "Where is my parcel please"]),
            ],
        };
        let pairs = near_duplicates(&set, 0.75).unwrap();
        assert!(!pairs.is_empty() && pairs.len() <= 2);
        assert!(pairs.iter().all(|pair| pair.one.0 == 0 && pair.other == (1, 1) && pair.likeness >= 0.75));
    }
}
