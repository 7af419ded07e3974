//! The one normal form that phrases and messages share.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

/// The most characters of a text that are read, before and after normalisation.
pub const MAX_CHARS: usize = 1_000;

/// NFKC with case folded, without control and zero-width characters, white space folded to single spaces, and at most
/// [`MAX_CHARS`] characters.
#[must_use]
pub fn normalise(text: &str) -> String {
    let folded = text
        .chars()
        .take(MAX_CHARS)
        .filter(|c| c.is_whitespace() || !is_invisible(*c))
        .nfkc()
        .default_case_fold()
        .nfkc()
        .take(MAX_CHARS);
    let mut normal = String::with_capacity(text.len().min(4 * MAX_CHARS));
    for c in folded {
        if !c.is_whitespace() {
            normal.push(c);
        } else if !normal.is_empty() && !normal.ends_with(' ') {
            normal.push(' ');
        }
    }
    normal.truncate(normal.trim_end().len());
    normal
}

/// Control characters, joiners, direction marks, soft hyphens and variation selectors: what a reader does not see.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_form_for_what_looks_alike() {
        assert_eq!(normalise("  Where\tis\u{a0}my   ORDER?\n"), "where is my order?");
        assert_eq!(normalise("ﬁne Straße ＡＢＣ ²"), "fine strasse abc 2");
        assert_eq!(normalise("ca\u{200b}n\u{ad}cel\u{feff}"), "cancel");
        assert_eq!(normalise("Mitä A\u{308}iti"), "mitä äiti");
        assert_eq!(normalise("\0\u{7}\u{200d}"), "");
    }

    #[test]
    fn length_is_bounded_even_where_one_character_becomes_many() {
        assert!(normalise(&"\u{fdfa}".repeat(5_000)).chars().count() <= MAX_CHARS);
        assert!(normalise(&"\u{301}".repeat(50_000)).chars().count() <= MAX_CHARS);
    }

    proptest! {
        #[test]
        fn the_form_is_stable_and_clean(text in any::<String>()) {
            let once = normalise(&text);
            prop_assert!(!once.contains("  ") && once.trim() == once);
            prop_assert!(once.chars().all(|c| !c.is_control()));
            prop_assert!(once.chars().count() <= MAX_CHARS);
        }

        #[test]
        fn ordinary_text_is_normalised_once(text in "[a-zA-ZåäöÅÄÖßéñçşğıİ0-9 .,!?'\u{a0}-]{0,80}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
