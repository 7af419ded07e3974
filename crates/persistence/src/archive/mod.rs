//! The whole database on its way out to an archive and back in: every row of every tenant, the same form from both
//! databases. This is the one place beside `scoped` that reads and writes tenants' rows, and no request reaches it.

mod catalogue;
mod restoration;
mod snapshot;

use guildhall_domain::{Id, id::Tenant};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use restoration::Restoration;
pub use snapshot::Snapshot;

/// What a column holds, whatever the database calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// A UUID.
    Uuid,
    /// Text.
    Text,
    /// A whole number of 64 bits.
    Whole,
    /// A floating-point number of 64 bits.
    Real,
    /// True or false.
    Truth,
    /// Bytes.
    Bytes,
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// There is none.
    Null,
    /// A UUID.
    Uuid(Uuid),
    /// Text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A floating-point number.
    Real(f64),
    /// True or false.
    Truth(bool),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub form: Form,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Whether each row belongs to a tenant by a foreign key.
    pub of_tenant: bool,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The columns of its primary key, in order.
    pub key: Vec<String>,
}

impl Table {
    /// Its name and columns as statements write them.
    fn quoted(&self) -> (String, Vec<String>) {
        (quote(&self.name), self.columns.iter().map(|column| quote(&column.name)).collect())
    }
}

/// Whose rows are read or written: those that belong to nobody, or one tenant's.
pub type Whose = Option<Id<Tenant>>;

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
