//! What nodes share beside the database: rate counters, failures of log-in, and news. In process, or on Redis.
//!
//! Nothing here is the only copy of anything. When Redis is away each node counts for itself, at half the quota, and
//! hears only its own news; nobody is answered an error for it.

mod bus;
mod circuit;
mod local;
mod redis;

use std::{fmt, sync::Arc, time::Duration};

use guildhall_domain::{Id, Moment, id::Tenant};
use tokio::sync::broadcast;

/// The address of Redis can't be used.
#[derive(Debug, thiserror::Error)]
#[error("the address of Redis can't be used")]
pub struct Error(#[source] ::redis::RedisError);

/// How often something may be done: a bucket of `burst` tokens that `quota` tokens refill in each `window`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limit {
    /// The name that headers and problems give it.
    pub name: &'static str,
    /// How many in each window, in the long run.
    pub quota: u32,
    /// The window.
    pub window: Duration,
    /// How many at once.
    pub burst: u32,
}

impl Limit {
    /// How long one token takes to come back.
    fn interval(&self) -> Duration {
        (self.window / self.quota.max(1)).max(Duration::from_micros(1))
    }

    /// What a node grants on its own while it can't hear the others.
    fn alone(&self) -> Self {
        Self { quota: (self.quota / 2).max(1), burst: (self.burst / 2).max(1), ..*self }
    }
}

/// What a bucket says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the tokens were there, and taken.
    pub allowed: bool,
    /// How many are left.
    pub remaining: u32,
    /// The limit's quota.
    pub limit: u32,
    /// When the bucket will be full again.
    pub reset_after: Duration,
    /// When as many tokens will be there; zero when allowed.
    pub retry_after: Duration,
}

/// Failures in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Strikes {
    /// How many.
    pub count: u32,
    /// When they are forgotten if none is added.
    pub left: Duration,
}

/// How Redis does, as far as this node noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Whether it is left alone for a while, since calls failed.
    pub open: bool,
    /// Calls that failed since the process began; those that were not made do not count.
    pub failed: u64,
}

/// Something that another node may want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What it is about; one line.
    pub topic: String,
    /// What is said.
    pub text: String,
}

/// The topic that says: news may have been missed while Redis was away, so look for yourself.
pub const MISSED: &str = "missed";

/// The name of something shared: `t:{tenant}:…` for what belongs to a tenant, `g:…` for what belongs to none.
#[must_use]
pub fn key(tenant: Option<Id<Tenant>>, name: impl fmt::Display) -> String {
    match tenant {
        Some(tenant) => format!("t:{tenant}:{name}"),
        None => format!("g:{name}"),
    }
}

/// What nodes share. Clones are the same thing.
#[derive(Clone)]
pub struct Shared {
    local: Arc<local::Local>,
    redis: Option<Arc<redis::Redis>>,
}

impl Shared {
    /// Shares nothing: for one node alone.
    #[must_use]
    pub fn local() -> Self {
        Self { local: Arc::default(), redis: None }
    }

    /// Shares by Redis. It need not be there yet; the address must be one. Needs a tokio runtime.
    pub fn connect(url: &str) -> Result<Self, Error> {
        Self::connect_with(url, redis::Patience::USUAL)
    }

    fn connect_with(url: &str, patience: redis::Patience) -> Result<Self, Error> {
        let local = Arc::<local::Local>::default();
        let redis = redis::Redis::connect(url, local.news().clone(), patience).map_err(Error)?;
        Ok(Self { local, redis: Some(Arc::new(redis)) })
    }

    /// Whether all that is configured answers; when not, the node is degraded but ready.
    pub async fn healthy(&self) -> bool {
        match &self.redis {
            Some(redis) => redis.ping().await.is_some(),
            None => true,
        }
    }

    /// How Redis does; `None` where none is configured. Asks nobody.
    #[must_use]
    pub fn health(&self) -> Option<Health> {
        self.redis.as_ref().map(|redis| redis.health())
    }

    /// Takes `cost` tokens from the bucket of this limit and `key` (from [`key`]), if they are there.
    pub async fn take(&self, limit: &Limit, key: &str, cost: u32) -> Verdict {
        let Some(redis) = &self.redis else { return self.local.take(limit, key, cost) };
        match redis.take(limit, key, cost).await {
            Some(verdict) => verdict,
            None => self.local.take(&limit.alone(), key, cost),
        }
    }

    /// Adds a failure and says how many there are. Each starts `window` anew, by the caller's clock.
    pub async fn strike(&self, key: &str, window: Duration, now: Moment) -> u32 {
        // Here too, so that a Redis that goes away takes no count with it.
        let here = self.local.strike(key, window, now);
        match &self.redis {
            Some(redis) => redis.strike(key, window, now).await.unwrap_or(here),
            None => here,
        }
    }

    /// The failures so far.
    pub async fn strikes(&self, key: &str, now: Moment) -> Strikes {
        let here = self.local.strikes(key, now);
        match &self.redis {
            Some(redis) => redis.strikes(key, now).await.unwrap_or(here),
            None => here,
        }
    }

    /// Forgets the failures.
    pub async fn absolve(&self, key: &str) {
        self.local.absolve(key);
        if let Some(redis) = &self.redis {
            redis.absolve(key).await;
        }
    }

    /// Tells every node, this one too. Nobody is waited for, and nobody is sure to hear.
    pub async fn announce(&self, topic: &str, text: &str) {
        let topic: String = topic.chars().filter(|c| !c.is_control()).collect();
        let news = News { topic, text: text.to_owned() };
        if let Some(redis) = &self.redis {
            redis.publish(&news).await;
        }
        let _ = self.local.news().send(news);
    }

    /// All news from now on. Who reads too slowly loses the oldest (`RecvError::Lagged`), which means [`MISSED`].
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.local.news().subscribe()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.redis.is_some() { "Shared(Redis)" } else { "Shared(local)" })
    }
}

#[cfg(test)]
mod tests;
