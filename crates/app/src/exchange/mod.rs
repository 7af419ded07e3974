//! Bringing content in and taking it out: foreign formats as pure functions, and the use cases that merge and export.

pub mod archive;
pub mod bring;
pub mod brought;
pub mod export;
pub mod format;
pub mod formats;
pub mod gather;
pub mod json;
pub mod limits;
pub mod merge;
pub mod plain;
pub mod roster;
pub(crate) mod table;
#[cfg(test)]
mod tests;
pub mod yaml;

pub use bring::{admit, bring, rehearse, unpack};
pub use brought::{Brought, Skipped};
pub use export::{ExportFormat, Exported, export};
pub use format::{File, Format, read};
pub use limits::Rejected;
pub use merge::{Counts, Report};
