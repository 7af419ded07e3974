//! Which words of a message are repaired, and how.

use super::Wordlist;
use crate::encoder::Encoder;
use crate::text::words;
use std::collections::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Letters that a word needs to be repaired at all, and to be repaired at two edits.
const SHORTEST: usize = 4;
const LONG: usize = 7;
/// Unknown words of a message that are looked up; more are no message.
const MOST: usize = 16;

/// The encoder's whole words, the more frequent ones heavier.
static COMMON: LazyLock<Wordlist> = LazyLock::new(|| {
    let words = Encoder::shared().vocabulary().words().filter(|(word, _)| word.len() >= SHORTEST);
    Wordlist::new(words.map(|(word, id)| (word, u32::MAX - id)))
});

/// One word of a message that was read as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// As written, normalised.
    pub from: String,
    /// As read.
    pub to: String,
}

/// The words of a bot's phrases.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Speller {
    pub(crate) own: Wordlist,
}

impl Speller {
    /// Learns the words of normalised phrases.
    pub(crate) fn learn<'a>(phrases: impl Iterator<Item = &'a str>) -> Self {
        let mut counts: HashMap<&str, u32> = HashMap::new();
        phrases.flat_map(words).for_each(|word| *counts.entry(word).or_default() += 1);
        Self { own: Wordlist::new(counts) }
    }

    /// The repairs of a normalised message, in its order; English ones may take words that only the encoder knows.
    pub(crate) fn repairs(&self, text: &str, english: bool) -> Vec<Repair> {
        let mut unknown: Vec<&str> = Vec::new();
        for word in words(text) {
            if unknown.len() < MOST && !unknown.contains(&word) && self.is_unknown(word) {
                unknown.push(word);
            }
        }
        let repair = |from: &str| Some(Repair { from: from.to_owned(), to: self.repair(from, english)?.to_owned() });
        unknown.into_iter().filter_map(repair).collect()
    }

    /// Whether a word is long enough to be repaired, all letters, and nobody's.
    fn is_unknown(&self, word: &str) -> bool {
        word.chars().count() >= SHORTEST && word.chars().all(char::is_alphabetic) && !self.knows(word)
    }

    fn repair(&self, word: &str, english: bool) -> Option<&str> {
        let letters = word.chars().count();
        let twice = || if letters >= LONG { self.own.nearest(word, 2) } else { None };
        let common = || if english && word.is_ascii() { COMMON.nearest(word, 1) } else { None };
        self.own.nearest(word, 1).or_else(twice).or_else(common)
    }

    fn knows(&self, word: &str) -> bool {
        let vocabulary = Encoder::shared().vocabulary();
        let common = if word.is_ascii() {
            vocabulary.word(word).is_some()
        } else {
            vocabulary.word(&word.nfd().filter(|c| !is_combining_mark(*c)).collect::<String>()).is_some()
        };
        common || self.own.contains(word)
    }
}

/// A normalised text with its repairs made, whole words only.
pub(crate) fn apply(text: &str, repairs: &[Repair]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    for word in words(text) {
        let Some((before, after)) = rest.split_once(word) else { break };
        out.push_str(before);
        out.push_str(repairs.iter().find(|repair| repair.from == word).map_or(word, |repair| &repair.to));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let speller =
            Speller::learn(["where is my parcel", "i forgot my password", "mein rucksack ist kaputt"].into_iter());
        apply(text, &speller.repairs(text, true))
    }

    #[test]
    fn unknown_words_become_known_ones() {
        assert_eq!(read("were is my pacrel?"), "were is my parcel?");
        assert_eq!(read("passwrod, pasword and psswrd"), "password, password and psswrd");
        assert_eq!(read("my ruksak"), "my ruksak");
        assert_eq!(read("my rucksak"), "my rucksack");
        assert_eq!(read("a libary"), "a library");
    }

    #[test]
    fn only_so_many_words_are_looked_up() {
        let speller = Speller::learn(["parcel"].into_iter());
        assert_eq!(speller.repairs("pxrcel pyrcel", true).len(), 2);
        let many: Vec<String> = ('a'..='z').map(|letter| format!("par{letter}cel")).collect();
        assert_eq!(speller.repairs(&many.join(" "), true).len(), MOST);
    }

    #[test]
    fn known_short_and_numbered_words_stay() {
        for text in ["the parcels in the library", "prcl", "xyz", "a1b2c3d4", "", "müde"] {
            assert_eq!(read(text), text);
        }
    }
}
