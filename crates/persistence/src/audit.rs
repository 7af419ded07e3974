//! The audit log as it is read: by page, by part for an export, and in order for verification.

use guildhall_domain::{Cursor, Moment, Page, PageRequest, audit::Entry, content::Hash};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::{
    Result, Tx,
    release::hash_of,
    rows::{audit_heads, audit_log},
};

/// Which audit rows are asked for; what is `None` leaves all.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Who: `mem_…`, `key_…` or `system`.
    pub actor: Option<String>,
    /// What: an event kind's name.
    pub action: Option<String>,
    /// The identifier or key of what it was done to.
    pub subject: Option<String>,
    /// The identifier of the department that it was done in.
    pub department: Option<String>,
    /// From this moment on.
    pub from: Option<Moment>,
    /// Before this moment.
    pub to: Option<Moment>,
}

impl AuditFilter {
    fn narrow(&self, mut select: Select<audit_log::Entity>) -> Select<audit_log::Entity> {
        let equal = [
            (audit_log::Column::Actor, &self.actor),
            (audit_log::Column::Action, &self.action),
            (audit_log::Column::Subject, &self.subject),
            (audit_log::Column::Department, &self.department),
        ];
        for (column, wanted) in equal {
            if let Some(wanted) = wanted {
                select = select.filter(column.eq(wanted));
            }
        }
        if let Some(from) = self.from {
            select = select.filter(audit_log::Column::At.gte(from.0));
        }
        if let Some(to) = self.to {
            select = select.filter(audit_log::Column::At.lt(to.0));
        }
        select
    }
}

/// One row of the audit log.
#[derive(Debug, Clone)]
pub struct AuditRow {
    /// What it says.
    pub entry: Entry,
    /// The hash of the row before it.
    pub before: Hash,
    /// Its own hash.
    pub hash: Hash,
}

impl Tx {
    /// A page of the audit log, the latest first.
    pub async fn audit_log(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditRow>> {
        let mut select = filter.narrow(self.select::<audit_log::Entity>());
        if let Some(Cursor { key, .. }) = page.after {
            select = select.filter(audit_log::Column::Seq.lt(key));
        }
        let rows = select.order_by_desc(audit_log::Column::Seq).limit(page.limit + 1).all(self.connection()).await?;
        let rows = rows.into_iter().map(audit_row).collect::<Result<_>>()?;
        Ok(Page::cut(rows, page, |row: &AuditRow| (row.entry.seq, Uuid::nil())))
    }

    /// The audit log from after one number up to another, in order: at most `limit` rows.
    pub async fn audit_part(&self, filter: &AuditFilter, after: i64, until: i64, limit: u64) -> Result<Vec<AuditRow>> {
        let select = filter.narrow(self.select::<audit_log::Entity>());
        let select = select.filter(audit_log::Column::Seq.gt(after)).filter(audit_log::Column::Seq.lte(until));
        let rows = select.order_by_asc(audit_log::Column::Seq).limit(limit).all(self.connection()).await?;
        rows.into_iter().map(audit_row).collect()
    }

    /// The number and hash of the chain's last row.
    pub async fn audit_head(&self) -> Result<Option<(i64, Hash)>> {
        let head = self.select::<audit_heads::Entity>().one(self.connection()).await?;
        head.map(|head| Ok((head.seq, hash_of("audit_heads", &head.hash)?))).transpose()
    }
}

fn audit_row(row: audit_log::Model) -> Result<AuditRow> {
    Ok(AuditRow {
        entry: Entry {
            seq: row.seq,
            at: Moment(row.at),
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            department: row.department,
            request: row.request,
            data: row.data,
        },
        before: hash_of("audit_log", &row.before)?,
        hash: hash_of("audit_log", &row.hash)?,
    })
}
