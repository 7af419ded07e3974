//! A visitor's talk with the bot: its messages, the bot's replies, and the words in which it asks which of several
//! departments was meant.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Id, Moment, id,
    intent::Button,
    text::{Language, Note},
};

/// A conversation.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// Its identifier.
    pub id: Id<id::Conversation>,
    /// Where it takes place.
    pub channel: Id<id::Channel>,
    /// Who asks.
    pub visitor: Id<id::Visitor>,
    /// The visitor's language, where they said it.
    pub language: Option<Language>,
    /// The page, the campaign and the like.
    pub context: Map<String, Value>,
    /// The last message's number.
    pub last_seq: i64,
    /// The choices that the bot's last reply left open.
    pub choices: Vec<Choice>,
    /// When it began.
    pub created_at: Moment,
    /// When somebody last wrote.
    pub updated_at: Moment,
}

/// A choice that the visitor may make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What the button carries back.
    pub payload: String,
    /// What the button says.
    pub title: String,
    /// The intent it stands for; a payload without one is said in the visitor's place.
    pub intent: Option<Id<id::Intent>>,
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// Who asks.
    Visitor,
    /// The bot.
    Bot,
    /// A person of the company.
    Agent,
    /// The house itself.
    System,
}

impl From {
    /// The sender's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visitor => "visitor",
            Self::Bot => "bot",
            Self::Agent => "agent",
            Self::System => "system",
        }
    }

    /// Reads what [`From::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Visitor, Self::Bot, Self::Agent, Self::System].into_iter().find(|from| from.name() == name)
    }
}

/// What kind of reply the bot gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyKind {
    /// An intent's answer.
    Answer,
    /// The question which of several was meant.
    Disambiguation,
    /// That nobody here knows.
    Fallback,
}

impl ReplyKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Answer, Self::Disambiguation, Self::Fallback];

    /// The kind's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Disambiguation => "disambiguation",
            Self::Fallback => "fallback",
        }
    }

    /// Reads what [`ReplyKind::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One message of a conversation, as it is kept.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its identifier.
    pub id: Id<id::Message>,
    /// Its conversation.
    pub conversation: Id<id::Conversation>,
    /// Counts from 1 in its conversation.
    pub seq: i64,
    /// Who wrote it.
    pub from: From,
    /// The words.
    pub text: String,
    /// What the client called it.
    pub client_message_id: Option<String>,
    /// What the bot made of it; on the bot's replies only.
    pub reply: Option<ReplyFacts>,
    /// When it was written.
    pub created_at: Moment,
}

/// What the bot's reply rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyFacts {
    /// What kind of reply.
    pub kind: ReplyKind,
    /// Whose answer.
    pub department: Option<Id<id::Department>>,
    /// Which intent.
    pub intent: Option<Id<id::Intent>>,
    /// Its name when the reply was given.
    pub intent_name: Option<String>,
    /// How sure the bot was.
    pub confidence: Option<f32>,
    /// The buttons below.
    pub buttons: Vec<Button>,
}

impl ReplyFacts {
    /// A reply that rests on nothing.
    #[must_use]
    pub const fn fallback() -> Self {
        let (department, intent, intent_name, confidence) = (None, None, None, None);
        Self { kind: ReplyKind::Fallback, department, intent, intent_name, confidence, buttons: Vec::new() }
    }
}

/// A visitor's judgement.
#[derive(Debug, Clone)]
pub struct Rating {
    /// Its identifier.
    pub id: Id<id::Rating>,
    /// The message that it is about; about the whole conversation where absent.
    pub message: Option<Id<id::Message>>,
    /// 1 to 5.
    pub score: i64,
    /// What else they say.
    pub comment: Option<Note>,
    /// When it was given.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// The bot's own words, where a tenant set none.
pub mod wording {
    use crate::text::Language;

    struct Words {
        language: &'static str,
        greeting: &'static str,
        fallback: &'static str,
        question: &'static str,
        or: &'static str,
    }

    const ENGLISH: Words = Words {
        language: "en",
        greeting: "Hello! How can we help?",
        fallback: "Sorry, I don't know that yet. Could you say it in other words?",
        question: "Do you mean",
        or: "or",
    };

    const OTHERS: &[Words] = &[
        Words {
            language: "fi",
            greeting: "Hei! Miten voimme auttaa?",
            fallback: "Valitettavasti en vielä osaa vastata tähän. Voisitko kysyä toisin sanoin?",
            question: "Tarkoitatko",
            or: "vai",
        },
        Words {
            language: "sv",
            greeting: "Hej! Hur kan vi hjälpa dig?",
            fallback: "Tyvärr vet jag inte det ännu. Kan du fråga med andra ord?",
            question: "Menar du",
            or: "eller",
        },
        Words {
            language: "de",
            greeting: "Hallo! Wie können wir helfen?",
            fallback: "Das weiß ich leider noch nicht. Können Sie es anders sagen?",
            question: "Meinen Sie",
            or: "oder",
        },
    ];

    fn words(language: &Language) -> &'static Words {
        OTHERS.iter().find(|words| words.language == language.primary()).unwrap_or(&ENGLISH)
    }

    /// The bot's first words.
    #[must_use]
    pub fn greeting(language: &Language) -> &'static str {
        words(language).greeting
    }

    /// That nobody here knows.
    #[must_use]
    pub fn fallback(language: &Language) -> &'static str {
        words(language).fallback
    }

    /// Asks which was meant: «Do you mean A (Sales) or B (Support)?»
    #[must_use]
    pub fn question(language: &Language, candidates: &[String]) -> String {
        let words = words(language);
        match candidates {
            [] => String::new(),
            [only] => format!("{} {only}?", words.question),
            [most @ .., last] => format!("{} {} {} {last}?", words.question, most.join(", "), words.or),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_names_every_candidate() {
        let language = |tag: &str| Language::parse(tag).unwrap();
        let two = ["an order (Support)".to_owned(), "a purchase (Sales)".to_owned()];
        assert_eq!(wording::question(&language("en"), &two), "Do you mean an order (Support) or a purchase (Sales)?");
        assert_eq!(wording::question(&language("fi-fi"), &two[..1]), "Tarkoitatko an order (Support)?");
        assert_eq!(wording::question(&language("lt"), &["a".into(), "b".into(), "c".into()]), "Do you mean a, b or c?");
    }
}
