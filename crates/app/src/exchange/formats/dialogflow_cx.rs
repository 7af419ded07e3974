//! The JSON package of a Dialogflow CX agent: intents and phrases; answers where the start flow gives one at once.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::dialogflow_es::parts;
use crate::exchange::{
    Brought, Format, Rejected,
    gather::{Gathering, RawAnswer},
    json::{self, below, list, text},
};

/// Reads the files of a package.
pub fn read(files: &[(String, Vec<u8>)]) -> Result<Brought, Rejected> {
    let mut gather = Gathering::new(Format::DialogflowCx);
    let mut by_folder = HashMap::new();
    let (mut phrases, mut flows, mut start) = (Vec::new(), Vec::new(), "Default Start Flow".to_owned());
    for (name, bytes) in files {
        let Some(stem) = name.strip_suffix(".json") else {
            gather.skip(name, "not-read", "is no JSON file".to_owned());
            continue;
        };
        let path: Vec<_> = stem.split('/').collect();
        match path.as_slice() {
            [.., "intents", folder, "trainingPhrases", _] => phrases.push((*folder, name, bytes)),
            [.., "intents", folder, _] => {
                let value = json::read(bytes)?;
                let at = text(&value, "displayName").and_then(|called| gather.intent(called, name));
                if let Some(at) = at {
                    by_folder.insert(*folder, at);
                    for (field, said) in json::rest(&value, &["name", "displayName", "priority"]) {
                        gather.keep(at, &field, said);
                    }
                }
            }
            [.., "flows", folder, flow] if folder == flow => flows.push((*flow, name, json::read(bytes)?)),
            [.., "webhooks", _, _] => {
                gather.skip(name, "not-read", "webhooks may hold secrets and are not taken".to_owned());
            }
            [.., "agent"] => {
                let value = json::read(bytes)?;
                start = text(&value, "startFlow").unwrap_or(&start).to_owned();
                gather.skip(name, "not-read", "the agent's settings are not taken".to_owned());
            }
            [] | [_] => gather.skip(name, "not-read", "is no part of an agent that is known".to_owned()),
            [folder, ..] => {
                let kind = if *folder == "entityTypes" { "entity" } else { folder.trim_end_matches('s') };
                let kind: String = kind.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
                gather.define(if kind.is_empty() { "file" } else { &kind }, stem, &json::read(bytes)?);
            }
        }
    }
    for (folder, name, bytes) in phrases {
        let value = json::read(bytes)?;
        let Some(at) = by_folder.get(folder) else {
            gather.skip(name, "intent-missing", "there is no intent for these phrases".to_owned());
            continue;
        };
        for (n, phrase) in list(&value, "trainingPhrases").iter().enumerate() {
            let (said, entities) = parts(list(phrase, "parts"), &["parameterId"]);
            if !entities.is_empty() {
                gather.keep(*at, "entities", json!([{ "text": said, "entities": entities }]));
            }
            let place = format!("{name}#{}", below("/trainingPhrases", n));
            gather.phrase(*at, &said, text(phrase, "languageCode"), place);
        }
    }
    for (flow, name, value) in flows {
        if flow == start {
            answers(&mut gather, name, &value);
        }
        gather.define("flow", flow, &value);
    }
    Ok(gather.done())
}

/// Routes of the start flow that answer an intent without a condition.
fn answers(gather: &mut Gathering, file: &str, flow: &Value) {
    for (n, route) in list(flow, "transitionRoutes").iter().enumerate() {
        let free = text(route, "condition").is_none_or(|condition| condition == "true");
        let Some(at) = text(route, "intent").filter(|_| free).and_then(|name| gather.known(name)) else { continue };
        let messages = route.get("triggerFulfillment").map(|said| list(said, "messages")).unwrap_or_default();
        for (m, message) in messages.iter().enumerate() {
            let variants = message.get("text").map(|said| list(said, "text")).unwrap_or_default();
            let place = format!("{file}#{}", below(&below(&below("/transitionRoutes", n), "messages"), m));
            if let Some(first) = variants.first().and_then(Value::as_str) {
                gather.answer(at, RawAnswer::of(first, text(message, "languageCode")), place);
            }
            if variants.len() > 1 {
                gather.keep(at, "variants", json!([message]));
            }
        }
    }
}
