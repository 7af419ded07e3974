//! Use cases and background jobs: load, decide, save, tell. No HTTP and no SQL here.

pub mod advice;
pub mod api_key;
pub mod archive;
pub mod audit;
mod bell;
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
pub mod letter;
pub mod live;
pub mod member;
pub mod metrics;
pub mod notice;
pub mod postman;
pub mod release;
mod reply;
pub mod reset;
pub mod roster;
pub mod session;
pub mod standing;
pub mod tenant;
mod thinking;
pub mod throttle;
pub mod work;

use std::sync::Arc;

pub use clock::{Clock, SystemClock};
use guildhall_auth::{Directory, Entropy, KeyRing, Sealer, Tokens};
use guildhall_domain::Moment;
use guildhall_nlu::SentenceEncoder;
pub use guildhall_persistence::{IntentFilter, MemberFilter, StaffConversation, Tx};
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
    /// What this node counts of its work.
    pub metrics: metrics::Metrics,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    hashing: hashing::Hashing,
    directory: Directory,
    sealer: Sealer,
    gate: gate::Memory,
    builder: bell::Bell,
    post: postman::Post,
    links: letter::Links,
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
    /// The server's own address: who issues access tokens, and where the links in letters lead.
    pub base_url: String,
    /// Who carries letters, if anybody does.
    pub mailer: Option<Arc<dyn letter::Mailer>>,
    /// How many live bots are kept in memory.
    pub bots_in_memory: usize,
    /// The sentence encoder of the better tier, if this node has one.
    pub encoder: Option<Arc<SentenceEncoder>>,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Result<Self, guildhall_auth::Error> {
        let issuer = parts.base_url.clone();
        let tokens = Tokens::new(Arc::clone(&parts.keys), issuer, "guildhall", Arc::clone(&parts.entropy))?;
        let metrics = metrics::Metrics::default();
        Ok(Self {
            store: parts.store,
            shared: parts.shared,
            tokens,
            live: live::LiveBots::new(parts.bots_in_memory),
            hashing: hashing::Hashing::new(parts.hasher, Arc::clone(&parts.entropy), metrics.hashing_refused.clone()),
            directory: parts.keys.directory(),
            sealer: parts.keys.sealer(),
            metrics,
            clock: parts.clock,
            entropy: parts.entropy,
            gate: gate::Memory::default(),
            builder: bell::Bell::default(),
            post: postman::Post { mailer: parts.mailer, bell: bell::Bell::default() },
            links: letter::Links::below(&parts.base_url),
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

    /// Where the links in letters lead.
    #[must_use]
    pub const fn links(&self) -> &letter::Links {
        &self.links
    }

    /// How many passwords are being hashed, and how many wait for it.
    #[must_use]
    pub fn hashing(&self) -> hashing::Load {
        self.hashing.load()
    }

    /// What the sentence encoder's cache holds and was asked; `None` where this node has no encoder.
    #[must_use]
    pub fn encoder_cache(&self) -> Option<guildhall_nlu::CacheFacts> {
        self.encoder.as_ref().map(|encoder| encoder.cache_facts())
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
