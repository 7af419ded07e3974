//! The worker: takes errands from the queue, each kind's one after the other under a lease, and tries again what failed.
//!
//! The queue is the database's, so an errand is lost with the unit of work that asked for it or kept with it. It is done
//! at least once: a node that dies in the middle loses its lease, and another takes the errand up again. Whoever does it
//! writes what comes of it in one unit of work that can tell whether it was written before.

use std::{panic::AssertUnwindSafe, pin::Pin, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use guildhall_domain::{
    Id, Moment, Refusal,
    event::{Event, Kind},
};
use guildhall_persistence::{Errand, ErrandKind};
use serde_json::json;
use tokio::{sync::watch, task::JoinHandle};

use crate::{App, Work, bell::Bell, builder, chore, job, notice::Notice, overlap, postman, relay, request::escalating};

/// Every trade that there is; one line each.
const TRADES: &[Trade] =
    &[builder::TRADE, postman::TRADE, job::TRADE, chore::TRADE, relay::TRADE, escalating::TRADE, overlap::TRADE];

/// A claim on an errand; renewed while it is worked on, so that a dead worker's errand is soon taken up by another.
const LEASE: Duration = Duration::from_secs(15);
const RENEWED: Duration = Duration::from_secs(5);
/// The longest wait of an errand that failed; the first is a second, and each further one twice as long.
const LONGEST_WAIT: Duration = Duration::from_mins(15);

/// Work that is being done.
pub(crate) type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send + 'a>>;

/// What became of an errand that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is done.
    Done,
    /// It is done, and begins afresh at this moment.
    Again(Moment),
    /// It is not done yet: try again at this moment.
    Later(Moment),
}

/// How errands of one kind are done.
pub(crate) struct Trade {
    /// The kind.
    pub(crate) kind: ErrandKind,
    /// Whether this node can do them.
    pub(crate) able: fn(&App) -> bool,
    /// How often one is begun before it is given up.
    pub(crate) attempts: i64,
    /// Does one. What is refused is tried again.
    pub(crate) run: for<'a> fn(&'a App, &'a Errand) -> Doing<'a, Outcome>,
    /// Gives one up that was begun as often as it may be.
    pub(crate) give_up: for<'a> fn(&'a App, &'a Errand) -> Doing<'a, Outcome>,
}

/// The bells of a node, one for each kind.
pub(crate) struct Bells(Vec<(ErrandKind, Bell)>);

impl Default for Bells {
    fn default() -> Self {
        Self(ErrandKind::ALL.iter().map(|kind| (*kind, Bell::default())).collect())
    }
}

impl Bells {
    /// Says that an errand of this kind waits.
    pub(crate) fn ring(&self, kind: ErrandKind) {
        self.0.iter().filter(|(of, _)| *of == kind).for_each(|(_, bell)| bell.ring());
    }

    async fn rest(&self, kind: ErrandKind, stop: &mut watch::Receiver<bool>) {
        if let Some((_, bell)) = self.0.iter().find(|(of, _)| *of == kind) {
            bell.rest(stop).await;
        }
    }
}

impl Work<'_> {
    /// Asks for an errand at a moment, once this work is durable; asking again for what waits asks once, later.
    pub(crate) async fn ask(&self, kind: ErrandKind, reference: &str, due: Moment) -> Result<(), Refusal> {
        self.enqueue(self.new_id::<()>()?.uuid(), kind, reference, due).await?;
        self.notify(Notice::ErrandWaits(kind, self.scope().tenant()))
    }
}

/// Starts a worker for each trade that this node can do; each ends when told to stop, after what is under way.
#[must_use]
pub fn start(app: &Arc<App>, stop: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    let able = TRADES.iter().filter(|trade| (trade.able)(app));
    able.map(|trade| tokio::spawn(work(Arc::clone(app), trade, stop.clone()))).collect()
}

async fn work(app: Arc<App>, trade: &'static Trade, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match take(&app, trade).await {
            Ok(true) => {}
            Ok(false) => app.bells.rest(trade.kind, &mut stop).await,
            Err(error) => {
                tracing::warn!(%error, kind = trade.kind.name(), "a worker could not use the queue");
                app.bells.rest(trade.kind, &mut stop).await;
            }
        }
    }
}

/// Does what is due of a trade, where no worker runs.
pub(crate) async fn work_off(app: &App, trade: &Trade) -> Result<(), Refusal> {
    while take(app, trade).await? {}
    Ok(())
}

/// Takes one errand, if any is due, and does it.
async fn take(app: &App, trade: &Trade) -> Result<bool, Refusal> {
    let now = app.now();
    let lease: Id<()> = app.entropy().new_id(now)?;
    let Some(errand) = app.store.claim(trade.kind, lease.uuid(), now, now.after(LEASE)).await? else {
        return Ok(false);
    };
    let outcome = tokio::select! {
        outcome = safely((trade.run)(app, &errand)) => outcome,
        lost = renew(app, &errand) => lost,
    };
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => {
            let (kind, attempts) = (trade.kind.name(), errand.attempts);
            tracing::error!(error = %Chain(&error), tenant = %errand.tenant, kind, attempts, "an errand failed");
            if errand.attempts + 1 >= trade.attempts {
                safely((trade.give_up)(app, &errand)).await?
            } else {
                Outcome::Later(app.now().after(wait_after(errand.attempts)))
            }
        }
    };
    match outcome {
        Outcome::Done => app.store.finish(&errand).await?,
        Outcome::Again(due) => app.store.again(&errand, due).await?,
        Outcome::Later(due) => app.store.put_back(&errand, due).await?,
    }
    Ok(true)
}

/// A worker outlives whatever goes wrong in what it does.
async fn safely<T>(doing: Doing<'_, T>) -> Result<T, Refusal> {
    AssertUnwindSafe(doing).catch_unwind().await.unwrap_or_else(|_| Err(Refusal::broken("an errand panicked")))
}

async fn renew(app: &App, errand: &Errand) -> Result<Outcome, Refusal> {
    loop {
        tokio::time::sleep(RENEWED).await;
        if !app.store.renew(errand, app.now().after(LEASE)).await? {
            return Err(Refusal::Unavailable("lease"));
        }
    }
}

/// A second after the first failure, doubling to a quarter of an hour.
pub(crate) fn wait_after(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(0, 10)).unwrap_or(0);
    Duration::from_secs(2u64.pow(doublings)).min(LONGEST_WAIT)
}

/// Gives an errand up and says so on the record.
pub(crate) fn give_up_aloud<'a>(app: &'a App, errand: &'a Errand) -> Doing<'a, Outcome> {
    Box::pin(async move {
        let data = json!({ "kind": errand.kind.name(), "reference": errand.reference });
        let given_up = Event::of(Kind::ErrandGivenUp, errand.kind.name()).with(data);
        app.act(&App::system(errand.tenant), async |work| work.tell(given_up)).await?;
        Ok(Outcome::Done)
    })
}

/// An error with all its causes, for the log.
pub(crate) struct Chain<'a>(pub(crate) &'a dyn std::error::Error);

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_to_a_quarter_of_an_hour() {
        assert_eq!([0, 1, 6].map(wait_after), [1, 2, 64].map(Duration::from_secs));
        assert_eq!(wait_after(i64::MAX), LONGEST_WAIT);
    }

    #[test]
    fn every_kind_of_errand_has_a_trade_and_a_bell() {
        for kind in ErrandKind::ALL {
            assert_eq!(TRADES.iter().filter(|trade| trade.kind == *kind).count(), 1, "{kind:?}");
        }
        assert_eq!(Bells::default().0.len(), ErrandKind::ALL.len());
    }
}
