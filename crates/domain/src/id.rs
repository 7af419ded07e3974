//! Identifiers: a UUIDv7 that knows what it names, written as a TypeID (`int_01jd…`, <https://github.com/jetify-com/typeid>).

use std::{fmt, hash, marker::PhantomData, str::FromStr};

use type_safe_id::{DynamicType, TypeSafeId};
use uuid::Uuid;

/// What an identifier can name. The prefix is what people see in front of the underscore.
pub trait Kind {
    /// The TypeID prefix, lower-case letters.
    const PREFIX: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {
        $($(#[$doc])* #[derive(Debug)] pub enum $name {} impl Kind for $name { const PREFIX: &'static str = $prefix; })*
        /// Every prefix with the noun it stands for, for the docs.
        pub const PREFIXES: &[(&str, &str)] = &[$(($prefix, stringify!($name))),*];
    };
}

kinds! {
    /// A company.
    Tenant = "ten";
    /// A workspace with its own content scope in a tenant.
    Department = "dep";
    /// A person in a tenant.
    Member = "mem";
    /// One sign-in of a member: a family of refresh tokens.
    Session = "ses";
    /// An offer to join a tenant.
    Invitation = "inv";
    /// A link by which a member sets a new password.
    PasswordReset = "pwr";
    /// A letter that waits to be sent.
    Letter = "let";
    /// What a visitor may want.
    Intent = "int";
    /// An example of how visitors say it.
    Phrase = "phr";
    /// An immutable snapshot of one department's content.
    Release = "rel";
    /// Where visitors reach the bot.
    Channel = "chn";
    /// Who asks.
    Visitor = "vis";
    /// A visitor's talk with the bot.
    Conversation = "con";
    /// One line of a conversation.
    Message = "msg";
    /// A visitor's judgement of a conversation.
    Rating = "rat";
    /// A program's key.
    ApiKey = "key";
    /// Something that happened.
    Event = "evt";
}

/// An identifier of a `K`.
pub struct Id<K>(Uuid, PhantomData<fn() -> K>);

/// The text is not an identifier of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier of this kind")]
pub struct NotAnId;

impl<K> Id<K> {
    /// Names the thing with this UUID.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The bare UUID, as rows keep it.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let id: TypeSafeId<DynamicType> = text.parse().map_err(|_| NotAnId)?;
        if id.type_prefix() == K::PREFIX { Ok(Self::from_uuid(id.uuid())) } else { Err(NotAnId) }
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = DynamicType::new(K::PREFIX).map_err(|_| fmt::Error)?;
        TypeSafeId::from_type_and_uuid(prefix, self.0).fmt(f)
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: Kind> serde::Serialize for Id<K> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Kind> serde::Deserialize<'de> for Id<K> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_refuses_another_kind() {
        let id: Id<Intent> = Id::from_uuid(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001));
        let text = id.to_string();
        assert!(text.starts_with("int_") && text.len() == 30, "{text}");
        assert_eq!(text.parse::<Id<Intent>>(), Ok(id));
        assert_eq!(text.parse::<Id<Phrase>>(), Err(NotAnId));
        for bad in ["", "int_", "int", "INT_01jd0000007000g00000000001", "int_01jd", "int_zzzzzzzzzzzzzzzzzzzzzzzzzz"] {
            assert_eq!(bad.parse::<Id<Intent>>(), Err(NotAnId), "{bad}");
        }
    }

    #[test]
    fn prefixes_are_unique() {
        let mut seen: Vec<_> = PREFIXES.iter().map(|(prefix, _)| prefix).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), PREFIXES.len());
    }
}
