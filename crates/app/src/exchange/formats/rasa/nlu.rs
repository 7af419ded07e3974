//! Rasa's training data: examples by intent, and synonyms, lookups and expressions kept for later.

use serde_json::{Value, json};

use super::{Source, markup};
use crate::exchange::{gather::Gathering, yaml::Node};

pub(super) fn read(gather: &mut Gathering, source: &Source, language: Option<&str>) {
    let items = source.root.get("nlu").map(Node::items).unwrap_or_default();
    for item in items {
        let place = source.place(item.line);
        let kind =
            ["intent", "synonym", "lookup", "regex"].into_iter().find_map(|kind| Some((kind, item.get(kind)?.text()?)));
        match kind {
            Some(("intent", name)) => intent(gather, source, item, name, language),
            Some((kind, name)) => {
                let examples: Vec<_> = examples(item).into_iter().map(|(text, _)| text).collect();
                gather.define(kind, name, &json!(examples));
            }
            None => {
                gather.skip(&place, "unknown-item", "is neither an intent nor a synonym, lookup or regex".to_owned());
            }
        }
    }
}

fn intent(gather: &mut Gathering, source: &Source, item: &Node, name: &str, language: Option<&str>) {
    let Some(at) = gather.intent(name, &source.place(item.line)) else { return };
    let mut marked = Vec::new();
    for (example, line) in examples(item) {
        let (text, entities) = markup::read(&example);
        if !entities.is_empty() {
            marked.push(json!({ "text": text, "entities": entities }));
        }
        gather.phrase(at, &text, language, source.place(line));
    }
    if !marked.is_empty() {
        gather.keep(at, "entities", Value::Array(marked));
    }
    if let Some(metadata) = item.get("metadata") {
        gather.keep(at, "metadata", metadata.json());
    }
}

/// The examples with their lines: a block of lines with a dash each, or a list of texts, or of maps with a text.
fn examples(item: &Node) -> Vec<(String, u64)> {
    let Some(examples) = item.get("examples") else { return Vec::new() };
    if let Some(block) = examples.text() {
        let lines = block.lines().zip(examples.line..);
        let lines = lines.map(|(line, at)| (line.trim().strip_prefix("- ").unwrap_or(line.trim()).trim(), at));
        return lines
            .filter(|(line, _)| !line.is_empty() && *line != "-")
            .map(|(line, at)| (line.to_owned(), at))
            .collect();
    }
    let text = |node: &Node| {
        let text = node.text().or_else(|| node.get("text")?.text())?;
        Some((text.trim().trim_start_matches("- ").to_owned(), node.line))
    };
    examples.items().iter().filter_map(text).collect()
}
