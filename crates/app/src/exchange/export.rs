//! Taking a department's draft out, in a format of its own or of others.

use guildhall_domain::{Permit, Refusal, intent::WholeIntent, policy::ReadDraft};
use guildhall_persistence::{Definition, Tx};
use serde_json::{Map, Value};

use super::formats::{csv, guildhall, rasa};
use crate::department::named;

/// A format that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Guildhall's own JSON, without loss.
    Guildhall,
    /// Rasa 3.1, one YAML file.
    Rasa,
    /// A table that is safe to open in a spreadsheet.
    Csv,
}

impl ExportFormat {
    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "guildhall" => Self::Guildhall,
            "rasa" => Self::Rasa,
            "csv" => Self::Csv,
            _ => return None,
        })
    }

    /// The end of a file's name, and the media type.
    #[must_use]
    pub const fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Guildhall => ("json", "application/json"),
            Self::Rasa => ("yml", "application/yaml"),
            Self::Csv => ("csv", "text/csv; charset=utf-8"),
        }
    }
}

/// What is taken out.
#[derive(Debug)]
pub struct Exported {
    intents: Vec<(WholeIntent, Map<String, Value>)>,
    definitions: Vec<Definition>,
}

/// Takes a department's draft out.
pub async fn export(tx: &Tx, permit: &Permit<ReadDraft>, department: &str) -> Result<Exported, Refusal> {
    let department = named(tx, department).await?;
    permit.over(department.id)?;
    let mut kept = tx.kept().of_intents(department.id).await?;
    let mut intents = Vec::new();
    for whole in tx.intents().draft(department.id).await? {
        let of = kept.remove(&whole.intent.id).unwrap_or_default().into_iter();
        let of = of.map(|(source, json)| Ok((source, serde_json::from_str(&json)?)));
        intents.push((whole, of.collect::<Result<_, serde_json::Error>>().map_err(Refusal::broken)?));
    }
    Ok(Exported { intents, definitions: tx.kept().definitions(department.id).await? })
}

impl Exported {
    /// Writes it.
    pub fn write(&self, format: ExportFormat) -> Result<Vec<u8>, Refusal> {
        let intents = self.intents.iter().map(|(whole, _)| whole);
        match format {
            ExportFormat::Guildhall => {
                guildhall::write(&self.intents, &self.definitions).map(String::into_bytes).map_err(Refusal::broken)
            }
            ExportFormat::Rasa => Ok(rasa::write(intents).into_bytes()),
            ExportFormat::Csv => csv::write(intents).map_err(Refusal::broken),
        }
    }
}
