//! The foundation: tenants and members, departments and content, releases and builds, visitors and their talks.

use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, binary_len, blob, boolean, double_null, string, string_null, text, text_null,
        uuid, uuid_null,
    },
    sea_orm::{ConnectionTrait, DbBackend},
};

use crate::table::{APP_ROLE, TenantTable, make_global};

/// See the module.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261125_000001_foundation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            make_app_role(manager).await?;
        }
        global(manager).await?;
        people(manager).await?;
        content(manager).await?;
        talks(manager).await?;
        records(manager).await
    }
}

async fn make_app_role(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let role = format!(
        "DO $$ BEGIN
           IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN CREATE ROLE {APP_ROLE} NOLOGIN; END IF;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
         END $$;
         GRANT USAGE ON SCHEMA public TO {APP_ROLE};
         GRANT SELECT ON seaql_migrations TO {APP_ROLE};"
    );
    manager.get_connection().execute_unprepared(&role).await.map(|_| ())
}

fn created_and_updated() -> [ColumnDef; 2] {
    [big_integer("created_at"), big_integer("updated_at")]
}

async fn global(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut tenants = Table::create();
    tenants.table("tenants").col(uuid("id").primary_key()).col(string("slug").unique_key());
    tenants.col(string("company")).col(string("state"));
    for column in created_and_updated() {
        tenants.col(column);
    }
    make_global(manager, "tenants", tenants).await?;

    let mut directory = Table::create();
    directory.table("login_directory").col(binary_len("email_hash", 32)).col(uuid("tenant_id")).col(uuid("member_id"));
    directory.primary_key(Index::create().col("email_hash").col("tenant_id"));
    make_global(manager, "login_directory", directory).await?;

    let mut queue = Table::create();
    queue.table("queue").col(uuid("id").primary_key()).col(uuid("tenant_id")).col(string("kind"));
    queue.col(string("reference")).col(big_integer("due_at")).col(big_integer_null("lease_until"));
    queue.col(uuid_null("lease")).col(big_integer("attempts"));
    make_global(manager, "queue", queue).await?;
    let by_due = Index::create().name("queue_by_due").table("queue").col("due_at").to_owned();
    manager.create_index(by_due).await?;
    let once = Index::create()
        .name("queue_once")
        .table("queue")
        .col("tenant_id")
        .col("kind")
        .col("reference")
        .unique()
        .to_owned();
    manager.create_index(once).await?;

    let mut nodes = Table::create();
    nodes.table("nodes").col(uuid("id").primary_key()).col(string("engine")).col(big_integer("seen_at"));
    make_global(manager, "nodes", nodes).await
}

async fn people(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    TenantTable::new("departments", &["id"])
        .columns([
            uuid("id"),
            string("key"),
            string("name"),
            text_null("description"),
            big_integer_null("dissolved_at"),
        ])
        .columns([big_integer("version")])
        .columns(created_and_updated())
        .unique(&["key"])
        .make(manager)
        .await?;
    TenantTable::new("members", &["id"])
        .columns([uuid("id"), string("name"), string("name_folded"), string("email"), string("email_folded")])
        .columns([
            string_null("title"),
            string_null("language"),
            string_null("time_zone"),
            uuid_null("home_department_id"),
        ])
        .columns([string("tenant_role"), text("password_hash"), big_integer("auth_epoch"), big_integer("version")])
        .columns(created_and_updated())
        .unique(&["email_folded"])
        .names("home_department_id", "departments")
        .make(manager)
        .await?;
    TenantTable::new("grants", &["department_id", "member_id"])
        .columns([uuid("department_id"), uuid("member_id"), string("role")])
        .columns(created_and_updated())
        .index(&["member_id"])
        .belongs_to("department_id", "departments")
        .belongs_to("member_id", "members")
        .make(manager)
        .await?;
    TenantTable::new("sessions", &["id"])
        .columns([uuid("id"), uuid("member_id"), string_null("user_agent"), string_null("network")])
        .columns([big_integer("expires_at"), big_integer_null("revoked_at"), string_null("revoked_for")])
        .columns(created_and_updated())
        .index(&["member_id"])
        .belongs_to("member_id", "members")
        .make(manager)
        .await?;
    TenantTable::new("refresh_tokens", &["id"])
        .columns([uuid("id"), uuid("session_id"), binary_len("secret_hash", 32), uuid_null("successor_id")])
        .columns([blob("sealed_successor").null().to_owned(), string("client")])
        .columns([big_integer("created_at"), big_integer_null("used_at")])
        .index(&["session_id"])
        .belongs_to("session_id", "sessions")
        .make(manager)
        .await?;
    TenantTable::new("invitations", &["id"])
        .columns([uuid("id"), string("email"), string("email_folded"), string_null("name"), string("tenant_role")])
        .columns([uuid_null("department_id"), string_null("department_role"), binary_len("secret_hash", 32)])
        .columns([uuid("invited_by"), big_integer("created_at"), big_integer("expires_at")])
        .columns([big_integer_null("accepted_at"), big_integer_null("revoked_at")])
        .index(&["email_folded"])
        .belongs_to("department_id", "departments")
        .names("invited_by", "members")
        .make(manager)
        .await
}

async fn content(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    TenantTable::new("intents", &["id"])
        .columns([uuid("id"), uuid("department_id"), string("name"), string("name_folded")])
        .columns([string_null("title"), string_null("title_folded"), big_integer("version")])
        .columns(created_and_updated())
        .unique(&["department_id", "name_folded"])
        .names("department_id", "departments")
        .make(manager)
        .await?;
    TenantTable::new("phrases", &["id"])
        .columns([uuid("id"), uuid("intent_id"), text("text"), text("text_folded"), string_null("language")])
        .columns([big_integer("created_at")])
        .unique(&["intent_id", "text_folded"])
        .belongs_to("intent_id", "intents")
        .make(manager)
        .await?;
    TenantTable::new("answers", &["intent_id", "position"])
        .columns([uuid("intent_id"), big_integer("position"), string("language"), string_null("channel")])
        .columns([text("text"), text("text_folded"), text("buttons")])
        .belongs_to("intent_id", "intents")
        .make(manager)
        .await?;
    TenantTable::new("contents", &["sha256"])
        .columns([binary_len("sha256", 32), text("json"), big_integer("created_at")])
        .append_only()
        .make(manager)
        .await?;
    TenantTable::new("releases", &["id"])
        .columns([uuid("id"), uuid("department_id"), big_integer("number"), string("state"), binary_len("content", 32)])
        .columns([text_null("note"), uuid("author_id"), big_integer_null("restores"), text("changes"), text("checks")])
        .columns(created_and_updated())
        .unique(&["department_id", "number"])
        .index(&["state"])
        .names("department_id", "departments")
        .names("author_id", "members")
        .make(manager)
        .await?;
    TenantTable::new("builds", &["number"])
        .columns([big_integer("number"), text("parts"), string("engine"), binary_len("checksum", 32)])
        .columns([blob("artefact"), big_integer("created_at")])
        .make(manager)
        .await?;
    TenantTable::new("bots", &[])
        .columns([big_integer("current_build"), text("settings"), big_integer("version")])
        .columns(created_and_updated())
        .make(manager)
        .await
}

async fn talks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    TenantTable::new("channels", &["id"])
        .columns([uuid("id"), string("kind"), string("name"), string("key"), text("allowed_origins"), text("context")])
        .columns([big_integer_null("closed_at"), big_integer("version")])
        .columns(created_and_updated())
        .make(manager)
        .await?;
    TenantTable::new("visitors", &["id"])
        .columns([uuid("id"), uuid("channel_id"), binary_len("secret_hash", 32), big_integer("expires_at")])
        .columns(created_and_updated())
        .names("channel_id", "channels")
        .make(manager)
        .await?;
    TenantTable::new("conversations", &["id"])
        .columns([uuid("id"), uuid("channel_id"), uuid("visitor_id"), string_null("language"), text("context")])
        .columns([big_integer("last_seq"), text("choices")])
        .columns(created_and_updated())
        .index(&["updated_at", "id"])
        .index(&["visitor_id"])
        .names("channel_id", "channels")
        .belongs_to("visitor_id", "visitors")
        .make(manager)
        .await?;
    TenantTable::new("conversation_departments", &["department_id", "conversation_id"])
        .columns([uuid("department_id"), uuid("conversation_id")])
        .index(&["conversation_id"])
        .names("department_id", "departments")
        .belongs_to("conversation_id", "conversations")
        .make(manager)
        .await?;
    TenantTable::new("messages", &["conversation_id", "seq"])
        .columns([uuid("id"), uuid("conversation_id"), big_integer("seq"), string("sender"), text("text")])
        .columns([
            text("text_folded"),
            string_null("client_message_id"),
            string_null("kind"),
            uuid_null("department_id"),
        ])
        .columns([uuid_null("intent_id"), string_null("intent_name"), double_null("confidence"), text_null("buttons")])
        .columns([big_integer("created_at")])
        .unique(&["id"])
        .unique(&["conversation_id", "client_message_id"])
        .belongs_to("conversation_id", "conversations")
        .make(manager)
        .await?;
    TenantTable::new("ratings", &["id"])
        .columns([
            uuid("id"),
            uuid("conversation_id"),
            uuid_null("message_id"),
            big_integer("score"),
            text_null("comment"),
        ])
        .columns(created_and_updated())
        .unique(&["conversation_id", "message_id"])
        .belongs_to("conversation_id", "conversations")
        .make(manager)
        .await
}

async fn records(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    TenantTable::new("idempotency", &["actor", "route", "key"])
        .columns([string("actor"), string("route"), string("key"), binary_len("fingerprint", 32)])
        .columns([big_integer_null("status"), string_null("location"), string_null("etag"), text_null("body")])
        .columns([boolean("secret"), big_integer("created_at")])
        .index(&["created_at"])
        .make(manager)
        .await?;
    TenantTable::new("events", &["id"])
        .columns([uuid("id"), big_integer("at"), string("kind"), string("actor"), string("subject")])
        .columns([uuid_null("department_id"), text("data")])
        .append_only()
        .make(manager)
        .await?;
    TenantTable::new("audit_heads", &[]).columns([big_integer("seq"), binary_len("hash", 32)]).make(manager).await?;
    TenantTable::new("audit_log", &["seq"])
        .columns([big_integer("seq"), big_integer("at"), string("actor"), string("action"), string("subject")])
        .columns([string_null("department"), string_null("request"), text("data")])
        .columns([binary_len("before", 32), binary_len("hash", 32)])
        .append_only()
        .make(manager)
        .await
}
