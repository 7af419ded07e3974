//! Backups: the whole installation in one file that either database can be restored from. The keys file is not in it.
//!
//! A file is two lines in the open, then sealed frames ([`guildhall_auth::frames`]) that hold a gzip stream of JSON lines:
//! the head, the rows table by table, and the end with what there must have been. What lies in the middle is never
//! wholly in memory, on neither side.

mod framed;
mod line;
mod reader;
mod restore;
mod writer;

pub use line::{Head, Manifest};
pub use reader::Archive;
pub use restore::{Restored, check, restore};
pub use writer::{Facts, write};

/// The format's number: the first line of a file ends with it.
const FORMAT: u32 = 1;
/// How the first line begins.
const MAGIC: &str = "guildhall archive ";

/// Why an archive can't be made or used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Something else than an archive.
    #[error("this is no archive of Guildhall's")]
    NotOne,
    /// Made by a later program than this.
    #[error("the archive was made by a newer version of Guildhall ({0})")]
    Newer(String),
    /// Nothing can be read without the passphrase.
    #[error("the archive is sealed: name the file with its passphrase")]
    Sealed,
    /// The first frame does not open.
    #[error("the passphrase is another, or the archive is damaged")]
    Locked,
    /// A part is not as it was written.
    #[error("the archive is damaged: {0}")]
    Damaged(String),
    /// Rows that no company's look found.
    #[error("{found} of {all} rows of {table} belong to a company that is there; nothing was made")]
    Hidden {
        /// The table.
        table: String,
        /// Rows that were read.
        found: u64,
        /// Rows that there are.
        all: u64,
    },
    /// What was restored is not what was archived.
    #[error("{table} holds {found} rows after the restore and should hold {expected}")]
    Miscounted {
        /// The table.
        table: String,
        /// Rows that there are.
        found: u64,
        /// Rows that the archive told of.
        expected: u64,
    },
    /// The database declined.
    #[error("the database can't be used")]
    Store(#[from] guildhall_persistence::Error),
    /// A key could not be made.
    #[error("the archive can't be sealed or opened")]
    Seal(#[source] guildhall_auth::Error),
    /// The file can't be read or written.
    #[error("the archive can't be read or written")]
    Io(#[source] std::io::Error),
    /// The audit logs can't be read.
    #[error("the audit logs can't be read")]
    Refused(#[from] guildhall_domain::Refusal),
}

impl ArchiveError {
    fn damaged(what: impl std::fmt::Display) -> Self {
        Self::Damaged(what.to_string())
    }
}

impl From<std::io::Error> for ArchiveError {
    /// What the frames and the compression find wrong comes as invalid data, or as an end too soon.
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        match error.kind() {
            InvalidData | InvalidInput | UnexpectedEof => Self::damaged(error),
            _ => Self::Io(error),
        }
    }
}
