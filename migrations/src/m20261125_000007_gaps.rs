//! Gaps in what the bot knows, the numbers of visitors' talk, and how long conversations are kept.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, boolean, double, string, string_null, text, text_null, uuid, uuid_null},
};

use crate::table::TenantTable;

/// See the module.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000007_gaps"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        relaying(manager).await?;
        gaps(manager).await?;
        tallies(manager).await?;
        TenantTable::new("retention", &[])
            .columns([big_integer("days"), big_integer("updated_at")])
            .make(manager)
            .await?;
        let mut by_time = Index::create();
        by_time.name("events_by_id_of_kind").table("events").col("tenant_id").col("kind").col("id");
        manager.create_index(by_time).await
    }
}

async fn relaying(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    TenantTable::new("relays", &["name"])
        .columns([string("name"), uuid("reached"), big_integer("updated_at")])
        .make(manager)
        .await?;
    TenantTable::new("relayed", &["event_id"])
        .columns([uuid("event_id"), big_integer("at")])
        .index(&["at"])
        .make(manager)
        .await
}

async fn gaps(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    TenantTable::new("gaps", &["id"])
        .columns([uuid("id"), string("title"), string("title_folded"), boolean("titled"), string("state")])
        .columns([string_null("reason"), text_null("note"), uuid_null("merged_into"), big_integer("count")])
        .columns([
            big_integer("since_closed"),
            text("sums"),
            text("central"),
            big_integer("last_at"),
            big_integer("version"),
        ])
        .columns([big_integer("created_at"), big_integer("updated_at")])
        .index(&["state", "last_at", "id"])
        .make(manager)
        .await?;
    TenantTable::new("gap_messages", &["message_id"])
        .columns([uuid("message_id"), uuid_null("gap_id"), text_null("text"), string("why"), string_null("language")])
        .columns([uuid("channel_id"), uuid("visitor_id"), uuid("conversation_id"), text("likely")])
        .columns([big_integer("at")])
        .index(&["gap_id", "at"])
        .index(&["visitor_id"])
        .index(&["conversation_id"])
        .make(manager)
        .await?;
    TenantTable::new("gap_counts", &["gap_id", "week", "language", "channel_id"])
        .columns([uuid("gap_id"), big_integer("week"), string("language"), uuid("channel_id"), big_integer("count")])
        .belongs_to("gap_id", "gaps")
        .make(manager)
        .await?;
    TenantTable::new("gap_departments", &["department_id", "gap_id"])
        .columns([uuid("department_id"), uuid("gap_id"), double("share")])
        .index(&["gap_id"])
        .belongs_to("gap_id", "gaps")
        .names("department_id", "departments")
        .make(manager)
        .await?;
    TenantTable::new("gaps_apart", &["one", "other"])
        .columns([uuid("one"), uuid("other"), big_integer("created_at")])
        .belongs_to("one", "gaps")
        .belongs_to("other", "gaps")
        .make(manager)
        .await
}

async fn tallies(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    TenantTable::new("tallies", &["day", "party", "intent_id", "language", "channel_id", "measure"])
        .columns([big_integer("day"), uuid("party"), uuid("intent_id"), string("language"), uuid("channel_id")])
        .columns([string("measure"), big_integer("value")])
        .make(manager)
        .await?;
    TenantTable::new("talks", &["conversation_id"])
        .columns([uuid("conversation_id"), uuid("visitor_id"), uuid("channel_id"), string("language")])
        .columns([big_integer("began_at"), big_integer("last_at"), string("last_kind"), text("departments")])
        .columns([text("intents"), text_null("asked"), big_integer_null("worst"), string_null("settled")])
        .columns([text("settled_for"), big_integer_null("due_at")])
        .index(&["due_at"])
        .index(&["visitor_id"])
        .make(manager)
        .await?;
    TenantTable::new("tallied_ratings", &["conversation_id", "message_id"])
        .columns([uuid("conversation_id"), uuid("message_id"), text("cells"), big_integer("score")])
        .make(manager)
        .await
}
