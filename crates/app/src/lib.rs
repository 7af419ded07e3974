//! Use cases and background jobs: load, decide, save, tell. No HTTP and no SQL here.

pub mod advice;
pub mod audit;
pub mod bot;
pub mod builder;
pub mod channel;
pub mod chat;
pub mod clock;
pub mod conversation;
pub mod demo;
pub mod department;
pub mod desk;
pub mod exchange;
mod form;
pub mod gate;
pub mod hashing;
pub mod intent;
pub mod invitation;
pub mod live;
pub mod member;
pub mod notice;
pub mod release;
mod reply;
pub mod session;
pub mod tenant;
mod thinking;
pub mod throttle;
pub mod work;

use std::sync::Arc;

pub use clock::{Clock, SystemClock};
use guildhall_auth::{Directory, Entropy, KeyRing, Sealer, Tokens};
use guildhall_domain::Moment;
use guildhall_nlu::SentenceEncoder;
pub use guildhall_persistence::{IntentFilter, StaffConversation, Tx};
use guildhall_persistence::{Shared, Store};
pub use work::Work;

/// Everything that the use cases stand on.
pub struct App {
    /// The database.
    pub store: Store,
    /// What nodes share beside the database.
    pub shared: Shared,
    /// Access tokens.
    pub tokens: Tokens,
    /// Live bots in memory.
    pub live: live::LiveBots,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    hashing: hashing::Hashing,
    directory: Directory,
    sealer: Sealer,
    gate: gate::Memory,
    builder: builder::Bell,
    encoder: Option<Arc<SentenceEncoder>>,
    thinking: thinking::Thinking,
    desks: desk::Desks,
    importing: tokio::sync::Semaphore,
}

/// What an [`App`] is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// What nodes share beside the database.
    pub shared: Shared,
    /// The installation's keys.
    pub keys: Arc<KeyRing>,
    /// What passwords cost.
    pub hasher: guildhall_auth::Hasher,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Who issues access tokens: the server's own address.
    pub issuer: String,
    /// How many live bots are kept in memory.
    pub bots_in_memory: usize,
    /// The sentence encoder of the better tier, if this node has one.
    pub encoder: Option<Arc<SentenceEncoder>>,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Result<Self, guildhall_auth::Error> {
        let tokens = Tokens::new(Arc::clone(&parts.keys), parts.issuer, "guildhall", Arc::clone(&parts.entropy))?;
        Ok(Self {
            store: parts.store,
            shared: parts.shared,
            tokens,
            live: live::LiveBots::new(parts.bots_in_memory),
            hashing: hashing::Hashing::new(parts.hasher, Arc::clone(&parts.entropy)),
            directory: parts.keys.directory(),
            sealer: parts.keys.sealer(),
            clock: parts.clock,
            entropy: parts.entropy,
            gate: gate::Memory::default(),
            builder: builder::Bell::default(),
            encoder: parts.encoder,
            thinking: thinking::Thinking::default(),
            desks: desk::Desks::default(),
            importing: tokio::sync::Semaphore::new(2),
        })
    }

    /// The time by the injected clock.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The source of randomness.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        self.entropy.as_ref()
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}
