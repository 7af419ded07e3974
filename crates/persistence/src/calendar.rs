//! Departments' calendars.

use std::time::Duration;

use guildhall_domain::{
    Id, Moment,
    calendar::{Calendar, DepartmentCalendar, Targets},
    id,
    member::TimeZone,
    request::Priority,
};
use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, sea_query::Expr};

use crate::{Error, Result, Tx, rows::calendars};

/// The calendars of a tenant.
#[derive(Debug)]
pub struct Calendars<'a>(pub(crate) &'a Tx);

impl Calendars<'_> {
    /// A department's calendar, if it ever said anything.
    pub async fn of(&self, department: Id<id::Department>) -> Result<Option<DepartmentCalendar>> {
        let select = self.0.select::<calendars::Entity>().filter(calendars::Column::DepartmentId.eq(department.uuid()));
        select.one(self.0.connection()).await?.map(calendar_of).transpose()
    }

    /// Keeps a department's calendar; says whether it was still at `version`, which is 0 for one that was never kept.
    pub async fn put(
        &self,
        department: Id<id::Department>,
        calendar: &Calendar,
        version: i64,
        now: Moment,
    ) -> Result<bool> {
        let row = calendars::Model {
            tenant_id: self.0.tenant(),
            department_id: department.uuid(),
            zone: calendar.zone().to_string(),
            hours: json(calendar.week())?,
            holidays: json(calendar.holidays())?,
            targets: json(&Priority::ALL.map(|priority| calendar.targets().of(priority).as_secs()))?,
            version: version + 1,
            created_at: now.0,
            updated_at: now.0,
        };
        if version == 0 {
            return self.0.insert_if_absent::<calendars::Entity>(row).await;
        }
        let changed = self
            .0
            .change::<calendars::Entity>()
            .col_expr(calendars::Column::Zone, Expr::value(row.zone))
            .col_expr(calendars::Column::Hours, Expr::value(row.hours))
            .col_expr(calendars::Column::Holidays, Expr::value(row.holidays))
            .col_expr(calendars::Column::Targets, Expr::value(row.targets))
            .col_expr(calendars::Column::Version, Expr::col(calendars::Column::Version).add(1))
            .col_expr(calendars::Column::UpdatedAt, Expr::value(now.0))
            .filter(calendars::Column::DepartmentId.eq(department.uuid()))
            .filter(calendars::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(changed.rows_affected == 1)
    }
}

fn json<T: serde::Serialize>(of: &T) -> Result<String> {
    serde_json::to_string(of).map_err(|error| Error::unreadable("calendars", error))
}

fn calendar_of(row: calendars::Model) -> Result<DepartmentCalendar> {
    let unreadable = |error: serde_json::Error| Error::unreadable("calendars", error);
    let seconds: [u64; 4] = serde_json::from_str(&row.targets).map_err(unreadable)?;
    let [urgent, high, normal, low] = seconds.map(Duration::from_secs);
    let calendar = Calendar::new(
        TimeZone::stored(row.zone),
        serde_json::from_str(&row.hours).map_err(unreadable)?,
        serde_json::from_str(&row.holidays).map_err(unreadable)?,
        Targets { urgent, high, normal, low },
    );
    Ok(DepartmentCalendar {
        department: Id::from_uuid(row.department_id),
        calendar: calendar.map_err(|refusal| Error::unreadable("calendars", refusal))?,
        version: row.version,
        created_at: Some(Moment(row.created_at)),
        updated_at: Some(Moment(row.updated_at)),
    })
}
