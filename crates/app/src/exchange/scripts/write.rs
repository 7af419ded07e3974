//! Writing tests, so that what is read again is the same.

use std::fmt::Write as _;

use guildhall_domain::suite::{Expect, Given, Named, Said, Script, Turn};
use serde_json::{Map, Value, json};

use super::{ScriptFormat, SuiteScripts};

/// Writes suites.
#[must_use]
pub fn write(suites: &[SuiteScripts], format: ScriptFormat) -> String {
    let document =
        json!({ "guildhall": "tests", "version": 1, "suites": suites.iter().map(suite).collect::<Vec<_>>() });
    match format {
        ScriptFormat::Json => format!("{document:#}\n"),
        ScriptFormat::Yaml => {
            let mut out = String::new();
            block(&mut out, &document, 0);
            out
        }
    }
}

fn suite(of: &SuiteScripts) -> Value {
    let mut fields = Map::from_iter([("name".to_owned(), json!(of.name))]);
    put(&mut fields, "description", of.description.as_ref().map(|text| json!(text)));
    fields.insert("required".to_owned(), json!(of.required));
    fields.insert("tests".to_owned(), of.scripts.iter().map(script).collect());
    Value::Object(fields)
}

fn script(of: &Script) -> Value {
    let mut fields = Map::from_iter([("name".to_owned(), json!(of.name))]);
    put(&mut fields, "given", (of.given != Given::default()).then(|| given(&of.given)));
    fields.insert("turns".to_owned(), of.turns.iter().map(turn).collect());
    Value::Object(fields)
}

fn given(of: &Given) -> Value {
    let mut fields = Map::new();
    put(&mut fields, "language", of.language.as_ref().map(|language| json!(language)));
    fields.insert("channel".to_owned(), json!(of.channel));
    put(&mut fields, "context", (!of.context.is_empty()).then(|| Value::Object(of.context.clone())));
    Value::Object(fields)
}

fn turn(of: &Turn) -> Value {
    let mut fields = match &of.visitor {
        Said::Says(text) => Map::from_iter([("says".to_owned(), json!(text))]),
        Said::Chooses(button) => Map::from_iter([("chooses".to_owned(), json!(button))]),
    };
    put(&mut fields, "expect", (!of.expect.is_empty()).then(|| expect(&of.expect)));
    Value::Object(fields)
}

fn expect(of: &Expect) -> Value {
    let mut fields = Map::new();
    put(&mut fields, "department", of.department.as_ref().map(|key| json!(key)));
    put(&mut fields, "intent", of.intent.as_ref().map(|name| json!(name)));
    put(&mut fields, "decision", of.decision.map(|decision| json!(decision.name())));
    put(&mut fields, "answer_contains", (!of.answer_contains.is_empty()).then(|| json!(of.answer_contains)));
    put(&mut fields, "answer_equals", of.answer_equals.as_ref().map(|text| json!(text)));
    let all = |named: &[Named]| named.iter().map(named_value).collect::<Value>();
    put(&mut fields, "must_not_answer", (!of.must_not_answer.is_empty()).then(|| all(&of.must_not_answer)));
    put(&mut fields, "runner_ups", of.runner_ups.as_deref().map(all));
    Value::Object(fields)
}

fn named_value(of: &Named) -> Value {
    let mut fields = Map::new();
    put(&mut fields, "department", of.department.as_ref().map(|key| json!(key)));
    put(&mut fields, "intent", of.intent.as_ref().map(|name| json!(name)));
    Value::Object(fields)
}

fn put(fields: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    value.into_iter().for_each(|value| {
        fields.insert(key.to_owned(), value);
    });
}

/// A value as YAML in blocks; texts are quoted, so that none is read as anything else.
fn block(out: &mut String, value: &Value, indent: usize) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(fields) => {
            for (n, (key, value)) in fields.iter().enumerate() {
                let pad = if n == 0 { "" } else { &pad };
                let _ = write!(out, "{pad}{}:", plain_or_quoted(key));
                below(out, value, indent);
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                let pad = if n == 0 { "" } else { &pad };
                let _ = write!(out, "{pad}- ");
                if empty(item) || !nests(item) { line(out, item) } else { block(out, item, indent + 2) }
            }
        }
        other => line(out, other),
    }
}

/// What stands behind a key.
fn below(out: &mut String, value: &Value, indent: usize) {
    if empty(value) || !nests(value) {
        out.push(' ');
        line(out, value);
    } else {
        let deeper = indent + 2;
        let _ = write!(out, "\n{}", " ".repeat(deeper));
        block(out, value, deeper);
    }
}

fn nests(value: &Value) -> bool {
    matches!(value, Value::Object(_) | Value::Array(_))
}

fn empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
}

fn line(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => out.push_str(&quoted(text)),
        Value::Object(_) => out.push_str("{}"),
        Value::Array(_) => out.push_str("[]"),
        other => {
            let _ = write!(out, "{other}");
        }
    }
    out.push('\n');
}

fn plain_or_quoted(key: &str) -> String {
    let plain = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(&key.to_ascii_lowercase().as_str());
    if plain { key.to_owned() } else { quoted(key) }
}

/// A text between double quotes (YAML 1.2 §5.7): what is neither ASCII nor a letter or a digit is written by its number.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}
