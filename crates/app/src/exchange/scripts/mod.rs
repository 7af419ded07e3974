//! Conversation tests as files: Guildhall's own form in YAML and JSON, without loss, and Rasa's test stories to read.

mod rasa;
mod read;
#[cfg(test)]
mod tests;
mod write;

use guildhall_domain::{
    suite::Script,
    text::{Name, Note},
};

pub use read::read;
pub use write::write;

use super::Skipped;

/// A suite with its scripts, as a file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct SuiteScripts {
    /// Its name.
    pub name: Name,
    /// What it is about.
    pub description: Option<Note>,
    /// Whether a release of its own department waits for it.
    pub required: bool,
    /// Its scripts, in order.
    pub scripts: Vec<Script>,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct Scripts {
    /// The suites.
    pub suites: Vec<SuiteScripts>,
    /// What was left out, each at its place.
    pub skipped: Vec<Skipped>,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptFormat {
    /// YAML, for people.
    Yaml,
    /// JSON, for programs.
    Json,
}

impl ScriptFormat {
    /// Reads `yaml` or `json`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "yaml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Yaml => "application/yaml",
            Self::Json => "application/json",
        }
    }

    /// How such a file's name ends.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
        }
    }
}
