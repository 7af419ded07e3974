//! The postman: sends the letters that wait, one after the other, and tries again what could not be sent.
//!
//! A letter is written in the unit of work of what it tells, so it is lost with that or kept with that. It is sent at least
//! once: a crash between the sending and its record sends it again, under the same identifier.

use std::{sync::Arc, time::Duration};

use guildhall_domain::{
    Id, Moment, Refusal,
    event::{Event, Kind},
    id,
};
use guildhall_persistence::{
    Job, JobKind, SealedLetter, Tx,
    shared::{Limit, key},
};
use tokio::sync::watch;

use crate::{
    App, Work,
    bell::Bell,
    letter::{Letter, Mailer, NotSent},
    notice::Notice,
};

/// A claim on a letter; longer than sending one can take.
const LEASE: Duration = Duration::from_mins(1);
/// The first wait of a letter that could not be sent; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// Letters of one company; more of them wait, so that nobody makes the house their bulk mailer.
const OF_COMPANY: Limit = Limit { name: "letters", quota: 1_000, window: Duration::from_hours(1), burst: 1_000 };

/// Who carries letters, and the bell that says that one waits.
#[derive(Default)]
pub(crate) struct Post {
    pub(crate) mailer: Option<Arc<dyn Mailer>>,
    pub(crate) bell: Bell,
}

impl App {
    /// Whether letters are sent by e-mail here; otherwise whoever makes a link hands it over.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.post.mailer.is_some()
    }
}

impl Work<'_> {
    /// Keeps a letter, to be sent once this work is durable and before `until`. Says whether letters are sent at all.
    pub(crate) async fn post(&self, letter: &Letter, until: Moment) -> Result<bool, Refusal> {
        if !self.app().sends_mail() {
            return Ok(false);
        }
        let id: Id<id::Letter> = self.new_id()?;
        let plain = serde_json::to_vec(letter).map_err(Refusal::broken)?;
        let sealed = self.app().sealer.seal(&plain, &place(id), self.app().entropy())?;
        self.letters().add(&SealedLetter { id, sealed, created_at: self.now(), expires_at: until }).await?;
        self.enqueue(self.new_id::<()>()?.uuid(), JobKind::Letter, &id.to_string(), self.now()).await?;
        self.notify(Notice::LetterWaits(self.scope().tenant()))?;
        Ok(true)
    }
}

/// Where a letter's sealed bytes belong.
fn place(id: Id<id::Letter>) -> String {
    format!("letter|{id}")
}

/// Works until told to stop; without anybody who carries letters there is nothing to do.
pub async fn work(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let Some(mailer) = app.post.mailer.clone() else { return };
    while !*stop.borrow() {
        match take(&app, mailer.as_ref()).await {
            Ok(true) => {}
            Ok(false) => app.post.bell.rest(&mut stop).await,
            Err(error) => {
                tracing::warn!(%error, "the postman could not look at the queue");
                app.post.bell.rest(&mut stop).await;
            }
        }
    }
}

/// Takes one letter, if any is due, and sends it.
async fn take(app: &App, mailer: &dyn Mailer) -> Result<bool, Refusal> {
    let now = app.now();
    let lease: Id<()> = app.entropy().new_id(now)?;
    let Some(job) = app.store.claim(JobKind::Letter, lease.uuid(), now, now.after(LEASE)).await? else {
        return Ok(false);
    };
    match deliver(app, mailer, &job).await? {
        None => app.store.finish(&job).await?,
        Some(due) => app.store.put_back(&job, due).await?,
    }
    Ok(true)
}

/// Sends a letter. What is answered is when to try again, if at all.
async fn deliver(app: &App, mailer: &dyn Mailer, job: &Job) -> Result<Option<Moment>, Refusal> {
    let Ok(id) = job.reference.parse::<Id<id::Letter>>() else { return Ok(None) };
    let kept = app.look(&App::system(job.tenant), async |tx: &Tx| Ok(tx.letters().get(id).await?)).await?;
    let Some(kept) = kept else { return Ok(None) };
    let pace = app.shared.take(&OF_COMPANY, &key(Some(job.tenant), "letters"), 1).await;
    if !pace.allowed && app.now() < kept.expires_at {
        return Ok(Some(app.now().after(pace.retry_after)));
    }
    let due = app.now().after(wait_after(job.attempts));
    let why = match open(app, &kept) {
        _ if app.now() >= kept.expires_at => ("too late", "nobody needs it any more".into()),
        Ok(letter) => match mailer.send(id, &letter).await {
            Ok(()) => return forget(app, job, id, None).await.map(|()| None),
            Err(NotSent::Later(cause)) if due < kept.expires_at => {
                tracing::warn!(letter = %id, %cause, attempts = job.attempts, "a letter could not be sent yet");
                return Ok(Some(due));
            }
            Err(NotSent::Later(cause)) => ("too late", cause),
            Err(NotSent::Never(cause)) => ("declined", cause),
        },
        Err(broken) => ("unreadable", broken.into()),
    };
    tracing::error!(letter = %id, tenant = %job.tenant, cause = %why.1, "a letter was given up: {}", why.0);
    forget(app, job, id, Some(why.0)).await.map(|()| None)
}

fn open(app: &App, kept: &SealedLetter) -> Result<Letter, Refusal> {
    let plain = app.sealer.open(&kept.sealed, &place(kept.id))?;
    serde_json::from_slice(&plain).map_err(Refusal::broken)
}

/// Takes a letter out; one that was not sent is on record.
async fn forget(app: &App, job: &Job, id: Id<id::Letter>, lost: Option<&str>) -> Result<(), Refusal> {
    app.act(&App::system(job.tenant), async |work| {
        work.letters().remove(id).await?;
        match lost {
            Some(why) => work.tell(Event::of(Kind::LetterLost, id).with(serde_json::json!({ "why": why }))),
            None => Ok(()),
        }
    })
    .await
}

/// Five seconds after the first failure, doubling to a quarter of an hour.
fn wait_after(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(0, 8)).unwrap_or(0);
    (FIRST_WAIT * 2u32.pow(doublings)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_to_a_quarter_of_an_hour() {
        assert_eq!([0, 1, 7].map(wait_after), [5, 10, 640].map(Duration::from_secs));
        assert_eq!(wait_after(8), LONGEST_WAIT);
        assert_eq!(wait_after(i64::MAX), LONGEST_WAIT);
    }
}
