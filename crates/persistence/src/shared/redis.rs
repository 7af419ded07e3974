//! The Redis form: the same buckets, strikes and news for all nodes. Every call ends soon, or is not made.

use std::time::Duration;

use guildhall_domain::Moment;
use redis::{
    Client, FromRedisValue, RedisError, RedisResult, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio::{
    sync::broadcast,
    task::JoinHandle,
    time::{Instant, timeout},
};

use super::{Health, Limit, News, Strikes, Verdict, bus, circuit::Circuit};

/// How long Redis is waited for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// How long a call may take.
    pub(super) call: Duration,
    /// How long it may take to connect.
    pub(super) connect: Duration,
}

impl Patience {
    /// What a request can bear.
    pub(super) const USUAL: Self = Self { call: Duration::from_millis(100), connect: Duration::from_millis(200) };
}

/// A connection to Redis that is given up quickly.
pub(super) struct Redis {
    manager: ConnectionManager,
    patience: Duration,
    circuit: Circuit,
    bucket: Script,
    strike: Script,
    wire: bus::Wire,
    listener: JoinHandle<()>,
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl Redis {
    pub(super) fn connect(url: &str, news: broadcast::Sender<News>, patience: Patience) -> RedisResult<Self> {
        let client = Client::open(url)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(patience.connect))
            .set_response_timeout(Some(patience.call))
            .set_number_of_retries(1);
        let manager = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
        let wire = bus::Wire::new();
        let listener = tokio::spawn(bus::listen(client, wire, news));
        let [bucket, strike] = [include_str!("gcra.lua"), include_str!("strike.lua")].map(Script::new);
        let patience = patience.call;
        Ok(Self { manager, patience, circuit: Circuit::default(), bucket, strike, wire, listener })
    }

    pub(super) fn health(&self) -> Health {
        Health { open: !self.circuit.is_closed(Instant::now()), failed: self.circuit.errors() }
    }

    pub(super) async fn ping(&self) -> Option<String> {
        self.call(async |redis| ::redis::cmd("PING").query_async(redis).await).await
    }

    pub(super) async fn take(&self, limit: &Limit, key: &str, cost: u32) -> Option<Verdict> {
        let mut call = self.bucket.key(format!("{key}:{}", limit.name));
        call.arg(micros(limit.interval())).arg(limit.burst.max(1)).arg(cost.max(1));
        let (allowed, remaining, reset, retry): (bool, u32, u64, u64) =
            self.call(async |redis| call.invoke_async(redis).await).await?;
        let limit = limit.quota;
        let [reset_after, retry_after] = [reset, retry].map(Duration::from_micros);
        Some(Verdict { allowed, remaining, limit, reset_after, retry_after })
    }

    pub(super) async fn strike(&self, key: &str, window: Duration, now: Moment) -> Option<u32> {
        let mut call = self.strike.key(strikes_key(key));
        call.arg(now.0).arg(now.after(window).0).arg(u64::try_from(window.as_millis()).unwrap_or(u64::MAX).max(1));
        self.call(async |redis| call.invoke_async(redis).await).await
    }

    pub(super) async fn strikes(&self, key: &str, now: Moment) -> Option<Strikes> {
        let mut read = ::redis::cmd("HMGET");
        read.arg(strikes_key(key)).arg("count").arg("until");
        let held: (Option<u32>, Option<i64>) = self.call(async |redis| read.query_async(redis).await).await?;
        let live = held.0.zip(held.1.map(Moment)).filter(|(_, until)| *until > now);
        Some(live.map_or_else(Strikes::default, |(count, until)| Strikes { count, left: until.since(now) }))
    }

    pub(super) async fn absolve(&self, key: &str) {
        let _: Option<()> =
            self.call(async |redis| ::redis::cmd("DEL").arg(strikes_key(key)).query_async(redis).await).await;
    }

    pub(super) async fn publish(&self, news: &News) {
        let message = self.wire.write(news);
        let _: Option<()> = self
            .call(async |redis| ::redis::cmd("PUBLISH").arg(bus::CHANNEL).arg(&message).query_async(redis).await)
            .await;
    }

    /// One call, or `None` when Redis is away.
    async fn call<T: FromRedisValue>(
        &self,
        work: impl AsyncFnOnce(&mut ConnectionManager) -> RedisResult<T>,
    ) -> Option<T> {
        if !self.circuit.is_closed(Instant::now()) {
            return None;
        }
        let mut manager = self.manager.clone();
        let error: Box<dyn std::error::Error> = match timeout(self.patience, work(&mut manager)).await {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(error)) => Box::<RedisError>::new(error),
            Err(late) => Box::new(late),
        };
        if self.circuit.failed(Instant::now()) {
            tracing::warn!(%error, "Redis is away: this node counts alone, at half the quota");
        }
        None
    }
}

fn strikes_key(key: &str) -> String {
    format!("{key}:failures")
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
