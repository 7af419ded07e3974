//! The relay: passes on what visitors did, each thing once, to the tallies and to the gaps. Chatting waits for none of it:
//! a commit only leaves a mark in memory, and an errand of the tenant's reads the events behind the last one.
//!
//! Events are read in the order of their identifiers, which begin with the time. One that was committed late, or by a
//! node whose clock is behind, is found within [`OVERLAP`]; which ones were passed on is written with what came of them.

mod marks;
mod news;
mod passing;
mod settling;

use std::time::Duration;

use guildhall_domain::{Id, Moment, Refusal, id};
use guildhall_persistence::{Errand, ErrandKind};
use uuid::Uuid;

pub(crate) use marks::Marks;
pub use marks::listen;

use crate::{
    App,
    gap::gathering,
    worker::{Doing, Outcome, Trade, give_up_aloud},
};

/// The relay's name in the database.
pub(crate) const NAME: &str = "talk";
/// How far behind the last one an event may still come to light: a slow commit, a clock that is behind.
const OVERLAP: Duration = Duration::from_mins(5);
/// Events that are passed on in one unit of work.
const PART: u64 = 100;

pub(crate) const TRADE: Trade = Trade {
    kind: ErrandKind::Relay,
    able: |_| true,
    attempts: 8,
    run: |app, errand| Box::pin(run(app, errand)),
    give_up: give_up_aloud,
};

async fn run(app: &App, errand: &Errand) -> Result<Outcome, Refusal> {
    relay(app, errand.tenant).await?;
    Ok(Outcome::Done)
}

/// Passes on all that happened in a tenant up to now, settles what is due, and gathers what the bot could not answer.
pub async fn relay(app: &App, tenant: Id<id::Tenant>) -> Result<(), Refusal> {
    let mut heard = 0;
    loop {
        let (told, new) = passing::pass(app, tenant).await?;
        heard += new;
        if told < usize::try_from(PART).unwrap_or(usize::MAX) {
            break;
        }
    }
    heard += settling::settle(app, tenant).await?;
    if heard > 0 { gathering::gather(app, tenant).await } else { Ok(()) }
}

/// The hourly look at what nobody marked: after a crash, and what comes due by itself.
pub(crate) fn look(app: &App, tenant: Id<id::Tenant>) -> Doing<'_, ()> {
    Box::pin(relay(app, tenant))
}

/// The time in an identifier: its first 48 bits are milliseconds (RFC 9562 §5.7).
fn time_of(id: Uuid) -> Moment {
    let [a, b, c, d, e, f, ..] = *id.as_bytes();
    Moment(i64::from_be_bytes([0, 0, a, b, c, d, e, f]).saturating_mul(1_000))
}

/// The least identifier of this time.
fn floor(at: Moment) -> Uuid {
    let millis = u64::try_from(at.0.max(0) / 1_000).unwrap_or(0);
    Uuid::from_u128(u128::from(millis) << 80)
}

fn earlier(at: Moment, by: Duration) -> Moment {
    Moment(at.0.saturating_sub(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_tell_their_time() {
        let at = Moment(1_764_000_000_123_000);
        assert_eq!(time_of(floor(at)), at);
        assert!(floor(at) < uuid::Builder::from_unix_timestamp_millis(1_764_000_000_123, &[1; 10]).into_uuid());
        assert_eq!(time_of(Uuid::nil()), Moment(0));
        assert_eq!(floor(earlier(Moment(0), OVERLAP)), Uuid::nil());
    }
}
