//! An offer to join a tenant, with the roles that wait there; the roles stand in the offer and never in its acceptance.

use std::time::Duration;

use crate::{
    Id, Moment, Reach, Refusal,
    actor::Role,
    id,
    member::{Email, may_give},
    text::Name,
};

/// How long an invitation stands.
pub const LIFE: Duration = Duration::from_hours(72);

/// An invitation.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Its identifier.
    pub id: Id<id::Invitation>,
    /// Who is invited.
    pub email: Email,
    /// The name to greet them by.
    pub name: Option<Name>,
    /// Leader, executive, or nothing but a member.
    pub tenant_role: Role,
    /// A role in a department.
    pub department: Option<(Id<id::Department>, Role)>,
    /// Who invites.
    pub invited_by: Id<id::Member>,
    /// When it was made.
    pub created_at: Moment,
    /// When it ends.
    pub expires_at: Moment,
    /// When it was accepted.
    pub accepted_at: Option<Moment>,
    /// When it was taken back.
    pub revoked_at: Option<Moment>,
}

impl Invitation {
    /// Whether it can still be accepted.
    #[must_use]
    pub fn open(&self, now: Moment) -> bool {
        self.accepted_at.is_none() && self.revoked_at.is_none() && now < self.expires_at
    }

    /// Whether it offers exactly these roles.
    #[must_use]
    pub fn offers(&self, tenant_role: Role, department: Option<(Id<id::Department>, Role)>) -> bool {
        self.tenant_role == tenant_role && self.department == department
    }
}

/// Decides whether these roles may be offered: tenant roles are the leader's to offer, a department role follows
/// [`may_give`], and an owner's invitation always leads into a department of theirs.
pub fn may_offer(
    at_home: bool,
    reach: &Reach,
    tenant_role: Role,
    department_role: Option<Role>,
    has_owner: bool,
) -> Result<(), Refusal> {
    if *reach != Reach::Tenant && (tenant_role != Role::Member || department_role.is_none()) {
        return Err(Refusal::Forbidden("member.invite"));
    }
    department_role.map_or(Ok(()), |role| may_give(at_home, reach, role, has_owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_offers_roles_at_home_and_no_tenant_role() {
        let owner = Reach::Departments(vec![]);
        let editor = Some(Role::Editor);
        assert!(may_offer(true, &owner, Role::Member, editor, true).is_ok());
        assert!(may_offer(false, &owner, Role::Member, editor, true).is_err());
        assert!(may_offer(true, &owner, Role::Leader, editor, true).is_err());
        assert!(may_offer(true, &owner, Role::Member, None, true).is_err());
        assert!(may_offer(false, &Reach::Tenant, Role::Executive, None, false).is_ok());
        assert!(may_offer(false, &Reach::Tenant, Role::Member, editor, true).is_err());
    }
}
