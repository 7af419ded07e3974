//! Jobs that people ask for, evaluations of bots, and what a held release would harm.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, double_null, string, text, text_null, uuid, uuid_null},
};

use crate::table::TenantTable;

/// See the module.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000005_jobs"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TenantTable::new("jobs", &["id"])
            .columns([uuid("id"), string("kind"), text("departments"), uuid_null("asked_by"), string("state")])
            .columns([big_integer("done"), big_integer("total"), text("task"), text_null("result")])
            .columns([
                text_null("problem"),
                uuid_null("run"),
                big_integer("created_at"),
                big_integer_null("started_at"),
            ])
            .columns([big_integer_null("ended_at"), big_integer("updated_at")])
            .index(&["asked_by"])
            .index(&["ended_at"])
            .belongs_to("asked_by", "members")
            .make(manager)
            .await?;
        TenantTable::new("evaluations", &["id"])
            .columns([uuid("id"), string("stage"), text("departments"), big_integer("build"), big_integer("folds")])
            .columns([big_integer("phrases"), double_null("accuracy"), double_null("macro_f1"), text("document")])
            .columns([big_integer("created_at")])
            .index(&["created_at", "id"])
            .make(manager)
            .await?;
        // A version of before holds no release, so it has nothing to say of harms.
        for column in [text_null("harms"), big_integer_null("due_at"), big_integer_null("withdrawn_at")] {
            manager.alter_table(Table::alter().table("releases").add_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
