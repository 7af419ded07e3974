//! A member's standing in the company: their role in it, whether they are suspended, and their leaving.
//!
//! The company keeps a leader who can come in, and a department with content an owner who can. Both are checked after the
//! change, with the tenant locked, then the departments, then the member (always in this order), so that changes at once
//! can't each count on the other.

use guildhall_domain::{
    Conflict, Grant, Id, Permit, Refusal,
    actor::Role,
    event::{Event, Kind},
    id,
    member::{Member, State, takes_away},
    policy::{KeepAccount, ManageMembers},
};
use guildhall_persistence::{End, Tx};
use serde_json::json;

use crate::{
    Work, department,
    member::{MemberWithGrants, with_grants},
};

/// The member of this id, who has not left.
pub(crate) async fn here(tx: &Tx, id: Id<id::Member>) -> Result<Member, Refusal> {
    tx.members().get(id).await?.filter(|member| member.state != State::Left).ok_or(Refusal::NotFound)
}

/// Gives a member another role in the company, or (with [`Role::Member`]) none.
pub async fn set_role(
    work: &Work<'_>,
    _: &Permit<ManageMembers>,
    id: Id<id::Member>,
    role: Role,
) -> Result<MemberWithGrants, Refusal> {
    work.lock_tenant().await?;
    let before = here(work, id).await?.tenant_role;
    if before != role {
        work.members().set_tenant_role(id, role, work.now()).await?;
        if before == Role::Leader {
            keep_a_leader(work).await?;
        }
        if takes_away(before, role) {
            work.members().raise_epoch(id).await?;
        }
        let event = Event::of(Kind::TenantRoleChanged, id);
        work.tell(event.with(json!({ "role": role.name(), "before": before.name() })))?;
    }
    with_grants(work, id).await
}

/// Keeps a member out until they are resumed: their sessions end, what they hold waits for them. The last owner of a
/// department may be suspended, since the leader can then appoint another.
pub async fn suspend(
    work: &Work<'_>,
    _: &Permit<ManageMembers>,
    id: Id<id::Member>,
) -> Result<MemberWithGrants, Refusal> {
    work.lock_tenant().await?;
    here(work, id).await?;
    if work.members().turn(id, State::Active, State::Suspended, work.now()).await? {
        keep_a_leader(work).await?;
        shut_out(work, id, "suspended").await?;
        work.tell(Event::of(Kind::MemberSuspended, id))?;
    }
    with_grants(work, id).await
}

/// Lets a suspended member in again.
pub async fn resume(work: &Work<'_>, _: &Permit<ManageMembers>, id: Id<id::Member>) -> Result<(), Refusal> {
    here(work, id).await?;
    if work.members().turn(id, State::Suspended, State::Active, work.now()).await? {
        work.tell(Event::of(Kind::MemberResumed, id))?;
    }
    Ok(())
}

/// Removes a member.
pub async fn remove(work: &Work<'_>, _: &Permit<ManageMembers>, id: Id<id::Member>) -> Result<(), Refusal> {
    part(work, id, Kind::MemberRemoved).await
}

/// Leaves the company.
pub async fn leave(work: &Work<'_>, permit: &Permit<KeepAccount>) -> Result<(), Refusal> {
    part(work, permit.member()?, Kind::MemberLeft).await
}

/// Parts with a member. What they made stays, and their name with it; their roles, sessions, invitations, links and their
/// place in the login directory go.
async fn part(work: &Work<'_>, id: Id<id::Member>, how: Kind) -> Result<(), Refusal> {
    work.lock_tenant().await?;
    here(work, id).await?;
    let owned: Vec<_> = work.members().grants_of(id).await?.iter().filter_map(owned).collect();
    work.departments().lock(owned.iter().copied()).await?;
    work.members().lock(id).await?;
    work.members().part(id, work.now()).await?;
    keep_a_leader(work).await?;
    for department in owned {
        department::keep_an_owner(work, department).await?;
    }
    shut_out(work, id, "left").await?;
    work.password_resets().close_all(id, work.now()).await?;
    work.invitations().revoke_of(id, work.now()).await?;
    work.unlist_login(id).await?;
    work.tell(Event::of(how, id))
}

fn owned(grant: &Grant) -> Option<Id<id::Department>> {
    grant.department.filter(|_| grant.role == Role::Owner)
}

async fn shut_out(work: &Work<'_>, id: Id<id::Member>, why: &str) -> Result<(), Refusal> {
    work.members().raise_epoch(id).await?;
    work.sessions().end(id, End::All, why, work.now()).await?;
    Ok(())
}

/// Refuses when nobody who leads the company could come in.
async fn keep_a_leader(work: &Work<'_>) -> Result<(), Refusal> {
    if work.members().leaders().await? == 0 { Err(Conflict::LastLeader.into()) } else { Ok(()) }
}
