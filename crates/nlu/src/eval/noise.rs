//! Seeded misspelling of test texts.

use crate::random::Random;

/// Characters of text for each edit.
const CHARS_AN_EDIT: usize = 12;

/// Makes one random edit (a letter lost, doubled up with a random one, replaced, or swapped with its neighbour) for each
/// twelve characters, at least one.
pub(crate) fn misspell(text: &str, random: &mut Random) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..(chars.len() / CHARS_AN_EDIT).max(1) {
        let at = random.below(chars.len());
        let letter = char::from(b"abcdefghijklmnopqrstuvwxyz".get(random.below(26)).copied().unwrap_or(b'e'));
        match (random.below(4), chars.get_mut(at)) {
            (_, None) => chars.push(letter),
            (0, Some(_)) => {
                chars.remove(at);
            }
            (1, Some(_)) => chars.insert(at, letter),
            (2, Some(here)) => *here = letter,
            (_, Some(_)) => {
                let next = (at + 1).min(chars.len() - 1);
                chars.swap(at, next);
            }
        }
    }
    chars.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_seeded_and_few() {
        let text = "where is the parcel that I ordered last week?";
        let once = misspell(text, &mut Random::seeded(1));
        assert_eq!(once, misspell(text, &mut Random::seeded(1)));
        assert_ne!(once, text);
        assert!(once.chars().count().abs_diff(text.chars().count()) <= 3);
        assert_eq!(misspell("", &mut Random::seeded(1)).chars().count(), 1);
    }
}
