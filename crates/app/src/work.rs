//! One unit of work as use cases see it: the transaction, who acts and when, and what it will leave on record.

use std::{
    ops::Deref,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use guildhall_domain::{Actor, Conflict, Id, Moment, Refusal, event::Event, id};
use guildhall_persistence::{Claim, Once, Records, Reply, Tx};
use uuid::Uuid;

use crate::{App, notice::Notice};

/// A unit of work. Use cases read and write through it; [`App::act`] begins and commits it.
pub struct Work<'a> {
    tx: Tx,
    app: &'a App,
    actor: &'a Actor,
    now: Moment,
    happened: Mutex<Vec<(Uuid, Event)>>,
    notices: Mutex<Vec<Notice>>,
    /// Counts the identifiers made here, so that things made together keep their order.
    ids: AtomicU32,
}

impl Deref for Work<'_> {
    type Target = Tx;

    fn deref(&self) -> &Tx {
        &self.tx
    }
}

impl<'a> Work<'a> {
    /// The time at which all of this happens.
    #[must_use]
    pub const fn now(&self) -> Moment {
        self.now
    }

    /// The house that this work is done in.
    #[must_use]
    pub const fn app(&self) -> &'a App {
        self.app
    }

    /// A new identifier, greater than every one made in this work before: a UUIDv7 with a counter of 26 bits behind its
    /// milliseconds (RFC 9562 §6.2, method 1) and 48 random bits.
    pub fn new_id<K>(&self) -> Result<Id<K>, Refusal> {
        let count = u64::from(self.ids.fetch_add(1, Ordering::Relaxed));
        let random: [u8; 6] = self.app.entropy().bytes()?;
        // Twelve bits beside the version, then fourteen behind the two bits of the variant.
        let [.., high, low] = (count >> 14).to_be_bytes();
        let [.., middle, last] = (count & 0x3fff).to_be_bytes();
        let mut counted = [0; 10];
        counted.iter_mut().zip([high, low, middle, last].iter().chain(&random)).for_each(|(byte, of)| *byte = *of);
        let millis = u64::try_from(self.now.0 / 1000).unwrap_or(0);
        Ok(Id::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &counted).into_uuid()))
    }

    /// Says what happened; it is written with the change itself.
    pub fn tell(&self, event: Event) -> Result<(), Refusal> {
        let id: Id<id::Event> = self.new_id()?;
        self.happened.lock().map_err(|_| Refusal::Unavailable("records"))?.push((id.uuid(), event));
        Ok(())
    }

    /// Says whom to wake once the work is durable.
    pub fn notify(&self, notice: Notice) -> Result<(), Refusal> {
        self.notices.lock().map_err(|_| Refusal::Unavailable("records"))?.push(notice);
        Ok(())
    }

    async fn commit(self) -> Result<(), Refusal> {
        let happened = self.happened.into_inner().map_err(|_| Refusal::Unavailable("records"))?;
        let notices = self.notices.into_inner().map_err(|_| Refusal::Unavailable("records"))?;
        let records = Records {
            actor: &self.actor.reference(),
            at: self.now,
            request: self.actor.request.as_deref(),
            audited: self.actor.audited(),
            events: &happened,
        };
        self.tx.record(records).await?;
        self.tx.commit().await?;
        for notice in notices {
            self.app.spread(notice);
        }
        Ok(())
    }
}

impl App {
    /// Does a deed in one unit of work: begins, lets it be done, commits, and only then tells others.
    pub async fn act<T>(
        &self,
        actor: &Actor,
        deed: impl AsyncFnOnce(&Work<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let work = self.begin(actor).await?;
        let outcome = deed(&work).await?;
        work.commit().await?;
        Ok(outcome)
    }

    /// Looks without changing anything.
    pub async fn look<T>(
        &self,
        actor: &Actor,
        look: impl AsyncFnOnce(&Tx) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        look(&self.store.read(actor.scope).await?).await
    }

    /// Does a deed once: where the key was used before, gives the answer of then.
    pub async fn act_once(
        &self,
        actor: &Actor,
        once: Option<Once>,
        secrecy: Secrecy,
        deed: impl AsyncFnOnce(&Work<'_>) -> Result<Reply, Refusal>,
    ) -> Result<Reply, Refusal> {
        self.act_once_on(actor, once, secrecy, async |_| Ok(()), async |work, ()| deed(work).await).await
    }

    /// Does a deed once, on a ground that must be laid before its key can be claimed: a tenant that is being founded.
    pub async fn act_once_on<G>(
        &self,
        actor: &Actor,
        once: Option<Once>,
        secrecy: Secrecy,
        ground: impl AsyncFnOnce(&Work<'_>) -> Result<G, Refusal>,
        deed: impl AsyncFnOnce(&Work<'_>, G) -> Result<Reply, Refusal>,
    ) -> Result<Reply, Refusal> {
        let work = self.begin(actor).await?;
        let ground = ground(&work).await?;
        if let Some(once) = &once {
            let done = match work.claim(once, work.now()).await.map_err(in_flight)? {
                Claim::Mine => None,
                Claim::Done(reply) => Some(Ok(reply)),
                Claim::DoneInSecret => Some(Err(Conflict::AlreadyDone.into())),
                Claim::Reused => return Err(Refusal::Spent("idempotency-key-reused")),
            };
            if let Some(done) = done {
                // What was done may share this unit's commit: nobody is told of it before.
                work.commit().await?;
                return done;
            }
        }
        let reply = deed(&work, ground).await?;
        if let Some(once) = &once {
            work.keep_reply(once, &reply, secrecy == Secrecy::Secret).await?;
        }
        work.commit().await?;
        Ok(reply)
    }

    async fn begin<'a>(&'a self, actor: &'a Actor) -> Result<Work<'a>, Refusal> {
        let tx = self.store.begin(actor.scope).await?;
        let (happened, notices) = Default::default();
        Ok(Work { tx, app: self, actor, now: self.now(), happened, notices, ids: AtomicU32::new(0) })
    }
}

/// Another request holds the key, and it took longer than a lock may wait.
fn in_flight(error: guildhall_persistence::Error) -> Refusal {
    match error {
        guildhall_persistence::Error::Away(_) => Conflict::InFlight.into(),
        other => other.into(),
    }
}

/// Whether an answer may be kept to be given again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// It may.
    Open,
    /// It holds secrets and may not.
    Secret,
}
