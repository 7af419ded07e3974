//! What may stand behind `Authorization: Bearer`, told apart by how it begins.

use guildhall_domain::id::Kind;

use crate::{
    ApiKey, ChannelKey, OpaqueToken, Refused, TokenKind, VisitorToken,
    opaque::{Api, Channel, Visitor},
};

/// A credential of known form and unknown worth.
#[derive(Debug)]
pub enum Bearer<'a> {
    /// Perhaps an access token.
    Access(&'a str),
    /// A visitor's token.
    Visitor(VisitorToken),
    /// A website's channel key.
    Channel(ChannelKey),
    /// A program's key.
    Api(ApiKey),
}

impl<'a> Bearer<'a> {
    /// Tells which it is. A refresh or invitation token is no bearer credential: like anything else, it passes for an
    /// access token and fails as one.
    pub fn parse(text: &'a str) -> Result<Self, Refused> {
        if is::<Visitor>(text) {
            OpaqueToken::parse(text).map(Self::Visitor)
        } else if is::<Channel>(text) {
            OpaqueToken::parse(text).map(Self::Channel)
        } else if is::<Api>(text) {
            OpaqueToken::parse(text).map(Self::Api)
        } else {
            Ok(Self::Access(text))
        }
    }
}

fn is<K: TokenKind<Names: Kind>>(text: &str) -> bool {
    text.strip_prefix(K::PREFIX).is_some_and(|rest| rest.starts_with('_'))
}

#[cfg(test)]
mod tests {
    use guildhall_domain::Id;
    use uuid::Uuid;

    use super::*;
    use crate::SeededEntropy;

    #[test]
    fn each_form_is_told_by_its_beginning() {
        let entropy = SeededEntropy::new(1);
        let (tenant, n) = (Id::from_uuid(Uuid::from_u128(1)), Uuid::from_u128(2));
        let visitor = VisitorToken::draw(tenant, Id::from_uuid(n), &entropy).unwrap().text();
        let channel = ChannelKey::draw(tenant, Id::from_uuid(n), &entropy).unwrap().text();
        let api = ApiKey::draw(tenant, Id::from_uuid(n), &entropy).unwrap().text();
        assert!(matches!(Bearer::parse(&visitor), Ok(Bearer::Visitor(token)) if token.tenant == tenant));
        assert!(matches!(Bearer::parse(&channel), Ok(Bearer::Channel(_))));
        assert!(matches!(Bearer::parse(&api), Ok(Bearer::Api(_))));
        assert!(matches!(Bearer::parse("eyJ.e30.x"), Ok(Bearer::Access("eyJ.e30.x"))));
        for bad in ["vt_", "wk_x", "gld_live_sk_", "vt_éé"] {
            assert_eq!(Bearer::parse(bad).unwrap_err(), Refused::Malformed, "{bad}");
        }
    }
}
