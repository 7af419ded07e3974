//! How much each of the three likenesses counts, by language.

/// Weights of the dense, the word and the character kernel; they sum to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mixture(pub(crate) [f32; 3]);

impl Mixture {
    /// The encoder was trained on English, so its meaning counts most there.
    pub(crate) const ENGLISH: Self = Self([0.60, 0.30, 0.10]);
    /// Elsewhere words and their parts carry more.
    pub(crate) const OTHER: Self = Self([0.40, 0.30, 0.30]);

    /// The weights of a language (BCP 47).
    pub(crate) fn of(language: &str) -> Self {
        if language.split('-').next() == Some("en") { Self::ENGLISH } else { Self::OTHER }
    }

    /// The weights between texts of two languages: the geometric mean, which keeps the kernel positive definite.
    pub(crate) fn between(self, other: Self) -> Self {
        let mut weights = self.0;
        for (weight, other) in weights.iter_mut().zip(other.0) {
            *weight = (*weight * other).sqrt();
        }
        Self(weights)
    }
}
