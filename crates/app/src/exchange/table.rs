//! Tables as people send them: in any encoding, with any usual separator, and a first row that names the columns.

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{
    Rejected,
    limits::{CELL_BYTES, COLUMNS},
    plain,
};

/// A table.
pub(crate) struct Table<C> {
    /// The first row as it stands.
    pub(crate) head: StringRecord,
    /// What each column holds, where its name means something.
    pub(crate) columns: Vec<Option<C>>,
    /// The rows below with their lines, counted from 1.
    pub(crate) rows: Vec<(u64, StringRecord)>,
    /// The encoding's name, where it had to be guessed.
    pub(crate) guessed: Option<&'static str>,
}

impl<C: Clone + PartialEq> Table<C> {
    /// Reads a table of at most so many rows, whose columns mean what their names say.
    pub(crate) fn read(bytes: &[u8], most: usize, column: impl Fn(&str) -> Option<C>) -> Result<Self, Rejected> {
        let (text, guessed) = plain::decoded(bytes)?;
        // Excel's own line about the separator.
        let (skipped_lines, text) = match text.split_once('\n') {
            Some((first, rest)) if first.trim_end().len() == 5 && first.starts_with("sep=") => (1, rest),
            _ => (0, text.as_ref()),
        };
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter(text, &column))
            .flexible(true)
            .has_headers(false)
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        let head = records.next().and_then(Result::ok).unwrap_or_default();
        if head.len() > COLUMNS {
            return Err(Rejected::new("csv-columns", format!("a table has at most {COLUMNS} columns")));
        }
        let columns = head.iter().map(column).collect();
        let mut rows = Vec::new();
        for record in records {
            if rows.len() >= most {
                return Err(too_long(most));
            }
            let record = record.map_err(|error| Rejected::new("csv-unreadable", error.to_string()))?;
            let line = record.position().map_or(0, |at| line_of(text, at)) + skipped_lines;
            bounded(&record, line)?;
            rows.push((line, record));
        }
        Ok(Self { head, columns, rows, guessed })
    }

    /// What a row says in the columns of this meaning, in their order; empty cells say nothing.
    pub(crate) fn cells<'r>(&self, row: &'r StringRecord, meaning: &C) -> Vec<&'r str> {
        let cells =
            self.columns.iter().zip(row).filter(|(column, cell)| column.as_ref() == Some(meaning) && !cell.is_empty());
        cells.map(|(_, cell)| plainly(cell)).collect()
    }

    /// Whether the row says what the first one says.
    pub(crate) fn is_head(&self, row: &StringRecord) -> bool {
        let known = |record: &StringRecord| {
            let cells = self.columns.iter().zip(record).filter(|(column, _)| column.is_some());
            cells.map(|(_, cell)| cell.to_owned()).collect::<Vec<_>>()
        };
        known(row) == known(&self.head)
    }

    /// The names of columns that mean nothing.
    pub(crate) fn unread(&self) -> impl Iterator<Item = &str> {
        let unread = self.head.iter().zip(&self.columns).filter(|(name, column)| column.is_none() && !name.is_empty());
        unread.map(|(name, _)| name)
    }
}

/// The line that a row begins on, counted from 1. The reader's own position lies before what ends the row before, and
/// before empty lines.
fn line_of(text: &str, at: &csv::Position) -> u64 {
    let from = usize::try_from(at.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    ends.fold(at.line(), |line, byte| line + u64::from(*byte == b'\n'))
}

/// What the columns of a first line mean under a separator.
pub(super) fn columns<C>(text: &str, delimiter: u8, column: impl Fn(&str) -> Option<C>) -> Vec<Option<C>> {
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let first = reader.records().next().and_then(Result::ok).unwrap_or_default();
    first.iter().take(COLUMNS).map(column).collect()
}

/// The usual separators; the most usual one stands last.
pub(super) const DELIMITERS: [u8; 4] = *b"|\t;,";

/// The separator under which most columns mean something; of equals the last one.
fn delimiter<C>(text: &str, column: impl Fn(&str) -> Option<C>) -> u8 {
    let known = |delimiter: &u8| columns(text, *delimiter, &column).iter().flatten().count();
    DELIMITERS.into_iter().max_by_key(known).unwrap_or(b',')
}

/// Whether a row and its cells are as small as they must be.
pub(super) fn bounded(record: &StringRecord, line: u64) -> Result<(), Rejected> {
    if record.len() > COLUMNS {
        return Err(Rejected::new("csv-columns", format!("line {line} has more than {COLUMNS} columns")));
    }
    if record.iter().any(|cell| cell.len() > CELL_BYTES) {
        return Err(Rejected::new("csv-cell", format!("a cell of line {line} is larger than 32 KiB")));
    }
    Ok(())
}

pub(super) fn too_long(most: usize) -> Rejected {
    Rejected::new("csv-rows", format!("a table has at most {most} rows"))
}

/// A cell as it was before it was made safe.
#[must_use]
pub fn plainly(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest) => rest,
        _ => cell,
    }
}

/// Whether a spreadsheet could take the cell for a formula, once apostrophes before it are gone.
pub(super) fn is_formula(cell: &str) -> bool {
    let dangerous = |c| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠');
    cell.trim_start_matches('\'').starts_with(dangerous)
}
