//! Words: runs of letters, digits, marks and underscores.

use unicode_normalization::char::is_combining_mark;

/// The words of a normalised text, in order.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_word(c)).filter(|word| !word.is_empty())
}

/// Whether a character belongs to a word (`\w`, and the marks that several scripts write vowels with).
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || (!c.is_ascii() && is_combining_mark(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(text: &str) -> Vec<&str> {
        words(text).collect()
    }

    #[test]
    fn punctuation_parts_words_and_marks_do_not() {
        assert_eq!(list("where's my top-up of £20?"), ["where", "s", "my", "top", "up", "of", "20"]);
        assert_eq!(list("missä pakettini on"), ["missä", "pakettini", "on"]);
        assert_eq!(list("हिन्दी में"), ["हिन्दी", "में"]);
        assert!(list(" ?! … ").is_empty());
    }

    proptest! {
        #[test]
        fn words_come_in_order_from_the_text(text in any::<String>()) {
            let mut rest = text.as_str();
            for word in words(&text) {
                let at = rest.find(word);
                prop_assert!(at.is_some());
                rest = &rest[at.unwrap_or(0) + word.len()..];
            }
        }
    }
}
