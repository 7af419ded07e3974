//! `StarChat`'s decision table: a state with queries is an intent, its bubble the answer; the rest of the row is kept.

use guildhall_domain::intent::Press;
use serde_json::{Map, Value};

use crate::exchange::{
    Brought, Format, Rejected,
    gather::{Gathering, RawAnswer},
    limits::ROWS,
    plain,
    table::{bounded, too_long},
};

/// Whether a first line is that of a decision table.
#[must_use]
pub fn is_header(line: &str) -> bool {
    let names: Vec<_> = line.split(',').map(|name| name.trim().trim_matches('"')).collect();
    ["state", "queries", "bubble"].iter().all(|name| names.contains(name))
}

/// Reads a table.
pub fn read(bytes: &[u8]) -> Result<Brought, Rejected> {
    let (text, _) = plain::decoded(bytes)?;
    let mut gather = Gathering::new(Format::Starchat);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| Rejected::new("csv-header", error.to_string()))?.clone();
    for (count, record) in reader.records().enumerate() {
        if count >= ROWS {
            return Err(too_long(ROWS));
        }
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                gather.skip(&format!("row {}", count + 2), "unreadable", error.to_string());
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        bounded(&record, line)?;
        let cells: Map<String, Value> = head
            .iter()
            .zip(&record)
            .filter(|(_, cell)| !cell.trim().is_empty())
            .map(|(name, cell)| (name.trim().to_owned(), serde_json::from_str(cell).unwrap_or_else(|_| cell.into())))
            .collect();
        state(&mut gather, cells, &format!("line {line}"));
    }
    Ok(gather.done())
}

fn state(gather: &mut Gathering, mut cells: Map<String, Value>, place: &str) {
    let Some(name) = cells.remove("state").and_then(said) else {
        return gather.skip(place, "intent-missing", "the row names no state".to_owned());
    };
    let queries = match cells.remove("queries") {
        Some(Value::Array(queries)) => queries,
        Some(Value::String(query)) => vec![Value::String(query)],
        _ => Vec::new(),
    };
    if queries.is_empty() {
        gather.define("state", &name, &Value::Object(cells));
        return gather.skip(place, "state-kept", format!("«{name}» has no queries, so it is kept aside"));
    }
    let Some(at) = gather.intent(&name, place) else { return };
    for query in queries {
        gather.phrase(at, &said(query).unwrap_or_default(), None, place.to_owned());
    }
    if let Some(text) = cells.remove("bubble").and_then(said) {
        if text.split('%').count() > 2 {
            gather.warn("placeholder", format!("{place}: the answer holds a variable, which will be shown as it is"));
        }
        let shows = cells.get("action").is_some_and(|action| action == "show_buttons");
        let titles = cells.get("action_input").and_then(Value::as_object).filter(|_| shows);
        let button = |title: &String| (title.clone(), Press::Payload(title.clone()));
        let buttons = titles.map(|titles| titles.keys().map(button).collect()).unwrap_or_default();
        gather.answer(at, RawAnswer { buttons, ..RawAnswer::of(text, None) }, place.to_owned());
    }
    for (column, value) in cells {
        gather.keep(at, &column, value);
    }
}

/// A cell as text; a number was one that looked so.
fn said(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}
