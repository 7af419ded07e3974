//! The hours of a week: for each weekday the spans in which there is work, in the time that the wall clock shows.

use serde::{Deserialize, Serialize};

use super::MOST_SPANS;
use crate::text::TextFlaw;

/// Minutes of a day.
const DAY: u16 = 24 * 60;
/// A week of less is a mistake.
const LEAST: u32 = 60;

/// From one time of the day to a later one; midnight at its end is 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// Minutes after midnight at which work begins.
    from: u16,
    /// Minutes after midnight at which it ends, 1440 at most.
    to: u16,
}

impl Span {
    /// Reads two times such as `09:00` and `17:30`.
    pub fn parse(from: &str, to: &str) -> Result<Self, TextFlaw> {
        let (from, to) = (time(from)?, time(to)?);
        if from < to { Ok(Self { from, to }) } else { Err(TextFlaw::Form("must end after it begins, on the same day")) }
    }

    /// Minutes after midnight at which work begins and ends.
    #[must_use]
    pub const fn minutes(self) -> (u16, u16) {
        (self.from, self.to)
    }

    /// Both times as [`Span::parse`] reads them.
    #[must_use]
    pub fn times(self) -> (String, String) {
        let time = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        (time(self.from), time(self.to))
    }
}

fn time(text: &str) -> Result<u16, TextFlaw> {
    const FORM: TextFlaw = TextFlaw::Form("must be a time of the day from 00:00 to 24:00");
    let two = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<u16>().ok()).flatten().ok_or(FORM)
    };
    let (hours, minutes) = text.split_once(':').ok_or(FORM)?;
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    let all = hours * 60 + minutes;
    if minutes < 60 && all <= DAY { Ok(all) } else { Err(FORM) }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// Every day, Monday first (ISO 8601).
    pub const ALL: [Self; 7] =
        [Self::Monday, Self::Tuesday, Self::Wednesday, Self::Thursday, Self::Friday, Self::Saturday, Self::Sunday];

    /// The day's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }
}

/// For each day of the week the spans of work: in order, without touching the one before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Week([Vec<Span>; 7]);

impl Week {
    /// Nine to five from Monday to Friday.
    #[must_use]
    pub fn nine_to_five() -> Self {
        let work = || vec![Span { from: 9 * 60, to: 17 * 60 }];
        Self([work(), work(), work(), work(), work(), Vec::new(), Vec::new()])
    }

    /// States a day's spans, in any order. Spans that touch become one; those that overlap are a flaw.
    pub fn set(&mut self, day: Weekday, mut spans: Vec<Span>) -> Result<(), TextFlaw> {
        spans.sort_unstable();
        if spans.len() > MOST_SPANS {
            return Err(TextFlaw::Form("must hold at most eight spans a day"));
        }
        let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match joined.last_mut() {
                Some(last) if span.from < last.to => {
                    return Err(TextFlaw::Form("must hold no two spans that overlap"));
                }
                Some(last) if span.from == last.to => last.to = span.to,
                _ => joined.push(span),
            }
        }
        for (of, place) in Weekday::ALL.into_iter().zip(&mut self.0) {
            if of == day {
                *place = joined;
                break;
            }
        }
        Ok(())
    }

    /// A day's spans.
    #[must_use]
    pub fn of(&self, day: Weekday) -> &[Span] {
        Weekday::ALL.into_iter().zip(&self.0).find(|(of, _)| *of == day).map_or(&[], |(_, spans)| spans)
    }

    /// Whether there is less than an hour of work in it.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.0.iter().flatten().map(|span| u32::from(span.to - span.from)).sum::<u32>() < LEAST
    }
}
