//! API keys: what programs act with, for the member who makes them and never beyond that member's own rights.

use std::time::Duration;

use actix_web::{delete, get, patch, post, web::Data};
use guildhall_app::{
    App,
    api_key::{self, KeyPatch, NewKey},
    work::Secrecy,
};
use guildhall_domain::{
    Flaws, Id, Moment, Refusal,
    api_key::{ApiKey, Departments, LONGEST_OVERLAP, scope, scopes},
    id,
    policy::ManageKeys,
    text::Name,
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Answer, Created, Done, Keyed, Versioned, create, given},
    views::{Keys, page_view},
};
use crate::http::{IfMatch, Json, PageQuery, Paged, Path, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create_api_key)
        .service(list_api_keys)
        .service(get_api_key)
        .service(change_api_key)
        .service(rotate_api_key)
        .service(revoke_api_key);
}

/// How the API says «every department».
const ALL: &str = "*";
/// The most departments that a key names.
const MOST_DEPARTMENTS: usize = 100;
const HOUR: u64 = 3600;

/// A key that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiKeyBody {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100, example = "Content from our shop system")]
    name: String,
    /// What it may: actions, as `x-action` names them on each operation. Its maker must hold each of them there.
    #[schema(min_items = 1, example = json!(["draft.read", "draft.edit"]))]
    scopes: Vec<String>,
    /// The keys of its departments, or `["*"]` for every one, also those founded later. Scopes that reach the whole
    /// company need `["*"]`.
    #[schema(min_items = 1, max_items = 100, example = json!(["customer-service"]))]
    departments: Vec<String>,
    /// When it ends: at most 365 days from now, and in 90 days where absent.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, nullable = false, format = DateTime, example = "2027-01-31T12:00:00Z")]
    expires_at: Option<Moment>,
}

/// What changes; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiKeyPatchBody {
    /// Another name.
    #[serde(default, deserialize_with = "given")]
    #[schema(min_length = 1, max_length = 100, nullable = false, example = "Content from our shop system")]
    name: Option<String>,
    /// Another end: at most 365 days from now.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, nullable = false, format = DateTime, example = "2027-01-31T12:00:00Z")]
    expires_at: Option<Moment>,
}

/// How a key is replaced.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotationBody {
    /// For how many hours the one before stays good too; 24 where absent, 0 ends it at once.
    #[serde(default, deserialize_with = "given")]
    #[schema(minimum = 0, maximum = 168, default = 24, nullable = false, example = 24)]
    overlap_hours: Option<u64>,
}

impl ApiKeyBody {
    fn parse(self) -> Result<NewKey, Refusal> {
        let mut flaws = Flaws::default();
        let name = flaws.take("/name", Name::parse(&self.name));
        let scopes = read_scopes(&self.scopes, &mut flaws);
        let departments = read_departments(self.departments, &mut flaws);
        flaws.settle(name.map(|name| NewKey { name, scopes, departments, expires_at: self.expires_at }))
    }
}

impl ApiKeyPatchBody {
    fn parse(self) -> Result<KeyPatch, Refusal> {
        let mut flaws = Flaws::default();
        let name = self.name.and_then(|name| flaws.take("/name", Name::parse(&name)));
        flaws.settle(Some(KeyPatch { name, expires_at: self.expires_at }))
    }
}

impl RotationBody {
    /// The overlap.
    pub(crate) fn parse(self) -> Result<Duration, Refusal> {
        let overlap = Duration::from_secs(self.overlap_hours.unwrap_or(24).saturating_mul(HOUR));
        if overlap > LONGEST_OVERLAP {
            return Err(Refusal::flaw("/overlap_hours", "out-of-range", "must be 0 to 168"));
        }
        Ok(overlap)
    }
}

/// The scopes in the order of the policy's table, each once.
fn read_scopes(names: &[String], flaws: &mut Flaws) -> Vec<&'static str> {
    if names.is_empty() {
        flaws.add("/scopes", "empty", "must name at least one action");
    }
    for (at, name) in names.iter().enumerate().filter(|(_, name)| scope(name).is_none()) {
        let known = scopes().collect::<Vec<_>>().join(", ");
        let told = if name.len() > 40 { "This" } else { name };
        flaws.add(format!("/scopes/{at}"), "unknown-scope", format!("{told} is none of {known}"));
    }
    scopes().filter(|scope| names.iter().any(|name| name == scope)).collect()
}

/// The departments that are named; every one for `["*"]` alone. Nothing never means everything.
fn read_departments(keys: Vec<String>, flaws: &mut Flaws) -> Option<Vec<String>> {
    if !(1..=MOST_DEPARTMENTS).contains(&keys.len()) {
        flaws.add("/departments", "out-of-range", "must name 1 to 100 departments, or be [\"*\"]");
    }
    match keys.as_slice() {
        [all] if all == ALL => None,
        _ => Some(keys),
    }
}

/// An API key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(crate) struct ApiKeyView {
    /// Its identifier.
    #[schema(value_type = String, example = "key_01jd0000007000g00000000001")]
    id: Id<id::ApiKey>,
    /// What it is for.
    #[schema(example = "Content from our shop system")]
    name: String,
    /// Who made it: it may never do more than they may.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    made_by: Id<id::Member>,
    /// What it may.
    #[schema(value_type = Vec<String>, example = json!(["draft.read", "draft.edit"]))]
    scopes: Vec<&'static str>,
    /// The keys of its departments that are still there, or `*` for every one.
    #[schema(example = json!(["customer-service"]))]
    departments: Vec<String>,
    /// The last four characters of its text, to tell it by.
    #[schema(example = "4gfC")]
    hint: String,
    /// `live` or `expired`.
    #[schema(value_type = String, example = "live")]
    state: &'static str,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Moment,
    /// When it was last used, to the minute; null before its first use.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Moment>,
    /// Until when the secret before the last rotation is good, or was.
    #[schema(value_type = Option<String>, format = DateTime, example = json!(null))]
    old_secret_expires_at: Option<Moment>,
    /// Rises with each change.
    version: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(ApiKeyPage of ApiKeyView);

impl ApiKeyView {
    fn of(key: ApiKey, keys: &Keys, now: Moment) -> Self {
        let state = if key.lives(now) { "live" } else { "expired" };
        let departments = match key.bounds.departments {
            Departments::All => vec![ALL.to_owned()],
            Departments::These(these) => these.into_iter().filter_map(|id| keys.of(id)).collect(),
        };
        Self {
            id: key.id,
            name: key.name.into(),
            made_by: key.maker,
            scopes: key.bounds.scopes,
            departments,
            hint: key.hint,
            state,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            old_secret_expires_at: key.old_until,
            version: key.version,
            created_at: key.created_at,
            updated_at: key.updated_at,
        }
    }
}

/// A key with the secret that it just got.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewApiKey)]
pub(crate) struct NewApiKeyView {
    /// The key.
    api_key: ApiKeyView,
    /// What the program shows as `Authorization: Bearer …`; shown this once.
    #[schema(format = Password, example = "gld_live_sk_…")]
    secret: String,
}

/// Makes an API key of one's own. It may what its scopes say in its departments, as long as its maker may.
#[utoipa::path(
    tag = "programs",
    operation_id = "createApiKey",
    request_body = ApiKeyBody,
    responses((status = 201, description = "The key with its secret", body = NewApiKeyView)),
    security(("member" = [])),
    extensions(("x-action" = json!("key.manage")))
)]
#[post("/v1/api-keys")]
pub(crate) async fn create_api_key(
    Allowed(permit): Allowed<ManageKeys>,
    app: Data<App>,
    sent: Keyed<ApiKeyBody>,
) -> Result<Answer<NewApiKeyView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Secret, async |work, body: ApiKeyBody| {
        let (key, secret) = api_key::create(work, &permit, body.parse()?).await?;
        let (location, version) = (format!("/v1/api-keys/{}", key.id), key.version);
        let api_key = ApiKeyView::of(key, &Keys::read(work).await?, work.now());
        Ok(Created::at(NewApiKeyView { api_key, secret: secret.text() }, location, Some(version)))
    })
    .await
}

/// Lists the API keys: the leader every one, others their own. Revoked ones are gone.
#[utoipa::path(
    tag = "programs",
    operation_id = "listApiKeys",
    params(PageQuery),
    responses((status = 200, description = "A page of API keys", body = ApiKeyPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("key.manage")))
)]
#[get("/v1/api-keys")]
pub(crate) async fn list_api_keys(
    Allowed(permit): Allowed<ManageKeys>,
    app: Data<App>,
    query: Paged,
) -> Result<Json<ApiKeyPage>, Problem> {
    let now = app.now();
    let page = app
        .look(permit.actor(), async |tx: &Tx| {
            let found = api_key::list(tx, &permit, &query.page).await?;
            let keys = Keys::read(tx).await?;
            Ok(ApiKeyPage::of(found, |key| ApiKeyView::of(key, &keys, now)))
        })
        .await?;
    Ok(Json(page))
}

/// Reads an API key.
#[utoipa::path(
    tag = "programs",
    operation_id = "getApiKey",
    params(("api_key" = String, Path, example = "key_01jd0000007000g00000000001")),
    responses((status = 200, description = "The key", body = ApiKeyView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("key.manage")))
)]
#[get("/v1/api-keys/{api_key}")]
pub(crate) async fn get_api_key(
    Allowed(permit): Allowed<ManageKeys>,
    app: Data<App>,
    Path(id): Path<Id<id::ApiKey>>,
) -> Result<Versioned<ApiKeyView>, Problem> {
    let now = app.now();
    let view = app
        .look(permit.actor(), async |tx: &Tx| {
            Ok(ApiKeyView::of(api_key::get(tx, &permit, id).await?, &Keys::read(tx).await?, now))
        })
        .await?;
    let version = view.version;
    Ok(Versioned::restless(view, version))
}

/// Changes an API key's name or end.
#[utoipa::path(
    tag = "programs",
    operation_id = "changeApiKey",
    params(("api_key" = String, Path, example = "key_01jd0000007000g00000000001"), ("If-Match" = String, Header, example = "\"v1\"")),
    request_body(content = ApiKeyPatchBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The key as it is now", body = ApiKeyView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("key.manage")))
)]
#[patch("/v1/api-keys/{api_key}")]
pub(crate) async fn change_api_key(
    Allowed(permit): Allowed<ManageKeys>,
    app: Data<App>,
    Path(id): Path<Id<id::ApiKey>>,
    IfMatch(version): IfMatch,
    body: Json<ApiKeyPatchBody>,
) -> Result<Versioned<ApiKeyView>, Problem> {
    let patch = body.0.parse()?;
    let view = app
        .act(permit.actor(), async |work| {
            let key = api_key::change(work, &permit, id, version, patch).await?;
            Ok(ApiKeyView::of(key, &Keys::read(work).await?, work.now()))
        })
        .await?;
    let version = view.version;
    Ok(Versioned::new(view, version))
}

/// Gives one's own API key another secret. The one before stays good for the overlap, so that no program stands still.
#[utoipa::path(
    tag = "programs",
    operation_id = "rotateApiKey",
    params(("api_key" = String, Path, example = "key_01jd0000007000g00000000001")),
    request_body = RotationBody,
    responses((status = 201, description = "The key with its new secret", body = NewApiKeyView)),
    security(("member" = [])),
    extensions(("x-action" = json!("key.manage")))
)]
#[post("/v1/api-keys/{api_key}/rotate")]
pub(crate) async fn rotate_api_key(
    Allowed(permit): Allowed<ManageKeys>,
    app: Data<App>,
    Path(id): Path<Id<id::ApiKey>>,
    sent: Keyed<RotationBody>,
) -> Result<Answer<NewApiKeyView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Secret, async |work, body: RotationBody| {
        let (key, secret) = api_key::rotate(work, &permit, id, body.parse()?).await?;
        let version = key.version;
        let api_key = ApiKeyView::of(key, &Keys::read(work).await?, work.now());
        let view = NewApiKeyView { api_key, secret: secret.text() };
        Ok(Created::at(view, format!("/v1/api-keys/{id}"), Some(version)))
    })
    .await
}

/// Revokes an API key: it opens nothing from the next request on. Needs no `If-Match`: a leaked key can't wait.
#[utoipa::path(
    tag = "programs",
    operation_id = "revokeApiKey",
    params(("api_key" = String, Path, example = "key_01jd0000007000g00000000001")),
    responses((status = 204, description = "Revoked")),
    security(("member" = [])),
    extensions(("x-action" = json!("key.manage")))
)]
#[delete("/v1/api-keys/{api_key}")]
pub(crate) async fn revoke_api_key(
    Allowed(permit): Allowed<ManageKeys>,
    app: Data<App>,
    Path(id): Path<Id<id::ApiKey>>,
) -> Result<Done, Problem> {
    app.act(permit.actor(), async |work| api_key::revoke(work, &permit, id).await).await?;
    Ok(Done)
}
