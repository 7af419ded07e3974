//! What members set for themselves: whether they may be named as ones who know, and whether letters tell them what waits.

use guildhall_domain::{
    Permit, Refusal,
    event::{Event, Kind},
    policy::KeepAccount,
};
use guildhall_persistence::{MemberSettings, Tx};
use serde_json::json;

use crate::Work;

/// What one set.
pub async fn get(tx: &Tx, permit: &Permit<KeepAccount>) -> Result<MemberSettings, Refusal> {
    Ok(tx.settings().of(permit.member()?).await?)
}

/// Sets it.
pub async fn set(work: &Work<'_>, permit: &Permit<KeepAccount>, settings: MemberSettings) -> Result<(), Refusal> {
    let member = permit.member()?;
    work.settings().set(member, settings, work.now()).await?;
    let facts = json!({ "named": settings.named, "letters": settings.letters });
    work.tell(Event::of(Kind::MemberSettingsChanged, member).with(facts))
}
