//! Marks in memory: which tenants' visitors did something since the relay was last asked.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use guildhall_domain::{Id, Refusal, event::Kind, id};
use guildhall_persistence::ErrandKind;
use tokio::{sync::watch, time::Instant};

use crate::{App, Work};

/// How often marks are looked at.
const GLANCE: Duration = Duration::from_secs(1);
/// Gathering takes no more than this part of the time of one core, however much is said.
const PART_OF_TIME: u32 = 4;

/// What is marked, and how long each tenant must wait.
#[derive(Default)]
pub(crate) struct Marks(Mutex<HashMap<Id<id::Tenant>, Mark>>);

#[derive(Default)]
struct Mark {
    waits: bool,
    not_before: Option<Instant>,
}

impl Marks {
    /// Notes that visitors of a tenant did something of this kind.
    pub(crate) fn note(&self, tenant: Id<id::Tenant>, kinds: impl Iterator<Item = Kind>) {
        let mut kinds = kinds;
        if kinds.any(|kind| matches!(kind, Kind::MessageAnswered | Kind::Rated)) {
            self.held().entry(tenant).or_default().waits = true;
        }
    }

    /// Notes how long gathering took.
    pub(crate) fn took(&self, tenant: Id<id::Tenant>, long: Duration) {
        self.held().entry(tenant).or_default().not_before = Some(Instant::now() + PART_OF_TIME * long);
    }

    fn held(&self) -> std::sync::MutexGuard<'_, HashMap<Id<id::Tenant>, Mark>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tenants whose turn it is; their marks are gone.
    fn take(&self) -> Vec<Id<id::Tenant>> {
        let now = Instant::now();
        let mut marks = self.held();
        let mut due = Vec::new();
        marks.retain(|tenant, mark| {
            let may = mark.not_before.is_none_or(|at| at <= now);
            if may && mark.waits {
                due.push(*tenant);
            }
            mark.waits &= !may;
            mark.waits || !may
        });
        due
    }
}

/// Asks for the relay of each marked tenant, until told to stop. What is lost with a node is found within the hour.
pub async fn listen(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        tokio::select! {
            () = tokio::time::sleep(GLANCE) => {}
            _ = stop.changed() => {}
        }
        for tenant in app.marks.take() {
            if let Err(error) = ask(&app, tenant).await {
                tracing::warn!(%error, %tenant, "the relay could not be asked for");
                app.marks.held().entry(tenant).or_default().waits = true;
            }
        }
    }
}

async fn ask(app: &App, tenant: Id<id::Tenant>) -> Result<(), Refusal> {
    app.act(&App::system(tenant), async |work: &Work<'_>| work.ask(ErrandKind::Relay, "", work.now()).await).await
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_mark_is_taken_once_and_waits_for_its_turn() {
        let (marks, tenant) = (Marks::default(), Id::from_uuid(Uuid::from_u128(1)));
        marks.note(tenant, [Kind::SignedIn].into_iter());
        assert!(marks.take().is_empty());
        marks.note(tenant, [Kind::MessageAnswered].into_iter());
        assert_eq!(marks.take(), [tenant]);
        assert!(marks.take().is_empty());
        marks.took(tenant, Duration::from_secs(1));
        marks.note(tenant, [Kind::Rated].into_iter());
        assert!(marks.take().is_empty(), "gathering rests");
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(marks.take(), [tenant]);
        assert!(marks.held().is_empty(), "nothing is kept of who does nothing");
    }
}
