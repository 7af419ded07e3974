//! Whose tests somebody may read, and whose they may keep.

use guildhall_domain::{
    Permit, Reach, Refusal,
    policy::{EditDraft, KeepCompanyTests, ReadCompanyTests, ReadDraft, judge},
};
use guildhall_persistence::{Owner, Tx};

use crate::department;

/// Whose tests somebody may read: a department's, or the company's. Only a permit makes one.
#[derive(Debug, Clone)]
pub struct Home {
    pub(super) owner: Owner,
    key: Option<String>,
    /// Whether runs against drafts are not theirs to see.
    pub(super) live_alone: bool,
}

/// Whose tests somebody may keep.
#[derive(Debug, Clone)]
pub struct OwnHome(pub(super) Home);

impl Home {
    /// A department's, which are as secret as its draft.
    pub async fn of(tx: &Tx, permit: &Permit<ReadDraft>, key: &str) -> Result<Self, Refusal> {
        let department = department::named(tx, key).await?;
        permit.over(department.id)?;
        Ok(Self { owner: Some(department.id), key: Some(key.to_owned()), live_alone: false })
    }

    /// The company's; what came of them on drafts is for who reads every draft.
    #[must_use]
    pub fn company(permit: &Permit<ReadCompanyTests>) -> Self {
        let whole = judge::<ReadDraft>(permit.actor());
        let reads_all = whole.is_ok_and(|permit| *permit.reach() == Reach::Tenant);
        Self { owner: None, key: None, live_alone: !reads_all }
    }

    /// The department's key; the company has none.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    pub(crate) const fn owner(&self) -> Owner {
        self.owner
    }
}

impl OwnHome {
    /// A department's.
    pub async fn of(tx: &Tx, permit: &Permit<EditDraft>, key: &str) -> Result<Self, Refusal> {
        let department = department::named(tx, key).await?;
        permit.over(department.id)?;
        Ok(Self(Home { owner: Some(department.id), key: Some(key.to_owned()), live_alone: false }))
    }

    /// The company's.
    #[must_use]
    pub const fn company(_: &Permit<KeepCompanyTests>) -> Self {
        Self(Home { owner: None, key: None, live_alone: false })
    }

    /// Who keeps them may read them.
    #[must_use]
    pub const fn read(&self) -> &Home {
        &self.0
    }
}
