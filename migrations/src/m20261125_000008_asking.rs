//! Asking each other: departments' calendars, knowledge requests with what is said about them and who was told, and what
//! members set for themselves.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, boolean, boolean_null, string, string_null, text, text_null, uuid, uuid_null,
    },
};

use crate::table::TenantTable;

/// See the module.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000008_asking"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        TenantTable::new("calendars", &["department_id"])
            .columns([uuid("department_id"), string("zone"), text("hours"), text("holidays"), text("targets")])
            .columns([big_integer("version"), big_integer("created_at"), big_integer("updated_at")])
            .names("department_id", "departments")
            .make(manager)
            .await?;
        TenantTable::new("knowledge_requests", &["id"])
            .columns([uuid("id"), uuid_null("from_department_id"), uuid("asker_id"), uuid("to_department_id")])
            .columns([uuid_null("gap_id"), text("question"), text("question_folded"), text("examples")])
            .columns([string_null("language"), string("priority"), uuid_null("assignee_id"), string("state")])
            .columns([string("stage"), string("awaits"), big_integer("worked"), big_integer_null("since")])
            .columns([big_integer_null("due_at"), text_null("outcome"), big_integer("round")])
            .columns([big_integer_null("acknowledged_after"), big_integer_null("answered_after")])
            .columns([boolean_null("within_target"), big_integer("version")])
            .columns([big_integer("created_at"), big_integer("updated_at")])
            .index(&["to_department_id", "state"])
            .index(&["from_department_id", "state"])
            .index(&["asker_id"])
            .index(&["assignee_id"])
            .index(&["awaits"])
            .index(&["created_at"])
            .names("from_department_id", "departments")
            .names("to_department_id", "departments")
            .names("asker_id", "members")
            .names("assignee_id", "members")
            .make(manager)
            .await?;
        TenantTable::new("request_notes", &["id"])
            .columns([uuid("id"), uuid("request_id"), string("kind"), uuid("author_id"), text("text")])
            .columns([big_integer("created_at")])
            .index(&["request_id"])
            .belongs_to("request_id", "knowledge_requests")
            .names("author_id", "members")
            .make(manager)
            .await?;
        TenantTable::new("escalations", &["request_id", "round", "step"])
            .columns([uuid("request_id"), big_integer("round"), string("step"), big_integer("created_at")])
            .belongs_to("request_id", "knowledge_requests")
            .make(manager)
            .await?;
        TenantTable::new("told", &["member_id", "thing"])
            .columns([uuid("member_id"), string("thing"), big_integer("created_at")])
            .belongs_to("member_id", "members")
            .make(manager)
            .await?;
        TenantTable::new("member_settings", &["member_id"])
            .columns([uuid("member_id"), boolean("named"), boolean("letters"), big_integer("updated_at")])
            .belongs_to("member_id", "members")
            .make(manager)
            .await?;
        tests(manager).await
    }
}

/// Conversation tests: suites of a department or of the company (`owner` is the department's id, or `company`), their cases
/// and what came of running them.
async fn tests(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    TenantTable::new("test_suites", &["id"])
        .columns([uuid("id"), uuid_null("department_id"), string("owner"), string("name"), string("name_folded")])
        .columns([text_null("description"), boolean("required"), big_integer("version")])
        .columns([big_integer("created_at"), big_integer("updated_at")])
        .unique(&["owner", "name_folded"])
        .names("department_id", "departments")
        .make(manager)
        .await?;
    TenantTable::new("test_cases", &["id"])
        .columns([uuid("id"), uuid("suite_id"), string("name_folded"), text("script"), big_integer("version")])
        .columns([big_integer("created_at"), big_integer("updated_at")])
        .unique(&["suite_id", "name_folded"])
        .belongs_to("suite_id", "test_suites")
        .make(manager)
        .await?;
    TenantTable::new("test_runs", &["id"])
        .columns([uuid("id"), uuid_null("department_id"), string("owner"), string("stage"), string("occasion")])
        .columns([big_integer("build"), big_integer("total"), big_integer("passed"), text("results")])
        .columns([big_integer("created_at")])
        .index(&["owner", "created_at"])
        .names("department_id", "departments")
        .make(manager)
        .await
}
