//! Members: who works here, what they say of themselves, and the change of one's own password.

use guildhall_auth::{Password, PasswordRules};
use guildhall_domain::{
    Grant, Id, Page, PageRequest, Permit, Reach, Refusal, Who,
    event::{Event, Kind},
    id,
    member::{Member, TimeZone, context_words},
    policy::{EditMember, KeepAccount, ReadMembers},
    tenant::Tenant,
    text::{Language, Name, Title},
};
use guildhall_persistence::{End, MemberFilter, Tx};

use crate::{App, Work, reset, standing};

/// A member with what they hold.
#[derive(Debug)]
pub struct MemberWithGrants {
    /// The member.
    pub member: Member,
    /// What they hold, the membership itself first.
    pub grants: Vec<Grant>,
}

/// A change of a member; what is `None` stays.
#[derive(Debug, Default)]
pub struct MemberPatch {
    /// Another name.
    pub name: Option<Name>,
    /// Another job title, or none any more.
    pub title: Option<Option<Title>>,
    /// Another language, or none any more.
    pub language: Option<Option<Language>>,
    /// Another time zone, or none any more.
    pub time_zone: Option<Option<TimeZone>>,
    /// The key of another home department, or none any more.
    pub home_department: Option<Option<String>>,
}

/// Who one is, and where.
pub async fn me(tx: &Tx, permit: &Permit<KeepAccount>) -> Result<(Tenant, MemberWithGrants), Refusal> {
    let tenant = tx.this_tenant().await?;
    Ok((tenant, with_grants(tx, permit.member()?).await?))
}

/// A member of the tenant, who may have left: what they made still names them.
pub async fn get(tx: &Tx, _: &Permit<ReadMembers>, id: Id<id::Member>) -> Result<MemberWithGrants, Refusal> {
    with_grants(tx, id).await
}

/// A page of the tenant's members.
pub async fn list(
    tx: &Tx,
    _: &Permit<ReadMembers>,
    filter: &MemberFilter<'_>,
    page: &PageRequest,
) -> Result<Page<MemberWithGrants>, Refusal> {
    let Page { items, next } = tx.members().list(filter, page).await?;
    let mut members = Vec::with_capacity(items.len());
    for member in items {
        let grants = member.grants(tx.members().grants_of(member.id).await?);
        members.push(MemberWithGrants { member, grants });
    }
    Ok(Page { items: members, next })
}

pub(crate) async fn with_grants(tx: &Tx, id: Id<id::Member>) -> Result<MemberWithGrants, Refusal> {
    let member = tx.members().get(id).await?.ok_or(Refusal::NotFound)?;
    let grants = member.grants(tx.members().grants_of(id).await?);
    Ok(MemberWithGrants { member, grants })
}

/// Changes a member's name or profile: one's own, or as the leader anybody's.
pub async fn change(
    work: &Work<'_>,
    permit: &Permit<EditMember>,
    id: Id<id::Member>,
    version: i64,
    patch: MemberPatch,
) -> Result<MemberWithGrants, Refusal> {
    let mut member = standing::here(work, id).await?;
    if *permit.reach() != Reach::Tenant && permit.member()? != id {
        return Err(Refusal::Forbidden("member.edit"));
    }
    let profile = &mut member.profile;
    patch.title.into_iter().for_each(|title| profile.title = title);
    patch.language.into_iter().for_each(|language| profile.language = language);
    patch.time_zone.into_iter().for_each(|zone| profile.time_zone = zone);
    if let Some(home) = patch.home_department {
        profile.home_department = match home {
            None => None,
            Some(key) => Some(crate::department::referred(work, permit, &key, "/home_department").await?.id),
        };
    }
    patch.name.into_iter().for_each(|name| member.name = name);
    member.updated_at = work.now();
    if !work.members().change(&member, version).await? {
        return Err(Refusal::stale(member.version));
    }
    work.tell(Event::of(Kind::MemberChanged, id))?;
    with_grants(work, id).await
}

impl App {
    /// Checks a new password against the rules and hashes it.
    pub async fn new_password(&self, permit: &Permit<KeepAccount>, password: &str) -> Result<String, Refusal> {
        let id = permit.member()?;
        let words = self
            .look(permit.actor(), async |tx: &Tx| {
                let member = tx.members().get(id).await?.ok_or(Refusal::NotFound)?;
                Ok(context_words(&member.name, &member.email, &tx.this_tenant().await?.company))
            })
            .await?;
        let password: Password = PasswordRules::check(password, &words)
            .map_err(|flaw| Refusal::flaw("/new_password", flaw.code(), flaw.to_string()))?;
        self.hash_password(password).await
    }
}

/// Keeps a new password of one's own, and ends every other session.
pub async fn set_password(work: &Work<'_>, permit: &Permit<KeepAccount>, hash: &str) -> Result<(), Refusal> {
    let (Who::Member { id, session }, now) = (permit.actor().who, work.now()) else {
        return Err(Refusal::Forbidden("account.keep"));
    };
    work.members().set_password_hash(id, hash, now).await?;
    work.sessions().end(id, End::AllBut(session), "password changed", now).await?;
    work.password_resets().close_all(id, now).await?;
    work.tell(Event::of(Kind::PasswordChanged, id))?;
    reset::tell_of_new_password(work, &standing::here(work, id).await?, now).await
}
