//! When a department works: its time zone, the hours of its weekdays, its holidays, and how soon it means to answer.

mod hours;
mod reckoning;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, time::Duration};

use jiff::{civil::Date, tz};
use serde::{Deserialize, Serialize};

pub use hours::{Span, Week, Weekday};
pub use reckoning::whole_minutes;

use crate::{
    Flaws, Id, Moment, Refusal, id,
    member::TimeZone,
    request::Priority,
    text::{Name, TextFlaw},
};

/// The most holidays of one calendar.
pub const MOST_HOLIDAYS: usize = 1_000;
/// The most spans of one weekday.
pub const MOST_SPANS: usize = 8;
/// The shortest and the longest target: five minutes and a thousand hours of work.
pub const TARGETS: (Duration, Duration) = (Duration::from_mins(5), Duration::from_hours(1_000));

/// A day that the department does not work, by its date and its name.
pub type Holidays = BTreeMap<Day, Name>;

/// A date: `2027-12-24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub(crate) Date);

impl Day {
    /// Reads `2027-12-24`; the year is 1900 to 2999.
    pub fn parse(text: &str) -> Result<Self, TextFlaw> {
        const FORM: TextFlaw = TextFlaw::Form("must be a date such as 2027-12-24");
        let whole = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let date: Date = text.parse().map_err(|_| FORM)?;
        if whole && (1900..=2999).contains(&date.year()) { Ok(Self(date)) } else { Err(FORM) }
    }

    /// The date of this year, month and day, if there is one.
    #[must_use]
    pub fn of(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().filter(|date| (1900..=2999).contains(&date.year())).map(Self)
    }

    /// Year, month, day.
    #[must_use]
    pub fn parts(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.tomorrow().ok().map(Self)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// How soon a department means to answer, in time of its own work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Targets {
    /// What is urgent.
    pub urgent: Duration,
    /// What is of high priority.
    pub high: Duration,
    /// What is as usual.
    pub normal: Duration,
    /// What can wait.
    pub low: Duration,
}

impl Targets {
    /// What a department that says nothing means: half a day, a day, three days, a week of eight hours a day.
    pub const USUAL: Self = Self {
        urgent: Duration::from_hours(4),
        high: Duration::from_hours(8),
        normal: Duration::from_hours(24),
        low: Duration::from_hours(40),
    };

    /// The target of a priority.
    #[must_use]
    pub const fn of(&self, priority: Priority) -> Duration {
        match priority {
            Priority::Urgent => self.urgent,
            Priority::High => self.high,
            Priority::Normal => self.normal,
            Priority::Low => self.low,
        }
    }
}

/// When a department works.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    zone: TimeZone,
    rules: tz::TimeZone,
    week: Week,
    holidays: Holidays,
    targets: Targets,
}

impl Calendar {
    /// A calendar, with all that is wrong with it: a zone that IANA does not know, a week without work, too many holidays,
    /// a target out of range.
    pub fn new(zone: TimeZone, week: Week, holidays: Holidays, targets: Targets) -> Result<Self, Refusal> {
        let mut flaws = Flaws::default();
        let rules = tz::TimeZone::get(zone.as_str());
        if rules.is_err() {
            flaws.add(
                "/time_zone",
                "unknown-time-zone",
                "must be a time zone that IANA knows, such as Europe/Helsinki",
            );
        }
        if week.is_idle() {
            flaws.add("/hours", "empty", "must hold at least an hour of work on some day of the week");
        }
        if holidays.len() > MOST_HOLIDAYS {
            flaws.add("/holidays", "too-many", "must hold at most 1000 dates");
        }
        for priority in Priority::ALL {
            let target = targets.of(priority);
            if !(TARGETS.0..=TARGETS.1).contains(&target) {
                let pointer = format!("/targets/{}", priority.name());
                flaws.add(pointer, "out-of-range", "must be 5 minutes to 1000 hours of work");
            }
        }
        flaws.settle(rules.ok().map(|rules| Self { zone, rules, week, holidays, targets }))
    }

    /// The calendar of a department that has none of its own: nine to five in UTC from Monday to Friday, without holidays.
    #[must_use]
    pub fn usual() -> Self {
        Self {
            zone: TimeZone::stored("UTC".to_owned()),
            rules: tz::TimeZone::UTC,
            week: Week::nine_to_five(),
            holidays: Holidays::new(),
            targets: Targets::USUAL,
        }
    }

    /// Where it is.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// When it works on each day of the week.
    #[must_use]
    pub const fn week(&self) -> &Week {
        &self.week
    }

    /// When it does not.
    #[must_use]
    pub const fn holidays(&self) -> &Holidays {
        &self.holidays
    }

    /// How soon it means to answer.
    #[must_use]
    pub const fn targets(&self) -> &Targets {
        &self.targets
    }
}

/// A department's calendar as it is kept.
#[derive(Debug, Clone)]
pub struct DepartmentCalendar {
    /// Whose.
    pub department: Id<id::Department>,
    /// The calendar.
    pub calendar: Calendar,
    /// Rises with each change; 0 where the department never said anything.
    pub version: i64,
    /// When it was first kept; nothing where it never was.
    pub created_at: Option<Moment>,
    /// When it last changed.
    pub updated_at: Option<Moment>,
}

impl DepartmentCalendar {
    /// What holds for a department that never said anything.
    #[must_use]
    pub fn usual(department: Id<id::Department>) -> Self {
        Self { department, calendar: Calendar::usual(), version: 0, created_at: None, updated_at: None }
    }
}
