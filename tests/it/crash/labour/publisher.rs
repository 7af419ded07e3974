//! Changes a department's content, publishes it, brings old releases back.

use std::{
    collections::BTreeMap,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{Labour, Said, all, hold, insist, note, say, sign_in, text};
use crate::{
    crash::dice::Dice,
    house::{Ask, Client, Department, Person},
};

/// Whoever answers for a department's releases.
pub(in crate::crash) struct Publisher {
    owner: Person,
    token: String,
    department: String,
    intent: String,
    question: &'static str,
    dice: Dice,
    turn: u64,
    /// What is not answered yet: the path and the body.
    pending: Option<(String, Value)>,
    /// The acknowledged releases by number.
    releases: BTreeMap<i64, String>,
    /// The highest that was acknowledged as live.
    live: i64,
}

impl Publisher {
    pub(in crate::crash) fn new(department: &Department, server: &Client, dice: Dice) -> Self {
        Self {
            token: sign_in(server, &department.owner),
            owner: department.owner.clone(),
            department: department.path("").trim_end_matches('/').to_owned(),
            intent: department.live.clone(),
            question: department.question,
            dice,
            turn: 0,
            pending: None,
            releases: BTreeMap::new(),
            live: 0,
        }
    }

    fn path(&self) -> String {
        format!("{}/releases", self.department)
    }

    /// What to do next: a new text to publish, or an old release to bring back.
    fn next(&mut self, owner: &Client) -> Option<(String, Value)> {
        self.turn += 1;
        let body = json!({ "note": format!("turn {}", self.turn) });
        if self.live > 0 && self.dice.once_in(3) {
            let number = 1 + self.dice.below(usize::try_from(self.live).unwrap());
            return Some((format!("{}/{number}/restore", self.path()), body));
        }
        let target = format!("{}/intents/{}", self.department, self.intent);
        let intent = owner.get(&target).attempt().filter(|answer| answer.status == 200)?;
        let answers = json!({ "answers": [{ "language": "en", "text": format!("Turn {}.", self.turn) }] });
        owner.patch(&target, &intent.json["version"], &answers).attempt().filter(|answer| answer.status == 200)?;
        Some((self.path(), body))
    }

    fn released(&mut self, release: &Value) {
        let number = release["number"].as_i64().unwrap();
        note(&mut self.releases, number, &text(&release["id"]));
        if release["state"] == "live" {
            self.live = self.live.max(number);
        }
    }

    fn standing(&self, owner: &Client) -> Vec<Value> {
        all(owner, &self.path())
    }
}

impl Labour for Publisher {
    fn step(&mut self, server: &Client) {
        let owner = server.bearing(&self.token);
        let Some(thing) = self.pending.take().or_else(|| self.next(&owner)) else { return };
        match say(&ask(&owner, &thing)) {
            Said::Done(release) => self.released(&release),
            Said::Declined => {}
            Said::Again => self.pending = Some(thing),
        }
    }

    fn settle(&mut self, server: &Client) {
        self.token = sign_in(server, &self.owner);
        let owner = server.bearing(&self.token);
        if let Some(release) = self.pending.take().and_then(|thing| insist(&ask(&owner, &thing))) {
            self.released(&release);
        }
        let since = Instant::now();
        while self.standing(&owner).iter().any(|release| release["state"] == "building") {
            assert!(since.elapsed() < Duration::from_secs(30), "a release is still building after 30 s");
            sleep(Duration::from_millis(50));
        }
        let newest = self.standing(&owner).remove(0);
        assert_eq!(newest["state"], "live", "{newest:#}");
        self.released(&newest);
    }

    fn check(&self, server: &Client) {
        let owner = server.bearing(&self.token);
        let bot = owner.get("/v1/bot").is(200);
        let spoken = bot["releases"]
            .as_array()
            .unwrap()
            .iter()
            .find(|part| self.department.ends_with(&text(&part["department"])));
        let spoken = spoken.unwrap()["number"].as_i64().unwrap();
        let releases = self.standing(&owner);
        let numbers: Vec<_> = releases.iter().map(|release| release["number"].as_i64().unwrap()).collect();
        let counted: Vec<_> = (1..=i64::try_from(numbers.len()).unwrap()).rev().collect();
        assert_eq!(numbers, counted, "numbers have no gap");
        let stored: Vec<_> = numbers.iter().copied().zip(releases.iter().map(|release| text(&release["id"]))).collect();
        hold(&self.releases, &stored);
        let noted = releases.iter().filter(|release| release["note"].is_string());
        let noted: Vec<_> = noted.map(|release| (text(&release["note"]), text(&release["id"]))).collect();
        hold(&BTreeMap::new(), &noted);
        assert!(spoken >= self.live, "{} was live, {spoken} is spoken", self.live);
        let live: Vec<_> = releases.iter().filter(|release| release["state"] == "live").collect();
        assert_eq!(live.len(), 1, "{live:#?}");
        assert!(live[0]["number"].as_i64().unwrap() >= spoken, "{:#}", live[0]);
        let parsed = owner.post("/v1/bot/parse", &json!({ "texts": [self.question] })).is(200);
        let best = &parsed["results"][0]["ranking"][0];
        assert!(self.department.ends_with(best["department"].as_str().unwrap()), "{best:#}");
        assert_eq!(best["intent"]["id"], *self.intent, "{best:#}");
    }

    fn told(&self) -> String {
        format!("{} releases", self.releases.len())
    }
}

fn ask(owner: &Client, (target, body): &(String, Value)) -> Ask {
    owner.post(target, body).with("Idempotency-Key", &text(&body["note"]))
}
