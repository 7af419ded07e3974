//! Rasa's responses: what an action of the name `utter_…` says, and which of them became answers.

use std::collections::{BTreeMap, BTreeSet};

use guildhall_domain::intent::Press;
use serde_json::{Value, json};

use super::{Source, same};
use crate::exchange::{
    gather::{At, Gathering, RawAnswer},
    yaml::{Node, Tree},
};

/// The responses of a project by name.
#[derive(Default)]
pub(super) struct Responses {
    by_name: BTreeMap<String, Response>,
    /// Those that became answers.
    used: BTreeSet<String>,
}

struct Response {
    place: String,
    /// All variants as they are.
    json: Value,
    variants: Vec<Variant>,
}

#[derive(Clone)]
struct Variant {
    text: String,
    channel: Option<String>,
    buttons: Vec<(String, Press)>,
    /// Whether all that it says is in the fields above.
    whole: bool,
}

impl Responses {
    pub(super) fn read(&mut self, gather: &mut Gathering, source: &Source) {
        for (name, node) in source.root.get("responses").map(Node::fields).unwrap_or_default() {
            let place = source.place(node.line);
            let variants: Vec<_> = node.items().iter().filter_map(variant).collect();
            if node.items().is_empty() {
                gather.skip(&place, "empty", format!("the response «{name}» says nothing"));
            }
            self.by_name.insert(name.clone(), Response { place, json: node.json(), variants });
        }
    }

    /// Answers an intent by what these actions say, one after the other; says whether it could.
    pub(super) fn answer(&mut self, gather: &mut Gathering, at: At, actions: &[&str], language: Option<&str>) -> bool {
        let found: Option<Vec<&Response>> = actions.iter().map(|name| self.by_name.get(*name)).collect();
        let Some(found) = found.filter(|found| !found.is_empty() && found.iter().all(|r| !r.variants.is_empty()))
        else {
            return false;
        };
        if !gather.answered(at) {
            for (channel, place) in channels(&found) {
                let said: Vec<_> = found.iter().filter_map(|response| response.on(channel.as_deref())).collect();
                let text = said.iter().map(|variant| variant.text.trim()).collect::<Vec<_>>().join("\n\n");
                let buttons = said.iter().flat_map(|variant| variant.buttons.clone()).collect();
                warn_of_slots(gather, &text, place);
                let answer = RawAnswer { language: language.map(str::to_owned), channel, text, buttons };
                gather.answer(at, answer, place.to_owned());
            }
        }
        let more = |response: &&Response| response.variants.len() > 1 || response.variants.iter().any(|v| !v.whole);
        for (name, response) in actions.iter().zip(&found).filter(|(_, response)| more(response)) {
            gather.keep(at, "responses", json!([{ *name: response.json }]));
        }
        self.used.extend(actions.iter().map(|name| (*name).to_owned()));
        true
    }

    /// Answers intents that nothing answered yet by the response called after them.
    pub(super) fn by_name(&mut self, gather: &mut Gathering, language: Option<&str>) {
        let names: Vec<_> = self.by_name.keys().filter(|name| !self.used.contains(*name)).cloned().collect();
        for name in &names {
            let intent = name.strip_prefix("utter_").unwrap_or_default();
            if let Some(at) = gather.known(intent).filter(|at| !gather.answered(*at)) {
                self.answer(gather, at, &[name], language);
            }
        }
    }

    /// Keeps the responses that no intent took.
    pub(super) fn define_rest(&self, gather: &mut Gathering) {
        for (name, response) in self.by_name.iter().filter(|(name, _)| !self.used.contains(*name)) {
            gather.define("response", name, &response.json);
        }
    }
}

impl Response {
    /// The variant for a channel, else the one for all.
    fn on(&self, channel: Option<&str>) -> Option<&Variant> {
        let of = |wanted: Option<&str>| {
            self.variants.iter().find(|variant| match (variant.channel.as_deref(), wanted) {
                (Some(a), Some(b)) => same(a, b),
                (a, b) => a.is_none() && b.is_none(),
            })
        };
        of(channel).or_else(|| of(None)).or_else(|| self.variants.first())
    }
}

/// The channels that any of these speaks on; those that are none of ours stay aside.
fn channels<'r>(responses: &[&'r Response]) -> Vec<(Option<String>, &'r str)> {
    let place = responses.first().map_or("", |response| response.place.as_str());
    let ours = |variant: &&Variant| {
        variant.channel.as_deref().is_some_and(|name| guildhall_domain::channel::Kind::named(name).is_some())
    };
    let named = responses.iter().flat_map(|response| &response.variants).filter(ours).filter_map(|v| v.channel.clone());
    let named: BTreeSet<_> = named.collect();
    std::iter::once(None).chain(named.into_iter().map(Some)).map(|channel| (channel, place)).collect()
}

/// A text variant; custom payloads and what depends on conditions have none that could be said as it is.
fn variant(node: &Node) -> Option<Variant> {
    let text = match node.get("text") {
        Some(node) => node.text().map(str::to_owned).or_else(|| match &node.tree {
            Tree::Number(number) => Some(number.to_string()),
            _ => None,
        })?,
        None => node.text()?.to_owned(),
    };
    if node.get("condition").is_some() {
        return None;
    }
    let mut whole = node.fields().iter().all(|(key, _)| matches!(key.as_str(), "text" | "channel" | "buttons"));
    let mut buttons = Vec::new();
    for button in node.get("buttons").map(Node::items).unwrap_or_default() {
        let of = |key: &str| button.get(key).and_then(Node::text).map(str::to_owned);
        let Some(title) = of("title") else {
            whole = false;
            continue;
        };
        let press = match (of("url"), of("payload")) {
            (Some(address), _) => Press::Url(address),
            // A payload that names an intent is no sentence: the label is what a visitor would say.
            (None, Some(payload)) if payload.starts_with('/') => {
                whole = false;
                Press::Payload(title.clone())
            }
            (None, payload) => Press::Payload(payload.unwrap_or_else(|| title.clone())),
        };
        buttons.push((title, press));
    }
    Some(Variant { text, channel: node.get("channel").and_then(Node::text).map(str::to_owned), buttons, whole })
}

fn warn_of_slots(gather: &mut Gathering, text: &str, place: &str) {
    if text.split_once('{').is_some_and(|(_, rest)| rest.contains('}')) {
        gather.warn("placeholder", format!("{place}: the answer holds a slot in braces, which will be shown as it is"));
    }
}
