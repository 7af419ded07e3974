//! One look at the whole database as it was at one moment, while others go on writing.
//!
//! On PostgreSQL the tables' owner is bound by row-level security, which would hide rows without a word. So the rows are
//! read tenant by tenant, each named to the policy; and that this is all of them is known: every such table has a valid
//! foreign key to `tenants`, which no policy covers, and nothing but the one policy. Where a table is otherwise the
//! snapshot is refused.

#![expect(clippy::disallowed_methods, reason = "reads every tenant's rows, for a backup")]

use futures_util::{Stream, StreamExt as _};
use guildhall_domain::Id;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, IsolationLevel, QueryResult, Statement, StreamTrait, Value,
};
use uuid::Uuid;

use super::{Cell, Form, Table, Whose, catalogue, quote};
use crate::{Error, Result, Store, schema, store::begin_detached};

/// Tables whose rows a policy covers and that are not read whole by naming each tenant.
const HIDING: &str = "SELECT t.relname::text AS name FROM pg_class t
    WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p') AND t.relrowsecurity AND NOT (
        (SELECT count(*) = 1 AND bool_and(polpermissive AND polname = 'tenant') FROM pg_policy WHERE polrelid = t.oid)
        AND EXISTS (SELECT FROM pg_constraint f
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = f.conkey[1] AND a.attname = 'tenant_id' AND a.attnotnull
            WHERE f.conrelid = t.oid AND f.contype = 'f' AND f.convalidated AND cardinality(f.conkey) = 1
            AND f.confrelid = 'tenants'::regclass
            AND NOT (SELECT relrowsecurity FROM pg_class WHERE oid = f.confrelid)))";

/// A backup takes as long as it takes; a lock it waits for no longer than others do.
const PATIENCE: &str = "SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0";

/// The database at one moment.
#[derive(Debug)]
pub struct Snapshot {
    connection: DatabaseTransaction,
    /// Whether no policy binds this role, so that rows can be counted without naming a tenant.
    unbound: bool,
    /// The migrations that it has.
    pub migrations: Vec<String>,
    /// Its tables; a row comes after those that it names.
    pub tables: Vec<Table>,
}

impl Store {
    /// Looks at the whole database as it is now. On PostgreSQL by a role that may read everything: the tables' owner.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        let postgres = self.backend() == DbBackend::Postgres;
        let isolation = postgres.then_some(IsolationLevel::RepeatableRead);
        let connection = begin_detached(self.global_reader().clone(), isolation).await?;
        if postgres {
            connection.execute_unprepared(PATIENCE).await?;
            let hiding = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, HIDING)).await?;
            if let Some(table) = hiding {
                let name: String = table.try_get("", "name")?;
                return Err(Error::Foreign(format!("policies may hide rows of {name} from a backup")));
            }
        }
        let migrations = schema::applied(&connection).await?;
        if migrations.is_empty() {
            return Err(Error::Foreign("there is nothing in it".to_owned()));
        }
        let tables = catalogue::tables(&connection).await?;
        let unbound = !postgres || bypasses(&connection).await?;
        Ok(Snapshot { connection, unbound, migrations, tables })
    }
}

async fn bypasses(connection: &DatabaseTransaction) -> Result<bool> {
    let question = "SELECT rolsuper OR rolbypassrls AS free FROM pg_roles WHERE rolname = current_user";
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, question)).await?;
    Ok(row.map(|row| row.try_get("", "free")).transpose()?.unwrap_or(false))
}

impl Snapshot {
    /// Every tenant, in the order of ids.
    pub async fn tenants(&self) -> Result<Vec<Id<guildhall_domain::id::Tenant>>> {
        let question = Statement::from_string(self.backend(), "SELECT id FROM tenants ORDER BY id");
        let rows = self.connection.query_all_raw(question).await?;
        rows.iter().map(|row| Ok(Id::from_uuid(row.try_get::<Uuid>("", "id")?))).collect()
    }

    /// A table's rows, in the order of its key, as they come: those of a tenant, or of a table that belongs to none.
    pub async fn rows<'a>(
        &'a self,
        table: &'a Table,
        whose: Whose,
    ) -> Result<impl Stream<Item = Result<Vec<Cell>>> + use<'a>> {
        name_tenant(&self.connection, whose).await?;
        let (name, columns) = table.quoted();
        let columns = table.columns.iter().zip(columns).map(|(column, quoted)| match column.form {
            Form::Whole => format!("CAST({quoted} AS bigint) AS {quoted}"),
            _ => quoted,
        });
        let order: Vec<_> = table.key.iter().map(|column| quote(column)).collect();
        let mut select = format!("SELECT {} FROM {name}", columns.collect::<Vec<_>>().join(", "));
        let values = whose.map(|tenant| Value::from(tenant.uuid()));
        if values.is_some() {
            select.push_str(self.of_tenant());
        }
        if !order.is_empty() {
            select.push_str(" ORDER BY ");
            select.push_str(&order.join(", "));
        }
        let statement = Statement::from_sql_and_values(self.backend(), select, values);
        let rows = self.connection.stream_raw(statement).await?;
        Ok(rows.map(|row| cells(&row?, table)))
    }

    /// How many rows a table has of this tenant, or a table that belongs to none.
    pub async fn count(&self, table: &Table, whose: Whose) -> Result<u64> {
        name_tenant(&self.connection, whose).await?;
        let condition = if whose.is_some() { self.of_tenant() } else { "" };
        self.number(&format!("SELECT count(*) AS n FROM {}{condition}", quote(&table.name)), whose).await
    }

    /// How many rows a table has, whoever they belong to; `None` where a policy stands before that.
    pub async fn count_all(&self, table: &Table) -> Result<Option<u64>> {
        if !self.unbound {
            return Ok(None);
        }
        self.number(&format!("SELECT count(*) AS n FROM {}", quote(&table.name)), None).await.map(Some)
    }

    async fn number(&self, question: &str, whose: Whose) -> Result<u64> {
        let values = whose.map(|tenant| Value::from(tenant.uuid()));
        let statement = Statement::from_sql_and_values(self.backend(), question, values);
        let row = self.connection.query_one_raw(statement).await?;
        let count: i64 = row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or(0);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn of_tenant(&self) -> &'static str {
        match self.backend() {
            DbBackend::Postgres => " WHERE tenant_id = $1",
            _ => " WHERE tenant_id = ?",
        }
    }

    /// Whether the archive is made from PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.backend() == DbBackend::Postgres
    }

    fn backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(&self.connection)
    }
}

/// On PostgreSQL, names the tenant to the policies from here on.
pub(super) async fn name_tenant(connection: &DatabaseTransaction, whose: Whose) -> Result<()> {
    if ConnectionTrait::get_database_backend(connection) == DbBackend::Postgres {
        let tenant = whose.map(|tenant| tenant.uuid().hyphenated().to_string()).unwrap_or_default();
        connection.execute_unprepared(&format!("SELECT set_config('app.tenant_id', '{tenant}', true)")).await?;
    }
    Ok(())
}

fn cells(row: &QueryResult, table: &Table) -> Result<Vec<Cell>> {
    let cell = |(at, column): (usize, &super::Column)| -> Result<Cell> {
        let cell = match column.form {
            Form::Uuid => row.try_get_by_index::<Option<Uuid>>(at)?.map(Cell::Uuid),
            Form::Text => row.try_get_by_index::<Option<String>>(at)?.map(Cell::Text),
            Form::Whole => row.try_get_by_index::<Option<i64>>(at)?.map(Cell::Whole),
            Form::Real => row.try_get_by_index::<Option<f64>>(at)?.map(Cell::Real),
            Form::Truth => row.try_get_by_index::<Option<bool>>(at)?.map(Cell::Truth),
            Form::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(at)?.map(Cell::Bytes),
        };
        Ok(cell.unwrap_or(Cell::Null))
    };
    table.columns.iter().enumerate().map(cell).collect()
}
