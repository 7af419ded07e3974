//! Opaque tokens: 256 random bits with the tenant and an identifier in front, so that they resolve inside their tenant.
//!
//! The text is `<prefix>_<43 digits: tenant and id><_><43 digits: secret><6 digits: CRC-32>`, all in base 62. The checksum
//! costs a forger nothing, but a typing error is found without a query, and secret scanners know a true find.

use std::fmt;

use guildhall_domain::{Id, id};
use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::{Entropy, Error, Refused, base62, secret::Secret};

/// What a token is for.
pub trait TokenKind {
    /// What its text begins with, before the underscore.
    const PREFIX: &'static str;
    /// What its identifier names.
    type Names;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $token:ident, $kind:ident = $prefix:literal names $names:ty;)*) => {$(
        $(#[$doc])*
        pub type $token = OpaqueToken<$kind>;
        #[doc = concat!("The kind of a [`", stringify!($token), "`].")]
        #[derive(Debug, Clone, Copy)]
        pub enum $kind {}
        impl TokenKind for $kind {
            const PREFIX: &'static str = $prefix;
            type Names = $names;
        }
    )*};
}

kinds! {
    /// Renews a session, once.
    RefreshToken, Refresh = "rt" names Refresh;
    /// A visitor's, for one channel.
    VisitorToken, Visitor = "vt" names id::Visitor;
    /// An offer to join a tenant.
    InvitationToken, Invitation = "it" names id::Invitation;
    /// Sets a new password, once.
    ResetToken, Reset = "pr" names id::PasswordReset;
    /// Tells a website's channel; it stands in the page, so it is an identifier rather than a secret.
    ChannelKey, Channel = "wk" names id::Channel;
    /// A program's key.
    ApiKey, Api = "gld_live_sk" names id::ApiKey;
}

impl id::Kind for Refresh {
    const PREFIX: &'static str = "rfr";
}

/// A token that means nothing but to the row that holds its digest.
pub struct OpaqueToken<K: TokenKind> {
    /// Where it belongs.
    pub tenant: Id<id::Tenant>,
    /// The row.
    pub id: Id<K::Names>,
    secret: Secret,
}

const NUMBER: usize = 43;
const CHECKSUM: usize = 6;

impl<K: TokenKind> OpaqueToken<K> {
    /// A new token of that row.
    pub fn draw(tenant: Id<id::Tenant>, id: Id<K::Names>, entropy: &dyn Entropy) -> Result<Self, Error> {
        Ok(Self { tenant, id, secret: Secret::draw(entropy)? })
    }

    /// The text that its holder keeps; shown once.
    #[must_use]
    pub fn text(&self) -> String {
        let row = [*self.tenant.uuid().as_bytes(), *self.id.uuid().as_bytes()].concat();
        let body =
            format!("{}_{}_{}", K::PREFIX, base62::encode(&row, NUMBER), base62::encode(self.secret.expose(), NUMBER));
        let checksum = base62::encode(&crc32(body.as_bytes()).to_be_bytes(), CHECKSUM);
        body + &checksum
    }

    /// Reads a text: first its length, then its checksum, then what it says.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        Self::read(text).ok_or(Refused::Malformed)
    }

    fn read(text: &str) -> Option<Self> {
        if text.len() != K::PREFIX.len() + 1 + NUMBER + 1 + NUMBER + CHECKSUM {
            return None;
        }
        let (body, checksum) = text.split_at_checked(text.len() - CHECKSUM)?;
        if base62::decode(checksum)? != crc32(body.as_bytes()).to_be_bytes() {
            return None;
        }
        let (row, secret) = body.strip_prefix(K::PREFIX)?.strip_prefix('_')?.split_once('_')?;
        let row = u256(row)?;
        let (tenant, id) = row.split_at(16);
        Some(Self {
            tenant: Id::from_uuid(Uuid::from_slice(tenant).ok()?),
            id: Id::from_uuid(Uuid::from_slice(id).ok()?),
            secret: Secret::from_bytes(u256(secret)?),
        })
    }

    /// SHA-256 of the secret: what the row keeps. With 256 random bits a plain hash is enough.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.iter_mut().zip(digest(&SHA256, self.secret.expose()).as_ref()).for_each(|(byte, of)| *byte = *of);
        hash
    }

    /// Whether the row's digest is this token's, in a time that tells nothing.
    #[must_use]
    pub fn matches(&self, digest: &[u8]) -> bool {
        self.digest().ct_eq(digest).into()
    }
}

impl<K: TokenKind<Names: id::Kind>> fmt::Debug for OpaqueToken<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_({}, {}, ***)", K::PREFIX, self.tenant, self.id)
    }
}

fn u256(text: &str) -> Option<[u8; 32]> {
    if text.len() == NUMBER { base62::decode(text) } else { None }
}

/// CRC-32 as in zlib and PNG (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::SeededEntropy;

    fn token<K: TokenKind>(seed: u64) -> OpaqueToken<K> {
        let id = |n: u64| Uuid::from_u64_pair(n.wrapping_mul(0x9e37_79b9_7f4a_7c15), n);
        let (tenant, id) = (Id::from_uuid(id(seed)), Id::from_uuid(id(!seed)));
        OpaqueToken::draw(tenant, id, &SeededEntropy::new(seed)).unwrap()
    }

    fn reads_back<K: TokenKind<Names: id::Kind>>(seed: u64) {
        let token = token::<K>(seed);
        let text = token.text();
        let read = OpaqueToken::<K>::parse(&text).unwrap();
        assert_eq!((read.tenant, read.id, read.digest()), (token.tenant, token.id, token.digest()));
        assert_eq!(read.text(), text);
        assert!(text.starts_with(K::PREFIX) && read.matches(&token.digest()));
    }

    #[test]
    fn the_checksum_is_the_one_everybody_knows() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_kind_refuses_the_others() {
        let text = token::<Visitor>(1).text();
        assert!(VisitorToken::parse(&text).is_ok());
        assert_eq!(RefreshToken::parse(&text).unwrap_err(), Refused::Malformed);
        let body = text.trim_start_matches("vt").split_at(88).0;
        let disguised = format!("rt{body}");
        assert_eq!(RefreshToken::parse(&disguised).unwrap_err(), Refused::Malformed);
    }

    #[test]
    fn debug_tells_no_secret() {
        let token = token::<Api>(3);
        let shown = format!("{token:?}");
        assert!(shown.starts_with("gld_live_sk_(ten_") && shown.ends_with(", ***)"), "{shown}");
        assert!(!shown.contains(&base62::encode(token.secret.expose(), NUMBER)));
    }

    #[test]
    fn another_secret_does_not_match() {
        let (one, other) = (token::<Refresh>(1), token::<Refresh>(2));
        assert!(one.matches(&one.digest()));
        assert!(!one.matches(&other.digest()));
        assert!(!one.matches(&[]) && !one.matches(&one.digest()[..31]));
        assert_ne!(one.digest(), *one.secret.expose());
    }

    proptest! {
        #[test]
        fn every_kind_reads_back(seed: u64) {
            reads_back::<Refresh>(seed);
            reads_back::<Visitor>(seed);
            reads_back::<Invitation>(seed);
            reads_back::<Reset>(seed);
            reads_back::<Channel>(seed);
            reads_back::<Api>(seed);
        }

        #[test]
        fn a_changed_character_is_refused(seed: u64, at: prop::sample::Index, to: char) {
            let text = token::<Api>(seed).text();
            let at = at.index(text.len());
            let changed: String = text.chars().enumerate().map(|(n, c)| if n == at { to } else { c }).collect();
            prop_assume!(changed != text);
            prop_assert!(ApiKey::parse(&changed).is_err());
        }

        #[test]
        fn hostile_text_is_refused(text in "\\PC{0,120}", body in "rt_[0-9A-Za-z_]{93}", wide in "rt_\\PC{31}") {
            prop_assert!(RefreshToken::parse(&text).is_err());
            prop_assert!(RefreshToken::parse(&body).is_err());
            prop_assert!(RefreshToken::parse(&wide).is_err());
        }
    }
}
