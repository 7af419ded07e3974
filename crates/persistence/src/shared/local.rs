//! The in-process form: buckets, strikes and news of this node alone.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};
use guildhall_domain::Moment;
use tokio::sync::broadcast;

use super::{Limit, News, Strikes, Verdict};

type Buckets = RateLimiter<String, DashMapStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// After so many calls what has run out is swept away.
const SWEEP: u32 = 1024;
/// More keys than this are all forgotten at once: a flood of addresses must not fill the memory.
const MOST: usize = 200_000;

/// What one node counts and hears.
pub(super) struct Local {
    buckets: RwLock<HashMap<Limit, Arc<Buckets>>>,
    strikes: Mutex<HashMap<String, (u32, Moment)>>,
    news: broadcast::Sender<News>,
    calls: AtomicU32,
}

impl Default for Local {
    fn default() -> Self {
        Self {
            buckets: RwLock::default(),
            strikes: Mutex::default(),
            news: broadcast::Sender::new(1024),
            calls: AtomicU32::new(0),
        }
    }
}

impl Local {
    pub(super) fn news(&self) -> &broadcast::Sender<News> {
        &self.news
    }

    pub(super) fn take(&self, limit: &Limit, key: &str, cost: u32) -> Verdict {
        self.sweep_now_and_then();
        let buckets = self.buckets(limit);
        let (interval, burst) = (limit.interval(), limit.burst.max(1));
        let refused = |retry_after: Duration| Verdict {
            allowed: false,
            remaining: 0,
            limit: limit.quota,
            reset_after: retry_after + interval * burst.saturating_sub(cost),
            retry_after,
        };
        let tokens = NonZeroU32::new(cost).unwrap_or(NonZeroU32::MIN);
        match buckets.check_key_n(&key.to_owned(), tokens) {
            Ok(Ok(state)) => Verdict {
                allowed: true,
                remaining: state.remaining_burst_capacity(),
                limit: limit.quota,
                reset_after: interval * burst.saturating_sub(state.remaining_burst_capacity()),
                retry_after: Duration::ZERO,
            },
            Ok(Err(until)) => refused(until.wait_time_from(buckets.clock().now())),
            Err(_) => refused(limit.window),
        }
    }

    pub(super) fn strike(&self, key: &str, window: Duration, now: Moment) -> u32 {
        self.sweep_now_and_then();
        let mut strikes = self.strikes.lock().unwrap_or_else(PoisonError::into_inner);
        if strikes.len() >= MOST {
            strikes.retain(|_, (_, until)| *until > now);
        }
        if strikes.len() >= MOST {
            strikes.clear();
        }
        let before = strikes.get(key).filter(|(_, until)| *until > now).map_or(0, |(count, _)| *count);
        let count = before.saturating_add(1);
        strikes.insert(key.to_owned(), (count, now.after(window)));
        count
    }

    pub(super) fn strikes(&self, key: &str, now: Moment) -> Strikes {
        let strikes = self.strikes.lock().unwrap_or_else(PoisonError::into_inner);
        strikes
            .get(key)
            .filter(|(_, until)| *until > now)
            .map_or_else(Strikes::default, |(count, until)| Strikes { count: *count, left: until.since(now) })
    }

    pub(super) fn absolve(&self, key: &str) {
        self.strikes.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    fn buckets(&self, limit: &Limit) -> Arc<Buckets> {
        if let Some(buckets) = self.buckets.read().unwrap_or_else(PoisonError::into_inner).get(limit) {
            return Arc::clone(buckets);
        }
        let mut all = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(*limit).or_insert_with(|| Arc::new(empty(limit))))
    }

    fn sweep_now_and_then(&self) {
        if self.calls.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.sweep();
        }
    }

    fn sweep(&self) {
        let mut all = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, buckets| {
            buckets.retain_recent();
            (1..=MOST).contains(&buckets.len())
        });
    }
}

fn empty(limit: &Limit) -> Buckets {
    let burst = NonZeroU32::new(limit.burst).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::with_period(limit.interval()).unwrap_or(Quota::per_second(burst)).allow_burst(burst);
    RateLimiter::dashmap(quota).with_middleware()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { name: "test", quota: 60, window: Duration::from_mins(1), burst: 3 };

    #[test]
    fn a_bucket_runs_dry_and_says_when_it_fills() {
        let local = Local::default();
        let left: Vec<_> = (0..3).map(|_| local.take(&LIMIT, "a", 1)).map(|v| (v.allowed, v.remaining)).collect();
        assert_eq!(left, [(true, 2), (true, 1), (true, 0)]);
        let dry = local.take(&LIMIT, "a", 1);
        assert_eq!((dry.allowed, dry.remaining, dry.limit), (false, 0, 60));
        assert!((900..=1000).contains(&dry.retry_after.as_millis()), "{dry:?}");
        assert!((2900..=3000).contains(&dry.reset_after.as_millis()), "{dry:?}");
        assert!(local.take(&LIMIT, "b", 3).allowed, "another key has another bucket");
        assert!(!local.take(&LIMIT, "c", 4).allowed, "more than the bucket holds is never there");
    }

    #[test]
    fn a_bucket_fills_again() {
        let local = Local::default();
        let quick = Limit { quota: 100, window: Duration::from_secs(1), burst: 1, ..LIMIT };
        assert!(local.take(&quick, "a", 1).allowed && !local.take(&quick, "a", 1).allowed);
        std::thread::sleep(Duration::from_millis(11));
        assert!(local.take(&quick, "a", 1).allowed);
    }

    #[test]
    fn what_has_run_out_is_swept_away() {
        let local = Local::default();
        let quick = Limit { quota: 1000, window: Duration::from_secs(1), burst: 1, ..LIMIT };
        assert!((0..500).all(|n| local.take(&quick, &n.to_string(), 1).allowed));
        std::thread::sleep(Duration::from_millis(5));
        local.sweep();
        assert!(local.buckets.read().unwrap().is_empty());
    }

    #[test]
    fn strikes_add_up_until_there_is_quiet() {
        let (local, window, start) = (Local::default(), Duration::from_secs(10), Moment(7));
        let at = |seconds| start.after(Duration::from_secs(seconds));
        let counts = ["a", "a", "b"].map(|key| local.strike(key, window, start));
        assert_eq!(counts, [1, 2, 1]);
        assert_eq!(local.strikes("a", at(6)), Strikes { count: 2, left: Duration::from_secs(4) });
        assert_eq!(local.strike("a", window, at(6)), 3);
        assert_eq!((local.strikes("a", at(12)).count, local.strikes("b", at(12))), (3, Strikes::default()));
        local.absolve("a");
        assert_eq!(local.strikes("a", at(12)), Strikes::default());
    }
}
