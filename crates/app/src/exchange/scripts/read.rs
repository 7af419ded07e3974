//! Reading tests: one bad line never hides the good ones, and each is named with its line.

use guildhall_domain::{
    channel::Kind,
    suite::{Expect, Given, MOST_CASES, MOST_NAMED, MOST_TURNS, Named, Outcome, Said, Script, Turn},
    text::{AnswerText, IntentName, Language, MessageText, Name, Note, Payload, TextFlaw},
};
use serde_json::{Map, Value};

use super::{Scripts, Skipped, SuiteScripts, rasa};
use crate::exchange::{
    Rejected, json,
    limits::NAMED,
    yaml::{self, Node, Tree},
};

/// Reads a file: YAML or JSON, Guildhall's form or Rasa's stories, as it shows.
pub fn read(bytes: &[u8]) -> Result<Scripts, Rejected> {
    let start = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let root = match start {
        Some(b'{') => node(&json::read(bytes)?),
        _ => yaml::read(bytes)?,
    };
    let mut notes = Notes(Vec::new());
    let suites = if root.get("stories").is_some() {
        rasa::read(&root, &mut notes)
    } else if root.get("suites").is_some() {
        root.get("suites")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|node| suite(node, &mut notes))
            .collect()
    } else {
        return Err(Rejected::new("unknown-format", "neither `suites` nor Rasa's `stories` are in it"));
    };
    Ok(Scripts { suites, skipped: notes.0 })
}

/// JSON as a tree without lines.
fn node(value: &Value) -> Node {
    let tree = match value {
        Value::Null => Tree::Null,
        Value::Bool(value) => Tree::Bool(*value),
        Value::Number(value) => Tree::Number(value.clone()),
        Value::String(text) => Tree::Text(text.clone()),
        Value::Array(items) => Tree::List(items.iter().map(node).collect()),
        Value::Object(fields) => Tree::Map(fields.iter().map(|(key, value)| (key.clone(), node(value))).collect()),
    };
    Node { line: 0, tree }
}

/// What was left out.
pub(super) struct Notes(Vec<Skipped>);

impl Notes {
    pub(super) fn skip(&mut self, at: &Node, place: &str, code: &'static str, detail: impl Into<String>) {
        if self.0.len() < NAMED {
            let location = if at.line > 0 { format!("line {}", at.line) } else { place.to_owned() };
            self.0.push(Skipped { location, code, detail: detail.into() });
        }
    }

    /// What parsed; what did not is left out, with its place.
    pub(super) fn take<T>(&mut self, at: &Node, place: &str, parsed: Result<T, TextFlaw>) -> Option<T> {
        parsed.map_err(|flaw| self.skip(at, place, flaw.code(), flaw.to_string())).ok()
    }

    /// Notes each field that means nothing here.
    fn unknown(&mut self, at: &Node, place: &str, known: &[&str]) {
        for (key, node) in at.fields() {
            if !known.contains(&key.as_str()) {
                self.skip(node, place, "unknown-field", format!("«{key}» means nothing here"));
            }
        }
    }
}

fn suite(at: &Node, notes: &mut Notes) -> Option<SuiteScripts> {
    let place = "suite";
    notes.unknown(at, place, &["name", "description", "required", "tests"]);
    let name = notes.take(at, place, Name::parse(at.get("name").and_then(Node::text).unwrap_or_default()))?;
    let place = format!("suite «{name}»");
    let description = match at.get("description").and_then(Node::text) {
        Some(text) => notes.take(at, &place, Note::parse(text)),
        None => None,
    };
    let required = matches!(at.get("required").map(|node| &node.tree), Some(Tree::Bool(true)));
    let tests = at.get("tests").map(Node::items).unwrap_or_default();
    let most = usize::try_from(MOST_CASES).unwrap_or(usize::MAX);
    if tests.len() > most {
        notes.skip(at, &place, "too-many", format!("holds {most} tests at most; the rest is left out"));
    }
    let scripts = tests.iter().take(most).filter_map(|node| script(node, notes)).collect();
    Some(SuiteScripts { name, description, required, scripts })
}

/// A test is taken whole or not at all: one that expects less than its writer meant would tell lies.
fn script(at: &Node, notes: &mut Notes) -> Option<Script> {
    let before = notes.0.len();
    notes.unknown(at, "test", &["name", "given", "turns"]);
    let name = notes.take(at, "test", Name::parse(at.get("name").and_then(Node::text).unwrap_or_default()))?;
    let place = format!("test «{name}»");
    let given = at.get("given").map_or_else(|| Some(Given::default()), |node| given(node, &place, notes));
    let turns = at.get("turns").map(Node::items).unwrap_or_default();
    if turns.is_empty() || turns.len() > MOST_TURNS {
        notes.skip(at, &place, "turns", format!("must have 1 to {MOST_TURNS} turns"));
    }
    let turns: Vec<Turn> = turns.iter().filter_map(|node| turn(node, &place, notes)).collect();
    (notes.0.len() == before).then_some(())?;
    Some(Script { name, given: given?, turns })
}

fn given(at: &Node, place: &str, notes: &mut Notes) -> Option<Given> {
    notes.unknown(at, place, &["language", "channel", "context"]);
    let language = match at.get("language").and_then(Node::text) {
        Some(tag) => Some(notes.take(at, place, Language::parse(tag))?),
        None => None,
    };
    let channel = at.get("channel").and_then(Node::text).unwrap_or(Kind::Web.name());
    let Some(channel) = Kind::named(channel) else {
        notes.skip(at, place, "invalid", "«channel» must be a kind of channel: web");
        return None;
    };
    let context = match at.get("context").map(Node::json) {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(context)) => context,
        Some(_) => {
            notes.skip(at, place, "invalid", "«context» must be a map");
            return None;
        }
    };
    Some(Given { language, channel: channel.name().to_owned(), context })
}

fn turn(at: &Node, place: &str, notes: &mut Notes) -> Option<Turn> {
    notes.unknown(at, place, &["says", "chooses", "expect"]);
    let visitor = match (at.get("says").and_then(Node::text), at.get("chooses").and_then(Node::text)) {
        (Some(text), None) => Said::Says(notes.take(at, place, MessageText::parse(text))?),
        (None, Some(button)) => Said::Chooses(notes.take(at, place, Payload::parse(button))?),
        _ => {
            notes.skip(at, place, "invalid", "must say something or choose something");
            return None;
        }
    };
    let expect = at.get("expect").map_or_else(|| Some(Expect::default()), |node| expect(node, place, notes))?;
    Some(Turn { visitor, expect })
}

fn expect(at: &Node, place: &str, notes: &mut Notes) -> Option<Expect> {
    const FIELDS: [&str; 7] =
        ["department", "intent", "decision", "answer_contains", "answer_equals", "must_not_answer", "runner_ups"];
    notes.unknown(at, place, &FIELDS);
    let intent = match at.get("intent").and_then(Node::text) {
        Some(name) => Some(notes.take(at, place, IntentName::parse(name))?),
        None => None,
    };
    let decision = match at.get("decision").and_then(Node::text) {
        Some(name) => {
            let decision = Outcome::named(name);
            if decision.is_none() {
                notes.skip(at, place, "invalid", "«decision» must be answer, ambiguous or out_of_scope");
            }
            Some(decision?)
        }
        None => None,
    };
    let answer_contains = at
        .get("answer_contains")
        .map_or(&[][..], |node| if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() });
    let answer_contains = answer_contains
        .iter()
        .map(|node| notes.take(node, place, AnswerText::parse(node.text().unwrap_or_default())))
        .collect::<Option<Vec<_>>>()?;
    let answer_equals = match at.get("answer_equals").and_then(Node::text) {
        Some(text) => Some(notes.take(at, place, AnswerText::parse(text))?),
        None => None,
    };
    let must_not_answer = all_named(at.get("must_not_answer"), place, notes)?;
    let runner_ups = match at.get("runner_ups") {
        Some(node) => Some(all_named(Some(node), place, notes)?),
        None => None,
    };
    if answer_contains.len() > MOST_NAMED {
        notes.skip(at, place, "too-many", format!("«answer_contains» holds {MOST_NAMED} at most"));
        return None;
    }
    let department = at.get("department").and_then(Node::text).map(str::to_owned);
    Some(Expect { department, intent, decision, answer_contains, answer_equals, must_not_answer, runner_ups })
}

fn all_named(at: Option<&Node>, place: &str, notes: &mut Notes) -> Option<Vec<Named>> {
    let Some(at) = at else { return Some(Vec::new()) };
    if at.items().len() > MOST_NAMED {
        notes.skip(at, place, "too-many", format!("a list holds {MOST_NAMED} at most"));
        return None;
    }
    at.items().iter().map(|node| named(node, place, notes)).collect()
}

fn named(at: &Node, place: &str, notes: &mut Notes) -> Option<Named> {
    notes.unknown(at, place, &["department", "intent"]);
    let department = at.get("department").and_then(Node::text).map(str::to_owned);
    let intent = match at.get("intent").and_then(Node::text) {
        Some(name) => Some(notes.take(at, place, IntentName::parse(name))?),
        None => None,
    };
    if department.is_none() && intent.is_none() {
        notes.skip(at, place, "empty", "must name a department or an intent");
        return None;
    }
    Some(Named { department, intent })
}
