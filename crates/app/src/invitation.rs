//! Inviting people, and coming in by an invitation.

use std::collections::HashSet;

use guildhall_auth::{InvitationToken, PasswordRules};
use guildhall_domain::{
    Actor, Conflict, Flaws, Id, Page, PageRequest, Permit, Reach, Refusal,
    actor::Role,
    event::{Event, Kind},
    id,
    invitation::{Invitation, LIFE, may_offer},
    member::{self, Email, context_words},
    policy::{self, Invite},
    tenant::State,
    text::Name,
};
use guildhall_persistence::{OrTaken, Tx};
use serde_json::json;

use crate::{
    App, Work, department, letter,
    session::{self, Client, SignedIn},
    standing, tenant,
};

/// Who is invited, and to what.
#[derive(Debug)]
pub struct NewInvitation {
    /// The e-mail.
    pub email: Email,
    /// The name to greet them by.
    pub name: Option<Name>,
    /// Leader, executive, or nothing but a member.
    pub tenant_role: Role,
    /// The key of a department and the role there.
    pub department: Option<(String, Role)>,
}

/// An invitation that was just made. Its token is there only where no letter brings it.
#[derive(Debug)]
pub struct Invited {
    /// The invitation.
    pub invitation: Invitation,
    /// What to hand over, this once.
    pub token: Option<InvitationToken>,
}

/// A department and the role there.
pub(crate) type Place = (Id<id::Department>, Role);

/// Invites somebody: by letter, or by a token that the inviter hands over.
pub async fn create(work: &Work<'_>, permit: &Permit<Invite>, new: NewInvitation) -> Result<Invited, Refusal> {
    let mut place = None;
    if let Some((key, role)) = &new.department {
        place = Some((department::referred(work, permit, key, "/department").await?.id, *role));
    }
    may_invite(work, permit, new.tenant_role, place, &HashSet::new()).await?;
    if work.members().by_email(&new.email).await?.is_some() {
        return Err(Conflict::EmailTaken.into());
    }
    keep(work, permit, new.email, new.name, new.tenant_role, place).await
}

/// Decides whether these roles may be offered as things stand, and as they come to stand for the departments that get an
/// owner meanwhile.
pub(crate) async fn may_invite(
    tx: &Tx,
    permit: &Permit<Invite>,
    tenant_role: Role,
    place: Option<Place>,
    getting_owners: &HashSet<Id<id::Department>>,
) -> Result<(), Refusal> {
    let mut has_owner = false;
    if let Some((department, _)) = place {
        has_owner = getting_owners.contains(&department) || tx.members().owners(department).await? > 0;
    }
    let at_home = place.is_some_and(|(department, _)| permit.at_home(department));
    may_offer(at_home, permit.reach(), tenant_role, place.map(|(_, role)| role), has_owner)
}

/// Keeps an invitation, in place of older open ones to the same e-mail, and sends it where letters are sent.
pub(crate) async fn keep(
    work: &Work<'_>,
    permit: &Permit<Invite>,
    email: Email,
    name: Option<Name>,
    tenant_role: Role,
    place: Option<Place>,
) -> Result<Invited, Refusal> {
    let now = work.now();
    let inviter = standing::here(work, permit.answers()?).await?;
    let invitation = Invitation {
        id: work.new_id()?,
        email,
        name,
        tenant_role,
        department: place,
        invited_by: inviter.id,
        created_at: now,
        expires_at: now.after(LIFE),
        accepted_at: None,
        revoked_at: None,
    };
    let token = InvitationToken::draw(work.scope().tenant(), invitation.id, work.app().entropy())?;
    work.invitations().add(&invitation, token.digest()).await?;
    let event = Event::of(Kind::Invited, invitation.id).with(json!({ "tenant_role": invitation.tenant_role.name() }));
    work.tell(place.map_or(event.clone(), |(department, _)| event.within(department)))?;
    let company = work.this_tenant().await?.company;
    let letter = letter::invitation(&invitation, &inviter.name, &company, &work.app().links().invitation(&token));
    let posted = work.post(&letter, invitation.expires_at).await?;
    Ok(Invited { invitation, token: (!posted).then_some(token) })
}

/// A page of the invitations that one may see.
pub async fn list(tx: &Tx, permit: &Permit<Invite>, page: &PageRequest) -> Result<Page<Invitation>, Refusal> {
    let within = match permit.reach() {
        Reach::Tenant => None,
        Reach::Departments(departments) => Some(departments.as_slice()),
        Reach::Own => Some([].as_slice()),
    };
    Ok(tx.invitations().list(within, page).await?)
}

/// Takes an invitation back.
pub async fn revoke(work: &Work<'_>, permit: &Permit<Invite>, id: Id<id::Invitation>) -> Result<(), Refusal> {
    let (invitation, _) = work.invitations().get(id).await?.ok_or(Refusal::NotFound)?;
    let within = invitation.department.is_some_and(|(department, _)| permit.reach().covers(department));
    if *permit.reach() != Reach::Tenant && !within {
        return Err(Refusal::NotFound);
    }
    if !work.invitations().revoke(id, work.now()).await? {
        return Err(Refusal::Gone("invitation-used"));
    }
    work.tell(Event::of(Kind::InvitationRevoked, id))
}

/// What an invitation offers, for whoever holds its token.
#[derive(Debug)]
pub struct Offer {
    /// The company's name.
    pub company: Name,
    /// Who is invited.
    pub email: Email,
    /// The name to greet them by.
    pub name: Option<Name>,
    /// Leader, executive, or nothing but a member.
    pub tenant_role: Role,
    /// A department's name and the role there.
    pub department: Option<(Name, Role)>,
}

/// What somebody sends to come in.
#[derive(Debug)]
pub struct Acceptance {
    token: InvitationToken,
    name: Name,
    hash: String,
}

/// The invitation whose token is shown, and the company's name.
async fn shown(tx: &Tx, token: &InvitationToken) -> Result<(Invitation, Name), Refusal> {
    let (invitation, hash) = tx.invitations().get(token.id).await?.ok_or(Refusal::NotFound)?;
    let tenant = tx.this_tenant().await?;
    if !token.matches(&hash) || tenant.state != State::Active {
        return Err(Refusal::NotFound);
    }
    Ok((invitation, tenant.company))
}

impl App {
    /// What the invitation of this token offers, while it is open.
    pub async fn offer(&self, token: &str) -> Result<Offer, Refusal> {
        let token = InvitationToken::parse(token).map_err(|_| Refusal::NotFound)?;
        let now = self.now();
        self.look(&Self::system(token.tenant), async |tx: &Tx| {
            let (invitation, company) = shown(tx, &token).await?;
            if !invitation.open(now) {
                return Err(Refusal::Gone("invitation-used"));
            }
            let mut department = None;
            if let Some((id, role)) = invitation.department {
                let all = tx.departments().all().await?;
                department = all.into_iter().find(|of| of.id == id).map(|of| (of.name, role));
            }
            let Invitation { email, name, tenant_role, .. } = invitation;
            Ok(Offer { company, email, name, tenant_role, department })
        })
        .await
    }

    /// Reads an acceptance and hashes its password; the roles stand in the invitation and never in here. Whether the
    /// invitation is still open is for [`accept`] to say, after a repetition has met what its key did before.
    pub async fn read_acceptance(&self, token: &str, name: &str, password: &str) -> Result<Acceptance, Refusal> {
        let mut flaws = Flaws::default();
        let token = InvitationToken::parse(token).map_err(|_| Refusal::NotFound)?;
        let name = flaws.take("/name", Name::parse(name));
        let system = Self::system(token.tenant);
        let (invitation, company) = self.look(&system, async |tx: &Tx| shown(tx, &token).await).await?;
        let words = name.as_ref().map_or_else(Vec::new, |name| context_words(name, &invitation.email, &company));
        let password = flaws.take("/password", PasswordRules::check(password, &words));
        let (name, password) = flaws.settle(name.zip(password))?;
        Ok(Acceptance { token, name, hash: self.hash_password(password).await? })
    }
}

impl Acceptance {
    /// The tenant that they come into.
    #[must_use]
    pub fn actor(&self) -> Actor {
        App::system(self.token.tenant)
    }
}

/// Comes in: the invitation is used up, the member has what it offers, and is signed in. It holds only while whoever
/// invited could still offer the same.
pub async fn accept(work: &Work<'_>, acceptance: Acceptance, client: &Client) -> Result<SignedIn, Refusal> {
    let now = work.now();
    let (invitation, _) = work.invitations().get(acceptance.token.id).await?.ok_or(Refusal::NotFound)?;
    if !work.invitations().accept(invitation.id, now).await? || !still_offered(work, &invitation).await? {
        return Err(Refusal::Gone("invitation-used"));
    }
    let mut member = tenant::member(work.new_id()?, acceptance.name, invitation.email, invitation.tenant_role, now);
    member.profile.home_department = invitation.department.map(|(department, _)| department);
    work.members().add(&member, &acceptance.hash).await.or_taken(Conflict::EmailTaken)?;
    work.list_login(work.app().directory.login_hash(&member.email), member.id).await?;
    if let Some((department, role)) = invitation.department {
        work.members().give(department, member.id, role, now).await?;
    }
    work.tell(Event::of(Kind::Joined, member.id).with(json!({ "invitation": invitation.id })))?;
    let grants = work.members().grants_of(member.id).await?;
    let tenant = work.this_tenant().await?;
    session::open(work, &tenant, member, grants, client).await
}

async fn still_offered(work: &Work<'_>, invitation: &Invitation) -> Result<bool, Refusal> {
    let place = invitation.department;
    let departments = work.departments().lock(place.iter().map(|(department, _)| *department)).await?;
    let inviter =
        work.members().get(invitation.invited_by).await?.filter(|member| member.state == member::State::Active);
    let (Some(inviter), true) = (inviter, departments.len() == place.iter().count()) else { return Ok(false) };
    let grants = inviter.grants(work.members().grants_of(inviter.id).await?);
    let Ok(permit) = policy::judge(&Actor { grants, ..Actor::system(work.scope()) }) else { return Ok(false) };
    match may_invite(work, &permit, invitation.tenant_role, place, &HashSet::new()).await {
        Ok(()) => Ok(true),
        Err(Refusal::Forbidden(_) | Refusal::Conflict(_)) => Ok(false),
        Err(other) => Err(other),
    }
}
