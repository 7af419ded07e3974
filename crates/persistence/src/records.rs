//! What happened, for whoever listens, and the audit chain of what staff did.

use guildhall_domain::{
    Id, Moment,
    audit::{Entry, GENESIS, link},
    event::Event,
};
use sea_orm::{QuerySelect, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Result, Tx,
    release::hash_of,
    rows::{audit_heads, audit_log, events},
};

/// What one unit of work leaves on record.
#[derive(Debug)]
pub struct Records<'a> {
    /// Who acted: `mem_…`, `key_…`, `vis_…`, `system`.
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
