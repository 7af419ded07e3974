//! Labelled rows and the JSON Lines files that they come from.

use serde::Deserialize;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// The intent of rows that no intent should answer.
pub const OUT_OF_SCOPE: &str = "__oos__";

/// One labelled text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// What somebody wrote.
    pub text: String,
    /// What it means, or [`OUT_OF_SCOPE`].
    pub intent: String,
    /// The part of the file that it belongs to.
    #[serde(default)]
    pub split: Option<String>,
    /// BCP 47, if the file says so.
    #[serde(default)]
    pub language: Option<String>,
}

/// Why rows could not be read; each names the file, and the line where there is one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file can't be opened or read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line is not `{"text", "intent"}`.
    #[error("{}:{line}: {source}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// No row is in the split.
    #[error("{}: no rows{}", path.display(), split.as_ref().map(|s| format!(" in split {s:?}")).unwrap_or_default())]
    Empty {
        /// The file.
        path: PathBuf,
        /// The split asked for.
        split: Option<String>,
    },
}

/// Reads a JSON Lines file, one `{"text", "intent", "split"?, "language"?}` a line, and keeps the rows of a split.
pub fn read(path: &Path, split: Option<&str>) -> Result<Vec<Row>, ReadError> {
    let file_error = |source| ReadError::File { path: path.to_owned(), source };
    let file = BufReader::new(std::fs::File::open(path).map_err(file_error)?);
    let mut rows = Vec::new();
    for (number, line) in (1..).zip(file.lines()) {
        let line = line.map_err(file_error)?;
        if line.trim().is_empty() {
            continue;
        }
        let row: Row = serde_json::from_str(&line).map_err(|source| ReadError::Line {
            path: path.to_owned(),
            line: number,
            source,
        })?;
        if split.is_none() || row.split.as_deref() == split {
            rows.push(row);
        }
    }
    if rows.is_empty() {
        return Err(ReadError::Empty { path: path.to_owned(), split: split.map(str::to_owned) });
    }
    Ok(rows)
}
