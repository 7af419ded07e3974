//! Lexical features: hashed n-grams of words and of characters, weighed by tf·idf in two spaces of unit length.

use crate::number::{double, single};
use crate::sparse::Sparse;
use crate::text::{char_ngrams, word_ngrams};

/// Buckets of each space; 2^14 loses nothing against exact n-grams.
pub(crate) const BUCKETS: u32 = 1 << 14;

/// The two spaces' counts of one text: words below [`BUCKETS`], characters above.
pub(crate) fn count(text: &str) -> Sparse {
    let mut hits = Vec::with_capacity(8 * text.len());
    word_ngrams(text, |hash| hits.push(bucket(hash)));
    char_ngrams(text, |hash| hits.push(BUCKETS + bucket(hash)));
    Sparse::count(hits)
}

fn bucket(hash: u64) -> u32 {
    u32::try_from(hash % u64::from(BUCKETS)).unwrap_or(0)
}

/// The weight of each bucket: idf = ln((1 + N) / (1 + df)) + 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lexicon {
    idf: Vec<f32>,
}

impl Lexicon {
    /// Learns document frequencies from the counts of N texts.
    pub(crate) fn fit<'a>(texts: impl ExactSizeIterator<Item = &'a Sparse>) -> Self {
        let total = double(texts.len());
        let mut frequency = vec![0_usize; 2 * crate::number::wide(BUCKETS)];
        for (index, _) in texts.flat_map(Sparse::iter) {
            if let Some(seen) = frequency.get_mut(index) {
                *seen += 1;
            }
        }
        let idf = frequency.into_iter().map(|seen| single(((1.0 + total) / (1.0 + double(seen))).ln() + 1.0));
        Self { idf: idf.collect() }
    }

    /// Restores what [`Lexicon::idf`] gave away; `None` if the length is wrong.
    pub(crate) fn restore(idf: Vec<f32>) -> Option<Self> {
        (idf.len() == 2 * crate::number::wide(BUCKETS)).then_some(Self { idf })
    }

    pub(crate) fn idf(&self) -> &[f32] {
        &self.idf
    }

    /// Weighs counts: (1 + ln tf) · idf, each space scaled to length 1.
    pub(crate) fn weigh(&self, counts: &Sparse) -> Sparse {
        let mut weighed = counts.clone();
        for (index, weight) in weighed.index.iter().zip(&mut weighed.weight) {
            let idf = self.idf.get(crate::number::wide(*index)).copied().unwrap_or(0.0);
            *weight = (1.0 + weight.ln()) * idf;
        }
        let words = weighed.index.partition_point(|index| *index < BUCKETS);
        let (word, char) = weighed.weight.split_at_mut(words);
        scale(word);
        scale(char);
        weighed
    }
}

fn scale(weights: &mut [f32]) {
    let norm = weights.iter().map(|w| w * w).sum::<f32>().sqrt();
    if norm > 0.0 {
        for weight in weights {
            *weight /= norm;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_space_has_length_one() {
        let texts = ["where is my parcel", "cancel my order", "where where"].map(count);
        let lexicon = Lexicon::fit(texts.iter());
        for text in &texts {
            let weighed = lexicon.weigh(text);
            let (word, char): (Vec<_>, Vec<_>) = weighed.iter().partition(|(index, _)| *index < 1 << 14);
            for space in [word, char] {
                let square: f32 = space.iter().map(|(_, w)| w * w).sum();
                assert!((square - 1.0).abs() < 1e-5, "{square}");
            }
        }
    }

    #[test]
    fn rare_words_weigh_more() {
        let texts = ["my parcel", "my order", "my card"].map(count);
        let lexicon = Lexicon::fit(texts.iter());
        let common = lexicon.idf().iter().copied().fold(f32::MAX, f32::min);
        assert!((common - 1.0).abs() < 1e-6, "a bucket in every text has idf 1, got {common}");
    }
}
