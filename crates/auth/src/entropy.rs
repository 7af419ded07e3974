//! Where randomness comes from: the operating system, or a seed when a test must repeat itself.

use std::sync::atomic::{AtomicU64, Ordering};

use guildhall_domain::{Id, Moment};
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};

use crate::Error;

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills all of `bytes`, or fails and leaves nothing to rely on.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error>;
}

impl dyn Entropy + '_ {
    /// `N` fresh bytes.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// A new `UUIDv7` of that moment (RFC 9562 §5.7): milliseconds, then 74 random bits.
    pub fn new_id<K>(&self, at: Moment) -> Result<Id<K>, Error> {
        let millis = u64::try_from(at.0 / 1000).unwrap_or(0);
        Ok(Id::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()?).into_uuid()))
    }
}

/// The operating system's generator.
#[derive(Debug, Clone)]
pub struct OsEntropy(SystemRandom);

impl OsEntropy {
    /// Opens the generator.
    #[must_use]
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Default for OsEntropy {
    fn default() -> Self {
        Self::new()
    }
}

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.fill(bytes).map_err(|_| Error::Entropy)
    }
}

/// The same bytes for the same seed and the same draws: for tests alone.
#[derive(Debug)]
pub struct SeededEntropy {
    key: hmac::Key,
    drawn: AtomicU64,
}

impl SeededEntropy {
    /// Starts at the seed's first byte.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &seed.to_be_bytes()), drawn: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        for chunk in bytes.chunks_mut(32) {
            let block = self.drawn.fetch_add(1, Ordering::Relaxed);
            let stream = hmac::sign(&self.key, &block.to_be_bytes());
            chunk.iter_mut().zip(stream.as_ref()).for_each(|(byte, fresh)| *byte = *fresh);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use guildhall_domain::id::Member;

    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_no_other() {
        let draw = |seed| -> [u8; 40] { (&SeededEntropy::new(seed) as &dyn Entropy).bytes().unwrap() };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let one: &dyn Entropy = &SeededEntropy::new(7);
        assert_ne!(one.bytes::<32>().unwrap(), one.bytes::<32>().unwrap());
    }

    #[test]
    fn the_system_gives_fresh_bytes() {
        let system: &dyn Entropy = &OsEntropy::new();
        assert_ne!(system.bytes::<32>().unwrap(), system.bytes::<32>().unwrap());
    }

    #[test]
    fn ids_carry_their_moment_and_sort_by_it() {
        let entropy: &dyn Entropy = &SeededEntropy::new(1);
        let at = Moment(1_764_000_000_123_456);
        let id: Id<Member> = entropy.new_id(at).unwrap();
        assert_eq!(id.uuid().get_version_num(), 7);
        assert_eq!(id.uuid().get_variant(), uuid::Variant::RFC4122);
        assert_eq!(id.uuid().as_u128() >> 80, 1_764_000_000_123);
        assert!(id < entropy.new_id(Moment(at.0 + 1000)).unwrap());
        assert_ne!(id, entropy.new_id(at).unwrap());
        assert!(entropy.new_id::<Member>(Moment(-1)).is_ok());
    }
}
