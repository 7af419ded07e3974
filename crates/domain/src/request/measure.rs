//! How departments answer each other: by pair of departments, never by person.
//!
//! Times are of the receiving department's work, without what the asker took. Reciprocity is ours:
//! R = min(a, b) / max(a, b), where a and b are the requests that each answered for the other; null where both are 0.

use std::{collections::BTreeMap, time::Duration};

use super::{KnowledgeRequest, Marks, State};
use crate::{Id, Moment, id};

/// What is measured of a request.
#[derive(Debug, Clone, Copy)]
pub struct Fact {
    /// The department that asked; none for the company.
    pub from: Option<Id<id::Department>>,
    /// The department that was asked.
    pub to: Id<id::Department>,
    /// What was measured on the way.
    pub marks: Marks,
    /// How it ended, if it did.
    pub end: End,
    /// When it was sent.
    pub created_at: Moment,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It waits, and may be past due.
    Open {
        /// Whether it is.
        overdue: bool,
    },
    /// It was answered.
    Answered,
    /// It was declined.
    Declined,
}

impl Fact {
    /// What is measured of a request at this time.
    #[must_use]
    pub fn of(request: &KnowledgeRequest, now: Moment) -> Self {
        let end = match &request.state {
            State::Waiting { clock, .. } => End::Open { overdue: clock.due < now },
            State::Returned { .. } => End::Open { overdue: false },
            State::Answered { .. } | State::Accepted { .. } => End::Answered,
            State::Declined { .. } => End::Declined,
        };
        Self { from: request.from, to: request.to, marks: request.marks, end, created_at: request.created_at }
    }
}

/// Several durations in a nutshell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// How many.
    pub count: usize,
    /// The middle one; of an even number the mean of the two.
    pub median: Duration,
    /// The longest.
    pub longest: Duration,
}

impl Spread {
    /// The spread of these; nothing of none.
    #[must_use]
    pub fn of(durations: impl IntoIterator<Item = Duration>) -> Option<Self> {
        let mut all: Vec<Duration> = durations.into_iter().collect();
        all.sort_unstable();
        let longest = *all.last()?;
        let upper = *all.get(all.len() / 2)?;
        let lower = *all.get((all.len() - 1) / 2)?;
        Some(Self { count: all.len(), median: (lower + upper) / 2, longest })
    }
}

/// What is known of one department's requests to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// How many were sent.
    pub sent: usize,
    /// How many were answered.
    pub answered: usize,
    /// How many were declined.
    pub declined: usize,
    /// How many wait.
    pub open: usize,
    /// How many of these are past due.
    pub overdue: usize,
    /// Time of work until somebody said that they have it.
    pub acknowledge: Option<Spread>,
    /// Time of work until the answer.
    pub answer: Option<Spread>,
    /// The share of the answered that was answered by its due time; null where none was answered.
    pub within_target: Option<f64>,
    /// How long ago the open ones were sent, in plain time.
    pub age: Option<Spread>,
}

impl Measure {
    /// The measure of these requests at this time.
    #[must_use]
    pub fn of<'a>(facts: impl IntoIterator<Item = &'a Fact>, now: Moment) -> Self {
        let facts: Vec<&Fact> = facts.into_iter().collect();
        let count = |is: fn(&Fact) -> bool| facts.iter().filter(|fact| is(fact)).count();
        let answered = count(|fact| fact.end == End::Answered);
        let in_time = count(|fact| fact.end == End::Answered && fact.marks.within_target == Some(true));
        let open = facts.iter().filter(|fact| matches!(fact.end, End::Open { .. }));
        Self {
            sent: facts.len(),
            answered,
            declined: count(|fact| fact.end == End::Declined),
            open: open.clone().count(),
            overdue: count(|fact| fact.end == End::Open { overdue: true }),
            acknowledge: Spread::of(facts.iter().filter_map(|fact| fact.marks.acknowledged_after)),
            answer: Spread::of(facts.iter().filter_map(|fact| fact.marks.answered_after)),
            within_target: ratio(in_time, answered),
            age: Spread::of(open.map(|fact| now.since(fact.created_at))),
        }
    }
}

/// One department's requests to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Who asked; none for the company.
    pub from: Option<Id<id::Department>>,
    /// Who was asked.
    pub to: Id<id::Department>,
    /// How that went.
    pub measure: Measure,
    /// How even the two answer each other, 0 to 1; null where neither answered the other, and for the company.
    pub reciprocity: Option<f64>,
}

/// The measures of every pair that asked, in the order of their ids. A department that asks itself is no pair.
#[must_use]
pub fn pairs(facts: &[Fact], now: Moment) -> Vec<Pair> {
    let mut by: BTreeMap<(Option<Id<id::Department>>, Id<id::Department>), Vec<&Fact>> = BTreeMap::new();
    for fact in facts.iter().filter(|fact| fact.from != Some(fact.to)) {
        by.entry((fact.from, fact.to)).or_default().push(fact);
    }
    let answered = |from: Id<id::Department>, to: Id<id::Department>| {
        let those = by.get(&(Some(from), to)).map_or(&[][..], Vec::as_slice);
        those.iter().filter(|fact| fact.end == End::Answered).count()
    };
    let pair = |(&(from, to), those): (&(Option<_>, _), &Vec<&Fact>)| Pair {
        from,
        to,
        measure: Measure::of(those.iter().copied(), now),
        reciprocity: from.and_then(|from| reciprocity(answered(from, to), answered(to, from))),
    };
    by.iter().map(pair).collect()
}

/// min / max of what two answered for each other; null where both are 0.
#[must_use]
pub fn reciprocity(one: usize, other: usize) -> Option<f64> {
    ratio(one.min(other), one.max(other))
}

#[expect(clippy::cast_precision_loss, reason = "a tenant has fewer than 2^52 requests")]
fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const HOUR: Duration = Duration::from_hours(1);
    const NOW: Moment = Moment(1_800_000_000_000_000);

    fn department(n: u128) -> Id<id::Department> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn fact(from: Option<u128>, to: u128, end: End, hours: Option<(u32, u32)>) -> Fact {
        let marks = Marks {
            acknowledged_after: hours.map(|(first, _)| HOUR * first),
            answered_after: hours.map(|(_, then)| HOUR * then).filter(|_| end == End::Answered),
            within_target: hours.map(|(_, then)| then <= 8).filter(|_| end == End::Answered),
        };
        let created_at = Moment(NOW.0 - 3_600_000_000 * i64::from(to as u32) * 10);
        Fact { from: from.map(department), to: department(to), marks, end, created_at }
    }

    /// One asks two five times, two asks one twice, the company asks two, two asks itself.
    fn facts() -> Vec<Fact> {
        use End::{Answered, Declined, Open};
        vec![
            fact(Some(1), 2, Answered, Some((1, 4))),
            fact(Some(1), 2, Answered, Some((2, 8))),
            fact(Some(1), 2, Answered, Some((3, 12))),
            fact(Some(1), 2, Declined, None),
            fact(Some(1), 2, Open { overdue: true }, Some((6, 0))),
            fact(Some(2), 1, Answered, Some((1, 2))),
            fact(Some(2), 1, Open { overdue: false }, None),
            fact(None, 2, Open { overdue: false }, None),
            fact(Some(2), 2, Answered, Some((1, 1))),
        ]
    }

    #[test]
    fn pairs_are_measured_as_by_hand() {
        let pairs = pairs(&facts(), NOW);
        let found: Vec<_> = pairs.iter().map(|pair| (pair.from, pair.to)).collect();
        let [one, two] = [1, 2].map(department);
        assert_eq!(found, [(None, two), (Some(one), two), (Some(two), one)]);
        let [company, to_two, to_one] = pairs.as_slice() else { panic!() };
        let measure = &to_two.measure;
        assert_eq!((measure.sent, measure.answered, measure.declined, measure.open, measure.overdue), (5, 3, 1, 1, 1));
        assert_eq!(measure.acknowledge, Some(Spread { count: 4, median: HOUR * 5 / 2, longest: HOUR * 6 }));
        assert_eq!(measure.answer, Some(Spread { count: 3, median: HOUR * 8, longest: HOUR * 12 }));
        assert_eq!(measure.within_target, Some(2.0 / 3.0));
        assert_eq!(measure.age, Some(Spread { count: 1, median: HOUR * 20, longest: HOUR * 20 }));
        // Three answered one way, one the other.
        assert_eq!((to_two.reciprocity, to_one.reciprocity), (Some(1.0 / 3.0), Some(1.0 / 3.0)));
        assert_eq!((company.reciprocity, company.measure.within_target, company.measure.answer), (None, None, None));
    }

    #[test]
    fn reciprocity_is_null_where_nobody_answered() {
        let golden = [(0, 0, None), (0, 3, Some(0.0)), (2, 4, Some(0.5)), (4, 2, Some(0.5)), (3, 3, Some(1.0))];
        for (one, other, expected) in golden {
            assert_eq!(reciprocity(one, other), expected);
        }
    }
}
