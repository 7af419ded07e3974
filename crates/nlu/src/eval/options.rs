//! How an evaluation is run.

use crate::Tier;
use std::str::FromStr;

/// The settings of one evaluation; the default measures the default tier on the rows as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Keep at most so many training phrases of each intent, the first ones.
    pub shots: Option<usize>,
    /// The language of all rows that name none (BCP 47).
    pub language: Option<String>,
    /// Learn each intent's name, its underscores read as spaces, as a title.
    pub titles: bool,
    /// The engine's tier.
    pub tier: Tier,
    /// What is done to the test texts.
    pub noise: Noise,
}

/// Damage done to test texts, seeded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Noise {
    /// None.
    #[default]
    None,
    /// One random edit for each twelve characters.
    Edits,
}

/// A name that is no noise's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown noise {0:?}: expected none or edits")]
pub struct UnknownNoise(String);

impl FromStr for Noise {
    type Err = UnknownNoise;

    fn from_str(name: &str) -> Result<Self, UnknownNoise> {
        match name {
            "none" => Ok(Self::None),
            "edits" => Ok(Self::Edits),
            _ => Err(UnknownNoise(name.to_owned())),
        }
    }
}
