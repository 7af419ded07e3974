//! Who acts, proven: the tenant they belong to and the grants they hold there.

use crate::{Id, api_key::Bounds, id};

/// The tenant that a unit of work is bound to. Only a verified credential (or a job's own row) earns one: lints ban
/// [`TenantScope::proven`] outside the gate that verifies them.
///
/// ```compile_fail,E0423
/// guildhall_domain::TenantScope(guildhall_domain::Id::from_uuid(uuid::Uuid::nil()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TenantScope(Id<id::Tenant>);

impl TenantScope {
    /// The scope of a tenant whose credential has just been verified.
    #[must_use]
    pub const fn proven(tenant: Id<id::Tenant>) -> Self {
        Self(tenant)
    }

    /// The tenant.
    #[must_use]
    pub const fn tenant(self) -> Id<id::Tenant> {
        self.0
    }
}

/// What a person may be, in the tenant or in a department; `Channel` and `Visitor` stand for the public side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Reads everything, proposes to every department, convenes.
    Leader,
    /// Reads the overview.
    Executive,
    /// Answers for a department.
    Owner,
    /// Edits and publishes.
    Reviewer,
    /// Edits.
    Editor,
    /// Takes conversations.
    Agent,
    /// Reads.
    Viewer,
    /// Anybody who belongs to the tenant.
    Member,
    /// The website that shows the bot.
    Channel,
    /// Who asks.
    Visitor,
}

impl Role {
    /// Every role, in the policy table's order.
    pub const ALL: [Self; 10] = [
        Self::Leader,
        Self::Executive,
        Self::Owner,
        Self::Reviewer,
        Self::Editor,
        Self::Agent,
        Self::Viewer,
        Self::Member,
        Self::Channel,
        Self::Visitor,
    ];
    /// The roles that a department gives.
    pub const OF_DEPARTMENT: [Self; 5] = [Self::Owner, Self::Reviewer, Self::Editor, Self::Agent, Self::Viewer];

    /// The role as the API writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Leader => "leader",
            Self::Executive => "executive",
            Self::Owner => "owner",
            Self::Reviewer => "reviewer",
            Self::Editor => "editor",
            Self::Agent => "agent",
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Channel => "channel",
            Self::Visitor => "visitor",
        }
    }

    /// Reads what [`Role::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A role in one department, or (without one) in the whole tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// What.
    pub role: Role,
    /// Where.
    pub department: Option<Id<id::Department>>,
}

/// Which door the actor came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// A person of the company, in one signed-in session.
    Member {
        /// The person.
        id: Id<id::Member>,
        /// Their session.
        session: Id<id::Session>,
    },
    /// A program that holds an API key.
    Key {
        /// The key.
        id: Id<id::ApiKey>,
        /// The member who made it and answers for it.
        maker: Id<id::Member>,
    },
    /// A website that holds a channel key.
    Channel(Id<id::Channel>),
    /// A visitor who holds a visitor token.
    Visitor {
        /// The visitor.
        id: Id<id::Visitor>,
        /// Where they came in.
        channel: Id<id::Channel>,
    },
    /// The house itself: jobs and the command line.
    System,
}

/// Who acts.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Their tenant.
    pub scope: TenantScope,
    /// Their door.
    pub who: Who,
    /// What they hold; for a member always at least [`Role::Member`], for a key what its maker holds now.
    pub grants: Vec<Grant>,
    /// What a key may use of it; nobody else is bounded.
    pub bounds: Option<Bounds>,
    /// The request in which they act, for the record.
    pub request: Option<String>,
}

impl Actor {
    /// The name under which the actor's requests and records are kept: `mem_…`, `key_…`, `chn_…`,
    /// `vis_…` or `system`.
    #[must_use]
    pub fn reference(&self) -> String {
        match self.who {
            Who::Member { id, .. } => id.to_string(),
            Who::Key { id, .. } => id.to_string(),
            Who::Channel(id) => id.to_string(),
            Who::Visitor { id, .. } => id.to_string(),
            Who::System => "system".to_owned(),
        }
    }

    /// The house itself, at work in this tenant.
    #[must_use]
    pub const fn system(scope: TenantScope) -> Self {
        Self { scope, who: Who::System, grants: Vec::new(), bounds: None, request: None }
    }

    /// Whether what they do belongs in the audit log: staff, their programs and the house, never visitors.
    #[must_use]
    pub const fn audited(&self) -> bool {
        matches!(self.who, Who::Member { .. } | Who::Key { .. } | Who::System)
    }

    /// The member, if a person of the company acts.
    #[must_use]
    pub const fn member(&self) -> Option<Id<id::Member>> {
        match self.who {
            Who::Member { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The member who answers for what is done: the person who acts, or the maker of the key that does.
    #[must_use]
    pub const fn answers(&self) -> Option<Id<id::Member>> {
        match self.who {
            Who::Member { id, .. } | Who::Key { maker: id, .. } => Some(id),
            _ => None,
        }
    }
}
