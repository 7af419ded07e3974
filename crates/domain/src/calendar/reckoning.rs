//! Reckoning in time of work: how much of it lies between two moments, and which moment lies so much of it ahead or back.
//!
//! A span of work is stated in wall-clock time and becomes a stretch of real time. Where the clock is put forward, what
//! falls into the gap is the moment of the change; where it is put back, the first of two equal times counts. So stretches
//! stay in order, never overlap, and a working hour is an hour that passes.

use std::time::Duration;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, Offset},
};

use super::{Calendar, Day, Weekday};
use crate::Moment;

/// How far a moment is looked for: what a calendar does not hold in twenty years lies at the end of them.
const HORIZON: usize = 20 * 366;
/// The number of microseconds of a whole minute.
const MINUTE: i64 = 60_000_000;

impl Calendar {
    /// How much time of work lies between two moments; none where the second is not the later one.
    #[must_use]
    pub fn between(&self, from: Moment, to: Moment) -> Duration {
        let Some(day) = self.day_of(from) else { return Duration::ZERO };
        let mut worked = 0;
        for (start, end) in self.stretches(day) {
            if start >= to.0 {
                break;
            }
            worked += (end.min(to.0) - start.max(from.0)).max(0);
        }
        micros(worked)
    }

    /// The first moment by which this much time of work has passed since `from`. The time left when a day ends is the time
    /// at its end, not at the next one's start.
    #[must_use]
    pub fn after(&self, from: Moment, work: Duration) -> Moment {
        let mut left = count(work);
        if left == 0 {
            return from;
        }
        let Some(day) = self.day_of(from) else { return from.after(work) };
        let mut last = from.0;
        for (start, end) in self.stretches(day) {
            let start = start.max(from.0);
            if end <= start {
                continue;
            }
            if end - start >= left {
                return Moment(start + left);
            }
            left -= end - start;
            last = end;
        }
        Moment(last)
    }

    /// The last moment from which this much time of work passes until `to`.
    #[must_use]
    pub fn before(&self, to: Moment, work: Duration) -> Moment {
        let mut left = count(work);
        if left == 0 {
            return to;
        }
        let Some(mut day) = self.local(to).map(|at| at.date()) else { return to };
        let mut last = to.0;
        // The day after may begin earlier where the clock was put back over midnight.
        day = day.tomorrow().unwrap_or(day);
        for _ in 0..HORIZON {
            for (start, end) in self.of_day(day).into_iter().rev() {
                let end = end.min(to.0);
                if end <= start {
                    continue;
                }
                if end - start >= left {
                    return Moment(end - left);
                }
                left -= end - start;
                last = start;
            }
            let Ok(before) = day.yesterday() else { break };
            day = before;
        }
        Moment(last)
    }

    /// Whether there is work at this moment.
    #[must_use]
    pub fn works_at(&self, at: Moment) -> bool {
        self.between(at, Moment(at.0.saturating_add(1))) > Duration::ZERO
    }

    /// The day from which stretches must be looked at, so that none that reaches beyond the moment is missed.
    fn day_of(&self, at: Moment) -> Option<Date> {
        let day = self.local(at)?.date();
        Some(day.yesterday().unwrap_or(day))
    }

    fn local(&self, at: Moment) -> Option<DateTime> {
        Timestamp::from_microsecond(at.0).ok().map(|at| self.rules.to_datetime(at))
    }

    /// The stretches of real time in which there is work, in order, from a day on.
    fn stretches(&self, from: Date) -> impl Iterator<Item = (i64, i64)> {
        let days = std::iter::successors(Some(from), |day| day.tomorrow().ok()).take(HORIZON);
        days.flat_map(|day| self.of_day(day))
    }

    fn of_day(&self, day: Date) -> Vec<(i64, i64)> {
        if self.holidays.contains_key(&Day(day)) {
            return Vec::new();
        }
        let weekday = Weekday::ALL.into_iter().nth(usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0));
        let spans = weekday.map_or(&[][..], |weekday| self.week.of(weekday));
        let stretch = |span: &super::Span| {
            let (from, to) = span.minutes();
            Some((self.instant(day, from)?, self.instant(day, to)?))
        };
        spans.iter().filter_map(stretch).filter(|(start, end)| start < end).collect()
    }

    /// The real time, in microseconds, of so many minutes after a day's midnight.
    fn instant(&self, day: Date, minutes: u16) -> Option<i64> {
        let wall = day.at(0, 0, 0, 0).checked_add(SignedDuration::from_mins(i64::from(minutes))).ok()?;
        let ambiguous = self.rules.to_ambiguous_timestamp(wall);
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } => shifted(offset, wall),
            AmbiguousOffset::Fold { before, .. } => shifted(before, wall),
            AmbiguousOffset::Gap { before, .. } => {
                let beyond = Timestamp::from_microsecond(shifted(before, wall)?.checked_add(1)?).ok()?;
                self.rules.preceding(beyond).next().map(|change| change.timestamp().as_microsecond())
            }
        }
    }
}

fn shifted(offset: Offset, wall: DateTime) -> Option<i64> {
    offset.to_timestamp(wall).ok().map(Timestamp::as_microsecond)
}

fn micros(worked: i64) -> Duration {
    Duration::from_micros(u64::try_from(worked).unwrap_or(0))
}

fn count(work: Duration) -> i64 {
    i64::try_from(work.as_micros()).unwrap_or(i64::MAX)
}

/// A whole number of minutes of work, rounded down.
#[must_use]
pub fn whole_minutes(work: Duration) -> i64 {
    count(work) / MINUTE
}
