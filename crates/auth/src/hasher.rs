//! How passwords are kept: HMAC-SHA-256 with a pepper that is not in the database, then Argon2id (RFC 9106).
//!
//! A hash takes tens of milliseconds of a core: run these on a bounded pool, never on a worker and never in a transaction.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{
        self,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};
use ring::hmac;
use secrecy::zeroize::Zeroizing;

use crate::{Entropy, Error, Password};

/// What one hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    memory: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// OWASP's choice for Argon2id: 19 MiB, two passes, one lane.
    pub const DEFAULT: Self = Self { memory: 19_456, passes: 2, lanes: 1 };
    const CEILING: Self = Self { memory: 1 << 20, passes: 16, lanes: 16 };

    /// `memory` in KiB. Less than OWASP's two equal choices (19 456 with two passes, 47 104 with one) is refused, and so is
    /// what would stop a node.
    pub fn new(memory: u32, passes: u32, lanes: u32) -> Result<Self, Error> {
        let cost = Self { memory, passes, lanes };
        let enough = lanes >= 1 && ((memory >= 19_456 && passes >= 2) || (memory >= 47_104 && passes >= 1));
        if enough && cost.is_bearable() { Ok(cost) } else { Err(Error::Cost) }
    }

    fn of(hash: &PasswordHash) -> Result<Self, Error> {
        let params = Params::try_from(hash).map_err(Error::Hash)?;
        let cost = Self { memory: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
        if cost.is_bearable() { Ok(cost) } else { Err(Error::Cost) }
    }

    const fn is_bearable(self) -> bool {
        self.memory <= Self::CEILING.memory && self.passes <= Self::CEILING.passes && self.lanes <= Self::CEILING.lanes
    }

    /// KiB read and written in all passes: the measure by which one cost is weaker than another.
    fn work(self) -> u64 {
        u64::from(self.memory) * u64::from(self.passes)
    }

    fn params(self) -> Result<Params, Error> {
        Params::new(self.memory, self.passes, self.lanes, None).map_err(|error| Error::Hash(error.into()))
    }
}

impl Default for Cost {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// A secret that goes into each hash and is kept apart from them, with the name that stands beside the hash.
#[derive(Debug, Clone)]
pub struct Pepper {
    id: String,
    key: hmac::Key,
}

impl Pepper {
    pub(crate) fn new(id: String, key: &[u8; 32]) -> Self {
        Self { id, key: hmac::Key::new(hmac::HMAC_SHA256, key) }
    }
}

/// Makes and checks password hashes. Their text is `<pepper's name>$argon2id$v=19$m=…,t=…,p=…$<salt>$<tag>`.
#[derive(Debug, Clone)]
pub struct Hasher {
    cost: Cost,
    pepper: Pepper,
}

impl Hasher {
    /// Hashes at this cost.
    #[must_use]
    pub const fn new(cost: Cost, pepper: Pepper) -> Self {
        Self { cost, pepper }
    }

    /// A cost of next to nothing, so that tests which are about something else stay fast. Never for people's passwords.
    #[must_use]
    pub const fn weak_for_tests(pepper: Pepper) -> Self {
        Self::new(Cost { memory: 8, passes: 1, lanes: 1 }, pepper)
    }

    /// The text to store.
    pub fn hash(&self, password: &Password, entropy: &dyn Entropy) -> Result<String, Error> {
        let salt: [u8; 16] = entropy.bytes()?;
        let hash = self.argon2()?.hash_password_with_salt(&self.peppered(password), &salt).map_err(Error::Hash)?;
        Ok(format!("{}{hash}", self.pepper.id))
    }

    /// Whether the password made the stored text, at the cost that the text names.
    pub fn verify(&self, password: &Password, stored: &str) -> Result<bool, Error> {
        let hash = self.read(stored)?;
        Cost::of(&hash)?;
        self.compare(password, &hash)
    }

    /// Takes as long as [`Hasher::verify`] where there is nothing to verify, so that an unknown account can't be told from
    /// a wrong password by the time it takes.
    pub fn verify_nobody(&self, password: &Password) -> Result<(), Error> {
        self.compare(password, &self.nobody()?).map(drop)
    }

    /// A hash that no password has: its tag is zero.
    fn nobody(&self) -> Result<PasswordHash, Error> {
        Ok(PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.cost.params()?).map_err(Error::Hash)?,
            salt: Some(Salt::new(&[0; 16]).map_err(|error| Error::Hash(error.into()))?),
            hash: Some(Output::new(&[0; Params::DEFAULT_OUTPUT_LEN]).map_err(|error| Error::Hash(error.into()))?),
        })
    }

    /// Whether the stored text is weaker than what this one would make: hash again at the next sign-in.
    pub fn needs_rehash(&self, stored: &str) -> Result<bool, Error> {
        let hash = self.read(stored)?;
        Ok(hash.algorithm != Algorithm::Argon2id.ident() || Cost::of(&hash)?.work() < self.cost.work())
    }

    fn read(&self, stored: &str) -> Result<PasswordHash, Error> {
        let (pepper, _) = stored.split_once('$').unwrap_or_default();
        let phc = stored.strip_prefix(&self.pepper.id).filter(|phc| phc.starts_with('$'));
        let hash = PasswordHash::new(phc.ok_or_else(|| Error::UnknownPepper(pepper.to_owned()))?)
            .map_err(|error| Error::Hash(error.into()))?;
        let whole = hash.salt.is_some() && hash.hash.is_some();
        if whole { Ok(hash) } else { Err(Error::Hash(password_hash::Error::EncodingInvalid)) }
    }

    fn compare(&self, password: &Password, hash: &PasswordHash) -> Result<bool, Error> {
        match self.argon2()?.verify_password(&self.peppered(password), hash) {
            Ok(()) => Ok(true),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(Error::Hash(error)),
        }
    }

    fn argon2(&self) -> Result<Argon2<'static>, Error> {
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, self.cost.params()?))
    }

    fn peppered(&self, password: &Password) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(hmac::sign(&self.pepper.key, password.expose().as_bytes()).as_ref().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededEntropy;

    fn pepper(byte: u8) -> Pepper {
        Pepper::new(format!("p{byte}"), &[byte; 32])
    }

    fn word(text: &str) -> Password {
        Password::attempt(text)
    }

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let hasher = Hasher::weak_for_tests(pepper(1));
        let entropy = SeededEntropy::new(1);
        let stored = hasher.hash(&word("correct horse battery"), &entropy).unwrap();
        assert!(stored.starts_with("p1$argon2id$v=19$m=8,t=1,p=1$"), "{stored}");
        assert!(hasher.verify(&word("correct horse battery"), &stored).unwrap());
        for wrong in ["correct horse batterz", "correct horse battery ", "Correct horse battery", ""] {
            assert!(!hasher.verify(&word(wrong), &stored).unwrap(), "{wrong}");
        }
        assert_ne!(stored, hasher.hash(&word("correct horse battery"), &entropy).unwrap());
    }

    #[test]
    fn nothing_is_cut_off() {
        let hasher = Hasher::weak_for_tests(pepper(1));
        let long = "x".repeat(1024);
        let stored = hasher.hash(&word(&long), &SeededEntropy::new(1)).unwrap();
        assert!(!hasher.verify(&word(&long[1..]), &stored).unwrap());
        assert!(!hasher.verify(&word(&(long.clone() + "x")), &stored).unwrap());
        assert!(hasher.verify(&word(&long), &stored).unwrap());
    }

    #[test]
    fn without_the_pepper_a_stolen_hash_is_of_no_use() {
        let stored = Hasher::weak_for_tests(pepper(1)).hash(&word("secret"), &SeededEntropy::new(1)).unwrap();
        let other = Hasher::weak_for_tests(pepper(2));
        assert!(matches!(other.verify(&word("secret"), &stored), Err(Error::UnknownPepper(id)) if id == "p1"));
        assert!(!other.verify(&word("secret"), &stored.replace("p1$", "p2$")).unwrap());
        let bare = PasswordHash::new(stored.trim_start_matches("p1")).unwrap();
        assert!(Argon2::default().verify_password(b"secret", &bare).is_err());
    }

    #[test]
    fn the_stored_cost_is_used_and_a_weaker_one_is_told() {
        let weak = Hasher::weak_for_tests(pepper(1));
        let stronger = Hasher::new(Cost { memory: 16, passes: 1, lanes: 1 }, pepper(1));
        let stored = weak.hash(&word("secret"), &SeededEntropy::new(1)).unwrap();
        assert!(stronger.verify(&word("secret"), &stored).unwrap());
        assert!(stronger.needs_rehash(&stored).unwrap());
        assert!(!weak.needs_rehash(&stored).unwrap());
        let stored = stronger.hash(&word("secret"), &SeededEntropy::new(1)).unwrap();
        assert!(!weak.needs_rehash(&stored).unwrap());
    }

    #[test]
    fn the_default_is_owasps_and_less_is_refused() {
        let stored = Hasher::new(Cost::default(), pepper(1)).hash(&word("secret"), &SeededEntropy::new(1)).unwrap();
        assert!(stored.starts_with("p1$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        for (memory, passes, lanes) in [(19_456, 2, 1), (47_104, 1, 1), (65_536, 3, 4)] {
            assert!(Cost::new(memory, passes, lanes).is_ok());
        }
        for (memory, passes, lanes) in [
            (19_455, 2, 1),
            (19_456, 1, 1),
            (47_103, 1, 1),
            (19_456, 2, 0),
            (1 << 21, 2, 1),
            (19_456, 17, 1),
            (19_456, 2, 17),
        ] {
            assert!(matches!(Cost::new(memory, passes, lanes), Err(Error::Cost)), "{memory} {passes} {lanes}");
        }
    }

    #[test]
    fn damaged_texts_are_faults_and_not_wrong_passwords() {
        let hasher = Hasher::weak_for_tests(pepper(1));
        let stored = hasher.hash(&word("secret"), &SeededEntropy::new(1)).unwrap();
        let greedy = stored.replace("t=1", "t=17");
        for damaged in ["", "p1", "p1$", "p1$argon2id$v=19$m=8,t=1,p=1", "p1$bcrypt$v=19", &greedy] {
            assert!(hasher.verify(&word("secret"), damaged).is_err(), "{damaged}");
        }
    }

    #[test]
    fn nobody_costs_what_somebody_costs() {
        let hasher = Hasher::new(Cost { memory: 16, passes: 3, lanes: 2 }, pepper(1));
        let stored = hasher.hash(&word("secret"), &SeededEntropy::new(1)).unwrap();
        let (nobody, somebody) = (hasher.nobody().unwrap(), hasher.read(&stored).unwrap());
        assert_eq!(
            (nobody.algorithm, nobody.version, &nobody.params),
            (somebody.algorithm, somebody.version, &somebody.params)
        );
        assert_eq!(nobody.salt.unwrap().len(), somebody.salt.unwrap().len());
        assert_eq!(nobody.hash.unwrap().len(), somebody.hash.unwrap().len());
        assert!(!hasher.compare(&word("secret"), &nobody).unwrap());
        hasher.verify_nobody(&word("secret")).unwrap();
    }
}
