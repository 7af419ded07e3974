//! When departments work: hours, holidays, and how soon they mean to answer.

use std::{collections::BTreeMap, time::Duration};

use actix_web::{get, post, put, web::Data};
use guildhall_app::{App, calendar};
use guildhall_domain::{
    Flaws, Moment, Refusal,
    calendar::{Calendar, Day, DepartmentCalendar, Span, Targets, Week, Weekday, whole_minutes},
    member::TimeZone,
    policy::{EditDepartment, ReadDepartments},
    request::Priority,
    text::Name,
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Versioned},
    exchange::{SkippedView, Upload},
};
use crate::http::{IfMatch, Json, Path, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_calendar).service(put_calendar).service(import_holidays);
}

/// A calendar, stated whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CalendarBody {
    /// A time zone that IANA knows.
    #[schema(example = "Europe/Helsinki")]
    time_zone: String,
    /// The hours of each day of the week; a day that is not named has none.
    hours: HoursBody,
    /// The days without work.
    #[serde(default)]
    holidays: Vec<HolidayBody>,
    /// How soon the department means to answer; as usual without it.
    targets: Option<TargetsBody>,
}

/// The spans of work of each day of the week, in wall-clock time; eight a day at most.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HoursBody {
    /// Monday.
    #[serde(default)]
    monday: Vec<SpanBody>,
    /// Tuesday.
    #[serde(default)]
    tuesday: Vec<SpanBody>,
    /// Wednesday.
    #[serde(default)]
    wednesday: Vec<SpanBody>,
    /// Thursday.
    #[serde(default)]
    thursday: Vec<SpanBody>,
    /// Friday.
    #[serde(default)]
    friday: Vec<SpanBody>,
    /// Saturday.
    #[serde(default)]
    saturday: Vec<SpanBody>,
    /// Sunday.
    #[serde(default)]
    sunday: Vec<SpanBody>,
}

/// From one time of the day to a later one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpanBody {
    /// When work begins.
    #[schema(example = "08:00")]
    from: String,
    /// When it ends; `24:00` is midnight.
    #[schema(example = "16:00")]
    to: String,
}

/// A day without work.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HolidayBody {
    /// The date.
    #[schema(format = Date, example = "2027-12-06")]
    date: String,
    /// Its name.
    #[schema(max_length = 100, example = "Independence Day")]
    name: String,
}

/// Minutes of the department's work, 5 to 60000, until an answer is due.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TargetsBody {
    /// What is urgent.
    #[schema(minimum = 5, maximum = 60000, example = 240)]
    urgent: u64,
    /// What is of high priority.
    #[schema(minimum = 5, maximum = 60000, example = 480)]
    high: u64,
    /// What is as usual.
    #[schema(minimum = 5, maximum = 60000, example = 1440)]
    normal: u64,
    /// What can wait.
    #[schema(minimum = 5, maximum = 60000, example = 2400)]
    low: u64,
}

impl CalendarBody {
    fn parse(self) -> Result<Calendar, Refusal> {
        let mut flaws = Flaws::default();
        let zone = flaws.take("/time_zone", TimeZone::parse(&self.time_zone));
        let week = self.hours.parse(&mut flaws);
        let mut holidays = BTreeMap::new();
        for (at, HolidayBody { date, name }) in self.holidays.into_iter().enumerate() {
            let day = flaws.take(format!("/holidays/{at}/date"), Day::parse(&date));
            let name = flaws.take(format!("/holidays/{at}/name"), Name::parse(&name));
            if let Some((day, name)) = day.zip(name)
                && holidays.insert(day, name).is_some()
            {
                flaws.add(format!("/holidays/{at}/date"), "duplicate", "is there already");
            }
        }
        let minutes = |minutes: u64| Duration::from_secs(minutes.saturating_mul(60));
        let targets = self.targets.map_or(Targets::USUAL, |TargetsBody { urgent, high, normal, low }| Targets {
            urgent: minutes(urgent),
            high: minutes(high),
            normal: minutes(normal),
            low: minutes(low),
        });
        let zone = flaws.settle(zone)?;
        Calendar::new(zone, week, holidays, targets)
    }
}

impl HoursBody {
    fn parse(self, flaws: &mut Flaws) -> Week {
        let Self { monday, tuesday, wednesday, thursday, friday, saturday, sunday } = self;
        let all = [monday, tuesday, wednesday, thursday, friday, saturday, sunday];
        let mut week = Week::default();
        for (day, spans) in Weekday::ALL.into_iter().zip(all) {
            let read = |(at, SpanBody { from, to }): (usize, SpanBody)| {
                flaws.take(format!("/hours/{}/{at}", day.name()), Span::parse(&from, &to))
            };
            let spans: Vec<Span> = spans.into_iter().enumerate().filter_map(read).collect();
            flaws.take(format!("/hours/{}", day.name()), week.set(day, spans));
        }
        week
    }
}

/// A department's calendar.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Calendar)]
pub(crate) struct CalendarView {
    /// The department's key.
    #[schema(example = "sales")]
    department: String,
    /// Its time zone.
    #[schema(example = "Europe/Helsinki")]
    time_zone: String,
    /// The hours of each day of the week.
    hours: BTreeMap<&'static str, Vec<SpanView>>,
    /// The days without work, in order.
    holidays: Vec<HolidayView>,
    /// Minutes of its work until an answer is due, by priority.
    targets: TargetsView,
    /// Rises with each change; 0 where the department said nothing yet and the usual holds: nine to five in UTC.
    version: i64,
    /// When it was first stated; null where it never was.
    #[schema(value_type = Option<String>, format = DateTime)]
    created_at: Option<Moment>,
    /// When it last changed.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Moment>,
}

/// A span of work.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkSpan)]
pub(crate) struct SpanView {
    /// When work begins.
    #[schema(example = "08:00")]
    from: String,
    /// When it ends.
    #[schema(example = "16:00")]
    to: String,
}

/// A day without work.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Holiday)]
pub(crate) struct HolidayView {
    /// The date.
    #[schema(value_type = String, format = Date, example = "2027-12-06")]
    date: Day,
    /// Its name.
    #[schema(example = "Independence Day")]
    name: String,
}

/// Minutes of work by priority.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Targets)]
pub(crate) struct TargetsView {
    /// What is urgent.
    #[schema(example = 240)]
    urgent: i64,
    /// What is of high priority.
    #[schema(example = 480)]
    high: i64,
    /// What is as usual.
    #[schema(example = 1440)]
    normal: i64,
    /// What can wait.
    #[schema(example = 2400)]
    low: i64,
}

impl CalendarView {
    fn of(department: String, kept: &DepartmentCalendar) -> Self {
        let calendar = &kept.calendar;
        let span = |span: &Span| {
            let (from, to) = span.times();
            SpanView { from, to }
        };
        let hours = Weekday::ALL.map(|day| (day.name(), calendar.week().of(day).iter().map(span).collect()));
        let holidays =
            calendar.holidays().iter().map(|(date, name)| HolidayView { date: *date, name: name.to_string() });
        let minutes = |priority| whole_minutes(calendar.targets().of(priority));
        Self {
            department,
            time_zone: calendar.zone().to_string(),
            hours: hours.into_iter().collect(),
            holidays: holidays.collect(),
            targets: TargetsView {
                urgent: minutes(Priority::Urgent),
                high: minutes(Priority::High),
                normal: minutes(Priority::Normal),
                low: minutes(Priority::Low),
            },
            version: kept.version,
            created_at: kept.created_at,
            updated_at: kept.updated_at,
        }
    }
}

/// Reads a department's calendar.
#[utoipa::path(
    tag = "departments",
    operation_id = "getDepartmentCalendar",
    params(("department" = String, Path, example = "sales")),
    responses(
        (status = 200, description = "The calendar", body = CalendarView, headers(("ETag" = String))),
        (status = 304, description = "As `If-None-Match` has it"),
    ),
    security(("member" = [])),
    extensions(("x-action" = json!("department.read")))
)]
#[get("/v1/departments/{department}/calendar")]
pub(crate) async fn get_calendar(
    Allowed(permit): Allowed<ReadDepartments>,
    app: Data<App>,
    Path(key): Path<String>,
) -> Result<Versioned<CalendarView>, Problem> {
    let kept = app.look(permit.actor(), async |tx: &Tx| calendar::get(tx, &permit, &key).await).await?;
    Ok(Versioned::new(CalendarView::of(key, &kept), kept.version))
}

/// States a department's calendar whole. Requests that are open keep their due times.
#[utoipa::path(
    tag = "departments",
    operation_id = "putDepartmentCalendar",
    params(("department" = String, Path, example = "sales"), ("If-Match" = String, Header, example = "\"v0\"")),
    request_body(content = CalendarBody, example = json!({
        "time_zone": "Europe/Helsinki",
        "hours": { "monday": [{ "from": "08:00", "to": "11:30" }, { "from": "12:00", "to": "16:00" }] },
        "holidays": [{ "date": "2027-12-06", "name": "Independence Day" }],
        "targets": { "urgent": 240, "high": 480, "normal": 1440, "low": 2400 }
    })),
    responses((status = 200, description = "The calendar as it is now", body = CalendarView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("department.edit")))
)]
#[put("/v1/departments/{department}/calendar")]
pub(crate) async fn put_calendar(
    Allowed(permit): Allowed<EditDepartment>,
    app: Data<App>,
    Path(key): Path<String>,
    IfMatch(version): IfMatch,
    body: Json<CalendarBody>,
) -> Result<Versioned<CalendarView>, Problem> {
    let stated = body.0.parse()?;
    let put = async |work: &guildhall_app::Work<'_>| calendar::put(work, &permit, &key, version, &stated).await;
    let kept = app.act(permit.actor(), put).await?;
    Ok(Versioned::new(CalendarView::of(key, &kept), kept.version))
}

/// What a calendar file brought.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HolidayReport {
    /// How many dates are new.
    added: usize,
    /// How many were there.
    unchanged: usize,
    /// What was left out, each at its place.
    skipped: Vec<SkippedView>,
    /// The calendar as it is now.
    calendar: CalendarView,
}

/// Adds the holidays of an iCalendar file to a department's: its events of whole days. Dates that are there keep their
/// names, so that the same file twice changes nothing.
#[utoipa::path(
    tag = "departments",
    operation_id = "importDepartmentHolidays",
    params(("department" = String, Path, example = "sales")),
    request_body(
        content = String, content_type = "text/calendar",
        example = json!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20271206\r\nSUMMARY:Independence Day\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),
    ),
    responses((status = 200, description = "What it brought", body = HolidayReport)),
    security(("member" = [])),
    extensions(("x-action" = json!("department.edit")))
)]
#[post("/v1/departments/{department}/calendar/holidays")]
pub(crate) async fn import_holidays(
    Allowed(permit): Allowed<EditDepartment>,
    app: Data<App>,
    Path(key): Path<String>,
    Upload(file): Upload,
) -> Result<Json<HolidayReport>, Problem> {
    let take = async |work: &guildhall_app::Work<'_>| calendar::take_holidays(work, &permit, &key, &file.bytes).await;
    let taken = app.act(permit.actor(), take).await?;
    Ok(Json(HolidayReport {
        added: taken.added,
        unchanged: taken.unchanged,
        skipped: taken.skipped.into_iter().map(SkippedView::from).collect(),
        calendar: CalendarView::of(key, &taken.calendar),
    }))
}
