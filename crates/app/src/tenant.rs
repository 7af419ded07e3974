//! A company comes in: the tenant, its leader, its bot.

use guildhall_auth::{Password, PasswordRules};
use guildhall_domain::{
    Actor, Flaws, Id, Moment, Refusal,
    actor::Role,
    bot::Settings,
    event::{Event, Kind},
    id,
    member::{self, Email, Member, Profile, context_words},
    tenant::{State, Tenant, slug},
    text::Name,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    App, Work,
    session::{self, Client, SignedIn},
};

/// What a company says when it signs up.
#[derive(Debug)]
pub struct SignUp {
    /// The company's name.
    pub company: Name,
    /// The leader's name.
    pub name: Name,
    /// The leader's e-mail.
    pub email: Email,
    /// The leader's password, checked against the rules.
    pub password: Password,
}

impl SignUp {
    /// Reads what was sent; the pointers name the fields of the sign-up body.
    pub fn parse(company: &str, name: &str, email: &str, password: &str) -> Result<Self, Refusal> {
        let mut flaws = Flaws::default();
        let company = flaws.take("/company", Name::parse(company));
        let name = flaws.take("/leader/name", Name::parse(name));
        let email = flaws.take("/leader/email", Email::parse(email));
        let words = match (&name, &email, &company) {
            (Some(name), Some(email), Some(company)) => context_words(name, email, company),
            _ => Vec::new(),
        };
        let password = flaws.take("/leader/password", PasswordRules::check(password, &words));
        let read = company.zip(name).zip(email).zip(password);
        let ((company, name), email, password) = match read {
            Some((((company, name), email), password)) => ((company, name), email, password),
            None => return flaws.settle(None),
        };
        flaws.settle(Some(Self { company, name, email, password }))
    }
}

/// A company that has come in, with its leader signed in.
#[derive(Debug)]
pub struct Founded {
    /// The company.
    pub tenant: Tenant,
    /// The leader, signed in.
    pub leader: SignedIn,
}

impl App {
    /// The tenant that a sign-up founds. With an idempotency key the same request names the same tenant again, so that
    /// its repetition meets what the first one did.
    pub fn tenant_to_found(&self, email: &Email, key: Option<&str>) -> Result<Actor, Refusal> {
        let tenant = match key {
            None => self.entropy().new_id(self.now())?,
            Some(key) => {
                Id::from_uuid(Uuid::new_v8(self.directory.name(&format!("sign-up {key} {}", email.canonical()))))
            }
        };
        Ok(Self::system(tenant))
    }

    /// Hashes a password for storing.
    pub async fn hash_password(&self, password: Password) -> Result<String, Refusal> {
        self.hashing.hash(password).await
    }
}

/// Founds the tenant that the work is bound to. One that is there already was founded by the same sign-up: whoever has
/// an idempotency key for it will be told so.
pub async fn found(work: &Work<'_>, company: &Name) -> Result<Tenant, Refusal> {
    if let Some(tenant) = work.app().store.tenant(work.scope().tenant()).await? {
        return Ok(tenant);
    }
    let now = work.now();
    let mut tenant = Tenant {
        id: work.scope().tenant(),
        slug: slug(company),
        company: company.clone(),
        state: State::Active,
        created_at: now,
        updated_at: now,
    };
    if work.app().store.tenant_by_slug(&tenant.slug).await?.is_some() {
        let random: String = tenant.id.to_string().chars().rev().take(6).collect();
        tenant.slug = format!("{}-{random}", tenant.slug);
    }
    work.found(&tenant).await?;
    Ok(tenant)
}

/// Gives a founded tenant its leader and its bot, and signs the leader in.
pub async fn settle(
    work: &Work<'_>,
    tenant: Tenant,
    new: SignUp,
    hash: String,
    client: &Client,
) -> Result<Founded, Refusal> {
    let leader = member(work.new_id()?, new.name, new.email, Role::Leader, work.now());
    work.members().add(&leader, &hash).await?;
    work.list_login(work.app().directory.login_hash(&leader.email), leader.id).await?;
    work.builds().add_bot(&Settings::default(), work.now()).await?;
    work.tell(Event::of(Kind::TenantFounded, tenant.id).with(json!({ "slug": tenant.slug, "leader": leader.id })))?;
    let leader = session::open(work, &tenant, leader, Vec::new(), client).await?;
    Ok(Founded { tenant, leader })
}

/// A member who has just joined.
pub(crate) const fn member(id: Id<id::Member>, name: Name, email: Email, tenant_role: Role, now: Moment) -> Member {
    let profile = Profile { title: None, language: None, time_zone: None, home_department: None };
    let state = member::State::Active;
    Member { id, name, email, profile, tenant_role, state, auth_epoch: 1, version: 1, created_at: now, updated_at: now }
}
