//! LUIS, exported as JSON: intents and utterances; entities are kept, their ends turned from inclusive to exclusive.

use serde_json::{Value, json};

use crate::exchange::{
    Brought, Format, Rejected,
    gather::Gathering,
    json::{self, below, list, text},
};

/// Lists whose items are kept under their names.
const DEFINED: [(&str, &str); 8] = [
    ("entities", "entity"),
    ("composites", "composite"),
    ("closedLists", "list"),
    ("patternAnyEntities", "pattern-any"),
    ("regex_entities", "regex"),
    ("prebuiltEntities", "prebuilt"),
    ("model_features", "phrase-list"),
    ("phraselists", "phrase-list"),
];

/// Reads an application.
pub fn read(app: &Value) -> Result<Brought, Rejected> {
    let mut gather = Gathering::new(Format::Luis);
    for (n, intent) in list(app, "intents").iter().enumerate() {
        let place = below("/intents", n);
        match text(intent, "name") {
            Some(name) => {
                if let Some(at) = gather.intent(name, &place) {
                    json::rest(intent, &["name"]).into_iter().for_each(|(field, said)| gather.keep(at, &field, said));
                }
            }
            None => gather.skip(&place, "intent-missing", "has no name".to_owned()),
        }
    }
    let culture = text(app, "culture");
    for (n, utterance) in list(app, "utterances").iter().enumerate() {
        let place = below("/utterances", n);
        let (said, intent) = (text(utterance, "text"), text(utterance, "intent"));
        let Some((said, at)) = said.zip(intent.and_then(|name| gather.known(name))) else {
            gather.skip(&place, "intent-missing", "names no intent of this file, or says nothing".to_owned());
            continue;
        };
        let entities = entities(&mut gather, said, list(utterance, "entities"), &place);
        if !entities.is_empty() {
            gather.keep(at, "entities", json!([{ "text": said, "entities": entities }]));
        }
        gather.phrase(at, said, culture, place);
    }
    for (n, pattern) in list(app, "patterns").iter().enumerate() {
        let place = below("/patterns", n);
        if let Some(at) = text(pattern, "intent").and_then(|name| gather.known(name)) {
            gather.keep(at, "patterns", json!([pattern]));
        }
        gather.skip(&place, "pattern-kept", "a pattern is kept aside, since it is no sentence".to_owned());
    }
    for (list_name, kind) in DEFINED {
        for item in list(app, list_name) {
            gather.define(kind, text(item, "name").unwrap_or("unnamed"), item);
        }
    }
    Ok(gather.done())
}

fn entities(gather: &mut Gathering, said: &str, marks: &[Value], place: &str) -> Vec<Value> {
    let chars: Vec<char> = said.chars().collect();
    let mut entities = Vec::new();
    for (n, mark) in marks.iter().enumerate() {
        let of = |key: &str| mark.get(key).and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok());
        let span = of("startPos").zip(of("endPos").and_then(|end| end.checked_add(1)));
        let letter = |at: usize| chars.get(at).is_some_and(|c| c.is_alphanumeric());
        let whole = |&(start, end): &(usize, usize)| {
            let cut = |at: usize| at > 0 && letter(at - 1) && letter(at);
            start < end && end <= chars.len() && !cut(start) && !cut(end)
        };
        let mut kept = json::rest(mark, &["startPos", "endPos"]);
        if let Some((start, end)) = span {
            kept.extend([("start".to_owned(), json!(start)), ("end".to_owned(), json!(end))]);
        }
        if span.as_ref().is_none_or(|span| !whole(span)) {
            let place = below(&below(place, "entities"), n);
            gather.warn("entity-cuts-words", format!("{place}: the entity does not cover whole words of «{said}»"));
        }
        entities.push(Value::Object(kept));
    }
    entities
}
