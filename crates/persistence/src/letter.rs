//! Letters that wait to be sent, sealed: they hold what only their reader may know.

use guildhall_domain::{Id, Moment, id};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::{Result, Tx, rows::letters};

/// The letters of a tenant.
#[derive(Debug)]
pub struct Letters<'a>(pub(crate) &'a Tx);

/// A letter as it is kept.
#[derive(Debug, Clone)]
pub struct SealedLetter {
    /// Its identifier.
    pub id: Id<id::Letter>,
    /// What it says and to whom, sealed.
    pub sealed: Vec<u8>,
    /// When it was written.
    pub created_at: Moment,
    /// From when on nobody needs it any more.
    pub expires_at: Moment,
}

impl Letters<'_> {
    /// Keeps a letter until it is sent.
    pub async fn add(&self, letter: &SealedLetter) -> Result<()> {
        let row = letters::Model {
            tenant_id: self.0.tenant(),
            id: letter.id.uuid(),
            sealed: letter.sealed.clone(),
            created_at: letter.created_at.0,
            expires_at: letter.expires_at.0,
        };
        self.0.insert::<letters::Entity>([row]).await
    }

    /// The letter of this id, if it still waits.
    pub async fn get(&self, id: Id<id::Letter>) -> Result<Option<SealedLetter>> {
        let select = self.0.select::<letters::Entity>().filter(letters::Column::Id.eq(id.uuid()));
        Ok(select.one(self.0.connection()).await?.map(|row| SealedLetter {
            id: Id::from_uuid(row.id),
            sealed: row.sealed,
            created_at: Moment(row.created_at),
            expires_at: Moment(row.expires_at),
        }))
    }

    /// Forgets a letter: it was sent, or never will be.
    pub async fn remove(&self, id: Id<id::Letter>) -> Result<()> {
        let gone = self.0.remove::<letters::Entity>().filter(letters::Column::Id.eq(id.uuid()));
        gone.exec(self.0.connection()).await?;
        Ok(())
    }
}
