//! A place in a text, and the groups of digits that begin there.

/// A place in a text that is looked at.
pub(super) struct Scan<'a> {
    chars: &'a [char],
    at: usize,
}

/// Groups of digits from a place on, up to a certain one: `040 123 4567` has three.
#[derive(Debug, Clone)]
pub(super) struct Digits {
    /// All digits, 0 to 9.
    pub(super) digits: Vec<u8>,
    /// How many digits each group has.
    pub(super) groups: Vec<usize>,
    /// What stands between the groups, one character for each gap.
    pub(super) gaps: Vec<char>,
    /// How many characters all of it takes.
    pub(super) length: usize,
}

/// The most groups and digits of anything that is looked for.
const GROUPS: usize = 8;
const DIGITS: usize = 19;

impl<'a> Scan<'a> {
    pub(super) const fn new(chars: &'a [char], at: usize) -> Self {
        Self { chars, at }
    }

    /// The character so far behind the place.
    pub(super) fn ahead(&self, by: usize) -> Option<char> {
        self.chars.get(self.at + by).copied()
    }

    /// The character so far before the place, 1 being the neighbour.
    pub(super) fn before(&self, by: usize) -> Option<char> {
        self.at.checked_sub(by).and_then(|at| self.chars.get(at)).copied()
    }

    /// The characters from the place on.
    pub(super) fn rest(&self) -> &'a [char] {
        self.chars.get(self.at..).unwrap_or_default()
    }

    /// The last words before the place, lower-cased, the nearest first.
    pub(super) fn words_before(&self, most: usize) -> Vec<String> {
        let start = self.at.saturating_sub(60);
        let before: String = self.chars.get(start..self.at).unwrap_or_default().iter().collect();
        let words = before.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.rev().take(most).map(str::to_lowercase).collect()
    }

    /// Whether something of its own may begin here: not inside a word, nor inside a number as `3.14159` or `12-34`.
    pub(super) fn begins(&self) -> bool {
        match (self.before(1), self.before(2)) {
            (Some(c), _) if c.is_alphanumeric() || c == '_' || c == '+' => false,
            (Some('.' | ',' | '-' | '/' | ':'), Some(c)) => digit(c).is_none(),
            _ => true,
        }
    }

    /// Whether something of its own may end after so many characters.
    pub(super) fn ends(&self, length: usize) -> bool {
        match (self.ahead(length), self.ahead(length + 1)) {
            (Some(c), _) if c.is_alphanumeric() || c == '_' || c == '@' => false,
            (Some('.' | ',' | '-' | '/' | ':'), Some(c)) => digit(c).is_none(),
            _ => true,
        }
    }

    /// The readings of the digits that begin so far behind the place: of all their groups, of one less, and so on; each
    /// ends where something may end.
    pub(super) fn digits(&self, from: usize) -> Vec<Digits> {
        let mut read = Digits { digits: Vec::new(), groups: Vec::new(), gaps: Vec::new(), length: from };
        let mut readings = Vec::new();
        while read.groups.len() < GROUPS {
            let group: Vec<u8> = self.rest().iter().skip(read.length).map_while(|c| digit(*c)).collect();
            if group.is_empty() || read.digits.len() + group.len() > DIGITS {
                break;
            }
            read.length += group.len();
            read.groups.push(group.len());
            read.digits.extend(group);
            if self.ends(read.length) {
                readings.push(read.clone());
            }
            let Some((gap, length)) = self.gap(read.length) else { break };
            read.gaps.push(gap);
            read.length += length;
        }
        readings.reverse();
        readings
    }

    /// What parts two groups of digits: a space, a hyphen, a dot, a slash or a bracket, some of them together.
    fn gap(&self, from: usize) -> Option<(char, usize)> {
        let all: Vec<char> = self.rest().iter().skip(from).take(4).take_while(|c| parts(**c)).copied().collect();
        let telling = all.iter().find(|c| !c.is_whitespace() && !invisible(**c)).or(all.first())?;
        (all.len() < 4).then_some((*telling, all.len()))
    }
}

/// The value of a digit: ASCII, full-width, Arabic or Persian.
pub(super) fn digit(c: char) -> Option<u8> {
    let zeros = ['0', '\u{ff10}', '\u{660}', '\u{6f0}'];
    zeros.into_iter().find_map(|zero| {
        let value = u32::from(c).checked_sub(u32::from(zero)).filter(|value| *value < 10)?;
        u8::try_from(value).ok()
    })
}

fn parts(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2013}' | '.' | '/' | '(' | ')')
        || invisible(c)
}

fn invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}
