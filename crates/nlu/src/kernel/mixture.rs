//! How much each likeness counts, by language and tier.

use crate::Tier;

/// What is told apart of a text's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    /// What both encoders were trained on.
    English,
    /// Any other.
    Other,
}

/// Weights of the likenesses by static vector, by words, by characters and by sentence vector; they sum to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mixture(pub(crate) [f32; 4]);

impl Tongue {
    /// The tongue of a language (BCP 47).
    pub(crate) fn of(language: &str) -> Self {
        if language.split('-').next() == Some("en") { Self::English } else { Self::Other }
    }
}

impl Mixture {
    /// The weights between texts in two tongues: the geometric mean, which keeps the kernel positive definite.
    pub(crate) fn between(tier: Tier, one: Tongue, other: Tongue) -> Self {
        let (Self(mut weights), Self(others)) = (Self::of(tier, one), Self::of(tier, other));
        for (weight, other) in weights.iter_mut().zip(others) {
            *weight = (*weight * other).sqrt();
        }
        Self(weights)
    }

    /// In English meaning counts most; elsewhere words and their parts carry more. Chosen by cross-validation: English on
    /// the validation parts of BANKING77 and CLINC150, the rest on the training parts of xSID, seven languages together.
    pub(crate) fn of(tier: Tier, tongue: Tongue) -> Self {
        Self(match (tier, tongue) {
            (Tier::Default, Tongue::English) => [0.60, 0.30, 0.10, 0.0],
            (Tier::Default, Tongue::Other) => [0.10, 0.25, 0.65, 0.0],
            (Tier::Encoder, Tongue::English) => [0.20, 0.20, 0.10, 0.50],
            (Tier::Encoder, Tongue::Other) => [0.10, 0.20, 0.55, 0.15],
        })
    }
}
