//! An overlap: two intents that visitors' words can't tell apart, how much speaks for it, and what becomes of it from run
//! to run.

use serde::{Deserialize, Serialize};

use crate::{Id, Moment, id};

/// θ: phrases this alike, by the engine's kernel, are neighbours. A first choice, not measured yet.
pub const NEIGHBOUR: f32 = 0.45;
/// Live traffic of fewer replies says nothing.
pub const FEWEST_REPLIES: usize = 20;
/// Ratings up to this are bad.
pub const BAD_RATING: i64 = 2;

/// How much an overlap weighs, by the worst of its measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Look at it some time.
    Minor,
    /// Visitors get the wrong department's answer now and then.
    Serious,
    /// Visitors get the wrong department's answer often.
    Critical,
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: [Self; 3] = [Self::Minor, Self::Serious, Self::Critical];

    /// The severity's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Serious => "serious",
            Self::Critical => "critical",
        }
    }

    /// Reads what [`Severity::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }
}

/// What live traffic says of two intents, over four weeks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Live {
    /// Replies that gave or offered either.
    pub replies: usize,
    /// Of these, those that had to ask which of the two was meant: the two best confidences were closer than δ.
    pub asked: usize,
    /// Bad ratings of one's answer in a conversation that the other answered too.
    pub bad_ratings: usize,
}

/// The four measures of two intents i and j; shares are 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Measures {
    /// Phrases that are equal after folding.
    pub duplicates: usize,
    /// NN(i→j) and NN(j→i): the share of one's phrases whose nearest phrase outside it lies in the other, with a similarity
    /// of at least [`NEIGHBOUR`].
    pub neighbours: [f64; 2],
    /// The share of one's phrases that are taken for the other by a model that never saw them, both ways.
    pub confusion: [f64; 2],
    /// Live traffic; `None` where there was too little.
    pub live: Option<Live>,
}

impl Measures {
    /// The larger of the neighbour shares.
    #[must_use]
    pub fn neighbour(&self) -> f64 {
        self.neighbours[0].max(self.neighbours[1])
    }

    /// The larger of the confusions.
    #[must_use]
    pub fn confused(&self) -> f64 {
        self.confusion[0].max(self.confusion[1])
    }

    /// The share of replies that had to ask which of the two was meant.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of replies stay far below 2^52")]
    pub fn asked(&self) -> Option<f64> {
        let live = self.live.filter(|live| live.replies >= FEWEST_REPLIES)?;
        Some(live.asked as f64 / live.replies as f64)
    }

    /// The worst of the four; `None` where nothing speaks for an overlap. Limits, ours:
    ///
    /// | | critical | serious | minor |
    /// |---|---|---|---|
    /// | duplicates | 1 | | |
    /// | neighbours | .5 | .25 | .1 |
    /// | confusion | .3 | .15 | .05 |
    /// | asked | .3 | .15 | .05 |
    /// | bad ratings | | 5 | 2 |
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        let by = |value: f64, [critical, serious, minor]: [f64; 3]| match value {
            value if value >= critical => Some(Severity::Critical),
            value if value >= serious => Some(Severity::Serious),
            value if value >= minor => Some(Severity::Minor),
            _ => None,
        };
        let ratings = match self.live.map_or(0, |live| live.bad_ratings) {
            5.. => Some(Severity::Serious),
            2..5 => Some(Severity::Minor),
            _ => None,
        };
        [
            (self.duplicates > 0).then_some(Severity::Critical),
            by(self.neighbour(), [0.5, 0.25, 0.1]),
            by(self.confused(), [0.3, 0.15, 0.05]),
            by(self.asked().unwrap_or(0.0), [0.3, 0.15, 0.05]),
            ratings,
        ]
        .into_iter()
        .max()
        .flatten()
    }

    /// How much speaks for it, 0 to 1: both directions of neighbours and confusion, and what was asked, as if each were a
    /// witness of its own, 1 − Π(1 − wₖ·xₖ); an equal phrase counts as a tenth. Ours; orders overlaps of one severity.
    #[must_use]
    pub fn evidence(&self) -> f64 {
        let equal = 0.1 * f64::from(u8::from(self.duplicates > 0));
        let [nearer, near] = self.neighbours;
        let [more, less] = self.confusion;
        let witnesses = [0.5 * nearer, 0.5 * near, more, less, self.asked().unwrap_or(0.0), equal];
        1.0 - witnesses.iter().map(|witness| 1.0 - witness.clamp(0.0, 1.0)).product::<f64>()
    }

    /// The place in the list, worst first: severity before evidence, in billionths.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "evidence is 0 to 1")]
    pub fn rank(&self) -> i64 {
        let severity = match self.severity() {
            None => 0,
            Some(Severity::Minor) => 1,
            Some(Severity::Serious) => 2,
            Some(Severity::Critical) => 3,
        };
        severity * 2_000_000_000 + (self.evidence() * 1e9).round() as i64
    }
}

/// Where an overlap stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has done anything about it.
    Open,
    /// Somebody proposed how to settle it.
    Settling,
    /// Its owners settled it.
    Settled,
    /// Its owners let it be, for a time.
    Ignored,
    /// It was not found any more.
    Gone,
    /// It was gone and is there again.
    Returned,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::Open, Self::Settling, Self::Settled, Self::Ignored, Self::Gone, Self::Returned];

    /// The state's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Settling => "settling",
            Self::Settled => "settled",
            Self::Ignored => "ignored",
            Self::Gone => "gone",
            Self::Returned => "returned",
        }
    }

    /// Reads what [`State::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// What becomes of it in a run that found it, or did not. What was settled stays settled until it was gone once: its
    /// settlement reaches the live bot with the next releases, and a boundary leaves the words as they are.
    #[must_use]
    pub const fn after_run(self, found: bool) -> Self {
        match (self, found) {
            (Self::Gone, true) => Self::Returned,
            (_, false) => Self::Gone,
            (state, true) => state,
        }
    }

    /// Whether somebody should do something about it.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, Self::Open | Self::Settling | Self::Returned)
    }
}

/// One of the two intents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The intent.
    pub intent: Id<id::Intent>,
    /// Its name when it was last seen.
    pub name: String,
    /// Its owner when it was last seen.
    pub department: Id<id::Department>,
}

/// An overlap: it keeps its identity, by its two intents, from run to run.
#[derive(Debug, Clone)]
pub struct Overlap {
    /// Its identifier.
    pub id: Id<id::Overlap>,
    /// The two intents, the one with the lower identifier first.
    pub parties: [Party; 2],
    /// Where it stands.
    pub state: State,
    /// How much it weighs, at the last run that found it.
    pub severity: Severity,
    /// The measures of that run; the first of a pair is from the first party to the second.
    pub measures: Measures,
    /// The run that first found it.
    pub first_seen: Moment,
    /// The last run that found it.
    pub last_seen: Moment,
    /// Until when it is ignored.
    pub ignored_until: Option<Moment>,
    /// Rises with each change by people.
    pub version: i64,
    /// When it was first found.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

impl Overlap {
    /// Whether two owners must settle it.
    #[must_use]
    pub fn crosses(&self) -> bool {
        let [one, other] = &self.parties;
        one.department != other.department
    }
}

/// What a run found of an overlap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Run {
    /// When.
    pub at: Moment,
    /// The build that was live.
    pub build: i64,
    /// How much it weighed.
    pub severity: Severity,
    /// The measures.
    pub measures: Measures,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_measure_says_how_much_it_weighs() {
        let none = Measures::default();
        assert_eq!((none.severity(), none.rank()), (None, 0));
        let equal = Measures { duplicates: 1, ..none };
        let near = Measures { neighbours: [0.0, 0.25], ..none };
        let confused = Measures { confusion: [0.06, 0.0], ..none };
        let rated = Measures { live: Some(Live { replies: 3, asked: 3, bad_ratings: 5 }), ..none };
        let severities = [equal, near, confused, rated].map(|measures| measures.severity().unwrap());
        assert_eq!(severities, [Severity::Critical, Severity::Serious, Severity::Minor, Severity::Serious]);
        assert_eq!(rated.asked(), None, "three replies say nothing");
        assert!(equal.rank() > near.rank() && near.rank() > confused.rank());
        let more = Measures { confusion: [0.4, 0.4], neighbours: [0.6, 0.6], ..none };
        assert!(more.rank() > Measures { confusion: [0.4, 0.0], ..more }.rank());
        assert!((more.evidence() - (1.0 - 0.7 * 0.7 * 0.6 * 0.6)).abs() < 1e-12);
    }

    #[test]
    fn it_goes_and_returns() {
        assert_eq!(State::Open.after_run(false), State::Gone);
        assert_eq!(State::Gone.after_run(true), State::Returned);
        assert_eq!(State::Settled.after_run(true), State::Settled);
        assert_eq!(State::Ignored.after_run(true), State::Ignored);
        assert!(State::ALL.into_iter().all(|state| State::named(state.name()) == Some(state)));
    }
}
