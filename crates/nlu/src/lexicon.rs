//! Lexical features: hashed n-grams of words and of characters, weighed by tf·idf in two spaces of unit length.

use crate::kernel::damped;
use crate::number::{double, real, single, wide};
use crate::sparse::Sparse;
use crate::text::{char_ngrams, word_ngrams};

/// Buckets of each space; 2^14 loses nothing against exact n-grams.
pub(crate) const BUCKETS: u32 = 1 << 14;
/// Both spaces side by side: words below [`BUCKETS`], characters above.
pub(crate) const FEATURES: usize = 2 << 14;

/// The two spaces' counts of one normalised text.
pub(crate) fn count(text: &str) -> Sparse {
    let mut hits = Vec::with_capacity(8 * text.len());
    word_ngrams(text, |hash| hits.push(bucket(hash)));
    char_ngrams(text, |hash| hits.push(BUCKETS + bucket(hash)));
    Sparse::count(hits)
}

fn bucket(hash: u64) -> u32 {
    u32::try_from(hash % u64::from(BUCKETS)).unwrap_or(0)
}

/// What each feature is worth: idf = ln((1 + N) / (1 + df)) + 1, by its df.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lexicon {
    total: usize,
    frequencies: Vec<u16>,
    worth: Vec<f32>,
}

impl Lexicon {
    /// Learns document frequencies from the counts of N texts.
    pub(crate) fn fit<'a>(texts: impl ExactSizeIterator<Item = &'a Sparse>) -> Self {
        let total = texts.len();
        let mut frequencies = vec![0_u16; FEATURES];
        for (feature, _) in texts.flat_map(Sparse::iter) {
            if let Some(seen) = frequencies.get_mut(feature) {
                *seen = seen.saturating_add(1);
            }
        }
        Self::of(total, frequencies)
    }

    fn of(total: usize, frequencies: Vec<u16>) -> Self {
        let most = frequencies.iter().copied().max().unwrap_or(0);
        let idf = |df| single(((1.0 + double(total)) / (1.0 + f64::from(df))).ln() + 1.0);
        Self { total, worth: (0..=most).map(idf).collect(), frequencies }
    }

    /// Restores what [`Lexicon::parts`] gave away; `None` if the length is wrong.
    pub(crate) fn restore(total: usize, frequencies: Vec<u16>) -> Option<Self> {
        (frequencies.len() == FEATURES).then(|| Self::of(total, frequencies))
    }

    /// How many texts it learned from, and how many of them have each feature.
    pub(crate) fn parts(&self) -> (usize, &[u16]) {
        (self.total, &self.frequencies)
    }

    pub(crate) fn bytes(&self) -> usize {
        2 * self.frequencies.len() + 4 * self.worth.len()
    }

    pub(crate) fn idf(&self, feature: usize) -> f32 {
        let frequency = self.frequencies.get(feature).copied().unwrap_or(0);
        self.worth.get(usize::from(frequency)).copied().unwrap_or(0.0)
    }

    /// Weighs counts without scaling: (1 + ln tf) · idf.
    pub(crate) fn unscaled(&self, counts: &Sparse) -> Sparse {
        let mut weighed = counts.clone();
        for (feature, weight) in weighed.index.iter().zip(&mut weighed.weight) {
            *weight = damped(*weight) * self.idf(wide(*feature));
        }
        weighed
    }

    /// Weighs counts, each space scaled to length 1.
    pub(crate) fn weigh(&self, counts: &Sparse) -> Sparse {
        let mut weighed = self.unscaled(counts);
        let [word, char] = inverse_norms(&weighed);
        for (feature, weight) in weighed.index.iter().zip(&mut weighed.weight) {
            *weight *= if *feature < BUCKETS { word } else { char };
        }
        weighed
    }
}

/// One over the lengths of the word and the character part; 0 for a part that is empty.
pub(crate) fn inverse_norms(weighed: &Sparse) -> [f32; 2] {
    let mut squares = [0.0_f32; 2];
    for (feature, weight) in weighed.iter() {
        let [word, char] = &mut squares;
        *if feature < wide(BUCKETS) { word } else { char } += weight * weight;
    }
    squares.map(|square| if square > 0.0 { 1.0 / square.sqrt() } else { real(0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_space_has_length_one() {
        let texts = ["where is my parcel", "cancel my order", "where where"].map(count);
        let lexicon = Lexicon::fit(texts.iter());
        for text in &texts {
            let norms = inverse_norms(&lexicon.weigh(text));
            assert!(norms.iter().all(|norm| (norm - 1.0).abs() < 1e-5), "{norms:?}");
        }
    }

    #[test]
    fn rare_features_weigh_more() {
        let texts = ["my parcel", "my order", "my card"].map(count);
        let lexicon = Lexicon::fit(texts.iter());
        let idf: Vec<f32> = texts[0].iter().map(|(feature, _)| lexicon.idf(feature)).collect();
        let least = idf.iter().copied().fold(f32::MAX, f32::min);
        assert!((least - 1.0).abs() < 1e-6, "a feature of every text has idf 1, got {least}");
        assert!(idf.iter().any(|idf| *idf > 1.5));
    }
}
