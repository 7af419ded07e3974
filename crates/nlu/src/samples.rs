//! A training set made ready: the phrases with their features, languages and origins.

use crate::background;
use crate::features::Features;
use crate::kernel::Tongue;
use crate::language::{detect, primary};
use crate::number::{narrow, wide};
use crate::sentence::SentenceEncoder;
use crate::text::normalise;
use crate::training::{Entry, TrainingSet};

/// Characters of text that a language is detected from.
const ENOUGH: usize = 20_000;
/// The language of content that does not show its own.
const FALLBACK: &str = "en";

/// Where a remembered row comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) class: u32,
    /// Index of the phrase in its intent; `None` for the title.
    pub(crate) phrase: Option<u32>,
    /// Index of the language that it is marked with among the bot's; `None` where it goes with all.
    pub(crate) language: Option<u32>,
}

/// A phrase made ready.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) origin: Origin,
    pub(crate) entry: Entry,
    pub(crate) text: String,
    pub(crate) language: String,
    pub(crate) features: Features,
}

/// All phrases of a set.
pub(crate) struct Samples {
    /// Grouped by language, then in the order of the set.
    pub(crate) rows: Vec<Sample>,
    /// Classes are the intents that have a phrase: their indices in the set.
    pub(crate) classes: Vec<u32>,
    /// The bot's languages, the one with most phrases first.
    pub(crate) languages: Vec<String>,
    /// The language of phrases that name none.
    pub(crate) unmarked: String,
    background: Vec<(Features, Tongue)>,
}

impl Samples {
    /// Reads a set; phrases without a letter or sign are left out.
    pub(crate) fn read(set: &TrainingSet, encoder: Option<&SentenceEncoder>) -> Self {
        let unmarked = language_of_unmarked(set);
        let (mut rows, mut classes) = (Vec::new(), Vec::new());
        for (intent, training) in (0..).zip(&set.intents) {
            let before = rows.len();
            let mut next = 0;
            for entry in training.entries() {
                let phrase = (!entry.title).then_some(next);
                next += u32::from(!entry.title);
                let text = normalise(&entry.text);
                let mut features = Features::of(&text);
                if let Some(encoder) = encoder {
                    features.add_sentence(&text, encoder);
                }
                let language = entry.language.as_deref().map_or_else(|| unmarked.clone(), primary);
                if !features.is_empty() {
                    let origin = Origin { class: narrow(classes.len()), phrase, language: None };
                    rows.push(Sample { origin, entry, text, language, features });
                }
            }
            if rows.len() > before {
                classes.push(intent);
            }
        }
        let languages = ranked_languages(&rows);
        for row in &mut rows {
            row.origin.language = row.entry.mark(&languages);
        }
        rows.sort_by_key(|row| languages.iter().position(|language| *language == row.language));
        let mut background: Vec<(Features, Tongue)> = Vec::new();
        let first = languages.first().map_or(FALLBACK, String::as_str);
        for (language, (text, features)) in background::of(&languages) {
            let mut features = features.clone();
            if let Some(encoder) = encoder {
                features.add_sentence(text, encoder);
            }
            background.push((features, Tongue::of(language.unwrap_or(first))));
        }
        Self { rows, classes, languages, unmarked, background }
    }

    /// Features and tongues of all rows, then of the background.
    pub(crate) fn with_background(&self) -> Vec<(&Features, Tongue)> {
        let own = self.rows.iter().map(|row| (&row.features, Tongue::of(&row.language)));
        own.chain(self.background.iter().map(|(features, tongue)| (features, *tongue))).collect()
    }

    /// The intents' labels by class.
    pub(crate) fn class_labels(&self, set: &TrainingSet) -> Vec<String> {
        let intents = self.classes.iter().filter_map(|intent| set.intents.get(wide(*intent)));
        intents.map(|intent| intent.label.clone()).collect()
    }

    /// The class of each row.
    pub(crate) fn labels(&self) -> Vec<u32> {
        self.rows.iter().map(|row| row.origin.class).collect()
    }
}

/// What is spoken where nothing says so: found in all such phrases together, for one alone is too short.
fn language_of_unmarked(set: &TrainingSet) -> String {
    let mut text = String::new();
    let phrases = set.intents.iter().flat_map(|intent| &intent.phrases);
    for phrase in phrases.filter(|phrase| phrase.language.is_none()) {
        if text.len() > ENOUGH {
            break;
        }
        text.push_str(&phrase.text);
        text.push('\n');
    }
    if text.is_empty() {
        let marked =
            set.intents.iter().flat_map(|intent| &intent.phrases).find_map(|phrase| phrase.language.as_deref());
        return marked.map_or_else(|| FALLBACK.to_owned(), primary);
    }
    detect(&text, &[]).filter(|(_, plain)| *plain).map_or(FALLBACK, |(code, _)| code).to_owned()
}

fn ranked_languages(rows: &[Sample]) -> Vec<String> {
    let mut languages: Vec<(usize, &str)> = Vec::new();
    for row in rows {
        match languages.iter_mut().find(|(_, language)| *language == row.language) {
            Some((count, _)) => *count += 1,
            None => languages.push((1, &row.language)),
        }
    }
    languages.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    languages.into_iter().map(|(_, language)| language.to_owned()).collect()
}
