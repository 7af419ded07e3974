//! Chance that can be had again: `SplitMix64` (Steele, Lea, Flood 2014) from a printed seed.

use std::{
    env,
    hash::{BuildHasher as _, RandomState},
};

/// A source of chance.
pub(super) struct Dice(u64);

impl Dice {
    /// By `GUILDHALL_TEST_SEED`, or by a fresh seed.
    pub(super) fn from_environment() -> Self {
        let seed = env::var("GUILDHALL_TEST_SEED");
        let seed = seed.map_or_else(|_| RandomState::new().hash_one("seed"), |seed| seed.parse().unwrap());
        println!("GUILDHALL_TEST_SEED={seed}");
        Self(seed)
    }

    /// A source of its own for somebody else.
    pub(super) fn another(&mut self) -> Self {
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From `low` on, below `high`.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low)
    }

    /// Below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.between(0, bound as u64)).unwrap()
    }

    /// Once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}
