//! When conversation tests are run: when somebody asks, and each night.

use std::time::Duration;

use guildhall_domain::{
    Id, Refusal,
    event::{Event, Kind},
    id, job,
    suite::{Occasion, Run, Stage},
};
use guildhall_persistence::{Owner, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Bench, attempt_all};
use crate::{
    App, Work,
    job::Running,
    suite::{OwnHome, whole},
    worker::Doing,
};

/// How long runs are kept.
const KEPT: Duration = Duration::from_hours(90 * 24);

/// What a job of this kind is to do.
#[derive(Debug, Serialize, Deserialize)]
struct Task {
    department: Option<Id<id::Department>>,
    stage: String,
    occasion: String,
    suites: Vec<Id<id::TestSuite>>,
}

/// Asks for tests to be run: these suites, or all.
pub async fn ask(
    work: &Work<'_>,
    home: &OwnHome,
    stage: Stage,
    suites: Vec<Id<id::TestSuite>>,
) -> Result<job::Job, Refusal> {
    for suite in &suites {
        crate::suite::get(work, home.read(), *suite)
            .await
            .map_err(|_| Refusal::flaw("/suites", "invalid-reference", "names no suite here"))?;
    }
    let owner = home.read().owner();
    let task = task(owner, stage, Occasion::Asked, suites)?;
    crate::job::ask(work, work.actor().answers(), job::Kind::ConversationTests, owner.into_iter().collect(), task).await
}

fn task(
    owner: Owner,
    stage: Stage,
    occasion: Occasion,
    suites: Vec<Id<id::TestSuite>>,
) -> Result<serde_json::Value, Refusal> {
    let (stage, occasion) = (stage.name().to_owned(), occasion.name().to_owned());
    serde_json::to_value(Task { department: owner, stage, occasion, suites }).map_err(Refusal::broken)
}

/// Does a job.
pub(crate) fn run<'a>(running: &'a Running<'a>) -> Doing<'a, ()> {
    Box::pin(async move {
        let task: Task = serde_json::from_value(running.job.task.clone()).map_err(Refusal::broken)?;
        let stage = Stage::named(&task.stage).unwrap_or(Stage::Live);
        let occasion = Occasion::named(&task.occasion).unwrap_or(Occasion::Asked);
        let system = running.system();
        let look = async |tx: &Tx| {
            let bench = running.app.bench(tx, task.department, stage).await?;
            let key = own_key(tx, task.department).await?;
            let build = tx.builds().bot().await?.current_build;
            Ok((bench, whole(tx, task.department, &task.suites).await?, key, build))
        };
        let (bench, suites, key, build) = running.app.look(&system, look).await?;
        let results = running
            .compute(move |meter| attempt_all(&bench, &suites, key.as_deref(), |done, total| meter.tell(done, total)))
            .await??;
        running
            .finish(async |work| {
                let run = Run {
                    id: work.new_id()?,
                    department: task.department,
                    stage,
                    occasion,
                    build,
                    results,
                    created_at: work.now(),
                };
                let (total, passed) = (run.results.len(), run.passed());
                keep(work, &run).await?;
                Ok(json!({ "run": run.id, "total": total, "passed": passed }))
            })
            .await
    })
}

async fn own_key(tx: &Tx, owner: Owner) -> Result<Option<String>, Refusal> {
    let Some(owner) = owner else { return Ok(None) };
    let all = tx.departments().all().await?;
    Ok(all.into_iter().find(|department| department.id == owner).map(|department| department.key.to_string()))
}

async fn keep(work: &Work<'_>, run: &Run) -> Result<(), Refusal> {
    work.suites().keep_run(run).await?;
    let facts = json!({
        "stage": run.stage.name(), "occasion": run.occasion.name(), "total": run.results.len(), "passed": run.passed(),
    });
    let event = Event::of(Kind::TestsRun, run.id).with(facts);
    work.tell(match run.department {
        Some(department) => event.within(department),
        None => event,
    })
}

/// Each night every owner's tests are run against what is live, and old runs are forgotten.
pub(crate) fn nightly(app: &App, tenant: Id<id::Tenant>) -> Doing<'_, ()> {
    Box::pin(async move {
        app.act(&App::system(tenant), async |work| {
            work.suites().forget_runs(work.now().before(KEPT)).await?;
            for owner in work.suites().owners().await? {
                let task = task(owner, Stage::Live, Occasion::Night, Vec::new())?;
                let departments = owner.into_iter().collect();
                crate::job::ask(work, None, job::Kind::ConversationTests, departments, task).await?;
            }
            Ok(())
        })
        .await
    })
}
