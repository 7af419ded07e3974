//! The rows of a draft with their inverse: what is remembered, where it comes from, and how it follows changes.

use super::inverse::Inverse;
use crate::brain::Brain;
use crate::features::Features;
use crate::kernel::{Bank, Texts, Tongue};
use crate::lexicon::Lexicon;
use crate::number::{narrow, wide};
use crate::review::Standing;
use crate::ridge::solve;
use crate::samples::{Origin, Samples};
use crate::spelling::Speller;
use crate::text::normalise;
use crate::training::{Entry, TrainingSet};
use crate::{Model, Tier};
use std::collections::HashMap;

/// One row; those of the background have no entry.
#[derive(Debug, Clone)]
struct Row {
    entry: Option<(Entry, String)>,
    features: Features,
    tongue: Tongue,
}

/// All rows of a draft, in the order of their inverse.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    list: Vec<Row>,
    classes: Vec<String>,
    languages: Vec<String>,
    unmarked: String,
    lexicon: Lexicon,
    inverse: Inverse,
    /// The rows as they are remembered, if they were since the last change.
    bank: Option<Bank>,
}

impl Rows {
    /// Fits a set exactly.
    pub(crate) fn fit(set: &TrainingSet) -> Self {
        let samples = Samples::read(set, None);
        let lexicon = samples.lexicon();
        let pairs = samples.with_background();
        let (ridge, factor) =
            solve(&Texts::new(&lexicon, &pairs, Tier::Default), &samples.labels(), samples.classes.len());
        let entries = samples.rows.iter().map(|row| Some((row.entry.clone(), row.text.clone())));
        let rows = entries.chain(std::iter::repeat(None)).zip(&pairs);
        let row = |(entry, (features, tongue)): (_, &(&Features, Tongue))| Row {
            entry,
            features: (*features).clone(),
            tongue: *tongue,
        };
        Self {
            list: rows.map(row).collect(),
            classes: samples.class_labels(set),
            inverse: Inverse::new(&factor, &ridge.coefficients),
            languages: samples.languages,
            unmarked: samples.unmarked,
            lexicon,
            bank: None,
        }
    }

    /// Takes rows out and in; `false` where only a fresh fit can follow: a language or a class that comes or goes whole.
    pub(crate) fn follow(&mut self, gone: &[Entry], come: &[Entry], set: &TrainingSet) -> bool {
        let left = |label: &String| set.intents.iter().any(|intent| intent.label == *label && intent.has_text());
        if !self.classes.iter().all(left) {
            return false;
        }
        for entry in gone {
            let is_it = |row: &Row| row.entry.as_ref().is_some_and(|(own, _)| own == entry);
            if let Some(at) = self.list.iter().position(is_it) {
                self.inverse.remove(at);
                self.list.swap_remove(at);
                self.bank = None;
            }
        }
        come.iter().all(|entry| self.add(entry))
    }

    fn add(&mut self, entry: &Entry) -> bool {
        let text = normalise(&entry.text);
        let features = Features::of(&text);
        if features.is_empty() {
            return true;
        }
        let language = entry.language.as_deref().map_or_else(|| self.unmarked.clone(), crate::language::primary);
        if !self.languages.contains(&language) {
            return false;
        }
        let class = self.classes.iter().position(|label| *label == entry.label).unwrap_or_else(|| {
            self.inverse.add_class();
            self.classes.push(entry.label.clone());
            self.classes.len() - 1
        });
        let tongue = Tongue::of(&language);
        self.list.push(Row { entry: Some((entry.clone(), text)), features: features.clone(), tongue });
        let bank = self.remember();
        self.inverse.add(&bank.likeness(&bank.compare(&features), Tier::Default, tongue), class);
        self.bank = Some(bank);
        true
    }

    /// How each phrase fares without itself, intents and phrases numbered as in the set.
    pub(crate) fn standings(&self, set: &TrainingSet) -> Vec<Standing> {
        let origins = self.origins(set);
        let labelled = labelled(&origins);
        let held_out = self.inverse.held_out(&labelled);
        let intents = self.intents(set);
        let intent = |class: usize| intents.get(class).map_or(0, |intent| wide(*intent));
        let standing = |(at, (row, class)): (usize, &(usize, usize))| {
            let scores = held_out.row(at);
            let ranked = |skip: Option<usize>| {
                let others = scores.iter().enumerate().filter(|(other, _)| Some(*other) != skip);
                others.max_by(|a, b| a.1.total_cmp(b.1)).map_or((*class, 0.0), |(class, score)| (class, *score))
            };
            let ((best, _), (rival, rival_score)) = (ranked(None), ranked(Some(*class)));
            Standing {
                intent: intent(*class),
                phrase: origins.get(*row).copied().flatten().and_then(|origin| origin.phrase).map(wide),
                best: intent(best),
                rival: intent(rival),
                own_score: scores.get(*class).copied().unwrap_or(0.0),
                rival_score,
            }
        };
        labelled.iter().enumerate().map(standing).collect()
    }

    fn remember(&self) -> Bank {
        let rows: Vec<(&Features, Tongue)> = self.list.iter().map(|row| (&row.features, row.tongue)).collect();
        Bank::build(self.lexicon.clone(), &rows)
    }

    /// Where each row comes from.
    fn origins(&self, set: &TrainingSet) -> Vec<Option<Origin>> {
        let places = places(set);
        let class_of: HashMap<&str, u32> = self.classes.iter().map(String::as_str).zip(0..).collect();
        let origin = |row: &Row| {
            let (entry, _) = row.entry.as_ref()?;
            let class = *class_of.get(entry.label.as_str())?;
            Some(Origin { class, phrase: *places.get(entry)?, language: entry.mark(&self.languages) })
        };
        self.list.iter().map(origin).collect()
    }

    /// The intent of each class.
    fn intents(&self, set: &TrainingSet) -> Vec<u32> {
        let intents: HashMap<&str, u32> = set.intents.iter().map(|intent| intent.label.as_str()).zip(0..).collect();
        self.classes.iter().filter_map(|label| intents.get(label.as_str()).copied()).collect()
    }

    /// The model of these rows, its intents and phrases numbered as in the set.
    pub(crate) fn model(&self, set: &TrainingSet) -> Model {
        let origins = self.origins(set);
        let labelled = labelled(&origins);
        let labels: Vec<u32> = labelled.iter().map(|(_, class)| narrow(*class)).collect();
        Model {
            labels: set.labels(),
            classes: self.intents(set),
            phrases: labels.len(),
            languages: self.languages.clone(),
            bank: self.bank.clone().unwrap_or_else(|| self.remember()),
            brain: Brain::new(&self.inverse.coefficients(), &self.inverse.held_out(&labelled), &labels),
            better: None,
            speller: Speller::learn(self.list.iter().filter_map(|row| Some(row.entry.as_ref()?.1.as_str()))),
            origins,
        }
    }
}

/// The rows that have a class, with it.
fn labelled(origins: &[Option<Origin>]) -> Vec<(usize, usize)> {
    (0..).zip(origins).filter_map(|(row, origin)| Some((row, wide((*origin)?.class)))).collect()
}

/// The index of each entry among its intent's phrases; `None` for titles.
fn places(set: &TrainingSet) -> HashMap<Entry, Option<u32>> {
    let mut places = HashMap::new();
    let mut next: HashMap<String, u32> = HashMap::new();
    for entry in set.entries() {
        let next = next.entry(entry.label.clone()).or_default();
        let phrase = (!entry.title).then_some(*next);
        *next += u32::from(!entry.title);
        places.entry(entry).or_insert(phrase);
    }
    places
}
