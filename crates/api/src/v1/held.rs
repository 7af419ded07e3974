//! Held releases: what they would harm, and who lets them go.

use actix_web::{get, post, web::Data};
use guildhall_app::{App, Work, held};
use guildhall_domain::{
    Id, Moment, Refusal,
    harm::{Claim, Harm, LetGo as LetGoMark, Lost},
    id,
    policy::{LetGo, Publish},
    release::Release,
    text::Note,
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{answer::Allowed, releases::ReleaseView, views::Keys};
use crate::http::{Json, Path, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_held_releases).service(let_release_go).service(recheck_release).service(withdraw_release);
}

/// What a release would do to another department.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Harm)]
pub(crate) struct HarmView {
    /// The key of the department that is harmed; null where it was dissolved since.
    #[schema(example = "sales")]
    department: Option<String>,
    /// The share of its phrases, 0 to 1, that are recognised when they are held out; null without phrases.
    recall_before: Option<f64>,
    /// The share beside the release.
    recall_after: Option<f64>,
    /// Its phrases that would not be recognised any more; at most twenty.
    lost: Vec<LostView>,
    /// Its intents whose place the release's phrases take.
    claims: Vec<ClaimView>,
    /// Its conversation tests that pass now and would fail, each as a sentence. The company's own count for the department
    /// that publishes.
    tests: Vec<String>,
    /// Who let the release go in its name; null as long as nobody has.
    let_go: Option<LetGoView>,
}

/// A phrase that would not be recognised any more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LostPhrase)]
pub(crate) struct LostView {
    /// Its intent.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000001")]
    intent: Id<id::Intent>,
    /// Its words.
    text: String,
    /// The intent that it would be taken for.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000002")]
    taken_for: Id<id::Intent>,
}

/// An intent whose place a release's phrases take.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Claim)]
pub(crate) struct ClaimView {
    /// The intent.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000001")]
    intent: Id<id::Intent>,
    /// Its name.
    name: String,
    /// The release's phrases that are equal to one of its own; at most twenty.
    equal: Vec<String>,
    /// The release's phrases that the live bot gives to it with confidence; at most twenty.
    unseen: Vec<String>,
}

/// Who let a release go.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LetGo)]
pub(crate) struct LetGoView {
    /// The member who answers for it.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    by: Id<id::Member>,
    /// Whether as the leader after the due time, and not as an owner of the harmed department.
    arbitrated: bool,
    /// Why.
    reason: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

impl HarmView {
    pub(crate) fn of(harm: Harm, keys: &Keys) -> Self {
        let lost = |Lost { intent, text, taken_for }| LostView { intent, text, taken_for };
        let claim = |Claim { intent, name, equal, unseen }| ClaimView { intent, name, equal, unseen };
        let let_go = |LetGoMark { by, arbitrated, reason, at }| LetGoView { by, arbitrated, reason, at };
        Self {
            department: keys.of(harm.department),
            recall_before: harm.recall_before,
            recall_after: harm.recall_after,
            lost: harm.lost.into_iter().map(lost).collect(),
            claims: harm.claims.into_iter().map(claim).collect(),
            tests: harm.tests,
            let_go: harm.let_go.map(let_go),
        }
    }
}

/// Releases that are held.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HeldReleases)]
pub(crate) struct HeldReleasesView {
    /// Oldest first.
    items: Vec<ReleaseView>,
}

/// Lists the held releases of one's departments, and those that would harm one of them; the leader sees all.
#[utoipa::path(
    tag = "content",
    operation_id = "listHeldReleases",
    responses((status = 200, description = "The held releases", body = HeldReleasesView)),
    security(("member" = [])),
    extensions(("x-action" = json!("release.let-go")))
)]
#[get("/v1/held-releases")]
pub(crate) async fn list_held_releases(
    Allowed(permit): Allowed<LetGo>,
    app: Data<App>,
) -> Result<Json<HeldReleasesView>, Problem> {
    let look = async |tx: &Tx| {
        let (held, keys) = (held::list(tx, &permit).await?, Keys::read(tx).await?);
        let view = |release: Release| {
            let key = keys.of(release.department)?;
            Some(ReleaseView::of(&key, release, &keys))
        };
        Ok(HeldReleasesView { items: held.into_iter().filter_map(view).collect() })
    };
    Ok(Json(app.look(permit.actor(), look).await?))
}

/// Why a release is let go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LetGoBody {
    /// A sentence for the record.
    #[schema(min_length = 1, max_length = 1000, example = "We move this topic to marketing next week.")]
    reason: String,
}

/// Lets a held release go in the name of the departments that it would harm and that one owns; after `due_at` the leader may
/// in everybody's. When nobody is left, it is built.
#[utoipa::path(
    tag = "content",
    operation_id = "letReleaseGo",
    request_body = LetGoBody,
    params(("department" = String, Path, example = "marketing"), ("number" = i64, Path, example = 3)),
    responses((status = 200, description = "The release as it is now", body = ReleaseView)),
    security(("member" = [])),
    extensions(("x-action" = json!("release.let-go")))
)]
#[post("/v1/departments/{department}/releases/{number}/let-go")]
pub(crate) async fn let_release_go(
    Allowed(permit): Allowed<LetGo>,
    app: Data<App>,
    Path((department, number)): Path<(String, i64)>,
    body: Json<LetGoBody>,
) -> Result<Json<ReleaseView>, Problem> {
    let reason = Note::parse(&body.0.reason);
    let reason = reason.map_err(|flaw| Refusal::flaw("/reason", flaw.code(), flaw.to_string()))?;
    let deed = async |work: &Work<'_>| {
        let release = held::let_go(work, &permit, &department, number, &reason).await?;
        Ok(ReleaseView::of(&department, release, &Keys::read(work).await?))
    };
    Ok(Json(app.act(permit.actor(), deed).await?))
}

/// Has a held release weighed again beside what is live by now: it is `building` until that is done.
#[utoipa::path(
    tag = "content",
    operation_id = "recheckRelease",
    params(("department" = String, Path, example = "marketing"), ("number" = i64, Path, example = 3)),
    responses((status = 200, description = "The release as it is now", body = ReleaseView)),
    security(("member" = [])),
    extensions(("x-action" = json!("release.publish")))
)]
#[post("/v1/departments/{department}/releases/{number}/recheck")]
pub(crate) async fn recheck_release(
    Allowed(permit): Allowed<Publish>,
    app: Data<App>,
    Path((department, number)): Path<(String, i64)>,
) -> Result<Json<ReleaseView>, Problem> {
    let deed = async |work: &Work<'_>| {
        let release = held::recheck(work, &permit, &department, number).await?;
        Ok(ReleaseView::of(&department, release, &Keys::read(work).await?))
    };
    Ok(Json(app.act(permit.actor(), deed).await?))
}

/// Takes a held release back.
#[utoipa::path(
    tag = "content",
    operation_id = "withdrawRelease",
    params(("department" = String, Path, example = "marketing"), ("number" = i64, Path, example = 3)),
    responses((status = 200, description = "The release as it is now", body = ReleaseView)),
    security(("member" = [])),
    extensions(("x-action" = json!("release.publish")))
)]
#[post("/v1/departments/{department}/releases/{number}/withdraw")]
pub(crate) async fn withdraw_release(
    Allowed(permit): Allowed<Publish>,
    app: Data<App>,
    Path((department, number)): Path<(String, i64)>,
) -> Result<Json<ReleaseView>, Problem> {
    let deed = async |work: &Work<'_>| {
        let release = held::withdraw(work, &permit, &department, number).await?;
        Ok(ReleaseView::of(&department, release, &Keys::read(work).await?))
    };
    Ok(Json(app.act(permit.actor(), deed).await?))
}
