//! What takes milliseconds of a core is thought off the workers, before a unit of work begins: the sentence vector of a
//! message. The encoder keeps it, so inside the unit of work the same message is understood in microseconds.

use std::time::Duration;

use guildhall_domain::{Actor, Refusal};
use guildhall_nlu::{Query, Tier};
use guildhall_persistence::Tx;
use tokio::sync::Semaphore;

use crate::App;

/// How many think at once, and how many may wait for it.
const AT_WORK: usize = 2;
const QUEUE: usize = 256;
/// How long a message waits; after that it is understood all the same, where it stands.
const PATIENCE: Duration = Duration::from_millis(500);

/// The room for thinking.
pub(crate) struct Thinking {
    at_work: Semaphore,
    queue: Semaphore,
}

impl Default for Thinking {
    fn default() -> Self {
        Self { at_work: Semaphore::new(AT_WORK), queue: Semaphore::new(AT_WORK + QUEUE) }
    }
}

impl App {
    /// Has the tenant's bot in memory, and encodes a message for it if it may need the sentence vector. 503 when too many
    /// wait.
    pub(crate) async fn think_ahead(&self, actor: &Actor, text: &str) -> Result<(), Refusal> {
        let bot = match self.live.at_hand(actor.scope.tenant()) {
            Some(bot) => bot,
            // Loading may take long (an artefact of an older engine is made anew), so not where others wait to write.
            None => self.look(actor, async |tx: &Tx| self.live_bot(tx).await).await?,
        };
        if !bot.thinks() {
            return Ok(());
        }
        let _place = self.thinking.queue.try_acquire().map_err(|_| Refusal::Unavailable("busy"))?;
        let Ok(Ok(_turn)) = tokio::time::timeout(PATIENCE, self.thinking.at_work.acquire()).await else {
            return Ok(());
        };
        let text = text.to_owned();
        let thought = tokio::task::spawn_blocking(move || bot.model.predict(&Query { text: &text, language: None }));
        thought.await.map(|_| ()).map_err(Refusal::broken)
    }
}

impl crate::live::LiveBot {
    /// Whether some messages need the sentence encoder.
    fn thinks(&self) -> bool {
        self.tier == Tier::Encoder
    }
}
