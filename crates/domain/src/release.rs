//! An immutable, numbered snapshot of one department's content, and the states that it goes through.

use crate::{
    Id, Moment,
    content::{Changes, Check, Hash},
    id,
    text::Note,
};

/// Where a release stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The model that will speak it is being made.
    Building,
    /// The live bot speaks it.
    Live,
    /// A newer release of the department took its place.
    Superseded,
    /// It waits, since it would harm another department.
    Held,
    /// No model could be made of it.
    Failed,
}

impl State {
    const ALL: [Self; 5] = [Self::Building, Self::Live, Self::Superseded, Self::Held, Self::Failed];

    /// The state's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Live => "live",
            Self::Superseded => "superseded",
            Self::Held => "held",
            Self::Failed => "failed",
        }
    }

    /// Reads what [`State::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A release.
#[derive(Debug, Clone)]
pub struct Release {
    /// Its identifier.
    pub id: Id<id::Release>,
    /// Whose content it is.
    pub department: Id<id::Department>,
    /// Counts from 1 in its department.
    pub number: i64,
    /// Where it stands.
    pub state: State,
    /// The address of its content.
    pub content: Hash,
    /// What its author says about it.
    pub note: Option<Note>,
    /// Who published it.
    pub author: Id<id::Member>,
    /// The release whose content it brings back.
    pub restores: Option<i64>,
    /// What changed against the release before.
    pub changes: Changes,
    /// What was found.
    pub checks: Vec<Check>,
    /// When it was made.
    pub created_at: Moment,
    /// When its state last changed.
    pub updated_at: Moment,
}

impl Release {
    /// What it contributes to a build.
    #[must_use]
    pub const fn part(&self) -> Part {
        Part { department: self.department, release: self.id, number: self.number, content: self.content }
    }
}

/// One department's part in a build: the release that the live bot speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Whose.
    pub department: Id<id::Department>,
    /// Which release.
    pub release: Id<id::Release>,
    /// Its number.
    pub number: i64,
    /// The address of its content.
    pub content: Hash,
}

/// The parts of the next build: the present ones, with each department's newest waiting release in its place.
/// Returns them in the order of departments.
#[must_use]
pub fn next_parts(present: &[Part], waiting: &[Part]) -> Vec<Part> {
    let mut parts: std::collections::BTreeMap<_, Part> = present.iter().map(|part| (part.department, *part)).collect();
    for part in waiting {
        let place = parts.entry(part.department).or_insert(*part);
        if part.number > place.number {
            *place = *part;
        }
    }
    parts.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_build_takes_the_newest_of_each_and_keeps_the_rest() {
        let part = |department: u128, number: i64| Part {
            department: Id::from_uuid(Uuid::from_u128(department)),
            release: Id::from_uuid(Uuid::from_u128(department * 100)),
            number,
            content: Hash([0; 32]),
        };
        let next = next_parts(&[part(1, 4), part(2, 7)], &[part(2, 9), part(2, 8), part(3, 1)]);
        assert_eq!(next, [part(1, 4), part(2, 9), part(3, 1)]);
    }
}
