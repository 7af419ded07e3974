//! The server: its parts put together, started, and stopped with grace.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use actix_web::{
    App as HttpApp, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::header,
    middleware::{Compress, from_fn},
    web::{self, Data},
};
use guildhall_app::{App, Clock, Parts, SystemClock, builder, letter::Mailer, notice::Notice, postman};
use guildhall_auth::{Cost, Hasher, KeyRing, OsEntropy, Pepper};
use guildhall_persistence::{Shared, Store, shared::MISSED};
use tokio::{sync::watch, task::JoinHandle};
use utoipa_actix_web::AppExt;
use uuid::Uuid;

use crate::{
    Settings,
    config::{Config, ConfigError, make_data_dir},
    directory::DirectoryLock,
    encoder, gate,
    http::{
        Guard, Ids, Limits, PathTable, Tally, cors,
        front::front,
        guard::guard,
        limits::limit,
        methods::{queries, unmatched},
    },
    metrics, openapi, probes, reference, v1,
};

/// Why the server can't start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database can't be used.
    #[error("the database can't be used")]
    Store(#[from] guildhall_persistence::Error),
    /// The sentence encoder can't be used.
    #[error("the sentence encoder can't be used")]
    Encoder(#[from] encoder::EncoderError),
    /// Redis's address can't be used.
    #[error("Redis can't be used")]
    Shared(#[from] guildhall_persistence::shared::Error),
    /// The keys can't be used.
    #[error("the keys can't be used")]
    Keys(#[from] guildhall_auth::Error),
    /// The schema is not the one that this version needs.
    #[error("the database's schema is not the newest: run `guildhall migrate` first")]
    Schema,
    /// Another process uses the data directory.
    #[error("another process uses {0}")]
    InUse(std::path::PathBuf),
    /// The system declined.
    #[error("the system declined: {0}")]
    Io(#[from] std::io::Error),
    /// Something that only the house's own content could cause.
    #[error("{0}")]
    Refused(#[from] guildhall_domain::Refusal),
}

/// The house with everything that it stands on.
pub struct House {
    /// The use cases.
    pub app: Arc<App>,
    _lock: Option<DirectoryLock>,
}

/// What a house takes from the world and a test may bring itself.
pub struct World {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// What passwords cost.
    pub hasher: fn(Pepper) -> Hasher,
}

impl Default for World {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), hasher: |pepper| Hasher::new(Cost::DEFAULT, pepper) }
    }
}

/// Opens the database, reads the keys, and puts the house together. The embedded database is brought to the newest
/// schema; on PostgreSQL that is the owner's to do.
pub async fn open(config: &Config) -> Result<House, ServerError> {
    open_in(config, World::default()).await
}

/// Opens a house as [`open`] does, in this world.
pub async fn open_in(config: &Config, world: World) -> Result<House, ServerError> {
    let lock = DirectoryLock::take(config)?;
    let house = furnish(config, world, lock).await?;
    if config.embedded() {
        // Whoever held work here before is gone.
        house.app.store.free_all().await?;
    }
    Ok(house)
}

/// Opens a house for an operator's command, which may work beside a running server.
pub async fn open_beside(config: &Config) -> Result<House, ServerError> {
    if config.embedded() {
        make_data_dir(&config.data_dir)?;
    }
    furnish(config, World::default(), None).await
}

async fn furnish(config: &Config, world: World, lock: Option<DirectoryLock>) -> Result<House, ServerError> {
    let store = Store::open(&config.database(), config.database_connections).await?;
    if config.embedded() {
        store.migrate().await?;
    } else {
        store.check_role().await?;
        if !store.migrated().await? {
            return Err(ServerError::Schema);
        }
    }
    let shared = match &config.redis_url {
        Some(url) => Shared::connect(url)?,
        None => Shared::local(),
    };
    let World { clock, hasher } = world;
    let (now, entropy) = (clock.now(), Arc::new(OsEntropy::new()));
    let keys = if config.embedded() {
        KeyRing::load_or_create(&config.keys(), now, entropy.as_ref())?
    } else {
        KeyRing::load(&config.keys())?
    };
    let hasher = hasher(keys.pepper());
    let encoder = encoder::open(config)?;
    let mailer = config.mailer()?.map(|smtp| Arc::new(smtp) as Arc<dyn Mailer>);
    let parts = Parts {
        store,
        shared,
        keys: Arc::new(keys),
        hasher,
        clock,
        entropy,
        base_url: config.base_url.clone(),
        mailer,
        bots_in_memory: config.bots_in_memory,
        encoder,
    };
    Ok(House { app: Arc::new(App::new(parts)?), _lock: lock })
}

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it shows its metrics, if it does.
    pub metrics_address: Option<SocketAddr>,
    inside: Option<(ServerHandle, JoinHandle<std::io::Result<()>>)>,
    handle: ServerHandle,
    served: JoinHandle<std::io::Result<()>>,
    jobs: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
    leaving: Data<probes::Leaving>,
    house: House,
}

/// Starts serving a house.
pub fn start(config: &Config, house: House) -> Result<Running, ServerError> {
    let (stop, stopped) = watch::channel(false);
    let app = Data::from(Arc::clone(&house.app));
    let leaving = Data::new(probes::Leaving::default());
    let document = openapi::document();
    let paths = PathTable::of(&document)
        .with("/", "GET")
        .with("/livez", "GET")
        .with("/readyz", "GET")
        .with("/v1/openapi.json", "GET")
        .with("/docs", "GET");
    let pages = guildhall_console::ROUTES.iter();
    let paths = Arc::new(pages.fold(paths, |paths, route| paths.with(route.path, route.method)));
    let table = Data::from(Arc::clone(&paths));
    let json: web::Bytes = document.to_json().map_err(std::io::Error::other)?.into();
    let proxies = Data::new(config.proxies()?);
    let limits = Data::new(if config.rate_limits {
        Limits::new(house.app.shared.clone(), proxies.get_ref().clone())
    } else {
        tracing::warn!("rate limits are OFF: this is for load tests only");
        Limits::off()
    });
    let guards = Data::new(Guard::new(Duration::from_secs(15), config.chat_requests, config.staff_requests));
    let ids = Data::new(Ids::new({
        let app = Arc::clone(&house.app);
        move || app.entropy().new_id::<()>(app.now()).map_or(Uuid::nil(), guildhall_domain::Id::uuid)
    }));
    let tally = Data::new(Tally::default());
    let board =
        config.metrics_listen.map(|address| metrics::listen(address, Arc::clone(&house.app), guards.clone(), &tally));
    let (board, metrics_address) = board.transpose()?.unzip();
    let settings = Data::new(Settings { sign_up: config.sign_up });
    let site = Data::new(guildhall_console::Site::new(&config.base_url));
    let (stopping, gone) = (Data::new(stopped.clone()), leaving.clone());
    let server = HttpServer::new(move || {
        let json = json.clone();
        HttpApp::new()
            .app_data(app.clone())
            .app_data(gone.clone())
            .app_data(proxies.clone())
            .app_data(limits.clone())
            .app_data(guards.clone())
            .app_data(tally.clone())
            .app_data(ids.clone())
            .app_data(settings.clone())
            .app_data(site.clone())
            .app_data(stopping.clone())
            .app_data(table.clone())
            .wrap(from_fn(queries))
            .wrap(from_fn(limit))
            .wrap(from_fn(gate::authenticate))
            .wrap(from_fn(across))
            .wrap(Compress::default())
            .wrap(from_fn(guard))
            .wrap(from_fn(front))
            .into_utoipa_app()
            .configure(v1::configure)
            .into_app()
            .configure(probes::configure)
            .configure(reference::configure)
            .configure(guildhall_console::configure)
            .route("/", web::get().to(async || web::Redirect::to(guildhall_console::ROOT).see_other()))
            .route("/v1/openapi.json", web::get().to(move || std::future::ready(document_answer(json.clone()))))
            .default_service(unmatched(&paths))
    })
    .disable_signals()
    .client_request_timeout(Duration::from_secs(5))
    .shutdown_timeout(25);
    let server = match config.workers {
        Some(workers) => server.workers(workers),
        None => server,
    };
    let server = server.bind(config.listen)?;
    let address = server.addrs().first().copied().unwrap_or(config.listen);
    let server = server.run();
    let handle = server.handle();
    let jobs = vec![
        tokio::spawn(builder::work(Arc::clone(&house.app), stopped.clone())),
        tokio::spawn(postman::work(Arc::clone(&house.app), stopped.clone())),
        tokio::spawn(listen(Arc::clone(&house.app), stopped.clone())),
        tokio::spawn(follow_keys(Arc::clone(&house.app), config.keys(), stopped.clone())),
        tokio::spawn(beat(Arc::clone(&house.app), stopped)),
    ];
    let inside = board.map(|board| (board.handle(), tokio::spawn(board)));
    Ok(Running { address, metrics_address, inside, handle, served: tokio::spawn(server), jobs, stop, leaving, house })
}

/// The document's bytes.
fn document_answer(json: web::Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(json)
}

/// Lets pages of other origins call the chat routes; every other route is for programs.
async fn across(
    request: actix_web::dev::ServiceRequest,
    next: actix_web::middleware::Next<impl actix_web::body::MessageBody + 'static>,
) -> Result<actix_web::dev::ServiceResponse<actix_web::body::BoxBody>, actix_web::Error> {
    if request.path().starts_with("/v1/chat/") {
        cors::around(request, next, async |origin: &str| v1::may_ask(origin)).await
    } else {
        Ok(next.call(request).await?.map_into_boxed_body())
    }
}

/// Does what other nodes' news ask of this one.
async fn listen(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut news = app.shared.listen();
    loop {
        tokio::select! {
            heard = news.recv() => match heard {
                Ok(news) if news.topic == MISSED => {}
                Ok(news) => Notice::read(&news.topic, &news.text).into_iter().for_each(|notice| app.hear(notice)),
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            },
            _ = stop.changed() => return,
        }
    }
}

/// How often a node says that it is alive.
const BEAT: Duration = Duration::from_secs(15);

/// Says that this node is alive and which engine it speaks, for whoever looks after the installation.
async fn beat(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let Ok(node) = app.entropy().new_id::<()>(app.now()) else { return };
    loop {
        if let Err(error) = app.store.beat(node.uuid(), &guildhall_nlu::ENGINE_VERSION.to_string(), app.now()).await {
            tracing::warn!(%error, "the node could not say that it is alive");
        }
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            _ = stop.changed() => return,
        }
    }
}

/// How often the keys file is read again.
const KEYS_READ: Duration = Duration::from_secs(30);

/// Signs and verifies with the keys file as it is now, so that a rotation needs no restart.
async fn follow_keys(app: Arc<App>, file: std::path::PathBuf, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(KEYS_READ) => {}
            _ = stop.changed() => return,
        }
        let path = file.clone();
        match tokio::task::spawn_blocking(move || KeyRing::load(&path)).await {
            Ok(Ok(ring)) => app.tokens.adopt(Arc::new(ring)),
            Ok(Err(error)) => tracing::warn!(%error, "the keys file can't be read; going on with the keys of before"),
            Err(error) => tracing::warn!(%error, "the keys file could not be read"),
        }
    }
}

impl Running {
    /// The house that is served.
    #[must_use]
    pub const fn house(&self) -> &House {
        &self.house
    }

    /// Serves until the process is told to stop: says not ready, waits, finishes what is under way.
    pub async fn until_told(self, delay: Duration) -> Result<(), ServerError> {
        told().await;
        tracing::info!("stopping");
        self.leaving.announce();
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = told() => {}
        }
        tokio::select! {
            stopped = self.stop() => stopped,
            () = told() => {
                tracing::warn!("told twice: stopping at once");
                Err(ServerError::Io(std::io::Error::from(std::io::ErrorKind::Interrupted)))
            }
        }
    }

    /// Stops: streams end, requests under way are finished, jobs give their leases back.
    pub async fn stop(self) -> Result<(), ServerError> {
        self.leaving.announce();
        let _ = self.stop.send(true);
        self.handle.stop(true).await;
        self.served.await.map_err(std::io::Error::other)??;
        for job in self.jobs {
            job.await.map_err(std::io::Error::other)?;
        }
        if let Some((handle, served)) = self.inside {
            handle.stop(false).await;
            served.await.map_err(std::io::Error::other)??;
        }
        self.house.app.store.close().await?;
        Ok(())
    }
}

/// Until the process is told to stop: SIGTERM or Ctrl-C.
async fn told() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
