//! A job: work that somebody asked for and that takes longer than an answer may, with how far it is and what came of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Id, Moment, id,
    policy::{self, Action as _},
};

/// How long a job that has ended is kept.
pub const KEPT: std::time::Duration = std::time::Duration::from_hours(30 * 24);
/// The most jobs of one member that may be under way.
pub const MOST_AT_ONCE: u64 = 10;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal needs $action:ident;)*) => {
        /// What a job does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $($(#[$doc])* $name),* }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The kind's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The action that whoever asked must still hold over each of the job's departments, to have it done and to read
            /// what came of it.
            #[must_use]
            pub const fn action(self) -> (&'static str, [policy::Extent; 10]) {
                match self { $(Self::$name => (policy::$action::NAME, policy::$action::EXTENTS)),* }
            }
        }
    };
}

kinds! {
    /// How well a bot tells its intents apart.
    Evaluation = "evaluation" needs ReadDraft;
    /// Conversation tests.
    ConversationTests = "conversation_tests" needs ReadDraft;
}

impl Kind {
    /// Reads what [`Kind::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has begun it.
    Queued,
    /// It is being done.
    Running,
    /// It is done.
    Done,
    /// It could not be done.
    Failed,
    /// Somebody called it off.
    Cancelled,
}

impl State {
    const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// The state's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads what [`State::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether nothing comes after it.
    #[must_use]
    pub const fn ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// How far it is, in steps of the job's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Steps that are done.
    pub done: i64,
    /// All steps; 0 as long as nobody knows.
    pub total: i64,
}

/// Why a job could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// The kind of problem, as the API's catalogue names it.
    pub code: String,
    /// A sentence for people.
    pub detail: String,
}

/// A job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its identifier.
    pub id: Id<id::Job>,
    /// What it does.
    pub kind: Kind,
    /// The departments whose drafts or content it concerns; none where it concerns what every member may read.
    pub departments: Vec<Id<id::Department>>,
    /// Who asked for it; nobody where the house did.
    pub asked_by: Option<Id<id::Member>>,
    /// Where it stands.
    pub state: State,
    /// How far it is.
    pub progress: Progress,
    /// What exactly is asked, as its kind reads it.
    pub task: Value,
    /// What came of it, once it is done.
    pub result: Option<Value>,
    /// Why it could not be done.
    pub problem: Option<Trouble>,
    /// When it was asked for.
    pub created_at: Moment,
    /// When it was last begun.
    pub started_at: Option<Moment>,
    /// When it ended.
    pub ended_at: Option<Moment>,
    /// When anything of it last changed.
    pub updated_at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_three_states_are_ends() {
        for state in State::ALL {
            assert_eq!(State::named(state.name()), Some(state));
        }
        for kind in Kind::ALL {
            assert_eq!(Kind::named(kind.name()), Some(*kind));
        }
        assert_eq!(State::ALL.iter().filter(|state| state.ended()).count(), 3);
    }
}
