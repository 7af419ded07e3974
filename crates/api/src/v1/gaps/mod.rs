//! Gaps: what visitors asked and the bot could not answer, as the departments that likely know see it.

mod turns;
mod views;

use actix_web::{get, patch, post, web::Data};
use guildhall_app::{
    App,
    gap::{self, Wanted},
    work::Secrecy,
};
use guildhall_domain::{
    Flaws, Id,
    gap::{MOST_EXAMPLES, Reason, State},
    id,
    policy::{ReadGaps, SettleGaps},
    text::{Note, Title},
};
use guildhall_persistence::Tx;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use self::views::date_of;
use self::views::{GapPage, GapRowView, GapView};
use super::{
    answer::{Allowed, Answer, Created, Keyed, Versioned, create},
    views::Keys,
};
use crate::http::{IfMatch, Json, PageQuery, Paged, Path, Problem, problem::catalogue as kinds};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list_gaps)
        .service(get_gap)
        .service(change_gap)
        .service(close_gap)
        .service(reopen_gap)
        .service(merge_gap)
        .service(split_gap)
        .configure(turns::configure);
}

/// Which gaps.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct GapQuery {
    /// Words in the title.
    q: Option<String>,
    /// `open`, `requested`, `closed` or `merged`; all but the merged ones where absent.
    state: Option<String>,
    /// The key of a department that likely knows.
    department: Option<String>,
}

/// Lists gaps, those in which somebody asked last first.
#[utoipa::path(
    tag = "gaps",
    operation_id = "listGaps",
    params(PageQuery, GapQuery),
    responses((status = 200, description = "A page of gaps", body = GapPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("gap.read")))
)]
#[get("/v1/gaps")]
pub(crate) async fn list_gaps(
    Allowed(permit): Allowed<ReadGaps>,
    app: Data<App>,
    query: Paged<GapQuery>,
) -> Result<Json<GapPage>, Problem> {
    let GapQuery { q, state, department } = query.filter;
    let wrong = || Problem::new(&kinds::INVALID_PARAMETER).detail("`state` is open, requested, closed or merged.");
    let state = state.map(|name| State::named(&name).ok_or_else(wrong)).transpose()?;
    let look = async |tx: &Tx| {
        let found = gap::list(tx, &permit, Wanted { state, department, words: q }, &query.page).await?;
        let keys = Keys::read(tx).await?;
        Ok(GapPage::of(found, |gap| GapRowView::of(&gap, &keys)))
    };
    Ok(Json(app.look(permit.actor(), look).await?))
}

/// Reads a gap with its examples and counts.
#[utoipa::path(
    tag = "gaps",
    operation_id = "getGap",
    params(("gap" = String, Path, example = "gap_01jd0000007000g00000000001")),
    responses((status = 200, description = "The gap", body = GapView)),
    security(("member" = [])),
    extensions(("x-action" = json!("gap.read")))
)]
#[get("/v1/gaps/{gap}")]
pub(crate) async fn get_gap(
    Allowed(permit): Allowed<ReadGaps>,
    app: Data<App>,
    Path(id): Path<Id<id::Gap>>,
) -> Result<Versioned<GapView>, Problem> {
    let look = async |tx: &Tx| {
        let whole = gap::get(tx, &permit, id, app.now()).await?;
        Ok((whole.gap.version, GapView::of(whole, &Keys::read(tx).await?)))
    };
    let (version, view) = app.look(permit.actor(), look).await?;
    Ok(Versioned::restless(view, version))
}

/// What changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GapPatchBody {
    /// Another title.
    #[schema(min_length = 1, max_length = 200, example = "Shipping to Norway")]
    title: String,
}

/// Gives a gap another title; it keeps that, whatever visitors say.
#[utoipa::path(
    tag = "gaps",
    operation_id = "changeGap",
    request_body = GapPatchBody,
    params(("gap" = String, Path, example = "gap_01jd0000007000g00000000001")),
    responses((status = 200, description = "The gap", body = GapView)),
    security(("member" = [])),
    extensions(("x-action" = json!("gap.settle")))
)]
#[patch("/v1/gaps/{gap}")]
pub(crate) async fn change_gap(
    Allowed(permit): Allowed<SettleGaps>,
    app: Data<App>,
    Path(id): Path<Id<id::Gap>>,
    IfMatch(version): IfMatch,
    Json(body): Json<GapPatchBody>,
) -> Result<Versioned<GapView>, Problem> {
    let mut flaws = Flaws::default();
    let title = flaws.take("/title", Title::parse(&body.title));
    let title = flaws.settle(title)?;
    let whole = app
        .act(permit.actor(), async |work| {
            let whole = gap::title(work, &permit, id, version, title).await?;
            Ok((whole.gap.version, GapView::of(whole, &Keys::read(work).await?)))
        })
        .await?;
    Ok(Versioned::restless(whole.1, whole.0))
}

/// Why a gap is closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CloseGapBody {
    /// `answered`, `not_ours` or `noise`.
    #[schema(example = "not_ours")]
    reason: String,
    /// What else there is to say.
    #[schema(max_length = 1000, example = "We don't ship abroad")]
    note: Option<String>,
}

/// Closes a gap. It still counts who asks.
#[utoipa::path(
    tag = "gaps",
    operation_id = "closeGap",
    request_body = CloseGapBody,
    params(("gap" = String, Path, example = "gap_01jd0000007000g00000000001")),
    responses((status = 200, description = "The gap", body = GapView)),
    security(("member" = [])),
    extensions(("x-action" = json!("gap.settle")))
)]
#[post("/v1/gaps/{gap}/close")]
pub(crate) async fn close_gap(
    Allowed(permit): Allowed<SettleGaps>,
    app: Data<App>,
    Path(id): Path<Id<id::Gap>>,
    Json(body): Json<CloseGapBody>,
) -> Result<Json<GapView>, Problem> {
    let mut flaws = Flaws::default();
    let reason = Reason::named(&body.reason);
    if reason.is_none() {
        flaws.add("/reason", "invalid", "must be answered, not_ours or noise");
    }
    let note = body.note.and_then(|note| flaws.take("/note", Note::parse(&note)));
    let reason = flaws.settle(reason)?;
    let close = async |work: &guildhall_app::Work<'_>| {
        let whole = gap::close(work, &permit, id, reason, note).await?;
        Ok(GapView::of(whole, &Keys::read(work).await?))
    };
    Ok(Json(app.act(permit.actor(), close).await?))
}

/// Opens a gap again.
#[utoipa::path(
    tag = "gaps",
    operation_id = "reopenGap",
    params(("gap" = String, Path, example = "gap_01jd0000007000g00000000001")),
    responses((status = 200, description = "The gap", body = GapView)),
    security(("member" = [])),
    extensions(("x-action" = json!("gap.settle")))
)]
#[post("/v1/gaps/{gap}/reopen")]
pub(crate) async fn reopen_gap(
    Allowed(permit): Allowed<SettleGaps>,
    app: Data<App>,
    Path(id): Path<Id<id::Gap>>,
) -> Result<Json<GapView>, Problem> {
    let reopen = async |work: &guildhall_app::Work<'_>| {
        let whole = gap::reopen(work, &permit, id).await?;
        Ok(GapView::of(whole, &Keys::read(work).await?))
    };
    Ok(Json(app.act(permit.actor(), reopen).await?))
}

/// Which gap it becomes part of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MergeGapBody {
    /// The other gap.
    #[schema(value_type = String, example = "gap_01jd0000007000g00000000002")]
    into: Id<id::Gap>,
}

/// Makes a gap part of another one, which is answered.
#[utoipa::path(
    tag = "gaps",
    operation_id = "mergeGap",
    request_body = MergeGapBody,
    params(("gap" = String, Path, example = "gap_01jd0000007000g00000000001")),
    responses((status = 200, description = "The other gap", body = GapView)),
    security(("member" = [])),
    extensions(("x-action" = json!("gap.settle")))
)]
#[post("/v1/gaps/{gap}/merge")]
pub(crate) async fn merge_gap(
    Allowed(permit): Allowed<SettleGaps>,
    app: Data<App>,
    Path(id): Path<Id<id::Gap>>,
    Json(body): Json<MergeGapBody>,
) -> Result<Json<GapView>, Problem> {
    let merge = async |work: &guildhall_app::Work<'_>| {
        let whole = gap::merge(work, &permit, id, body.into).await?;
        Ok(GapView::of(whole, &Keys::read(work).await?))
    };
    Ok(Json(app.act(permit.actor(), merge).await?))
}

/// Which examples go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SplitGapBody {
    /// The messages of the examples.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 100, example = json!(["msg_01jd0000007000g00000000001"]))]
    messages: Vec<Id<id::Message>>,
    /// What the new gap is called; its first example's words where absent.
    #[schema(max_length = 200)]
    title: Option<String>,
}

/// Makes some of a gap's examples a gap of their own. The two are never put together again by themselves.
#[utoipa::path(
    tag = "gaps",
    operation_id = "splitGap",
    request_body = SplitGapBody,
    params(("gap" = String, Path, example = "gap_01jd0000007000g00000000001")),
    responses((status = 201, description = "The new gap", body = GapView)),
    security(("member" = [])),
    extensions(("x-action" = json!("gap.settle")))
)]
#[post("/v1/gaps/{gap}/split")]
pub(crate) async fn split_gap(
    Allowed(permit): Allowed<SettleGaps>,
    app: Data<App>,
    Path(id): Path<Id<id::Gap>>,
    sent: Keyed<SplitGapBody>,
) -> Result<Answer<GapView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: SplitGapBody| {
        let mut flaws = Flaws::default();
        let title = body.title.and_then(|title| flaws.take("/title", Title::parse(&title)));
        some(&body.messages, &mut flaws, 1);
        flaws.settle(Some(()))?;
        let whole = gap::split(work, &permit, id, &body.messages, title).await?;
        let (location, version) = (format!("/v1/gaps/{}", whole.gap.id), whole.gap.version);
        Ok(Created::at(GapView::of(whole, &Keys::read(work).await?), location, Some(version)))
    })
    .await
}

/// Notes a flaw where more or fewer messages are named than there can be.
fn some(messages: &[Id<id::Message>], flaws: &mut Flaws, least: usize) {
    if !(least..=2 * MOST_EXAMPLES).contains(&messages.len()) {
        flaws.add("/messages", "out-of-range", "must name at most 100 examples, and at least one where it is needed");
    }
}
