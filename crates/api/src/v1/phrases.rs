//! Phrases of an intent, one by one: two people who add phrases never stand in each other's way.

use actix_web::{delete, get, post, web::Data};
use guildhall_app::{App, intent, work::Secrecy};
use guildhall_domain::{
    Flaws, Id, id,
    policy::{EditDraft, ReadDraft},
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Answer, Created, Done, Keyed, create},
    intents::{PhraseBody, PhraseView, read_phrases},
    views::{WarningView, page_view},
};
use crate::http::{Json, PageQuery, Paged, Path, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_phrases).service(add_phrases).service(delete_phrase);
}

/// Phrases that are to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhrasesBody {
    /// The phrases.
    #[schema(min_items = 1)]
    phrases: Vec<PhraseBody>,
}

/// Phrases that were added, with what was done differently than asked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewPhrases)]
pub(crate) struct NewPhrasesView {
    /// The new phrases.
    phrases: Vec<PhraseView>,
    /// What was done differently than asked.
    warnings: Vec<WarningView>,
}

page_view!(PhrasePage of PhraseView);

/// Lists an intent's phrases.
#[utoipa::path(
    tag = "content",
    operation_id = "listPhrases",
    params(("department" = String, Path, example = "customer-service"), ("intent" = String, Path, example = "int_01jd0000007000g00000000001"), PageQuery),
    responses((status = 200, description = "A page of phrases", body = PhrasePage)),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.read")))
)]
#[get("/v1/departments/{department}/intents/{intent}/phrases")]
pub(crate) async fn list_phrases(
    Allowed(permit): Allowed<ReadDraft>,
    app: Data<App>,
    Path((department, id)): Path<(String, Id<id::Intent>)>,
    query: Paged,
) -> Result<Json<PhrasePage>, Problem> {
    let list = async |tx: &Tx| intent::phrases(tx, &permit, &department, id, &query.page).await;
    Ok(Json(PhrasePage::of(app.look(permit.actor(), list).await?, PhraseView::from)))
}

/// Adds phrases; an equal one is kept once and reported.
#[utoipa::path(
    tag = "content",
    operation_id = "addPhrases",
    request_body = PhrasesBody,
    params(("department" = String, Path, example = "customer-service"), ("intent" = String, Path, example = "int_01jd0000007000g00000000001")),
    responses((status = 201, description = "The new phrases", body = NewPhrasesView)),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.edit")))
)]
#[post("/v1/departments/{department}/intents/{intent}/phrases")]
pub(crate) async fn add_phrases(
    Allowed(permit): Allowed<EditDraft>,
    app: Data<App>,
    Path((department, id)): Path<(String, Id<id::Intent>)>,
    sent: Keyed<PhrasesBody>,
) -> Result<Answer<NewPhrasesView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: PhrasesBody| {
        let mut flaws = Flaws::default();
        let offered = read_phrases(body.phrases, &mut flaws);
        if offered.is_empty() {
            flaws.add("/phrases", "empty", "must hold at least one phrase");
        }
        let offered = flaws.settle(Some(offered))?;
        let (phrases, warnings) = intent::add_phrases(work, &permit, &department, id, offered).await?;
        Ok(Created::plain(NewPhrasesView {
            phrases: phrases.into_iter().map(PhraseView::from).collect(),
            warnings: warnings.into_iter().map(WarningView::from).collect(),
        }))
    })
    .await
}

/// Deletes a phrase.
#[utoipa::path(
    tag = "content",
    operation_id = "deletePhrase",
    params(("department" = String, Path, example = "customer-service"), ("intent" = String, Path, example = "int_01jd0000007000g00000000001"),
        ("phrase" = String, Path, example = "phr_01jd0000007000g00000000001")),
    responses((status = 204, description = "Deleted")),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.edit")))
)]
#[delete("/v1/departments/{department}/intents/{intent}/phrases/{phrase}")]
pub(crate) async fn delete_phrase(
    Allowed(permit): Allowed<EditDraft>,
    app: Data<App>,
    Path((department, id, phrase)): Path<(String, Id<id::Intent>, Id<id::Phrase>)>,
) -> Result<Done, Problem> {
    app.act(permit.actor(), async |work| intent::delete_phrase(work, &permit, &department, id, phrase).await).await?;
    Ok(Done)
}
