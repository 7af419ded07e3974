//! The schema's version: which migrations the database has, and bringing it to the newest.
//!
//! Migrations only ever add what older programs don't miss, so a database that is ahead of this program serves it all the
//! same: that is how nodes are replaced one by one.

#![expect(clippy::disallowed_methods, reason = "asks and locks the schema, touches no tenant's row")]

use guildhall_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::{Error, Result, Store, store::begin_detached};

/// Where the migrations that were applied are noted.
pub(crate) const NOTED: &str = "seaql_migrations";

/// The migrations that this program knows, in order.
#[must_use]
pub fn known_migrations() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// The migrations that a database has, in order; none in an empty one.
pub(crate) async fn applied(connection: &impl ConnectionTrait) -> Result<Vec<String>> {
    let backend = connection.get_database_backend();
    let noted = match backend {
        DbBackend::Postgres => format!("SELECT to_regclass('{NOTED}') IS NOT NULL AS noted"),
        _ => format!("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '{NOTED}') AS noted"),
    };
    let noted = connection.query_one_raw(Statement::from_string(backend, noted)).await?;
    if !noted.map(|row| row.try_get("", "noted")).transpose()?.unwrap_or(false) {
        return Ok(Vec::new());
    }
    let versions = Statement::from_string(backend, format!("SELECT version FROM {NOTED} ORDER BY version"));
    let rows = connection.query_all_raw(versions).await?;
    rows.iter().map(|row| Ok(row.try_get("", "version")?)).collect()
}

impl Store {
    /// Brings the schema to the newest version that this program knows. One that is ahead of it is left alone.
    pub async fn migrate(&self) -> Result<()> {
        self.migrate_to(known_migrations().len()).await
    }

    /// Brings the schema to the first `length` of the migrations that this program knows.
    pub(crate) async fn migrate_to(&self, length: usize) -> Result<()> {
        if self.backend() == DbBackend::Sqlite {
            return self.take_steps(length).await;
        }
        // Only one migrator works at a time: an advisory lock, held by a transaction of its own.
        let lock = begin_detached(self.global_connection().clone(), None).await?;
        lock.execute_unprepared(
            "SET LOCAL lock_timeout = '60s'; SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock(71117)",
        )
        .await?;
        let migrated = self.take_steps(length).await;
        lock.rollback().await?;
        migrated
    }

    async fn take_steps(&self, length: usize) -> Result<()> {
        let applied = applied(self.global_connection()).await?;
        let wanted: Vec<_> = known_migrations().into_iter().take(length).collect();
        let missing = wanted.iter().filter(|migration| !applied.contains(migration)).count();
        if missing == 0 {
            return Ok(());
        }
        if let Some(newer) = applied.iter().find(|migration| !known_migrations().contains(migration)) {
            return Err(Error::Newer(newer.clone()));
        }
        let steps = u32::try_from(missing).unwrap_or(u32::MAX);
        Ok(Migrator::up(self.global_connection(), Some(steps)).await?)
    }

    /// Whether the schema has all that this program needs; it may have more.
    pub async fn migrated(&self) -> Result<bool> {
        let applied = applied(self.global_reader()).await?;
        Ok(known_migrations().iter().all(|migration| applied.contains(migration)))
    }
}
