//! Between departments: proposals with their comments, overlaps with their history, settlements, and what was settled.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, boolean, double, string, string_null, text, text_null, uuid, uuid_null},
};

use crate::table::TenantTable;

/// See the module.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000006_between"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A version of before adds rows without these, and nothing was settled for them.
        let four_eyes = boolean("four_eyes").default(false).to_owned();
        for (table, column) in
            [("departments", four_eyes), ("intents", text_null("rules")), ("answers", text_null("conditions"))]
        {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        proposals(manager).await?;
        overlaps(manager).await
    }
}

fn created_and_updated() -> [ColumnDef; 2] {
    [big_integer("created_at"), big_integer("updated_at")]
}

async fn proposals(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    TenantTable::new("proposals", &["id"])
        .columns([uuid("id"), uuid("author_id"), string("title"), text_null("note"), string("state")])
        .columns([text_null("reason"), big_integer_null("merged_at"), text("patch"), text("base")])
        .columns([big_integer("version")])
        .columns(created_and_updated())
        .index(&["state"])
        .index(&["author_id"])
        .names("author_id", "members")
        .make(manager)
        .await?;
    TenantTable::new("proposal_departments", &["proposal_id", "department_id"])
        .columns([
            uuid("proposal_id"),
            uuid("department_id"),
            uuid_null("approved_by"),
            big_integer_null("approved_at"),
        ])
        .index(&["department_id"])
        .belongs_to("proposal_id", "proposals")
        .names("department_id", "departments")
        .make(manager)
        .await?;
    TenantTable::new("proposal_comments", &["id"])
        .columns([uuid("id"), uuid("proposal_id"), uuid_null("author_id"), uuid_null("thread_id")])
        .columns([uuid_null("intent_id"), text("text"), big_integer("created_at")])
        .index(&["proposal_id"])
        .belongs_to("proposal_id", "proposals")
        .make(manager)
        .await
}

async fn overlaps(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    TenantTable::new("intent_overlaps", &["id"])
        .columns([
            uuid("id"),
            uuid("one_intent"),
            uuid("other_intent"),
            uuid("one_department"),
            uuid("other_department"),
        ])
        .columns([string("one_name"), string("other_name"), string("state"), string("severity"), big_integer("rank")])
        .columns([double("evidence"), text("measures"), big_integer("first_seen"), big_integer("last_seen")])
        .columns([big_integer_null("ignored_until"), big_integer("version")])
        .columns(created_and_updated())
        .unique(&["one_intent", "other_intent"])
        .index(&["rank", "id"])
        .index(&["one_department"])
        .index(&["other_department"])
        .names("one_department", "departments")
        .names("other_department", "departments")
        .make(manager)
        .await?;
    TenantTable::new("overlap_runs", &["overlap_id", "at"])
        .columns([uuid("overlap_id"), big_integer("at"), big_integer("build"), string("severity"), text("measures")])
        .belongs_to("overlap_id", "intent_overlaps")
        .make(manager)
        .await?;
    TenantTable::new("settlements", &["id"])
        .columns([uuid("id"), uuid("overlap_id"), string("state"), text("terms"), text_null("reason")])
        .columns([uuid("proposed_by"), uuid("proposed_for"), uuid_null("decided_by"), boolean("arbitrated")])
        .columns([big_integer("due_at"), big_integer_null("decided_at"), text_null("before"), text_null("after")])
        .columns([text_null("undo"), string_null("undone_by"), big_integer("version")])
        .columns(created_and_updated())
        .index(&["overlap_id"])
        .index(&["state", "due_at"])
        .belongs_to("overlap_id", "intent_overlaps")
        .names("proposed_by", "members")
        .make(manager)
        .await
}
