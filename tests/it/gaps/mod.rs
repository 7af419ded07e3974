//! Gaps: what visitors asked and the bot could not answer, from the first message to what becomes of it.

mod finding;
mod privacy;
mod settling;

use std::{thread::sleep, time::Duration};

use serde_json::{Value, json};

use crate::house::{Client, Company, House, Visitor};

/// What nobody in a test company knows anything about.
const MOON: [&str; 4] = [
    "is the moon made of cheese",
    "tell me whether the moon is made of cheese",
    "the moon, is it really made of cheese",
    "so is the moon made out of cheese or not",
];

/// Each said by a visitor of its own.
fn said(house: &House, company: &Company, texts: &[&str]) -> Vec<Visitor> {
    let say = |text: &&str| {
        let visitor = Visitor::come(house, company.key());
        let reply = visitor.say(text)["reply"].clone();
        assert_ne!(reply["kind"], "answer", "{text}: {reply:#}");
        visitor
    };
    texts.iter().map(say).collect()
}

/// Asks what a department answers, and rates the answer badly.
fn disliked(house: &House, company: &Company, department: usize, times: usize) {
    for _ in 0..times {
        let visitor = Visitor::come(house, company.key());
        let reply = visitor.say(company.departments[department].question)["reply"].clone();
        assert_eq!(reply["department"], *company.departments[department].key);
        let body = json!({ "score": 1, "message": reply["message"]["id"] });
        visitor.client.post(&format!("{}/rating", visitor.path), &body).is(201);
    }
}

/// The gaps that somebody sees, once there are as many as expected.
fn gaps(by: &Client, expected: usize) -> Vec<Value> {
    let mut found = Vec::new();
    for _ in 0..300 {
        found.clone_from(by.get("/v1/gaps?limit=200").is(200)["items"].as_array().unwrap());
        if found.len() == expected {
            return found;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("{expected} gaps expected: {found:#?}");
}

/// The path of a gap.
fn path(gap: &Value) -> String {
    format!("/v1/gaps/{}", gap["id"].as_str().unwrap())
}

/// Waits until a gap is as it should be.
fn until(by: &Client, path: &str, so: impl Fn(&Value) -> bool) -> Value {
    let mut gap = Value::Null;
    for _ in 0..300 {
        gap = by.get(path).is(200);
        if so(&gap) {
            return gap;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("not so: {gap:#}");
}
