//! Who may do what, how far: one table, and the permit that says the table was asked.

use std::marker::PhantomData;

use crate::{Actor, Grant, Id, Refusal, TenantScope, Who, actor::Role, id};

/// How far a role carries an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Not at all.
    Nobody,
    /// One's own things.
    Own,
    /// The departments in which the role is held.
    Department,
    /// The whole tenant.
    Tenant,
}

/// Something that can be asked for. `draft.edit` and the like; the OpenAPI document carries it as `x-action`.
pub trait Action {
    /// The action's name.
    const NAME: &'static str;
    /// How far each role carries it, in the order of [`Role::ALL`].
    const EXTENTS: [Extent; 10];
}

macro_rules! policy {
    ($($(#[$doc:meta])* $action:ident = $name:literal [$($extent:ident)*];)*) => {
        $($(#[$doc])* #[derive(Debug, Clone, Copy)] pub enum $action {}
        impl Action for $action {
            const NAME: &'static str = $name;
            const EXTENTS: [Extent; 10] = [$($extent),*];
        })*
        /// The whole table: each action with its extents.
        pub const TABLE: &[(&str, [Extent; 10])] = &[$(($name, $action::EXTENTS)),*];
    };
}

use table::{D, N, O, T};
/// The table's cells, short enough to read as a table.
mod table {
    pub(super) use super::Extent::{Department as D, Nobody as N, Own as O, Tenant as T};
}

policy! {
    // leader executive owner reviewer editor agent viewer member channel visitor
    /// See and end one's own sessions, change one's own password, read who one is.
    KeepAccount      = "account.keep"           [N N N N N N N O N N];
    /// See who works here.
    ReadMembers      = "member.read"            [N N N N N N N T N N];
    /// Change a member's title, language, time zone, home department.
    EditMember       = "member.edit"            [T N N N N N N O N N];
    /// Change tenant roles, suspend, resume and remove members, make links by which they set a new password.
    ManageMembers    = "member.manage"          [T N N N N N N N N N];
    /// Invite people.
    Invite           = "member.invite"          [T N D N N N N N N N];
    /// Make API keys, change, rotate and revoke them.
    ManageKeys       = "key.manage"             [T N O N N N N N N N];
    /// See the departments.
    ReadDepartments  = "department.read"        [N N N N N N N T N N];
    /// Found and dissolve departments.
    FoundDepartment  = "department.found"       [T N N N N N N N N N];
    /// Change a department's name and settings.
    EditDepartment   = "department.edit"        [T N D N N N N N N N];
    /// Give and take department roles.
    GrantRole        = "department.grant"       [T N D N N N N N N N];
    /// Read a department's working content.
    ReadDraft        = "draft.read"             [T N D D D N D N N N];
    /// Change a department's working content.
    EditDraft        = "draft.edit"             [N N D D D N N N N N];
    /// Read what the live bot says.
    ReadLive         = "live.read"              [N N N N N N N T N N];
    /// Read a department's releases and what changed between them.
    ReadReleases     = "release.read"           [T N D D D D D N N N];
    /// Publish and restore.
    Publish          = "release.publish"        [N N D D N N N N N N];
    /// Change the live bot's thresholds and languages.
    ConfigureBot     = "bot.configure"          [T N N N N N N N N N];
    /// Make, change and close channels.
    ManageChannels   = "channel.manage"         [T N N N N N N N N N];
    /// Read visitors' conversations.
    ReadConversations = "conversation.read"     [T N D D D D N N N N];
    /// Read the audit log.
    ReadAudit        = "audit.read"             [T N N N N N N N N N];
    /// Open a conversation.
    OpenConversation = "chat.open"              [N N N N N N N N T O];
    /// Write in, read and rate one's own conversation.
    Chat             = "chat.talk"              [N N N N N N N N N O];
}

/// How far one actor may go with one action: the WHERE clause of what they load and list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Their own things.
    Own,
    /// These departments, in ascending order, never empty.
    Departments(Vec<Id<id::Department>>),
    /// The whole tenant.
    Tenant,
}

impl Reach {
    /// Whether the department lies within.
    #[must_use]
    pub fn covers(&self, department: Id<id::Department>) -> bool {
        match self {
            Self::Own => false,
            Self::Departments(within) => within.contains(&department),
            Self::Tenant => true,
        }
    }
}

/// The table allowed `A` to this actor, this far. Only [`judge`] makes one:
///
/// ```compile_fail,E0451
/// use guildhall_domain::{Actor, Permit, Reach, policy::Publish};
/// fn forged(actor: Actor) -> Permit<Publish> {
///     let action = std::marker::PhantomData;
///     Permit { actor, reach: Reach::Tenant, departments: Vec::new(), action }
/// }
/// ```
///
/// One for another action is no substitute:
///
/// ```compile_fail,E0308
/// use guildhall_domain::{Permit, policy::{EditDraft, Publish}};
/// fn passed_off(permit: Permit<EditDraft>) -> Permit<Publish> {
///     permit
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Permit<A> {
    actor: Actor,
    reach: Reach,
    departments: Vec<Id<id::Department>>,
    action: PhantomData<fn() -> A>,
}

/// Asks the table. Refuses only who holds the action nowhere; a key goes as far as its maker does and its bounds allow.
pub fn judge<A: Action>(actor: &Actor) -> Result<Permit<A>, Refusal> {
    let (held, mut departments) = held(A::EXTENTS, &actor.grants);
    let reach = match &actor.bounds {
        None => held.ok_or(Refusal::Forbidden(A::NAME))?,
        Some(bounds) => {
            departments.retain(|department| bounds.departments.covers(*department));
            bounds.cut(A::NAME, held)?
        }
    };
    Ok(Permit { actor: actor.clone(), reach, departments, action: PhantomData })
}

/// How far these grants carry an action, if they do at all, and the departments whose own roles do.
pub(crate) fn held(extents: [Extent; 10], grants: &[Grant]) -> (Option<Reach>, Vec<Id<id::Department>>) {
    let (mut own, mut tenant) = (false, false);
    let mut departments = Vec::new();
    for grant in grants {
        match extent(extents, grant.role) {
            Extent::Tenant => tenant = true,
            Extent::Department => departments.extend(grant.department),
            Extent::Own => own = true,
            Extent::Nobody => {}
        }
    }
    departments.sort_unstable();
    departments.dedup();
    let reach = match (tenant, departments.is_empty(), own) {
        (true, _, _) => Some(Reach::Tenant),
        (_, false, _) => Some(Reach::Departments(departments.clone())),
        (_, true, true) => Some(Reach::Own),
        (_, true, false) => None,
    };
    (reach, departments)
}

fn extent(extents: [Extent; 10], role: Role) -> Extent {
    Role::ALL.into_iter().zip(extents).find(|(of, _)| *of == role).map_or(Extent::Nobody, |(_, extent)| extent)
}

impl<A: Action> Permit<A> {
    /// Who was allowed.
    #[must_use]
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The tenant that the work will be bound to.
    #[must_use]
    pub const fn scope(&self) -> TenantScope {
        self.actor.scope
    }

    /// How far.
    #[must_use]
    pub const fn reach(&self) -> &Reach {
        &self.reach
    }

    /// Whether a role in the department itself allows it, beside whatever a role in the whole tenant does.
    #[must_use]
    pub fn at_home(&self, department: Id<id::Department>) -> bool {
        self.departments.contains(&department)
    }

    /// Whether the department is known to who acts: to members every one is, to a key those that it was made for.
    #[must_use]
    pub fn knows(&self, department: Id<id::Department>) -> bool {
        self.actor.bounds.as_ref().is_none_or(|bounds| bounds.departments.covers(department))
    }

    /// Refuses what lies beyond the reach, in a department whose existence is a secret to other departments'
    /// keys alone.
    pub fn over(&self, department: Id<id::Department>) -> Result<(), Refusal> {
        if self.reach.covers(department) {
            Ok(())
        } else if self.knows(department) {
            Err(Refusal::Forbidden(A::NAME))
        } else {
            Err(Refusal::NotFound)
        }
    }

    /// Refuses a key of some departments where what is asked for can't be told apart by departments.
    pub fn whole(&self) -> Result<(), Refusal> {
        if self.reach == Reach::Tenant { Ok(()) } else { Err(Refusal::OutOfScope(A::NAME)) }
    }

    /// Hides what lies beyond the reach.
    pub fn sees(&self, department: Id<id::Department>) -> Result<(), Refusal> {
        if self.reach.covers(department) { Ok(()) } else { Err(Refusal::NotFound) }
    }

    /// The member who acts; nobody else is a member.
    pub fn member(&self) -> Result<Id<id::Member>, Refusal> {
        self.actor.member().ok_or(Refusal::Forbidden(A::NAME))
    }

    /// The member who answers for what is done: the one who acts, or the maker of the key that does.
    pub fn answers(&self) -> Result<Id<id::Member>, Refusal> {
        self.actor.answers().ok_or(Refusal::Forbidden(A::NAME))
    }

    /// The visitor who acts.
    pub fn visitor(&self) -> Result<(Id<id::Visitor>, Id<id::Channel>), Refusal> {
        match self.actor.who {
            Who::Visitor { id, channel } => Ok((id, channel)),
            _ => Err(Refusal::Forbidden(A::NAME)),
        }
    }
}

/// The table as people review it; kept as a golden file.
#[must_use]
pub fn printed() -> String {
    use std::fmt::Write as _;
    let mut out = format!("{:<20}", "action");
    for role in Role::ALL {
        let _ = write!(out, " {:<10}", role.name());
    }
    for (name, extents) in TABLE {
        let _ = write!(out, "\n{name:<20}");
        for extent in extents {
            let cell = match extent {
                Extent::Nobody => "-",
                Extent::Own => "own",
                Extent::Department => "department",
                Extent::Tenant => "tenant",
            };
            let _ = write!(out, " {cell:<10}");
        }
    }
    out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[expect(clippy::disallowed_methods, reason = "the policy is asked about any tenant's actor")]
    fn actor(grants: &[Grant]) -> Actor {
        let id = Id::from_uuid(Uuid::from_u128(1));
        Actor {
            scope: TenantScope::proven(Id::from_uuid(Uuid::nil())),
            who: Who::Member { id, session: Id::from_uuid(Uuid::nil()) },
            grants: grants.to_vec(),
            bounds: None,
            request: None,
        }
    }

    #[test]
    fn the_table_is_the_reviewed_one() {
        assert_eq!(printed(), include_str!("../policy.golden"), "review the change, then write it into policy.golden");
    }

    #[test]
    fn an_editor_reaches_the_own_departments_only() {
        let [sales, it] = [2, 3].map(|n| Id::from_uuid(Uuid::from_u128(n)));
        let member = Grant { role: Role::Member, department: None };
        let editor = actor(&[member, Grant { role: Role::Editor, department: Some(sales) }]);
        let permit = judge::<EditDraft>(&editor).unwrap();
        assert_eq!(permit.reach(), &Reach::Departments(vec![sales]));
        assert!(permit.over(sales).is_ok());
        assert!(matches!(permit.over(it), Err(Refusal::Forbidden("draft.edit"))));
        assert!(matches!(permit.sees(it), Err(Refusal::NotFound)));
        assert!(matches!(judge::<Publish>(&editor), Err(Refusal::Forbidden("release.publish"))));
    }

    #[test]
    fn a_leader_who_owns_a_department_is_at_home_there() {
        let [sales, it] = [2, 3].map(|n| Id::from_uuid(Uuid::from_u128(n)));
        let owner = Grant { role: Role::Owner, department: Some(sales) };
        let permit = judge::<GrantRole>(&actor(&[Grant { role: Role::Leader, department: None }, owner])).unwrap();
        assert_eq!(permit.reach(), &Reach::Tenant);
        assert!(permit.at_home(sales) && !permit.at_home(it));
    }

    #[test]
    fn a_leader_reads_every_draft_and_edits_none() {
        let leader = actor(&[Grant { role: Role::Leader, department: None }]);
        assert_eq!(judge::<ReadDraft>(&leader).unwrap().reach(), &Reach::Tenant);
        assert!(judge::<EditDraft>(&leader).is_err());
    }
}
