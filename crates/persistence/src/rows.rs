//! Every table's row, column for column as the migrations made it.

/// Makes an entity: the key columns first, then the others.
macro_rules! rows {
    ($($(#[$doc:meta])* $row:ident = $table:literal { $($key:ident: $key_type:ty),+; $($field:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        pub(crate) mod $row {
            use sea_orm::entity::prelude::*;

            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub(crate) struct Model {
                $(#[sea_orm(primary_key, auto_increment = false)] pub(crate) $key: $key_type,)+
                $(pub(crate) $field: $type,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub(crate) enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    )*};
}

/// Says of each row here that it belongs to a tenant.
macro_rules! tenant_rows {
    ($($row:ident)*) => {$(
        impl crate::scoped::TenantRow for $row::Entity {
            const TENANT: $row::Column = $row::Column::TenantId;
        }
    )*};
}

tenant_rows! {
    departments members grants sessions refresh_tokens password_resets invitations letters api_keys intents phrases answers kept
    definitions contents
    releases builds bots channels visitors conversations conversation_departments messages ratings idempotency events
    audit_heads audit_log
}

rows! {
    tenants = "tenants" { id: Uuid; slug: String, company: String, state: String, created_at: i64, updated_at: i64 }
    login_directory = "login_directory" { email_hash: Vec<u8>, tenant_id: Uuid; member_id: Uuid }
    queue = "queue" {
        id: Uuid;
        tenant_id: Uuid, kind: String, reference: String, due_at: i64, lease_until: Option<i64>, lease: Option<Uuid>,
        attempts: i64,
    }
    nodes = "nodes" { id: Uuid; engine: String, seen_at: i64 }

    departments = "departments" {
        tenant_id: Uuid, id: Uuid;
        key: String, name: String, description: Option<String>, dissolved_at: Option<i64>, version: i64, created_at: i64,
        updated_at: i64,
    }
    members = "members" {
        tenant_id: Uuid, id: Uuid;
        name: String, name_folded: String, email: String, email_folded: String, title: Option<String>,
        language: Option<String>, time_zone: Option<String>, home_department_id: Option<Uuid>, tenant_role: String,
        password_hash: String, auth_epoch: i64, version: i64, created_at: i64, updated_at: i64, state: String,
    }
    grants = "grants" { tenant_id: Uuid, department_id: Uuid, member_id: Uuid; role: String, created_at: i64, updated_at: i64 }
    sessions = "sessions" {
        tenant_id: Uuid, id: Uuid;
        member_id: Uuid, user_agent: Option<String>, network: Option<String>, expires_at: i64, revoked_at: Option<i64>,
        revoked_for: Option<String>, created_at: i64, updated_at: i64,
    }
    refresh_tokens = "refresh_tokens" {
        tenant_id: Uuid, id: Uuid;
        session_id: Uuid, secret_hash: Vec<u8>, successor_id: Option<Uuid>, sealed_successor: Option<Vec<u8>>,
        client: String, created_at: i64, used_at: Option<i64>,
    }
    password_resets = "password_resets" {
        tenant_id: Uuid, id: Uuid;
        member_id: Uuid, secret_hash: Vec<u8>, created_at: i64, expires_at: i64, closed_at: Option<i64>,
    }
    letters = "letters" { tenant_id: Uuid, id: Uuid; sealed: Vec<u8>, created_at: i64, expires_at: i64 }
    invitations = "invitations" {
        tenant_id: Uuid, id: Uuid;
        email: String, email_folded: String, name: Option<String>, tenant_role: String, department_id: Option<Uuid>,
        department_role: Option<String>, secret_hash: Vec<u8>, invited_by: Uuid, created_at: i64, expires_at: i64,
        accepted_at: Option<i64>, revoked_at: Option<i64>,
    }
    api_keys = "api_keys" {
        tenant_id: Uuid, id: Uuid;
        name: String, maker_id: Uuid, scopes: String, departments: String, secret_hash: Vec<u8>, hint: String,
        old_hash: Option<Vec<u8>>, old_until: Option<i64>, expires_at: i64, last_used_at: Option<i64>,
        revoked_at: Option<i64>, version: i64, created_at: i64, updated_at: i64,
    }
    intents = "intents" {
        tenant_id: Uuid, id: Uuid;
        department_id: Uuid, name: String, name_folded: String, title: Option<String>, title_folded: Option<String>,
        version: i64, created_at: i64, updated_at: i64,
    }
    phrases = "phrases" {
        tenant_id: Uuid, id: Uuid;
        intent_id: Uuid, text: String, text_folded: String, language: Option<String>, created_at: i64,
    }
    answers = "answers" {
        tenant_id: Uuid, intent_id: Uuid, position: i64;
        language: String, channel: Option<String>, text: String, text_folded: String, buttons: String,
    }
    kept = "kept" { tenant_id: Uuid, intent_id: Uuid, source: String; json: String }
    definitions = "definitions" {
        tenant_id: Uuid, department_id: Uuid, source: String, kind: String, name: String;
        json: String,
    }
    contents = "contents" { tenant_id: Uuid, sha256: Vec<u8>; json: String, created_at: i64 }
    releases = "releases" {
        tenant_id: Uuid, id: Uuid;
        department_id: Uuid, number: i64, state: String, content: Vec<u8>, note: Option<String>, author_id: Uuid,
        restores: Option<i64>, changes: String, checks: String, created_at: i64, updated_at: i64,
    }
    builds = "builds" {
        tenant_id: Uuid, number: i64;
        parts: String, engine: String, checksum: Vec<u8>, artefact: Vec<u8>, created_at: i64,
    }
    bots = "bots" { tenant_id: Uuid; current_build: i64, settings: String, version: i64, created_at: i64, updated_at: i64 }
    channels = "channels" {
        tenant_id: Uuid, id: Uuid;
        kind: String, name: String, key: String, allowed_origins: String, context: String, closed_at: Option<i64>,
        version: i64, created_at: i64, updated_at: i64, old_key: Option<String>, old_key_until: Option<i64>,
    }
    visitors = "visitors" {
        tenant_id: Uuid, id: Uuid;
        channel_id: Uuid, secret_hash: Vec<u8>, expires_at: i64, created_at: i64, updated_at: i64,
    }
    conversations = "conversations" {
        tenant_id: Uuid, id: Uuid;
        channel_id: Uuid, visitor_id: Uuid, language: Option<String>, context: String, last_seq: i64, choices: String,
        created_at: i64, updated_at: i64,
    }
    conversation_departments = "conversation_departments" { tenant_id: Uuid, department_id: Uuid, conversation_id: Uuid; }
    messages = "messages" {
        tenant_id: Uuid, conversation_id: Uuid, seq: i64;
        id: Uuid, sender: String, text: String, text_folded: String, client_message_id: Option<String>,
        kind: Option<String>, department_id: Option<Uuid>, intent_id: Option<Uuid>, intent_name: Option<String>,
        confidence: Option<f64>, buttons: Option<String>, created_at: i64,
    }
    ratings = "ratings" {
        tenant_id: Uuid, id: Uuid;
        conversation_id: Uuid, message_id: Option<Uuid>, score: i64, comment: Option<String>, created_at: i64, updated_at: i64,
    }
    idempotency = "idempotency" {
        tenant_id: Uuid, actor: String, route: String, key: String;
        fingerprint: Vec<u8>, status: Option<i64>, location: Option<String>, etag: Option<String>, body: Option<String>,
        secret: bool, created_at: i64,
    }
    events = "events" {
        tenant_id: Uuid, id: Uuid;
        at: i64, kind: String, actor: String, subject: String, department_id: Option<Uuid>, data: String,
    }
    audit_heads = "audit_heads" { tenant_id: Uuid; seq: i64, hash: Vec<u8> }
    audit_log = "audit_log" {
        tenant_id: Uuid, seq: i64;
        at: i64, actor: String, action: String, subject: String, department: Option<String>, request: Option<String>,
        data: String, before: Vec<u8>, hash: Vec<u8>,
    }
}
