//! The schema of Guildhall, written once for SQLite and PostgreSQL.
//!
//! Times are `bigint` microseconds, JSON is text, ids are UUIDs, and `*_folded` columns are computed in Rust.

#![expect(clippy::disallowed_methods, reason = "walls are built by statements; nothing here reads a tenant's row")]

mod m20261125_000001_foundation;
mod m20261125_000002_kept;
mod m20261125_000003_people;
mod m20261125_000004_api_keys;
mod table;

use sea_orm_migration::{MigrationTrait, async_trait};
pub use sea_orm_migration::{MigratorTrait, migrator::MigrationStatus};
pub use table::{APP_ROLE, GLOBAL_TABLES};

/// All migrations in order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261125_000001_foundation::Migration),
            Box::new(m20261125_000002_kept::Migration),
            Box::new(m20261125_000003_people::Migration),
            Box::new(m20261125_000004_api_keys::Migration),
        ]
    }
}
