//! People come and go: members who are suspended or have left, links to set a new password, letters that wait to be sent.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, binary_len, blob, string, uuid},
};

use crate::table::TenantTable;

/// See the module.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000003_people"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A version of before adds members without it, and all of those are active.
        let state = string("state").default("active").to_owned();
        manager.alter_table(Table::alter().table("members").add_column(state).to_owned()).await?;
        TenantTable::new("password_resets", &["id"])
            .columns([uuid("id"), uuid("member_id"), binary_len("secret_hash", 32), big_integer("created_at")])
            .columns([big_integer("expires_at"), big_integer_null("closed_at")])
            .index(&["member_id"])
            .belongs_to("member_id", "members")
            .make(manager)
            .await?;
        TenantTable::new("letters", &["id"])
            .columns([uuid("id"), blob("sealed"), big_integer("created_at"), big_integer("expires_at")])
            .make(manager)
            .await
    }
}
