//! Guildhall's own JSON: all of a draft, without ids and times, in one order. Reading it again is the identity.

use guildhall_domain::intent::{Answer, Press, WholeIntent};
use guildhall_persistence::Definition;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::exchange::{
    Brought, Format, Rejected,
    gather::{Gathering, RawAnswer},
    json::{self, below},
};

/// The version that is written, and the newest that is read.
pub const VERSION: u64 = 1;

#[derive(Debug, Serialize)]
struct Document {
    format: &'static str,
    version: u64,
    intents: Vec<OwnIntent>,
    definitions: Vec<OwnDefinition>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnDefinition {
    source: String,
    kind: String,
    name: String,
    json: Value,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnIntent {
    name: String,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    phrases: Vec<Value>,
    #[serde(default)]
    answers: Vec<Value>,
    #[serde(default)]
    kept: Map<String, Value>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnPhrase {
    text: String,
    #[serde(default)]
    language: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnAnswer {
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    channel: Option<String>,
    text: String,
    #[serde(default)]
    buttons: Vec<OwnButton>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnButton {
    title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payload: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl OwnButton {
    pub(super) fn all(answer: &Answer) -> Vec<Self> {
        let button = |button: &guildhall_domain::intent::Button| {
            let (payload, url) = match &button.press {
                Press::Payload(says) => (Some(says.clone()), None),
                Press::Url(address) => (None, Some(address.clone())),
            };
            Self { title: button.title.clone(), payload, url }
        };
        answer.buttons.iter().map(button).collect()
    }

    pub(super) fn raw(self) -> Option<(String, Press)> {
        let press = match (self.payload, self.url) {
            (Some(says), None) => Press::Payload(says),
            (None, Some(address)) => Press::Url(address),
            _ => return None,
        };
        Some((self.title, press))
    }
}

/// An intent that is taken out, with what is kept of it by source.
pub type Taken = (WholeIntent, Map<String, Value>);

/// Writes a draft.
pub fn write(intents: &[Taken], definitions: &[Definition]) -> Result<String, serde_json::Error> {
    let intents = intents.iter().map(own).collect::<Result<_, _>>()?;
    let definition = |one: &Definition| {
        let (source, kind, name) = (one.source.clone(), one.kind.clone(), one.name.clone());
        Ok(OwnDefinition { source, kind, name, json: serde_json::from_str(&one.json)? })
    };
    let definitions = definitions.iter().map(definition).collect::<Result<_, serde_json::Error>>()?;
    let document = Document { format: Format::Guildhall.name(), version: VERSION, intents, definitions };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn own((whole, kept): &Taken) -> Result<OwnIntent, serde_json::Error> {
    let phrases = whole
        .phrases
        .iter()
        .map(|phrase| serde_json::to_value(OwnPhrase { text: phrase.text.clone(), language: phrase.language.clone() }));
    let answers = whole.answers.iter().map(|answer| {
        serde_json::to_value(OwnAnswer {
            language: Some(answer.language.to_string()),
            channel: answer.channel.clone(),
            text: answer.text.to_string(),
            buttons: OwnButton::all(answer),
        })
    });
    Ok(OwnIntent {
        name: whole.intent.name.to_string(),
        title: whole.intent.title.clone().map(String::from),
        phrases: phrases.collect::<Result<_, _>>()?,
        answers: answers.collect::<Result<_, _>>()?,
        kept: kept.clone(),
    })
}

/// Reads a document.
pub fn read(document: &Value) -> Result<Brought, Rejected> {
    let version = document.get("version").and_then(Value::as_u64);
    if json::text(document, "format") != Some("guildhall") || version != Some(VERSION) {
        let detail = format!("needs \"format\": \"guildhall\" and \"version\": {VERSION}");
        return Err(Rejected::new("format-version", detail));
    }
    let mut gather = Gathering::new(Format::Guildhall);
    for key in json::rest(document, &["format", "version", "intents", "definitions"]).keys() {
        gather.skip(&below("", key), "unknown-field", "is no field of this format".to_owned());
    }
    for (at, value) in json::list(document, "intents").iter().enumerate() {
        let place = below("/intents", at);
        match serde_json::from_value::<OwnIntent>(value.clone()) {
            Ok(intent) => read_intent(&mut gather, intent, &place),
            Err(error) => gather.skip(&place, "invalid", error.to_string()),
        }
    }
    for (at, value) in json::list(document, "definitions").iter().enumerate() {
        match serde_json::from_value::<OwnDefinition>(value.clone()) {
            Ok(OwnDefinition { source, kind, name, json }) => gather.define_of(source, &kind, &name, &json),
            Err(error) => gather.skip(&below("/definitions", at), "invalid", error.to_string()),
        }
    }
    Ok(gather.done())
}

fn read_intent(gather: &mut Gathering, own: OwnIntent, place: &str) {
    if gather.known(&own.name).is_some() {
        return gather.skip(place, "duplicate", format!("«{}» stands above already", own.name));
    }
    let Some(at) = gather.intent(&own.name, &below(place, "name")) else { return };
    if let Some(title) = &own.title {
        gather.title(at, title, &below(place, "title"));
    }
    for (n, value) in own.phrases.into_iter().enumerate() {
        let place = below(&below(place, "phrases"), n);
        match serde_json::from_value::<OwnPhrase>(value) {
            Ok(phrase) => gather.phrase(at, &phrase.text, phrase.language.as_deref(), place),
            Err(error) => gather.skip(&place, "invalid", error.to_string()),
        }
    }
    for (n, value) in own.answers.into_iter().enumerate() {
        let place = below(&below(place, "answers"), n);
        match serde_json::from_value::<OwnAnswer>(value) {
            Ok(OwnAnswer { language, channel, text, buttons }) => {
                let all = buttons.len();
                let buttons: Vec<_> = buttons.into_iter().filter_map(OwnButton::raw).collect();
                if buttons.len() < all {
                    gather.skip(
                        &below(&place, "buttons"),
                        "invalid",
                        "a button has either a payload or a url".to_owned(),
                    );
                }
                gather.answer(at, RawAnswer { language, channel, text, buttons }, place);
            }
            Err(error) => gather.skip(&place, "invalid", error.to_string()),
        }
    }
    for (source, value) in own.kept {
        gather.keep_of(at, source, value, &below(place, "kept"));
    }
}
