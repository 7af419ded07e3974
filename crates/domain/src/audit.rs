//! The record of what staff did: one chain of hashes per tenant, so that a changed, missing or moved row shows.

use sha2::{Digest, Sha256};

use crate::Moment;

/// One row of the record, without its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Counts from 1 in the tenant.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Who: `mem_…`, `key_…` or `system`.
    pub actor: String,
    /// What: an event kind's name.
    pub action: String,
    /// The identifier or key of what it was done to.
    pub subject: String,
    /// The key of the department that it was done in.
    pub department: Option<String>,
    /// The request that did it.
    pub request: Option<String>,
    /// What else is worth knowing, as JSON.
    pub data: String,
}

/// The hash before the first row.
pub const GENESIS: [u8; 32] = [0; 32];

/// A row's hash: SHA-256 of the hash before it and the row's fields, each with its length in front so that no two rows
/// read alike.
#[must_use]
pub fn link(before: &[u8; 32], entry: &Entry) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(before);
    let (seq, at) = (entry.seq.to_string(), entry.at.0.to_string());
    let fields = [
        Some(seq.as_str()),
        Some(at.as_str()),
        Some(&entry.actor),
        Some(&entry.action),
        Some(&entry.subject),
        entry.department.as_deref(),
        entry.request.as_deref(),
        Some(&entry.data),
    ];
    for field in fields {
        let length = field.map_or(u64::MAX, |text| u64::try_from(text.len()).unwrap_or(u64::MAX));
        hasher.update(length.to_be_bytes());
        hasher.update(field.unwrap_or_default());
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_and_the_row_before_count() {
        let entry = Entry {
            seq: 1,
            at: Moment(5),
            actor: "mem_a".into(),
            action: "x".into(),
            subject: "y".into(),
            department: None,
            request: None,
            data: "{}".into(),
        };
        let base = link(&GENESIS, &entry);
        let others = [
            Entry { seq: 2, ..entry.clone() },
            Entry { at: Moment(6), ..entry.clone() },
            Entry { actor: "mem_".into(), action: "ax".into(), ..entry.clone() },
            Entry { subject: "z".into(), ..entry.clone() },
            Entry { department: Some(String::new()), ..entry.clone() },
            Entry { request: Some("r".into()), ..entry.clone() },
            Entry { data: "{ }".into(), ..entry.clone() },
        ];
        for other in others {
            assert_ne!(link(&GENESIS, &other), base, "{other:?}");
        }
        assert_ne!(link(&base, &entry), base);
    }
}
