//! The server under test, in a thread of its own, and the way into it for what has no HTTP operation.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use actix_web::rt::System;
use futures_util::{FutureExt as _, future::LocalBoxFuture};
use guildhall_api::{
    config::Config,
    server::{self, World},
};
use guildhall_app::App;
use guildhall_auth::Hasher;

use super::{Client, TestClock};

/// How a house differs from the usual one.
pub(crate) struct Setup {
    /// Changes the configuration.
    pub(crate) config: fn(&mut Config),
    /// Time.
    pub(crate) clock: TestClock,
}

impl Default for Setup {
    fn default() -> Self {
        Self { config: |_| {}, clock: TestClock::default() }
    }
}

type Deed = Box<dyn FnOnce(Arc<App>) -> LocalBoxFuture<'static, ()> + Send>;

/// A server that runs until it is dropped.
pub(crate) struct House {
    /// Its time.
    pub(crate) clock: TestClock,
    deeds: Option<tokio::sync::mpsc::UnboundedSender<Deed>>,
    thread: Option<JoinHandle<()>>,
    stranger: Client,
    address: SocketAddr,
    /// Where it shows its metrics, if it does.
    pub(crate) metrics: Option<SocketAddr>,
}

impl House {
    /// Opens and starts it.
    pub(crate) fn open(mut config: Config, setup: Setup) -> Self {
        (setup.config)(&mut config);
        let (deeds, mut asked) = tokio::sync::mpsc::unbounded_channel::<Deed>();
        let (started, address) = mpsc::channel();
        let clock = setup.clock.clone();
        let serve = move || async move {
            let world = World { clock: Arc::new(clock), hasher: Hasher::weak_for_tests };
            let house = server::open_in(&config, world).await.unwrap();
            let running = server::start(&config, house).unwrap();
            started.send((running.address, running.metrics_address)).unwrap();
            while let Some(deed) = asked.recv().await {
                deed(Arc::clone(&running.house().app)).await;
            }
            running.stop().await.unwrap();
        };
        let thread = std::thread::spawn(move || System::new().block_on(serve()));
        let (address, metrics) = address.recv_timeout(Duration::from_mins(1)).unwrap();
        let stranger = Client::new(&format!("http://{address}"));
        Self { clock: setup.clock, deeds: Some(deeds), thread: Some(thread), stranger, address, metrics }
    }

    /// Somebody without a credential.
    pub(crate) const fn stranger(&self) -> &Client {
        &self.stranger
    }

    /// Somebody with this credential.
    pub(crate) fn bearer(&self, token: &str) -> Client {
        self.stranger.bearing(token)
    }

    /// Sends bytes as they are, and gives everything that is answered until the connection ends or nothing more comes.
    pub(crate) fn raw(&self, sent: &[u8]) -> String {
        let mut connection = TcpStream::connect(self.address).unwrap();
        connection.set_read_timeout(Some(Duration::from_millis(700))).unwrap();
        let _ = connection.write_all(sent);
        let (mut answer, mut some) = (Vec::new(), [0; 4096]);
        while let Ok(read @ 1..) = connection.read(&mut some) {
            answer.extend_from_slice(&some[..read]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A connection to it, for who speaks slowly.
    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).unwrap()
    }

    /// Does something inside the house.
    pub(crate) fn within<T, F>(&self, deed: impl FnOnce(Arc<App>) -> F + Send + 'static) -> T
    where
        T: Send + 'static,
        F: Future<Output = T> + 'static,
    {
        let (tell, told) = mpsc::channel();
        let deed: Deed = Box::new(move |app| deed(app).map(move |outcome| tell.send(outcome).unwrap()).boxed_local());
        self.deeds.as_ref().unwrap().send(deed).ok().unwrap();
        told.recv().unwrap()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        drop(self.deeds.take());
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking(), "the server panicked");
    }
}
