//! What imports bring and Guildhall can't represent yet: kept with its intent, or with its department.

use sea_orm_migration::{
    prelude::*,
    schema::{string, text, uuid},
};

use crate::table::TenantTable;

/// See the module.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000002_kept"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TenantTable::new("kept", &["intent_id", "source"])
            .columns([uuid("intent_id"), string("source"), text("json")])
            .belongs_to("intent_id", "intents")
            .make(manager)
            .await?;
        TenantTable::new("definitions", &["department_id", "source", "kind", "name"])
            .columns([uuid("department_id"), string("source"), string("kind"), string("name"), text("json")])
            .names("department_id", "departments")
            .make(manager)
            .await
    }
}
