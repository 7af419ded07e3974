//! The engine's two tiers.

use serde::Serialize;
use std::str::FromStr;

/// How much machinery reads a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Static vectors, words and characters: microseconds; what every bot has.
    #[default]
    Default,
    /// A sentence encoder beside them: milliseconds.
    Encoder,
}

/// A name that is no tier's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown tier {0:?}: expected default or encoder")]
pub struct UnknownTier(String);

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
    type Err = UnknownTier;

    fn from_str(name: &str) -> Result<Self, UnknownTier> {
        [Self::Default, Self::Encoder].into_iter().find(|tier| tier.name() == name).ok_or(UnknownTier(name.to_owned()))
    }
}
