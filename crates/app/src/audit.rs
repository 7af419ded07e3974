//! The audit log: reading it, taking it out, and proving that no row was changed, lost or moved.

use guildhall_domain::{
    Id, Moment, Page, PageRequest, Permit, Refusal,
    audit::{GENESIS, link},
    content::Hash,
    event::{Event, Kind},
    id,
    policy::ReadAudit,
};
use guildhall_persistence::{AuditFilter, AuditRow, Tx};
use serde_json::json;

use crate::{Work, exchange::formats::csv::safe};

/// How many rows are read at once.
const PART: u64 = 1_000;

/// What is looked for, as people say it.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// Who: a member's or a key's identifier, or `system`.
    pub actor: Option<String>,
    /// What: an event kind's name.
    pub action: Option<String>,
    /// The identifier or key of what it was done to.
    pub subject: Option<String>,
    /// The key or identifier of the department that it was done in, also of one that was dissolved.
    pub department: Option<String>,
    /// From this moment on.
    pub from: Option<Moment>,
    /// Before this moment.
    pub to: Option<Moment>,
}

impl Sought {
    /// The filter of rows, which name departments by identifier.
    pub async fn filter(self, tx: &Tx) -> Result<AuditFilter, Refusal> {
        let Self { actor, action, subject, department, from, to } = self;
        let department = match department {
            None => None,
            Some(name) => Some(department_of(tx, &name).await?.to_string()),
        };
        Ok(AuditFilter { actor, action, subject, department, from, to })
    }
}

async fn department_of(tx: &Tx, name: &str) -> Result<Id<id::Department>, Refusal> {
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    let found = tx.departments().ever_called(name).await?;
    found.ok_or_else(|| Refusal::flaw("/department", "invalid-reference", "names no department"))
}

/// A page of the audit log, the latest first.
pub async fn list(
    tx: &Tx,
    _: &Permit<ReadAudit>,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Result<Page<AuditRow>, Refusal> {
    Ok(tx.audit_log(filter, page).await?)
}

/// Begins an export, which goes on record itself; gives the number of the last row that it will hold.
pub async fn begin_export(work: &Work<'_>, _: &Permit<ReadAudit>, format: &str) -> Result<i64, Refusal> {
    work.tell(Event::of(Kind::AuditExported, "audit-log").with(json!({ "format": format })))?;
    Ok(work.audit_head().await?.map_or(0, |(seq, _)| seq))
}

/// The next part of an export, in order; empty at its end. A part is read by itself, so that who reads slowly holds no
/// transaction open; rows are never changed, so the parts agree.
pub async fn part(
    tx: &Tx,
    _: &Permit<ReadAudit>,
    filter: &AuditFilter,
    after: i64,
    until: i64,
) -> Result<Vec<AuditRow>, Refusal> {
    Ok(tx.audit_part(filter, after, until, PART).await?)
}

/// Rows as lines of a table, whose first line names the columns where `headed`; no cell is a formula to a spreadsheet.
pub fn table(rows: &[AuditRow], headed: bool) -> Result<Vec<u8>, Refusal> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if headed {
        let columns = ["seq", "at", "actor", "action", "subject", "department", "request", "data", "hash"];
        writer.write_record(columns).map_err(Refusal::broken)?;
    }
    for AuditRow { entry, hash, .. } in rows {
        let cells = [
            &entry.seq.to_string(),
            &entry.at.to_string(),
            &entry.actor,
            &entry.action,
            &entry.subject,
            entry.department.as_deref().unwrap_or_default(),
            entry.request.as_deref().unwrap_or_default(),
            &entry.data,
            &hash.to_string(),
        ];
        writer.write_record(cells.map(safe)).map_err(Refusal::broken)?;
    }
    writer.into_inner().map_err(|error| Refusal::broken(error.into_error()))
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every row is as it was written; this many.
    Whole(i64),
    /// The first row that is not, and what is wrong with it.
    Broken {
        /// The row's number.
        seq: i64,
        /// What is wrong.
        what: &'static str,
    },
}

/// Walks a tenant's chain from its first row to its head. Rows may be written meanwhile: what came after the head that
/// was read first is left to the next walk.
pub async fn verify(tx: &Tx) -> Result<Verdict, Refusal> {
    // Every company's founding is a row, so a chain without a head has lost it.
    let Some((last, hash)) = tx.audit_head().await? else {
        return Ok(Verdict::Broken { seq: 1, what: "is missing, and the chain's head with it" });
    };
    let (mut seq, mut before) = (0, GENESIS);
    while seq < last {
        let rows = tx.audit_part(&AuditFilter::default(), seq, last, PART).await?;
        if rows.is_empty() {
            return Ok(Verdict::Broken { seq: seq + 1, what: "is missing" });
        }
        for row in rows {
            if row.entry.seq != seq + 1 {
                return Ok(Verdict::Broken { seq: seq + 1, what: "is missing" });
            }
            let hash = link(&before, &row.entry);
            if row.before.0 != before || row.hash.0 != hash {
                return Ok(Verdict::Broken { seq: row.entry.seq, what: "was changed or moved" });
            }
            (seq, before) = (row.entry.seq, hash);
        }
    }
    if hash != Hash(before) {
        return Ok(Verdict::Broken { seq, what: "is not the one that the chain's head names" });
    }
    let beyond = tx.audit_part(&AuditFilter::default(), last, i64::MAX, 1).await?;
    let head = tx.audit_head().await?.map_or(0, |(seq, _)| seq);
    match beyond.first() {
        Some(row) if row.entry.seq > head => Ok(Verdict::Broken { seq: row.entry.seq, what: "was added" }),
        _ => Ok(Verdict::Whole(last)),
    }
}
