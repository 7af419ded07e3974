//! The builder: makes the models that releases wait for, one tenant at a time under a lease, and moves the pointer.

use guildhall_domain::{
    Id, Refusal,
    content::Content,
    event::{Event, Kind},
    id,
    release::{Part, Release, State, next_parts},
};
use guildhall_nlu::ENGINE_VERSION;
use guildhall_persistence::{Build, Errand, ErrandKind, Tx};
use sha2::{Digest, Sha256};

use crate::{
    App, Work, evaluation,
    live::{LiveBot, contents, faces, fit, training_set},
    metrics::BuildEnd,
    notice::Notice,
    overlap,
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

async fn build(app: &App, errand: &Errand) -> Result<(), Refusal> {
    let system = App::system(errand.tenant);
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
            work.notify(Notice::BotChanged(errand.tenant))?;
            // From here until it is in its place whoever asks for the new build waits for it instead of loading it.
            Ok((faces(work).await?, app.live.hold_loading(errand.tenant).await))
        })
        .await;
    let (faces, _loading) = moved?;
    let bot = LiveBot::join(number, ground.parts, model, Some(app.now()), ground.contents, faces)?;
    app.live.place(errand.tenant, bot);
    Ok(())
}

/// The releases that the new build speaks go live; those that they replace, and those that were overtaken while they
/// waited, are superseded.
async fn turn_over(work: &Work<'_>, ground: &Ground) -> Result<(), Refusal> {
    let before = work.builds().parts(ground.current).await?;
    let (live, overtaken): (Vec<_>, Vec<_>) =
        ground.waiting.iter().partition(|release| ground.parts.iter().any(|part| part.release == release.id));
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
