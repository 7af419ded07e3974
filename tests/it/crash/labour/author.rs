//! Writes intents, each once, in a department that does not publish.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Labour, Said, all, hold, insist, note, say, sign_in, text};
use crate::house::{Ask, Client, Company, Person, intent};

const DEPARTMENT: &str = "/v1/departments/attic";

/// Whoever writes.
pub(in crate::crash) struct Author {
    person: Person,
    token: String,
    turn: u64,
    /// The name of the intent that is not answered yet.
    pending: Option<String>,
    /// The acknowledged intents by name.
    made: BTreeMap<String, String>,
}

impl Author {
    pub(in crate::crash) fn new(company: &Company, server: &Client) -> Self {
        let person = company.departments[0].owner.clone();
        let leader = server.bearing(&sign_in(server, &company.leader));
        leader.post("/v1/departments", &json!({ "key": "attic", "name": "Attic" })).is(201);
        leader.put(&format!("{DEPARTMENT}/members/{}", person.id), &json!({ "role": "owner" })).is(200);
        Self { token: sign_in(server, &person), person, turn: 0, pending: None, made: BTreeMap::new() }
    }

    fn ask(&self, server: &Client, name: &str) -> Ask {
        let body = intent(name, &[&format!("about {name}")]);
        server.bearing(&self.token).post(&format!("{DEPARTMENT}/intents"), &body).with("Idempotency-Key", name)
    }
}

impl Labour for Author {
    fn step(&mut self, server: &Client) {
        let name = self.pending.take().unwrap_or_else(|| {
            self.turn += 1;
            format!("intent {}", self.turn)
        });
        match say(&self.ask(server, &name)) {
            Said::Done(intent) => note(&mut self.made, name, &text(&intent["id"])),
            Said::Declined => panic!("{name} was declined"),
            Said::Again => self.pending = Some(name),
        }
    }

    fn settle(&mut self, server: &Client) {
        self.token = sign_in(server, &self.person);
        if let Some(name) = self.pending.take() {
            let intent = insist(&self.ask(server, &name)).unwrap();
            note(&mut self.made, name, &text(&intent["id"]));
        }
    }

    fn check(&self, server: &Client) {
        let intents = all(&server.bearing(&self.token), &format!("{DEPARTMENT}/intents"));
        let stored: Vec<_> = intents.iter().map(|intent| (text(&intent["name"]), text(&intent["id"]))).collect();
        hold(&self.made, &stored);
    }

    fn told(&self) -> String {
        format!("{} intents", self.made.len())
    }
}
