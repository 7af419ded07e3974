//! A company, and the slug by which its members may name it when they sign in.

use crate::{
    Id, Moment, id,
    text::{Name, folded},
};

/// Whether the tenant's doors are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Open.
    Active,
    /// Closed by the operator; every credential is refused.
    Suspended,
}

impl State {
    /// The state's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    /// Reads what [`State::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Active, Self::Suspended].into_iter().find(|state| state.name() == name)
    }
}

/// A company.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Its identifier.
    pub id: Id<id::Tenant>,
    /// Its unique short name.
    pub slug: String,
    /// The company's name.
    pub company: Name,
    /// Whether its doors are open.
    pub state: State,
    /// When it signed up.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// The first slug to try for a company: its folded name in ASCII letters, digits and hyphens, at most 40 of them; a
/// name that leaves nothing becomes `company`.
#[must_use]
pub fn slug(company: &Name) -> String {
    use unicode_normalization::UnicodeNormalization;
    let plain: String = folded(company.as_str())
        .nfd()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            'æ' => Some('a'),
            'ø' => Some('o'),
            c if c.is_ascii_alphanumeric() => Some(c),
            _ => None,
        })
        .collect();
    let short: String = plain.trim_matches('-').chars().take(40).collect();
    let short = short.trim_matches('-');
    if short.is_empty() { "company".to_owned() } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_plain() {
        let slug_of = |name: &str| slug(&Name::parse(name).unwrap());
        assert_eq!(slug_of("Nordic Outfitters Öy"), "nordic-outfitters-oy");
        assert_eq!(slug_of("株式会社"), "company");
        assert_eq!(slug_of("A & B!"), "a-b");
    }
}
