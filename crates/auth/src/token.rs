//! Access tokens: JWTs signed with Ed25519 (RFC 7519, 8037, 9068), short-lived, and strict beyond the library's defaults.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use guildhall_domain::{
    Id, Moment,
    id::{Member, Session, Tenant},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Entropy, Error, KeyRing, Refused, SigningKey, keyring::is_kid, provider};

/// How long an access token lives.
pub const TTL: Duration = Duration::from_mins(10);
/// How far the clocks of two nodes may differ, in seconds.
pub const LEEWAY: i64 = 5;
/// The longest text that is looked at, in bytes.
pub const LONGEST: usize = 4096;
/// The header's `typ` (RFC 9068 §2.1), so that no other kind of token passes for this one.
pub const TYPE: &str = "at+jwt";

/// Who an access token speaks for. What they may do is not in it: grants are read when they are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// The person (`sub`).
    pub member: Id<Member>,
    /// Their session (`sid`).
    pub session: Id<Session>,
    /// Their tenant (`tid`).
    pub tenant: Id<Tenant>,
    /// Their auth epoch when it was issued (`ep`); a later one ends the token.
    pub epoch: i64,
}

/// What a verified token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// Who it speaks for.
    pub subject: Subject,
    /// The token's own identifier (`jti`).
    pub token: Uuid,
    /// When it was issued, to the second (`iat`).
    pub issued_at: Moment,
    /// From when on it is worth nothing, to the second (`exp`).
    pub expires_at: Moment,
}

/// The claims as they are written; the times in whole seconds since 1970.
#[derive(Serialize, Deserialize)]
struct Written {
    iss: String,
    aud: String,
    sub: Id<Member>,
    exp: i64,
    nbf: i64,
    iat: i64,
    jti: Uuid,
    sid: Id<Session>,
    tid: Id<Tenant>,
    ep: i64,
}

/// Issues and verifies access tokens of one issuer for one audience.
pub struct Tokens {
    issuer: String,
    audience: String,
    validation: Validation,
    ring: RwLock<Arc<KeyRing>>,
    entropy: Arc<dyn Entropy>,
}

impl Tokens {
    /// Tokens signed by the ring's current key. Proves by a round trip that this process signs with the provider of this
    /// crate: `jsonwebtoken` has one for the whole process.
    pub fn new(
        ring: Arc<KeyRing>,
        issuer: impl Into<String>,
        audience: impl Into<String>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Error> {
        provider::install();
        let (issuer, audience) = (issuer.into(), audience.into());
        let validation = validation(&issuer, &audience);
        let tokens = Self { issuer, audience, validation, ring: RwLock::new(ring), entropy };
        tokens.round_trip()?;
        Ok(tokens)
    }

    /// Signs and verifies with other keys from now on: after a rotation or an emergency.
    pub fn adopt(&self, ring: Arc<KeyRing>) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring;
    }

    /// A token for [`TTL`].
    pub fn issue(&self, subject: &Subject, now: Moment) -> Result<String, Error> {
        let iat = now.seconds();
        let claims = Written {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub: subject.member,
            exp: now.after(TTL).seconds(),
            nbf: iat,
            iat,
            jti: self.entropy.new_id::<()>(now)?.uuid(),
            sid: subject.session,
            tid: subject.tenant,
            ep: subject.epoch,
        };
        let ring = self.ring();
        let key = ring.signer(now)?;
        encode(&header(key.kid()), &claims, &EncodingKey::from_ed_der(key.seed())).map_err(Error::Token)
    }

    /// What the token says, if it is ours and its time is now.
    ///
    /// The library checks the signature, that `exp`, `nbf`, `aud`, `iss` and `sub` are there, and issuer and audience. It
    /// would ask the system for the time, so the times are checked here, against `now`.
    pub fn verify(&self, text: &str, now: Moment) -> Result<Claims, Refused> {
        if text.len() > LONGEST {
            return Err(Refused::TooLong);
        }
        let shown = decode_header(text).map_err(|_| Refused::Malformed)?;
        let kid = shown.kid.as_deref().filter(|kid| is_kid(kid)).ok_or(Refused::Header)?;
        if shown != header(kid) {
            return Err(Refused::Header);
        }
        let ring = self.ring();
        let key = ring.verifier(kid, now).ok_or(Refused::UnknownKey)?;
        let written = self.check(text, key)?;
        let seconds = now.seconds();
        if seconds >= written.exp.saturating_add(LEEWAY) {
            return Err(Refused::Expired);
        }
        if written.nbf.max(written.iat) > seconds.saturating_add(LEEWAY) {
            return Err(Refused::Early);
        }
        Ok(written.into())
    }

    fn check(&self, text: &str, key: &SigningKey) -> Result<Written, Refused> {
        use jsonwebtoken::errors::ErrorKind;
        let decoded = decode(text, &DecodingKey::from_ed_der(key.point()), &self.validation);
        decoded.map(|token| token.claims).map_err(|error| match error.kind() {
            ErrorKind::InvalidSignature => Refused::Signature,
            ErrorKind::InvalidToken | ErrorKind::Base64(_) | ErrorKind::Utf8(_) => Refused::Malformed,
            _ => Refused::Claims,
        })
    }

    /// The public keys that verify these tokens (RFC 7517), the next one among them.
    #[must_use]
    pub fn jwks(&self, now: Moment) -> serde_json::Value {
        self.ring().jwks(now)
    }

    fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn round_trip(&self) -> Result<(), Error> {
        let nil = Uuid::nil();
        let subject =
            Subject { member: Id::from_uuid(nil), session: Id::from_uuid(nil), tenant: Id::from_uuid(nil), epoch: 0 };
        let now = self.ring().newest();
        self.verify(&self.issue(&subject, now)?, now).map(drop).map_err(Error::Provider)
    }
}

impl From<Written> for Claims {
    fn from(written: Written) -> Self {
        let moment = |seconds: i64| Moment(seconds.saturating_mul(1_000_000));
        Self {
            subject: Subject { member: written.sub, session: written.sid, tenant: written.tid, epoch: written.ep },
            token: written.jti,
            issued_at: moment(written.iat),
            expires_at: moment(written.exp),
        }
    }
}

/// The one header that we write and read: any other parameter, `jku`, `jwk`, `x5c` and `crit` among them, makes it unequal.
fn header(kid: &str) -> Header {
    Header { typ: Some(TYPE.to_owned()), kid: Some(kid.to_owned()), ..Header::new(Algorithm::EdDSA) }
}

fn validation(issuer: &str, audience: &str) -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}

#[cfg(test)]
mod tests;
