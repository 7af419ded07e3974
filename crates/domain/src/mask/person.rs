//! Numbers by which states know people; check digits are verified wherever there are any.

use super::{
    checks::{date, luhn, mod_11_10, number, weighed},
    scan::{Digits, Scan, digit},
};

/// A national identity number of one of the countries here.
pub(super) fn id(scan: &Scan<'_>) -> Option<usize> {
    if !scan.begins() {
        return None;
    }
    let lettered = [finnish, spanish, italian, british].into_iter().find_map(|find| find(scan));
    lettered.or_else(|| scan.digits(0).into_iter().find(numbered).map(|read| read.length))
}

/// The first characters, upper-cased; fewer where the text ends.
fn head(scan: &Scan<'_>, length: usize) -> Vec<char> {
    scan.rest().iter().take(length).map(char::to_ascii_uppercase).collect()
}

fn values(chars: &[char]) -> Option<Vec<u8>> {
    chars.iter().map(|c| digit(*c)).collect()
}

/// Henkilötunnus: DDMMYY, a century's sign, three digits, a check character modulo 31.
fn finnish(scan: &Scan<'_>) -> Option<usize> {
    const CHECK: &str = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    let text = head(scan, 11);
    let (born, rest) = text.split_at_checked(6)?;
    let ([sign], rest) = rest.split_at_checked(1)? else { return None };
    let (serial, [check]) = rest.split_at_checked(3)? else { return None };
    let (born, serial) = (values(born)?, values(serial)?);
    let (dated, all) = (day_month_year(&born), number(&[born, serial].concat()));
    let expected = CHECK.chars().nth(usize::try_from(all % 31).ok()?);
    ("+-ABCDEFUVWXY".contains(*sign) && dated && expected == Some(*check) && scan.ends(11)).then_some(11)
}

/// DNI and NIE: eight digits (or X, Y, Z and seven) and a letter by the remainder modulo 23.
fn spanish(scan: &Scan<'_>) -> Option<usize> {
    const CHECK: &str = "TRWAGMYFPDXBNJZSQVHLCKE";
    let text = head(scan, 10);
    let first = match text.first()? {
        'X' => 0,
        'Y' => 1,
        'Z' => 2,
        c => digit(*c)?,
    };
    let mut all = values(text.get(1..8)?)?;
    all.insert(0, first);
    let at = 8 + usize::from(text.get(8) == Some(&'-'));
    let expected = CHECK.chars().nth(usize::try_from(number(&all) % 23).ok()?);
    (expected == text.get(at).copied() && scan.ends(at + 1)).then_some(at + 1)
}

/// Codice fiscale: sixteen characters, the last one by the sum of values of the others' odd and even places.
fn italian(scan: &Scan<'_>) -> Option<usize> {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    const FORM: &str = "LLLLLLNNLNNLNNNL";
    let text = head(scan, 16);
    let fits = |(c, form): (&char, char)| if form == 'L' { c.is_ascii_uppercase() } else { c.is_ascii_alphanumeric() };
    if text.len() != 16 || !text.iter().zip(FORM.chars()).all(fits) {
        return None;
    }
    let value = |c: char| c.to_digit(36).map(|value| if value > 9 { value - 10 } else { value });
    let worth = |(at, c): (usize, &char)| {
        let value = value(*c)?;
        if at % 2 == 0 { ODD.get(usize::try_from(value).ok()?).copied() } else { Some(value) }
    };
    let sum: u32 = text.iter().take(15).enumerate().map(worth).sum::<Option<u32>>()?;
    (Some(sum % 26) == text.last().copied().and_then(value) && scan.ends(16)).then_some(16)
}

/// National Insurance number: two letters, six digits, a letter from A to D; there is no check digit.
fn british(scan: &Scan<'_>) -> Option<usize> {
    let mut taken = 0;
    let mut text = String::new();
    for c in scan.rest().iter().take(13) {
        match c {
            ' ' if matches!(text.len(), 2 | 4 | 6 | 8) => {}
            c if c.is_ascii_alphanumeric() => text.push(c.to_ascii_uppercase()),
            _ => break,
        }
        taken += 1;
        if text.len() == 9 {
            break;
        }
    }
    let (letters, rest) = text.split_at_checked(2)?;
    let (digits, last) = rest.split_at_checked(6)?;
    let good = letters.chars().all(|c| c.is_ascii_uppercase() && !"DFIQUV".contains(c))
        && !letters.ends_with('O')
        && !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].contains(&letters)
        && digits.bytes().all(|b| b.is_ascii_digit())
        && matches!(last, "A" | "B" | "C" | "D");
    (good && scan.ends(taken)).then_some(taken)
}

/// A number of digits alone, by any country's rule.
fn numbered(read: &Digits) -> bool {
    let digits = read.digits.as_slice();
    let tight = read.groups.len() == 1;
    let hyphened = read.gaps.iter().all(|gap| matches!(gap, '-' | '\u{2010}'..='\u{2013}'));
    match digits.len() {
        9 => american(read),
        10 => {
            let formed = tight || (read.groups == [6, 4]);
            formed && (swedish(digits) || (!tight && hyphened && day_month_year(digits)))
        }
        11 => {
            let spaced = read.gaps.iter().all(|gap| matches!(gap, ' ' | '-' | '.' | '\u{a0}'));
            spaced
                && (german(digits)
                    || norwegian(digits)
                    || baltic(digits)
                    || polish(digits)
                    || belgian(digits)
                    || brazilian(digits))
        }
        12 => (tight || read.groups == [8, 4]) && century(digits) && digits.get(2..).is_some_and(swedish),
        15 => french(digits),
        _ => false,
    }
}

fn century(digits: &[u8]) -> bool {
    matches!(digits, [1, 8 | 9, ..] | [2, 0, ..])
}

fn day_month_year(digits: &[u8]) -> bool {
    matches!(digits, [a, b, c, d, e, f, ..] if date(number(&[*e, *f]), number(&[*c, *d]), number(&[*a, *b])))
}

fn year_month_day(digits: &[u8], month_less: u64, day_less: u64) -> bool {
    matches!(digits, [a, b, c, d, e, f, ..]
        if date(number(&[*a, *b]), number(&[*c, *d]).saturating_sub(month_less), number(&[*e, *f]).saturating_sub(day_less)))
}

/// Personnummer: YYMMDD and four digits with Luhn's check; sixty are added to the day of a co-ordination number.
fn swedish(digits: &[u8]) -> bool {
    (year_month_day(digits, 0, 0) || year_month_day(digits, 0, 60)) && luhn(digits)
}

/// Steuer-Identifikationsnummer: MOD 11,10; of the first ten digits one comes twice or thrice, and no other.
fn german(digits: &[u8]) -> bool {
    let Some(first) = digits.get(..10) else { return false };
    let times: Vec<usize> = (0..10).map(|value| first.iter().filter(|digit| **digit == value).count()).collect();
    let repeated: Vec<&usize> = times.iter().filter(|times| **times > 1).collect();
    first.first() != Some(&0) && matches!(repeated.as_slice(), [2 | 3]) && mod_11_10(digits)
}

/// Fødselsnummer: DDMMYY, three digits, two check digits modulo 11.
fn norwegian(digits: &[u8]) -> bool {
    let born = day_month_year(digits)
        || matches!(digits, [a, rest @ ..] if *a > 3 && day_month_year(&[&[*a - 4], rest].concat()));
    born && weighed(digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighed(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// Isikukood and asmens kodas: sex and century, YYMMDD, three digits, a check digit in two stages modulo 11.
fn baltic(digits: &[u8]) -> bool {
    let stage = |weights: &[u32]| weighed(digits, weights) % 11;
    let check = match (stage(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]), stage(&[3, 4, 5, 6, 7, 8, 9, 1, 2, 3])) {
        (first @ 0..=9, _) => first,
        (_, second @ 0..=9) => second,
        _ => 0,
    };
    matches!(digits, [1..=8, born @ ..] if year_month_day(born, 0, 0))
        && digits.last().map(|last| u32::from(*last)) == Some(check)
}

/// PESEL: YYMMDD with the century in the month, five digits more, the last one checking.
fn polish(digits: &[u8]) -> bool {
    [0, 20, 40, 60, 80].iter().any(|century| year_month_day(digits, *century, 0))
        && weighed(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

/// Rijksregisternummer: YYMMDD, three digits, 97 less the remainder of these (with a 2 before them from 2000 on).
fn belgian(digits: &[u8]) -> bool {
    let (Some(body), Some(check)) = (digits.get(..9).map(number), digits.get(9..).map(number)) else { return false };
    year_month_day(digits, 0, 0) && [body, 2_000_000_000 + body].iter().any(|body| 97 - body % 97 == check)
}

/// CPF: nine digits and two check digits modulo 11; not all of them alike.
fn brazilian(digits: &[u8]) -> bool {
    let check = |count: usize| {
        let weights: Vec<u32> = (2..).take(count).collect();
        let sum: u32 =
            digits.iter().take(count).rev().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum();
        Some(sum * 10 % 11 % 10) == digits.get(count).map(|digit| u32::from(*digit))
    };
    digits.windows(2).any(|pair| matches!(pair, [a, b] if a != b)) && check(9) && check(10)
}

/// Numéro de sécurité sociale: thirteen digits and 97 less their remainder.
fn french(digits: &[u8]) -> bool {
    let (Some(body), Some(check)) = (digits.get(..13).map(number), digits.get(13..).map(number)) else { return false };
    matches!(digits, [1 | 2, _, _, a, b, ..] if (1..=12).contains(&number(&[*a, *b])) || number(&[*a, *b]) > 19)
        && 97 - body % 97 == check
}

/// Social Security number as it is written, 123-45-6789; there is no check digit.
fn american(read: &Digits) -> bool {
    let written = read.groups == [3, 2, 4] && matches!(read.gaps.as_slice(), ['-', '-'] | [' ', ' ']);
    let part = |from: usize, to: usize| read.digits.get(from..to).map_or(0, number);
    let area = part(0, 3);
    written && (1..900).contains(&area) && area != 666 && part(3, 5) > 0 && part(5, 9) > 0
}
