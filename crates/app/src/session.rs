//! Signing in, staying in, and going out.

use guildhall_auth::{Password, RefreshToken, Subject, token};
use guildhall_domain::{
    Actor, Conflict, Grant, Id, Moment, Permit, Refusal,
    event::{Event, Kind},
    id,
    member::{self, Email, Member},
    policy::KeepAccount,
    session::{ABSOLUTE, MOST, Session, Shown, Turn, turn},
    tenant::{State, Tenant},
};
use guildhall_persistence::{End, LoginEntry, NewRefresh, Tx};
use serde_json::json;

use crate::{App, Work, hashing::Verdict, throttle::Tries};

/// The most companies that one sign-in tries its password on.
const MOST_TENANTS: usize = 3;

/// What the client looks like.
#[derive(Debug, Clone)]
pub struct Client {
    /// What it calls itself.
    pub user_agent: Option<String>,
    /// Its network: /24 of IPv4, /48 of IPv6.
    pub network: String,
}

impl Client {
    /// What a refresh token is compared by.
    fn looks(&self) -> String {
        format!("{} {}", self.network, self.user_agent.as_deref().unwrap_or_default())
    }
}

/// Somebody who is signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// Their company.
    pub tenant: Tenant,
    /// Who.
    pub member: Member,
    /// What they hold.
    pub grants: Vec<Grant>,
    /// Proves who they are, for a short time.
    pub access_token: String,
    /// Renews it, once.
    pub refresh_token: String,
    /// The access token's life in seconds.
    pub expires_in: u64,
}

/// A member whose password was right, in the tenant where it was.
#[derive(Debug)]
pub struct Proven {
    actor: Actor,
    tenant: Tenant,
    member: Id<id::Member>,
    /// The hash that the password was compared with, and a stronger one to keep in its place.
    stored: String,
    stronger: Option<String>,
}

impl Proven {
    /// On whose behalf the session is opened.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }
}

impl App {
    /// Checks a password on the tenants that know the e-mail: the named one, or up to three. The right one signs in,
    /// several are named, none is refused like an unknown e-mail, after the same work.
    pub async fn prove(
        &self,
        email: &Email,
        password: &str,
        slug: Option<&str>,
        client: &Client,
    ) -> Result<Proven, Refusal> {
        let tries = Tries::of(self, email, &client.network);
        tries.admit(self).await?;
        let password = Password::attempt(password);
        let mut right = Vec::new();
        let known = self.known(email, slug).await?;
        for (tenant, entry) in &known {
            right.extend(self.prove_in(tenant, entry, password.clone()).await?);
        }
        if known.is_empty() {
            self.hashing.verify_nobody(password).await?;
        }
        match (right.pop(), right.is_empty()) {
            (Some(proven), true) => {
                tries.succeeded(self).await;
                Ok(proven)
            }
            (Some(last), false) => {
                let mut slugs: Vec<_> = right.into_iter().chain([last]).map(|proven| proven.tenant.slug).collect();
                slugs.sort_unstable();
                Err(Conflict::TenantRequired(slugs).into())
            }
            (None, _) => {
                tries.failed(self).await;
                Err(Refusal::Unauthenticated("wrong-credentials"))
            }
        }
    }

    /// Where an e-mail can sign in: in the named company, or in up to three.
    pub(crate) async fn known(&self, email: &Email, slug: Option<&str>) -> Result<Vec<(Tenant, LoginEntry)>, Refusal> {
        let mut known = Vec::new();
        for entry in self.store.logins(self.directory.login_hash(email)).await? {
            let tenant = self.store.tenant(entry.tenant).await?;
            known.extend(
                tenant.filter(|t| t.state == State::Active && slug.is_none_or(|s| s == t.slug)).map(|t| (t, entry)),
            );
        }
        known.truncate(MOST_TENANTS);
        Ok(known)
    }

    async fn prove_in(
        &self,
        tenant: &Tenant,
        entry: &LoginEntry,
        password: Password,
    ) -> Result<Option<Proven>, Refusal> {
        let actor = Self::system(entry.tenant);
        let (member, stored) = self
            .look(&actor, async |tx: &Tx| {
                Ok((tx.members().get(entry.member).await?, tx.members().password_hash(entry.member).await?))
            })
            .await?;
        let (Some(member), Some(stored)) = (member, stored) else { return Ok(None) };
        let stronger = match self.hashing.verify(password, stored.clone()).await? {
            Verdict::Wrong => return Ok(None),
            Verdict::Right => None,
            Verdict::RightButWeak(stronger) => Some(stronger),
        };
        // Only now, so that it takes as long and tells as little as a wrong password.
        if member.state != member::State::Active {
            return Ok(None);
        }
        Ok(Some(Proven { actor, tenant: tenant.clone(), member: entry.member, stored, stronger }))
    }

    /// Checks a password of somebody who is already signed in; they may try no more often than who signs in.
    pub async fn prove_again(
        &self,
        permit: &Permit<KeepAccount>,
        password: &str,
        client: &Client,
    ) -> Result<(), Refusal> {
        let id = permit.member()?;
        let (member, stored) = self
            .look(permit.actor(), async |tx: &Tx| {
                let member = tx.members().get(id).await?.ok_or(Refusal::NotFound)?;
                Ok((member, tx.members().password_hash(id).await?.ok_or(Refusal::NotFound)?))
            })
            .await?;
        let tries = Tries::of(self, &member.email, &client.network);
        tries.admit(self).await?;
        match self.hashing.verify(Password::attempt(password), stored).await? {
            Verdict::Wrong => {
                tries.failed(self).await;
                Err(Refusal::flaw("/current_password", "wrong", "is not your password"))
            }
            Verdict::Right | Verdict::RightButWeak(_) => {
                tries.succeeded(self).await;
                Ok(())
            }
        }
    }
}

/// Opens a session for a member whose password was right, and still is: no session slips in behind a new password.
pub async fn sign_in(work: &Work<'_>, proven: Proven, client: &Client) -> Result<SignedIn, Refusal> {
    work.members().lock(proven.member).await?;
    let unchanged = work.members().password_hash(proven.member).await?.is_some_and(|hash| hash == proven.stored);
    let member = work.members().get(proven.member).await?.filter(|member| member.state == member::State::Active);
    let member = member.filter(|_| unchanged).ok_or(Refusal::Unauthenticated("wrong-credentials"))?;
    if let Some(stronger) = &proven.stronger {
        work.members().set_password_hash(member.id, stronger, work.now()).await?;
    }
    let grants = work.members().grants_of(member.id).await?;
    open(work, &proven.tenant, member, grants, client).await
}

/// Opens a session; the oldest one falls out when there are too many.
pub(crate) async fn open(
    work: &Work<'_>,
    tenant: &Tenant,
    member: Member,
    of_departments: Vec<Grant>,
    client: &Client,
) -> Result<SignedIn, Refusal> {
    let now = work.now();
    let living: Vec<_> =
        work.sessions().of(member.id).await?.into_iter().filter(|session| session.lives(now)).collect();
    for old in living.iter().take((living.len() + 1).saturating_sub(MOST)) {
        work.sessions().end(member.id, End::This(old.id), "too many sessions", now).await?;
    }
    let session = Session {
        id: work.new_id()?,
        member: member.id,
        user_agent: client.user_agent.clone(),
        network: Some(client.network.clone()),
        created_at: now,
        updated_at: now,
        expires_at: now.after(ABSOLUTE),
        revoked_at: None,
    };
    work.sessions().open(&session).await?;
    let refresh = keep_refresh(work, session.id, client).await?;
    work.tell(Event::of(Kind::SignedIn, session.id).with(json!({ "member": member.id })))?;
    signed_in(work, tenant.clone(), member, of_departments, session.id, refresh.text())
}

async fn keep_refresh(work: &Work<'_>, session: Id<id::Session>, client: &Client) -> Result<RefreshToken, Refusal> {
    let token = RefreshToken::draw(work.scope().tenant(), work.new_id()?, work.app().entropy())?;
    let kept = NewRefresh {
        id: token.id.uuid(),
        session,
        secret_hash: token.digest(),
        client: client.looks(),
        created_at: work.now(),
    };
    work.sessions().keep(&kept).await?;
    Ok(token)
}

fn signed_in(
    work: &Work<'_>,
    tenant: Tenant,
    member: Member,
    of_departments: Vec<Grant>,
    session: Id<id::Session>,
    refresh_token: String,
) -> Result<SignedIn, Refusal> {
    let subject = Subject { member: member.id, session, tenant: tenant.id, epoch: member.auth_epoch };
    let access_token = work.app().tokens.issue(&subject, work.now())?;
    let grants = member.grants(of_departments);
    Ok(SignedIn { tenant, member, grants, access_token, refresh_token, expires_in: token::TTL.as_secs() })
}

/// What became of a refresh. A reuse must be committed (the family ends) and then refused.
#[derive(Debug)]
pub enum Refreshed {
    /// Signed in anew.
    In(Box<SignedIn>),
    /// The token was used before: the family has ended.
    Reused,
}

/// Exchanges a refresh token.
pub async fn refresh(work: &Work<'_>, shown: &RefreshToken, client: &Client) -> Result<Refreshed, Refusal> {
    const DEAD: Refusal = Refusal::Unauthenticated("session-revoked");
    let now = work.now();
    let kept = work.sessions().shown(shown.id.uuid()).await?.ok_or(DEAD)?;
    if !shown.matches(&kept.secret_hash) {
        return Err(DEAD);
    }
    let tenant = work.this_tenant().await?;
    let what = Shown {
        used_at: kept.used_at,
        successor_unused: kept.successor_unused,
        family_lives: kept.session.lives(now) && tenant.state == State::Active,
        same_client: kept.client == client.looks(),
    };
    let session = kept.session.id;
    let place = shown.id.uuid().to_string();
    let successor = match turn(what, now) {
        Turn::Refuse => return Err(DEAD),
        Turn::RevokeFamily => {
            work.sessions().end(kept.session.member, End::This(session), "refresh token reused", now).await?;
            work.tell(Event::of(Kind::RefreshReused, session))?;
            return Ok(Refreshed::Reused);
        }
        Turn::Repeat => {
            let sealed = kept.sealed_successor.as_deref().ok_or(DEAD)?;
            String::from_utf8(work.app().sealer.open(sealed, &place)?).map_err(Refusal::broken)?
        }
        Turn::Rotate => {
            let next = keep_refresh(work, session, client).await?;
            let sealed = work.app().sealer.seal(next.text().as_bytes(), &place, work.app().entropy())?;
            if !work.sessions().exchange(&kept, next.id.uuid(), sealed, now).await? {
                return Err(DEAD);
            }
            next.text()
        }
    };
    let member = work.members().get(kept.session.member).await?.ok_or(DEAD)?;
    if member.state != member::State::Active {
        return Err(DEAD);
    }
    let grants = work.members().grants_of(member.id).await?;
    Ok(Refreshed::In(Box::new(signed_in(work, tenant, member, grants, session, successor)?)))
}

impl App {
    /// Exchanges a refresh token in a unit of work of its own, in which `view` reads what is answered. One that was used
    /// before ends its session, which is durable when it is refused.
    pub async fn renew<T>(
        &self,
        shown: &str,
        client: &Client,
        view: impl AsyncFnOnce(&Tx, SignedIn) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let token = RefreshToken::parse(shown)?;
        let renewed = self
            .act(&Self::system(token.tenant), async |work: &Work<'_>| {
                Ok(match refresh(work, &token, client).await? {
                    Refreshed::In(signed_in) => Some(view(work, *signed_in).await?),
                    Refreshed::Reused => None,
                })
            })
            .await?;
        renewed.ok_or(Refusal::Unauthenticated("token-reused"))
    }
}

/// A member's own sessions, those that live.
pub async fn list(tx: &Tx, permit: &Permit<KeepAccount>, now: Moment) -> Result<Vec<Session>, Refusal> {
    Ok(tx.sessions().of(permit.member()?).await?.into_iter().filter(|session| session.lives(now)).collect())
}

/// Ends one of a member's own sessions.
pub async fn end(work: &Work<'_>, permit: &Permit<KeepAccount>, session: Id<id::Session>) -> Result<(), Refusal> {
    let ended = work.sessions().end(permit.member()?, End::This(session), "signed out", work.now()).await?;
    if ended == 0 {
        return Err(Refusal::NotFound);
    }
    work.tell(Event::of(Kind::SignedOut, session))
}
