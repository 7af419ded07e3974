//! The one writer of the embedded database: units of work take turns, and those that wait at the same time become
//! durable by one commit, so that one sync of the disk serves them all.
//!
//! The first unit of a group begins a transaction of the database; each unit is a savepoint in it. A unit that is done
//! releases its savepoint, gives the turn away, and waits for the group's commit. The commit queues for the turn like
//! everybody else, so the group is exactly who was waiting then. Nobody is told «done» before the commit. A unit that is
//! given up asks for the commit too: nothing stays open when nobody comes after it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};

use crate::{Error, Result};

/// How long a unit of work waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// The one writer.
#[derive(Debug)]
pub(crate) struct Writer {
    connection: DatabaseConnection,
    /// Where groups are closed: the runtime that opened the database, which outlives those that serve requests.
    home: Handle,
    turns: Arc<Semaphore>,
    /// The group that is open; only who has the turn touches it.
    open: Mutex<Option<Group>>,
    #[cfg(test)]
    commits: std::sync::atomic::AtomicUsize,
}

#[derive(Debug)]
struct Group {
    root: Arc<DatabaseTransaction>,
    done: watch::Sender<Fate>,
    closing: bool,
}

/// What became of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Open,
    Durable,
    Lost,
}

/// A unit of work's turn; the next one's begins when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    writer: Arc<Writer>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.writer.close_soon();
    }
}

impl Writer {
    pub(crate) fn new(connection: DatabaseConnection) -> Arc<Self> {
        Arc::new(Self {
            connection,
            home: Handle::current(),
            turns: Arc::new(Semaphore::new(1)),
            open: Mutex::default(),
            #[cfg(test)]
            commits: std::sync::atomic::AtomicUsize::new(0),
        })
    }

    /// Begins a unit of work when its turn comes. Runs in a task of its own: a caller that is dropped midway drops a whole
    /// unit, which rolls back before the turn goes on.
    pub(crate) async fn begin(self: &Arc<Self>) -> Result<(DatabaseTransaction, Turn)> {
        let turn = self.turn().await?;
        let begun = tokio::spawn(async move {
            let root = turn.writer.root().await?;
            #[expect(clippy::disallowed_methods, reason = "a unit of the group")]
            let unit = root.begin().await?;
            Ok((unit, turn))
        });
        begun.await.map_err(|error| Error::Away(DbErr::Custom(error.to_string())))?
    }

    async fn turn(self: &Arc<Self>) -> Result<Turn> {
        let acquired = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let permit = acquired.map_err(|_| away("the writer's turn did not come in time"))?;
        Ok(Turn { writer: Arc::clone(self), _permit: permit.map_err(|_| away("the writer is gone"))? })
    }

    /// The turn for statements that belong to no unit: what is open is closed first.
    pub(crate) async fn alone(self: &Arc<Self>) -> Result<Turn> {
        let turn = self.turn().await?;
        let closed = tokio::spawn(async move {
            turn.writer.close().await;
            turn
        });
        closed.await.map_err(|error| Error::Away(DbErr::Custom(error.to_string())))
    }

    /// The open group's transaction, or a new group's.
    async fn root(&self) -> Result<Arc<DatabaseTransaction>> {
        if let Some(group) = self.group().as_ref() {
            return Ok(Arc::clone(&group.root));
        }
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        #[expect(clippy::disallowed_methods, reason = "the group's own transaction")]
        let root = Arc::new(self.connection.begin_with_options(immediate).await?);
        *self.group() = Some(Group { root: Arc::clone(&root), done: watch::Sender::new(Fate::Open), closing: false });
        Ok(root)
    }

    fn group(&self) -> std::sync::MutexGuard<'_, Option<Group>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that the open group is closed, after those who wait for their turn by now.
    fn close_soon(self: &Arc<Self>) {
        let first = self.group().as_mut().is_some_and(|group| !std::mem::replace(&mut group.closing, true));
        if first {
            let writer = Arc::clone(self);
            self.home.spawn(async move {
                if let Ok(permit) = Arc::clone(&writer.turns).acquire_owned().await {
                    writer.close().await;
                    drop(permit);
                }
            });
        }
    }

    /// Makes the open group durable, and tells all who wait for it. Needs the turn.
    async fn close(&self) {
        let Some(Group { root, done, .. }) = self.group().take() else { return };
        #[cfg(test)]
        self.commits.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let committed = match Arc::try_unwrap(root) {
            Ok(root) => root.commit().await,
            Err(_) => Err(DbErr::Custom("a unit outlived its turn".to_owned())),
        };
        done.send_replace(match committed {
            Ok(()) => Fate::Durable,
            Err(error) => {
                tracing::error!(%error, "a group of units of work was lost");
                Fate::Lost
            }
        });
    }
}

impl Turn {
    /// Ends a unit of work: its savepoint is released, and this returns when its group is durable.
    pub(crate) async fn commit(self, unit: DatabaseTransaction) -> Result<()> {
        unit.commit().await?;
        let done = self.writer.group().as_ref().map(|group| group.done.subscribe());
        let mut fate = done.ok_or_else(|| away("the group is gone"))?;
        drop(self);
        match fate.wait_for(|fate| *fate != Fate::Open).await.as_deref() {
            Ok(Fate::Durable) => Ok(()),
            _ => Err(away("the unit of work was not made durable")),
        }
    }
}

fn away(why: &'static str) -> Error {
    Error::Away(DbErr::Custom(why.to_owned()))
}

#[cfg(test)]
impl crate::Store {
    /// How many groups the embedded database's writer has committed.
    pub(crate) fn commits(&self) -> usize {
        self.writer().map_or(0, |writer| writer.commits.load(std::sync::atomic::Ordering::Relaxed))
    }
}
