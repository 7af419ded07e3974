//! How long conversations are kept, and the erasure of a visitor.

use actix_web::{delete, get, put, web::Data};
use guildhall_app::{
    App,
    retention::{self, Erased, Retention},
};
use guildhall_domain::{
    Id, Moment, id,
    policy::{EraseVisitor, SetRetention},
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::answer::Allowed;
use crate::http::{Json, Path, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_retention).service(put_retention).service(erase_visitor);
}

/// How long conversations are kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionBody {
    /// Days after the last message.
    #[schema(minimum = 30, maximum = 1095, example = 180)]
    conversation_days: i64,
}

/// How long conversations are kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Retention)]
pub(crate) struct RetentionView {
    /// Days after the last message; 180 where the company said nothing. Then messages and ratings are deleted; gaps keep
    /// their titles, counts and masked examples, and numbers stay.
    #[schema(example = 180)]
    conversation_days: i64,
    /// Since when it is so; null where the company said nothing.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Moment>,
}

impl From<Retention> for RetentionView {
    fn from(Retention { days, updated_at }: Retention) -> Self {
        Self { conversation_days: days, updated_at }
    }
}

/// Reads for how long conversations are kept.
#[utoipa::path(
    tag = "privacy",
    operation_id = "getRetention",
    responses((status = 200, description = "For how long", body = RetentionView)),
    security(("member" = [])),
    extensions(("x-action" = json!("retention.set")))
)]
#[get("/v1/retention")]
pub(crate) async fn get_retention(
    Allowed(permit): Allowed<SetRetention>,
    app: Data<App>,
) -> Result<Json<RetentionView>, Problem> {
    let retention = app.look(permit.actor(), async |tx: &Tx| retention::get(tx, &permit).await).await?;
    Ok(Json(retention.into()))
}

/// Says for how long conversations are kept. What is older goes in the coming night.
#[utoipa::path(
    tag = "privacy",
    operation_id = "putRetention",
    request_body = RetentionBody,
    responses((status = 200, description = "For how long", body = RetentionView)),
    security(("member" = [])),
    extensions(("x-action" = json!("retention.set")))
)]
#[put("/v1/retention")]
pub(crate) async fn put_retention(
    Allowed(permit): Allowed<SetRetention>,
    app: Data<App>,
    Json(body): Json<RetentionBody>,
) -> Result<Json<RetentionView>, Problem> {
    let set = async |work: &guildhall_app::Work<'_>| retention::set(work, &permit, body.conversation_days).await;
    Ok(Json(app.act(permit.actor(), set).await?.into()))
}

/// What was deleted of a visitor's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Erasure)]
pub(crate) struct ErasureView {
    /// Conversations.
    #[schema(example = 2)]
    conversations: u64,
    /// Messages of these, the bot's replies among them.
    #[schema(example = 14)]
    messages: u64,
    /// Examples of gaps.
    #[schema(example = 1)]
    examples: u64,
}

impl From<Erased> for ErasureView {
    fn from(Erased { conversations, messages, examples }: Erased) -> Self {
        Self { conversations, messages, examples }
    }
}

/// Deletes a visitor with all that they said: conversations, messages, ratings, examples of gaps. Numbers stay.
#[utoipa::path(
    tag = "privacy",
    operation_id = "eraseVisitor",
    params(("visitor" = String, Path, example = "vis_01jd0000007000g00000000001")),
    responses((status = 200, description = "What was deleted", body = ErasureView)),
    security(("member" = [])),
    extensions(("x-action" = json!("visitor.erase")))
)]
#[delete("/v1/visitors/{visitor}")]
pub(crate) async fn erase_visitor(
    Allowed(permit): Allowed<EraseVisitor>,
    app: Data<App>,
    Path(id): Path<Id<id::Visitor>>,
) -> Result<Json<ErasureView>, Problem> {
    let erase = async |work: &guildhall_app::Work<'_>| retention::erase(work, &permit, id).await;
    Ok(Json(app.act(permit.actor(), erase).await?.into()))
}
