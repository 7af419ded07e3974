//! Conversation tests: what a visitor says in a given context, and what the bot has to make of it; in suites that a
//! department keeps for its own content, or the leader for the company.

mod expectation;
mod inventory;
mod run;
#[cfg(test)]
mod tests;

pub use expectation::{Expect, Got, Meant, Miss};
pub use inventory::{Inventory, Stale};
pub use run::{CaseResult, Occasion, Rank, Run, Stage, TurnResult};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Id, Moment, channel, id,
    text::{IntentName, Language, MessageText, Name, Note, Payload},
};

/// The most suites of one department, or of the company.
pub const MOST_SUITES: u64 = 100;
/// The most cases of one suite.
pub const MOST_CASES: u64 = 1_000;
/// The most turns of one case.
pub const MOST_TURNS: usize = 50;
/// The most entries of each list of an expectation.
pub const MOST_NAMED: usize = 20;

/// A suite, without its cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// Its identifier.
    pub id: Id<id::TestSuite>,
    /// Whose it is; the company's without one.
    pub department: Option<Id<id::Department>>,
    /// Its name, unique there after folding.
    pub name: Name,
    /// What it is about.
    pub description: Option<Note>,
    /// Whether a release of its own department waits for it.
    pub required: bool,
    /// Rises with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// A conversation that is tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its identifier.
    pub id: Id<id::TestCase>,
    /// Where it belongs.
    pub suite: Id<id::TestSuite>,
    /// What is tried.
    pub script: Script,
    /// Rises with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// What is tried: a name, where the visitor is, and what they say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// Its name, unique in its suite after folding.
    pub name: Name,
    /// Where the visitor is.
    pub given: Given,
    /// What is said and has to come of it, in order.
    pub turns: Vec<Turn>,
}

/// Where the visitor is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// The language that they said they speak.
    pub language: Option<Language>,
    /// The kind of channel.
    pub channel: String,
    /// The page, the campaign and the like.
    pub context: Map<String, Value>,
}

impl Default for Given {
    fn default() -> Self {
        Self { language: None, channel: channel::Kind::Web.name().to_owned(), context: Map::new() }
    }
}

/// One turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// What the visitor does.
    pub visitor: Said,
    /// What has to come of it.
    pub expect: Expect,
}

/// What the visitor does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Writes.
    Says(MessageText),
    /// Presses a button of the reply before: its title, its payload, or the name of the intent that it stands for.
    Chooses(Payload),
}

/// What the bot does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answers.
    Answer,
    /// Asks which of several is meant.
    Ambiguous,
    /// Says that it does not know.
    OutOfScope,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Answer, Self::Ambiguous, Self::OutOfScope];

    /// The outcome's name, as decisions are called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Ambiguous => "ambiguous",
            Self::OutOfScope => "out_of_scope",
        }
    }

    /// Reads what [`Outcome::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// An intent by the key of its department and its name; without a name, all that the department has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The department's key; the suite's own where it says nothing.
    pub department: Option<String>,
    /// The intent's name.
    pub intent: Option<IntentName>,
}
