//! The zip of a Dialogflow ES agent: intents by the name in their file, with phrases and texts; the rest is kept.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use crate::exchange::{
    Brought, Format, Rejected,
    gather::{At, Gathering, RawAnswer},
    json::{self, below, list, text},
};

const PHRASES: &str = "_usersays_";

/// Reads the files of an agent.
pub fn read(files: &[(String, Vec<u8>)]) -> Result<Brought, Rejected> {
    let mut gather = Gathering::new(Format::DialogflowEs);
    let mut by_stem = HashMap::new();
    let (mut phrases, mut intents) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let stem = name.strip_suffix(".json");
        match (stem, name.split('/').nth_back(1)) {
            (Some(stem), Some("intents")) => match stem.rsplit_once(PHRASES) {
                Some((of, language)) => phrases.push((of, language, name, bytes)),
                None => intents.push((stem, name, bytes)),
            },
            (Some(stem), Some("entities")) => {
                let (_, entity) = stem.rsplit_once('/').unwrap_or(("", stem));
                gather.define("entity", entity, &json::read(bytes)?);
            }
            _ if name.ends_with("package.json") => {}
            _ => gather.skip(name, "not-read", "settings and webhooks of an agent are not taken".to_owned()),
        }
    }
    for (stem, name, bytes) in intents {
        let value = json::read(bytes)?;
        let Some(at) = text(&value, "name").and_then(|called| gather.intent(called, name)) else {
            gather.skip(name, "intent-missing", "the file names no intent".to_owned());
            continue;
        };
        by_stem.insert(stem, at);
        read_intent(&mut gather, at, &value, name);
    }
    for (stem, language, name, bytes) in phrases {
        let Some(at) = by_stem.get(stem) else {
            gather.skip(name, "intent-missing", "there is no intent for these phrases".to_owned());
            continue;
        };
        read_phrases(&mut gather, *at, &json::read(bytes)?, name, language);
    }
    Ok(gather.done())
}

fn read_intent(gather: &mut Gathering, at: At, value: &Value, file: &str) {
    let mut texts: BTreeMap<Option<&str>, (Vec<&str>, String)> = BTreeMap::new();
    let mut aside = Vec::new();
    for (r, response) in list(value, "responses").iter().enumerate() {
        let place = format!("{file}#{}", below(&below("/responses", r), "messages"));
        for (m, message) in list(response, "messages").iter().enumerate() {
            let variants = speech(message);
            let plain = message.get("platform").is_none() && text(message, "condition").is_none();
            match variants.first().filter(|_| plain) {
                Some(first) => {
                    let of = texts.entry(text(message, "lang")).or_insert_with(|| (Vec::new(), below(&place, m)));
                    of.0.push(first);
                    aside.extend((variants.len() > 1).then(|| message.clone()));
                }
                None if json::rest(message, &["type", "title", "textToSpeech", "lang", "condition"]).is_empty() => {}
                None => aside.push(message.clone()),
            }
        }
        let said = json::rest(response, &["messages"]);
        if !said.is_empty() {
            gather.keep(at, "responses", json!([said]));
        }
    }
    for (language, (texts, place)) in texts {
        gather.answer(at, RawAnswer::of(texts.join("\n\n"), language), place);
    }
    if !aside.is_empty() {
        gather.keep(at, "messages", Value::Array(aside));
    }
    for (field, said) in json::rest(value, &["id", "name", "auto", "responses", "priority"]) {
        gather.keep(at, &field, said);
    }
}

/// The variants of a text message.
fn speech(message: &Value) -> Vec<&str> {
    let is_text = message.get("type").is_some_and(|kind| kind == "0" || kind == 0 || kind == "message");
    let texts = match message.get("speech") {
        Some(Value::String(text)) => vec![text.as_str()],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    texts.into_iter().filter(|text| is_text && !text.trim().is_empty()).collect()
}

fn read_phrases(gather: &mut Gathering, at: At, value: &Value, file: &str, language: &str) {
    let mut marked = Vec::new();
    for (n, phrase) in value.as_array().map(Vec::as_slice).unwrap_or_default().iter().enumerate() {
        let (said, entities) = parts(list(phrase, "data"), &["meta", "alias"]);
        let place = format!("{file}#{}", below("", n));
        if phrase.get("isTemplate") == Some(&Value::Bool(true)) {
            gather.keep(at, "templates", json!([said]));
            gather.skip(&place, "template-kept", "a template is kept aside, since it is no sentence".to_owned());
            continue;
        }
        if !entities.is_empty() {
            marked.push(json!({ "text": said, "entities": entities }));
        }
        gather.phrase(at, &said, text(phrase, "lang").or(Some(language)), place);
    }
    if !marked.is_empty() {
        gather.keep(at, "entities", Value::Array(marked));
    }
}

/// The text of parts, and those of them that say one of these, with their places in characters.
pub(super) fn parts(parts: &[Value], marks: &[&str]) -> (String, Vec<Value>) {
    let (mut said, mut entities) = (String::new(), Vec::new());
    for part in parts {
        let start = said.chars().count();
        said.push_str(part.get("text").and_then(Value::as_str).unwrap_or_default());
        let mut entity: Map<_, _> =
            marks.iter().filter_map(|mark| Some(((*mark).to_owned(), json!(text(part, mark)?)))).collect();
        if !entity.is_empty() {
            entity.extend([("start".to_owned(), json!(start)), ("end".to_owned(), json!(said.chars().count()))]);
            entities.push(Value::Object(entity));
        }
    }
    (said, entities)
}
