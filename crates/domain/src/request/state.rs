//! How a request stands, as a machine: what each state holds, which moves it allows, and the clock that stops while the
//! asker is asked back.

use std::time::Duration;

use super::{Landed, Marks, Offer, Thanks};
use crate::{Conflict, Moment, calendar::Calendar, text::Note};

/// How far the receiving department has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has said that they have it.
    Open,
    /// Somebody has.
    Acknowledged,
    /// Somebody works on it.
    InProgress,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 3] = [Self::Open, Self::Acknowledged, Self::InProgress];

    /// The stage's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::InProgress => "in_progress",
        }
    }

    /// Reads what [`Stage::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// The clock of a request while it is with the receiving department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// How much time of work went before it last started.
    pub worked: Duration,
    /// When it last started.
    pub since: Moment,
    /// When the answer is due.
    pub due: Moment,
}

impl Clock {
    /// Starts it after so much time of work: what is left of the target is due in the department's hours.
    #[must_use]
    pub fn start(calendar: &Calendar, target: Duration, worked: Duration, now: Moment) -> Self {
        Self { worked, since: now, due: calendar.after(now, target.saturating_sub(worked)) }
    }

    /// How much time of work has gone by now.
    #[must_use]
    pub fn worked(&self, calendar: &Calendar, now: Moment) -> Duration {
        self.worked + calendar.between(self.since, now)
    }
}

/// How a request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It waits for the receiving department, and the clock goes.
    Waiting {
        /// How far they have come.
        stage: Stage,
        /// When it is due.
        clock: Clock,
    },
    /// The asker was asked back, and the clock stands.
    Returned {
        /// How far they had come.
        stage: Stage,
        /// How much time of work has gone.
        worked: Duration,
    },
    /// It was answered, and the asker has not said whether that does.
    Answered {
        /// The answer.
        offer: Offer,
        /// How much time of work has gone.
        worked: Duration,
    },
    /// The answer does.
    Accepted {
        /// The answer.
        offer: Offer,
        /// What the asker may send.
        thanks: Thanks,
        /// Where it landed in the draft, if it did.
        landed: Option<Landed>,
    },
    /// They won't answer.
    Declined {
        /// Why.
        reason: Note,
    },
}

/// Who has to do something next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Awaits {
    /// The receiving department: to answer.
    Receiving,
    /// The asker: to reply or to accept.
    Asking,
    /// The receiving department: to let the accepted answer land in its draft.
    Landing,
    /// Nobody.
    Nobody,
}

impl Awaits {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Receiving => "receiving",
            Self::Asking => "asking",
            Self::Landing => "landing",
            Self::Nobody => "nobody",
        }
    }
}

/// Who makes a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The asker.
    Asking,
    /// The department that should know.
    Receiving,
}

/// What is done with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// «We have it.»
    Acknowledge,
    /// «We work on it.»
    Start,
    /// «We need to know more.»
    AskBack,
    /// The answer to that.
    Reply,
    /// An answer.
    Answer(Offer),
    /// «We won't.»
    Decline(Note),
    /// «It does.»
    Accept(Thanks),
    /// «It does not.»
    Reopen,
    /// It goes to another department, which begins afresh.
    HandOver,
    /// The answer lands in the draft.
    Land(Landed),
}

impl Move {
    /// Who makes it.
    #[must_use]
    pub const fn side(&self) -> Side {
        match self {
            Self::Reply | Self::Accept(_) | Self::Reopen => Side::Asking,
            _ => Side::Receiving,
        }
    }
}

/// What a move is judged by: the receiving department's calendar, its target, the time.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// The calendar of the department that the request is with, after the move.
    pub calendar: &'a Calendar,
    /// How soon that department means to answer.
    pub target: Duration,
    /// The time.
    pub now: Moment,
}

impl State {
    /// A request that was just sent.
    #[must_use]
    pub fn sent(turn: Turn<'_>) -> Self {
        Self::Waiting { stage: Stage::Open, clock: Clock::start(turn.calendar, turn.target, Duration::ZERO, turn.now) }
    }

    /// The state's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting { stage, .. } => stage.name(),
            Self::Returned { .. } => "returned",
            Self::Answered { .. } => "answered",
            Self::Accepted { .. } => "accepted",
            Self::Declined { .. } => "declined",
        }
    }

    /// Every name that a state can have.
    pub const NAMES: [&'static str; 7] =
        ["open", "acknowledged", "in_progress", "returned", "answered", "accepted", "declined"];

    /// Whether nothing is waited for any more.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Accepted { .. } | Self::Declined { .. })
    }

    /// Who has to do something next.
    #[must_use]
    pub const fn awaits(&self) -> Awaits {
        match self {
            Self::Waiting { .. } => Awaits::Receiving,
            Self::Returned { .. } | Self::Answered { .. } => Awaits::Asking,
            Self::Accepted { landed: None, offer, .. } if offer.content.is_some() => Awaits::Landing,
            Self::Accepted { .. } | Self::Declined { .. } => Awaits::Nobody,
        }
    }

    /// When the answer is due, while the clock goes.
    #[must_use]
    pub const fn due(&self) -> Option<Moment> {
        match self {
            Self::Waiting { clock, .. } => Some(clock.due),
            _ => None,
        }
    }

    /// The answer, if there is one.
    #[must_use]
    pub const fn offer(&self) -> Option<&Offer> {
        match self {
            Self::Answered { offer, .. } | Self::Accepted { offer, .. } => Some(offer),
            _ => None,
        }
    }

    /// The state after a move, with what it measures; a move that the state does not allow is refused.
    pub fn after(self, step: Move, marks: &mut Marks, turn: Turn<'_>) -> Result<Self, Conflict> {
        let Turn { calendar, target, now } = turn;
        let start = |worked| Clock::start(calendar, target, worked, now);
        match (self, step) {
            (Self::Waiting { stage: Stage::Open, clock }, Move::Acknowledge) => {
                marks.acknowledged_after.get_or_insert(clock.worked(calendar, now));
                Ok(Self::Waiting { stage: Stage::Acknowledged, clock })
            }
            (Self::Waiting { stage: Stage::Open | Stage::Acknowledged, clock }, Move::Start) => {
                marks.acknowledged_after.get_or_insert(clock.worked(calendar, now));
                Ok(Self::Waiting { stage: Stage::InProgress, clock })
            }
            (Self::Waiting { stage, clock }, Move::AskBack) => {
                let worked = clock.worked(calendar, now);
                marks.acknowledged_after.get_or_insert(worked);
                // Who asks back has read it.
                let stage = if stage == Stage::Open { Stage::Acknowledged } else { stage };
                Ok(Self::Returned { stage, worked })
            }
            (Self::Returned { stage, worked }, Move::Reply) => Ok(Self::Waiting { stage, clock: start(worked) }),
            (Self::Waiting { clock, .. }, Move::Answer(offer)) => {
                let worked = clock.worked(calendar, now);
                Ok(answered(offer, worked, now <= clock.due, marks))
            }
            (Self::Returned { worked, .. }, Move::Answer(offer)) => {
                Ok(answered(offer, worked, worked <= target, marks))
            }
            (Self::Waiting { .. } | Self::Returned { .. }, Move::Decline(reason)) => Ok(Self::Declined { reason }),
            (Self::Answered { offer, .. }, Move::Accept(thanks)) => Ok(Self::Accepted { offer, thanks, landed: None }),
            (Self::Answered { worked, .. }, Move::Reopen) => {
                (marks.answered_after, marks.within_target) = (None, None);
                Ok(Self::Waiting { stage: Stage::InProgress, clock: start(worked) })
            }
            (Self::Waiting { .. } | Self::Returned { .. }, Move::HandOver) => {
                *marks = Marks::default();
                Ok(Self::sent(turn))
            }
            (Self::Accepted { offer, thanks, landed: None }, Move::Land(landed)) => {
                Ok(Self::Accepted { offer, thanks, landed: Some(landed) })
            }
            (state, _) => Err(Conflict::RequestState(state.name())),
        }
    }
}

fn answered(offer: Offer, worked: Duration, in_time: bool, marks: &mut Marks) -> State {
    marks.acknowledged_after.get_or_insert(worked);
    (marks.answered_after, marks.within_target) = (Some(worked), Some(in_time));
    State::Answered { offer, worked }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{Id, text::Name};

    const HOUR: Duration = Duration::from_hours(1);

    /// Monday 4 January 2027 at this hour in UTC.
    fn at(hour: u64) -> Moment {
        Moment::parse("2027-01-04T00:00:00Z").unwrap().after(HOUR * u32::try_from(hour).unwrap())
    }

    fn offer() -> Offer {
        let text = Some(super::super::Remark::parse("Thirty days.").unwrap());
        Offer { by: Id::from_uuid(Uuid::nil()), at: at(0), text, content: None }
    }

    fn thanks() -> Thanks {
        let question = super::super::Question::parse("How long?").unwrap();
        Thanks::ready(&offer(), &Name::parse("Eero").unwrap(), &question)
    }

    fn landed() -> Landed {
        Landed { intent: Id::from_uuid(Uuid::nil()), by: Id::from_uuid(Uuid::nil()), at: at(0) }
    }

    fn go(state: State, step: Move, marks: &mut Marks, hour: u64) -> Result<State, Conflict> {
        let calendar = Calendar::usual();
        state.after(step, marks, Turn { calendar: &calendar, target: HOUR * 8, now: at(hour) })
    }

    fn sent() -> State {
        State::sent(Turn { calendar: &Calendar::usual(), target: HOUR * 8, now: at(10) })
    }

    #[test]
    fn the_table_of_moves_is_the_reviewed_one() {
        let note = || Note::parse("Not ours").unwrap();
        let steps: [(&str, fn() -> Move); 10] = [
            ("acknowledge", || Move::Acknowledge),
            ("start", || Move::Start),
            ("ask back", || Move::AskBack),
            ("reply", || Move::Reply),
            ("answer", || Move::Answer(offer())),
            ("decline", || Move::Decline(Note::parse("Not ours").unwrap())),
            ("accept", || Move::Accept(thanks())),
            ("reopen", || Move::Reopen),
            ("hand over", || Move::HandOver),
            ("land", || Move::Land(landed())),
        ];
        let waiting = |stage| State::Waiting { stage, clock: Clock { worked: HOUR, since: at(10), due: at(17) } };
        let states = [
            waiting(Stage::Open),
            waiting(Stage::Acknowledged),
            waiting(Stage::InProgress),
            State::Returned { stage: Stage::Acknowledged, worked: HOUR },
            State::Answered { offer: offer(), worked: HOUR },
            State::Accepted { offer: offer(), thanks: thanks(), landed: None },
            State::Accepted { offer: offer(), thanks: thanks(), landed: Some(landed()) },
            State::Declined { reason: note() },
        ];
        let mut table = String::new();
        for state in states {
            let allowed: Vec<_> = steps
                .iter()
                .filter_map(|(name, step)| {
                    let after = go(state.clone(), step(), &mut Marks::default(), 12).ok()?;
                    Some(format!("{name} → {}", after.name()))
                })
                .collect();
            table += &format!("{}: {}\n", state.name(), allowed.join(", "));
        }
        assert_eq!(
            table,
            "open: acknowledge → acknowledged, start → in_progress, ask back → returned, answer → answered, decline → declined, hand over → open\n\
             acknowledged: start → in_progress, ask back → returned, answer → answered, decline → declined, hand over → open\n\
             in_progress: ask back → returned, answer → answered, decline → declined, hand over → open\n\
             returned: reply → acknowledged, answer → answered, decline → declined, hand over → open\n\
             answered: accept → accepted, reopen → in_progress\n\
             accepted: land → accepted\n\
             accepted: \n\
             declined: \n"
        );
    }

    #[test]
    fn the_clock_stands_while_the_asker_is_asked_back() {
        let mut marks = Marks::default();
        assert_eq!(sent().due(), Some(at(24 + 10)), "eight hours from ten on Monday");
        let returned = go(sent(), Move::AskBack, &mut marks, 12).unwrap();
        assert_eq!((returned.due(), marks.acknowledged_after), (None, Some(HOUR * 2)));
        // A day later six hours are left: from noon on Tuesday to ten on Wednesday.
        let back = go(returned, Move::Reply, &mut marks, 24 + 12).unwrap();
        assert_eq!((back.due(), back.name()), (Some(at(48 + 10)), "acknowledged"));
        let answered = go(back, Move::Answer(offer()), &mut marks, 24 + 14).unwrap();
        assert_eq!((marks.answered_after, marks.within_target), (Some(HOUR * 4), Some(true)));
        // What does not do goes on where it stopped.
        let again = go(answered, Move::Reopen, &mut marks, 48 + 9).unwrap();
        assert_eq!((again.due(), marks.answered_after), (Some(at(48 + 13)), None));
        go(again, Move::Answer(offer()), &mut marks, 48 + 15).unwrap();
        assert_eq!((marks.answered_after, marks.within_target), (Some(HOUR * 10), Some(false)));
        assert_eq!(marks.acknowledged_after, Some(HOUR * 2), "once");
    }

    #[test]
    fn what_is_past_due_when_it_comes_back_is_due_at_once() {
        let returned = State::Returned { stage: Stage::InProgress, worked: HOUR * 9 };
        assert_eq!(go(returned, Move::Reply, &mut Marks::default(), 11).unwrap().due(), Some(at(11)));
    }

    #[test]
    fn another_department_begins_afresh() {
        let mut marks = Marks { acknowledged_after: Some(HOUR), ..Marks::default() };
        let state =
            State::Waiting { stage: Stage::InProgress, clock: Clock { worked: HOUR * 7, since: at(9), due: at(10) } };
        let handed = go(state, Move::HandOver, &mut marks, 10).unwrap();
        assert_eq!((handed, marks), (sent(), Marks::default()));
    }
}
