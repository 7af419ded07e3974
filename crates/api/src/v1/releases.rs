//! Releases: publishing a department's draft, looking back, bringing an old content back.

use std::cell::Cell;

use actix_web::{get, post, web::Data};
use guildhall_app::{App, Work, release, work::Secrecy};
use guildhall_domain::{
    Id, Moment, Permit, Refusal,
    content::{Changes, Check, IntentChange, Severity},
    id,
    policy::{Publish, ReadReleases},
    release::Release,
    text::Note,
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Answer, Created, Keyed, create},
    intents::{AnswerView, PhraseView},
    views::page_view,
};
use crate::http::{Json, PageQuery, Paged, Path, Problem, Query};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(publish).service(list_releases).service(get_release).service(diff_release).service(restore_release);
}

/// What its author says about a release.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseBody {
    /// A note for colleagues.
    #[schema(max_length = 1000, example = "Returns: the new 30 days")]
    note: Option<String>,
}

impl ReleaseBody {
    fn parse(self) -> Result<Option<Note>, Refusal> {
        let note = self.note.map(|note| Note::parse(&note)).transpose();
        note.map_err(|flaw| Refusal::flaw("/note", flaw.code(), flaw.to_string()))
    }
}

/// A release.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Release)]
pub(crate) struct ReleaseView {
    /// Its identifier.
    #[schema(value_type = String, example = "rel_01jd0000007000g00000000001")]
    id: Id<id::Release>,
    /// The key of its department.
    #[schema(example = "customer-service")]
    department: String,
    /// Counts from 1 in its department.
    #[schema(example = 3)]
    number: i64,
    /// `building`, `live`, `superseded`, `held` or `failed`.
    #[schema(value_type = String, example = "live")]
    state: &'static str,
    /// SHA-256 of its content.
    #[schema(example = "c372d5c02d3f9851d3b51ebdf6829694a568e5f857aad3696afcb78dbfd77f01")]
    content: String,
    /// What its author says about it.
    note: Option<String>,
    /// Who published it.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    author: Id<id::Member>,
    /// The number of the release whose content it brings back.
    restores: Option<i64>,
    /// What changed against the release before.
    changes: ChangesView,
    /// What was found.
    checks: Vec<CheckView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When its state last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(ReleasePage of ReleaseView);

/// Counts of what changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReleaseChanges)]
pub(crate) struct ChangesView {
    /// Intents that came.
    intents_added: usize,
    /// Intents that differ.
    intents_changed: usize,
    /// Intents that went.
    intents_removed: usize,
    /// Phrases that came.
    phrases_added: usize,
    /// Phrases that went.
    phrases_removed: usize,
}

/// One finding about a release.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Check)]
pub(crate) struct CheckView {
    /// What was found; stable, for programs.
    #[schema(example = "equal-phrase")]
    code: String,
    /// `error`, `warning` or `info`.
    #[schema(value_type = String, example = "warning")]
    severity: &'static str,
    /// A sentence for people.
    detail: String,
    /// The intent that it is about.
    #[schema(value_type = Option<String>, example = "int_01jd0000007000g00000000001")]
    intent: Option<Id<id::Intent>>,
    /// The keys of the departments that own what it is about.
    departments: Vec<String>,
}

impl ReleaseView {
    fn of(department: &str, release: Release) -> Self {
        let Changes { intents_added, intents_changed, intents_removed, phrases_added, phrases_removed } =
            release.changes;
        Self {
            id: release.id,
            department: department.to_owned(),
            number: release.number,
            state: release.state.name(),
            content: release.content.to_string(),
            note: release.note.map(String::from),
            author: release.author,
            restores: release.restores,
            changes: ChangesView { intents_added, intents_changed, intents_removed, phrases_added, phrases_removed },
            checks: release.checks.into_iter().map(CheckView::from).collect(),
            created_at: release.created_at,
            updated_at: release.updated_at,
        }
    }
}

impl From<Check> for CheckView {
    fn from(Check { code, severity, detail, intent, departments }: Check) -> Self {
        let severity = match severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        Self { code, severity, detail, intent, departments }
    }
}

/// Publishes a department's draft. Answers `live` when the model was made within a second, else `building`: read the
/// release again until it changes.
#[utoipa::path(
    tag = "content",
    operation_id = "publishRelease",
    request_body = ReleaseBody,
    params(("department" = String, Path, example = "customer-service")),
    responses((status = 201, description = "The release", body = ReleaseView)),
    security(("member" = [])),
    extensions(("x-action" = json!("release.publish")))
)]
#[post("/v1/departments/{department}/releases")]
pub(crate) async fn publish(
    Allowed(permit): Allowed<Publish>,
    app: Data<App>,
    Path(department): Path<String>,
    sent: Keyed<ReleaseBody>,
) -> Result<Answer<ReleaseView>, Problem> {
    let deed = async |work: &Work<'_>, note| release::publish(work, &permit, &department, note).await;
    released(&app, &permit, &department, sent, deed).await
}

/// Brings the content of an old release back, as a new one; the draft stays as it is.
#[utoipa::path(
    tag = "content",
    operation_id = "restoreRelease",
    request_body = ReleaseBody,
    params(("department" = String, Path, example = "customer-service"), ("number" = i64, Path, example = 2)),
    responses((status = 201, description = "The new release", body = ReleaseView)),
    security(("member" = [])),
    extensions(("x-action" = json!("release.publish")))
)]
#[post("/v1/departments/{department}/releases/{number}/restore")]
pub(crate) async fn restore_release(
    Allowed(permit): Allowed<Publish>,
    app: Data<App>,
    Path((department, number)): Path<(String, i64)>,
    sent: Keyed<ReleaseBody>,
) -> Result<Answer<ReleaseView>, Problem> {
    let deed = async |work: &Work<'_>, note| release::restore(work, &permit, &department, number, note).await;
    released(&app, &permit, &department, sent, deed).await
}

/// Releases once per key, and waits a moment for the model.
async fn released(
    app: &App,
    permit: &Permit<Publish>,
    department: &str,
    sent: Keyed<ReleaseBody>,
    deed: impl AsyncFnOnce(&Work<'_>, Option<Note>) -> Result<Release, Refusal>,
) -> Result<Answer<ReleaseView>, Problem> {
    let made = Cell::new(None);
    let answer = create(app, permit.actor(), sent, Secrecy::Open, async |work, body: ReleaseBody| {
        let release = deed(work, body.parse()?).await?;
        made.set(Some((release.department, release.number)));
        let location = format!("/v1/departments/{department}/releases/{}", release.number);
        Ok(Created::at(ReleaseView::of(department, release), location, None))
    })
    .await?;
    match made.get() {
        None => Ok(answer),
        Some((id, number)) => answer.renewed(&ReleaseView::of(department, app.settled(permit, id, number).await?)),
    }
}

/// Lists a department's releases, the newest first.
#[utoipa::path(
    tag = "content",
    operation_id = "listReleases",
    params(("department" = String, Path, example = "customer-service"), PageQuery),
    responses((status = 200, description = "A page of releases", body = ReleasePage)),
    security(("member" = [])),
    extensions(("x-action" = json!("release.read")))
)]
#[get("/v1/departments/{department}/releases")]
pub(crate) async fn list_releases(
    Allowed(permit): Allowed<ReadReleases>,
    app: Data<App>,
    Path(department): Path<String>,
    query: Paged,
) -> Result<Json<ReleasePage>, Problem> {
    let page =
        app.look(permit.actor(), async |tx: &Tx| release::list(tx, &permit, &department, &query.page).await).await?;
    Ok(Json(ReleasePage::of(page, |release| ReleaseView::of(&department, release))))
}

/// Reads a release.
#[utoipa::path(
    tag = "content",
    operation_id = "getRelease",
    params(("department" = String, Path, example = "customer-service"), ("number" = i64, Path, example = 3)),
    responses((status = 200, description = "The release", body = ReleaseView)),
    security(("member" = [])),
    extensions(("x-action" = json!("release.read")))
)]
#[get("/v1/departments/{department}/releases/{number}")]
pub(crate) async fn get_release(
    Allowed(permit): Allowed<ReadReleases>,
    app: Data<App>,
    Path((department, number)): Path<(String, i64)>,
) -> Result<Json<ReleaseView>, Problem> {
    let release =
        app.look(permit.actor(), async |tx: &Tx| release::get(tx, &permit, &department, number).await).await?;
    Ok(Json(ReleaseView::of(&department, release)))
}

/// Which release to compare with.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffQuery {
    /// The number of the release to compare with; the one before where absent, nothing for 0.
    #[param(minimum = 0)]
    against: Option<i64>,
}

/// What changed between two releases.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReleaseDiff)]
pub(crate) struct DiffView {
    /// The release.
    number: i64,
    /// The one that it is compared with; 0 is nothing.
    against: i64,
    /// The intents that differ, in the order of their ids.
    intents: Vec<IntentChangeView>,
}

/// How an intent differs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IntentChange)]
pub(crate) struct IntentChangeView {
    /// The intent.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000001")]
    id: Id<id::Intent>,
    /// Its name now, or its last one.
    name: String,
    /// `added`, `changed` or `removed`.
    #[schema(value_type = String, example = "changed")]
    kind: &'static str,
    /// Its name before, where it was renamed.
    renamed_from: Option<String>,
    /// Its title before, where the title changed.
    title_before: Option<String>,
    /// Its title now, where the title changed.
    title_after: Option<String>,
    /// Phrases that came.
    phrases_added: Vec<PhraseView>,
    /// Phrases that went.
    phrases_removed: Vec<PhraseView>,
    /// Answers that came.
    answers_added: Vec<AnswerView>,
    /// Answers that went.
    answers_removed: Vec<AnswerView>,
}

impl From<IntentChange> for IntentChangeView {
    fn from(change: IntentChange) -> Self {
        let (title_before, title_after) = change.title.unwrap_or_default();
        Self {
            id: change.id,
            name: change.name,
            kind: change.kind.name(),
            renamed_from: change.renamed_from,
            title_before,
            title_after,
            phrases_added: change.phrases_added.into_iter().map(PhraseView::from).collect(),
            phrases_removed: change.phrases_removed.into_iter().map(PhraseView::from).collect(),
            answers_added: change.answers_added.into_iter().map(AnswerView::from).collect(),
            answers_removed: change.answers_removed.into_iter().map(AnswerView::from).collect(),
        }
    }
}

/// Tells what changed between two releases of a department.
#[utoipa::path(
    tag = "content",
    operation_id = "diffRelease",
    params(("department" = String, Path, example = "customer-service"), ("number" = i64, Path, example = 3), DiffQuery),
    responses((status = 200, description = "What changed", body = DiffView)),
    security(("member" = [])),
    extensions(("x-action" = json!("release.read")))
)]
#[get("/v1/departments/{department}/releases/{number}/diff")]
pub(crate) async fn diff_release(
    Allowed(permit): Allowed<ReadReleases>,
    app: Data<App>,
    Path((department, number)): Path<(String, i64)>,
    Query(query): Query<DiffQuery>,
) -> Result<Json<DiffView>, Problem> {
    let diff = async |tx: &Tx| release::difference(tx, &permit, &department, number, query.against).await;
    let (against, changes) = app.look(permit.actor(), diff).await?;
    Ok(Json(DiffView { number, against, intents: changes.into_iter().map(IntentChangeView::from).collect() }))
}
