//! Text from people: cleaned once, bounded once, and one notion of «equal».

use unicode_normalization::UnicodeNormalization;

/// What can be wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextFlaw {
    /// Nothing but white space.
    #[error("must not be empty")]
    Empty,
    /// More characters than fit.
    #[error("must have at most {0} characters")]
    TooLong(usize),
    /// Fewer characters than needed.
    #[error("must have at least {0} characters")]
    TooShort(usize),
    /// A NUL character.
    #[error("must not contain NUL characters")]
    Nul,
    /// Not of the form that is asked for; the words say which.
    #[error("{0}")]
    Form(&'static str),
}

impl TextFlaw {
    /// The flaw's stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong(_) => "too-long",
            Self::TooShort(_) => "too-short",
            Self::Nul => "nul",
            Self::Form(_) => "invalid",
        }
    }
}

/// Trims, turns inner control characters into a space, refuses NUL, and bounds the length in characters.
pub fn cleaned(raw: &str, max: usize) -> Result<String, TextFlaw> {
    tidied(raw, max, char::is_control)
}

/// As [`cleaned`], but line breaks and tabs stay: for texts of several lines.
pub fn cleaned_lines(raw: &str, max: usize) -> Result<String, TextFlaw> {
    tidied(&raw.replace("\r\n", "\n"), max, |c| c.is_control() && c != '\n' && c != '\t')
}

fn tidied(raw: &str, max: usize, to_space: impl Fn(char) -> bool) -> Result<String, TextFlaw> {
    if raw.contains('\0') {
        return Err(TextFlaw::Nul);
    }
    let text: String = raw.trim().chars().map(|c| if to_space(c) { ' ' } else { c }).collect();
    let text = text.trim();
    match text.chars().count() {
        0 => Err(TextFlaw::Empty),
        n if n > max => Err(TextFlaw::TooLong(max)),
        _ => Ok(text.to_owned()),
    }
}

/// The one notion of equal text: NFKC, case folded, punctuation and symbols of writing to a space, spaces folded.
#[must_use]
pub fn folded(text: &str) -> String {
    let flat: String = caseless::default_case_fold_str(&text.nfkc().collect::<String>())
        .nfkc()
        .map(|c| if is_punctuation(c) || c.is_control() { ' ' } else { c })
        .collect();
    flat.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// ASCII punctuation and the general, supplemental and CJK punctuation blocks of Unicode.
fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(c, '¡' | '¿' | '«' | '»' | '·' | '§' | '¶' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}'
            | '\u{2e00}'..='\u{2e7f}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{200b}'..='\u{200f}' | '\u{feff}')
}

/// An address that a visitor's browser may be sent to: https, no credentials in it.
pub fn web_address(raw: &str) -> Result<String, TextFlaw> {
    const FORM: TextFlaw = TextFlaw::Form("must be an https address of at most 2000 characters");
    let good = raw.len() <= 2000
        && raw.strip_prefix("https://").is_some_and(|rest| {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            !host.is_empty() && !host.contains('@')
        })
        && !raw.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\\'));
    if good { Ok(raw.to_owned()) } else { Err(FORM) }
}

/// Makes types of text: what was read by a function is theirs, with the most characters that fit.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $max:literal, $clean:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The most characters that fit.
            pub const MAX: usize = $max;

            /// Reads what somebody wrote.
            pub fn parse(raw: &str) -> Result<Self, $crate::text::TextFlaw> {
                $clean(raw, $max).map(Self)
            }

            /// Takes what the house itself stored.
            #[must_use]
            pub const fn stored(text: String) -> Self {
                Self(text)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    )*};
}

pub(crate) use texts;

texts! {
    /// A name of a person, a company, a department or a channel.
    Name, 100, cleaned;
    /// An intent's name; 1 to 100 printable characters.
    IntentName, 100, cleaned;
    /// A short noun phrase that a visitor understands.
    Title, 200, cleaned;
    /// An example of how visitors say it.
    PhraseText, 500, cleaned;
    /// What the bot replies.
    AnswerText, 4000, cleaned_lines;
    /// What a visitor writes.
    MessageText, 4000, cleaned_lines;
    /// A remark: a release's note, a rating's comment.
    Note, 1000, cleaned_lines;
    /// What a button carries back.
    Payload, 500, cleaned;
}

texts! {
    /// A language tag of the simple kind that content and visitors use: `en`, `fi`, `pt-br` (BCP 47, lower-cased).
    Language, 21, language_tag;
}

/// Reads `en`, `pt-BR` and the like.
fn language_tag(raw: &str, max: usize) -> Result<String, TextFlaw> {
    let tag = raw.trim().to_ascii_lowercase().replace('_', "-");
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    let good = tag.len() <= max
        && (2..=3).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_lowercase())
        && parts.clone().count() <= 2
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    if good { Ok(tag) } else { Err(TextFlaw::Form("must be a language tag such as en or pt-br")) }
}

impl Language {
    /// The language without its region: `pt` of `pt-br`.
    #[must_use]
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folding_joins_what_people_call_equal() {
        assert_eq!(folded("  Where's my  PARCEL?! "), "where s my parcel");
        assert_eq!(folded("Straße"), folded("STRASSE"));
        assert_eq!(folded("ﬁne"), "fine");
        assert_eq!(folded("reverted_card_payment?"), "reverted card payment");
        assert_ne!(folded("hei"), folded("hej"));
    }

    #[test]
    fn cleaning_trims_bounds_and_refuses_nul() {
        assert_eq!(cleaned(" a\tb\n", 9).as_deref(), Ok("a b"));
        assert_eq!(cleaned("a\0", 9), Err(TextFlaw::Nul));
        assert_eq!(cleaned(" \n ", 9), Err(TextFlaw::Empty));
        assert_eq!(cleaned("äöå", 2), Err(TextFlaw::TooLong(2)));
        assert_eq!(cleaned_lines("a\r\nb", 9).as_deref(), Ok("a\nb"));
    }

    #[test]
    fn languages() {
        assert_eq!(Language::parse("pt_BR").map(|l| l.primary().to_owned()), Ok("pt".into()));
        for bad in ["", "e", "english", "e1", "en-", "en-x-y-z", "en--us"] {
            assert!(Language::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }

        #[test]
        fn cleaned_text_is_clean(text in "\\PC{0,60}") {
            if let Ok(clean) = cleaned(&text, 60) {
                prop_assert_eq!(cleaned(&clean, 60), Ok(clean));
            }
        }
    }
}
