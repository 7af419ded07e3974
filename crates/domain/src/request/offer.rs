//! The answer to a request: words, or content that can land in the owner's draft, and the thanks that the asker may send.

use serde::{Deserialize, Serialize};

use super::{Question, Remark};
use crate::{
    Id, Moment, id,
    intent::{Answer, NewPhrase},
    text::{IntentName, Language, Name, PhraseText, Title},
};

/// An answer, with words or content or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Who answered.
    pub by: Id<id::Member>,
    /// When.
    pub at: Moment,
    /// The words.
    pub text: Option<Remark>,
    /// What can land in the draft.
    pub content: Option<OfferedContent>,
}

/// Content that can land in a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedContent {
    /// Where it belongs.
    pub place: Where,
    /// How visitors say it.
    pub phrases: Vec<OfferedPhrase>,
    /// What the bot replies; an intent that is there keeps what it has in a language and channel that this does not name.
    pub answers: Vec<Answer>,
}

/// A phrase of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedPhrase {
    /// The words.
    pub text: PhraseText,
    /// Their language, where it is known.
    pub language: Option<Language>,
}

impl From<NewPhrase> for OfferedPhrase {
    fn from(NewPhrase { text, language }: NewPhrase) -> Self {
        Self { text, language }
    }
}

impl From<OfferedPhrase> for NewPhrase {
    fn from(OfferedPhrase { text, language }: OfferedPhrase) -> Self {
        Self { text, language }
    }
}

/// Where content lands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Where {
    /// In an intent of the draft.
    Intent(Id<id::Intent>),
    /// In a new one.
    New {
        /// Its name.
        name: IntentName,
        /// How a visitor would call it.
        title: Option<Title>,
    },
}

/// Where an answer landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landed {
    /// The intent of the owner's draft.
    pub intent: Id<id::Intent>,
    /// Who let it.
    pub by: Id<id::Member>,
    /// When.
    pub at: Moment,
}

/// A ready thanks, for the asker to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thanks {
    /// Whom to thank.
    pub to: Id<id::Member>,
    /// What it says.
    pub text: String,
}

impl Thanks {
    /// The longest part of a question that a thanks repeats, in characters.
    const QUOTED: usize = 120;

    /// The thanks for an answer.
    #[must_use]
    pub fn ready(offer: &Offer, answerer: &Name, question: &Question) -> Self {
        let line = question.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
        let mut quoted: String = line.chars().take(Self::QUOTED).collect();
        if quoted.len() < line.len() {
            quoted.push('…');
        }
        Self {
            to: offer.by, text: format!("Thank you, {answerer}, for answering «{quoted}». It helps our visitors.")
        }
    }
}
