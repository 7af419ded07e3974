//! Those who work while servers die: each says a thing again until it is answered, and remembers the answer.

mod author;
mod publisher;
mod talker;

use std::collections::BTreeMap;

pub(super) use author::Author;
pub(super) use publisher::Publisher;
use serde_json::{Value, json};
pub(super) use talker::Talker;

use crate::house::{Answer, Ask, Client, PASSWORD, Person};

/// Somebody's work.
pub(super) trait Labour: Send {
    /// Does one thing, or says the last one again.
    fn step(&mut self, server: &Client);

    /// Waits until what was said has come to rest; after it no answer is owed.
    fn settle(&mut self, server: &Client);

    /// Holds a server to what was acknowledged, by whichever node.
    fn check(&self, server: &Client);

    /// How much was acknowledged.
    fn told(&self) -> String;
}

/// What comes of saying a thing once.
enum Said {
    /// It was done.
    Done(Value),
    /// It was declined, for good.
    Declined,
    /// No answer came, or none yet: say it again.
    Again,
}

/// Says a thing whose success is 201.
fn say(ask: &Ask) -> Said {
    match ask.attempt() {
        Some(Answer { status: 201, json, .. }) => Said::Done(json),
        Some(Answer { status: 503, .. }) | None => Said::Again,
        Some(answer) if answer.status == 409 => {
            if answer.text().contains("in-flight") {
                Said::Again
            } else {
                Said::Declined
            }
        }
        Some(answer) => panic!("{} {}: {} {}", ask.method, ask.target, answer.status, answer.text()),
    }
}

/// Says a thing until it is answered.
fn insist(ask: &Ask) -> Option<Value> {
    for _ in 0..1200 {
        match say(ask) {
            Said::Done(json) => return Some(json),
            Said::Declined => return None,
            Said::Again => std::thread::sleep(std::time::Duration::from_millis(25)),
        }
    }
    panic!("{} {}: no answer within 30 s", ask.method, ask.target);
}

/// A new session of somebody.
fn sign_in(server: &Client, person: &Person) -> String {
    let body = json!({ "email": person.email, "password": PASSWORD, "tenant": person.slug });
    text(&insist(&server.post("/v1/sessions", &body)).unwrap()["access_token"])
}

/// Every item of a list.
fn all(client: &Client, target: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{target}?limit=200{cursor}")).is(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Notes an answer; a second one to the same must be the first again.
fn note<K: Ord>(answers: &mut BTreeMap<K, String>, to: K, answer: &str) {
    let first = answers.entry(to).or_insert_with(|| answer.to_owned());
    assert_eq!(first, answer, "another answer than the first time");
}

/// No two alike, and of what was acknowledged nothing is missing or another.
fn hold<K: Ord + std::fmt::Debug>(acknowledged: &BTreeMap<K, String>, stored: &[(K, String)]) {
    let by_key: BTreeMap<&K, &String> = stored.iter().map(|(key, id)| (key, id)).collect();
    let ids: std::collections::BTreeSet<_> = stored.iter().map(|(_, id)| id).collect();
    assert!(by_key.len() == stored.len() && ids.len() == stored.len(), "two are alike: {stored:?}");
    for (key, id) in acknowledged {
        assert_eq!(by_key.get(key), Some(&id), "{key:?} was acknowledged");
    }
}
