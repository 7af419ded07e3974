//! How an evaluation is run.

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

/// How much machinery reads the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tier {
    /// What every bot has.
    #[default]
    Default,
    /// With a sentence encoder.
    Encoder,
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

/// A name that is none of those known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} {name:?}: expected {expected}")]
pub struct UnknownName {
    what: &'static str,
    name: String,
    expected: &'static str,
}

impl Tier {
    /// The name on the command line and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Encoder => "encoder",
        }
    }
}

impl FromStr for Tier {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "default" => Ok(Self::Default),
            "encoder" => Ok(Self::Encoder),
            _ => Err(UnknownName { what: "tier", name: name.to_owned(), expected: "default or encoder" }),
        }
    }
}

impl FromStr for Noise {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "none" => Ok(Self::None),
            "edits" => Ok(Self::Edits),
            _ => Err(UnknownName { what: "noise", name: name.to_owned(), expected: "none or edits" }),
        }
    }
}
