//! What a file may be at most, and how it is told that it is more.

use guildhall_domain::Refusal;

/// The most bytes of an uploaded file.
pub const FILE_BYTES: usize = 20 * 1024 * 1024;
/// The most bytes that a zip unpacks to.
pub const UNPACKED_BYTES: usize = 100 * 1024 * 1024;
/// The most bytes that one byte of a zip unpacks to, over all.
pub const UNPACKED_RATIO: usize = 100;
/// The most entries of a zip.
pub const ZIP_ENTRIES: usize = 1_000;
/// The most bytes of one YAML file.
pub const YAML_BYTES: usize = 1024 * 1024;
/// The most nodes of one YAML file.
pub const YAML_NODES: usize = 50_000;
/// How deep YAML and JSON may nest.
pub const DEPTH: usize = 32;
/// The most aliases of one YAML file.
pub const YAML_ALIASES: usize = 64;
/// The most rows of a table.
pub const ROWS: usize = 100_000;
/// The most columns of a table.
pub const COLUMNS: usize = 256;
/// The most bytes of a table's cell.
pub const CELL_BYTES: usize = 32 * 1024;
/// The most skipped items that are named one by one.
pub const NAMED: usize = 1_000;

/// Why a file is not taken at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {detail}")]
pub struct Rejected {
    /// The limit or rule that it breaks; stable, for programs.
    pub rule: &'static str,
    /// A sentence for people.
    pub detail: String,
}

impl Rejected {
    /// Breaks this rule.
    pub fn new(rule: &'static str, detail: impl Into<String>) -> Self {
        Self { rule, detail: detail.into() }
    }
}

impl From<Rejected> for Refusal {
    fn from(rejected: Rejected) -> Self {
        Self::flaw("", "import-rejected", rejected.to_string())
    }
}
