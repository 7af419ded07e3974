//! Personal data hidden in what visitors write, before a message is kept as an example: addresses, numbers of people, of
//! cards, of accounts and of telephones become `[email]`, `[card]` and the like.
//!
//! A number is hidden when it is certainly or very likely what it seems: where a kind has check digits they are verified,
//! so that order numbers, prices and dates stay. Names and street addresses are not recognised.

mod checks;
mod contact;
mod money;
mod person;
mod scan;

use scan::Scan;

/// A kind of personal data: how many characters it takes at the scan's place, if it stands there.
type Finder = fn(&Scan<'_>) -> Option<usize>;

/// The kinds with what stands in their place; where two fit, the first counts.
const KINDS: [(&str, Finder); 7] = [
    ("[email]", contact::email),
    ("[secret]", contact::secret),
    ("[ip]", contact::ip),
    ("[iban]", money::iban),
    ("[card]", money::card),
    ("[id]", person::id),
    ("[phone]", contact::phone),
];

/// The text with personal data hidden. Masking what is masked changes nothing.
#[must_use]
pub fn masked(text: &str) -> String {
    let mut text = text.to_owned();
    // What was hidden may have been glued to something else; each round leaves fewer digits and at-signs.
    while let Some(next) = masked_once(&text) {
        text = next;
    }
    text
}

fn masked_once(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let (mut at, mut found) = (0, false);
    while let Some(c) = chars.get(at) {
        let scan = Scan::new(&chars, at);
        let kind = KINDS.iter().find_map(|(mark, find)| find(&scan).filter(|length| *length > 0).map(|n| (mark, n)));
        match kind {
            Some((mark, length)) => {
                out.push_str(mark);
                at += length;
                found = true;
            }
            None => {
                out.push(*c);
                at += 1;
            }
        }
    }
    found.then_some(out)
}

#[cfg(test)]
mod tests;
