//! A list of words with weights that can be searched for what a misspelt word may have meant.

use super::distance::within;
use crate::number::{narrow, wide};

/// Distinct words in alphabetical order, each with a weight (the heavier, the likelier) and its signature.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Wordlist {
    text: String,
    ends: Vec<u32>,
    weights: Vec<u32>,
    signatures: Vec<u64>,
}

/// The letters of a word as bits. An edit changes at most two of them, so far apart signatures mean far apart words.
fn signature(word: &str) -> u64 {
    word.chars().fold(0, |bits, c| bits | 1 << (u32::from(c) % 64))
}

impl Wordlist {
    /// Takes words in any order; a word's weight is the sum of its weights.
    pub(crate) fn new<'a>(words: impl IntoIterator<Item = (&'a str, u32)>) -> Self {
        let mut words: Vec<(&str, u32)> = words.into_iter().collect();
        words.sort_unstable();
        let mut list = Self::default();
        for same in words.chunk_by(|a, b| a.0 == b.0) {
            let weight = same.iter().fold(0_u32, |sum, (_, weight)| sum.saturating_add(*weight));
            list.push(same.first().map_or("", |(word, _)| word), weight);
        }
        list
    }

    fn push(&mut self, word: &str, weight: u32) {
        self.text.push_str(word);
        self.ends.push(narrow(self.text.len()));
        self.weights.push(weight);
        self.signatures.push(signature(word));
    }

    fn get(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| wide(*end));
        self.ends.get(at).and_then(|end| self.text.get(start..wide(*end))).unwrap_or_default()
    }

    /// The words with their weights.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        self.weights.iter().enumerate().map(|(at, weight)| (self.get(at), *weight))
    }

    pub(crate) fn contains(&self, word: &str) -> bool {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.get(middle).cmp(word) {
                std::cmp::Ordering::Equal => return true,
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        false
    }

    /// The heaviest word within some edits, the first in the alphabet among equals.
    pub(crate) fn nearest(&self, word: &str, edits: u8) -> Option<&str> {
        let (own, letters): (u64, Vec<char>) = (signature(word), word.chars().collect());
        let mut best: Option<(u32, &str)> = None;
        for (at, (signature, weight)) in self.signatures.iter().zip(&self.weights).enumerate() {
            let far = (own ^ signature).count_ones() > 2 * u32::from(edits);
            if far || best.is_some_and(|(heaviest, _)| heaviest >= *weight) {
                continue;
            }
            let candidate = self.get(at);
            if candidate.len().abs_diff(word.len()) <= 4 * usize::from(edits)
                && within(&candidate.chars().collect::<Vec<_>>(), &letters, usize::from(edits))
            {
                best = Some((*weight, candidate));
            }
        }
        best.map(|(_, word)| word)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + 16 * self.ends.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_heaviest_of_the_close_is_found() {
        let list = Wordlist::new([("card", 3), ("cart", 9), ("parcel", 1), ("cart", 1)]);
        assert_eq!(list.nearest("carx", 1), Some("cart"));
        assert_eq!(list.nearest("pracel", 1), Some("parcel"));
        assert_eq!(list.nearest("zzzz", 2), None);
        assert!(list.contains("card") && !list.contains("car"));
        assert_eq!(list.iter().collect::<Vec<_>>(), [("card", 3), ("cart", 10), ("parcel", 1)]);
    }

    proptest! {
        #[test]
        fn signatures_never_hide_a_close_word(word in "[a-zäö]{4,9}", at in 0_usize..4, letter in "[a-z]") {
            let list = Wordlist::new([(word.as_str(), 1)]);
            let mut edited: Vec<char> = word.chars().collect();
            edited[at] = letter.chars().next().unwrap_or('a');
            prop_assert!(list.nearest(&edited.into_iter().collect::<String>(), 1).is_some());
        }
    }
}
