//! What happens when a request is past due: first its assignee is told, then the department's owners, then the leaders, each
//! once.

use std::time::Duration;

use super::State;
use crate::{Moment, calendar::Calendar};

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Who works on it.
    Assignee,
    /// The owners of the receiving department.
    Owner,
    /// The leaders.
    Leader,
}

impl Step {
    /// Every step, in order.
    pub const ALL: [Self; 3] = [Self::Assignee, Self::Owner, Self::Leader];

    /// The step's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Assignee => "assignee",
            Self::Owner => "owner",
            Self::Leader => "leader",
        }
    }

    /// Reads what [`Step::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Take this step.
    Now(Step),
    /// Look again then.
    At(Moment),
    /// Nothing more: the clock stands, or everybody knows.
    Nothing,
}

/// The next step of a request. The first is taken when it is due, each further one after half a target more of the
/// department's hours; nobody is skipped back to, and a request without an assignee begins with the owners.
#[must_use]
pub fn next(
    state: &State,
    assigned: bool,
    done: &[Step],
    (calendar, target): (&Calendar, Duration),
    now: Moment,
) -> Next {
    let Some(due) = state.due() else { return Next::Nothing };
    let ladder = Step::ALL.into_iter().filter(|step| assigned || *step != Step::Assignee);
    let mut waits = (0u32..).map(|halves| target / 2 * halves);
    let rungs = ladder.map(|step| (step, waits.next().unwrap_or_default()));
    let last = done.iter().max();
    let Some((step, wait)) = rungs.into_iter().find(|(step, _)| last.is_none_or(|last| step > last)) else {
        return Next::Nothing;
    };
    let at = calendar.after(due, wait);
    if at <= now { Next::Now(step) } else { Next::At(at) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Clock, Stage};

    const HOUR: Duration = Duration::from_hours(1);

    /// Monday 4 January 2027 at this hour in UTC.
    fn at(hour: u32) -> Moment {
        Moment::parse("2027-01-04T00:00:00Z").unwrap().after(HOUR * hour)
    }

    fn due_at_ten() -> State {
        State::Waiting { stage: Stage::Open, clock: Clock { worked: Duration::ZERO, since: at(0), due: at(10) } }
    }

    #[test]
    fn each_is_told_in_turn() {
        let calendar = Calendar::usual();
        let table: [(bool, &[Step], u32, Next); 10] = [
            (true, &[], 9, Next::At(at(10))),
            (true, &[], 10, Next::Now(Step::Assignee)),
            (true, &[Step::Assignee], 11, Next::At(at(14))),
            (true, &[Step::Assignee], 14, Next::Now(Step::Owner)),
            (true, &[Step::Assignee, Step::Owner], 15, Next::At(at(24 + 10))),
            (true, &[Step::Assignee, Step::Owner], 24 + 10, Next::Now(Step::Leader)),
            (true, &Step::ALL, 99, Next::Nothing),
            (false, &[], 10, Next::Now(Step::Owner)),
            (false, &[Step::Owner], 14, Next::Now(Step::Leader)),
            (true, &[Step::Owner], 12, Next::At(at(24 + 10))),
        ];
        for (assigned, done, now, expected) in table {
            let next = next(&due_at_ten(), assigned, done, (&calendar, HOUR * 8), at(now));
            assert_eq!(next, expected, "{assigned} {done:?} {now}");
        }
    }

    #[test]
    fn nobody_is_told_while_the_clock_stands() {
        let returned = State::Returned { stage: Stage::Open, worked: HOUR * 20 };
        assert_eq!(next(&returned, true, &[], (&Calendar::usual(), HOUR), at(99)), Next::Nothing);
    }
}
