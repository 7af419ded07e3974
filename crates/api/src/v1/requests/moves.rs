//! What both sides do with a knowledge request; each answers with the request as it is then.

use actix_web::{post, put, web::Data};
use guildhall_app::{App, Work, request};
use guildhall_domain::{
    Id, Permit, Refusal, id,
    policy::{AcceptRequest, Action, AnswerRequest},
    request::KnowledgeRequest,
};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    bodies::{AssigneeBody, DeclineBody, HandOverBody, LandingBody, RemarkBody, RequestAnswerBody},
    views::RequestView,
};
use crate::{
    http::{Json, Path, Problem},
    v1::{
        answer::{Allowed, Versioned},
        views::Keys,
    },
};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(acknowledge_request)
        .service(start_request)
        .service(ask_back)
        .service(answer_request)
        .service(decline_request)
        .service(put_assignee)
        .service(hand_over_request)
        .service(reply_to_request)
        .service(accept_answer)
        .service(reopen_request)
        .service(land_answer);
}

/// Makes a move in one unit of work.
async fn go<A: Action>(
    app: &App,
    permit: &Permit<A>,
    deed: impl AsyncFnOnce(&Work<'_>) -> Result<KnowledgeRequest, Refusal>,
) -> Result<Versioned<RequestView>, Problem> {
    let (view, version) = app
        .act(permit.actor(), async |work| {
            let request = deed(work).await?;
            let version = request.version;
            Ok((RequestView::of(request, &Keys::read(work).await?), version))
        })
        .await?;
    Ok(Versioned::restless(view, version))
}

/// Says that the department has it; whoever says so works on it, where nobody does.
#[utoipa::path(
    tag = "requests",
    operation_id = "acknowledgeKnowledgeRequest",
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001")),
    responses((status = 200, description = "The request as it is now", body = RequestView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("request.answer")))
)]
#[post("/v1/knowledge-requests/{request}/acknowledge")]
pub(crate) async fn acknowledge_request(
    Allowed(permit): Allowed<AnswerRequest>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
) -> Result<Versioned<RequestView>, Problem> {
    go(&app, &permit, async |work| request::acknowledge(work, &permit, id).await).await
}

/// Says that somebody works on it.
#[utoipa::path(
    tag = "requests",
    operation_id = "startKnowledgeRequest",
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001")),
    responses((status = 200, description = "The request as it is now", body = RequestView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("request.answer")))
)]
#[post("/v1/knowledge-requests/{request}/start")]
pub(crate) async fn start_request(
    Allowed(permit): Allowed<AnswerRequest>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
) -> Result<Versioned<RequestView>, Problem> {
    go(&app, &permit, async |work| request::start(work, &permit, id).await).await
}

/// Asks the asker back. The clock stands until they reply.
#[utoipa::path(
    tag = "requests",
    operation_id = "askBackKnowledgeRequest",
    request_body = RemarkBody,
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001")),
    responses((status = 200, description = "The request as it is now", body = RequestView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("request.answer")))
)]
#[post("/v1/knowledge-requests/{request}/ask-back")]
pub(crate) async fn ask_back(
    Allowed(permit): Allowed<AnswerRequest>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
    body: Json<RemarkBody>,
) -> Result<Versioned<RequestView>, Problem> {
    let text = body.0.parse()?;
    go(&app, &permit, async |work| request::ask_back(work, &permit, id, text).await).await
}

/// Answers, with words for the asker, with content that can land in the draft, or both.
#[utoipa::path(
    tag = "requests",
    operation_id = "answerKnowledgeRequest",
    request_body = RequestAnswerBody,
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001")),
    responses((status = 200, description = "The request as it is now", body = RequestView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("request.answer")))
)]
#[post("/v1/knowledge-requests/{request}/answer")]
pub(crate) async fn answer_request(
    Allowed(permit): Allowed<AnswerRequest>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
    body: Json<RequestAnswerBody>,
) -> Result<Versioned<RequestView>, Problem> {
    let answer = body.0.parse()?;
    go(&app, &permit, async |work| request::answer(work, &permit, id, answer).await).await
}

/// Declines, with a reason.
#[utoipa::path(
    tag = "requests",
    operation_id = "declineKnowledgeRequest",
    request_body = DeclineBody,
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001")),
    responses((status = 200, description = "The request as it is now", body = RequestView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("request.answer")))
)]
#[post("/v1/knowledge-requests/{request}/decline")]
pub(crate) async fn decline_request(
    Allowed(permit): Allowed<AnswerRequest>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
    body: Json<DeclineBody>,
) -> Result<Versioned<RequestView>, Problem> {
    let reason = body.0.parse()?;
    go(&app, &permit, async |work| request::decline(work, &permit, id, reason).await).await
}

/// Gives it to somebody who answers for the department, or to nobody yet.
#[utoipa::path(
    tag = "requests",
    operation_id = "putKnowledgeRequestAssignee",
    request_body = AssigneeBody,
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001")),
    responses((status = 200, description = "The request as it is now", body = RequestView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("request.answer")))
)]
#[put("/v1/knowledge-requests/{request}/assignee")]
pub(crate) async fn put_assignee(
    Allowed(permit): Allowed<AnswerRequest>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
    body: Json<AssigneeBody>,
) -> Result<Versioned<RequestView>, Problem> {
    go(&app, &permit, async |work| request::assign(work, &permit, id, body.0.member).await).await
}

/// Hands it over to another department, where it begins afresh with a due time of its own.
#[utoipa::path(
    tag = "requests",
    operation_id = "handOverKnowledgeRequest",
    request_body = HandOverBody,
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001")),
    responses((status = 200, description = "The request as it is now", body = RequestView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("request.answer")))
)]
#[post("/v1/knowledge-requests/{request}/hand-over")]
pub(crate) async fn hand_over_request(
    Allowed(permit): Allowed<AnswerRequest>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
    body: Json<HandOverBody>,
) -> Result<Versioned<RequestView>, Problem> {
    let (to, why) = body.0.parse()?;
    go(&app, &permit, async |work| request::hand_over(work, &permit, id, &to, why).await).await
}

/// Replies to what one was asked back. The clock goes on.
#[utoipa::path(
    tag = "requests",
    operation_id = "replyToKnowledgeRequest",
    request_body = RemarkBody,
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001")),
    responses((status = 200, description = "The request as it is now", body = RequestView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("request.accept")))
)]
#[post("/v1/knowledge-requests/{request}/reply")]
pub(crate) async fn reply_to_request(
    Allowed(permit): Allowed<AcceptRequest>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
    body: Json<RemarkBody>,
) -> Result<Versioned<RequestView>, Problem> {
    let text = body.0.parse()?;
    go(&app, &permit, async |work| request::reply(work, &permit, id, text).await).await
}

/// Accepts the answer, and offers a ready thanks.
#[utoipa::path(
    tag = "requests",
    operation_id = "acceptKnowledgeRequest",
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001")),
    responses((status = 200, description = "The request as it is now", body = RequestView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("request.accept")))
)]
#[post("/v1/knowledge-requests/{request}/accept")]
pub(crate) async fn accept_answer(
    Allowed(permit): Allowed<AcceptRequest>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
) -> Result<Versioned<RequestView>, Problem> {
    go(&app, &permit, async |work| request::accept(work, &permit, id).await).await
}

/// Says that the answer does not do, and why. The clock goes on.
#[utoipa::path(
    tag = "requests",
    operation_id = "reopenKnowledgeRequest",
    request_body = RemarkBody,
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001")),
    responses((status = 200, description = "The request as it is now", body = RequestView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("request.accept")))
)]
#[post("/v1/knowledge-requests/{request}/reopen")]
pub(crate) async fn reopen_request(
    Allowed(permit): Allowed<AcceptRequest>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
    body: Json<RemarkBody>,
) -> Result<Versioned<RequestView>, Problem> {
    let text = body.0.parse()?;
    go(&app, &permit, async |work| request::reopen(work, &permit, id, text).await).await
}

/// Lets the accepted answer land in the draft of the department that gave it: as a new intent, or in one that is there. It
/// lands once, whole or not at all; it needs `draft.edit` too.
#[utoipa::path(
    tag = "requests",
    operation_id = "landKnowledgeRequest",
    request_body = LandingBody,
    params(("request" = String, Path, example = "knr_01jd0000007000g00000000001")),
    responses((status = 200, description = "The request as it is now", body = RequestView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("request.answer")))
)]
#[post("/v1/knowledge-requests/{request}/draft")]
pub(crate) async fn land_answer(
    Allowed(permit): Allowed<AnswerRequest>,
    app: Data<App>,
    Path(id): Path<Id<id::KnowledgeRequest>>,
    body: Json<LandingBody>,
) -> Result<Versioned<RequestView>, Problem> {
    let place = body.0.parse()?;
    go(&app, &permit, async |work| request::land(work, &permit, id, place).await).await
}
