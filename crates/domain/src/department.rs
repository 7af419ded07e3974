//! A workspace with its own content scope in a tenant, addressed by a key that is fixed when it is founded.

use crate::{
    Id, Moment,
    actor::Role,
    id,
    text::{Name, Note, TextFlaw, texts},
};

texts! {
    /// A slug: 2 to 40 lower-case letters, digits and single hyphens, starting with a letter.
    Key, 40, slug;
}

fn slug(raw: &str, max: usize) -> Result<String, TextFlaw> {
    let good = (2..=max).contains(&raw.len())
        && raw.starts_with(|c: char| c.is_ascii_lowercase())
        && raw
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    if good {
        Ok(raw.to_owned())
    } else {
        Err(TextFlaw::Form("must be 2 to 40 lower-case letters, digits and single hyphens, starting with a letter"))
    }
}

/// A department.
#[derive(Debug, Clone)]
pub struct Department {
    /// Its identifier.
    pub id: Id<id::Department>,
    /// Its address.
    pub key: Key,
    /// Its name, as visitors may see it.
    pub name: Name,
    /// What it answers for.
    pub description: Option<Note>,
    /// Rises with each change.
    pub version: i64,
    /// When it was founded.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// A member's role in a department.
#[derive(Debug, Clone)]
pub struct Membership {
    /// Who.
    pub member: Id<id::Member>,
    /// Their name.
    pub name: Name,
    /// What they are there.
    pub role: Role,
    /// Since when.
    pub created_at: Moment,
    /// Since when as this.
    pub updated_at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        for good in ["it", "customer-service", "dept-7"] {
            assert!(Key::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "7up", "a--b", "-a", "a-", "Sales", "a_b", &"a".repeat(41)] {
            assert!(Key::parse(bad).is_err(), "{bad}");
        }
    }
}
