//! An evaluation: how well a bot tells its intents and its departments apart, from what each phrase is taken for when it
//! is held out.

use crate::{Id, Moment, id};

/// Which content is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// What visitors meet.
    Live,
    /// What some departments would publish now, beside what the others have live.
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

/// An evaluation in one line, as a list and a trend show it.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Its identifier.
    pub id: Id<id::Evaluation>,
    /// Of which content.
    pub stage: Stage,
    /// The departments whose drafts spoke, in ascending order; none for a live one.
    pub departments: Vec<Id<id::Department>>,
    /// The build that was live; 0 before the first.
    pub build: i64,
    /// How many parts the phrases were held out in.
    pub folds: usize,
    /// How many phrases were held out.
    pub phrases: usize,
    /// The share of them that was taken for their own intent, 0 to 1; `None` without phrases.
    pub accuracy: Option<f64>,
    /// The mean of the intents' F1, 0 to 1; `None` without intents.
    pub macro_f1: Option<f64>,
    /// When it was made.
    pub created_at: Moment,
}
