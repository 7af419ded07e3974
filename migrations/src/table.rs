//! How a table is made: a tenant table gets its keys and, on PostgreSQL, its policy and the runtime role's rights.

use sea_orm_migration::{
    prelude::*,
    schema::uuid,
    sea_orm::{ConnectionTrait, DbBackend},
};

/// The role whose rights the server needs on PostgreSQL; it owns nothing.
pub const APP_ROLE: &str = "guildhall_app";

/// The only tables without a tenant and without content.
pub const GLOBAL_TABLES: [&str; 4] = ["tenants", "login_directory", "queue", "nodes"];

/// A table whose every key starts with the tenant.
pub(crate) struct TenantTable {
    name: &'static str,
    create: TableCreateStatement,
    indexes: Vec<IndexCreateStatement>,
    rights: &'static str,
}

impl TenantTable {
    /// A table with this primary key (after the tenant).
    pub(crate) fn new(name: &'static str, key: &[&'static str]) -> Self {
        let mut create = Table::create();
        let mut primary = Index::create();
        primary.col("tenant_id");
        for column in key {
            primary.col(*column);
        }
        create.table(name).col(uuid("tenant_id")).primary_key(&mut primary);
        create.foreign_key(ForeignKey::create().from(name, "tenant_id").to("tenants", "id"));
        Self { name, create, indexes: Vec::new(), rights: "SELECT, INSERT, UPDATE, DELETE" }
    }

    /// Adds columns.
    pub(crate) fn columns<const N: usize>(mut self, columns: [ColumnDef; N]) -> Self {
        for column in columns {
            self.create.col(column);
        }
        self
    }

    /// No two rows of a tenant may agree in these.
    pub(crate) fn unique(mut self, columns: &[&'static str]) -> Self {
        let index = self.index_on(columns, "unique").unique().to_owned();
        self.indexes.push(index);
        self
    }

    /// Finds a tenant's rows by these.
    pub(crate) fn index(mut self, columns: &[&'static str]) -> Self {
        let index = self.index_on(columns, "by");
        self.indexes.push(index);
        self
    }

    fn index_on(&self, columns: &[&'static str], what: &str) -> IndexCreateStatement {
        let mut index = Index::create();
        index.name(format!("{}_{what}_{}", self.name, columns.join("_"))).table(self.name).col("tenant_id");
        for column in columns {
            index.col(*column);
        }
        index
    }

    /// This column names a row of `table` in the same tenant, and goes with it.
    pub(crate) fn belongs_to(self, column: &'static str, table: &'static str) -> Self {
        self.refers(column, table, ForeignKeyAction::Cascade)
    }

    /// This column names a row of `table` in the same tenant, which can't go while it is named.
    pub(crate) fn names(self, column: &'static str, table: &'static str) -> Self {
        self.refers(column, table, ForeignKeyAction::Restrict)
    }

    fn refers(mut self, column: &'static str, table: &'static str, gone: ForeignKeyAction) -> Self {
        self.create.foreign_key(
            ForeignKey::create()
                .from_tbl(self.name)
                .from_col("tenant_id")
                .from_col(column)
                .to_tbl(table)
                .to_col("tenant_id")
                .to_col("id")
                .on_delete(gone),
        );
        self
    }

    /// Rows are written once and stay.
    pub(crate) fn append_only(mut self) -> Self {
        self.rights = "SELECT, INSERT";
        self
    }

    /// Makes the table.
    pub(crate) async fn make(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let name = self.name;
        manager.create_table(self.create).await?;
        for index in self.indexes {
            manager.create_index(index).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            let mine = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid";
            let rights = self.rights;
            let wall = format!(
                "ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;
                 ALTER TABLE {name} FORCE ROW LEVEL SECURITY;
                 CREATE POLICY tenant ON {name} USING ({mine}) WITH CHECK ({mine});
                 GRANT {rights} ON {name} TO {APP_ROLE};"
            );
            manager.get_connection().execute_unprepared(&wall).await?;
        }
        Ok(())
    }
}

/// Makes one of the [`GLOBAL_TABLES`].
pub(crate) async fn make_global(
    manager: &SchemaManager<'_>,
    name: &'static str,
    create: TableCreateStatement,
) -> Result<(), DbErr> {
    manager.create_table(create).await?;
    if manager.get_database_backend() == DbBackend::Postgres {
        let rights = format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {APP_ROLE};");
        manager.get_connection().execute_unprepared(&rights).await?;
    }
    Ok(())
}
