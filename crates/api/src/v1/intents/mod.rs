//! Intents: a department's draft, and what of it is live.

mod bodies;
mod views;

use actix_web::{delete, get, patch, post, web::Data};
use guildhall_app::{App, Work, intent, work::Secrecy};
use guildhall_domain::{
    Id, Page, Permit, Refusal, id,
    policy::{self, EditDraft, ReadDraft, ReadLive},
    text::Language,
};
use guildhall_persistence::{IntentFilter, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use self::{
    bodies::{IntentBody, IntentPatchBody},
    views::{IntentPage, IntentView},
};
pub(crate) use self::{
    bodies::{PhraseBody, read_phrases},
    views::{AnswerView, ButtonView, PhraseView},
};
use super::{
    answer::{Allowed, Answer, Created, Done, Keyed, Versioned, create},
    views::WarningView,
};
use crate::http::{IfMatch, Json, PageQuery, Paged, Path, Problem, Query, problem::catalogue as kinds};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create_intent)
        .service(list_intents)
        .service(get_intent)
        .service(change_intent)
        .service(delete_intent);
}

/// An intent that was just made, with what was done differently than asked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewIntent)]
pub(crate) struct NewIntentView {
    /// The intent.
    #[serde(flatten)]
    intent: IntentView,
    /// What was done differently than asked.
    warnings: Vec<WarningView>,
}

/// Makes an intent in a department's draft.
#[utoipa::path(
    tag = "content",
    operation_id = "createIntent",
    request_body = IntentBody,
    params(("department" = String, Path, example = "customer-service")),
    responses((status = 201, description = "The intent", body = NewIntentView)),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.edit")))
)]
#[post("/v1/departments/{department}/intents")]
pub(crate) async fn create_intent(
    Allowed(permit): Allowed<EditDraft>,
    app: Data<App>,
    Path(department): Path<String>,
    sent: Keyed<IntentBody>,
) -> Result<Answer<NewIntentView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: IntentBody| {
        let (made, warnings) = intent::create(work, &permit, &department, body.parse()?).await?;
        let (location, version) =
            (format!("/v1/departments/{department}/intents/{}", made.intent.id), made.intent.version);
        let warnings = warnings.into_iter().map(WarningView::from).collect();
        Ok(Created::at(
            NewIntentView { intent: IntentView::draft(&department, made), warnings },
            location,
            Some(version),
        ))
    })
    .await
}

/// Which content is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// What the department is working on.
    #[default]
    Draft,
    /// What the live bot speaks.
    Live,
}

/// Which intents.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntentQuery {
    /// `draft` (default; needs a role in the department) or `live` (any member).
    #[param(inline)]
    stage: Option<Stage>,
    /// Words in the name, the title, a phrase or an answer.
    q: Option<String>,
    /// A language of phrases or answers.
    language: Option<String>,
}

impl IntentQuery {
    fn filter(&self) -> Result<IntentFilter, Problem> {
        let language = self.language.as_deref().map(Language::parse).transpose();
        let language = language.map_err(|flaw| Problem::new(&kinds::INVALID_PARAMETER).detail(flaw.to_string()))?;
        Ok(IntentFilter { words: self.q.clone(), language })
    }
}

/// Lists a department's intents.
#[utoipa::path(
    tag = "content",
    operation_id = "listIntents",
    params(("department" = String, Path, example = "customer-service"), PageQuery, IntentQuery),
    responses((status = 200, description = "A page of intents", body = IntentPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("live.read")), ("x-action-draft" = json!("draft.read")))
)]
#[get("/v1/departments/{department}/intents")]
pub(crate) async fn list_intents(
    Allowed(permit): Allowed<ReadLive>,
    app: Data<App>,
    Path(department): Path<String>,
    query: Paged<IntentQuery>,
) -> Result<Json<IntentPage>, Problem> {
    let filter = query.filter.filter()?;
    let page = match query.filter.stage.unwrap_or_default() {
        Stage::Draft => {
            let permit = draft_permit(&permit)?;
            let list = async |tx: &Tx| intent::list(tx, &permit, &department, &filter, &query.page).await;
            IntentPage::of(app.look(permit.actor(), list).await?, |whole| IntentView::draft(&department, whole))
        }
        Stage::Live => {
            let list = async |tx: &Tx| {
                let bot = app.live_bot(tx).await?;
                intent::live(tx, &permit, &bot, &department, &filter).await
            };
            let mut all = app.look(permit.actor(), list).await?;
            all.retain(|intent| query.page.after.is_none_or(|last| intent.id.uuid() > last.id));
            let limit = usize::try_from(query.page.limit).unwrap_or(usize::MAX);
            all.truncate(limit.saturating_add(1));
            let page = Page::cut(all, &query.page, |intent| (0, intent.id.uuid()));
            IntentPage::of(page, |intent| IntentView::live(&department, intent))
        }
    };
    Ok(Json(page))
}

/// Whoever looks at a draft needs that permit too; the live one alone is every member's.
fn draft_permit(live: &Permit<ReadLive>) -> Result<Permit<ReadDraft>, Problem> {
    Ok(policy::judge(live.actor())?)
}

/// Which content is looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct StageQuery {
    /// `draft` (default; needs a role in the department) or `live` (any member).
    #[param(inline)]
    stage: Option<Stage>,
}

/// Reads an intent.
#[utoipa::path(
    tag = "content",
    operation_id = "getIntent",
    params(("department" = String, Path, example = "customer-service"), ("intent" = String, Path, example = "int_01jd0000007000g00000000001"), StageQuery),
    responses(
        (status = 200, description = "The intent", body = IntentView, headers(("ETag" = String))),
        (status = 304, description = "As `If-None-Match` has it"),
    ),
    security(("member" = [])),
    extensions(("x-action" = json!("live.read")), ("x-action-draft" = json!("draft.read")))
)]
#[get("/v1/departments/{department}/intents/{intent}")]
pub(crate) async fn get_intent(
    Allowed(permit): Allowed<ReadLive>,
    app: Data<App>,
    Path((department, id)): Path<(String, Id<id::Intent>)>,
    Query(query): Query<StageQuery>,
) -> Result<Versioned<IntentView>, Problem> {
    match query.stage.unwrap_or_default() {
        Stage::Draft => {
            // A stranger to every draft learns no more here than one to this draft: not found.
            let permit = draft_permit(&permit).map_err(|_| Refusal::NotFound)?;
            let whole =
                app.look(permit.actor(), async |tx: &Tx| intent::get(tx, &permit, &department, id).await).await?;
            let version = whole.intent.version;
            Ok(Versioned::new(IntentView::draft(&department, whole), version))
        }
        Stage::Live => {
            let get = async |tx: &Tx| {
                let bot = app.live_bot(tx).await?;
                intent::get_live(tx, &permit, &bot, &department, id).await
            };
            Ok(Versioned::fixed(IntentView::live(&department, app.look(permit.actor(), get).await?)))
        }
    }
}

/// Changes an intent's name, title or answers.
#[utoipa::path(
    tag = "content",
    operation_id = "changeIntent",
    params(("department" = String, Path, example = "customer-service"), ("intent" = String, Path, example = "int_01jd0000007000g00000000001"),
        ("If-Match" = String, Header, example = "\"v1\"")),
    request_body(content = IntentPatchBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The intent as it is now", body = IntentView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.edit")))
)]
#[patch("/v1/departments/{department}/intents/{intent}")]
pub(crate) async fn change_intent(
    Allowed(permit): Allowed<EditDraft>,
    app: Data<App>,
    Path((department, id)): Path<(String, Id<id::Intent>)>,
    IfMatch(version): IfMatch,
    body: Json<IntentPatchBody>,
) -> Result<Versioned<IntentView>, Problem> {
    let patch = body.0.parse()?;
    let change = async |work: &Work<'_>| intent::change(work, &permit, &department, id, version, patch).await;
    let whole = app.act(permit.actor(), change).await?;
    let version = whole.intent.version;
    Ok(Versioned::new(IntentView::draft(&department, whole), version))
}

/// Deletes an intent from a department's draft.
#[utoipa::path(
    tag = "content",
    operation_id = "deleteIntent",
    params(("department" = String, Path, example = "customer-service"), ("intent" = String, Path, example = "int_01jd0000007000g00000000001"),
        ("If-Match" = String, Header, example = "\"v1\"")),
    responses((status = 204, description = "Deleted")),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.edit")))
)]
#[delete("/v1/departments/{department}/intents/{intent}")]
pub(crate) async fn delete_intent(
    Allowed(permit): Allowed<EditDraft>,
    app: Data<App>,
    Path((department, id)): Path<(String, Id<id::Intent>)>,
    IfMatch(version): IfMatch,
) -> Result<Done, Problem> {
    app.act(permit.actor(), async |work| intent::delete(work, &permit, &department, id, version).await).await?;
    Ok(Done)
}
