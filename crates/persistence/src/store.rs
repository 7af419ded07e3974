//! The database: where units of work begin, on SQLite in one file or on PostgreSQL.

use std::{sync::Arc, time::Duration};

use guildhall_domain::TenantScope;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel,
    Statement, TransactionTrait,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};

use crate::{
    Error, Result, Tx,
    writer::{Turn, Writer},
};

/// How long a unit of work waits for a connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// A pool's connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// At work.
    pub busy: usize,
    /// Open and free.
    pub idle: usize,
}

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    write: DatabaseConnection,
    read: DatabaseConnection,
    /// One writer at a time on SQLite: deferred or unordered writers fail with «database is locked».
    writer: Option<Arc<Writer>>,
}

impl Store {
    /// Opens `sqlite://…` or `postgres://…`.
    pub async fn open(url: &str, connections: u32) -> Result<Self> {
        if url.starts_with("sqlite:") {
            Self::open_sqlite(url).await
        } else {
            Self::open_postgres(url, connections).await
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the pools of the embedded database")]
    async fn open_sqlite(url: &str) -> Result<Self> {
        let write = Database::connect(sqlite_options(url, 1)).await?;
        let read = Database::connect(sqlite_options(url, 4)).await?;
        let writer = Some(Writer::new(write.clone()));
        Ok(Self { write, read, writer })
    }

    #[expect(clippy::disallowed_methods, reason = "the pool, and what it does with a session that comes home")]
    async fn open_postgres(url: &str, connections: u32) -> Result<Self> {
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(connections)
            .acquire_timeout(PATIENCE)
            .connect_timeout(PATIENCE)
            .test_before_acquire_if_idle_for(Duration::from_secs(5))
            .sqlx_logging(false)
            .map_sqlx_postgres_opts(|connect| {
                connect.application_name("guildhall").options([
                    ("statement_timeout", "5s"),
                    ("lock_timeout", "2s"),
                    ("idle_in_transaction_session_timeout", "10s"),
                ])
            })
            // A begin that was cancelled midway leaves the session in a transaction that nobody knows of (sqlx 0.9.0);
            // what comes home is rolled back.
            .map_sqlx_postgres_pool_opts(|pool| {
                pool.after_release(|connection, _| {
                    Box::pin(async move {
                        use sea_orm::sqlx::Executor;
                        connection.execute("ROLLBACK; RESET app.tenant_id").await?;
                        Ok(true)
                    })
                })
            });
        let pool = Database::connect(options).await?;
        Ok(Self { write: pool.clone(), read: pool, writer: None })
    }

    /// Begins a unit of work that writes.
    pub async fn begin(&self, scope: TenantScope) -> Result<Tx> {
        let (connection, turn) = match &self.writer {
            Some(writer) => {
                let (unit, turn) = writer.begin().await?;
                (unit, Some(turn))
            }
            None => (begin_detached(self.write.clone(), None).await?, None),
        };
        self.bind(&connection, scope, "").await?;
        Ok(Tx::new(connection, scope, self.backend(), turn))
    }

    /// Begins a unit of work that only reads.
    pub async fn read(&self, scope: TenantScope) -> Result<Tx> {
        let connection = begin_detached(self.read.clone(), None).await?;
        self.bind(&connection, scope, "; SET TRANSACTION READ ONLY").await?;
        Ok(Tx::new(connection, scope, self.backend(), None))
    }

    /// On PostgreSQL, names the tenant to the row-level policies for the rest of the transaction, in one round trip.
    #[expect(
        clippy::disallowed_methods,
        reason = "binds the scope; the text is made of a UUID's hex digits and constants"
    )]
    async fn bind(&self, connection: &DatabaseTransaction, scope: TenantScope, also: &str) -> Result<()> {
        if self.backend() == DbBackend::Postgres {
            let tenant = scope.tenant().uuid().hyphenated();
            let statement = format!("SELECT set_config('app.tenant_id', '{tenant}', true){also}");
            connection.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.read.ping().await?)
    }

    /// Refuses a PostgreSQL role that row-level security does not bind, or that may become one: a superuser, one with
    /// BYPASSRLS, an owner of tables.
    #[expect(clippy::disallowed_methods, reason = "asks the catalogue, not the tenants' rows")]
    pub async fn check_role(&self) -> Result<()> {
        if self.backend() != DbBackend::Postgres {
            return Ok(());
        }
        let question = "SELECT EXISTS (SELECT FROM pg_roles
                WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, 'MEMBER')) AS above,
            EXISTS (SELECT FROM pg_tables
                WHERE schemaname = 'public' AND pg_has_role(current_user, tableowner, 'MEMBER')) AS owner";
        let row = self.read.query_one_raw(Statement::from_string(DbBackend::Postgres, question)).await?;
        let Some(row) = row else { return Err(Error::Unsafe("the database does not know its own role")) };
        if row.try_get("", "above")? {
            return Err(Error::Unsafe("the database role is a superuser or bypasses row-level security"));
        }
        if row.try_get("", "owner")? {
            return Err(Error::Unsafe(
                "the database role owns tables; serve with a role that only has guildhall_app's rights",
            ));
        }
        Ok(())
    }

    /// The connections of all pools together. Asks nobody.
    #[must_use]
    pub fn connections(&self) -> Connections {
        match self.backend() {
            DbBackend::Postgres => pool_of(&self.write),
            _ => {
                let [write, read] = [&self.write, &self.read].map(pool_of);
                Connections { busy: write.busy + read.busy, idle: write.idle + read.idle }
            }
        }
    }

    /// Closes every connection.
    pub async fn close(&self) -> Result<()> {
        self.read.clone().close().await?;
        Ok(self.write.clone().close().await?)
    }

    pub(crate) const fn global_connection(&self) -> &DatabaseConnection {
        &self.write
    }

    pub(crate) const fn global_reader(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Waits for the writer's turn where there is one, for the statements that belong to no tenant.
    pub(crate) async fn turn(&self) -> Result<Option<Turn>> {
        match &self.writer {
            Some(writer) => writer.alone().await.map(Some),
            None => Ok(None),
        }
    }

    #[cfg(test)]
    pub(crate) fn writer(&self) -> Option<&Arc<Writer>> {
        self.writer.as_ref()
    }

    /// Which database it is.
    pub(crate) fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }
}

#[expect(clippy::disallowed_methods, reason = "counts the pool's connections")]
fn pool_of(connection: &DatabaseConnection) -> Connections {
    let (open, idle) = match connection.get_database_backend() {
        DbBackend::Postgres => {
            let pool = connection.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        }
        _ => {
            let pool = connection.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        }
    };
    let open = usize::try_from(open).unwrap_or(usize::MAX);
    Connections { busy: open.saturating_sub(idle), idle }
}

/// The one begin of a transaction of its own. It runs in a task of its own: a caller that is dropped midway drops a whole
/// transaction, which rolls back, and never half of one.
#[expect(clippy::disallowed_methods, reason = "the one begin; the embedded database's writer has its own")]
pub(crate) async fn begin_detached(
    connection: DatabaseConnection,
    isolation: Option<IsolationLevel>,
) -> Result<DatabaseTransaction> {
    let begun = tokio::spawn(async move { connection.begin_with_config(isolation, None).await });
    Ok(begun.await.map_err(|error| sea_orm::DbErr::Custom(error.to_string()))??)
}

fn sqlite_options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    let reads_only = if connections > 1 { "ON" } else { "OFF" };
    if connections == 1 {
        // A full disk makes SQLite roll back by itself, of which the driver takes no notice: it would count itself inside
        // a transaction for ever, and begin no other. Such a connection does not come home.
        options.map_sqlx_sqlite_pool_opts(|pool| {
            pool.after_release(|connection, _| {
                Box::pin(async move {
                    use sea_orm::sqlx::Connection;
                    connection.ping().await?;
                    Ok(!connection.is_in_transaction())
                })
            })
        });
    }
    options.max_connections(connections).acquire_timeout(PATIENCE).sqlx_logging(false).map_sqlx_sqlite_opts(
        move |connect| {
            connect
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(5))
                .pragma("trusted_schema", "OFF")
                .pragma("cell_size_check", "ON")
                .pragma("journal_size_limit", "67108864")
                .pragma("query_only", reads_only)
        },
    );
    options
}
