//! Languages of content and of messages, as the primary subtag of BCP 47.

use whatlang::{Detector, Lang};

/// ISO 639-1 codes of the languages that the detector tells apart.
const CODES: [(&str, Lang); 40] = [
    ("ar", Lang::Ara),
    ("bg", Lang::Bul),
    ("bn", Lang::Ben),
    ("ca", Lang::Cat),
    ("cs", Lang::Ces),
    ("da", Lang::Dan),
    ("de", Lang::Deu),
    ("el", Lang::Ell),
    ("en", Lang::Eng),
    ("es", Lang::Spa),
    ("et", Lang::Est),
    ("fa", Lang::Pes),
    ("fi", Lang::Fin),
    ("fr", Lang::Fra),
    ("he", Lang::Heb),
    ("hi", Lang::Hin),
    ("hr", Lang::Hrv),
    ("hu", Lang::Hun),
    ("id", Lang::Ind),
    ("it", Lang::Ita),
    ("ja", Lang::Jpn),
    ("ko", Lang::Kor),
    ("lt", Lang::Lit),
    ("lv", Lang::Lav),
    ("mk", Lang::Mkd),
    ("nb", Lang::Nob),
    ("nl", Lang::Nld),
    ("pl", Lang::Pol),
    ("pt", Lang::Por),
    ("ro", Lang::Ron),
    ("ru", Lang::Rus),
    ("sk", Lang::Slk),
    ("sl", Lang::Slv),
    ("sr", Lang::Srp),
    ("sv", Lang::Swe),
    ("th", Lang::Tha),
    ("tr", Lang::Tur),
    ("uk", Lang::Ukr),
    ("vi", Lang::Vie),
    ("zh", Lang::Cmn),
];

/// The primary subtag in lower case: `fi` of `fi-FI`.
pub(crate) fn primary(tag: &str) -> String {
    tag.split(['-', '_']).next().unwrap_or_default().to_lowercase()
}

/// The language of a text among some (all that are known, if none are given), and whether it is plain.
pub(crate) fn detect(text: &str, among: &[String]) -> Option<(&'static str, bool)> {
    let allowed = CODES.iter().filter(|(code, _)| among.is_empty() || among.iter().any(|own| own == code));
    let found = Detector::with_allowlist(allowed.map(|(_, language)| *language).collect()).detect(text)?;
    let code = CODES.iter().find(|(_, language)| *language == found.lang()).map(|(code, _)| *code)?;
    Some((code, found.is_reliable()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_cut_to_their_language() {
        assert_eq!(primary("FI-fi"), "fi");
        assert_eq!(primary("sv_FI"), "sv");
        assert_eq!(primary(""), "");
    }

    #[test]
    fn a_message_is_told_among_the_bots_languages() {
        let own = ["en", "fi", "sv"].map(str::to_owned);
        let code = |text| detect(text, &own).map(|(code, _)| code);
        assert_eq!(code("missä pakettini on"), Some("fi"));
        assert_eq!(code("var är mitt paket"), Some("sv"));
        assert_eq!(code("where is my parcel"), Some("en"));
        assert_eq!(code("12345"), None);
    }
}
