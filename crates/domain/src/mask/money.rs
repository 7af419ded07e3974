//! Cards and bank accounts.

use super::{checks::luhn, scan::Scan};

/// A payment card: 13 to 19 digits of an issuer's range, with Luhn's check.
pub(super) fn card(scan: &Scan<'_>) -> Option<usize> {
    if !scan.begins() {
        return None;
    }
    let fits = |digits: &[u8]| issued(digits) && luhn(digits);
    scan.digits(0).into_iter().find(|read| fits(&read.digits)).map(|read| read.length)
}

/// Whether the first digits and the length are those of Visa, Mastercard, Maestro, American Express, Diners Club,
/// Discover, JCB or `UnionPay`.
fn issued(digits: &[u8]) -> bool {
    let Some(head) = digits.get(..6).map(super::checks::number) else { return false };
    let length = digits.len();
    match head {
        400_000..=499_999 => matches!(length, 13 | 16 | 19),
        222_100..=272_099 | 510_000..=559_999 => length == 16,
        340_000..=349_999 | 370_000..=379_999 => length == 15,
        300_000..=305_999 | 309_500..=309_599 | 360_000..=369_999 | 380_000..=399_999 => (14..=19).contains(&length),
        352_800..=358_999 | 620_000..=629_999 | 810_000..=817_999 => (16..=19).contains(&length),
        601_100..=601_199 | 644_000..=659_999 => (16..=19).contains(&length),
        500_000..=509_999 | 560_000..=699_999 => (13..=19).contains(&length),
        _ => false,
    }
}

/// Countries with the length of their account numbers (ISO 13616, the registry of SWIFT).
const LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 \
    ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 \
    LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 \
    SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

/// An international bank account number: its country's length, and 1 modulo 97 (ISO 13616, ISO 7064 MOD 97-10).
pub(super) fn iban(scan: &Scan<'_>) -> Option<usize> {
    if !scan.begins() {
        return None;
    }
    let country: String = scan.rest().iter().take(2).map(char::to_ascii_uppercase).collect();
    let told = LENGTHS.split_whitespace().find_map(|entry| entry.strip_prefix(country.as_str()))?;
    let length: usize = told.parse().ok()?;
    let (mut account, mut taken) = (String::with_capacity(length), 0);
    for c in scan.rest() {
        if account.len() == length {
            break;
        }
        match c {
            c if c.is_ascii_alphanumeric() => account.push(c.to_ascii_uppercase()),
            ' ' | '\u{a0}' | '-' if account.len() >= 4 => {}
            _ => return None,
        }
        taken += 1;
    }
    let good =
        account.len() == length && account.get(2..4)?.bytes().all(|b| b.is_ascii_digit()) && remainder(&account) == 1;
    (good && scan.ends(taken)).then_some(taken)
}

/// The account modulo 97, its first four characters moved to the end and letters read as 10 to 35.
fn remainder(account: &str) -> u32 {
    let (head, tail) = account.split_at_checked(4).unwrap_or_default();
    tail.chars()
        .chain(head.chars())
        .filter_map(|c| c.to_digit(36))
        .fold(0, |rest, value| (if value > 9 { rest * 100 + value } else { rest * 10 + value }) % 97)
}
