//! Knowledge requests: sending and reading them, and how departments answer each other.

mod bodies;
mod moves;
mod views;

use std::time::Duration;

use actix_web::{get, post, web::Data};
use guildhall_app::{
    App, RequestFilter, department,
    request::{self, measures},
    work::Secrecy,
};
use guildhall_domain::{
    Id, Moment, Permit, Refusal, id,
    policy::{CommentRequest, MeasureRequests, ReadRequests, SendRequest},
    request::State,
};
use guildhall_persistence::Tx;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Answer, Created, Keyed, Versioned, create},
    views::Keys,
};
use crate::http::{Json, PageQuery, Paged, Path, Problem, Query, problem::catalogue as kinds};
use bodies::{RemarkBody, RequestBody};
use views::{MeasuresView, NoteView, RequestNotePage, RequestPage, RequestView};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(send_request)
        .service(list_requests)
        .service(measure_requests)
        .service(get_request)
        .service(list_notes)
        .service(add_note)
        .configure(moves::configure);
}

/// How far measures look back where nobody says.
const QUARTER: Duration = Duration::from_hours(91 * 24);

/// Sends a question to the department that should know. It is due after the priority's target, in that department's hours.
#[utoipa::path(
    tag = "requests",
    operation_id = "createKnowledgeRequest",
    request_body = RequestBody,
    responses((status = 201, description = "The request", body = RequestView)),
    security(("member" = [])),
    extensions(("x-action" = json!("request.send")))
)]
#[post("/v1/knowledge-requests")]
pub(crate) async fn send_request(
    Allowed(permit): Allowed<SendRequest>,
    app: Data<App>,
    sent: Keyed<RequestBody>,
) -> Result<Answer<RequestView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: RequestBody| {
        let request = request::send(work, &permit, body.parse()?).await?;
        let (location, version) = (format!("/v1/knowledge-requests/{}", request.id), request.version);
        Ok(Created::at(RequestView::of(request, &Keys::read(work).await?), location, Some(version)))
    })
    .await
}

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestQuery {
    /// Words of the question.
    q: Option<String>,
    /// The key of the department that asked.
    #[param(example = "marketing")]
    from: Option<String>,
    /// The key of the department that was asked.
    #[param(example = "sales")]
    to: Option<String>,
    /// A state.
    #[param(example = "open")]
    state: Option<String>,
    /// Who asked.
    #[param(value_type = Option<String>, example = "mem_01jd0000007000g00000000001")]
    asker: Option<Id<id::Member>>,
    /// Who works on it.
    #[param(value_type = Option<String>, example = "mem_01jd0000007000g00000000001")]
    assignee: Option<Id<id::Member>>,
    /// The gap that it came from.
    #[param(value_type = Option<String>, example = "gap_01jd0000007000g00000000001")]
    gap: Option<Id<id::Gap>>,
    /// Only what is past due.
    overdue: Option<bool>,
}

impl RequestQuery {
    async fn filter(self, tx: &Tx, permit: &Permit<ReadRequests>, now: Moment) -> Result<RequestFilter, Refusal> {
        let mut ends = [None, None];
        for ((key, pointer), end) in [(self.from, "/from"), (self.to, "/to")].into_iter().zip(&mut ends) {
            if let Some(key) = key {
                *end = Some(department::referred(tx, permit, &key, pointer).await?.id);
            }
        }
        let [from, to] = ends;
        Ok(RequestFilter {
            words: self.q,
            from,
            to,
            state: self.state,
            asker: self.asker,
            assignee: self.assignee,
            gap: self.gap,
            due_before: self.overdue.filter(|overdue| *overdue).map(|_| now),
        })
    }
}

/// Lists the requests that one asked, and those from and to one's departments; the latest first.
#[utoipa::path(
    tag = "requests",
    operation_id = "listKnowledgeRequests",
    params(PageQuery, RequestQuery),
    responses((status = 200, description = "A page of requests", body = RequestPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("request.read")))
)]
#[get("/v1/knowledge-requests")]
pub(crate) async fn list_requests(
    Allowed(permit): Allowed<ReadRequests>,
    app: Data<App>,
    query: Paged<RequestQuery>,
) -> Result<Json<RequestPage>, Problem> {
    if query.filter.state.as_deref().is_some_and(|state| !State::NAMES.contains(&state)) {
        return Err(Problem::new(&kinds::INVALID_PARAMETER).detail("`state` is none that a request can be in."));
    }
    let page = app
        .look(permit.actor(), async |tx: &Tx| {
            let filter = query.filter.filter(tx, &permit, app.now()).await?;
            let found = request::list(tx, &permit, &filter, &query.page).await?;
            let keys = Keys::read(tx).await?;
            Ok(RequestPage::of(found, |request| RequestView::of(request, &keys)))
        })
        .await?;
    Ok(Json(page))
}

/// From when on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct MeasureQuery {
    /// Counts what was sent from then on; the last 91 days without it.
    #[param(value_type = Option<String>, format = DateTime, example = "2027-01-01T00:00:00Z")]
    since: Option<Moment>,
}

/// Measures how departments answer each other, by pair and never by person. The leader sees every pair, a department its own,
/// management the sums.
#[utoipa::path(
    tag = "requests",
    operation_id = "measureKnowledgeRequests",
    params(MeasureQuery),
    responses((status = 200, description = "The measures", body = MeasuresView)),
    security(("member" = [])),
    extensions(("x-action" = json!("request.measure")))
)]
#[get("/v1/knowledge-requests/measures")]
pub(crate) async fn measure_requests(
    Allowed(permit): Allowed<MeasureRequests>,
    app: Data<App>,
    Query(query): Query<MeasureQuery>,
) -> Result<Json<MeasuresView>, Problem> {
    let now = app.now();
    let quarter = i64::try_from(QUARTER.as_micros()).unwrap_or(i64::MAX);
    let since = query.since.unwrap_or(Moment(now.0 - quarter));
    let view = app
        .look(permit.actor(), async |tx: &Tx| {
            let found = measures::measures(tx, &permit, since, now).await?;
            Ok(MeasuresView::of(found, &Keys::read(tx).await?))
        })
        .await?;
    Ok(Json(view))
}

/// Reads a request.
#[utoipa::path(
    tag = "requests",
    operation_id = "getKnowledgeRequest",
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001")),
    responses((status = 200, description = "The request", body = RequestView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("request.read")))
)]
#[get("/v1/knowledge-requests/{request}")]
pub(crate) async fn get_request(
    Allowed(permit): Allowed<ReadRequests>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
) -> Result<Versioned<RequestView>, Problem> {
    let (view, version) = app
        .look(permit.actor(), async |tx: &Tx| {
            let found = request::get(tx, &permit, id).await?;
            let version = found.request.version;
            Ok((RequestView::whole(found, &Keys::read(tx).await?), version))
        })
        .await?;
    // A step of its escalation changes it without a version.
    Ok(Versioned::restless(view, version))
}

/// Lists what was said about a request, in order.
#[utoipa::path(
    tag = "requests",
    operation_id = "listKnowledgeRequestNotes",
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001"), PageQuery),
    responses((status = 200, description = "A page of notes", body = RequestNotePage)),
    security(("member" = [])),
    extensions(("x-action" = json!("request.read")))
)]
#[get("/v1/knowledge-requests/{request}/notes")]
pub(crate) async fn list_notes(
    Allowed(permit): Allowed<ReadRequests>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
    query: Paged,
) -> Result<Json<RequestNotePage>, Problem> {
    let page = app.look(permit.actor(), async |tx: &Tx| request::notes(tx, &permit, id, &query.page).await).await?;
    Ok(Json(RequestNotePage::of(page, NoteView::from)))
}

/// Says something about a request.
#[utoipa::path(
    tag = "requests",
    operation_id = "createKnowledgeRequestNote",
    request_body = RemarkBody,
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001")),
    responses((status = 201, description = "The note", body = NoteView)),
    security(("member" = [])),
    extensions(("x-action" = json!("request.comment")))
)]
#[post("/v1/knowledge-requests/{request}/notes")]
pub(crate) async fn add_note(
    Allowed(permit): Allowed<CommentRequest>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
    sent: Keyed<RemarkBody>,
) -> Result<Answer<NoteView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: RemarkBody| {
        let note = request::comment(work, &permit, id, body.parse()?).await?;
        Ok(Created::plain(note.into()))
    })
    .await
}
