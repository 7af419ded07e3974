//! A person in a tenant: their profile, their one tenant role, and who may give whom which department role.

use crate::{
    Conflict, Grant, Id, Moment, Reach, Refusal,
    actor::Role,
    id,
    text::{Language, Name, TextFlaw, Title, cleaned, folded, texts},
};

texts! {
    /// An e-mail address: one `@`, a dotted domain, no white space. Whether it is anybody's, only a mail can tell.
    Email, 254, address;
    /// An IANA time zone name by its form (`Europe/Helsinki`, `UTC`).
    TimeZone, 64, zone;
}

fn address(raw: &str, max: usize) -> Result<String, TextFlaw> {
    const FORM: TextFlaw = TextFlaw::Form("must be an e-mail address");
    let text = cleaned(raw, max)?;
    let (local, domain) = text.rsplit_once('@').ok_or(FORM)?;
    let good = (1..=64).contains(&local.chars().count())
        && !local.contains('@')
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
        && !text.chars().any(|c| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"'));
    if good { Ok(text) } else { Err(FORM) }
}

fn zone(raw: &str, max: usize) -> Result<String, TextFlaw> {
    let good = (1..=max).contains(&raw.len())
        && raw.split('/').all(|part| {
            part.starts_with(|c: char| c.is_ascii_alphabetic())
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+'))
        });
    if good { Ok(raw.to_owned()) } else { Err(TextFlaw::Form("must be an IANA time zone such as Europe/Helsinki")) }
}

impl Email {
    /// For comparison: NFKC and lower case.
    #[must_use]
    pub fn canonical(&self) -> String {
        use unicode_normalization::UnicodeNormalization;
        self.as_str().nfkc().collect::<String>().to_lowercase()
    }
}

/// What a member may say of themselves; the leader may say it for them.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// The job title.
    pub title: Option<Title>,
    /// The language they read.
    pub language: Option<Language>,
    /// Where their working day is.
    pub time_zone: Option<TimeZone>,
    /// The one department they belong to.
    pub home_department: Option<Id<id::Department>>,
}

/// Whether somebody works here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// They do.
    Active,
    /// Kept out for a while: they can't sign in, and keep what they hold.
    Suspended,
    /// They did. Their name stays with what they made; nothing else of theirs is left.
    Left,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Active, Self::Suspended, Self::Left];

    /// The state's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Left => "left",
        }
    }

    /// Reads what [`State::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A person in a tenant.
#[derive(Debug, Clone)]
pub struct Member {
    /// Their identifier.
    pub id: Id<id::Member>,
    /// Their name.
    pub name: Name,
    /// Their e-mail, unique in the tenant.
    pub email: Email,
    /// What they say of themselves.
    pub profile: Profile,
    /// Leader, executive, or nothing but a member.
    pub tenant_role: Role,
    /// Whether they work here.
    pub state: State,
    /// Rises when a right is taken away; older tokens die with it.
    pub auth_epoch: i64,
    /// Rises with each change.
    pub version: i64,
    /// When they joined.
    pub created_at: Moment,
    /// When they last changed.
    pub updated_at: Moment,
}

impl Member {
    /// Everything the member holds: the membership itself, the tenant role, and the given department roles.
    #[must_use]
    pub fn grants(&self, of_departments: impl IntoIterator<Item = Grant>) -> Vec<Grant> {
        let mut grants = vec![Grant { role: Role::Member, department: None }];
        if self.tenant_role != Role::Member {
            grants.push(Grant { role: self.tenant_role, department: None });
        }
        grants.extend(of_departments);
        grants
    }
}

/// Decides whether a role in a department may be given: who is at home there, an owner, gives every role; who reaches the
/// whole tenant, the leader, appoints an owner, and only while the department has none.
pub fn may_give(at_home: bool, reach: &Reach, role: Role, has_owner: bool) -> Result<(), Refusal> {
    match reach {
        _ if at_home => Ok(()),
        Reach::Tenant if role == Role::Owner && !has_owner => Ok(()),
        Reach::Tenant => Err(Conflict::OwnerGrants.into()),
        _ => Err(Refusal::Forbidden("department.grant")),
    }
}

/// Decides whether a role in a department may be taken: by who is at home there, an owner. The leader, who reaches the
/// whole tenant, appoints an owner and takes nothing.
pub fn may_take(at_home: bool, reach: &Reach) -> Result<(), Refusal> {
    match reach {
        _ if at_home => Ok(()),
        Reach::Tenant => Err(Conflict::OwnerGrants.into()),
        _ => Err(Refusal::Forbidden("department.grant")),
    }
}

/// Whether another tenant role takes something away: older access tokens die then.
#[must_use]
pub fn takes_away(before: Role, after: Role) -> bool {
    before != after && before != Role::Member
}

/// Whether a folded password equals one of the words that anybody would try for this person.
#[must_use]
pub fn context_words(name: &Name, email: &Email, company: &Name) -> Vec<String> {
    let local = email.as_str().split('@').next().unwrap_or_default();
    [name.as_str(), email.as_str(), local, company.as_str(), "guildhall"].into_iter().map(folded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        assert_eq!(Email::parse(" Aino@Example.COM ").unwrap().canonical(), "aino@example.com");
        for bad in ["", "a", "@b.c", "a@b", "a b@c.d", "a@b..c", "a@@b.c", "<a@b.c>", "a@b.c\0"] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_leader_appoints_a_first_owner_and_then_the_owner_gives() {
        let elsewhere = Reach::Departments(vec![]);
        let owner_grants = |given| matches!(given, Err(Refusal::Conflict(Conflict::OwnerGrants)));
        assert!(may_give(false, &Reach::Tenant, Role::Owner, false).is_ok());
        assert!(owner_grants(may_give(false, &Reach::Tenant, Role::Owner, true)));
        assert!(owner_grants(may_give(false, &Reach::Tenant, Role::Editor, false)));
        assert!(may_give(true, &elsewhere, Role::Editor, true).is_ok());
        assert!(may_give(true, &Reach::Tenant, Role::Editor, true).is_ok(), "a leader who owns it");
        assert!(matches!(may_give(false, &elsewhere, Role::Editor, true), Err(Refusal::Forbidden(_))));
    }

    #[test]
    fn who_owns_a_department_takes_its_roles_and_nobody_else() {
        let elsewhere = Reach::Departments(vec![]);
        assert!(may_take(true, &elsewhere).is_ok() && may_take(true, &Reach::Tenant).is_ok());
        assert!(matches!(may_take(false, &Reach::Tenant), Err(Refusal::Conflict(Conflict::OwnerGrants))));
        assert!(matches!(may_take(false, &elsewhere), Err(Refusal::Forbidden(_))));
    }

    #[test]
    fn a_tenant_role_that_is_only_given_takes_nothing() {
        assert!(takes_away(Role::Leader, Role::Member) && takes_away(Role::Leader, Role::Executive));
        assert!(!takes_away(Role::Member, Role::Leader) && !takes_away(Role::Leader, Role::Leader));
    }
}
