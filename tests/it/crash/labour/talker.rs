//! Talks with the bot: opens conversations, writes in them, and says a thing twice now and then.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Labour, Said, all, hold, insist, note, say, text};
use crate::{
    crash::dice::Dice,
    house::{Ask, Client, ORIGIN},
};

/// A visitor of many conversations.
pub(in crate::crash) struct Talker {
    key: String,
    question: &'static str,
    dice: Dice,
    turn: u64,
    /// What the client calls the message that is not answered yet.
    pending: Option<String>,
    talks: Vec<Talk>,
}

struct Talk {
    token: String,
    path: String,
    /// The acknowledged messages by what the client called them: each with its reply.
    answered: BTreeMap<String, String>,
}

impl Talk {
    fn ask(&self, server: &Client, name: &str, question: &str) -> Ask {
        let body = json!({ "text": format!("{question} {name}"), "client_message_id": name });
        server.bearing(&self.token).post(&self.path, &body)
    }

    fn heard(&mut self, name: String, exchange: &Value) {
        note(&mut self.answered, name, &pair(&exchange["message"]["id"], &exchange["reply"]["message"]["id"]));
    }

    /// Visitor and bot take turns from 1 on, without a gap; each message was answered once.
    fn check(&self, server: &Client) {
        let messages = all(&server.bearing(&self.token), &self.path);
        let mut exchanges = Vec::new();
        for (number, both) in messages.chunks(2).enumerate() {
            let [asked, reply] = both else { panic!("a message without its reply: {both:#?}") };
            assert_eq!([&asked["from"], &reply["from"]], ["visitor", "bot"], "{both:#?}");
            assert_eq!([&asked["seq"], &reply["seq"]], [2 * number + 1, 2 * number + 2], "{both:#?}");
            exchanges.push((text(&asked["client_message_id"]), pair(&asked["id"], &reply["id"])));
        }
        hold(&self.answered, &exchanges);
    }
}

fn pair(message: &Value, reply: &Value) -> String {
    format!("{}, {}", text(message), text(reply))
}

impl Talker {
    pub(in crate::crash) fn new(key: &str, question: &'static str, dice: Dice) -> Self {
        Self { key: key.to_owned(), question, dice, turn: 0, pending: None, talks: Vec::new() }
    }

    fn open(&mut self, server: &Client) {
        let ask = server.bearing(&self.key).post("/v1/chat/conversations", &json!({ "language": "en" }));
        if let Said::Done(opened) = say(&ask.with("Origin", ORIGIN)) {
            let path = format!("/v1/chat/conversations/{}/messages", text(&opened["conversation"]["id"]));
            self.talks.push(Talk { token: text(&opened["visitor_token"]), path, answered: BTreeMap::new() });
        }
    }
}

impl Labour for Talker {
    fn step(&mut self, server: &Client) {
        if self.pending.is_none() && (self.talks.is_empty() || self.dice.once_in(40)) {
            return self.open(server);
        }
        let again = self.dice.once_in(8);
        let talk = self.talks.last_mut().unwrap();
        let name = self.pending.take().or_else(|| talk.answered.keys().next_back().cloned().filter(|_| again));
        let name = name.unwrap_or_else(|| {
            self.turn += 1;
            format!("said-{:06}", self.turn)
        });
        match say(&talk.ask(server, &name, self.question)) {
            Said::Done(exchange) => talk.heard(name, &exchange),
            Said::Declined => panic!("{name} was declined"),
            Said::Again => self.pending = Some(name),
        }
    }

    fn settle(&mut self, server: &Client) {
        if let (Some(name), Some(talk)) = (self.pending.take(), self.talks.last_mut()) {
            let exchange = insist(&talk.ask(server, &name, self.question)).unwrap();
            talk.heard(name, &exchange);
        }
        self.talks.iter().for_each(|talk| talk.check(server));
    }

    fn check(&self, server: &Client) {
        self.talks.iter().rev().take(3).for_each(|talk| talk.check(server));
    }

    fn told(&self) -> String {
        let answered: usize = self.talks.iter().map(|talk| talk.answered.len()).sum();
        format!("{answered} messages in {} conversations", self.talks.len())
    }
}
