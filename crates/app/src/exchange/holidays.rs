//! Holidays from an iCalendar file (RFC 5545): the all-day events, each by its dates and its summary.

use guildhall_domain::{
    calendar::{Day, Holidays, MOST_HOLIDAYS},
    text::Name,
};
use icalendar::parser::{Component, read_calendar, unfold};

use super::{Rejected, Skipped, limits::NAMED, plain};

/// The most bytes of a file.
const BYTES: usize = 1024 * 1024;
/// How deep components may nest; calendars need two.
const DEPTH: usize = 8;
/// The most days of one event: a month of summer holidays and a bit.
const LONGEST: usize = 60;
/// How many years a yearly event is taken for.
const YEARS: i16 = 10;

/// What a file holds.
#[derive(Debug, Default)]
pub struct Read {
    /// The dates by their names.
    pub dates: Holidays,
    /// What was left out.
    pub skipped: Vec<Skipped>,
}

/// Reads a file. Events with times are left out and named, as are those that come again otherwise than every year.
pub fn read(bytes: &[u8]) -> Result<Read, Rejected> {
    if bytes.len() > BYTES {
        return Err(Rejected::new("ical-size", "a calendar file holds at most 1 MiB"));
    }
    let text = unfold(plain::utf8(bytes)?);
    shallow(&text)?;
    let calendar = read_calendar(&text).map_err(|_| Rejected::new("not-ical", "not readable as an iCalendar file"))?;
    let mut read = Read::default();
    let mut leave = |location: String, code, detail: &str| {
        if read.skipped.len() < NAMED {
            read.skipped.push(Skipped { location, code, detail: detail.to_owned() });
        }
    };
    for (at, event) in calendar.components.iter().filter(|component| component.name == "VEVENT").enumerate() {
        let said = |key: &str| event.find_prop(key).map(|property| property.val.as_str());
        let summary = said("SUMMARY").unwrap_or_default();
        let location = format!("event {} «{}»", at + 1, summary.chars().take(60).collect::<String>());
        let Ok(name) = Name::parse(&unescaped(summary)) else {
            leave(location, "no-name", "its summary must have 1 to 100 characters");
            continue;
        };
        let Some(days) = days(event) else {
            leave(location, "not-all-day", "only events of whole days, sixty at most, are holidays");
            continue;
        };
        let days = match said("RRULE") {
            None => days,
            Some(rule) if yearly(rule) => again(&days),
            Some(_) => {
                leave(location, "recurrence", "comes again otherwise than every year on its date; state its dates");
                continue;
            }
        };
        for day in days {
            read.dates.entry(day).or_insert_with(|| name.clone());
        }
    }
    if read.dates.len() > MOST_HOLIDAYS {
        return Err(Rejected::new("too-many", "a calendar holds at most 1000 holidays"));
    }
    Ok(read)
}

/// Refuses what nests deep, before it is read by a parser that would nest as deep.
fn shallow(text: &str) -> Result<(), Rejected> {
    let mut depth = 0usize;
    for line in text.lines() {
        let line = line.get(..6).unwrap_or(line);
        if line.eq_ignore_ascii_case("BEGIN:") {
            depth += 1;
        } else if line.get(..4).is_some_and(|line| line.eq_ignore_ascii_case("END:")) {
            depth = depth.saturating_sub(1);
        }
        if depth > DEPTH {
            return Err(Rejected::new("ical-depth", "a calendar file nests at most eight deep"));
        }
    }
    Ok(())
}

/// The days of an event of whole days; DTEND is the day after the last (RFC 5545 §3.6.1).
fn days(event: &Component<'_>) -> Option<Vec<Day>> {
    let first = date(event.find_prop("DTSTART")?.val.as_str())?;
    let after = match event.find_prop("DTEND") {
        Some(end) => date(end.val.as_str())?,
        None => first.next()?,
    };
    let days: Vec<Day> = std::iter::successors(Some(first), |day| day.next())
        .take_while(|day| *day == first || *day < after)
        .take(LONGEST + 1)
        .collect();
    (days.len() <= LONGEST).then_some(days)
}

/// `20271224`.
fn date(text: &str) -> Option<Day> {
    if text.len() != 8 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Day::of(text.get(..4)?.parse().ok()?, text.get(4..6)?.parse().ok()?, text.get(6..)?.parse().ok()?)
}

/// Whether a rule says nothing but «every year».
fn yearly(rule: &str) -> bool {
    let parts: Vec<String> = rule.split(';').map(str::to_ascii_uppercase).collect();
    parts.iter().all(|part| matches!(part.as_str(), "FREQ=YEARLY" | "INTERVAL=1"))
        && parts.iter().any(|part| part == "FREQ=YEARLY")
}

/// The same dates in the years after; 29 February where there is one.
fn again(days: &[Day]) -> Vec<Day> {
    let of_year = |later: i16| {
        days.iter().filter_map(move |day| {
            let (year, month, day) = day.parts();
            Day::of(year + later, month, day)
        })
    };
    (0..YEARS).flat_map(of_year).collect()
}

/// Text as it is meant (RFC 5545 §3.3.11).
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n' | 'N') => out.push(' '),
                Some(other) => out.push(other),
                None => {}
            },
            (c, false) => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Test//EN\r\n\
        BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20271224\r\nDTEND;VALUE=DATE:20271227\r\nSUMMARY:Christmas\\, and a\r\n  day after\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20270501\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Labour Day\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:3\r\nDTSTART:20270601T090000Z\r\nDTEND:20270601T100000Z\r\nSUMMARY:Stand-up\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:4\r\nDTSTART;VALUE=DATE:20270326\r\nRRULE:FREQ=YEARLY;BYDAY=-1FR\r\nSUMMARY:Last Friday\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:5\r\nDTSTART;VALUE=DATE:20270101\r\nEND:VEVENT\r\n\
        END:VCALENDAR\r\n";

    #[test]
    fn whole_days_are_holidays_and_the_rest_is_named() {
        let read = read(FILE.as_bytes()).unwrap();
        let dates: Vec<_> = read.dates.iter().map(|(day, name)| format!("{day} {name}")).collect();
        assert_eq!(dates.len(), 3 + 10);
        assert_eq!(dates[0], "2027-05-01 Labour Day");
        assert_eq!(dates[1], "2027-12-24 Christmas, and a day after");
        assert_eq!(dates[3], "2027-12-26 Christmas, and a day after");
        assert_eq!(dates[4], "2028-05-01 Labour Day");
        let codes: Vec<_> = read.skipped.iter().map(|skipped| skipped.code).collect();
        assert_eq!(codes, ["not-all-day", "recurrence", "no-name"]);
    }

    #[test]
    fn hostile_files_are_refused() {
        let deep = "BEGIN:X\r\n".repeat(100_000);
        assert_eq!(read(deep.as_bytes()).unwrap_err().rule, "ical-depth");
        assert_eq!(read(&vec![b'a'; BYTES + 1]).unwrap_err().rule, "ical-size");
        for bad in ["", "hello", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "\u{0}\u{1}"] {
            assert!(read(bad.as_bytes()).map_or(true, |read| read.dates.is_empty()), "{bad:?}");
        }
        let long = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20000101\r\nDTEND;VALUE=DATE:29991231\r\nSUMMARY:Ever\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        assert_eq!(read(long.as_bytes()).unwrap().skipped[0].code, "not-all-day");
    }
}
