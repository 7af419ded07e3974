//! Proposals: changes to departments' content for their owners to accept, amend or decline.

mod bodies;
mod views;

use actix_web::{get, patch, post, web::Data};
use guildhall_app::{
    App, Work,
    proposal::{self, Amendment, Shown},
    work::Secrecy,
};
use guildhall_domain::{
    Id, Permit, Refusal, id,
    policy::{AcceptProposals, Action, EditProposals, Propose, ReadProposals},
    proposal::State,
};
use guildhall_persistence::Tx;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use self::bodies::{ApprovalBody, CommentBody, ProposalBody, ProposalPatchBody, ReasonBody, RebaseBody};
pub(crate) use self::{
    bodies::named,
    views::{CommentView, Keys, ProposalPage, ProposalView, WholeProposalView},
};
use super::answer::{Allowed, Answer, Created, Keyed, Versioned, create};
use crate::http::{IfMatch, Json, PageQuery, Paged, Path, Problem, problem::catalogue as kinds};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create_proposal)
        .service(list_proposals)
        .service(get_proposal)
        .service(change_proposal)
        .service(rebase_proposal)
        .service(withdraw_proposal)
        .service(comment_proposal)
        .service(approve_proposal)
        .service(request_changes)
        .service(decline_proposal)
        .service(merge_proposal);
}

/// Which proposals are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposalQuery {
    /// In this state.
    #[param(example = "open")]
    state: Option<String>,
    /// That touch this department.
    #[param(example = "customer-service")]
    department: Option<String>,
    /// Whether only one's own are listed.
    mine: Option<bool>,
}

/// A use case over one proposal, in one unit of work.
async fn act<A: Action>(
    app: &App,
    permit: &Permit<A>,
    deed: impl AsyncFnOnce(&Work<'_>) -> Result<Shown, Refusal>,
) -> Result<Versioned<WholeProposalView>, Problem> {
    let done = async |work: &Work<'_>| Ok((deed(work).await?, Keys::of(proposal::departments(work).await?)));
    let (shown, keys) = app.act(permit.actor(), done).await?;
    let version = shown.proposal.version;
    Ok(Versioned::restless(WholeProposalView::of(shown, &keys), version))
}

/// Makes a proposal over what one may see of the departments: the draft where one reads it, else what is live.
#[utoipa::path(
    tag = "proposals",
    operation_id = "createProposal",
    request_body(content = ProposalBody, example = json!({
        "title": "Say «parcel» as our visitors do",
        "changes": [{"op": "add_phrases", "in": "int_01jd0000007000g00000000001", "phrases": [{"text": "where is my parcel"}]}],
    })),
    responses((status = 201, description = "The proposal", body = ProposalView)),
    security(("member" = [])),
    extensions(("x-action" = json!("proposal.make")))
)]
#[post("/v1/proposals")]
pub(crate) async fn create_proposal(
    Allowed(permit): Allowed<Propose>,
    app: Data<App>,
    sent: Keyed<ProposalBody>,
) -> Result<Answer<ProposalView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: ProposalBody| {
        let made = proposal::create(work, &permit, body.parse()?).await?;
        let keys = Keys::of(proposal::departments(work).await?);
        let (location, version) = (format!("/v1/proposals/{}", made.id), made.version);
        Ok(Created::at(ProposalView::of(&made, &keys), location, Some(version)))
    })
    .await
}

/// Lists the proposals that one made or that touch departments whose drafts one reads, the latest first.
#[utoipa::path(
    tag = "proposals",
    operation_id = "listProposals",
    params(ProposalQuery, PageQuery),
    responses((status = 200, description = "A page of proposals", body = ProposalPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("proposal.read")))
)]
#[get("/v1/proposals")]
pub(crate) async fn list_proposals(
    Allowed(permit): Allowed<ReadProposals>,
    app: Data<App>,
    query: Paged<ProposalQuery>,
) -> Result<Json<ProposalPage>, Problem> {
    let ProposalQuery { state, department, mine } = query.filter;
    if state.as_deref().is_some_and(|state| !State::NAMES.contains(&state)) {
        return Err(Problem::new(&kinds::INVALID_PARAMETER).detail("`state` is no state of a proposal."));
    }
    let list = async |tx: &Tx| {
        let (department, mine) = (department.as_deref(), mine.unwrap_or(false));
        let page = proposal::list(tx, &permit, state, department, mine, &query.page).await?;
        Ok((page, Keys::of(proposal::departments(tx).await?)))
    };
    let (page, keys) = app.look(permit.actor(), list).await?;
    Ok(Json(ProposalPage::of(page, |proposal| ProposalView::of(&proposal, &keys))))
}

/// Reads a proposal: its changes line by line, where it clashes with what one sees there now, what was said.
#[utoipa::path(
    tag = "proposals",
    operation_id = "getProposal",
    params(("proposal" = String, Path, example = "prp_01jd0000007000g00000000001")),
    responses((status = 200, description = "The proposal", body = WholeProposalView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("proposal.read")))
)]
#[get("/v1/proposals/{proposal}")]
pub(crate) async fn get_proposal(
    Allowed(permit): Allowed<ReadProposals>,
    app: Data<App>,
    Path(id): Path<Id<id::Proposal>>,
) -> Result<Versioned<WholeProposalView>, Problem> {
    let get =
        async |tx: &Tx| Ok((proposal::get(tx, &permit, &app, id).await?, Keys::of(proposal::departments(tx).await?)));
    let (shown, keys) = app.look(permit.actor(), get).await?;
    let version = shown.proposal.version;
    Ok(Versioned::restless(WholeProposalView::of(shown, &keys), version))
}

/// Changes one's own proposal, or opens its draft. Where the changes differ, approvals lapse.
#[utoipa::path(
    tag = "proposals",
    operation_id = "changeProposal",
    params(("proposal" = String, Path, example = "prp_01jd0000007000g00000000001"), ("If-Match" = String, Header, example = "\"v1\"")),
    request_body(content = ProposalPatchBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The proposal as it is now", body = WholeProposalView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("proposal.edit")))
)]
#[patch("/v1/proposals/{proposal}")]
pub(crate) async fn change_proposal(
    Allowed(permit): Allowed<EditProposals>,
    app: Data<App>,
    Path(id): Path<Id<id::Proposal>>,
    IfMatch(version): IfMatch,
    body: Json<ProposalPatchBody>,
) -> Result<Versioned<WholeProposalView>, Problem> {
    let patch = body.0.parse()?;
    act(&app, &permit, async |work| proposal::change(work, &permit, id, version, patch).await).await
}

/// Comments on a proposal, or on what it does to one intent.
#[utoipa::path(
    tag = "proposals",
    operation_id = "commentProposal",
    params(("proposal" = String, Path, example = "prp_01jd0000007000g00000000001")),
    request_body = CommentBody,
    responses((status = 201, description = "The comment", body = CommentView)),
    security(("member" = [])),
    extensions(("x-action" = json!("proposal.read")))
)]
#[post("/v1/proposals/{proposal}/comments")]
pub(crate) async fn comment_proposal(
    Allowed(permit): Allowed<ReadProposals>,
    app: Data<App>,
    Path(id): Path<Id<id::Proposal>>,
    sent: Keyed<CommentBody>,
) -> Result<Answer<CommentView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: CommentBody| {
        let (text, thread, intent) = body.parse()?;
        Ok(Created::plain(proposal::comment(work, &permit, id, text, thread, intent).await?.into()))
    })
    .await
}

/// Makes one's own proposal anew over what one sees now. Where something clashes, each clash needs a choice: 409
/// `clashes` otherwise.
#[utoipa::path(
    tag = "proposals",
    operation_id = "rebaseProposal",
    params(("proposal" = String, Path, example = "prp_01jd0000007000g00000000001")),
    request_body = RebaseBody,
    responses((status = 200, description = "The proposal as it is now", body = WholeProposalView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("proposal.edit")))
)]
#[post("/v1/proposals/{proposal}/rebase")]
pub(crate) async fn rebase_proposal(
    Allowed(permit): Allowed<EditProposals>,
    app: Data<App>,
    Path(id): Path<Id<id::Proposal>>,
    body: Json<RebaseBody>,
) -> Result<Versioned<WholeProposalView>, Problem> {
    let chosen = body.0.parse()?;
    act(&app, &permit, async |work| proposal::rebase(work, &permit, id, |key| chosen.get(key).copied()).await).await
}

/// Takes one's own proposal back.
#[utoipa::path(
    tag = "proposals",
    operation_id = "withdrawProposal",
    params(("proposal" = String, Path, example = "prp_01jd0000007000g00000000001")),
    responses((status = 200, description = "The proposal as it is now", body = WholeProposalView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("proposal.edit")))
)]
#[post("/v1/proposals/{proposal}/withdraw")]
pub(crate) async fn withdraw_proposal(
    Allowed(permit): Allowed<EditProposals>,
    app: Data<App>,
    Path(id): Path<Id<id::Proposal>>,
) -> Result<Versioned<WholeProposalView>, Problem> {
    act(&app, &permit, async |work| proposal::withdraw(work, &permit, id).await).await
}

/// Approves for one's departments, as it is or with changes of one's own. The last approval merges into the drafts of
/// all departments; where something clashes it stays `accepted` until that is decided.
#[utoipa::path(
    tag = "proposals",
    operation_id = "approveProposal",
    params(("proposal" = String, Path, example = "prp_01jd0000007000g00000000001")),
    request_body = ApprovalBody,
    responses((status = 200, description = "The proposal as it is now", body = WholeProposalView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("proposal.accept")))
)]
#[post("/v1/proposals/{proposal}/approve")]
pub(crate) async fn approve_proposal(
    Allowed(permit): Allowed<AcceptProposals>,
    app: Data<App>,
    Path(id): Path<Id<id::Proposal>>,
    body: Json<ApprovalBody>,
) -> Result<Versioned<WholeProposalView>, Problem> {
    let changes = body.0.parse()?.map_or(Amendment::AsProposed, Amendment::Asked);
    act(&app, &permit, async |work| proposal::approve(work, &permit, id, changes).await).await
}

/// Asks the author for changes; approvals lapse.
#[utoipa::path(
    tag = "proposals",
    operation_id = "requestProposalChanges",
    params(("proposal" = String, Path, example = "prp_01jd0000007000g00000000001")),
    request_body = ReasonBody,
    responses((status = 200, description = "The proposal as it is now", body = WholeProposalView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("proposal.accept")))
)]
#[post("/v1/proposals/{proposal}/request-changes")]
pub(crate) async fn request_changes(
    Allowed(permit): Allowed<AcceptProposals>,
    app: Data<App>,
    Path(id): Path<Id<id::Proposal>>,
    body: Json<ReasonBody>,
) -> Result<Versioned<WholeProposalView>, Problem> {
    let reason = body.0.parse()?;
    act(&app, &permit, async |work| proposal::request_changes(work, &permit, id, reason).await).await
}

/// Declines a proposal, and says why.
#[utoipa::path(
    tag = "proposals",
    operation_id = "declineProposal",
    params(("proposal" = String, Path, example = "prp_01jd0000007000g00000000001")),
    request_body = ReasonBody,
    responses((status = 200, description = "The proposal as it is now", body = WholeProposalView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("proposal.accept")))
)]
#[post("/v1/proposals/{proposal}/decline")]
pub(crate) async fn decline_proposal(
    Allowed(permit): Allowed<AcceptProposals>,
    app: Data<App>,
    Path(id): Path<Id<id::Proposal>>,
    body: Json<ReasonBody>,
) -> Result<Versioned<WholeProposalView>, Problem> {
    let reason = body.0.parse()?;
    act(&app, &permit, async |work| proposal::decline(work, &permit, id, reason).await).await
}

/// Merges what every department approved, once what clashed does so no more.
#[utoipa::path(
    tag = "proposals",
    operation_id = "mergeProposal",
    params(("proposal" = String, Path, example = "prp_01jd0000007000g00000000001")),
    responses((status = 200, description = "The proposal as it is now", body = WholeProposalView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("proposal.accept")))
)]
#[post("/v1/proposals/{proposal}/merge")]
pub(crate) async fn merge_proposal(
    Allowed(permit): Allowed<AcceptProposals>,
    app: Data<App>,
    Path(id): Path<Id<id::Proposal>>,
) -> Result<Versioned<WholeProposalView>, Problem> {
    act(&app, &permit, async |work| proposal::merge_accepted(work, &permit, id).await).await
}
