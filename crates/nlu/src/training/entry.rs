//! Phrases as what they say, so that two sets can be compared.

use super::{TrainingIntent, TrainingSet};
use crate::language::primary;
use std::collections::HashMap;

/// One phrase or title of a set, by content.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    pub(crate) label: String,
    pub(crate) text: String,
    /// As written beside the phrase.
    pub(crate) language: Option<String>,
    pub(crate) title: bool,
}

impl Entry {
    /// Where the language that it is marked with stands among some.
    pub(crate) fn mark(&self, languages: &[String]) -> Option<u32> {
        let own = primary(self.language.as_deref()?);
        (0..).zip(languages).find(|(_, language)| **language == own).map(|(at, _)| at)
    }
}

impl TrainingIntent {
    /// The title, then the phrases.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry> {
        let entry = |text: &String, language: Option<&String>, title| Entry {
            label: self.label.clone(),
            text: text.clone(),
            language: language.cloned(),
            title,
        };
        let title = self.title.iter().map(move |title| entry(title, None, true));
        title.chain(self.phrases.iter().map(move |phrase| entry(&phrase.text, phrase.language.as_ref(), false)))
    }
}

impl TrainingSet {
    /// All phrases and titles, in order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry> {
        self.intents.iter().flat_map(TrainingIntent::entries)
    }
}

/// What went out and what came in between two sets.
pub(crate) fn difference(before: &TrainingSet, after: &TrainingSet) -> (Vec<Entry>, Vec<Entry>) {
    let mut counts: HashMap<Entry, usize> = HashMap::new();
    before.entries().for_each(|entry| *counts.entry(entry).or_default() += 1);
    let mut stays = |entry: &Entry| match counts.get_mut(entry) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    };
    let come: Vec<Entry> = after.entries().filter(|entry| !stays(entry)).collect();
    let gone = counts.into_iter().flat_map(|(entry, left)| std::iter::repeat_n(entry, left));
    let mut gone: Vec<Entry> = gone.collect();
    gone.sort_by(|a, b| (&a.label, &a.text, &a.language).cmp(&(&b.label, &b.text, &b.language)));
    (gone, come)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TrainingPhrase;

    fn set(phrases: &[&str]) -> TrainingSet {
        let phrase = |text: &&str| TrainingPhrase { text: (*text).to_owned(), language: None };
        let phrases = phrases.iter().map(phrase).collect();
        TrainingSet { intents: vec![TrainingIntent { label: "a".into(), title: Some("t".into()), phrases }] }
    }

    #[test]
    fn only_what_changed_is_found_and_doubles_count() {
        let (gone, come) = difference(&set(&["x", "x", "y"]), &set(&["z", "x", "y"]));
        let texts = |entries: Vec<Entry>| entries.into_iter().map(|entry| entry.text).collect::<Vec<_>>();
        assert_eq!((texts(gone), texts(come)), (vec!["x".to_owned()], vec!["z".to_owned()]));
        assert_eq!(difference(&set(&["x", "y"]), &set(&["y", "x"])), (vec![], vec![]));
    }
}
