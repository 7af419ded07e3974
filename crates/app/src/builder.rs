//! The builder: makes the models that releases wait for, one tenant at a time under a lease, and moves the pointer.

use std::{sync::Arc, time::Duration};

use guildhall_domain::{
    Id, Refusal,
    content::Content,
    event::{Event, Kind},
    id,
    release::{Part, Release, State, next_parts},
};
use guildhall_nlu::ENGINE_VERSION;
use guildhall_persistence::{Build, Job, JobKind, Tx};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::{
    App,
    live::{LiveBot, contents, faces, fit, training_set},
    metrics::BuildEnd,
    notice::Notice,
};

/// A builder's claim on a tenant; renewed while it works, so that a dead builder's work is soon taken up by another.
const LEASE: Duration = Duration::from_secs(15);
const RENEWED: Duration = Duration::from_secs(5);
/// A build that failed this often says so.
const MOST_ATTEMPTS: i64 = 5;

/// Works until told to stop; a build that is under way is finished first.
pub async fn work(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match take(&app).await {
            Ok(true) => {}
            Ok(false) => app.builder.rest(&mut stop).await,
            Err(error) => {
                tracing::warn!(%error, "the builder could not look at the queue");
                app.builder.rest(&mut stop).await;
            }
        }
    }
}

/// Takes one piece of work, if any is due, and does it.
pub async fn take(app: &App) -> Result<bool, Refusal> {
    let now = app.now();
    let lease: Id<()> = app.entropy().new_id(now)?;
    let Some(job) = app.store.claim(JobKind::Build, lease.uuid(), now, now.after(LEASE)).await? else {
        return Ok(false);
    };
    let begun = tokio::time::Instant::now();
    let outcome = tokio::select! {
        outcome = build(app, &job) => outcome,
        lost = renew(app, &job) => lost,
    };
    match outcome {
        Ok(()) => {
            app.metrics.built(BuildEnd::Done, begun.elapsed());
            app.store.finish(&job).await?;
        }
        Err(error) => {
            tracing::error!(error = %Chain(&error), tenant = %job.tenant, attempts = job.attempts, "a build failed");
            let last = job.attempts + 1 >= MOST_ATTEMPTS;
            app.metrics.built(if last { BuildEnd::GivenUp } else { BuildEnd::Failed }, begun.elapsed());
            if last {
                give_up(app, &job).await?;
                app.store.finish(&job).await?;
            } else {
                let wait = Duration::from_secs(1 << job.attempts.clamp(0, 6));
                app.store.put_back(&job, app.now().after(wait)).await?;
            }
        }
    }
    Ok(true)
}

async fn renew(app: &App, job: &Job) -> Result<(), Refusal> {
    loop {
        tokio::time::sleep(RENEWED).await;
        if !app.store.renew(job, app.now().after(LEASE)).await? {
            return Err(Refusal::Unavailable("lease"));
        }
    }
}

/// What a build starts from, read in one go.
struct Ground {
    current: i64,
    last: i64,
    waiting: Vec<Release>,
    parts: Vec<Part>,
    contents: Vec<(Id<id::Department>, Content)>,
}

async fn survey(tx: &Tx) -> Result<Ground, Refusal> {
    let current = tx.builds().bot().await?.current_build;
    let waiting = tx.releases().waiting().await?;
    let standing = faces(tx).await?;
    let mut parts =
        next_parts(&tx.builds().parts(current).await?, &waiting.iter().map(Release::part).collect::<Vec<_>>());
    parts.retain(|part| standing.contains_key(&part.department));
    let contents = contents(tx, &parts).await?;
    Ok(Ground { current, last: tx.builds().last_number().await?, waiting, parts, contents })
}

async fn build(app: &App, job: &Job) -> Result<(), Refusal> {
    let system = App::system(job.tenant);
    let ground = app.look(&system, survey).await?;
    let model = fit(app, training_set(&ground.contents)).await?;
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
                parts: ground.parts.clone(),
                engine: ENGINE_VERSION.to_string(),
                checksum: Sha256::digest(&artefact).into(),
                artefact: artefact.clone(),
                created_at: work.now(),
            };
            work.builds().keep(build).await?;
            if !work.builds().point(ground.current, number, work.now()).await? {
                return Err(Refusal::Unavailable("another builder was quicker"));
            }
            turn_over(work, &ground).await?;
            work.notify(Notice::BotChanged(job.tenant))?;
            // From here until it is in its place whoever asks for the new build waits for it instead of loading it.
            Ok((faces(work).await?, app.live.hold_loading(job.tenant).await))
        })
        .await;
    let (faces, _loading) = moved?;
    let bot = LiveBot::join(number, ground.parts, model, Some(app.now()), ground.contents, faces)?;
    app.live.place(job.tenant, bot);
    Ok(())
}

/// The releases that the new build speaks go live; those that they replace, and those that were overtaken while they
/// waited, are superseded.
async fn turn_over(work: &crate::Work<'_>, ground: &Ground) -> Result<(), Refusal> {
    let before = work.builds().parts(ground.current).await?;
    let (live, overtaken): (Vec<_>, Vec<_>) =
        ground.waiting.iter().partition(|release| ground.parts.iter().any(|part| part.release == release.id));
    let replaced =
        before.iter().filter(|old| live.iter().any(|new| new.department == old.department)).map(|part| part.release);
    work.releases().turn(replaced, State::Live, State::Superseded, work.now()).await?;
    work.releases().turn(overtaken.iter().map(|r| r.id), State::Building, State::Superseded, work.now()).await?;
    work.releases().turn(live.iter().map(|r| r.id), State::Building, State::Live, work.now()).await?;
    for release in live {
        work.tell(Event::of(Kind::WentLive, release.id).within(release.department))?;
    }
    Ok(())
}

async fn give_up(app: &App, job: &Job) -> Result<(), Refusal> {
    app.act(&App::system(job.tenant), async |work| {
        let waiting = work.releases().waiting().await?;
        work.releases().turn(waiting.iter().map(|r| r.id), State::Building, State::Failed, work.now()).await?;
        for release in waiting {
            work.tell(Event::of(Kind::BuildFailed, release.id).within(release.department))?;
        }
        Ok(())
    })
    .await
}

/// An error with all its causes, for the log.
struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
