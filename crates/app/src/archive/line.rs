//! The lines of an archive: what stands before the rows, between them and behind them, and how a row is written.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use guildhall_auth::Stretching;
use guildhall_domain::{Id, id::Tenant};
use guildhall_persistence::archive::{Cell, Form, Table};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeSeq as _};
use serde_json::Value;

use super::ArchiveError;

/// The second line of a file, in the open.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cover {
    /// How the key was made, where there is one.
    pub(super) sealed: Option<Stretching>,
}

/// What an archive is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// When it was made, as RFC 3339 writes it.
    pub made_at: String,
    /// By which version of Guildhall.
    pub version: String,
    /// From which database: `sqlite` or `postgres`.
    pub database: String,
    /// The fingerprint of the keys file that belongs to it, where that was at hand.
    pub keys: Option<String>,
    /// The migrations that the database had.
    pub migrations: Vec<String>,
    /// The tables; a row comes after those that it names.
    pub tables: Vec<Table>,
}

/// What an archive must have held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// How many companies.
    pub companies: u64,
    /// How many rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// The SHA-256 of every line before this one, in hexadecimal.
    pub sha256: String,
}

/// A line that is no row.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mark {
    /// The first line.
    Head(Box<Head>),
    /// From here on rows belong to this company.
    Company(Id<Tenant>),
    /// From here on rows are of this table.
    Table(String),
    /// The last line.
    End(Manifest),
}

/// A row as it is written: an array.
pub(super) struct Row<'a>(pub(super) &'a [Cell]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_seq(Some(self.0.len()))?;
        for cell in self.0 {
            match cell {
                Cell::Null => row.serialize_element(&())?,
                Cell::Uuid(uuid) => row.serialize_element(&uuid.hyphenated())?,
                Cell::Text(text) => row.serialize_element(text)?,
                Cell::Whole(number) => row.serialize_element(number)?,
                // As text, since not every reader of JSON gives back the same number.
                Cell::Real(number) => row.serialize_element(&format!("{number:?}"))?,
                Cell::Truth(truth) => row.serialize_element(truth)?,
                Cell::Bytes(bytes) => row.serialize_element(&BASE64.encode(bytes))?,
            }
        }
        row.end()
    }
}

/// Reads a row of a table.
pub(super) fn read_row(line: &[u8], table: &Table) -> Result<Vec<Cell>, ArchiveError> {
    let odd = || ArchiveError::damaged(format_args!("a row of {} can't be read", table.name));
    let values: Vec<Value> = serde_json::from_slice(line).map_err(|_| odd())?;
    if values.len() != table.columns.len() {
        return Err(odd());
    }
    let cells = values.into_iter().zip(&table.columns).map(|(value, column)| read_cell(value, column.form));
    cells.collect::<Option<Vec<_>>>().ok_or_else(odd)
}

fn read_cell(value: Value, form: Form) -> Option<Cell> {
    Some(match (value, form) {
        (Value::Null, _) => Cell::Null,
        (Value::String(text), Form::Uuid) => Cell::Uuid(text.parse().ok()?),
        (Value::String(text), Form::Text) => Cell::Text(text),
        (Value::Number(number), Form::Whole) => Cell::Whole(number.as_i64()?),
        (Value::String(text), Form::Real) => Cell::Real(text.parse().ok()?),
        (Value::Bool(truth), Form::Truth) => Cell::Truth(truth),
        (Value::String(text), Form::Bytes) => Cell::Bytes(BASE64.decode(text).ok()?),
        _ => return None,
    })
}
