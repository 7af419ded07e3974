//! Which format a file has: as it is told, or by its content, its name and its type.

use super::{
    Brought, Rejected, archive, formats, json,
    limits::{DEPTH, FILE_BYTES},
    plain,
};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// A format that can be read.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Format { $($(#[$doc])* $name),* }

        impl Format {
            /// Every format.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The format's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

names! {
    /// Guildhall's own JSON, without loss.
    Guildhall = "guildhall";
    /// Rasa 2 and 3: YAML, or a zip of a project.
    Rasa = "rasa";
    /// A table with a header.
    Csv = "csv";
    /// The zip of a Dialogflow ES agent.
    DialogflowEs = "dialogflow-es";
    /// The JSON package of a Dialogflow CX agent.
    DialogflowCx = "dialogflow-cx";
    /// LUIS, exported as JSON.
    Luis = "luis";
    /// The `.lu` text of Bot Framework.
    Lu = "lu";
    /// The `.qna` text of Bot Framework.
    Qna = "qna";
    /// `QnABot` on AWS, exported as JSON.
    Qnabot = "qnabot";
    /// `StarChat`'s decision table.
    Starchat = "starchat";
}

impl Format {
    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// Whether a dialogue beside its intents can stand for phrases and answers, so that an intent may come without.
    #[must_use]
    pub const fn has_dialogue(self) -> bool {
        !matches!(self, Self::Guildhall | Self::Csv | Self::Qna | Self::Qnabot)
    }
}

/// A file as it came.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// Its name, if it was told.
    pub name: Option<String>,
    /// Its media type, if it was told.
    pub content_type: Option<String>,
    /// How the department that it is for is called, folded; nothing where that does not matter.
    pub department: Vec<String>,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Reads a file, as this format or as the one that it seems to be.
pub fn read(file: &File, told: Option<Format>) -> Result<Brought, Rejected> {
    if file.bytes.len() > FILE_BYTES {
        return Err(Rejected::new("file-size", "a file holds at most 20 MiB"));
    }
    if file.bytes.starts_with(b"PK\x03\x04") || file.bytes.starts_with(b"PK\x05\x06") {
        return unzipped(&file.bytes, told);
    }
    let seen = seen(file)?;
    match told.or(seen) {
        Some(Format::Guildhall) => formats::guildhall::read(&read_json(&file.bytes)?),
        Some(Format::Luis) => formats::luis::read(&read_json(&file.bytes)?),
        Some(Format::Qnabot) => formats::qnabot::read(&read_json(&file.bytes)?),
        Some(Format::Rasa) => formats::rasa::read(&[(String::new(), file.bytes.clone())]),
        Some(Format::Csv) => formats::csv::read(&file.bytes, &file.department),
        Some(Format::Starchat) => formats::starchat::read(&file.bytes),
        Some(Format::Lu) => formats::lu::read(plain::utf8(&file.bytes)?),
        Some(Format::Qna) => formats::qna::read(plain::utf8(&file.bytes)?),
        Some(Format::DialogflowEs | Format::DialogflowCx) => {
            Err(Rejected::new("format-mismatch", "a Dialogflow agent comes as a zip; export it as JSON package"))
        }
        None => Err(unknown()),
    }
}

/// Reads a document; our own nests what was kept of others a little deeper.
fn read_json(bytes: &[u8]) -> Result<serde_json::Value, Rejected> {
    let head = bytes.get(..bytes.len().min(100)).unwrap_or_default();
    let own = head.windows(11).any(|part| part == b"\"guildhall\"");
    json::read_within(bytes, if own { DEPTH + 8 } else { DEPTH })
}

fn unknown() -> Rejected {
    let names: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
    Rejected::new("format-unknown", format!("the file is of no known format: {}", names.join(", ")))
}

fn unzipped(bytes: &[u8], told: Option<Format>) -> Result<Brought, Rejected> {
    let files = archive::unpack(bytes)?;
    let has = |test: fn(&str) -> bool| files.iter().any(|(name, _)| test(name));
    if has(|name| name == "[Content_Types].xml") {
        return Err(Rejected::new("xlsx-refused", "Excel workbooks are not read yet: save the sheet as CSV"));
    }
    let agent = has(|name| name.rsplit('/').next() == Some("agent.json"));
    let seen = if agent && has(|name| name.contains("/trainingPhrases/") || name.contains("flows/")) {
        Some(Format::DialogflowCx)
    } else if agent || has(|name| name.contains("_usersays_")) {
        Some(Format::DialogflowEs)
    } else if has(is_yaml) {
        Some(Format::Rasa)
    } else {
        None
    };
    match told.or(seen) {
        Some(Format::DialogflowCx) => formats::dialogflow_cx::read(&files),
        Some(Format::DialogflowEs) => formats::dialogflow_es::read(&files),
        Some(Format::Rasa) => formats::rasa::read(&files),
        Some(other) => Err(Rejected::new("format-mismatch", format!("{} does not come as a zip", other.name()))),
        None => Err(unknown()),
    }
}

/// Whether a name is that of a YAML file.
pub(super) fn is_yaml(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".yml", ".yaml"].iter().any(|end| name.ends_with(end))
}

fn seen(file: &File) -> Result<Option<Format>, Rejected> {
    let name = file.name.as_deref().unwrap_or_default().to_ascii_lowercase();
    let kind = file.content_type.as_deref().unwrap_or_default();
    let named = |ends: &[&str]| ends.contains(&name.rsplit('.').next().unwrap_or_default());
    if has_blob_marks(&file.bytes) || named(&["blob"]) {
        let detail =
            "this is Dialogflow CX's binary blob, which only Dialogflow reads: export the agent as JSON package";
        return Err(Rejected::new("dialogflow-blob", detail));
    }
    if named(&["xlsx", "xls"]) {
        return Err(Rejected::new("xlsx-refused", "Excel workbooks are not read yet: save the sheet as CSV"));
    }
    let (text, _) = plain::decoded(&file.bytes)?;
    let text = text.trim_start();
    if text.starts_with('{') || text.starts_with('[') {
        return read_json(&file.bytes).map(|value| json_format(&value));
    }
    let line = |test: &dyn Fn(&str) -> bool| text.lines().take(2_000).any(test);
    if named(&["qna"]) || line(&|l| l.starts_with("# ?")) {
        return Ok(Some(Format::Qna));
    }
    if named(&["lu"]) || line(&|l| l.starts_with("> !#")) {
        return Ok(Some(Format::Lu));
    }
    let header = text.lines().next().unwrap_or_default();
    if formats::starchat::is_header(header) {
        return Ok(Some(Format::Starchat));
    }
    let yaml_key =
        |l: &str| ["version:", "nlu:", "intents:", "responses:", "rules:", "stories:"].iter().any(|k| l.starts_with(k));
    if is_yaml(&name) || kind.contains("yaml") || line(&yaml_key) {
        return Ok(Some(Format::Rasa));
    }
    let table = named(&["csv", "tsv", "txt"]) || kind.starts_with("text/");
    Ok((table || formats::csv::is_header(header)).then_some(Format::Csv))
}

fn json_format(value: &serde_json::Value) -> Option<Format> {
    match value {
        _ if json::text(value, "format") == Some("guildhall") => Some(Format::Guildhall),
        _ if value.get("luis_schema_version").is_some() => Some(Format::Luis),
        _ if value.get("utterances").is_some() && value.get("intents").is_some() => Some(Format::Luis),
        _ if value.get("qna").is_some_and(serde_json::Value::is_array) => Some(Format::Qnabot),
        _ => None,
    }
}

/// A protocol buffer that begins with an agent's resource name.
fn has_blob_marks(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(64)).unwrap_or_default();
    head.first() == Some(&0x0a) && head.windows(9).any(|part| part == b"projects/")
}
