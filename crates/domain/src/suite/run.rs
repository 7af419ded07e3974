//! What came of running tests.

use serde::{Deserialize, Serialize};

use super::{Meant, Miss, Outcome, Stale};
use crate::{Id, Moment, id};

/// Which bot is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// What visitors meet.
    Live,
    /// What they would meet if the owner published now.
    Draft,
}

impl Stage {
    /// The stage's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Draft => "draft",
        }
    }

    /// Reads what [`Stage::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Live, Self::Draft].into_iter().find(|stage| stage.name() == name)
    }
}

/// Why tests were run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Somebody asked.
    Asked,
    /// It was night.
    Night,
    /// A release was about to be built.
    Release,
}

impl Occasion {
    /// The occasion's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Night => "night",
            Self::Release => "release",
        }
    }

    /// Reads what [`Occasion::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Asked, Self::Night, Self::Release].into_iter().find(|occasion| occasion.name() == name)
    }
}

/// What came of running tests.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its identifier.
    pub id: Id<id::TestRun>,
    /// Whose tests; the company's without one.
    pub department: Option<Id<id::Department>>,
    /// Which bot was tried.
    pub stage: Stage,
    /// Why.
    pub occasion: Occasion,
    /// The live build that it stood on.
    pub build: i64,
    /// What came of each case, in order.
    pub results: Vec<CaseResult>,
    /// When.
    pub created_at: Moment,
}

impl Run {
    /// How many cases passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.results.iter().filter(|result| result.passed()).count()
    }
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseResult {
    /// The case.
    pub case: Id<id::TestCase>,
    /// Its suite.
    pub suite: Id<id::TestSuite>,
    /// The suite's name.
    pub suite_name: String,
    /// Its name.
    pub name: String,
    /// Whether a release of the suite's own department waits for it.
    pub required: bool,
    /// What it names that is not there any more.
    pub stale: Vec<Stale>,
    /// What came of each turn; a turn that could not be made ends the case.
    pub turns: Vec<TurnResult>,
}

impl CaseResult {
    /// Whether everything was as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.turns.iter().all(|turn| turn.misses.is_empty())
    }
}

/// What came of a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnResult {
    /// What the visitor did, in words.
    pub said: String,
    /// What the bot did.
    pub decision: Outcome,
    /// What it said.
    pub text: String,
    /// The best intents, best first, as far as words were understood.
    pub ranking: Vec<Rank>,
    /// What was not as expected.
    pub misses: Vec<Miss>,
}

/// A place in a ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rank {
    /// The intent.
    pub meant: Meant,
    /// How sure the bot is, 0 to 1.
    pub confidence: f32,
}
