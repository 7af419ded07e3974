//! What happened, for whoever listens, and the audit chain of what staff did.

use guildhall_domain::{
    Cursor, Id, Moment, Page, PageRequest,
    audit::{Entry, GENESIS, link},
    content::Hash,
    event::Event,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Result, Tx,
    release::hash_of,
    rows::{audit_heads, audit_log, events},
};

/// What one unit of work leaves on record.
#[derive(Debug)]
pub struct Records<'a> {
    /// Who acted: `mem_…`, `vis_…`, `system`.
    pub actor: &'a str,
    /// When.
    pub at: Moment,
    /// The request, where there was one.
    pub request: Option<&'a str>,
    /// Whether staff or the house acted, so that the audit log tells of it too.
    pub audited: bool,
    /// What happened, each with its identifier.
    pub events: &'a [(Uuid, Event)],
}

/// Which audit rows are asked for.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Who.
    pub actor: Option<String>,
    /// What.
    pub action: Option<String>,
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

pub(crate) async fn write(tx: &Tx, records: Records<'_>) -> Result<()> {
    if records.events.is_empty() {
        return Ok(());
    }
    let rows = records.events.iter().map(|(id, event)| events::Model {
        tenant_id: tx.tenant(),
        id: *id,
        at: records.at.0,
        kind: event.kind.name().to_owned(),
        actor: records.actor.to_owned(),
        subject: event.subject.clone(),
        department_id: event.department.map(Id::uuid),
        data: event.data.to_string(),
    });
    tx.insert::<events::Entity>(rows).await?;
    if records.audited { chain(tx, &records).await } else { Ok(()) }
}

async fn chain(tx: &Tx, records: &Records<'_>) -> Result<()> {
    let mut select = tx.select::<audit_heads::Entity>();
    if tx.locks_rows() {
        select = select.lock_exclusive();
    }
    let head = select.one(tx.connection()).await?;
    let first = head.is_none();
    let (mut seq, mut before) = match head {
        None => (0, GENESIS),
        Some(head) => (head.seq, hash_of("audit_heads", &head.hash)?.0),
    };
    let mut rows = Vec::with_capacity(records.events.len());
    for (_, event) in records.events {
        seq += 1;
        let entry = Entry {
            seq,
            at: records.at,
            actor: records.actor.to_owned(),
            action: event.kind.name().to_owned(),
            subject: event.subject.clone(),
            department: event.department.map(|department| department.to_string()),
            request: records.request.map(str::to_owned),
            data: event.data.to_string(),
        };
        let hash = link(&before, &entry);
        rows.push(audit_log::Model {
            tenant_id: tx.tenant(),
            seq,
            at: entry.at.0,
            actor: entry.actor,
            action: entry.action,
            subject: entry.subject,
            department: entry.department,
            request: entry.request,
            data: entry.data,
            before: before.to_vec(),
            hash: hash.to_vec(),
        });
        before = hash;
    }
    tx.insert::<audit_log::Entity>(rows).await?;
    if first {
        let head = audit_heads::Model { tenant_id: tx.tenant(), seq, hash: before.to_vec() };
        return tx.insert::<audit_heads::Entity>([head]).await;
    }
    tx.change::<audit_heads::Entity>()
        .col_expr(audit_heads::Column::Seq, Expr::value(seq))
        .col_expr(audit_heads::Column::Hash, Expr::value(before.to_vec()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

impl Tx {
    /// A page of the audit log, the latest first.
    pub async fn audit_log(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditRow>> {
        let mut select = self.select::<audit_log::Entity>();
        if let Some(actor) = &filter.actor {
            select = select.filter(audit_log::Column::Actor.eq(actor));
        }
        if let Some(action) = &filter.action {
            select = select.filter(audit_log::Column::Action.eq(action));
        }
        if let Some(Cursor { key, .. }) = page.after {
            select = select.filter(audit_log::Column::Seq.lt(key));
        }
        let rows = select.order_by_desc(audit_log::Column::Seq).limit(page.limit + 1).all(self.connection()).await?;
        let rows = rows.into_iter().map(audit_row).collect::<Result<_>>()?;
        Ok(Page::cut(rows, page, |row: &AuditRow| (row.entry.seq, Uuid::nil())))
    }

    /// The audit log from after this number on, in order, for verification.
    pub async fn audit_chain(&self, after: i64, limit: u64) -> Result<Vec<AuditRow>> {
        let select = self.select::<audit_log::Entity>().filter(audit_log::Column::Seq.gt(after));
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
