//! A knowledge request: a question that one department sends to the one that should know, with a due time.

pub mod escalation;
pub mod measure;
mod offer;
mod state;

pub use offer::{Landed, Offer, OfferedContent, OfferedPhrase, Thanks, Where};
pub use state::{Awaits, Clock, Move, Side, Stage, State, Turn};

use crate::{
    Id, Moment, id,
    text::{Language, Note, PhraseText, cleaned_lines, texts},
};

/// The most examples of one request.
pub const MOST_EXAMPLES: usize = 50;
/// The most notes of one request.
pub const MOST_NOTES: u64 = 500;

texts! {
    /// What is asked.
    Question, 2000, cleaned_lines;
    /// What is said about a request, to and fro.
    Remark, 4000, cleaned_lines;
}

/// How soon it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// It can wait.
    Low,
    /// As usual.
    Normal,
    /// Before others.
    High,
    /// Now.
    Urgent,
}

impl Priority {
    /// Every priority.
    pub const ALL: [Self; 4] = [Self::Urgent, Self::High, Self::Normal, Self::Low];

    /// The priority's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }

    /// Reads what [`Priority::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.name() == name)
    }
}

/// A knowledge request.
#[derive(Debug, Clone)]
pub struct KnowledgeRequest {
    /// Its identifier.
    pub id: Id<id::KnowledgeRequest>,
    /// The department that asks; none where somebody asks for the company.
    pub from: Option<Id<id::Department>>,
    /// Who asked.
    pub asker: Id<id::Member>,
    /// The department that should know.
    pub to: Id<id::Department>,
    /// The gap that it came from.
    pub gap: Option<Id<id::Gap>>,
    /// What is asked.
    pub question: Question,
    /// How visitors say it.
    pub examples: Vec<PhraseText>,
    /// The language of question and examples, where it is known.
    pub language: Option<Language>,
    /// How soon it is needed.
    pub priority: Priority,
    /// Who in the receiving department works on it.
    pub assignee: Option<Id<id::Member>>,
    /// How it stands.
    pub state: State,
    /// Counts the departments that it went to; each has its own escalation.
    pub round: i64,
    /// What was measured on the way.
    pub marks: Marks,
    /// Rises with each change.
    pub version: i64,
    /// When it was sent.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// What was measured on the way, in time of the receiving department's work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// How long it took to say «we have it».
    pub acknowledged_after: Option<std::time::Duration>,
    /// How long it took to answer.
    pub answered_after: Option<std::time::Duration>,
    /// Whether it was answered by its due time.
    pub within_target: Option<bool>,
}

/// What a note is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteKind {
    /// Something said.
    Comment,
    /// The receiving department asks back.
    AskBack,
    /// The asker answers that.
    Reply,
    /// The answer.
    Answer,
    /// Why it is declined.
    Decline,
    /// Why the answer does not do.
    Reopen,
    /// Why it goes to somebody else.
    Reassign,
}

impl NoteKind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Comment, Self::AskBack, Self::Reply, Self::Answer, Self::Decline, Self::Reopen, Self::Reassign];

    /// The kind's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::AskBack => "ask_back",
            Self::Reply => "reply",
            Self::Answer => "answer",
            Self::Decline => "decline",
            Self::Reopen => "reopen",
            Self::Reassign => "reassign",
        }
    }

    /// Reads what [`NoteKind::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Something that was said about a request.
#[derive(Debug, Clone)]
pub struct RequestNote {
    /// Its identifier.
    pub id: Id<id::RequestNote>,
    /// What it is.
    pub kind: NoteKind,
    /// Who said it.
    pub author: Id<id::Member>,
    /// What they said.
    pub text: Remark,
    /// When.
    pub created_at: Moment,
}

impl From<Note> for Remark {
    fn from(note: Note) -> Self {
        Self::stored(note.into())
    }
}
