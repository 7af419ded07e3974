//! Ways to reach somebody or to act as them: e-mail addresses, telephone numbers, addresses of machines, secrets.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::scan::{Digits, Scan, digit};

/// `name@host.example`: the whole of it.
pub(super) fn email(scan: &Scan<'_>) -> Option<usize> {
    let local = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '\'');
    if scan.before(1).is_some_and(local) {
        return None;
    }
    let name = scan.rest().iter().take_while(|c| local(**c)).count();
    if name == 0 || !matches!(scan.ahead(name), Some('@' | '\u{ff20}')) {
        return None;
    }
    let host = scan.rest().get(name + 1..)?;
    let host: String = host.iter().take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-')).collect();
    let host = host.trim_end_matches(['.', '-']);
    let (_, last) = host.rsplit_once('.')?;
    let good = last.chars().count() >= 2 && last.chars().all(char::is_alphabetic) && !host.starts_with(['.', '-']);
    good.then(|| name + 1 + host.chars().count())
}

/// The beginnings of well-known secrets.
const SECRETS: [&str; 12] =
    ["eyJ", "gld_", "sk_", "pk_", "rk_", "ghp_", "gho_", "github_pat_", "xoxb-", "xoxp-", "AKIA", "AIza"];

/// A token (JWT and those that begin as such do), at least twenty characters long.
pub(super) fn secret(scan: &Scan<'_>) -> Option<usize> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if scan.before(1).is_some_and(part) {
        return None;
    }
    let text: String = scan.rest().iter().take_while(|c| part(**c)).collect();
    let token = text.trim_end_matches(['.', '-']);
    (token.len() >= 20 && SECRETS.iter().any(|start| token.starts_with(start))).then_some(token.len())
}

/// An IP address, of either version.
pub(super) fn ip(scan: &Scan<'_>) -> Option<usize> {
    if !scan.begins() || scan.before(1) == Some(':') {
        return None;
    }
    let text: String =
        scan.rest().iter().take(64).take_while(|c| c.is_ascii_hexdigit() || matches!(c, '.' | ':')).collect();
    let text = text.trim_end_matches(['.', ':']);
    // Four small numbers may be a version; where all are below ten they are left.
    let four = text.parse::<Ipv4Addr>().is_ok_and(|ip| ip.octets().iter().any(|octet| *octet > 9));
    let six = text.matches(':').count() > 2 && text.parse::<Ipv6Addr>().is_ok();
    ((four || six) && scan.ends(text.len())).then_some(text.len())
}

/// A telephone number: international, or as people write it at home.
pub(super) fn phone(scan: &Scan<'_>) -> Option<usize> {
    if !scan.begins() {
        return None;
    }
    match (scan.ahead(0)?, scan.ahead(1)) {
        ('+' | '\u{ff0b}', _) => read(scan, spaces(scan, 1), |digits| international(&digits.digits)),
        // (+358) 40 …, (09) 123 …, (212) 555-0123
        ('(', Some('+')) => read(scan, 2, |digits| international(&digits.digits)),
        ('(', Some(c)) if digit(c).is_some() => read(scan, 1, |digits| national(digits) || american(digits)),
        (c, _) if digit(c).is_some() => {
            let told = told(scan);
            read(scan, 0, |digits| {
                let abroad =
                    scan.before(1) != Some('#') && digits.digits.strip_prefix(&[0, 0]).is_some_and(international);
                abroad || national(digits) || american(digits) || (told && (6..=15).contains(&digits.digits.len()))
            })
        }
        _ => None,
    }
}

fn spaces(scan: &Scan<'_>, from: usize) -> usize {
    from + scan.rest().iter().skip(from).take(2).take_while(|c| matches!(c, ' ' | '\u{a0}' | '(')).count()
}

/// The longest reading that is a number by this measure.
fn read(scan: &Scan<'_>, from: usize, fits: impl Fn(&Digits) -> bool) -> Option<usize> {
    scan.digits(from).into_iter().find(|digits| fits(digits)).map(|digits| digits.length)
}

/// The calling codes of one and two digits (ITU-T E.164); all others have three.
const SHORT_CODES: [u64; 44] = [
    1, 7, 20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60,
    61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94,
];
const MORE_SHORT_CODES: [u64; 2] = [95, 98];

/// A calling code and a number behind it: 15 digits at most, ten behind +1.
fn international(digits: &[u8]) -> bool {
    let code = |length: usize| digits.get(..length).map(super::checks::number);
    let short =
        |length: usize| code(length).filter(|code| SHORT_CODES.contains(code) || MORE_SHORT_CODES.contains(code));
    let (behind, least) = match (short(1), short(2), code(3)) {
        (Some(1), _, _) => return digits.len() == 11 && digits.get(1).is_some_and(|first| *first > 1),
        (Some(_), _, _) => (digits.len() - 1, 9),
        (_, Some(_), _) => (digits.len() - 2, 6),
        // What begins with 0 is no code, and 21x, 22x, … are all of three digits.
        (_, _, Some(code)) if code >= 200 => (digits.len() - 3, 5),
        _ => return false,
    };
    behind >= least && digits.len() <= 15
}

/// A number at home with the 0 before its area, nine to eleven digits; not a date nor a number filled up with zeros.
fn national(digits: &Digits) -> bool {
    let starts = matches!(digits.digits.as_slice(), [0, area, ..] if *area > 0);
    let dated = matches!(digits.groups.as_slice(), [2, 2, 2 | 4, ..])
        && matches!(digits.gaps.as_slice(), ['.' | '/' | '-', '.' | '/' | '-', ..]);
    starts && !dated && (9..=12).contains(&digits.digits.len()) && digits.groups.len() <= 6
}

/// 212-555-0123 and (212) 555-0123, by the North American plan: area and exchange begin with 2 to 9.
fn american(digits: &Digits) -> bool {
    digits.groups == [3, 3, 4] && [0, 3].iter().all(|at| digits.digits.get(*at).is_some_and(|first| *first > 1))
}

/// Words behind which a number is one to call.
const CALLS: [&str; 26] = [
    "phone",
    "telephone",
    "tel",
    "mobile",
    "cell",
    "whatsapp",
    "sms",
    "fax",
    "puh",
    "puhelin",
    "puhelinnumero",
    "puhelinnumeroni",
    "puhelinnumerooni",
    "matkapuhelin",
    "gsm",
    "telefon",
    "telefonnummer",
    "mobil",
    "mobilnummer",
    "tlf",
    "handy",
    "handynummer",
    "telefonnumret",
    "téléphone",
    "teléfono",
    "portable",
];
/// Words that may stand between.
const BETWEEN: [&str; 14] =
    ["number", "no", "nr", "is", "on", "at", "my", "numero", "numeroni", "är", "ist", "nummer", "numret", "me"];

/// Whether the words before tell that a number to call follows.
fn told(scan: &Scan<'_>) -> bool {
    let words = scan.words_before(4);
    words.iter().find(|word| !BETWEEN.contains(&word.as_str())).is_some_and(|word| CALLS.contains(&word.as_str()))
}
