//! Rasa's rules and stories: where one joins an intent to what is said at once, it gives the answer; others are kept.

use serde_json::json;

use super::{Source, responses::Responses};
use crate::exchange::{gather::Gathering, yaml::Node};

pub(super) fn read(gather: &mut Gathering, source: &Source, responses: &mut Responses, language: Option<&str>) {
    for (key, kind) in [("rules", "rule"), ("stories", "story")] {
        for item in source.root.get(key).map(Node::items).unwrap_or_default() {
            let answered = simple(item).is_some_and(|(intents, actions)| {
                let said = intents.iter().map(|intent| {
                    let at = gather.known(intent)?;
                    responses.answer(gather, at, &actions, language).then_some(())
                });
                // Each is answered, so no short cut.
                said.collect::<Vec<_>>().into_iter().all(|done| done.is_some())
            });
            if !answered {
                keep(gather, source, kind, item);
            }
        }
    }
}

/// The intents and the actions of a rule without conditions, whose one turn is all that it has.
fn simple(item: &Node) -> Option<(Vec<&str>, Vec<&str>)> {
    if item.get("condition").is_some() {
        return None;
    }
    let (first, rest) = item.get("steps")?.items().split_first()?;
    let actions: Option<Vec<_>> = rest.iter().map(|step| only(step, "action")).collect();
    Some((intents(first)?, actions.filter(|actions| actions.iter().all(|name| name.starts_with("utter_")))?))
}

/// The intents of a step: one, or those that are joined by `or`.
fn intents(step: &Node) -> Option<Vec<&str>> {
    match step.get("or") {
        Some(either) => either.items().iter().map(|step| only(step, "intent")).collect(),
        None => Some(vec![only(step, "intent")?]),
    }
}

/// The text of a step that says nothing but this.
fn only<'a>(step: &'a Node, key: &str) -> Option<&'a str> {
    let said = step.fields().iter().filter(|(name, _)| name != "user");
    if said.count() > 1 {
        return None;
    }
    step.get(key)?.text()
}

/// Keeps a rule with the intent that it begins with, else for the whole.
fn keep(gather: &mut Gathering, source: &Source, kind: &str, item: &Node) {
    let name = item.get(kind).and_then(Node::text).map_or_else(|| source.place(item.line), str::to_owned);
    let first = item.get("steps").and_then(|steps| steps.items().first()).and_then(intents).unwrap_or_default();
    let known: Vec<_> = first.iter().filter_map(|intent| gather.known(intent)).collect();
    let list = if kind == "rule" { "rules" } else { "stories" };
    for at in &known {
        gather.keep(*at, list, json!([item.json()]));
    }
    if known.is_empty() {
        gather.define(kind, &name, &item.json());
    }
}
