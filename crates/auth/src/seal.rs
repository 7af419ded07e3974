//! Secrets that must be read again, such as a refresh token's successor during its ten seconds of grace: sealed with
//! ChaCha20-Poly1305 (RFC 8439) under a key of their own place.

use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    error::Unspecified,
    hmac,
};

use crate::{Entropy, Error};

/// Seals and opens. `place` says where the bytes belong (`refresh|<tenant>|<session>`): each place has its own key, so
/// sealed bytes don't open elsewhere and random nonces don't meet.
#[derive(Debug, Clone)]
pub struct Sealer(hmac::Key);

impl Sealer {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The nonce (12 bytes), the sealed bytes, and their tag (16 bytes).
    pub fn seal(&self, plain: &[u8], place: &str, entropy: &dyn Entropy) -> Result<Vec<u8>, Error> {
        let nonce: [u8; NONCE_LEN] = entropy.bytes()?;
        let mut sealed = plain.to_vec();
        self.key_of(place)
            .and_then(|key| key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(place), &mut sealed))
            .map_err(|_| Error::Sealed)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// What was sealed for this place.
    pub fn open(&self, sealed: &[u8], place: &str) -> Result<Vec<u8>, Error> {
        let open = || {
            let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(Unspecified)?;
            let mut plain = sealed.to_vec();
            let nonce = Nonce::try_assume_unique_for_key(nonce)?;
            let length = self.key_of(place)?.open_in_place(nonce, aad(place), &mut plain)?.len();
            plain.truncate(length);
            Ok(plain)
        };
        open().map_err(|_: Unspecified| Error::Sealed)
    }

    fn key_of(&self, place: &str) -> Result<LessSafeKey, Unspecified> {
        let key = hmac::sign(&self.0, place.as_bytes());
        UnboundKey::new(&CHACHA20_POLY1305, key.as_ref()).map(LessSafeKey::new)
    }
}

fn aad(place: &str) -> Aad<&[u8]> {
    Aad::from(place.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::SeededEntropy;

    proptest! {
        #[test]
        fn what_is_sealed_opens_in_its_place_alone(plain: Vec<u8>, flip: prop::sample::Index, seed: u64) {
            let sealer = Sealer::new(&[7; 32]);
            let mut sealed = sealer.seal(&plain, "here", &SeededEntropy::new(seed)).unwrap();
            prop_assert_eq!(&sealer.open(&sealed, "here").unwrap(), &plain);
            prop_assert!(sealer.open(&sealed, "there").is_err());
            prop_assert!(Sealer::new(&[8; 32]).open(&sealed, "here").is_err());
            let elsewhere = sealer.seal(&plain, "there", &SeededEntropy::new(seed)).unwrap();
            prop_assert!(elsewhere[..12] == sealed[..12] && elsewhere != sealed);
            prop_assert!(plain.len() < 8 || elsewhere[12..20] != sealed[12..20], "each place has its own key");
            let at = flip.index(sealed.len());
            sealed[at] ^= 1;
            prop_assert!(sealer.open(&sealed, "here").is_err());
        }

        #[test]
        fn hostile_bytes_do_not_open(bytes: Vec<u8>) {
            prop_assert!(Sealer::new(&[7; 32]).open(&bytes, "here").is_err());
        }
    }
}
