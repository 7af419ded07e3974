//! Keys of programs, the key that a channel had before, and the ways by which the audit log is searched.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, binary_len, binary_len_null, string, string_null, text, uuid},
};

use crate::table::TenantTable;

/// See the module.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000004_api_keys"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TenantTable::new("api_keys", &["id"])
            .columns([uuid("id"), string("name"), uuid("maker_id"), text("scopes"), text("departments")])
            .columns([binary_len("secret_hash", 32), string("hint"), binary_len_null("old_hash", 32)])
            .columns([big_integer_null("old_until"), big_integer("expires_at"), big_integer_null("last_used_at")])
            .columns([big_integer_null("revoked_at"), big_integer("version")])
            .columns([big_integer("created_at"), big_integer("updated_at")])
            .index(&["maker_id"])
            .belongs_to("maker_id", "members")
            .make(manager)
            .await?;
        for column in [string_null("old_key"), big_integer_null("old_key_until")] {
            manager.alter_table(Table::alter().table("channels").add_column(column).to_owned()).await?;
        }
        for column in ["at", "actor", "action", "subject", "department"] {
            let name = format!("audit_log_by_{column}");
            let mut index = Index::create();
            index.name(name).table("audit_log").col("tenant_id").col(column).col("seq");
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
