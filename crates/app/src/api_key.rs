//! API keys: making, changing, rotating and revoking what programs act with.

use std::time::Duration;

use guildhall_auth::ApiKey as Secret;
use guildhall_domain::{
    Conflict, Id, Moment, Page, PageRequest, Permit, Reach, Refusal,
    api_key::{ApiKey, Bounds, Departments, LIFE, MOST, divisible, ends},
    event::{Event, Kind},
    id,
    policy::ManageKeys,
    text::Name,
};
use guildhall_persistence::Tx;
use serde_json::json;

use crate::{Work, department};

/// A key that is to be made.
#[derive(Debug)]
pub struct NewKey {
    /// What it is for.
    pub name: Name,
    /// What it may, in the order of the policy's table.
    pub scopes: Vec<&'static str>,
    /// The keys of its departments; every one without them.
    pub departments: Option<Vec<String>>,
    /// When it ends; in [`LIFE`] without it.
    pub expires_at: Option<Moment>,
}

/// A change of a key; what is `None` stays.
#[derive(Debug, Default)]
pub struct KeyPatch {
    /// Another name.
    pub name: Option<Name>,
    /// Another end.
    pub expires_at: Option<Moment>,
}

/// Makes a key of one's own; its secret is shown once.
pub async fn create(work: &Work<'_>, permit: &Permit<ManageKeys>, new: NewKey) -> Result<(ApiKey, Secret), Refusal> {
    let maker = permit.member()?;
    let expires_at = new.expires_at.map_or_else(|| Ok(work.now().after(LIFE)), |at| end(at, work.now()))?;
    let bounds = Bounds { departments: departments(work, permit, &new).await?, scopes: new.scopes };
    bounds.within(&permit.actor().grants)?;
    // Two who make the last one at once wait for one another.
    work.lock_tenant().await?;
    if work.api_keys().living(work.now()).await? >= MOST {
        return Err(Conflict::LimitReached("a company holds at most 50 API keys").into());
    }
    let id = work.new_id()?;
    let secret = Secret::draw(work.scope().tenant(), id, work.app().entropy())?;
    let key = ApiKey {
        id,
        name: new.name,
        maker,
        bounds,
        hint: hint(&secret),
        expires_at,
        last_used_at: None,
        old_until: None,
        version: 1,
        created_at: work.now(),
        updated_at: work.now(),
    };
    work.api_keys().add(&key, secret.digest()).await?;
    let facts = json!({ "maker": maker, "scopes": key.bounds.scopes, "expires_at": key.expires_at });
    work.tell(Event::of(Kind::ApiKeyCreated, id).with(facts))?;
    Ok((key, secret))
}

/// The departments that are named; scopes that can't be cut to some need every one.
async fn departments(tx: &Tx, permit: &Permit<ManageKeys>, new: &NewKey) -> Result<Departments, Refusal> {
    let Some(keys) = &new.departments else { return Ok(Departments::All) };
    if let Some(scope) = new.scopes.iter().find(|scope| !divisible(scope)) {
        let detail = format!("{scope} reaches the whole company, so the key needs [\"*\"]");
        return Err(Refusal::flaw("/departments", "company-wide", detail));
    }
    let mut these = Vec::with_capacity(keys.len());
    for (at, key) in keys.iter().enumerate() {
        these.push(department::referred(tx, permit, key, &format!("/departments/{at}")).await?.id);
    }
    these.sort_unstable();
    these.dedup();
    Ok(Departments::These(these))
}

/// An end that is set now.
fn end(at: Moment, now: Moment) -> Result<Moment, Refusal> {
    ends(at, now).map_err(|flaw| Refusal::flaw("/expires_at", flaw.code(), flaw.to_string()))
}

/// The last letters of a key's text.
fn hint(secret: &Secret) -> String {
    let text = secret.text();
    text.chars().skip(text.len().saturating_sub(4)).collect()
}

/// A key that one may see: the leader every one, others their own.
pub async fn get(tx: &Tx, permit: &Permit<ManageKeys>, id: Id<id::ApiKey>) -> Result<ApiKey, Refusal> {
    let key = tx.api_keys().get(id).await?.ok_or(Refusal::NotFound)?;
    let visible = *permit.reach() == Reach::Tenant || permit.member()? == key.maker;
    if visible { Ok(key) } else { Err(Refusal::NotFound) }
}

/// A page of the keys that one may see.
pub async fn list(tx: &Tx, permit: &Permit<ManageKeys>, page: &PageRequest) -> Result<Page<ApiKey>, Refusal> {
    let maker = if *permit.reach() == Reach::Tenant { None } else { Some(permit.member()?) };
    Ok(tx.api_keys().list(maker, page).await?)
}

/// Changes a key's name or end.
pub async fn change(
    work: &Work<'_>,
    permit: &Permit<ManageKeys>,
    id: Id<id::ApiKey>,
    version: i64,
    patch: KeyPatch,
) -> Result<ApiKey, Refusal> {
    let mut key = get(work, permit, id).await?;
    patch.name.into_iter().for_each(|name| key.name = name);
    if let Some(at) = patch.expires_at {
        key.expires_at = end(at, work.now())?;
    }
    key.updated_at = work.now();
    if !work.api_keys().change(&key, version).await? {
        return Err(Refusal::stale(key.version));
    }
    work.tell(Event::of(Kind::ApiKeyChanged, id).with(json!({ "expires_at": key.expires_at })))?;
    get(work, permit, id).await
}

/// Gives a key another secret, which is shown once; the one before stays good for `overlap`. Only its maker may: who
/// holds the secret acts with the maker's rights.
pub async fn rotate(
    work: &Work<'_>,
    permit: &Permit<ManageKeys>,
    id: Id<id::ApiKey>,
    overlap: Duration,
) -> Result<(ApiKey, Secret), Refusal> {
    let key = get(work, permit, id).await?;
    if permit.member()? != key.maker {
        return Err(Refusal::Forbidden("key.manage"));
    }
    let secret = Secret::draw(work.scope().tenant(), id, work.app().entropy())?;
    let until = work.now().after(overlap);
    if !work.api_keys().rotate(id, (secret.digest(), &hint(&secret)), until, work.now()).await? {
        return Err(Refusal::NotFound);
    }
    work.tell(Event::of(Kind::ApiKeyRotated, id).with(json!({ "old_until": until })))?;
    Ok((get(work, permit, id).await?, secret))
}

/// Revokes a key: it opens nothing from the next request on.
pub async fn revoke(work: &Work<'_>, permit: &Permit<ManageKeys>, id: Id<id::ApiKey>) -> Result<(), Refusal> {
    get(work, permit, id).await?;
    if !work.api_keys().revoke(id, work.now()).await? {
        return Err(Refusal::NotFound);
    }
    work.tell(Event::of(Kind::ApiKeyRevoked, id))
}
