//! Departments' calendars: reading and stating them, and taking holidays over from an iCalendar file.

use guildhall_domain::{
    Id, Permit, Refusal,
    calendar::{Calendar, DepartmentCalendar, Holidays},
    event::{Event, Kind},
    id,
    policy::{EditDepartment, ReadDepartments},
};
use guildhall_persistence::Tx;
use serde_json::json;

use crate::{
    Work, department,
    exchange::{Skipped, holidays},
};

/// A department's calendar.
pub async fn get(tx: &Tx, permit: &Permit<ReadDepartments>, key: &str) -> Result<DepartmentCalendar, Refusal> {
    let department = department::get(tx, permit, key).await?;
    of(tx, department.id).await
}

/// The calendar that holds for a department: its own, or the usual one.
pub(crate) async fn of(tx: &Tx, department: Id<id::Department>) -> Result<DepartmentCalendar, Refusal> {
    let own = tx.calendars().of(department).await?;
    Ok(own.unwrap_or_else(|| DepartmentCalendar::usual(department)))
}

/// States a department's calendar whole. What is open keeps its due time.
pub async fn put(
    work: &Work<'_>,
    permit: &Permit<EditDepartment>,
    key: &str,
    version: i64,
    calendar: &Calendar,
) -> Result<DepartmentCalendar, Refusal> {
    let department = department::named(work, key).await?;
    permit.over(department.id)?;
    if !work.calendars().put(department.id, calendar, version, work.now()).await? {
        return Err(Refusal::stale(of(work, department.id).await?.version));
    }
    let event = Event::of(Kind::CalendarChanged, &department.key).within(department.id);
    work.tell(event.with(json!({ "time_zone": calendar.zone(), "holidays": calendar.holidays().len() })))?;
    of(work, department.id).await
}

/// What an iCalendar file brought.
#[derive(Debug)]
pub struct Taken {
    /// The calendar as it is now.
    pub calendar: DepartmentCalendar,
    /// How many dates are new.
    pub added: usize,
    /// How many were there.
    pub unchanged: usize,
    /// What was left out, each at its place.
    pub skipped: Vec<Skipped>,
}

/// Adds the holidays of an iCalendar file to a department's; those that are there keep their names.
pub async fn take_holidays(
    work: &Work<'_>,
    permit: &Permit<EditDepartment>,
    key: &str,
    file: &[u8],
) -> Result<Taken, Refusal> {
    let department = department::named(work, key).await?;
    permit.over(department.id)?;
    let holidays::Read { dates, skipped } = holidays::read(file)?;
    let kept = of(work, department.id).await?;
    let mut all: Holidays = kept.calendar.holidays().clone();
    let before = all.len();
    let found = dates.len();
    for (day, name) in dates {
        all.entry(day).or_insert(name);
    }
    let added = all.len() - before;
    let calendar = if added == 0 {
        kept
    } else {
        let (zone, week) = (kept.calendar.zone().clone(), kept.calendar.week().clone());
        let new = Calendar::new(zone, week, all, *kept.calendar.targets())?;
        put(work, permit, key, kept.version, &new).await?
    };
    Ok(Taken { calendar, added, unchanged: found - added, skipped })
}
