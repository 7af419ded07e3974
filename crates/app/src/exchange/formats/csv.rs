//! Tables with a header: rows of intents, phrases and answers, whatever their columns are called and however they are
//! separated. What is written is safe to open in a spreadsheet.

use std::collections::HashMap;

use csv::StringRecord;
use guildhall_domain::{folded, intent::WholeIntent, text::Language};

use super::guildhall::OwnButton;
pub use crate::exchange::table::plainly;
use crate::exchange::{
    Brought, Format, Rejected,
    gather::{At, Gathering, RawAnswer},
    limits::ROWS,
    table::{self, Table, is_formula},
};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Intent,
    Title,
    Phrase,
    Answer,
    Language,
    Channel,
    Buttons,
    Department,
}

/// A column that means something: what it holds, and of which language, where its header says it.
type Column = (Role, Option<String>);

const NAMES: &[(Role, &[&str])] = &[
    (Role::Intent, &["intent", "intent name", "intents", "label", "topic", "category", "name"]),
    (Role::Title, &["title", "display name", "heading"]),
    (
        Role::Phrase,
        &[
            "phrase",
            "phrases",
            "question",
            "questions",
            "utterance",
            "example",
            "query",
            "user says",
            "training phrase",
            "text",
        ],
    ),
    (Role::Answer, &["answer", "answers", "response", "reply", "bot says", "fulfillment"]),
    (Role::Language, &["language", "lang", "locale", "culture", "language code"]),
    (Role::Channel, &["channel"]),
    (Role::Buttons, &["buttons"]),
    (Role::Department, &["department", "team", "unit"]),
];

fn column(header: &str) -> Option<Column> {
    let header = folded(header);
    let role = |text: &str| NAMES.iter().find(|(_, names)| names.contains(&text)).map(|(role, _)| *role);
    if let Some(role) = role(&header) {
        return Some((role, None));
    }
    let (name, tag) = header.rsplit_once(' ')?;
    let role = role(name).filter(|role| matches!(role, Role::Phrase | Role::Answer))?;
    Language::parse(tag).ok().map(|language| (role, Some(language.to_string())))
}

/// Whether a first line names columns that make a table of content.
#[must_use]
pub fn is_header(line: &str) -> bool {
    table::DELIMITERS.into_iter().any(|delimiter| {
        let columns = table::columns(line, delimiter, column);
        columns.len() > 1 && is_content(&columns)
    })
}

fn is_content(columns: &[Option<Column>]) -> bool {
    columns.iter().flatten().any(|(role, _)| matches!(role, Role::Phrase | Role::Answer))
}

/// Reads a table for a department that is called so (folded); rows for another one are left out.
pub fn read(bytes: &[u8], department: &[String]) -> Result<Brought, Rejected> {
    let table = Table::read(bytes, ROWS, column)?;
    let mut gather = Gathering::new(Format::Csv);
    if let Some(name) = table.guessed {
        gather.warn("encoding-guessed", format!("the file is not UTF-8 and was read as {name}"));
    }
    if !is_content(&table.columns) {
        let detail = "the first row names no column of phrases (phrase, question, utterance, …) or answers (answer, response, …)";
        return Err(Rejected::new("csv-header", detail));
    }
    for name in table.unread() {
        gather.warn("unknown-column", format!("the column «{name}» is not read"));
    }
    let escaped = table.head.iter().any(|name| name == "Source");
    let mut rows = Rows { gather, table: &table, department, escaped, by_answer: HashMap::new() };
    for (line, record) in &table.rows {
        rows.row(record, &format!("line {line}"));
    }
    Ok(rows.gather.done())
}

struct Rows<'a> {
    gather: Gathering,
    table: &'a Table<Column>,
    /// How the department of the import is called, folded; nothing where it is not known.
    department: &'a [String],
    /// Whether a line's end is written as two characters, as `QnA` Maker does.
    escaped: bool,
    /// The intents of rows without a name, by their answers.
    by_answer: HashMap<String, At>,
}

impl Rows<'_> {
    fn cells<'r>(&self, row: &'r StringRecord, role: Role) -> Vec<(Option<String>, &'r str)> {
        let cells = self.table.columns.iter().zip(row).filter_map(|(column, cell)| Some((column.as_ref()?, cell)));
        let cells = cells.filter(|((of, _), cell)| *of == role && !cell.is_empty());
        cells.map(|((_, language), cell)| (language.clone(), plainly(cell))).collect()
    }

    fn cell<'r>(&self, row: &'r StringRecord, role: Role) -> Option<&'r str> {
        self.cells(row, role).first().map(|(_, cell)| *cell)
    }

    fn row(&mut self, row: &StringRecord, place: &str) {
        if row.iter().all(str::is_empty) {
            return;
        }
        if self.table.is_head(row) {
            return self.gather.skip(place, "repeated-header", "the header stands here again".to_owned());
        }
        let other = self.cell(row, Role::Department).filter(|name| !self.department.contains(&folded(name)));
        if let Some(other) = other.filter(|_| !self.department.is_empty()) {
            return self.gather.skip(place, "other-department", format!("the row is for «{other}»"));
        }
        let (phrases, answers) = (self.cells(row, Role::Phrase), self.cells(row, Role::Answer));
        let named = self.cell(row, Role::Intent);
        let at = match (named, phrases.first(), answers.first()) {
            (Some(name), _, _) => self.gather.intent(name, place),
            (None, Some((_, question)), Some((_, answer))) if !self.names_intents() => {
                self.by_question(question, answer, place)
            }
            _ => return self.gather.skip(place, "intent-missing", "the row says no intent".to_owned()),
        };
        let Some(at) = at else { return };
        let language = self.cell(row, Role::Language).map(str::to_owned);
        if let Some(title) = self.cell(row, Role::Title) {
            self.gather.title(at, title, place);
        }
        for (of, text) in phrases {
            self.gather.phrase(at, text, of.as_deref().or(language.as_deref()), place.to_owned());
        }
        let channel = self.cell(row, Role::Channel).map(str::to_owned);
        let buttons = self.cell(row, Role::Buttons).map(serde_json::from_str::<Vec<OwnButton>>);
        let buttons = match buttons.transpose() {
            Ok(buttons) => buttons.unwrap_or_default().into_iter().filter_map(OwnButton::raw).collect(),
            Err(error) => {
                self.gather.skip(place, "invalid", format!("the buttons are no JSON of buttons: {error}"));
                Vec::new()
            }
        };
        for (of, text) in answers {
            let (language, channel, buttons) = (of.or_else(|| language.clone()), channel.clone(), buttons.clone());
            let text = if self.escaped { text.replace("\\n", "\n") } else { text.to_owned() };
            self.gather.answer(at, RawAnswer { language, channel, text, buttons }, place.to_owned());
        }
    }

    fn names_intents(&self) -> bool {
        self.table.columns.iter().flatten().any(|(role, _)| *role == Role::Intent)
    }

    /// The intent of a question and answer without a name: called after the first question that has this answer.
    fn by_question(&mut self, question: &str, answer: &str, place: &str) -> Option<At> {
        if let Some(at) = self.by_answer.get(answer) {
            return Some(*at);
        }
        let at = self.gather.intent(&question.chars().take(100).collect::<String>(), place)?;
        self.gather.title(at, &question.chars().take(200).collect::<String>(), place);
        self.by_answer.insert(answer.to_owned(), at);
        Some(at)
    }
}

/// A cell that no spreadsheet takes for a formula.
#[must_use]
pub fn safe(cell: &str) -> String {
    if is_formula(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// Writes a draft as a table: a row for each phrase and each answer.
pub fn write<'a>(
    intents: impl IntoIterator<Item = &'a WholeIntent>,
) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(["intent", "title", "phrase", "answer", "language", "channel", "buttons"])?;
    for whole in intents {
        let (name, title) =
            (whole.intent.name.as_str(), whole.intent.title.as_ref().map_or("", |title| title.as_str()));
        let mut row = |cells: [&str; 5]| {
            let [phrase, answer, language, channel, buttons] = cells;
            writer.write_record([name, title, phrase, answer, language, channel, buttons].map(safe))
        };
        if whole.phrases.is_empty() && whole.answers.is_empty() {
            row([""; 5])?;
        }
        for phrase in &whole.phrases {
            row([&phrase.text, "", phrase.language.as_deref().unwrap_or_default(), "", ""])?;
        }
        for answer in &whole.answers {
            let buttons = OwnButton::all(answer);
            let buttons = if buttons.is_empty() { String::new() } else { serde_json::to_string(&buttons)? };
            let channel = answer.channel.as_deref().unwrap_or_default();
            row(["", answer.text.as_str(), answer.language.as_str(), channel, &buttons])?;
        }
    }
    Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
}
