//! An empty database that takes an archive's rows, all of them or none.

#![expect(clippy::disallowed_methods, reason = "writes every tenant's rows, from a backup")]

use std::fmt::Write as _;

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait, Value,
};

use super::{Cell, Form, Table, Whose, catalogue, snapshot::name_tenant};
use crate::{Error, Result, Store, known_migrations, schema};

/// One statement's most values: SQLite binds 32,766, PostgreSQL 65,535.
const VALUES: usize = 16_000;
/// About one statement's most bytes.
const BYTES: usize = 1 << 20;

/// A database that is being filled. Dropped without [`Restoration::commit`], it stays empty.
#[derive(Debug)]
pub struct Restoration {
    connection: DatabaseTransaction,
    /// The table that rows are taken for.
    current: Option<Table>,
    /// Cells of whole rows.
    waiting: Vec<Cell>,
    bytes: usize,
}

impl Store {
    /// Makes an empty database ready for rows of these tables, at the schema that these migrations made.
    pub async fn restoration(&self, migrations: &[String], tables: &[Table]) -> Result<Restoration> {
        let known = known_migrations();
        if let Some(newer) = migrations.iter().find(|migration| !known.contains(migration)) {
            return Err(Error::Newer(newer.clone()));
        }
        if !known.starts_with(migrations) {
            return Err(Error::Foreign("its migrations are not the first of this program's".to_owned()));
        }
        let before = schema::applied(self.global_connection()).await?;
        if !migrations.starts_with(&before) {
            return Err(Error::Foreign(
                "the database to restore into has migrations that the archive lacks".to_owned(),
            ));
        }
        if !before.is_empty() {
            vacant(self.global_connection()).await?;
        }
        self.migrate_to(migrations.len()).await?;
        let connection = self.begin_restoring().await?;
        vacant(&connection).await?;
        agree(&catalogue::tables(&connection).await?, tables)?;
        Ok(Restoration { connection, current: None, waiting: Vec::new(), bytes: 0 })
    }

    async fn begin_restoring(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let connection = self.global_connection().begin_with_options(options).await?;
        let patience = match self.backend() {
            DbBackend::Postgres => {
                "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
                 LOCK TABLE tenants IN EXCLUSIVE MODE"
            }
            _ => "PRAGMA defer_foreign_keys = ON",
        };
        connection.execute_unprepared(patience).await?;
        Ok(connection)
    }
}

/// There must be no tenant, and so no row that belongs to one, nor any other row.
async fn vacant(connection: &impl ConnectionTrait) -> Result<()> {
    let question = "SELECT EXISTS (SELECT 1 FROM tenants) OR EXISTS (SELECT 1 FROM login_directory)
        OR EXISTS (SELECT 1 FROM queue) AS found";
    let row = connection.query_one_raw(Statement::from_string(connection.get_database_backend(), question)).await?;
    let found = row.map(|row| row.try_get("", "found")).transpose()?.unwrap_or(true);
    if found { Err(Error::NotEmpty) } else { Ok(()) }
}

/// The archive's tables must be those that its migrations make here.
fn agree(here: &[Table], archived: &[Table]) -> Result<()> {
    let shape = |tables: &[Table]| {
        let mut shapes: Vec<_> = tables.to_vec();
        shapes.sort_by(|one, other| one.name.cmp(&other.name));
        for table in &mut shapes {
            table.columns.sort_by(|one, other| one.name.cmp(&other.name));
        }
        shapes
    };
    let (ours, theirs) = (shape(here), shape(archived));
    let odd = theirs.iter().find(|table| !ours.contains(table)).or_else(|| ours.iter().find(|t| !theirs.contains(t)));
    match odd {
        None if theirs.len() == ours.len() => Ok(()),
        odd => Err(Error::Foreign(format!("the table {} differs", odd.map_or("list", |table| table.name.as_str())))),
    }
}

impl Restoration {
    /// Takes rows of this table from here on, whose cells stand in the order of its columns.
    pub async fn turn_to(&mut self, table: &Table, whose: Whose) -> Result<()> {
        self.flush().await?;
        name_tenant(&self.connection, whose).await?;
        self.current = Some(table.clone());
        Ok(())
    }

    /// Takes a row.
    pub async fn take(&mut self, row: Vec<Cell>) -> Result<()> {
        if self.waiting.len() + row.len() > VALUES || self.bytes > BYTES {
            self.flush().await?;
        }
        self.bytes += row.iter().map(size).sum::<usize>();
        self.waiting.extend(row);
        Ok(())
    }

    /// Makes everything durable.
    pub async fn commit(mut self) -> Result<()> {
        self.flush().await?;
        Ok(self.connection.commit().await?)
    }

    /// Writes the rows that wait, in one statement.
    async fn flush(&mut self) -> Result<()> {
        let cells = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        let Some(table) = self.current.as_ref().filter(|_| !cells.is_empty()) else { return Ok(()) };
        let (backend, (name, columns)) = (self.connection.get_database_backend(), table.quoted());
        let mut insert = format!("INSERT INTO {name} ({}) VALUES ", columns.join(", "));
        for at in 0..cells.len() {
            insert.push_str(match at % columns.len() {
                0 if at > 0 => "), (",
                0 => "(",
                _ => ", ",
            });
            match backend {
                DbBackend::Postgres => drop(write!(insert, "${}", at + 1)),
                _ => insert.push('?'),
            }
        }
        insert.push(')');
        let values = cells.into_iter().zip(table.columns.iter().cycle()).map(|(cell, column)| value(cell, column.form));
        self.connection
            .execute_raw(Statement::from_sql_and_values(backend, insert, values.collect::<Vec<_>>()))
            .await?;
        Ok(())
    }
}

const fn size(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) => text.len(),
        Cell::Bytes(bytes) => bytes.len(),
        _ => 16,
    }
}

/// A value as the database takes it; an absent one is of its column's form all the same.
fn value(cell: Cell, form: Form) -> Value {
    match (cell, form) {
        (Cell::Uuid(uuid), _) => uuid.into(),
        (Cell::Text(text), _) => text.into(),
        (Cell::Whole(number), _) => number.into(),
        (Cell::Real(number), _) => number.into(),
        (Cell::Truth(truth), _) => truth.into(),
        (Cell::Bytes(bytes), _) => bytes.into(),
        (Cell::Null, Form::Uuid) => None::<uuid::Uuid>.into(),
        (Cell::Null, Form::Text) => None::<String>.into(),
        (Cell::Null, Form::Whole) => None::<i64>.into(),
        (Cell::Null, Form::Real) => None::<f64>.into(),
        (Cell::Null, Form::Truth) => None::<bool>.into(),
        (Cell::Null, Form::Bytes) => None::<Vec<u8>>.into(),
    }
}
