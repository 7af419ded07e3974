//! What can go wrong between the house and its database.

use guildhall_domain::{Conflict, Refusal};
use sea_orm::{DbErr, SqlErr};

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another row holds what must be unique.
    #[error("a unique key is taken")]
    Taken(#[source] DbErr),
    /// No connection came free in time, or the database is away or locked.
    #[error("the database is away or busy")]
    Away(#[source] DbErr),
    /// The database declined.
    #[error("the database declined")]
    Database(#[source] DbErr),
    /// A row does not read as what it should be.
    #[error("{table} holds what can't be read: {what}")]
    Unreadable {
        /// Which table.
        table: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// Something in the schema is not as this program made it.
    #[error("the database's schema is not one of Guildhall's: {0}")]
    Foreign(String),
    /// The database has a migration that this program does not know, and lacks one that it needs.
    #[error("the database was made by a newer version of Guildhall: it has the migration {0}")]
    Newer(String),
    /// What should be empty is not.
    #[error("the database is not empty: a backup is restored into an empty one alone")]
    NotEmpty,
    /// The runtime role could read past the tenants' walls.
    #[error("refusing to serve: {0}")]
    Unsafe(&'static str),
}

/// What comes out of the database.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn unreadable(table: &'static str, what: impl std::fmt::Display) -> Self {
        Self::Unreadable { table, what: what.to_string() }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => return Self::Away(error),
            _ if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => return Self::Taken(error),
            _ => {}
        }
        if is_away(&error) { Self::Away(error) } else { Self::Database(error) }
    }
}

/// SQLSTATE classes 08 (connection), 53 (resources), 57 (shutdown, cancelled by a time-out), 40 (rolled back), 55P03
/// (lock time-out); and on SQLite, whose codes have a kind in their last byte, «database is locked» (5), a disk that does
/// not read or write (10), and one that is full (13).
fn is_away(error: &DbErr) -> bool {
    let (DbErr::Exec(runtime) | DbErr::Query(runtime)) = error else { return false };
    let sea_orm::RuntimeErr::SqlxError(cause) = runtime else { return false };
    match cause.as_ref() {
        sea_orm::SqlxError::Io(_)
        | sea_orm::SqlxError::PoolTimedOut
        | sea_orm::SqlxError::PoolClosed
        | sea_orm::SqlxError::WorkerCrashed => true,
        sea_orm::SqlxError::Database(database) => database.code().is_some_and(|code| match code.len() {
            5 => code == "55P03" || ["08", "53", "57", "40"].iter().any(|class| code.starts_with(class)),
            _ => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 10 | 13)),
        }),
        _ => false,
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Away(cause) => {
                tracing::warn!(error = %cause, "database away or busy");
                Self::Unavailable("database")
            }
            other => Self::broken(other),
        }
    }
}

/// Names the conflict that a taken key means to the asker.
pub trait OrTaken<T> {
    /// A taken key becomes this conflict; everything else stays what it is.
    fn or_taken(self, conflict: Conflict) -> std::result::Result<T, Refusal>;
}

impl<T> OrTaken<T> for Result<T> {
    fn or_taken(self, conflict: Conflict) -> std::result::Result<T, Refusal> {
        self.map_err(|error| if matches!(error, Error::Taken(_)) { conflict.into() } else { error.into() })
    }
}
