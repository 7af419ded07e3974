//! What a bot is trained on, and why it may be refused.

mod entry;

pub(crate) use entry::{Entry, difference};

use crate::text::normalise;

/// Everything that one bot learns from; may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrainingSet {
    /// The intents, each label once.
    pub intents: Vec<TrainingIntent>,
}

/// One intent and how people say it; may be without phrases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrainingIntent {
    /// Opaque to the engine, unique in the set; comes back by [`crate::Model::labels`].
    pub label: String,
    /// What its writers call it; learned as one more phrase.
    pub title: Option<String>,
    /// The phrases.
    pub phrases: Vec<TrainingPhrase>,
}

/// One way to say it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrainingPhrase {
    /// As written.
    pub text: String,
    /// BCP 47, if known.
    pub language: Option<String>,
}

impl TrainingIntent {
    /// Whether there is anything to learn it by.
    pub(crate) fn has_text(&self) -> bool {
        self.title.iter().chain(self.phrases.iter().map(|phrase| &phrase.text)).any(|text| !normalise(text).is_empty())
    }
}

/// Why a set can't be learned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// Two intents carry the same label, so a reply could not name one.
    #[error("two intents carry the label {0:?}")]
    DuplicateLabel(String),
    /// More phrases than the engine learns.
    #[error("{found} phrases are more than the {limit} that one bot may have")]
    TooManyPhrases {
        /// Phrases and titles in the set.
        found: usize,
        /// [`TrainingSet::MAX_PHRASES`].
        limit: usize,
    },
    /// More intents than the engine learns.
    #[error("{found} intents are more than the {limit} that one bot may have")]
    TooManyIntents {
        /// Intents in the set.
        found: usize,
        /// [`TrainingSet::MAX_INTENTS`].
        limit: usize,
    },
}

impl TrainingSet {
    /// The most phrases, titles among them, of one bot.
    pub const MAX_PHRASES: usize = 100_000;
    /// The most intents of one bot.
    pub const MAX_INTENTS: usize = 5_000;

    /// The intents' labels, in order.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.intents.iter().map(|intent| intent.label.clone()).collect()
    }

    /// Phrases and titles.
    pub(crate) fn phrases(&self) -> usize {
        self.intents.iter().map(|intent| intent.phrases.len() + usize::from(intent.title.is_some())).sum()
    }

    /// Refuses what can't be learned.
    pub(crate) fn check(&self) -> Result<(), FitError> {
        if self.intents.len() > Self::MAX_INTENTS {
            return Err(FitError::TooManyIntents { found: self.intents.len(), limit: Self::MAX_INTENTS });
        }
        let found = self.phrases();
        if found > Self::MAX_PHRASES {
            return Err(FitError::TooManyPhrases { found, limit: Self::MAX_PHRASES });
        }
        let mut seen = std::collections::HashSet::new();
        match self.intents.iter().find(|intent| !seen.insert(intent.label.as_str())) {
            Some(twice) => Err(FitError::DuplicateLabel(twice.label.clone())),
            None => Ok(()),
        }
    }
}
