//! The gate: the one place where a credential is verified and a tenant's scope is earned.
//!
//! A member's session, epoch and grants, and a key with its maker's, are read at each request and kept nowhere: a right
//! that was taken is gone with the next request. What a visitor's request needs changes rarely and is remembered for a
//! few seconds.

#![expect(clippy::disallowed_methods, reason = "a scope is earned here, after the credential proved its tenant")]

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use guildhall_auth::{ApiKey, Bearer, ChannelKey, OpaqueToken, VisitorToken};
use guildhall_domain::{
    Actor, Grant, Id, Moment, Refusal, TenantScope, Who, actor::Role, api_key, channel::Channel, id, member, tenant,
};
use guildhall_persistence::VisitorRow;
use uuid::Uuid;

use crate::App;

/// How long the gate remembers a channel, a visitor or a tenant's state. A stream asks every two seconds, so that what was
/// closed on another node ends here within five.
const REMEMBERED: Duration = Duration::from_secs(2);
/// How many of each it remembers at most.
const MOST: usize = 20_000;

/// What the gate remembers for a few seconds.
#[derive(Default)]
pub(crate) struct Memory {
    tenants: Remembered<bool>,
    channels: Remembered<Channel>,
    visitors: Remembered<VisitorRow>,
    /// The keys whose use is being noted.
    uses: Remembered<()>,
}

struct Remembered<V>(Mutex<HashMap<Uuid, (Moment, V)>>);

impl<V> Default for Remembered<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V: Clone> Remembered<V> {
    fn recall(&self, key: Uuid, now: Moment) -> Option<V> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.get(&key).filter(|(at, _)| now.since(*at) < REMEMBERED).map(|(_, value)| value.clone())
    }

    fn remember(&self, key: Uuid, now: Moment, value: V) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.len() >= MOST {
            memory.retain(|_, (at, _)| now.since(*at) < REMEMBERED);
        }
        if memory.len() < MOST {
            memory.insert(key, (now, value));
        }
    }

    fn forget(&self, key: Uuid) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
    }
}

const NOBODY: Refusal = Refusal::Unauthenticated("invalid");

impl App {
    /// Finds out who stands behind a bearer credential.
    pub async fn authenticate(&self, bearer: &str, request: Option<String>) -> Result<Actor, Refusal> {
        match Bearer::parse(bearer)? {
            Bearer::Access(token) => self.member_of(token, request).await,
            Bearer::Channel(key) => self.channel_of(&key, request).await,
            Bearer::Visitor(token) => self.visitor_of(&token, request).await,
            Bearer::Api(key) => self.program_of(&key, request).await,
        }
    }

    async fn member_of(&self, token: &str, request: Option<String>) -> Result<Actor, Refusal> {
        let now = self.now();
        let subject = self.tokens.verify(token, now)?.subject;
        let scope = TenantScope::proven(subject.tenant);
        let tx = self.store.read(scope).await?;
        // A tenant that is gone has no members, so their tokens end here.
        let member = tx.members().get(subject.member).await?.ok_or(NOBODY)?;
        let session = tx.sessions().get(subject.session).await?.ok_or(NOBODY)?;
        let tenant = tx.this_tenant().await?;
        let valid = tenant.state == tenant::State::Active
            && member.state == member::State::Active
            && member.auth_epoch == subject.epoch
            && session.member == member.id
            && session.lives(now);
        if !valid {
            return Err(Refusal::Unauthenticated("session-revoked"));
        }
        let grants = member.grants(tx.members().grants_of(member.id).await?);
        let who = Who::Member { id: member.id, session: session.id };
        Ok(Actor { scope, who, grants, bounds: None, request })
    }

    /// A key holds what its maker holds at this moment, within its bounds; without its maker it opens nothing.
    async fn program_of(&self, shown: &ApiKey, request: Option<String>) -> Result<Actor, Refusal> {
        let now = self.now();
        let scope = TenantScope::proven(shown.tenant);
        let tx = self.store.read(scope).await?;
        let row = tx.api_keys().shown(shown.id).await?.ok_or(NOBODY)?;
        let old = row.old_hash.filter(|_| row.key.old_until.is_some_and(|until| now < until));
        if !shown.matches(&row.secret_hash) && !old.is_some_and(|hash| shown.matches(&hash)) {
            return Err(NOBODY);
        }
        let key = row.key;
        let maker =
            tx.members().get(key.maker).await?.filter(|maker| maker.state == member::State::Active).ok_or(NOBODY)?;
        if !key.lives(now) || tx.this_tenant().await?.state != tenant::State::Active {
            return Err(NOBODY);
        }
        let grants = maker.grants(tx.members().grants_of(maker.id).await?);
        drop(tx);
        self.note_use(scope, &key, now);
        let who = Who::Key { id: key.id, maker: key.maker };
        Ok(Actor { scope, who, grants, bounds: Some(key.bounds), request })
    }

    /// Notes that a key was used, a minute coarse and beside the request: nobody waits for it, and nothing fails by it.
    fn note_use(&self, scope: TenantScope, key: &api_key::ApiKey, now: Moment) {
        let id = key.id;
        let fresh = key.last_used_at.is_some_and(|last| now.since(last) < api_key::USE_GRAIN);
        if fresh || self.gate.uses.recall(id.uuid(), now).is_some() {
            return;
        }
        self.gate.uses.remember(id.uuid(), now, ());
        let store = self.store.clone();
        tokio::spawn(async move {
            let noted = async {
                let tx = store.begin(scope).await?;
                tx.api_keys().used(id, now).await?;
                tx.commit().await
            };
            if let Err(error) = noted.await {
                tracing::warn!(%error, key = %id, "the use of an API key could not be noted");
            }
        });
    }

    async fn channel_of(&self, key: &ChannelKey, request: Option<String>) -> Result<Actor, Refusal> {
        let scope = TenantScope::proven(key.tenant);
        self.refuse_suspended(scope).await?;
        let channel = self.channel(scope, key.id).await?.ok_or(NOBODY)?;
        let now = self.now();
        let old = channel.old_key.as_ref().filter(|(_, until)| now < *until).map(|(old, _)| old);
        for held in [&channel.key].into_iter().chain(old) {
            let held: ChannelKey = OpaqueToken::parse(held)?;
            if held.matches(&key.digest()) {
                return Ok(Actor {
                    scope,
                    who: Who::Channel(channel.id),
                    grants: vec![Grant { role: Role::Channel, department: None }],
                    bounds: None,
                    request,
                });
            }
        }
        Err(NOBODY)
    }

    async fn visitor_of(&self, token: &VisitorToken, request: Option<String>) -> Result<Actor, Refusal> {
        let now = self.now();
        let scope = TenantScope::proven(token.tenant);
        self.refuse_suspended(scope).await?;
        let visitor = match self.gate.visitors.recall(token.id.uuid(), now) {
            Some(visitor) => visitor,
            None => {
                let visitor = self.store.read(scope).await?.visitors().get(token.id).await?.ok_or(NOBODY)?;
                self.gate.visitors.remember(token.id.uuid(), now, visitor.clone());
                visitor
            }
        };
        if !token.matches(&visitor.secret_hash) || now >= visitor.expires_at {
            return Err(NOBODY);
        }
        self.channel(scope, visitor.channel).await?.ok_or(NOBODY)?;
        let who = Who::Visitor { id: visitor.id, channel: visitor.channel };
        let grants = vec![Grant { role: Role::Visitor, department: None }];
        Ok(Actor { scope, who, grants, bounds: None, request })
    }

    /// An open channel, as remembered.
    pub async fn channel(&self, scope: TenantScope, id: Id<id::Channel>) -> Result<Option<Channel>, Refusal> {
        let now = self.now();
        if let Some(channel) = self.gate.channels.recall(id.uuid(), now) {
            return Ok(Some(channel));
        }
        let channel = self.store.read(scope).await?.channels().get(id).await?;
        if let Some(channel) = &channel {
            self.gate.channels.remember(id.uuid(), now, channel.clone());
        }
        Ok(channel)
    }

    /// The channel of a public key, if it is one; for answering a browser's question before it asks.
    pub async fn channel_of_key(&self, key: &ChannelKey) -> Result<Option<Channel>, Refusal> {
        self.channel(TenantScope::proven(key.tenant), key.id).await
    }

    /// Looks a channel up anew from now on.
    pub(crate) fn forget_channel(&self, id: Id<id::Channel>) {
        self.gate.channels.forget(id.uuid());
    }

    /// When a visitor's token ends, as far as the gate remembers.
    pub(crate) fn token_ends(&self, id: Id<id::Visitor>, now: Moment) -> Option<Moment> {
        self.gate.visitors.recall(id.uuid(), now).map(|visitor| visitor.expires_at)
    }

    /// Looks a visitor up anew from now on.
    pub(crate) fn forget_visitor(&self, id: Id<id::Visitor>) {
        self.gate.visitors.forget(id.uuid());
    }

    async fn refuse_suspended(&self, scope: TenantScope) -> Result<(), Refusal> {
        let (id, now) = (scope.tenant(), self.now());
        let active = match self.gate.tenants.recall(id.uuid(), now) {
            Some(active) => active,
            None => {
                let active = self.store.tenant(id).await?.is_some_and(|tenant| tenant.state == tenant::State::Active);
                self.gate.tenants.remember(id.uuid(), now, active);
                active
            }
        };
        if active { Ok(()) } else { Err(NOBODY) }
    }

    /// The house itself at work in a tenant, on a job of the tenant's own or at the operator's command.
    #[must_use]
    pub const fn system(tenant: Id<id::Tenant>) -> Actor {
        Actor::system(TenantScope::proven(tenant))
    }
}
