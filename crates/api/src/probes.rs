//! Probes: whether the process lives, and whether it can serve.

use std::{
    io::{self, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
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

/// How long a server on this machine may take to say whether it is ready.
const ANSWER: Duration = Duration::from_secs(2);

/// Asks the server on this machine that listens at this address whether it is ready.
pub(crate) fn ask(listen: SocketAddr) -> io::Result<bool> {
    let here = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let mut connection = TcpStream::connect_timeout(&SocketAddr::new(here, listen.port()), ANSWER)?;
    connection.set_read_timeout(Some(ANSWER))?;
    connection.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut status = [0; 12];
    connection.read_exact(&mut status)?;
    Ok(status == *b"HTTP/1.1 200")
}

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
