//! What wakes a worker before it looks by itself: a bell.

use std::time::Duration;

use tokio::sync::{Notify, watch};

/// How often a worker looks when nobody rings.
const GLANCE: Duration = Duration::from_secs(1);

/// Wakes a worker.
#[derive(Debug, Default)]
pub(crate) struct Bell(Notify);

impl Bell {
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }

    /// Until somebody rings, a moment has passed, or all stops.
    pub(crate) async fn rest(&self, stop: &mut watch::Receiver<bool>) {
        tokio::select! {
            () = self.0.notified() => {}
            () = tokio::time::sleep(GLANCE) => {}
            _ = stop.changed() => {}
        }
    }
}
