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
    jobs evaluations
    calendars knowledge_requests request_notes escalations told member_settings
    test_suites test_cases test_runs
    relays relayed gaps gap_messages gap_counts gap_departments gaps_apart tallies talks tallied_ratings retention
    proposals proposal_departments proposal_comments overlaps overlap_runs settlements
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
        updated_at: i64, four_eyes: bool,
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
        version: i64, created_at: i64, updated_at: i64, rules: Option<String>,
    }
    phrases = "phrases" {
        tenant_id: Uuid, id: Uuid;
        intent_id: Uuid, text: String, text_folded: String, language: Option<String>, created_at: i64,
    }
    answers = "answers" {
        tenant_id: Uuid, intent_id: Uuid, position: i64;
        language: String, channel: Option<String>, text: String, text_folded: String, buttons: String,
        conditions: Option<String>,
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
        restores: Option<i64>, changes: String, checks: String, created_at: i64, updated_at: i64, harms: Option<String>,
        due_at: Option<i64>, withdrawn_at: Option<i64>,
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
    jobs = "jobs" {
        tenant_id: Uuid, id: Uuid;
        kind: String, departments: String, asked_by: Option<Uuid>, state: String, done: i64, total: i64, task: String,
        result: Option<String>, problem: Option<String>, run: Option<Uuid>, created_at: i64, started_at: Option<i64>,
        ended_at: Option<i64>, updated_at: i64,
    }
    evaluations = "evaluations" {
        tenant_id: Uuid, id: Uuid;
        stage: String, departments: String, build: i64, folds: i64, phrases: i64, accuracy: Option<f64>,
        macro_f1: Option<f64>, document: String, created_at: i64,
    }

    calendars = "calendars" {
        tenant_id: Uuid, department_id: Uuid;
        zone: String, hours: String, holidays: String, targets: String, version: i64, created_at: i64, updated_at: i64,
    }
    knowledge_requests = "knowledge_requests" {
        tenant_id: Uuid, id: Uuid;
        from_department_id: Option<Uuid>, asker_id: Uuid, to_department_id: Uuid, gap_id: Option<Uuid>, question: String,
        question_folded: String, examples: String, language: Option<String>, priority: String, assignee_id: Option<Uuid>,
        state: String, stage: String, awaits: String, worked: i64, since: Option<i64>, due_at: Option<i64>,
        outcome: Option<String>, round: i64, acknowledged_after: Option<i64>, answered_after: Option<i64>,
        within_target: Option<bool>, version: i64, created_at: i64, updated_at: i64,
    }
    request_notes = "request_notes" {
        tenant_id: Uuid, id: Uuid;
        request_id: Uuid, kind: String, author_id: Uuid, text: String, created_at: i64,
    }
    escalations = "escalations" { tenant_id: Uuid, request_id: Uuid, round: i64, step: String; created_at: i64 }
    told = "told" { tenant_id: Uuid, member_id: Uuid, thing: String; created_at: i64 }
    member_settings = "member_settings" { tenant_id: Uuid, member_id: Uuid; named: bool, letters: bool, updated_at: i64 }
    test_suites = "test_suites" {
        tenant_id: Uuid, id: Uuid;
        department_id: Option<Uuid>, owner: String, name: String, name_folded: String, description: Option<String>,
        required: bool, version: i64, created_at: i64, updated_at: i64,
    }
    test_cases = "test_cases" {
        tenant_id: Uuid, id: Uuid;
        suite_id: Uuid, name_folded: String, script: String, version: i64, created_at: i64, updated_at: i64,
    }
    test_runs = "test_runs" {
        tenant_id: Uuid, id: Uuid;
        department_id: Option<Uuid>, owner: String, stage: String, occasion: String, build: i64, total: i64, passed: i64,
        results: String, created_at: i64,
    }
    relays = "relays" { tenant_id: Uuid, name: String; reached: Uuid, updated_at: i64 }
    relayed = "relayed" { tenant_id: Uuid, event_id: Uuid; at: i64 }
    gaps = "gaps" {
        tenant_id: Uuid, id: Uuid;
        title: String, title_folded: String, titled: bool, state: String, reason: Option<String>, note: Option<String>,
        merged_into: Option<Uuid>, count: i64, since_closed: i64, sums: String, central: String, last_at: i64, version: i64,
        created_at: i64, updated_at: i64,
    }
    gap_messages = "gap_messages" {
        tenant_id: Uuid, message_id: Uuid;
        gap_id: Option<Uuid>, text: Option<String>, why: String, language: Option<String>, channel_id: Uuid,
        visitor_id: Uuid, conversation_id: Uuid, likely: String, at: i64,
    }
    gap_counts = "gap_counts" { tenant_id: Uuid, gap_id: Uuid, week: i64, language: String, channel_id: Uuid; count: i64 }
    gap_departments = "gap_departments" { tenant_id: Uuid, department_id: Uuid, gap_id: Uuid; share: f64 }
    gaps_apart = "gaps_apart" { tenant_id: Uuid, one: Uuid, other: Uuid; created_at: i64 }
    tallies = "tallies" {
        tenant_id: Uuid, day: i64, party: Uuid, intent_id: Uuid, language: String, channel_id: Uuid, measure: String;
        value: i64,
    }
    talks = "talks" {
        tenant_id: Uuid, conversation_id: Uuid;
        visitor_id: Uuid, channel_id: Uuid, language: String, began_at: i64, last_at: i64, last_kind: String,
        departments: String, intents: String, asked: Option<String>, worst: Option<i64>, settled: Option<String>,
        settled_for: String, due_at: Option<i64>,
    }
    tallied_ratings = "tallied_ratings" { tenant_id: Uuid, conversation_id: Uuid, message_id: Uuid; cells: String, score: i64 }
    retention = "retention" { tenant_id: Uuid; days: i64, updated_at: i64 }
    proposals = "proposals" {
        tenant_id: Uuid, id: Uuid;
        author_id: Uuid, title: String, note: Option<String>, state: String, reason: Option<String>,
        merged_at: Option<i64>, patch: String, base: String, version: i64, created_at: i64, updated_at: i64,
    }
    proposal_departments = "proposal_departments" {
        tenant_id: Uuid, proposal_id: Uuid, department_id: Uuid;
        approved_by: Option<Uuid>, approved_at: Option<i64>,
    }
    proposal_comments = "proposal_comments" {
        tenant_id: Uuid, id: Uuid;
        proposal_id: Uuid, author_id: Option<Uuid>, thread_id: Option<Uuid>, intent_id: Option<Uuid>, text: String,
        created_at: i64,
    }
    overlaps = "intent_overlaps" {
        tenant_id: Uuid, id: Uuid;
        one_intent: Uuid, other_intent: Uuid, one_department: Uuid, other_department: Uuid, one_name: String,
        other_name: String, state: String, severity: String, rank: i64, evidence: f64, measures: String, first_seen: i64,
        last_seen: i64, ignored_until: Option<i64>, version: i64, created_at: i64, updated_at: i64,
    }
    overlap_runs = "overlap_runs" {
        tenant_id: Uuid, overlap_id: Uuid, at: i64;
        build: i64, severity: String, measures: String,
    }
    settlements = "settlements" {
        tenant_id: Uuid, id: Uuid;
        overlap_id: Uuid, state: String, terms: String, reason: Option<String>, proposed_by: Uuid, proposed_for: Uuid,
        decided_by: Option<Uuid>, arbitrated: bool, due_at: i64, decided_at: Option<i64>, before: Option<String>,
        after: Option<String>, undo: Option<String>, undone_by: Option<String>, version: i64, created_at: i64,
        updated_at: i64,
    }
}
