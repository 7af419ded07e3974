//! One department's content frozen at a moment: its canonical form and its address by hash.

mod change;
mod check;

pub use change::{ChangeKind, Changes, IntentChange, diff};
pub use check::{Check, Neighbour, Severity, check, ready};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Id, id,
    intent::{Answer, Phrase, WholeIntent},
};

/// A department's content. Its canonical JSON has one field order, intents and phrases by id, and no white space.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Content {
    /// The intents in the order of their ids.
    pub intents: Vec<FrozenIntent>,
}

/// An intent as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenIntent {
    /// Its identifier.
    pub id: Id<id::Intent>,
    /// Its name.
    pub name: String,
    /// How a visitor would call it.
    pub title: Option<String>,
    /// How visitors say it, in the order of ids.
    pub phrases: Vec<Phrase>,
    /// What the bot replies.
    pub answers: Vec<Answer>,
}

/// SHA-256 of a content's canonical JSON: its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::str::FromStr for Hash {
    type Err = NotAHash;

    /// Reads 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            let two = text.get(2 * at..2 * at + 2).ok_or(NotAHash)?;
            *byte = u8::from_str_radix(two, 16).map_err(|_| NotAHash)?;
        }
        if text.len() == 64 { Ok(Self(bytes)) } else { Err(NotAHash) }
    }
}

/// The text is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 in hexadecimal digits")]
pub struct NotAHash;

impl Content {
    /// Freezes a draft.
    #[must_use]
    pub fn freeze(draft: Vec<WholeIntent>) -> Self {
        let mut intents: Vec<_> = draft
            .into_iter()
            .map(|WholeIntent { intent, mut phrases, answers }| {
                phrases.sort_by_key(|phrase| phrase.id);
                FrozenIntent {
                    id: intent.id,
                    name: intent.name.into(),
                    title: intent.title.map(String::from),
                    phrases,
                    answers,
                }
            })
            .collect();
        intents.sort_by_key(|intent| intent.id);
        Self { intents }
    }

    /// The canonical JSON.
    pub fn canonical(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// The address of a canonical JSON.
    #[must_use]
    pub fn hash(canonical: &str) -> Hash {
        Hash(Sha256::digest(canonical.as_bytes()).into())
    }
}

#[cfg(test)]
pub(crate) mod samples {
    //! Content for tests.

    use uuid::Uuid;

    use super::FrozenIntent;
    use crate::{
        Id,
        intent::{Answer, Phrase},
        text::{AnswerText, Language},
    };

    /// An intent that answers «yes».
    pub(crate) fn intent(n: u128, name: &str, phrases: &[&str]) -> FrozenIntent {
        FrozenIntent {
            id: Id::from_uuid(Uuid::from_u128(n)),
            name: name.to_owned(),
            title: None,
            phrases: phrases
                .iter()
                .zip(1..)
                .map(|(text, p)| Phrase {
                    id: Id::from_uuid(Uuid::from_u128(n * 100 + p)),
                    text: (*text).to_owned(),
                    language: None,
                })
                .collect(),
            answers: vec![Answer {
                language: Language::parse("en").unwrap(),
                channel: None,
                text: AnswerText::parse("yes").unwrap(),
                buttons: vec![],
            }],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{samples::intent, *};

    #[test]
    fn canonical_json_reads_back_and_its_hash_is_stable() {
        let content = Content { intents: vec![intent(1, "a", &["x"])] };
        let json = content.canonical().unwrap();
        assert_eq!(serde_json::from_str::<Content>(&json).unwrap(), content);
        assert_eq!(
            Content::hash(&Content::default().canonical().unwrap()).to_string(),
            "c372d5c02d3f9851d3b51ebdf6829694a568e5f857aad3696afcb78dbfd77f01",
            "sha256 of {{\"intents\":[]}}"
        );
        let hash = Content::hash(&json);
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert!("c3".parse::<Hash>().is_err() && format!("{hash}0").parse::<Hash>().is_err());
    }
}
