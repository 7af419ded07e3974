//! Probes: whether the process lives, and whether it can serve.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use actix_web::{
    HttpResponse,
    web::{self, Data},
};
use guildhall_app::App;
use serde_json::json;

/// Whether the server is on its way out.
#[derive(Debug, Default)]
pub(crate) struct Leaving(AtomicBool);

impl Leaving {
    pub(crate) fn announce(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// How long the database may take to answer a probe.
const PATIENCE: Duration = Duration::from_millis(500);

pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config.route("/livez", web::get().to(livez)).route("/readyz", web::get().to(readyz));
}

/// Touches nothing.
async fn livez() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "alive" }))
}

/// The database answers and has the newest schema. Without Redis the node serves on, degraded.
async fn readyz(app: Data<App>, leaving: Data<Leaving>) -> HttpResponse {
    let migrated = tokio::time::timeout(PATIENCE, app.store.migrated()).await;
    let (database, migrations) = match migrated {
        Ok(Ok(newest)) => (true, newest),
        _ => (false, false),
    };
    let leaving = leaving.0.load(Ordering::Relaxed);
    let degraded = !app.shared.healthy().await;
    let ready = database && migrations && !leaving;
    let view = json!({
        "status": if ready { "ready" } else { "not_ready" },
        "degraded": degraded,
        "database": database,
        "migrations": migrations,
        "leaving": leaving,
    });
    if ready { HttpResponse::Ok().json(view) } else { HttpResponse::ServiceUnavailable().json(view) }
}
