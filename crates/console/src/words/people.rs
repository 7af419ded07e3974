//! What the pages say about people, roles and invitations.

use guildhall_app::invitation::Offer;
use guildhall_domain::{Grant, Moment, actor::Role, department::Department, invitation::Invitation};

pub(crate) const PEOPLE: &str = "People";
pub(crate) const SEARCH: &str = "Words in a name";
pub(crate) const NOBODY: &str = "Nobody has this name.";
pub(crate) const NOBODY_HERE: &str = "Nobody belongs to this department yet.";
pub(crate) const INVITE: &str = "Invite somebody";
pub(crate) const INVITATIONS: &str = "Invitations";
pub(crate) const NO_INVITATIONS: &str = "Nobody was invited yet.";
pub(crate) const EMAIL: &str = "Their e-mail address";
pub(crate) const NAME: &str = "Their name";
pub(crate) const NAME_HINT: &str = "To greet them by; they may change it.";
pub(crate) const DEPARTMENT: &str = "Department";
pub(crate) const NO_DEPARTMENT: &str = "None";
pub(crate) const ROLE: &str = "Role there";
pub(crate) const TENANT_ROLE: &str = "Role in the company";
pub(crate) const TENANT_ROLES: [(&str, &str); 3] =
    [("", "None"), ("leader", "Leader: reads everything, convenes"), ("executive", "Executive: reads the overview")];
pub(crate) const CHOOSE: &str = "Choose";
pub(crate) const CHOOSE_ROLE: &str = "must be one of the roles";
pub(crate) const CHOOSE_MEMBER: &str = "must be somebody who works here";
pub(crate) const HAND_OVER: &str = "Hand this link over to them, and to nobody else: whoever opens it comes in. It is shown this once and ends after three days.";
pub(crate) const COPY: &str = "Copy";
pub(crate) const REVOKE: &str = "Take back";
pub(crate) const LETTER: &str = "A letter with the link is on its way.";
pub(crate) const REVOKED: &str = "The invitation is taken back.";
pub(crate) const UNTIL: &str = "until";
pub(crate) const MEMBER: &str = "Member";
pub(crate) const GIVE: &str = "Give a role";
pub(crate) const GIVE_HINT: &str = "Somebody has one role in a department; a new one takes the place of the old. Who is not in the list yet is invited.";
pub(crate) const TAKE: &str = "Take the role";
pub(crate) const ROLE_TAKEN: &str = "The role is taken.";

pub(crate) fn invited(email: &str) -> String {
    format!("{email} is invited")
}

pub(crate) fn take_from(name: &str) -> String {
    format!("Take the role of {name}")
}

pub(crate) fn role_given(name: &str, of: Role) -> String {
    format!("{name} is now {}.", role(of))
}

pub(crate) const fn role(role: Role) -> &'static str {
    match role {
        Role::Leader => "leader",
        Role::Executive => "executive",
        Role::Owner => "owner",
        Role::Reviewer => "reviewer",
        Role::Editor => "editor",
        Role::Agent => "agent",
        Role::Viewer => "viewer",
        Role::Member => "member",
        Role::Channel => "channel",
        Role::Visitor => "visitor",
    }
}

/// A role with what it may.
pub(crate) const fn role_meaning(of: Role) -> &'static str {
    match of {
        Role::Owner => "Owner: writes, publishes, gives roles",
        Role::Reviewer => "Reviewer: writes and publishes",
        Role::Editor => "Editor: writes",
        Role::Agent => "Agent: takes conversations",
        Role::Viewer => "Viewer: reads",
        other => role(other),
    }
}

/// Everything that somebody holds: «leader, owner of Sales».
pub(crate) fn roles(grants: &[Grant], departments: &[Department]) -> String {
    let one = |grant: &Grant| {
        let department = departments.iter().find(|of| Some(of.id) == grant.department);
        match (grant.role, department) {
            (Role::Member, _) => None,
            (of, None) => Some(role(of).to_owned()),
            (of, Some(department)) => Some(format!("{} of {}", role(of), department.name)),
        }
    };
    let all: Vec<_> = grants.iter().filter_map(one).collect();
    if all.is_empty() { role(Role::Member).to_owned() } else { all.join(", ") }
}

/// What an invitation leads to.
pub(crate) fn offers(of: &Invitation, departments: &[Department]) -> String {
    let grant = |role, department| Grant { role, department };
    let mut grants = vec![grant(of.tenant_role, None)];
    grants.extend(of.department.map(|(department, role)| grant(role, Some(department))));
    roles(&grants, departments)
}

/// What an invitation offers whoever holds its link.
pub(crate) fn offered(of: &Offer) -> String {
    let place = match (&of.department, of.tenant_role) {
        (Some((department, of)), _) => format!("as {} of {department}", role(*of)),
        (None, of) => format!("as {}", role(of)),
    };
    format!("You are invited {place}, with the e-mail address {}. Choose a password and come in.", of.email)
}

/// How an invitation stands: for the style sheet, and in a word.
pub(crate) fn standing(of: &Invitation, now: Moment) -> (&'static str, &'static str) {
    match (of.accepted_at, of.revoked_at) {
        (Some(_), _) => ("live", "accepted"),
        (_, Some(_)) => ("info", "taken back"),
        _ if of.open(now) => ("warning", "open"),
        _ => ("info", "ended"),
    }
}
