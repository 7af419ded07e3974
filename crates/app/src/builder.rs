//! The builder: makes the models that releases wait for, one tenant at a time under a lease, and moves the pointer.

use std::{collections::HashSet, sync::Arc};

use guildhall_domain::{
    Actor, Id, Refusal,
    content::Severity,
    event::{Event, Kind},
    harm::Harm,
    id,
    release::{Part, Release, State, next_parts},
};
use guildhall_nlu::ENGINE_VERSION;
use guildhall_persistence::{Build, Errand, ErrandKind, Tx};
use sha2::{Digest, Sha256};

use crate::{
    App, Work, evaluation, held,
    live::{LiveBot, contents, faces, fit, training_set},
    metrics::BuildEnd,
    notice::Notice,
    overlap, trial,
    weighing::weigh,
    worker::{Outcome, Trade},
};

/// A build that failed this often says so.
const MOST_ATTEMPTS: i64 = 5;

pub(crate) const TRADE: Trade = Trade {
    kind: ErrandKind::Build,
    able: |_| true,
    attempts: MOST_ATTEMPTS,
    run: |app, errand| Box::pin(take(app, errand)),
    give_up: |app, errand| Box::pin(give_up(app, errand)),
};

/// What follows once releases went live, in the unit of work in which they do; mostly errands that are asked for. One
/// line each.
async fn follow(work: &Work<'_>, _live: &[&Release]) -> Result<(), Refusal> {
    overlap::ask(work).await?;
    evaluation::after_release(work).await?;
    Ok(())
}

async fn take(app: &App, errand: &Errand) -> Result<Outcome, Refusal> {
    let begun = tokio::time::Instant::now();
    let built = build(app, errand).await;
    let end = match &built {
        Ok(()) => BuildEnd::Done,
        Err(_) if errand.attempts + 1 >= MOST_ATTEMPTS => BuildEnd::GivenUp,
        Err(_) => BuildEnd::Failed,
    };
    app.metrics.built(end, begun.elapsed());
    built.map(|()| Outcome::Done)
}

/// What a build starts from, read in one go.
struct Ground {
    current: i64,
    last: i64,
    /// What is live, of the departments that still are.
    present: Vec<Part>,
    /// Whether a department that is no more still speaks.
    stale: bool,
    waiting: Vec<Release>,
    standing: HashSet<Id<id::Department>>,
}

/// What a build makes of its ground.
struct Plan {
    parts: Vec<Part>,
    /// Those that wait and are not held.
    waiting: Vec<Release>,
    held: Vec<(Release, Vec<Harm>)>,
    /// Whether nothing but what is live would speak.
    idle: bool,
}

async fn survey(tx: &Tx) -> Result<Ground, Refusal> {
    let current = tx.builds().bot().await?.current_build;
    let standing = faces(tx).await?;
    let parts = tx.builds().parts(current).await?;
    let stands = |part: &Part| standing.contains_key(&part.department);
    let waiting = tx.releases().waiting().await?;
    let present: Vec<_> = parts.iter().copied().filter(stands).collect();
    let stale = present.len() < parts.len();
    Ok(Ground {
        current,
        last: tx.builds().last_number().await?,
        present,
        stale,
        waiting,
        standing: standing.into_keys().collect(),
    })
}

/// Weighs the releases that wait, one after the other, each beside what is live and those that passed before it.
async fn plan(app: &App, system: &Actor, ground: &Ground) -> Result<Plan, Refusal> {
    let (mut parts, mut waiting, mut held) = (ground.present.clone(), Vec::new(), Vec::new());
    for release in &ground.waiting {
        if !ground.standing.contains(&release.department) {
            // Of a department that is no more: overtaken.
            waiting.push(release.clone());
            continue;
        }
        let newest =
            !ground.waiting.iter().any(|other| other.department == release.department && other.number > release.number);
        let harms = if newest { checks(app, system, &parts, release).await? } else { Vec::new() };
        if harms.is_empty() {
            parts = next_parts(&parts, &[release.part()]);
            waiting.push(release.clone());
        } else {
            held.push((release.clone(), harms));
        }
    }
    let idle = waiting.is_empty() && !held.is_empty() && !ground.stale;
    Ok(Plan { parts, waiting, held, idle })
}

/// What is checked before a release is built; what it harms holds it. One line each.
async fn checks(app: &App, system: &Actor, present: &[Part], release: &Release) -> Result<Vec<Harm>, Refusal> {
    let mut harms = Vec::new();
    harms.extend(weigh(app, system, present, release).await?);
    try_out(app, system, present, release, &mut harms).await?;
    Ok(harms)
}

/// Tries the conversation tests beside a release, where there are any: those of another department that would fail harm
/// it; the company's, and the publishing department's own required ones, count for that.
async fn try_out(
    app: &App,
    system: &Actor,
    present: &[Part],
    release: &Release,
    harms: &mut Vec<Harm>,
) -> Result<(), Refusal> {
    let next = next_parts(present, &[release.part()]);
    let read = async |tx: &Tx| {
        let tested = !tx.suites().owners().await?.is_empty();
        Ok(if tested { Some((contents(tx, &next).await?, faces(tx).await?)) } else { None })
    };
    let Some((contents, faces)) = app.look(system, read).await? else { return Ok(()) };
    let model = fit(app, training_set(&contents)).await?;
    let candidate = LiveBot::join(0, next, model, None, contents, faces)?;
    let let_go =
        |of: Id<id::Department>| release.harms.iter().any(|harm| harm.department == of && harm.let_go.is_some());
    let tenant = system.scope.tenant();
    for finding in trial::before_release(app, tenant, Arc::new(candidate), &[release.department]).await? {
        let whose = finding.owner.unwrap_or(release.department);
        if finding.check.severity != Severity::Error || let_go(whose) {
            continue;
        }
        let at = harms.iter().position(|harm| harm.department == whose).unwrap_or_else(|| {
            harms.push(Harm::to(whose));
            harms.len() - 1
        });
        harms.get_mut(at).into_iter().for_each(|harm| harm.tests.push(finding.check.detail.clone()));
    }
    Ok(())
}

async fn hold_all(work: &Work<'_>, plan: &Plan) -> Result<(), Refusal> {
    for (release, harms) in &plan.held {
        held::hold(work, release, harms).await?;
    }
    Ok(())
}

async fn build(app: &App, errand: &Errand) -> Result<(), Refusal> {
    let system = App::system(errand.tenant);
    let ground = app.look(&system, survey).await?;
    let plan = plan(app, &system, &ground).await?;
    if plan.idle {
        return app.act(&system, async |work| hold_all(work, &plan).await).await;
    }
    let contents = app.look(&system, async |tx| contents(tx, &plan.parts).await).await?;
    let model = fit(app, training_set(&contents)).await?;
    let (model, artefact) = tokio::task::spawn_blocking(move || {
        let artefact = model.to_bytes();
        (model, artefact)
    })
    .await
    .map_err(Refusal::broken)?;
    let number = ground.last.max(ground.current) + 1;
    let moved = app
        .act(&system, async |work| {
            let build = Build {
                number,
                parts: plan.parts.clone(),
                engine: ENGINE_VERSION.to_string(),
                checksum: Sha256::digest(&artefact).into(),
                artefact: artefact.clone(),
                created_at: work.now(),
            };
            work.builds().keep(build).await?;
            if !work.builds().point(ground.current, number, work.now()).await? {
                return Err(Refusal::Unavailable("another builder was quicker"));
            }
            turn_over(work, ground.current, &plan).await?;
            hold_all(work, &plan).await?;
            work.notify(Notice::BotChanged(errand.tenant))?;
            // From here until it is in its place whoever asks for the new build waits for it instead of loading it.
            Ok((faces(work).await?, app.live.hold_loading(errand.tenant).await))
        })
        .await;
    let (faces, _loading) = moved?;
    let bot = LiveBot::join(number, plan.parts, model, Some(app.now()), contents, faces)?;
    app.live.place(errand.tenant, bot);
    Ok(())
}

/// The releases that the new build speaks go live; those that they replace, and those that were overtaken while they
/// waited, are superseded.
async fn turn_over(work: &Work<'_>, current: i64, plan: &Plan) -> Result<(), Refusal> {
    let before = work.builds().parts(current).await?;
    let (live, overtaken): (Vec<_>, Vec<_>) =
        plan.waiting.iter().partition(|release| plan.parts.iter().any(|part| part.release == release.id));
    let replaced =
        before.iter().filter(|old| live.iter().any(|new| new.department == old.department)).map(|part| part.release);
    work.releases().turn(replaced, State::Live, State::Superseded, work.now()).await?;
    work.releases().turn(overtaken.iter().map(|r| r.id), State::Building, State::Superseded, work.now()).await?;
    work.releases().turn(live.iter().map(|r| r.id), State::Building, State::Live, work.now()).await?;
    for release in &live {
        work.tell(Event::of(Kind::WentLive, release.id).within(release.department))?;
    }
    follow(work, &live).await
}

async fn give_up(app: &App, errand: &Errand) -> Result<Outcome, Refusal> {
    app.act(&App::system(errand.tenant), async |work| {
        let waiting = work.releases().waiting().await?;
        work.releases().turn(waiting.iter().map(|r| r.id), State::Building, State::Failed, work.now()).await?;
        for release in waiting {
            work.tell(Event::of(Kind::BuildFailed, release.id).within(release.department))?;
        }
        Ok(Outcome::Done)
    })
    .await
}
