//! What this node counts of its work: no company, no person, and only labels whose values are few and known beforehand.

use std::time::Duration;

use guildhall_domain::conversation::ReplyKind;
use prometheus_client::{
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

/// One label with one of a few values.
type Label = [(&'static str, &'static str); 1];

/// How a build ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BuildEnd {
    /// It went live.
    Done,
    /// It failed and is tried again.
    Failed,
    /// It failed so often that its releases are `failed`.
    GivenUp,
}

impl BuildEnd {
    const ALL: [Self; 3] = [Self::Done, Self::Failed, Self::GivenUp];

    const fn label(self) -> Label {
        let name = match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::GivenUp => "given_up",
        };
        [("outcome", name)]
    }
}

/// How a bot came into memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loading {
    /// From its stored artefact.
    Read,
    /// Made anew, since no artefact could be read.
    Fitted,
}

impl Loading {
    const ALL: [Self; 2] = [Self::Read, Self::Fitted];

    const fn label(self) -> Label {
        [("way", if matches!(self, Self::Read) { "read" } else { "fitted" })]
    }
}

/// The counters of a node.
#[derive(Debug)]
pub struct Metrics {
    messages: Family<Label, Counter>,
    builds: Family<Label, Counter>,
    build_seconds: Histogram,
    loadings: Family<Label, Counter>,
    pub(crate) hashing_refused: Counter,
}

impl Default for Metrics {
    /// All of them at zero: a counter that is not there until it counts hides its first event.
    fn default() -> Self {
        let metrics = Self {
            messages: Family::default(),
            builds: Family::default(),
            build_seconds: Histogram::new([0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0]),
            loadings: Family::default(),
            hashing_refused: Counter::default(),
        };
        for kind in ReplyKind::ALL {
            drop(metrics.messages.get_or_create(&decision(kind)));
        }
        for end in BuildEnd::ALL {
            drop(metrics.builds.get_or_create(&end.label()));
        }
        for way in Loading::ALL {
            drop(metrics.loadings.get_or_create(&way.label()));
        }
        metrics
    }
}

const fn decision(kind: ReplyKind) -> Label {
    [("decision", kind.name())]
}

impl Metrics {
    /// Enters them in the registry that is shown.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "guildhall_chat_messages",
            "Visitors' messages that were answered, by what the bot decided",
            self.messages.clone(),
        );
        registry.register(
            "guildhall_builds",
            "Builds of live bots on this node, by how they ended",
            self.builds.clone(),
        );
        registry.register(
            "guildhall_build_duration_seconds",
            "How long a build took that went live",
            self.build_seconds.clone(),
        );
        registry.register(
            "guildhall_live_bot_loadings",
            "Live bots that came into memory: read from a stored artefact, or fitted anew",
            self.loadings.clone(),
        );
        registry.register(
            "guildhall_hashing_refused",
            "Sign-ins that were answered `busy`, since too many passwords waited to be checked",
            self.hashing_refused.clone(),
        );
    }

    pub(crate) fn answered(&self, kind: ReplyKind) {
        self.messages.get_or_create(&decision(kind)).inc();
    }

    pub(crate) fn built(&self, end: BuildEnd, took: Duration) {
        self.builds.get_or_create(&end.label()).inc();
        if end == BuildEnd::Done {
            self.build_seconds.observe(took.as_secs_f64());
        }
    }

    pub(crate) fn loaded(&self, way: Loading) {
        self.loadings.get_or_create(&way.label()).inc();
    }
}
