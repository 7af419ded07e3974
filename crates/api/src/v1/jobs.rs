//! Jobs: what one asked for and that takes longer than an answer may; how far it is, and what came of it.

use actix_web::{HttpRequest, HttpResponse, get, post, web::Data};
use guildhall_app::{App, job, notice::Notice};
use guildhall_domain::{
    Actor, Id, Moment, Permit, Refusal, id,
    job::{Job, Progress, Trouble},
    policy::{CancelJob, ReadJobs, judge},
};
use guildhall_persistence::Tx;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::Allowed,
    follow::{Followed, Piece, follow},
    views::{Keys, page_view},
};
use crate::http::{Json, PageQuery, Paged, Path, Problem, problem::catalogue::BASE};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_jobs).service(get_job).service(follow_job).service(cancel_job);
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub(crate) struct JobView {
    /// Its identifier.
    #[schema(value_type = String, example = "job_01jd0000007000g00000000001")]
    id: Id<id::Job>,
    /// What it does: `evaluation`.
    #[schema(value_type = String, example = "evaluation")]
    kind: &'static str,
    /// `queued`, `running`, `done`, `failed` or `cancelled`; the last three are ends.
    #[schema(value_type = String, example = "running")]
    state: &'static str,
    /// The keys of the departments whose drafts it reads.
    departments: Vec<String>,
    /// Who asked for it; null where the house did.
    #[schema(value_type = Option<String>, example = "mem_01jd0000007000g00000000001")]
    asked_by: Option<Id<id::Member>>,
    /// How far it is.
    progress: ProgressView,
    /// What came of it, as its kind says; null until it is done.
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    result: Option<Value>,
    /// Why it could not be done; null unless it failed.
    problem: Option<JobProblemView>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it was last begun; null before.
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Moment>,
    /// When it ended; null before.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Moment>,
    /// When anything of it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(JobPage of JobView);

/// How far a job is, in steps of its own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobProgress)]
pub(crate) struct ProgressView {
    /// Steps that are done.
    #[schema(example = 2)]
    done: i64,
    /// All steps; 0 as long as nobody knows.
    #[schema(example = 5)]
    total: i64,
}

/// Why a job could not be done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobProblem)]
pub(crate) struct JobProblemView {
    /// The kind of problem.
    #[schema(example = "https://guildhall.dev/problems/forbidden")]
    r#type: String,
    /// A sentence for people.
    detail: String,
}

impl JobView {
    /// Where it is.
    pub(crate) fn path(&self) -> String {
        format!("/v1/jobs/{}", self.id)
    }

    pub(crate) fn of(job: Job, keys: &Keys) -> Self {
        let Progress { done, total } = job.progress;
        let problem = |Trouble { code, detail }| JobProblemView { r#type: format!("{BASE}{code}"), detail };
        Self {
            id: job.id,
            kind: job.kind.name(),
            state: job.state.name(),
            departments: job.departments.into_iter().filter_map(|id| keys.of(id)).collect(),
            asked_by: job.asked_by,
            progress: ProgressView { done, total },
            result: job.result,
            problem: job.problem.map(problem),
            created_at: job.created_at,
            started_at: job.started_at,
            ended_at: job.ended_at,
            updated_at: job.updated_at,
        }
    }
}

/// Lists one's own jobs, the latest first; those that ended are kept for thirty days.
#[utoipa::path(
    tag = "jobs",
    operation_id = "listJobs",
    params(PageQuery),
    responses((status = 200, description = "A page of jobs", body = JobPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("job.read")))
)]
#[get("/v1/jobs")]
pub(crate) async fn list_jobs(
    Allowed(permit): Allowed<ReadJobs>,
    app: Data<App>,
    query: Paged,
) -> Result<Json<JobPage>, Problem> {
    let look = async |tx: &Tx| {
        let (found, keys) = (job::list(tx, &permit, &query.page).await?, Keys::read(tx).await?);
        Ok(JobPage::of(found, |job| JobView::of(job, &keys)))
    };
    Ok(Json(app.look(permit.actor(), look).await?))
}

/// Reads a job: one's own, as long as one may read what it read; the leader reads all.
#[utoipa::path(
    tag = "jobs",
    operation_id = "getJob",
    params(("job" = String, Path, example = "job_01jd0000007000g00000000001")),
    responses((status = 200, description = "The job", body = JobView)),
    security(("member" = [])),
    extensions(("x-action" = json!("job.read")))
)]
#[get("/v1/jobs/{job}")]
pub(crate) async fn get_job(
    Allowed(permit): Allowed<ReadJobs>,
    app: Data<App>,
    Path(id): Path<Id<id::Job>>,
) -> Result<Json<JobView>, Problem> {
    Ok(Json(read(&app, &permit, id).await?))
}

async fn read(app: &App, permit: &Permit<ReadJobs>, id: Id<id::Job>) -> Result<JobView, Refusal> {
    let look = async |tx: &Tx| Ok(JobView::of(job::get(tx, permit, id).await?, &Keys::read(tx).await?));
    app.look(permit.actor(), look).await
}

/// Follows a job until it ends: each state and step as an event of its own (server-sent events).
#[utoipa::path(
    tag = "jobs",
    operation_id = "followJob",
    params(("job" = String, Path, example = "job_01jd0000007000g00000000001")),
    responses((status = 200, description = "Events `job`, each the Job as it is at that moment", body = String, content_type = "text/event-stream")),
    security(("member" = [])),
    extensions(("x-action" = json!("job.read")))
)]
#[get("/v1/jobs/{job}/events")]
pub(crate) async fn follow_job(
    Allowed(permit): Allowed<ReadJobs>,
    app: Data<App>,
    request: HttpRequest,
    Path(id): Path<Id<id::Job>>,
    stopping: Data<watch::Receiver<bool>>,
) -> Result<HttpResponse, Problem> {
    let news = app.shared.listen();
    // The first look is made here, so that a stranger's job is 404 and no stream.
    let view = read(&app, &permit, id).await?;
    let mut pursuit = Pursuit { id, told: None };
    let first = pursuit.written(&view);
    Ok(follow(app, &request, &stopping, news, first, pursuit))
}

/// A job that is followed.
struct Pursuit {
    id: Id<id::Job>,
    told: Option<Moment>,
}

impl Followed for Pursuit {
    fn is_about(&self, notice: Notice) -> bool {
        notice == Notice::JobMoved(self.id)
    }

    async fn look(&mut self, app: &App, actor: &Actor) -> Option<Piece> {
        let permit: Permit<ReadJobs> = judge(actor).ok()?;
        let view = read(app, &permit, self.id).await.ok()?;
        Some(self.written(&view))
    }
}

impl Pursuit {
    fn written(&mut self, view: &JobView) -> Piece {
        if self.told.replace(view.updated_at) == Some(view.updated_at) {
            return Piece::default();
        }
        let data = serde_json::to_string(view).unwrap_or_default();
        Piece { events: format!("event: job\ndata: {data}\n\n"), last: view.ended_at.is_some() }
    }
}

/// Calls a job off. One that has ended stays as it is, and is answered so.
#[utoipa::path(
    tag = "jobs",
    operation_id = "cancelJob",
    params(("job" = String, Path, example = "job_01jd0000007000g00000000001")),
    responses((status = 200, description = "The job as it is now", body = JobView)),
    security(("member" = [])),
    extensions(("x-action" = json!("job.cancel")))
)]
#[post("/v1/jobs/{job}/cancel")]
pub(crate) async fn cancel_job(
    Allowed(permit): Allowed<CancelJob>,
    app: Data<App>,
    Path(id): Path<Id<id::Job>>,
) -> Result<Json<JobView>, Problem> {
    let cancel = async |work: &guildhall_app::Work<'_>| {
        let job = job::cancel(work, &permit, id).await?;
        Ok(JobView::of(job, &Keys::read(work).await?))
    };
    Ok(Json(app.act(permit.actor(), cancel).await?))
}
