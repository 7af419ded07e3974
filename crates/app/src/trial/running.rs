//! When conversation tests are run: when somebody asks, each night, and before a release is built.

use std::{collections::HashMap, sync::Arc, time::Duration};

use guildhall_domain::{
    Id, Refusal,
    bot::Settings,
    content::{Check, Severity},
    event::{Event, Kind},
    id, job,
    suite::{Case, CaseResult, Occasion, Run, Stage, Suite},
};
use guildhall_persistence::{Owner, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Bench, attempt_all};
use crate::{
    App, Work,
    job::Running,
    live::LiveBot,
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

/// What the tests say of a bot that is about to be built for releases of these departments. A failing test of another
/// department, or of the company, is an error: the release harms it, and is held. One of a publishing department's own is
/// an error where its suite is required, and else a warning. A test that fails with what is live already says nothing.
pub(crate) async fn before_release(
    app: &App,
    tenant: Id<id::Tenant>,
    candidate: Arc<LiveBot>,
    publishing: &[Id<id::Department>],
) -> Result<Vec<Finding>, Refusal> {
    let look = async |tx: &Tx| {
        let mut all = Vec::new();
        let owners = tx.suites().owners().await?;
        for owner in owners {
            all.push((owner, own_key(tx, owner).await?, whole(tx, owner, &[]).await?));
        }
        let now = app.bench(tx, None, Stage::Live).await?;
        let keys: HashMap<_, _> =
            tx.departments().all().await?.into_iter().map(|one| (one.id, one.key.to_string())).collect();
        let settings: Settings = tx.builds().bot().await?.settings;
        Ok((all, now, Bench::new(candidate, settings, keys)))
    };
    let (all, now, then) = app.look(&App::system(tenant), look).await?;
    let publishing = publishing.to_vec();
    let judged = tokio::task::spawn_blocking(move || {
        let mut findings = Vec::new();
        for (owner, key, suites) in &all {
            findings.extend(worse(&now, &then, suites, key.as_deref(), *owner, &publishing)?);
        }
        Ok::<_, Refusal>(findings)
    });
    judged.await.map_err(Refusal::broken)?
}

/// What the tests found of a candidate.
#[derive(Debug)]
pub(crate) struct Finding {
    /// What to say beside the release.
    pub(crate) check: Check,
    /// Whose test it is; the company's without one.
    pub(crate) owner: Owner,
}

fn worse(
    now: &Bench,
    then: &Bench,
    suites: &[(Suite, Vec<Case>)],
    key: Option<&str>,
    owner: Owner,
    publishing: &[Id<id::Department>],
) -> Result<Vec<Finding>, Refusal> {
    let before = attempt_all(now, suites, key, |_, _| true)?;
    let after = attempt_all(then, suites, key, |_, _| true)?;
    let own = owner.is_some_and(|owner| publishing.contains(&owner));
    let failing = after.into_iter().zip(before).filter(|(after, before)| !after.passed() && (own || before.passed()));
    let finding = |(result, _): (CaseResult, CaseResult)| {
        let severity = if own && !result.required { Severity::Warning } else { Severity::Error };
        let whose = key.unwrap_or("the company");
        let detail = format!("The test «{}» of «{}» ({whose}) fails: {}", result.name, result.suite_name, why(&result));
        let departments = key.map(str::to_owned).into_iter().collect();
        let code = if own { "test-failed" } else { "harms-test" };
        let check = Check { code: code.to_owned(), severity, detail, intent: None, departments };
        Finding { check, owner }
    };
    Ok(failing.map(finding).collect())
}

/// The first thing that is not as expected.
fn why(result: &CaseResult) -> String {
    let missed = result.turns.iter().find_map(|turn| turn.misses.first().map(|miss| (turn, miss)));
    missed.map_or_else(String::new, |(turn, miss)| {
        format!("«{}» should give {} {}, and gives {}", turn.said, miss.what, miss.expected, miss.got)
    })
}
