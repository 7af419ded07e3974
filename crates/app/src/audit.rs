//! The audit log: reading it, and proving that no row was changed, lost or moved.

use guildhall_domain::{
    Page, PageRequest, Permit, Refusal,
    audit::{GENESIS, link},
    content::Hash,
    policy::ReadAudit,
};
use guildhall_persistence::{AuditFilter, AuditRow, Tx};

/// A page of the audit log, the latest first.
pub async fn list(
    tx: &Tx,
    _: &Permit<ReadAudit>,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Result<Page<AuditRow>, Refusal> {
    Ok(tx.audit_log(filter, page).await?)
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

/// Walks a tenant's chain from its first row to its head.
pub async fn verify(tx: &Tx) -> Result<Verdict, Refusal> {
    let (mut seq, mut before) = (0, GENESIS);
    loop {
        let rows = tx.audit_chain(seq, 1_000).await?;
        if rows.is_empty() {
            break;
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
    let head = tx.audit_head().await?.unwrap_or((0, Hash(GENESIS)));
    if head == (seq, Hash(before)) {
        Ok(Verdict::Whole(seq))
    } else {
        Ok(Verdict::Broken { seq: seq + 1, what: "is missing" })
    }
}
