//! BERT's uncased `WordPiece`: accents stripped, punctuation and ideographs parted, the longest known pieces taken.

use super::fnv::FnvMap;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words longer than this are unknown.
const LONGEST: usize = 100;

/// Tokens by text.
#[derive(Debug)]
pub(crate) struct Vocabulary<'a> {
    words: FnvMap<&'a str, u32>,
    endings: FnvMap<&'a str, u32>,
}

impl<'a> Vocabulary<'a> {
    /// Tokens in the order of their ids; those that begin with `##` continue a word.
    pub(crate) fn new(tokens: impl Iterator<Item = &'a str>) -> Self {
        let mut vocabulary = Self { words: FnvMap::default(), endings: FnvMap::default() };
        for (id, token) in (0..).zip(tokens) {
            match token.strip_prefix("##") {
                Some(ending) => vocabulary.endings.insert(ending, id),
                None => vocabulary.words.insert(token, id),
            };
        }
        vocabulary
    }

    /// The id of a whole word.
    pub(crate) fn word(&self, word: &str) -> Option<u32> {
        self.words.get(word).copied()
    }

    /// Whole words with their ids, in no order.
    pub(crate) fn words(&self) -> impl Iterator<Item = (&'a str, u32)> {
        self.words.iter().map(|(word, id)| (*word, *id))
    }

    /// Gives the ids of a lower-case text's tokens; `None` for a word that the vocabulary can't spell.
    pub(crate) fn tokens(&self, text: &str, mut take: impl FnMut(Option<u32>)) {
        let plain: Cow<'_, str> = if text.is_ascii() {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(text.nfd().filter(|c| !is_combining_mark(*c)).collect())
        };
        let mut pieces = Vec::new();
        for word in plain.split_whitespace().flat_map(parts) {
            pieces.clear();
            match self.spell(word, &mut pieces) {
                Some(()) => pieces.iter().copied().map(Some).for_each(&mut take),
                None => take(None),
            }
        }
    }

    /// The longest known pieces from left to right; `None` if some part of the word is unknown.
    fn spell(&self, word: &str, pieces: &mut Vec<u32>) -> Option<()> {
        if word.chars().count() > LONGEST {
            return None;
        }
        let mut rest = word;
        while !rest.is_empty() {
            let known = if pieces.is_empty() { &self.words } else { &self.endings };
            let mut ends = rest.char_indices().rev().map(|(at, c)| at + c.len_utf8());
            let (id, end) = ends.find_map(|end| Some((known.get(rest.get(..end)?)?, end)))?;
            pieces.push(*id);
            rest = rest.get(end..)?;
        }
        Some(())
    }
}

/// Parts a run without spaces at punctuation and ideographs, each of which is a part of its own.
fn parts(run: &str) -> impl Iterator<Item = &str> {
    run.split_inclusive(stands_alone).flat_map(|part| {
        let last = part.char_indices().next_back().filter(|(_, c)| stands_alone(*c)).map_or(part.len(), |(at, _)| at);
        let (word, mark) = part.split_at(last);
        [word, mark].into_iter().filter(|part| !part.is_empty())
    })
}

fn stands_alone(c: char) -> bool {
    c.is_ascii_punctuation()
        || (!c.is_ascii() && !c.is_alphanumeric() && !is_combining_mark(c) && is_punctuation(c))
        || matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

/// Unicode's category P in the blocks that chat meets.
fn is_punctuation(c: char) -> bool {
    matches!(c, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{37e}' | '\u{387}' | '\u{55a}'..='\u{55f}' | '\u{589}'..='\u{58a}'
        | '\u{5be}' | '\u{5f3}'..='\u{5f4}' | '\u{609}'..='\u{60d}' | '\u{61b}'..='\u{61f}' | '\u{66a}'..='\u{66d}' | '\u{6d4}'
        | '\u{964}'..='\u{965}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{2043}' | '\u{2045}'..='\u{2051}'
        | '\u{2053}'..='\u{205e}' | '\u{207d}'..='\u{207e}' | '\u{2308}'..='\u{230b}' | '\u{2329}'..='\u{232a}'
        | '\u{2e00}'..='\u{2e5d}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301f}' | '\u{3030}'
        | '\u{30fb}' | '\u{fe10}'..='\u{fe52}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff3d}'
        | '\u{ff5b}'..='\u{ff65}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TOKENS: [&str; 12] = ["where", "is", "my", "?", "par", "##cel", "##s", "a", "##a", "top", "-", "up"];

    fn spelled(text: &str) -> Vec<&'static str> {
        let vocabulary = Vocabulary::new(TOKENS.into_iter());
        let mut ids = Vec::new();
        vocabulary.tokens(text, |id| ids.extend(id.map(|id| TOKENS[usize::try_from(id).unwrap()])));
        ids
    }

    #[test]
    fn the_longest_pieces_are_taken() {
        assert_eq!(spelled("where is my parcels?"), ["where", "is", "my", "par", "##cel", "##s", "?"]);
        assert_eq!(spelled("top-up"), ["top", "-", "up"]);
        assert_eq!(spelled("à pärcel"), ["a", "par", "##cel"]);
    }

    #[test]
    fn what_cannot_be_spelled_is_left_out() {
        assert_eq!(spelled("my parcelx ? 你"), ["my", "?"]);
        assert_eq!(spelled(&"a".repeat(101)), Vec::<&str>::new());
        assert_eq!(spelled(&"a".repeat(100)).len(), 100);
    }

    proptest! {
        #[test]
        fn any_text_is_cut(text in any::<String>()) {
            let _ = spelled(&text);
            let joined: String = text.split_whitespace().flat_map(parts).collect();
            prop_assert_eq!(joined, text.split_whitespace().collect::<String>());
        }
    }
}
