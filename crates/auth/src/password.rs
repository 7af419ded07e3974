//! Which passwords people may choose: long ones that nobody would try first (NIST SP 800-63B-4 §3.1.1).

use std::{collections::HashSet, sync::LazyLock};

use guildhall_domain::text::{TextFlaw, folded};
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

/// A password, NFKC-normalised; never shown, wiped when dropped.
#[derive(Debug, Clone)]
pub struct Password(SecretString);

impl Password {
    /// What somebody signs in with: no rule applies, and nothing is cut off.
    #[must_use]
    pub fn attempt(raw: &str) -> Self {
        Self(raw.nfkc().collect::<String>().into())
    }

    pub(crate) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// What a new password must satisfy.
#[derive(Debug, Clone, Copy)]
pub struct PasswordRules;

/// Common passwords, folded and without spaces; `data/README.md` tells their origin.
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("../data/common-passwords.txt").lines().collect());

/// Rows that a finger runs along; each is a ring.
const TRACKS: [&str; 3] = ["1234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm"];

impl PasswordRules {
    /// The fewest characters: the password is the only factor.
    pub const MIN: usize = 15;
    /// The most characters.
    pub const MAX: usize = 256;
    /// The most bytes of what is sent; [`PasswordRules::MAX`] characters never have more.
    pub const MAX_BYTES: usize = 1024;

    /// Reads a new password. `context` are words that anybody would try for this person (see
    /// [`guildhall_domain::member::context_words`]); they and the common passwords are compared with the whole of it, never
    /// with a part.
    pub fn check(raw: &str, context: &[String]) -> Result<Password, TextFlaw> {
        if raw.len() > Self::MAX_BYTES {
            return Err(TextFlaw::TooLong(Self::MAX));
        }
        if raw.contains('\0') {
            return Err(TextFlaw::Nul);
        }
        let password = Password::attempt(raw);
        let text = password.expose();
        match text.chars().count() {
            n if n < Self::MIN => Err(TextFlaw::TooShort(Self::MIN)),
            n if n > Self::MAX => Err(TextFlaw::TooLong(Self::MAX)),
            _ if is_plain(text) => Err(TextFlaw::Form("must not be a plain pattern such as abcabc… or 12345…")),
            _ if is_expected(text, context) => Err(TextFlaw::Form("must not be a password that others would try")),
            _ => Ok(password),
        }
    }
}

/// Up to four characters over and over, or one run along a row of the keyboard, the alphabet or the code points.
fn is_plain(text: &str) -> bool {
    let symbols: Vec<char> = text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    period(&symbols) <= 4 || is_run(&symbols)
}

/// A common password or a context word: alone, over and over, or with a plain run behind it.
fn is_expected(text: &str, context: &[String]) -> bool {
    let context: HashSet<String> = context.iter().map(|word| squeezed(word)).filter(|word| !word.is_empty()).collect();
    let symbols: Vec<char> = squeezed(text).chars().collect();
    let is_known = |word: &[char]| {
        let word: String = word.iter().collect();
        COMMON.contains(word.as_str()) || context.contains(&word)
    };
    let repeats = (1..=symbols.len())
        .filter(|n| symbols.len().is_multiple_of(*n))
        .filter_map(|n| symbols.get(..n).filter(|unit| symbols.chunks(n).all(|part| part == *unit)));
    let with_run = (1..symbols.len())
        .filter_map(|n| symbols.split_at_checked(n))
        .filter(|(_, tail)| tail.len() > 2 && (is_run(tail) || period(tail) == 1))
        .map(|(head, _)| head);
    repeats.chain(with_run).any(is_known)
}

/// Folded as names are, and without spaces.
fn squeezed(text: &str) -> String {
    folded(text).replace(' ', "")
}

/// The length of the shortest unit whose repetition makes up the whole.
fn period(symbols: &[char]) -> usize {
    (1..symbols.len())
        .find(|n| symbols.iter().zip(symbols.iter().skip(*n)).all(|(one, later)| one == later))
        .unwrap_or(symbols.len())
}

fn is_run(symbols: &[char]) -> bool {
    let steps = || symbols.iter().zip(symbols.iter().skip(1));
    let follows = |one: char, next: char| {
        TRACKS.iter().any(|track| track.chars().zip(track.chars().cycle().skip(1)).any(|pair| pair == (one, next)))
            || u32::from(one) + 1 == u32::from(next)
    };
    symbols.len() > 1
        && (steps().all(|(one, next)| follows(*one, *next)) || steps().all(|(one, next)| follows(*next, *one)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn flaw(raw: &str) -> Option<TextFlaw> {
        let context = ["Nordic Outfitters", "aino@nordic-outfitters.example", "Åsa"].map(folded);
        PasswordRules::check(raw, &context).err()
    }

    #[test]
    fn length_is_counted_in_characters_after_normalisation() {
        assert_eq!(flaw("correct horse b"), None);
        assert_eq!(flaw("correct horse "), Some(TextFlaw::TooShort(15)));
        assert_eq!(flaw("öööö äää ååå õõ"), None);
        assert_eq!(flaw("🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤🦆"), None);
        assert_eq!(flaw("a\u{308}b\u{308}"), Some(TextFlaw::TooShort(15)));
        let long = "Riennut syksyn lehtiin, 7 kettua & 1 karhu: kuka laulaa nyt? Ei!";
        assert_eq!(long.len(), 64);
        assert_eq!(flaw(long), None);
        assert_eq!(flaw(&(long.repeat(4))), None);
        assert_eq!(flaw(&(long.repeat(4) + "x")), Some(TextFlaw::TooLong(256)));
        assert_eq!(flaw(&"🦊🐻".repeat(129)), Some(TextFlaw::TooLong(256)));
        assert_eq!(flaw("correct\0horse\0battery"), Some(TextFlaw::Nul));
        assert_eq!(
            flaw(&"\u{1112}\u{1161}\u{11ab}".repeat(120)),
            Some(TextFlaw::TooLong(256)),
            "1080 bytes before NFKC"
        );
        // One code point that normalises to eighteen.
        assert_eq!(flaw(&"\u{fdfa}".repeat(300)), Some(TextFlaw::TooLong(256)));
    }

    #[test]
    fn normalisation_joins_spellings_and_cuts_nothing() {
        let composed = PasswordRules::check("Ångström käyttäjä", &[]).unwrap();
        let decomposed = PasswordRules::check("A\u{30a}ngstro\u{308}m ka\u{308}ytta\u{308}ja\u{308}", &[]).unwrap();
        assert_eq!(composed.expose(), decomposed.expose());
        assert_eq!(Password::attempt("  two  spaces  ").expose(), "  two  spaces  ");
    }

    #[test]
    fn plain_patterns_are_refused() {
        for plain in [
            "aaaaaaaaaaaaaaaaaaaa",
            "                    ",
            "AaAaAaAaAaAaAaAaA",
            "12121212121212121",
            "1234123412341234",
            "abcdefghijklmno",
            "1234567890123456",
            "0987654321098765",
            "zyxwvutsrqponmlkj",
            "qwertyuiopasdfgh",
            "QWERTYUIOPasdfghjkl",
            "а б в г д е ж з и й к л м н о п",
        ] {
            assert!(matches!(flaw(plain), Some(TextFlaw::Form(text)) if text.contains("pattern")), "{plain}");
        }
    }

    #[test]
    fn passwords_that_others_would_try_are_refused() {
        for common in [
            "manchesterunited",
            "Manchester United",
            "password!!!!!!!",
            "passwordpassword",
            "Password Password Password",
            "qwerty!qwerty!qwerty!",
            "password12345678",
            "Password11111111",
            "1q2w3e4r5t6y7u8i9o0p",
            "NORDIC-outfitters",
            "nordic outfitters nordic outfitters",
            "aino@nordic-outfitters.example",
            "åsaåsaåsaåsaåsa",
            "ÅSA 123456789012",
        ] {
            assert!(matches!(flaw(common), Some(TextFlaw::Form(_))), "{common}");
        }
    }

    #[test]
    fn parts_are_never_compared() {
        for good in [
            "manchesterunited-sings",
            "the password is long",
            "we love nordic outfitters",
            "correct horse battery staple",
            "aaaaaaaaaaaaaaaaaaab",
            "12345 is no password!",
        ] {
            assert_eq!(flaw(good), None, "{good}");
        }
    }

    #[test]
    fn the_list_is_folded_sorted_and_as_large_as_its_readme_says() {
        let lines: Vec<_> = include_str!("../data/common-passwords.txt").lines().collect();
        assert!(lines.iter().all(|line| squeezed(line) == *line));
        assert!(lines.is_sorted_by(|one, next| one < next));
        assert_eq!(lines.len(), 41_482);
        assert_eq!(lines.iter().filter(|line| line.len() >= PasswordRules::MIN).count(), 63);
    }

    #[test]
    fn debug_tells_nothing() {
        let shown = format!("{:?}", Password::attempt("correct horse battery"));
        assert!(!shown.contains("horse"), "{shown}");
    }

    proptest! {
        #[test]
        fn hostile_text_is_answered(raw: String, context: Vec<String>) {
            let _ = PasswordRules::check(&raw, &context);
        }

        #[test]
        fn random_passwords_pass(raw in "[a-zA-Z0-9]{20}") {
            prop_assert_eq!(flaw(&raw), None);
        }
    }
}
