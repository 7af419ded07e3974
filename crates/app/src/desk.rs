//! Draft previews: what the bot would be if some departments published now. A desk follows its drafts phrase by phrase,
//! so that a writer sees the effect of each at once, and nobody who reads waits for it.

use std::{collections::BTreeMap, sync::Arc};

use guildhall_domain::{Id, Permit, Refusal, content::Content, id, policy::ReadDraft};
use guildhall_nlu::Draft;
use guildhall_persistence::Tx;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{
    App, department,
    live::{LiveBot, contents, faces, training_set},
};

/// How many previews a node keeps.
const MOST: usize = 32;

type Drafters = (Id<id::Tenant>, Vec<Id<id::Department>>);

/// The previews of this node, by tenant and by the departments whose drafts speak.
pub(crate) struct Desks(Cache<Drafters, Arc<Mutex<Option<Desk>>>>);

impl Default for Desks {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

/// A preview: the engine's draft, and the bot that it makes.
pub struct Desk {
    pub(crate) draft: Draft,
    /// SHA-256 of all that it stands on.
    stands_on: [u8; 32],
    /// The bot as it would be.
    pub bot: Arc<LiveBot>,
}

/// A preview in use; the next one who wants it waits until it is put down.
pub struct DeskInUse(OwnedMutexGuard<Option<Desk>>);

impl DeskInUse {
    /// The preview.
    pub fn desk(&self) -> Result<&Desk, Refusal> {
        self.0.as_ref().ok_or(Refusal::Unavailable("draft"))
    }
}

impl App {
    /// The preview of these departments' drafts beside what the rest has live. Reading a draft needs the permit over its
    /// department.
    pub async fn desk(
        &self,
        tx: &Tx,
        permit: &Permit<ReadDraft>,
        departments: &[Id<id::Department>],
    ) -> Result<DeskInUse, Refusal> {
        for id in departments {
            permit.over(*id)?;
        }
        let all = self.stand(tx, departments).await?;
        let mut hasher = Sha256::new();
        for (department, content) in &all {
            hasher.update(department.uuid().as_bytes());
            hasher.update(content.canonical().map_err(Refusal::broken)?);
        }
        let stands_on: [u8; 32] = hasher.finalize().into();
        let mut ids = departments.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let slot = self
            .desks
            .0
            .get_or_insert_with(&(tx.scope().tenant(), ids), || Ok::<_, std::convert::Infallible>(Arc::default()));
        let mut held = slot.unwrap_or_default().lock_owned().await;
        if held.as_ref().is_none_or(|desk| desk.stands_on != stands_on) {
            let before = held.take().map(|desk| desk.draft);
            let draft = self.follow(before, &all).await?;
            let bot = LiveBot::join(0, Vec::new(), draft.model(), None, all, faces(tx).await?)?;
            *held = Some(Desk { draft, stands_on, bot: Arc::new(bot) });
        }
        Ok(DeskInUse(held))
    }

    /// What the preview stands on: the live contents with the drafts in their places, in the order of departments.
    async fn stand(
        &self,
        tx: &Tx,
        departments: &[Id<id::Department>],
    ) -> Result<Vec<(Id<id::Department>, Content)>, Refusal> {
        let live = tx.builds().parts(tx.builds().bot().await?.current_build).await?;
        let mut all: BTreeMap<_, Content> = contents(tx, &live).await?.into_iter().collect();
        for id in departments {
            all.insert(*id, Content::freeze(tx.intents().draft(*id).await?));
        }
        Ok(all.into_iter().collect())
    }

    /// Follows the change from before, or fits afresh; off the workers.
    async fn follow(&self, before: Option<Draft>, all: &[(Id<id::Department>, Content)]) -> Result<Draft, Refusal> {
        let set = training_set(all);
        let followed = tokio::task::spawn_blocking(move || match before {
            Some(mut draft) => draft.follow(&set).map(|_| draft),
            None => Draft::open(&set),
        });
        followed.await.map_err(Refusal::broken)?.map_err(Refusal::broken)
    }
}

/// The departments that a request names by key, each at its place.
pub async fn named(tx: &Tx, permit: &Permit<ReadDraft>, keys: &[String]) -> Result<Vec<Id<id::Department>>, Refusal> {
    let mut found = Vec::with_capacity(keys.len());
    for (at, key) in keys.iter().enumerate() {
        let department = department::referred(tx, permit, key, &format!("/departments/{at}")).await?;
        found.push(department.id);
    }
    Ok(found)
}
