//! A stream of bytes in frames, of which none can be changed, left out, moved or cut off unnoticed; under a passphrase
//! nobody else can read them either. The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over
//! ChaCha20-Poly1305; without a passphrase SHA-256 stands in its place, which finds damage and stops nobody who means harm.

use argon2::{Algorithm, Argon2, Params, Version};
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest::{Context, SHA256, SHA256_OUTPUT_LEN},
};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde::{Deserialize, Serialize};

use crate::{Entropy, Error, base62};

/// The most bytes of a frame before it is sealed.
pub const FRAME: usize = 64 * 1024;
/// The most bytes of a sealed frame: its tag included.
pub const SEALED_FRAME: usize = FRAME + SHA256_OUTPUT_LEN;
/// The fewest characters of a passphrase.
const SHORTEST: usize = 15;

/// Words that make a key.
#[derive(Debug, Clone)]
pub struct Passphrase(SecretString);

impl Passphrase {
    /// The words without the white space around them; `None` when they are fewer than fifteen characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        (text.chars().count() >= SHORTEST).then(|| Self(text.into()))
    }
}

/// How a key was made of a passphrase; stands beside what is sealed, in the open. Memory is in KiB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stretching {
    salt: String,
    memory: u32,
    passes: u32,
    lanes: u32,
}

impl Stretching {
    /// A fresh one: Argon2id with 64 MiB and three passes (RFC 9106, the second recommended choice, on one lane).
    pub fn draw(entropy: &dyn Entropy) -> Result<Self, Error> {
        Ok(Self { salt: base62::encode(&entropy.bytes::<16>()?, 22), memory: 65_536, passes: 3, lanes: 1 })
    }

    /// Costs that a stranger's header names are bounded.
    fn key(&self, passphrase: &Passphrase) -> Result<LessSafeKey, Error> {
        let bearable = self.memory <= 1 << 20 && self.passes <= 16 && self.lanes <= 16 && self.salt.len() <= 64;
        let params = Params::new(self.memory, self.passes, self.lanes, Some(32)).ok().filter(|_| bearable);
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.ok_or(Error::Cost)?);
        let mut key = Zeroizing::new([0; 32]);
        argon2
            .hash_password_into(passphrase.0.expose_secret().as_bytes(), self.salt.as_bytes(), &mut *key)
            .map_err(|error| Error::Hash(error.into()))?;
        UnboundKey::new(&CHACHA20_POLY1305, &*key).map(LessSafeKey::new).map_err(|_| Error::Sealed)
    }
}

/// Seals frames one after the other, or opens them in the same order.
#[derive(Debug)]
pub struct Frames {
    /// What stands before the frames in the open; a frame opens behind the same words alone.
    before: Vec<u8>,
    key: Option<LessSafeKey>,
    count: u64,
}

impl Frames {
    /// Frames that anybody can read, behind `before`.
    #[must_use]
    pub fn open_to_all(before: &[u8]) -> Self {
        Self { before: before.to_vec(), key: None, count: 0 }
    }

    /// Frames for who knows the passphrase. Takes a tenth of a second or more. `before` must hold the stretching.
    pub fn secret(before: &[u8], passphrase: &Passphrase, stretching: &Stretching) -> Result<Self, Error> {
        Ok(Self { before: before.to_vec(), key: Some(stretching.key(passphrase)?), count: 0 })
    }

    /// Seals the next frame; nothing comes after the last.
    pub fn seal(&mut self, mut frame: Vec<u8>, last: bool) -> Result<Vec<u8>, Error> {
        match &self.key {
            Some(key) => key
                .seal_in_place_append_tag(self.nonce(last), Aad::from(&self.before), &mut frame)
                .map_err(|_| Error::Sealed)?,
            None => {
                let tag = self.digest(&frame, last);
                frame.extend_from_slice(&tag);
            }
        }
        self.count += 1;
        Ok(frame)
    }

    /// Opens the next frame. Fails for one that was not sealed as this frame of this stream.
    pub fn open(&mut self, mut frame: Vec<u8>, last: bool) -> Result<Vec<u8>, Error> {
        let length = match &self.key {
            Some(key) => key
                .open_in_place(self.nonce(last), Aad::from(&self.before), &mut frame)
                .map_err(|_| Error::Sealed)?
                .len(),
            None => {
                let (bytes, tag) = frame.split_last_chunk::<SHA256_OUTPUT_LEN>().ok_or(Error::Sealed)?;
                if self.digest(bytes, last) != *tag {
                    return Err(Error::Sealed);
                }
                bytes.len()
            }
        };
        frame.truncate(length);
        self.count += 1;
        Ok(frame)
    }

    /// The frame's number and whether it is the last: never the same twice under one key.
    fn nonce(&self, last: bool) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        let number = self.count.to_be_bytes();
        nonce.iter_mut().skip(3).zip(number.iter().chain([&u8::from(last)])).for_each(|(to, from)| *to = *from);
        Nonce::assume_unique_for_key(nonce)
    }

    fn digest(&self, frame: &[u8], last: bool) -> [u8; SHA256_OUTPUT_LEN] {
        let mut context = Context::new(&SHA256);
        context.update(&(self.before.len() as u64).to_be_bytes());
        context.update(&self.before);
        context.update(&self.count.to_be_bytes());
        context.update(&[u8::from(last)]);
        context.update(frame);
        let mut digest = [0; SHA256_OUTPUT_LEN];
        digest.copy_from_slice(context.finish().as_ref());
        digest
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::SeededEntropy;

    fn pair(secret: bool) -> [Frames; 2] {
        let quick = Stretching { salt: "0123456789abcdef".to_owned(), memory: 8, passes: 1, lanes: 1 };
        let words = Passphrase::parse("a long walk before breakfast").unwrap();
        let secretly = || Frames::secret(b"head", &words, &quick).unwrap();
        [(); 2].map(|()| if secret { secretly() } else { Frames::open_to_all(b"head") })
    }

    proptest! {
        #[test]
        fn frames_open_as_they_were_sealed_and_in_their_order_alone(
            frames in prop::collection::vec(any::<Vec<u8>>(), 2..5), secret: bool, flip: prop::sample::Index,
        ) {
            let [mut seal, mut open] = pair(secret);
            let last = frames.len() - 1;
            let sealed: Vec<_> =
                frames.iter().enumerate().map(|(at, frame)| seal.seal(frame.clone(), at == last).unwrap()).collect();
            for (at, frame) in frames.iter().enumerate() {
                prop_assert_eq!(&open.open(sealed[at].clone(), at == last).unwrap(), frame);
            }
            prop_assert!(pair(secret)[0].open(sealed[1].clone(), last == 1).is_err(), "moved");
            prop_assert!(pair(secret)[0].open(sealed[0].clone(), true).is_err(), "cut off");
            let mut changed = sealed[0].clone();
            let at = flip.index(changed.len());
            changed[at] ^= 1;
            prop_assert!(pair(secret)[0].open(changed, false).is_err(), "changed");
            let mut elsewhere = Frames { before: b"other".to_vec(), ..pair(secret).into_iter().next().unwrap() };
            prop_assert!(elsewhere.open(sealed[0].clone(), false).is_err(), "behind another head");
        }

        #[test]
        fn hostile_bytes_do_not_open(bytes: Vec<u8>, secret: bool, last: bool) {
            prop_assert!(pair(secret)[0].open(bytes, last).is_err());
        }
    }

    #[test]
    fn another_passphrase_opens_nothing_and_costs_are_bounded() {
        let quick = Stretching { salt: "0123456789abcdef".to_owned(), memory: 8, passes: 1, lanes: 1 };
        let sealed = pair(true)[0].seal(b"secret".to_vec(), true).unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        let other = Passphrase::parse("another walk after breakfast").unwrap();
        assert!(Frames::secret(b"head", &other, &quick).unwrap().open(sealed, true).is_err());
        assert!(Frames::secret(b"head", &other, &Stretching { memory: u32::MAX, ..quick.clone() }).is_err());
        assert!(Passphrase::parse("  too short     ").is_none());
        let drawn = [1, 2].map(|seed| Stretching::draw(&SeededEntropy::new(seed)).unwrap());
        assert_ne!(drawn[0], drawn[1]);
    }
}
