//! One unit of work in one tenant: what it reads agrees, and what it writes comes to be whole or not at all.

use guildhall_domain::TenantScope;
use sea_orm::{DatabaseTransaction, DbBackend};
use uuid::Uuid;

use crate::{Result, records, writer::Turn};

/// A unit of work. Dropped without [`Tx::commit`], it leaves no trace.
#[derive(Debug)]
pub struct Tx {
    connection: DatabaseTransaction,
    scope: TenantScope,
    backend: DbBackend,
    /// On SQLite the one writer's turn; it ends after the unit of work.
    turn: Option<Turn>,
}

impl Tx {
    pub(crate) const fn new(
        connection: DatabaseTransaction,
        scope: TenantScope,
        backend: DbBackend,
        turn: Option<Turn>,
    ) -> Self {
        Self { connection, scope, backend, turn }
    }

    pub(crate) const fn connection(&self) -> &DatabaseTransaction {
        &self.connection
    }

    pub(crate) fn tenant(&self) -> Uuid {
        self.scope.tenant().uuid()
    }

    /// Whether rows are locked one by one; SQLite has one writer and no need.
    pub(crate) fn locks_rows(&self) -> bool {
        self.backend == DbBackend::Postgres
    }

    /// The tenant that it is bound to.
    #[must_use]
    pub const fn scope(&self) -> TenantScope {
        self.scope
    }

    /// Makes everything durable. Only after this may anybody be told.
    pub async fn commit(self) -> Result<()> {
        match self.turn {
            Some(turn) => turn.commit(self.connection).await,
            None => Ok(self.connection.commit().await?),
        }
    }

    /// Writes what happened, and for staff the audit rows; the last thing before [`Tx::commit`], since the tenant's
    /// chain is locked from here on.
    pub async fn record(&self, records: records::Records<'_>) -> Result<()> {
        records::write(self, records).await
    }
}
