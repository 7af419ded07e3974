//! What a calendar promises: golden moments around holidays and changes of the clock, and laws that hold for any week.

use proptest::prelude::*;

use super::*;

const HOUR: Duration = Duration::from_hours(1);

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn span(from: &str, to: &str) -> Span {
    Span::parse(from, to).unwrap()
}

fn holiday(day: &str) -> (Day, Name) {
    (Day::parse(day).unwrap(), Name::parse("Closed").unwrap())
}

fn calendar(zone: &str, week: Week, holidays: &[&str]) -> Calendar {
    let holidays = holidays.iter().map(|day| holiday(day)).collect();
    Calendar::new(TimeZone::parse(zone).unwrap(), week, holidays, Targets::USUAL).unwrap()
}

/// All day, every day.
fn always() -> Week {
    let mut week = Week::default();
    Weekday::ALL.into_iter().for_each(|day| week.set(day, vec![span("00:00", "24:00")]).unwrap());
    week
}

#[test]
fn work_skips_nights_weekends_and_holidays() {
    let helsinki = calendar("Europe/Helsinki", Week::nine_to_five(), &["2027-01-06"]);
    // Monday 4 January 2027, 16:00 in Helsinki.
    let asked = at("2027-01-04T14:00:00Z");
    assert_eq!(helsinki.after(asked, HOUR), at("2027-01-04T15:00:00Z"), "at the end of the day");
    assert_eq!(helsinki.after(asked, HOUR * 2), at("2027-01-05T08:00:00Z"));
    assert_eq!(helsinki.after(asked, HOUR * 10), at("2027-01-07T08:00:00Z"), "past Epiphany");
    assert_eq!(helsinki.after(at("2027-01-08T20:00:00Z"), HOUR), at("2027-01-11T08:00:00Z"), "past the weekend");
    assert_eq!(helsinki.between(asked, at("2027-01-07T08:00:00Z")), HOUR * 10);
    assert_eq!(helsinki.before(at("2027-01-07T08:00:00Z"), HOUR * 10), asked);
    assert!(helsinki.works_at(asked) && !helsinki.works_at(at("2027-01-04T15:00:00Z")));
}

#[test]
fn a_day_with_a_change_of_the_clock_is_an_hour_shorter_or_longer() {
    let helsinki = calendar("Europe/Helsinki", always(), &[]);
    // The clock is put forward on 28 March 2027 at 03:00 and back on 31 October at 04:00.
    let spring = (at("2027-03-27T22:00:00Z"), at("2027-03-28T21:00:00Z"));
    assert_eq!(helsinki.between(spring.0, spring.1), HOUR * 23);
    let autumn = (at("2027-10-30T21:00:00Z"), at("2027-10-31T22:00:00Z"));
    assert_eq!(helsinki.between(autumn.0, autumn.1), HOUR * 25);
}

#[test]
fn what_falls_into_a_gap_is_the_moment_of_the_change() {
    let mut week = Week::default();
    week.set(Weekday::Sunday, vec![span("02:00", "03:15"), span("03:30", "05:00")]).unwrap();
    let helsinki = calendar("Europe/Helsinki", week, &[]);
    let (start, change) = (at("2027-03-28T00:00:00Z"), at("2027-03-28T01:00:00Z"));
    // 02:00 to 03:15 ends with the change; 03:30 to 05:00 begins with it and holds the hour after 04:00.
    assert_eq!(helsinki.between(start, change), HOUR);
    assert_eq!(helsinki.between(change, at("2027-03-28T03:00:00Z")), HOUR);
}

#[test]
fn an_hour_that_comes_twice_is_worked_twice_and_never_more() {
    let mut week = Week::default();
    week.set(Weekday::Sunday, vec![span("03:00", "04:00")]).unwrap();
    let helsinki = calendar("Europe/Helsinki", week, &[]);
    assert_eq!(helsinki.between(at("2027-10-30T00:00:00Z"), at("2027-11-01T00:00:00Z")), HOUR * 2);
}

#[test]
fn a_clock_that_is_put_back_over_midnight_loses_nothing() {
    // Azores, 2027-10-31: at 01:00 back to 00:00; Havana, 2027-11-07: at 01:00 back to 00:00.
    for (zone, days) in
        [("Atlantic/Azores", ("2027-10-30", "2027-11-02")), ("America/Havana", ("2027-11-06", "2027-11-09"))]
    {
        let calendar = calendar(zone, always(), &[]);
        let (from, to) = (at(&format!("{}T12:00:00Z", days.0)), at(&format!("{}T12:00:00Z", days.1)));
        assert_eq!(calendar.between(from, to), HOUR * 72, "{zone}");
    }
}

#[test]
fn calendars_that_can_not_be_are_refused_with_all_that_is_wrong() {
    let targets = Targets { urgent: Duration::from_mins(1), ..Targets::USUAL };
    let zone = TimeZone::parse("Europe/Atlantis").unwrap();
    let Err(Refusal::Invalid(flaws)) = Calendar::new(zone, Week::default(), Holidays::new(), targets) else { panic!() };
    let pointers: Vec<_> = flaws.iter().map(|flaw| flaw.pointer.as_str()).collect();
    assert_eq!(pointers, ["/time_zone", "/hours", "/targets/urgent"]);
    for (from, to) in
        [("9:00", "17:00"), ("17:00", "09:00"), ("09:00", "09:00"), ("09:00", "24:01"), ("09:60", "11:00")]
    {
        assert!(Span::parse(from, to).is_err(), "{from} {to}");
    }
    let mut week = Week::default();
    assert!(week.set(Weekday::Monday, vec![span("09:00", "12:00"), span("11:59", "13:00")]).is_err());
    week.set(Weekday::Monday, vec![span("12:00", "13:00"), span("09:00", "12:00")]).unwrap();
    assert_eq!(week.of(Weekday::Monday), [span("09:00", "13:00")], "what touches is one");
    for bad in ["2027-02-29", "27-01-01", "2027-1-1", "2027-01-01T00:00:00", "1899-12-31", ""] {
        assert!(Day::parse(bad).is_err(), "{bad}");
    }
}

const ZONES: [&str; 7] = [
    "UTC",
    "Europe/Helsinki",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Havana",
    "Pacific/Apia",
];

prop_compose! {
    fn weeks()(days in prop::collection::vec(prop::collection::vec((0u16..24, 1u16..6), 0..3), 7)) -> Week {
        let mut week = Week::default();
        for (day, spans) in Weekday::ALL.into_iter().zip(days) {
            let spans = spans.into_iter().map(|(from, hours)| {
                let to = (from + hours).min(24);
                span(&format!("{from:02}:00"), &format!("{to:02}:{:02}", if to < 24 { 30 } else { 0 }))
            });
            // Those that overlap are left out.
            let mut kept = Vec::new();
            for one in spans {
                let more: Vec<_> = [kept.clone(), vec![one]].concat();
                if week.set(day, more.clone()).is_ok() {
                    kept = more;
                }
            }
            week.set(day, kept).unwrap();
        }
        if week.is_idle() { Week::nine_to_five() } else { week }
    }
}

prop_compose! {
    fn calendars()(week in weeks(), zone in prop::sample::select(&ZONES), closed in prop::collection::btree_set(0u16..700, 0..30)) -> Calendar {
        let first = Date::constant(2026, 10, 1);
        let day = |n: &u16| Day(first.checked_add(SignedDuration::from_hours(24 * i64::from(*n))).unwrap());
        let holidays = closed.iter().map(|n| (day(n), Name::parse("Closed").unwrap())).collect();
        Calendar::new(TimeZone::parse(zone).unwrap(), week, holidays, Targets::USUAL).unwrap()
    }
}

use jiff::SignedDuration;

prop_compose! {
    /// Any microsecond from October 2026 to the end of 2027, so four changes of the clock.
    fn moments()(micros in 1_790_800_000_000_000i64..1_830_000_000_000_000) -> Moment {
        Moment(micros)
    }
}

prop_compose! {
    fn works()(seconds in 0u64..400_000, micros in 0u64..1_000_000) -> Duration {
        Duration::from_secs(seconds) + Duration::from_micros(micros)
    }
}

proptest! {
    #[test]
    fn what_was_added_is_measured(calendar in calendars(), from in moments(), work in works()) {
        prop_assert_eq!(calendar.between(from, calendar.after(from, work)), work);
    }

    #[test]
    fn what_was_taken_off_is_measured(calendar in calendars(), to in moments(), work in works()) {
        prop_assert_eq!(calendar.between(calendar.before(to, work), to), work);
    }

    #[test]
    fn more_work_ends_later_and_a_later_start_never_earlier(
        calendar in calendars(), from in moments(), later in 0i64..10_000_000_000_000, work in works(), more in works(),
    ) {
        let end = calendar.after(from, work);
        prop_assert!(calendar.after(from, work + more) >= end);
        prop_assert!(calendar.after(Moment(from.0 + later), work) >= end);
        prop_assert!(end >= from && end.since(from) >= work);
    }

    #[test]
    fn work_in_two_parts_is_work_at_once(calendar in calendars(), from in moments(), one in works(), two in works()) {
        prop_assert_eq!(calendar.after(calendar.after(from, one), two), calendar.after(from, one + two));
    }

    #[test]
    fn stretches_of_time_add_up(calendar in calendars(), mut three in prop::collection::vec(moments(), 3)) {
        three.sort_unstable();
        let [a, b, c] = three[..] else { unreachable!() };
        prop_assert_eq!(calendar.between(a, b) + calendar.between(b, c), calendar.between(a, c));
        prop_assert!(calendar.between(a, c) <= c.since(a));
        prop_assert_eq!(calendar.between(c, a), Duration::ZERO);
    }
}
