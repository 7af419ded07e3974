//! N-grams of words and of characters, as hashes: nobody needs their text.

use super::words;

/// Seeds that keep the two spaces' hashes apart.
const WORD_SEED: u64 = 0xcbf2_9ce4_8422_2325;
const CHAR_SEED: u64 = 0x9ae1_6a3b_2f90_404f;

/// The lengths of character n-grams.
const SHORTEST: usize = 2;
const LONGEST: usize = 5;

/// Hashes of the words of a normalised text and of each pair of neighbours.
pub(crate) fn word_ngrams(text: &str, mut take: impl FnMut(u64)) {
    let mut previous = None;
    for word in words(text) {
        let single = hash(WORD_SEED, word.bytes());
        take(finish(single));
        if let Some(before) = previous {
            take(finish(hash(before, " ".bytes().chain(word.bytes()))));
        }
        previous = Some(single);
    }
}

/// Hashes of the 2–5-grams of characters inside each space-parted piece of a normalised text, padded by a space on both
/// sides; a piece shorter than n gives itself once.
pub(crate) fn char_ngrams(text: &str, mut take: impl FnMut(u64)) {
    let mut padded = String::new();
    let mut bounds = Vec::new();
    for piece in text.split(' ').filter(|piece| !piece.is_empty()) {
        padded.clear();
        padded.push(' ');
        padded.push_str(piece);
        padded.push(' ');
        bounds.clear();
        bounds.extend(padded.char_indices().map(|(at, _)| at));
        bounds.push(padded.len());
        for length in SHORTEST..=LONGEST {
            for (from, to) in bounds.iter().zip(bounds.iter().skip(length)) {
                let ngram = padded.as_bytes().get(*from..*to).unwrap_or_default();
                take(finish(hash(CHAR_SEED, ngram.iter().copied())));
            }
            if bounds.len() <= length + 1 {
                break;
            }
        }
    }
}

/// FNV-1a from a given state: stable across platforms and versions, which stored models rely on.
fn hash(state: u64, bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(state, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Spreads the high bits into the low ones, which the buckets are cut from.
fn finish(hash: u64) -> u64 {
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str, ngrams: impl Fn(&str, &mut dyn FnMut(u64))) -> usize {
        let mut seen = 0;
        ngrams(text, &mut |_| seen += 1);
        seen
    }

    #[test]
    fn words_and_pairs() {
        assert_eq!(count("where is it", |t, f| word_ngrams(t, f)), 5);
        assert_eq!(count("", |t, f| word_ngrams(t, f)), 0);
    }

    #[test]
    fn characters_inside_padded_pieces() {
        // " a " has two 2-grams and one 3-gram; " ab " has 3 + 2 + 1.
        assert_eq!(count("a", |t, f| char_ngrams(t, f)), 3);
        assert_eq!(count("ab", |t, f| char_ngrams(t, f)), 6);
        assert_eq!(count("ab a", |t, f| char_ngrams(t, f)), 9);
    }

    #[test]
    fn hashes_do_not_move() {
        let mut seen = Vec::new();
        word_ngrams("hei maailma", |hash| seen.push(hash));
        char_ngrams("å", |hash| seen.push(hash));
        assert_eq!(
            seen,
            [
                6_153_624_386_768_811_239,
                8_943_348_684_918_323_223,
                14_247_154_039_094_092_628,
                6_299_093_654_356_146_834,
                12_928_848_626_250_976_557,
                5_297_691_807_454_141_083
            ]
        );
    }
}
