//! What every request must be answered: computed from the policy's table, the operation's action and the status law.

use guildhall_domain::{
    Reach as Domain, Refusal,
    actor::Role,
    api_key::divisible,
    member::may_give,
    policy::{Extent, TABLE},
};

use super::cast::Principal;
use crate::house::Operation;

/// What an operation is done to, which says how far a reach covers it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Nothing that an id names.
    Alone,
    /// Something of the whole tenant.
    Tenant,
    /// Something of a department.
    Department,
    /// Something of one person.
    Personal,
}

/// Where an id points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// The first department; one's own thing.
    Here,
    /// The second department; somebody else's thing.
    Elsewhere,
    /// Another tenant.
    Foreign,
    /// A department that never was; elsewhere an id that never was.
    Nowhere,
    /// An id that never was, in the first department.
    Missing,
    /// What can't be an id.
    Malformed,
}

/// Where an operation names what it is done to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// By a key or name that is looked up, in the path.
    Path,
    /// By an id, in the path.
    PathId,
    /// In the body or the query.
    Request,
}

/// What the law needs to know of a case.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    /// What it is done to.
    pub(super) scope: Scope,
    /// Where that is named.
    pub(super) place: Place,
    /// The action by which its existence is known; the operation's own where absent.
    pub(super) seen_by: Option<&'static str>,
    /// Whether the draft's action decides.
    pub(super) draft: bool,
    /// What else stands in the way.
    pub(super) bar: Bar,
}

/// What stands in the way of some who hold the action.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bar {
    /// Nothing.
    None,
    /// It can't be told apart by departments, so a key of some may not.
    Whole,
    /// Only whose own thing it is may, though others see it.
    OwnAlone,
    /// It gives a role, which the leader may not where there is an owner.
    GivesRole,
}

impl Facts {
    /// The targets that make sense.
    pub(super) fn targets(&self) -> &'static [Target] {
        use Target::{Elsewhere, Foreign, Here, Malformed, Missing, Nowhere};
        match (self.scope, self.place) {
            (Scope::Alone, _) | (Scope::Tenant, Place::Request) => &[Here],
            (Scope::Tenant, _) => &[Here, Foreign, Nowhere, Malformed],
            (Scope::Department, Place::PathId) => &[Here, Elsewhere, Foreign, Nowhere, Missing, Malformed],
            (Scope::Department | Scope::Personal, _) => &[Here, Elsewhere, Foreign, Nowhere, Malformed],
        }
    }
}

#[derive(PartialEq, Eq)]
enum Reach {
    Nobody,
    Own,
    Departments([bool; 2]),
    Tenant,
}

impl Reach {
    /// As the table says, and within a key's bounds.
    fn of(principal: &Principal, action: &str) -> Self {
        let held = Self::held(principal, action);
        let Some(bounds) = &principal.bounds else { return held };
        if !bounds.scopes.contains(&action) {
            return Self::Nobody;
        }
        match (held, bounds.department) {
            (Self::Own, _) => Self::Nobody,
            (held, None) => held,
            (Self::Tenant, Some(_)) if !divisible(action) => Self::Nobody,
            (Self::Tenant, Some(at)) => Self::Departments([at == 0, at == 1]),
            (Self::Departments(mut some), Some(at)) => {
                some[1 - at] = false;
                if some[at] { Self::Departments(some) } else { Self::Nobody }
            }
            (Self::Nobody, _) => Self::Nobody,
        }
    }

    /// What whoever acts, or the maker of the key that does, holds.
    fn held(principal: &Principal, action: &str) -> Self {
        let (_, extents) = TABLE.iter().find(|(name, _)| *name == action).unwrap();
        let extent = |role: Role| extents[Role::ALL.iter().position(|other| *other == role).unwrap()];
        let mut departments = [false; 2];
        let mut own = false;
        for (role, department) in &principal.grants {
            match extent(*role) {
                Extent::Tenant => return Self::Tenant,
                Extent::Department => department.iter().for_each(|at| departments[*at] = true),
                Extent::Own => own = true,
                Extent::Nobody => {}
            }
        }
        match (departments, own) {
            ([false, false], false) => Self::Nobody,
            ([false, false], true) => Self::Own,
            (some, _) => Self::Departments(some),
        }
    }

    fn covers(&self, scope: Scope, target: Target) -> bool {
        let second = usize::from(target == Target::Elsewhere);
        match self {
            Self::Nobody => false,
            Self::Tenant => true,
            Self::Own => scope == Scope::Alone || (scope == Scope::Personal && second == 0),
            Self::Departments(within) => scope == Scope::Alone || (scope == Scope::Department && within[second]),
        }
    }
}

impl Principal {
    /// Whether they may know of the department that a target lies in.
    fn knows(&self, target: Target) -> bool {
        let at = self.bounds.as_ref().and_then(|bounds| bounds.department);
        at.is_none_or(|at| at == usize::from(target == Target::Elsewhere))
    }
}

/// What the law needs to know of what is asked for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The policy's action behind it.
    pub(super) action: &'a str,
    /// The one behind a draft.
    pub(super) draft: Option<&'a str>,
    /// The status when it is done.
    pub(super) success: u16,
    /// The status for nobody.
    pub(super) stranger: u16,
}

impl<'a> Asked<'a> {
    /// An operation of the API.
    pub(super) fn operation(operation: &Operation<'a>) -> Self {
        let action = |name: &str| operation.facts[name].as_str();
        let (of, draft) = (action("x-action").unwrap(), action("x-action-draft"));
        Self { action: of, draft, success: operation.success(), stranger: 401 }
    }
}

/// The one status that the house may answer with.
pub(super) fn expected(asked: Asked<'_>, facts: &Facts, who: &Principal, target: Target) -> u16 {
    let Asked { action, draft, success, stranger } = asked;
    if action == "public" {
        return success;
    }
    if !who.proven {
        return stranger;
    }
    let reach = Reach::of(who, action);
    if reach == Reach::Nobody || (facts.bar == Bar::Whole && reach != Reach::Tenant) {
        return 403;
    }
    let missing = if facts.place == Place::Request { 422 } else { 404 };
    if target == Target::Malformed && facts.place == Place::PathId {
        return missing;
    }
    let action = if facts.draft { draft.unwrap() } else { action };
    let reach = Reach::of(who, action);
    let seen_by = facts.seen_by.unwrap_or(action);
    let may_know = |target| Reach::held(who, seen_by).covers(facts.scope, target);
    let denied = |target| match (may_know(target), who.knows(target)) {
        (true, true) => 403,
        (false, true) => 404,
        (_, false) => missing,
    };
    if reach == Reach::Nobody {
        return if seen_by == action { 404 } else { 403 };
    }
    match target {
        Target::Foreign | Target::Nowhere | Target::Malformed => missing,
        Target::Here | Target::Elsewhere | Target::Missing if !reach.covers(facts.scope, target) => match target {
            // Where the department itself is out of reach, what is in it is not looked for.
            Target::Missing if seen_by != "department.read" => missing,
            _ => denied(target),
        },
        Target::Elsewhere if facts.bar == Bar::OwnAlone => 403,
        _ if facts.bar == Bar::GivesRole && reach == Reach::Tenant => owner_gives(success),
        Target::Missing => missing,
        Target::Here | Target::Elsewhere => success,
    }
}

/// What the domain says when the leader, who is not at home there, gives a role in a department that has an owner.
fn owner_gives(success: u16) -> u16 {
    match may_give(false, &Domain::Tenant, Role::Viewer, true) {
        Err(Refusal::Conflict(_)) => 409,
        _ => success,
    }
}
