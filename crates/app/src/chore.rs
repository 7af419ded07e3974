//! Chores: what is done for every tenant each hour or each night, whoever asks.
//!
//! Each chore of each tenant is an errand of its own that begins afresh when it is done, so one that fails keeps no other
//! waiting, several nodes share them, and a night in which no node ran is made up for.

use guildhall_domain::{Id, Moment, Refusal, id, tenant::State};
use guildhall_persistence::{Errand, ErrandKind};

use crate::{
    App, Work, job, overlap, relay, retention, trial,
    worker::{Doing, Outcome, Trade, give_up_aloud},
};

/// Every chore; one line each. A name is for ever: it stands in the queue.
const CHORES: &[Chore] = &[
    Chore { name: "jobs.forget", beat: Beat::Nightly, run: |app, tenant| job::forget(app, tenant) },
    Chore { name: "relay.look", beat: Beat::Hourly, run: relay::look },
    Chore { name: "conversations.expire", beat: Beat::Nightly, run: retention::expire },
    Chore { name: "overlaps.measure", beat: Beat::Nightly, run: |app, tenant| overlap::nightly(app, tenant) },
    Chore { name: "overlaps.reopen", beat: Beat::Hourly, run: |app, tenant| overlap::reopen(app, tenant) },
    Chore { name: "tests.run", beat: Beat::Nightly, run: |app, tenant| trial::nightly(app, tenant) },
];

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beat {
    /// Once in each hour, at a minute of the tenant's own.
    Hourly,
    /// Once in each night between 02:00 and 03:00 UTC, at a minute of the tenant's own.
    Nightly,
}

/// Something that is done for every tenant again and again; doing it twice must do no harm.
struct Chore {
    name: &'static str,
    beat: Beat,
    run: for<'a> fn(&'a App, Id<id::Tenant>) -> Doing<'a, ()>,
}

pub(crate) const TRADE: Trade = Trade {
    kind: ErrandKind::Chore,
    able: |_| true,
    attempts: 5,
    run: |app, errand| Box::pin(run(app, errand)),
    give_up: |app, errand| {
        Box::pin(async move {
            give_up_aloud(app, errand).await?;
            Ok(next(app, errand))
        })
    },
};

async fn run(app: &App, errand: &Errand) -> Result<Outcome, Refusal> {
    let Some(tenant) = app.store.tenant(errand.tenant).await? else { return Ok(Outcome::Done) };
    if tenant.state == State::Active
        && let Some(chore) = named(errand)
    {
        (chore.run)(app, errand.tenant).await?;
    }
    Ok(next(app, errand))
}

fn named(errand: &Errand) -> Option<&'static Chore> {
    CHORES.iter().find(|chore| chore.name == errand.reference)
}

/// When it comes again. One that only a newer version of the program knows is left for that.
fn next(app: &App, errand: &Errand) -> Outcome {
    Outcome::Again(named(errand).map_or(Beat::Hourly, |chore| chore.beat).after(app.now(), errand.tenant))
}

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

impl Beat {
    /// The next moment of this beat for a tenant; tenants are spread over the hour, so that no minute has them all.
    fn after(self, now: Moment, tenant: Id<id::Tenant>) -> Moment {
        let [.., high, low] = *tenant.uuid().as_bytes();
        let minute = HOUR / 65_536 * i64::from(u16::from_be_bytes([high, low]));
        let (period, offset) = match self {
            Self::Hourly => (HOUR, minute),
            Self::Nightly => (DAY, 2 * HOUR + minute),
        };
        let due = now.0 - (now.0 - offset).rem_euclid(period) + period;
        Moment(due)
    }
}

impl App {
    /// Gives every tenant the chores that it does not have yet: those founded before a chore came to be.
    pub async fn seed_chores(&self) -> Result<(), Refusal> {
        let tenants = self.store.tenants().await?;
        for chore in CHORES {
            let mut seeds = Vec::with_capacity(tenants.len());
            for tenant in &tenants {
                let id: Id<()> = self.entropy().new_id(self.now())?;
                seeds.push((id.uuid(), tenant.id, chore.beat.after(self.now(), tenant.id)));
            }
            self.store.seed(ErrandKind::Chore, chore.name, &seeds).await?;
        }
        Ok(())
    }
}

/// Gives a tenant that is being founded its chores.
pub(crate) async fn begin(work: &Work<'_>) -> Result<(), Refusal> {
    for chore in CHORES {
        let due = chore.beat.after(work.now(), work.scope().tenant());
        work.enqueue_unless_waiting(work.new_id::<()>()?.uuid(), ErrandKind::Chore, chore.name, due).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_next_beat_lies_ahead_at_the_tenants_own_minute() {
        let midnight = Moment(20_000 * DAY);
        for last in [0, 1, 0x8000, 0xffff] {
            let tenant = Id::from_uuid(Uuid::from_u128(last));
            let hourly = Beat::Hourly.after(midnight, tenant);
            assert!(hourly > midnight && hourly.0 <= midnight.0 + HOUR);
            assert_eq!(Beat::Hourly.after(hourly, tenant).0, hourly.0 + HOUR, "never twice in one hour");
            let nightly = Beat::Nightly.after(midnight, tenant);
            assert!((2 * HOUR..3 * HOUR).contains(&(nightly.0 - midnight.0)));
            assert_eq!(Beat::Nightly.after(Moment(nightly.0 + 1), tenant).0, nightly.0 + DAY);
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = CHORES.iter().map(|chore| chore.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CHORES.len());
    }
}
