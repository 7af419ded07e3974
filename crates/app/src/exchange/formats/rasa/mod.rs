//! Rasa 2 and 3: training data, domain, rules and simple stories, as one YAML file or as a zip of the project.

mod flow;
mod markup;
mod nlu;
mod responses;
mod write;

use guildhall_domain::folded;
use serde_json::Value;
pub use write::write;

use self::responses::Responses;
use crate::exchange::{
    Brought, Format, Rejected,
    format::is_yaml,
    gather::Gathering,
    yaml::{self, Node},
};

/// Lists of the domain whose items are kept under their names.
const NAMED: [(&str, &str); 4] =
    [("intents", "intent"), ("entities", "entity"), ("actions", "action"), ("e2e_actions", "action")];
/// Maps of the domain whose values are kept under their keys.
const KEYED: [(&str, &str); 2] = [("slots", "slot"), ("forms", "form")];

/// A readable file of a project: its name with a space behind, for places, and what is in it.
struct Source {
    name: String,
    root: Node,
}

impl Source {
    fn place(&self, line: u64) -> String {
        format!("{}line {line}", self.name)
    }
}

/// Reads the files of a project.
pub fn read(files: &[(String, Vec<u8>)]) -> Result<Brought, Rejected> {
    let mut gather = Gathering::new(Format::Rasa);
    let mut sources = Vec::new();
    for (name, bytes) in files {
        let alone = name.is_empty();
        if !alone && !is_yaml(name) {
            gather.skip(name, "not-read", "is no YAML file".to_owned());
            continue;
        }
        match yaml::read(bytes) {
            Ok(root) => sources.push(Source { name: if alone { String::new() } else { format!("{name} ") }, root }),
            Err(rejected) if alone || rejected.rule != "not-yaml" => return Err(rejected),
            Err(rejected) => gather.skip(name, "unreadable", rejected.detail),
        }
    }
    let language = sources.iter().find_map(|source| source.root.get("language")?.text());
    let language = language.map(str::to_owned);
    for source in &sources {
        nlu::read(&mut gather, source, language.as_deref());
    }
    let mut responses = Responses::default();
    for source in &sources {
        responses.read(&mut gather, source);
    }
    for source in &sources {
        flow::read(&mut gather, source, &mut responses, language.as_deref());
    }
    responses.by_name(&mut gather, language.as_deref());
    for source in &sources {
        define(&mut gather, source);
    }
    responses.define_rest(&mut gather);
    Ok(gather.done())
}

/// Keeps what a bot can't be told yet.
fn define(gather: &mut Gathering, source: &Source) {
    for (key, node) in source.root.fields() {
        let named = NAMED.iter().find(|(name, _)| name == key);
        let keyed = KEYED.iter().find(|(name, _)| name == key);
        match (key.as_str(), named, keyed) {
            ("version" | "nlu" | "rules" | "stories" | "responses" | "language", ..) => {}
            (_, Some((_, kind)), _) => node.items().iter().for_each(|item| define_item(gather, kind, item)),
            (_, _, Some((_, kind))) => {
                node.fields().iter().for_each(|(name, node)| gather.define(kind, name, &node.json()));
            }
            ("session_config" | "config", ..) => gather.define("setting", key, &node.json()),
            _ => gather.skip(&source.place(node.line), "not-read", format!("«{key}» has no counterpart here")),
        }
    }
}

/// An item is a name, or a map of one name to what is said of it. An intent with phrases only keeps what is said.
fn define_item(gather: &mut Gathering, kind: &str, item: &Node) {
    let (name, said) = match item.fields() {
        [(name, said), ..] => (name.as_str(), said.json()),
        [] => (item.text().unwrap_or_default(), Value::Null),
    };
    match gather.known(name).filter(|_| kind == "intent") {
        _ if name.is_empty() => {}
        Some(at) if said.is_null() => _ = at,
        Some(at) => gather.keep(at, "domain", said),
        None => gather.define(kind, name, &said),
    }
}

/// Whether two names mean the same.
fn same(a: &str, b: &str) -> bool {
    folded(a) == folded(b)
}
