//! API keys: what a program may do for the member who made its key, and never more than they may at that moment.

use std::time::Duration;

use crate::{
    Grant, Id, Moment, Reach, Refusal, id,
    policy::{self, Action as _, Extent, TABLE},
    text::{Name, TextFlaw},
};

/// The most living keys of a tenant.
pub const MOST: u64 = 50;
/// How long a key lives where its maker says nothing.
pub const LIFE: Duration = Duration::from_hours(90 * 24);
/// How long a key may live at most, from when its end is set.
pub const LONGEST: Duration = Duration::from_hours(365 * 24);
/// How long an old secret may stay good beside the new one.
pub const LONGEST_OVERLAP: Duration = Duration::from_hours(7 * 24);
/// How finely the last use is kept.
pub const USE_GRAIN: Duration = Duration::from_mins(1);

/// What no program does for its maker: what is a person's own, making keys, and what could make another's password.
const PERSONAL: [&str; 3] = [policy::KeepAccount::NAME, policy::ManageKeys::NAME, policy::ManageMembers::NAME];
/// What every member may in the whole tenant, and a key may have for its departments alone: the use cases ask the reach.
const DIVISIBLE: [&str; 2] = [policy::ReadDepartments::NAME, policy::ReadLive::NAME];
/// The places of the members' roles in the policy's rows; the channel's and the visitor's stand behind them.
const OF_MEMBERS: usize = 8;

/// The actions that a key may be made for, as the policy's table names them.
pub fn scopes() -> impl Iterator<Item = &'static str> {
    let held = |extents: &[Extent; 10]| extents.iter().take(OF_MEMBERS).any(|extent| *extent >= Extent::Department);
    TABLE.iter().filter(move |(name, extents)| held(extents) && !PERSONAL.contains(name)).map(|(name, _)| *name)
}

/// The action of this name, if a key may be made for it.
#[must_use]
pub fn scope(name: &str) -> Option<&'static str> {
    scopes().find(|scope| *scope == name)
}

/// Whether an action can be cut to some departments; all else reaches the whole tenant.
#[must_use]
pub fn divisible(scope: &str) -> bool {
    DIVISIBLE.contains(&scope)
        || TABLE.iter().any(|(name, extents)| *name == scope && extents.contains(&Extent::Department))
}

/// The departments that a key was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Departments {
    /// Every one, also those founded later.
    All,
    /// These, in ascending order, never empty.
    These(Vec<Id<id::Department>>),
}

impl Departments {
    /// Whether the department is one of them.
    #[must_use]
    pub fn covers(&self, department: Id<id::Department>) -> bool {
        match self {
            Self::All => true,
            Self::These(these) => these.contains(&department),
        }
    }
}

/// What a key may use of what its maker holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// The actions, by name, in the order of the policy's table.
    pub scopes: Vec<&'static str>,
    /// Where.
    pub departments: Departments,
}

impl Bounds {
    /// How far the key goes with an action that its maker `holds` so far now. A key has nothing of its own.
    pub(crate) fn cut(&self, action: &'static str, holds: Option<Reach>) -> Result<Reach, Refusal> {
        if !self.scopes.contains(&action) {
            return Err(Refusal::OutOfScope(action));
        }
        match (&self.departments, holds) {
            (_, None | Some(Reach::Own)) => Err(Refusal::Forbidden(action)),
            (Departments::All, Some(reach)) => Ok(reach),
            (Departments::These(_), Some(Reach::Tenant)) if !divisible(action) => Err(Refusal::OutOfScope(action)),
            (Departments::These(these), Some(Reach::Tenant)) => Ok(Reach::Departments(these.clone())),
            (Departments::These(these), Some(Reach::Departments(mut held))) => {
                held.retain(|department| these.contains(department));
                if held.is_empty() { Err(Refusal::Forbidden(action)) } else { Ok(Reach::Departments(held)) }
            }
        }
    }

    /// Refuses bounds that reach beyond what these grants hold: nobody gives what they do not have.
    pub fn within(&self, grants: &[Grant]) -> Result<(), Refusal> {
        for (name, extents) in TABLE.iter().filter(|(name, _)| self.scopes.contains(name)) {
            let covered = match (&self.departments, policy::held(*extents, grants).0) {
                (_, Some(Reach::Tenant)) | (Departments::All, Some(Reach::Departments(_))) => true,
                (Departments::These(these), Some(reach)) => these.iter().all(|department| reach.covers(*department)),
                _ => false,
            };
            if !covered {
                return Err(Refusal::BeyondOwn(name));
            }
        }
        Ok(())
    }
}

/// A key, without its secret.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// Its identifier.
    pub id: Id<id::ApiKey>,
    /// What it is for.
    pub name: Name,
    /// Who made it and answers for it.
    pub maker: Id<id::Member>,
    /// What it may.
    pub bounds: Bounds,
    /// The last four characters of its text, to tell it by.
    pub hint: String,
    /// When it ends.
    pub expires_at: Moment,
    /// When it was last used, give or take [`USE_GRAIN`].
    pub last_used_at: Option<Moment>,
    /// Until when the secret before this one is good too, if there was one.
    pub old_until: Option<Moment>,
    /// Rises with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

impl ApiKey {
    /// Whether it still opens anything.
    #[must_use]
    pub fn lives(&self, now: Moment) -> bool {
        now < self.expires_at
    }
}

/// The end of a key that is set now: ahead, and at most [`LONGEST`] away.
pub fn ends(at: Moment, now: Moment) -> Result<Moment, TextFlaw> {
    if at > now && at <= now.after(LONGEST) {
        Ok(at)
    } else {
        Err(TextFlaw::Form("must lie ahead, at most 365 days from now"))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::actor::Role;

    fn department(n: u128) -> Id<id::Department> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn bounds(scopes: &[&'static str], departments: Option<&[u128]>) -> Bounds {
        let these = |these: &[u128]| Departments::These(these.iter().copied().map(department).collect());
        Bounds { scopes: scopes.to_vec(), departments: departments.map_or(Departments::All, these) }
    }

    fn holding(role: Role, at: Option<u128>) -> Vec<Grant> {
        let member = Grant { role: Role::Member, department: None };
        vec![member, Grant { role, department: at.map(department) }]
    }

    #[test]
    fn scopes_are_what_members_hold_beyond_themselves() {
        let all: Vec<_> = scopes().collect();
        for scope in ["draft.edit", "live.read", "channel.manage", "audit.read", "member.edit"] {
            assert!(all.contains(&scope), "{scope}");
        }
        for never in ["account.keep", "key.manage", "chat.open", "chat.talk"] {
            assert_eq!(scope(never), None, "{never}");
        }
        assert_eq!(["draft.edit", "live.read", "audit.read"].map(divisible), [true, true, false]);
        let members = Role::ALL.iter().position(|role| *role == Role::Channel);
        assert_eq!(members, Some(OF_MEMBERS));
    }

    #[test]
    fn a_key_goes_as_far_as_scopes_departments_and_maker_agree() {
        let some = bounds(&["draft.read", "audit.read", "live.read"], Some(&[2, 3]));
        let within = |ids: &[u128]| Reach::Departments(ids.iter().copied().map(department).collect());
        assert_eq!(some.cut("draft.read", Some(Reach::Tenant)).unwrap(), within(&[2, 3]));
        assert_eq!(some.cut("draft.read", Some(within(&[3, 4]))).unwrap(), within(&[3]));
        assert_eq!(some.cut("live.read", Some(Reach::Tenant)).unwrap(), within(&[2, 3]));
        assert!(matches!(some.cut("draft.read", Some(within(&[4]))), Err(Refusal::Forbidden("draft.read"))));
        assert!(matches!(some.cut("draft.read", None), Err(Refusal::Forbidden(_))), "its maker lost it");
        assert!(matches!(some.cut("draft.edit", Some(Reach::Tenant)), Err(Refusal::OutOfScope("draft.edit"))));
        assert!(matches!(some.cut("audit.read", Some(Reach::Tenant)), Err(Refusal::OutOfScope("audit.read"))));
        let all = bounds(&["member.edit"], None);
        assert_eq!(all.cut("member.edit", Some(Reach::Tenant)).unwrap(), Reach::Tenant);
        assert!(matches!(all.cut("member.edit", Some(Reach::Own)), Err(Refusal::Forbidden(_))), "nothing of its own");
    }

    #[test]
    fn nobody_gives_what_they_do_not_hold() {
        let owner = holding(Role::Owner, Some(2));
        assert!(bounds(&["draft.edit", "live.read"], Some(&[2])).within(&owner).is_ok());
        assert!(bounds(&["draft.edit"], None).within(&owner).is_ok(), "wherever they hold it");
        let beyond = |bounds: Bounds, grants: &[Grant]| match bounds.within(grants) {
            Err(Refusal::BeyondOwn(action)) => action,
            other => panic!("{other:?}"),
        };
        assert_eq!(beyond(bounds(&["draft.edit"], Some(&[2, 3])), &owner), "draft.edit");
        assert_eq!(beyond(bounds(&["live.read", "audit.read"], None), &owner), "audit.read");
        let leader = holding(Role::Leader, None);
        assert!(bounds(&["draft.read", "audit.read"], None).within(&leader).is_ok());
        assert_eq!(beyond(bounds(&["draft.edit"], Some(&[2])), &leader), "draft.edit");
        assert_eq!(beyond(bounds(&["member.edit"], None), &owner), "member.edit");
    }

    #[test]
    fn an_end_lies_ahead_and_not_too_far() {
        let now = Moment(1_000_000);
        assert!(ends(now.after(LONGEST), now).is_ok() && ends(Moment(now.0 + 1), now).is_ok());
        for bad in [now, Moment(0), now.after(LONGEST + Duration::from_secs(1)), Moment(i64::MAX)] {
            assert!(ends(bad, now).is_err(), "{bad:?}");
        }
    }
}
