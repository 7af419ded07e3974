//! How full and how old things are at this moment; read each time that somebody asks.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use guildhall_app::App;
use guildhall_persistence::JobKind;
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge, info::Info},
    registry::Registry,
};

use super::process::Process;
use crate::http::{Guard, class::Class};

/// How long the database may take to tell of its queue.
const PATIENCE: Duration = Duration::from_millis(500);

type Label = [(&'static str, &'static str); 1];
type Seconds = Gauge<f64, AtomicU64>;

/// The gauges of a node.
pub(super) struct Gauges {
    under_way: Family<Label, Gauge>,
    database_up: Gauge,
    connections: Family<Label, Gauge>,
    queue: Family<Label, Gauge>,
    queue_age: Family<Label, Seconds>,
    live_bots: Gauge,
    encoder_cache: Gauge,
    encoder_calls: Family<Label, Counter>,
    hashing: Family<Label, Gauge>,
    redis_configured: Gauge,
    redis_open: Gauge,
    redis_failed: Counter,
    process: Process,
}

/// Makes a metric and enters it.
fn enter<M: prometheus_client::registry::Metric + Clone + Default>(
    registry: &mut Registry,
    name: &str,
    help: &str,
) -> M {
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

/// A count as a gauge takes it.
pub(super) fn whole(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

impl Gauges {
    pub(super) fn register(registry: &mut Registry, app: &App) -> Self {
        registry.register(
            "guildhall_build",
            "Which program this is: its version, and the version of its language engine",
            Info::new([
                ("version", env!("CARGO_PKG_VERSION").to_owned()),
                ("engine", guildhall_nlu::ENGINE_VERSION.to_string()),
            ]),
        );
        let r = registry;
        Self {
            under_way: enter(r, "guildhall_http_requests_under_way", "Requests under way, by the room that they take"),
            database_up: enter(r, "guildhall_database_up", "1 if the database answered within half a second, else 0"),
            connections: enter(r, "guildhall_database_connections", "Open connections of this node to the database"),
            queue: enter(r, "guildhall_queue", "Work that is due and not done, on all nodes"),
            queue_age: enter(
                r,
                "guildhall_queue_age_seconds",
                "How long the oldest of it has been due; 0 when none is",
            ),
            live_bots: enter(r, "guildhall_live_bots", "Companies whose live bot this node has in memory"),
            encoder_cache: enter(r, "guildhall_encoder_cache_entries", "Sentence vectors in the encoder's cache"),
            encoder_calls: enter(r, "guildhall_encoder_cache_requests", "What the encoder's cache was asked for"),
            hashing: enter(r, "guildhall_hashing", "Passwords that are being checked, and that wait for it"),
            redis_configured: enter(r, "guildhall_redis_configured", "1 where nodes share by Redis, else 0"),
            redis_open: enter(
                r,
                "guildhall_redis_circuit_open",
                "1 while Redis is left alone since calls failed, and this node counts by itself",
            ),
            redis_failed: enter(r, "guildhall_redis_calls_failed", "Calls of Redis that failed"),
            process: Process::register(r, app.now()),
        }
    }

    /// Reads them all. When the database does not answer, what it alone knows stays as it was.
    pub(super) async fn read(&self, app: &App, guard: &Guard) {
        for (room, class) in [("chat", Class::Chat), ("staff", Class::Staff)] {
            self.under_way.get_or_create(&[("room", room)]).set(whole(guard.under_way(class)));
        }
        let now = app.now();
        let mut up = true;
        for kind in JobKind::ALL {
            let Ok(Ok(backlog)) = tokio::time::timeout(PATIENCE, app.store.backlog(kind, now)).await else {
                up = false;
                break;
            };
            let label = [("kind", kind.name())];
            self.queue.get_or_create(&label).set(whole(backlog.waiting));
            let age = backlog.oldest.map_or(0.0, |oldest| now.since(oldest).as_secs_f64());
            self.queue_age.get_or_create(&label).set(age);
        }
        self.database_up.set(i64::from(up));
        let connections = app.store.connections();
        for (state, count) in [("busy", connections.busy), ("idle", connections.idle)] {
            self.connections.get_or_create(&[("state", state)]).set(whole(count));
        }
        self.live_bots.set(whole(app.live.count()));
        if let Some(cache) = app.encoder_cache() {
            self.encoder_cache.set(whole(cache.entries));
            for (outcome, count) in [("hit", cache.hits), ("miss", cache.misses)] {
                self.encoder_calls.get_or_create(&[("outcome", outcome)]).inner().store(count, Ordering::Relaxed);
            }
        }
        let hashing = app.hashing();
        for (state, count) in [("at_work", hashing.at_work), ("waiting", hashing.waiting)] {
            self.hashing.get_or_create(&[("state", state)]).set(whole(count));
        }
        let redis = app.shared.health();
        self.redis_configured.set(i64::from(redis.is_some()));
        if let Some(redis) = redis {
            self.redis_open.set(i64::from(redis.open));
            self.redis_failed.inner().store(redis.failed, Ordering::Relaxed);
        }
        self.process.read();
    }
}
