//! What a file brings, once it is read: intents that are valid one by one, what is kept for later, what was left out.

use guildhall_domain::{
    intent::{Button, Warning},
    text::{AnswerText, IntentName, Language, PhraseText, Title},
};
use guildhall_persistence::Definition;
use serde_json::{Map, Value};

use super::Format;

/// All that a file brings.
#[derive(Debug, Clone)]
pub struct Brought {
    /// The format that it was read as.
    pub format: Format,
    /// The intents, in the order of the file.
    pub intents: Vec<BroughtIntent>,
    /// What belongs to no one intent and can't be represented yet.
    pub definitions: Vec<Definition>,
    /// What was left out, each at its place.
    pub skipped: Vec<Skipped>,
    /// What was done differently than somebody might expect.
    pub warnings: Vec<Warning>,
}

/// An intent of a file.
#[derive(Debug, Clone)]
pub struct BroughtIntent {
    /// Its name, unique in the file after folding.
    pub name: IntentName,
    /// How a visitor would call it.
    pub title: Option<Title>,
    /// How visitors say it; equal ones are still there.
    pub phrases: Vec<BroughtPhrase>,
    /// What the bot replies; one for each language and channel.
    pub answers: Vec<BroughtAnswer>,
    /// What can't be represented yet, by where it comes from.
    pub kept: Map<String, Value>,
    /// Where it stands.
    pub place: String,
}

/// A phrase of a file.
#[derive(Debug, Clone)]
pub struct BroughtPhrase {
    /// The words.
    pub text: PhraseText,
    /// Their language, where the file says it.
    pub language: Option<Language>,
    /// Where it stands.
    pub place: String,
}

/// An answer of a file.
#[derive(Debug, Clone)]
pub struct BroughtAnswer {
    /// Its language, where the file says it.
    pub language: Option<Language>,
    /// The only kind of channel it is for; for all where absent.
    pub channel: Option<String>,
    /// The words.
    pub text: AnswerText,
    /// The buttons below.
    pub buttons: Vec<Button>,
    /// Where it stands.
    pub place: String,
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its line, sheet or JSON pointer.
    pub location: String,
    /// Why; stable, for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub detail: String,
}
