//! Metrics for Prometheus, on a listener of their own: they are the operator's, so they never stand where clients are.

mod gauges;
mod process;

use std::{net::SocketAddr, sync::Arc};

use actix_web::{
    App as HttpApp, HttpResponse, HttpServer,
    dev::Server,
    http::header,
    web::{self, Data},
};
use guildhall_app::App;
use prometheus_client::{encoding::prometheus_text, registry::Registry};

use self::gauges::Gauges;
use crate::http::{Guard, Tally};

/// The media type of the exposition format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is shown: counters that others keep, and gauges that are read when somebody asks.
struct Board {
    registry: Registry,
    gauges: Gauges,
    app: Arc<App>,
    guard: Data<Guard>,
}

/// Listens for Prometheus at this address, with one thread; answers `GET /metrics` and nothing else.
pub(crate) fn listen(
    address: SocketAddr,
    app: Arc<App>,
    guard: Data<Guard>,
    tally: &Tally,
) -> std::io::Result<(Server, SocketAddr)> {
    let mut registry = Registry::default();
    tally.register(&mut registry);
    app.metrics.register(&mut registry);
    let gauges = Gauges::register(&mut registry, &app);
    let board = Data::new(Board { registry, gauges, app, guard });
    let server = HttpServer::new(move || HttpApp::new().app_data(board.clone()).route("/metrics", web::get().to(show)));
    let server = server.workers(1).disable_signals().bind(address)?;
    let bound = server.addrs().first().copied().unwrap_or(address);
    Ok((server.run(), bound))
}

async fn show(board: Data<Board>) -> HttpResponse {
    board.gauges.read(&board.app, &board.guard).await;
    let mut text = String::new();
    match prometheus_text::encode(&mut text, &board.registry) {
        Ok(()) => HttpResponse::Ok().insert_header((header::CONTENT_TYPE, TEXT)).body(text),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}
