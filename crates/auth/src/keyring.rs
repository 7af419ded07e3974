//! The keys of one installation: what signs tokens, peppers passwords, hides e-mails and seals secrets.

use std::{path::Path, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use guildhall_domain::Moment;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use crate::{Directory, Entropy, Error, Pepper, Sealer, keyfile, secret::Secret, token};

/// How long a new key is published before it signs, so that whoever keeps the published keys has it by then.
pub const ANNOUNCED: Duration = Duration::from_hours(24);
/// How long a key verifies after its successor began to sign: a token's life and a day.
pub const OUTLIVES: Duration = token::TTL.saturating_add(Duration::from_hours(24));

/// Where a signing key stands; time alone moves it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, signs later.
    Next,
    /// Signs.
    Current,
    /// Verifies what it signed.
    Old,
    /// Is worth nothing any more.
    Retired,
}

/// When a new key begins to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// After [`ANNOUNCED`].
    Announced,
    /// At once: when the current key can't be trusted.
    Forced,
}

/// An Ed25519 key pair with its name and the time from which it signs.
#[derive(Debug, Clone)]
pub struct SigningKey {
    pub(crate) kid: String,
    pub(crate) seed: Secret,
    point: Vec<u8>,
    /// When it was made.
    pub created_at: Moment,
    /// From when on it signs.
    pub signs_from: Moment,
}

impl SigningKey {
    pub(crate) fn new(kid: String, seed: Secret, created_at: Moment, signs_from: Moment) -> Result<Self, Error> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.expose())
            .map_err(|_| Error::Token(jsonwebtoken::errors::ErrorKind::InvalidEddsaKey.into()))?;
        Ok(Self { kid, seed, point: pair.public_key().as_ref().to_vec(), created_at, signs_from })
    }

    fn draw(now: Moment, signs_from: Moment, entropy: &dyn Entropy) -> Result<Self, Error> {
        let kid = BASE64.encode(entropy.bytes::<12>()?);
        Self::new(kid, Secret::draw(entropy)?, now, signs_from)
    }

    /// Its name in token headers.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) fn seed(&self) -> &[u8] {
        self.seed.expose()
    }

    /// The public key.
    #[must_use]
    pub fn point(&self) -> &[u8] {
        &self.point
    }
}

/// Every key of an installation. At least one of them signs.
#[derive(Debug, Clone)]
pub struct KeyRing {
    /// In the order in which they begin to sign; never empty.
    pub(crate) signing: Vec<SigningKey>,
    pub(crate) pepper: (String, Secret),
    pub(crate) directory: Secret,
    pub(crate) sealing: Secret,
}

impl KeyRing {
    /// New keys that live in memory.
    pub fn draw(now: Moment, entropy: &dyn Entropy) -> Result<Self, Error> {
        Ok(Self {
            signing: vec![SigningKey::draw(now, now, entropy)?],
            pepper: (BASE64.encode(entropy.bytes::<6>()?), Secret::draw(entropy)?),
            directory: Secret::draw(entropy)?,
            sealing: Secret::draw(entropy)?,
        })
    }

    /// Reads the keys file; refuses one that others may open.
    pub fn load(path: &Path) -> Result<Self, Error> {
        keyfile::read(path)
    }

    /// Reads the keys file, or makes it with new keys where there is none. Of two that start at once both read what the
    /// first one made.
    pub fn load_or_create(path: &Path, now: Moment, entropy: &dyn Entropy) -> Result<Self, Error> {
        match path.try_exists() {
            Ok(false) => keyfile::create(path, &Self::draw(now, entropy)?, entropy)?,
            Ok(true) => {}
            Err(source) => return Err(Error::KeysFile { path: path.to_owned(), source }),
        }
        Self::load(path)
    }

    /// Replaces the keys file as a whole.
    pub fn save(&self, path: &Path, entropy: &dyn Entropy) -> Result<(), Error> {
        keyfile::replace(path, self, entropy)
    }

    /// Adds a signing key and lets go of the retired; answers the new key's name. While one is announced, announcing
    /// again answers that one.
    pub fn rotate(&mut self, rotation: Rotation, now: Moment, entropy: &dyn Entropy) -> Result<String, Error> {
        let retired = self.states(now).filter(|(_, state)| *state == KeyState::Retired).count();
        self.signing.drain(..retired);
        let announced = self.states(now).find(|(_, state)| *state == KeyState::Next).map(|(key, _)| key.kid.clone());
        match (rotation, announced) {
            (Rotation::Announced, Some(kid)) => Ok(kid),
            (Rotation::Announced, None) => self.add(now, now.after(ANNOUNCED), entropy),
            (Rotation::Forced, _) => self.add(now, now, entropy),
        }
    }

    /// Throws a key away: every token that it signed ends. When it was the one that signs, a new one signs at once.
    pub fn drop_key(&mut self, kid: &str, now: Moment, entropy: &dyn Entropy) -> Result<(), Error> {
        let was_current = self.signer(now)?.kid == kid;
        let before = self.signing.len();
        self.signing.retain(|key| key.kid != kid);
        if self.signing.len() == before {
            return Err(Error::UnknownKey(kid.to_owned()));
        }
        if was_current {
            self.add(now, now, entropy)?;
        }
        Ok(())
    }

    fn add(&mut self, now: Moment, signs_from: Moment, entropy: &dyn Entropy) -> Result<String, Error> {
        let key = SigningKey::draw(now, signs_from, entropy)?;
        let kid = key.kid.clone();
        self.signing.push(key);
        self.signing.sort_by_key(|key| key.signs_from);
        Ok(kid)
    }

    /// Every signing key with where it stands.
    pub fn states(&self, now: Moment) -> impl Iterator<Item = (&SigningKey, KeyState)> {
        let successors = self.signing.iter().skip(1).map(|key| Some(key.signs_from)).chain([None]);
        self.signing.iter().zip(successors).enumerate().map(move |(place, (key, successor))| {
            let state = match successor {
                Some(from) if now >= from.after(OUTLIVES) => KeyState::Retired,
                Some(from) if now >= from => KeyState::Old,
                _ if now >= key.signs_from || place == 0 => KeyState::Current,
                _ => KeyState::Next,
            };
            (key, state)
        })
    }

    /// The key that signs now. Should the clock stand before the first key was made, the first one does.
    pub(crate) fn signer(&self, now: Moment) -> Result<&SigningKey, Error> {
        self.states(now)
            .find_map(|(key, state)| (state == KeyState::Current).then_some(key))
            .ok_or_else(|| Error::UnknownKey("current".to_owned()))
    }

    /// The key of that name, unless it is retired. One that is announced verifies already: another node's clock may be
    /// ahead.
    pub(crate) fn verifier(&self, kid: &str, now: Moment) -> Option<&SigningKey> {
        self.states(now).find_map(|(key, state)| (key.kid == kid && state != KeyState::Retired).then_some(key))
    }

    pub(crate) fn newest(&self) -> Moment {
        self.signing.last().map_or(Moment(0), |key| key.signs_from)
    }

    /// The public keys as a JWK set (RFC 7517, 8037), for `/.well-known/jwks.json`.
    #[must_use]
    pub fn jwks(&self, now: Moment) -> Value {
        let keys: Vec<Value> = self
            .states(now)
            .filter(|(_, state)| *state != KeyState::Retired)
            .map(|(key, _)| {
                json!({
                    "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
                    "kid": key.kid, "x": BASE64.encode(&key.point),
                })
            })
            .collect();
        json!({ "keys": keys })
    }

    /// Tells key rings apart by what a database can't do without: the pepper, the directory's key and the sealing key.
    /// Sixteen hexadecimal digits that give nothing of them away.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        context.update(b"guildhall keys");
        for secret in [&self.pepper.1, &self.directory, &self.sealing] {
            context.update(secret.expose());
        }
        context.finish().as_ref().iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    /// What passwords are peppered with.
    #[must_use]
    pub fn pepper(&self) -> Pepper {
        let (id, key) = &self.pepper;
        Pepper::new(id.clone(), key.expose())
    }

    /// What hides the e-mails of the login directory.
    #[must_use]
    pub fn directory(&self) -> Directory {
        Directory::new(self.directory.expose())
    }

    /// What seals secrets that must be read again.
    #[must_use]
    pub fn sealer(&self) -> Sealer {
        Sealer::new(self.sealing.expose())
    }
}

/// Whether this can be a key's name: it never is a path, a URL or a query.
pub(crate) fn is_kid(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

#[cfg(test)]
mod tests;
