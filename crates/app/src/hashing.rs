//! Passwords are hashed off the workers and a few at a time: each costs tens of milliseconds of a core, so a flood of
//! sign-ins must queue here and not anywhere else.

use std::{sync::Arc, time::Duration};

use guildhall_auth::{Entropy, Error, Hasher, Password};
use guildhall_domain::Refusal;
use prometheus_client::metrics::counter::Counter;
use tokio::sync::Semaphore;

/// How long a sign-in waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many may wait.
const QUEUE: usize = 32;

/// The bounded pool of hashers.
pub(crate) struct Hashing {
    hasher: Arc<Hasher>,
    entropy: Arc<dyn Entropy>,
    cores: usize,
    at_work: Semaphore,
    queue: Semaphore,
    refused: Counter,
}

/// How busy the hashers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Passwords that are being hashed.
    pub at_work: usize,
    /// Passwords that wait for it.
    pub waiting: usize,
}

/// What a stored hash says of a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is another one.
    Wrong,
    /// It is the one.
    Right,
    /// It is the one; keep this stronger hash from now on.
    RightButWeak(String),
}

impl Hashing {
    pub(crate) fn new(hasher: Hasher, entropy: Arc<dyn Entropy>, refused: Counter) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let [at_work, queue] = [cores, cores + QUEUE].map(Semaphore::new);
        Self { hasher: Arc::new(hasher), entropy, cores, at_work, queue, refused }
    }

    /// How busy it is.
    pub(crate) fn load(&self) -> Load {
        let at_work = self.cores.saturating_sub(self.at_work.available_permits());
        let inside = (self.cores + QUEUE).saturating_sub(self.queue.available_permits());
        Load { at_work, waiting: inside.saturating_sub(at_work) }
    }

    /// The text to store for a password.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, Refusal> {
        let entropy = Arc::clone(&self.entropy);
        self.run(move |hasher| hasher.hash(&password, entropy.as_ref())).await
    }

    /// Whether the password made the stored text.
    pub(crate) async fn verify(&self, password: Password, stored: String) -> Result<Verdict, Refusal> {
        let entropy = Arc::clone(&self.entropy);
        self.run(move |hasher| {
            Ok(if !hasher.verify(&password, &stored)? {
                Verdict::Wrong
            } else if hasher.needs_rehash(&stored)? {
                Verdict::RightButWeak(hasher.hash(&password, entropy.as_ref())?)
            } else {
                Verdict::Right
            })
        })
        .await
    }

    /// Takes as long as a verification, where there is nobody to verify.
    pub(crate) async fn verify_nobody(&self, password: Password) -> Result<(), Refusal> {
        self.run(move |hasher| hasher.verify_nobody(&password)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce(&Hasher) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Refusal> {
        let busy = || {
            self.refused.inc();
            Refusal::Unavailable("busy")
        };
        let _place = self.queue.try_acquire().map_err(|_| busy())?;
        let Ok(Ok(turn)) = tokio::time::timeout(PATIENCE, self.at_work.acquire()).await else { return Err(busy()) };
        let hasher = Arc::clone(&self.hasher);
        let done = tokio::task::spawn_blocking(move || task(&hasher)).await;
        drop(turn);
        done.map_err(Refusal::broken)?.map_err(Refusal::from)
    }
}
