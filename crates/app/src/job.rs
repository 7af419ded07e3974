//! Jobs: what somebody asked for and that takes longer than an answer may. They are done in the background, tell how far
//! they are, can be called off, and leave one result however often a node dies in the middle.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use guildhall_domain::{
    Conflict, Id, Page, PageRequest, Permit, Reach, Refusal,
    event::{self, Event},
    id,
    job::{Job, KEPT, Kind, MOST_AT_ONCE, Progress, State, Trouble},
    member,
    policy::{CancelJob, ReadJobs, holds},
};
use guildhall_persistence::{Errand, ErrandKind, Tx};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    App, Work, evaluation,
    notice::Notice,
    trial,
    worker::{Doing, Outcome, Trade},
};

/// Who does a job of a kind; one line each.
const fn doer(kind: Kind) -> for<'a> fn(&'a Running<'a>) -> Doing<'a, ()> {
    match kind {
        Kind::ConversationTests => |running| trial::run(running),
        Kind::Evaluation => |running| Box::pin(evaluation::run(running)),
    }
}

/// How often a job is begun before it is `failed`.
const ATTEMPTS: i64 = 3;
/// How often a job says how far it is.
const TOLD: Duration = Duration::from_millis(400);
/// The refusal of a job that ended while it was worked on: called off, or taken up by another node.
const ENDED: &str = "job";

pub(crate) const TRADE: Trade = Trade {
    kind: ErrandKind::Job,
    able: |_| true,
    attempts: ATTEMPTS,
    run: |app, errand| Box::pin(run(app, errand)),
    give_up: |app, errand| Box::pin(give_up(app, errand)),
};

/// Asks for a job in somebody's name, or in the house's own.
pub(crate) async fn ask(
    work: &Work<'_>,
    asked_by: Option<Id<id::Member>>,
    kind: Kind,
    departments: Vec<Id<id::Department>>,
    task: Value,
) -> Result<Job, Refusal> {
    if let Some(member) = asked_by
        && work.jobs().under_way(member).await? >= MOST_AT_ONCE
    {
        return Err(Conflict::LimitReached("jobs").into());
    }
    let job = Job {
        id: work.new_id()?,
        kind,
        departments,
        asked_by,
        state: State::Queued,
        progress: Progress::default(),
        task,
        result: None,
        problem: None,
        created_at: work.now(),
        started_at: None,
        ended_at: None,
        updated_at: work.now(),
    };
    work.jobs().add(&job).await?;
    work.ask(ErrandKind::Job, &job.id.to_string(), work.now()).await?;
    // What the house does by itself is no news.
    if asked_by.is_some() {
        work.tell(Event::of(event::Kind::JobAsked, job.id).with(json!({ "kind": kind.name() })))?;
    }
    Ok(job)
}

/// A page of one's own jobs, the latest first.
pub async fn list(tx: &Tx, permit: &Permit<ReadJobs>, page: &PageRequest) -> Result<Page<Job>, Refusal> {
    let mut page = tx.jobs().list(permit.answers()?, page).await?;
    page.items.retain(|job| still_may(job, permit));
    Ok(page)
}

/// A job: one's own, as long as one holds what it needed; any for the leader.
pub async fn get(tx: &Tx, permit: &Permit<ReadJobs>, id: Id<id::Job>) -> Result<Job, Refusal> {
    reached(tx, permit, id).await
}

/// Calls a job off; one that has ended stays as it is.
pub async fn cancel(work: &Work<'_>, permit: &Permit<CancelJob>, id: Id<id::Job>) -> Result<Job, Refusal> {
    let job = reached(work, permit, id).await?;
    if work.jobs().end(id, State::Cancelled, None, work.now()).await? {
        work.tell(Event::of(event::Kind::JobCancelled, id).with(json!({ "kind": job.kind.name() })))?;
        work.notify(Notice::JobMoved(id))?;
    }
    reached(work, permit, id).await
}

async fn reached<A: guildhall_domain::policy::Action>(
    tx: &Tx,
    permit: &Permit<A>,
    id: Id<id::Job>,
) -> Result<Job, Refusal> {
    let asker = if *permit.reach() == Reach::Tenant { None } else { Some(permit.member()?) };
    tx.jobs().get(asker, id).await?.filter(|job| still_may(job, permit)).ok_or(Refusal::NotFound)
}

/// Whether who asks still holds what the job needs; rights that were taken away end it.
fn still_may<A: guildhall_domain::policy::Action>(job: &Job, permit: &Permit<A>) -> bool {
    *permit.reach() == Reach::Tenant || holds(job.kind.action().1, &permit.actor().grants, &job.departments)
}

/// Forgets the jobs that ended long ago.
pub(crate) fn forget(app: &App, tenant: Id<id::Tenant>) -> Doing<'_, ()> {
    Box::pin(async move {
        let before = app.now().before(KEPT);
        app.act(&App::system(tenant), async |work| Ok(work.jobs().forget(before).await.map(|_| ())?)).await
    })
}

/// A job that is being done here.
pub(crate) struct Running<'a> {
    /// The house.
    pub(crate) app: &'a App,
    /// The job.
    pub(crate) job: Job,
    run: Uuid,
    tenant: Id<id::Tenant>,
}

/// What a computation tells while it runs, and by which it is told to stop.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    done: AtomicI64,
    total: AtomicI64,
    stopped: AtomicBool,
}

impl Meter {
    /// Says how far it is, in steps; answers whether to go on.
    pub(crate) fn tell(&self, done: usize, total: usize) -> bool {
        self.done.store(i64::try_from(done).unwrap_or(i64::MAX), Ordering::Relaxed);
        self.total.store(i64::try_from(total).unwrap_or(i64::MAX), Ordering::Relaxed);
        !self.stopped.load(Ordering::Relaxed)
    }

    fn read(&self) -> Progress {
        Progress { done: self.done.load(Ordering::Relaxed), total: self.total.load(Ordering::Relaxed) }
    }
}

/// A computation that outlives nobody: whoever stops waiting for it tells it to stop.
struct StopOnDrop(Arc<Meter>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }
}

impl Running<'_> {
    /// The house at work in the job's tenant.
    pub(crate) const fn system(&self) -> guildhall_domain::Actor {
        App::system(self.tenant)
    }

    /// Notes how far it is; refuses when the job has ended meanwhile.
    pub(crate) async fn progress(&self, progress: Progress) -> Result<(), Refusal> {
        let note = async |work: &Work<'_>| {
            work.notify(Notice::JobMoved(self.job.id))?;
            Ok(work.jobs().progress(self.job.id, self.run, progress, work.now()).await?)
        };
        if self.app.act(&self.system(), note).await? { Ok(()) } else { Err(Refusal::Gone(ENDED)) }
    }

    /// Computes off the workers, with the progress that the computation tells; stops it when the job has ended.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        compute: impl FnOnce(&Meter) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let meter = Arc::new(Meter::default());
        let _stop = StopOnDrop(Arc::clone(&meter));
        let told = Arc::clone(&meter);
        let mut computing = tokio::task::spawn_blocking(move || compute(&told));
        let mut noted = Progress::default();
        loop {
            tokio::select! {
                computed = &mut computing => return computed.map_err(Refusal::broken),
                () = tokio::time::sleep(TOLD) => {}
            }
            let progress = meter.read();
            if progress != noted {
                self.progress(progress).await?;
                noted = progress;
            }
        }
    }

    /// Ends the job with its result, written in the same unit of work as all else that comes of it: once, whoever else
    /// may have done it too.
    pub(crate) async fn finish(
        &self,
        deed: impl AsyncFnOnce(&Work<'_>) -> Result<Value, Refusal>,
    ) -> Result<(), Refusal> {
        let finish = async |work: &Work<'_>| {
            let result = deed(work).await?;
            if !work.jobs().finish(self.job.id, self.run, &result, work.now()).await? {
                return Err(Refusal::Gone(ENDED));
            }
            if self.job.asked_by.is_some() {
                let done = Event::of(event::Kind::JobDone, self.job.id);
                work.tell(done.with(json!({ "kind": self.job.kind.name() })))?;
            }
            work.notify(Notice::JobMoved(self.job.id))
        };
        self.app.act(&self.system(), finish).await
    }
}

async fn run(app: &App, errand: &Errand) -> Result<Outcome, Refusal> {
    let Ok(id) = errand.reference.parse::<Id<id::Job>>() else { return Ok(Outcome::Done) };
    let (system, run) = (App::system(errand.tenant), errand.lease());
    let begun = app
        .act(&system, async |work| {
            let Some(job) = work.jobs().get(None, id).await?.filter(|job| !job.state.ended()) else { return Ok(None) };
            if !asker_may(work, &job).await? {
                let detail = "Whoever asked for it may not any more.".to_owned();
                let trouble = Trouble { code: "forbidden".to_owned(), detail };
                fail(work, &job, &trouble).await?;
                return Ok(None);
            }
            work.notify(Notice::JobMoved(id))?;
            Ok(work.jobs().begin(id, run, work.now()).await?.then_some(job))
        })
        .await?;
    let Some(job) = begun else { return Ok(Outcome::Done) };
    let running = Running { app, job, run, tenant: errand.tenant };
    match doer(running.job.kind)(&running).await {
        Ok(()) | Err(Refusal::Gone(ENDED)) => Ok(Outcome::Done),
        Err(error @ (Refusal::Broken(_) | Refusal::Unavailable(_))) => Err(error),
        Err(refusal) => {
            let trouble = Trouble { code: "invalid".to_owned(), detail: told(&refusal) };
            app.act(&system, async |work| fail(work, &running.job, &trouble).await).await?;
            Ok(Outcome::Done)
        }
    }
}

/// A refusal that trying again won't change, as a sentence for people.
fn told(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Invalid(flaws) => flaws.iter().map(|flaw| flaw.detail.as_str()).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

/// Whether the asker is still here and holds what the job needs.
async fn asker_may(tx: &Tx, job: &Job) -> Result<bool, Refusal> {
    let Some(id) = job.asked_by else { return Ok(true) };
    let Some(asker) = tx.members().get(id).await?.filter(|asker| asker.state == member::State::Active) else {
        return Ok(false);
    };
    let grants = asker.grants(tx.members().grants_of(id).await?);
    Ok(holds(job.kind.action().1, &grants, &job.departments))
}

async fn fail(work: &Work<'_>, job: &Job, trouble: &Trouble) -> Result<(), Refusal> {
    if work.jobs().end(job.id, State::Failed, Some(trouble), work.now()).await? {
        let failed = Event::of(event::Kind::JobFailed, job.id);
        work.tell(failed.with(json!({ "kind": job.kind.name(), "code": trouble.code })))?;
        work.notify(Notice::JobMoved(job.id))?;
    }
    Ok(())
}

async fn give_up(app: &App, errand: &Errand) -> Result<Outcome, Refusal> {
    let Ok(id) = errand.reference.parse::<Id<id::Job>>() else { return Ok(Outcome::Done) };
    app.act(&App::system(errand.tenant), async |work| {
        let Some(job) = work.jobs().get(None, id).await? else { return Ok(()) };
        let detail = "It failed several times; the cause is in the server's log.".to_owned();
        fail(work, &job, &Trouble { code: "internal-error".to_owned(), detail }).await
    })
    .await?;
    Ok(Outcome::Done)
}
