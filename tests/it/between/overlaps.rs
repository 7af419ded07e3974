//! Overlaps: found after a release, settled in each way, undone byte for byte, ignored until a day.

use std::{thread::sleep, time::Duration};

use guildhall_domain::Moment;
use serde_json::{Value, json};

use crate::house::{Company, Department, House, Visitor, intent, publish, unique};

const ORDERS: [&str; 6] = [
    "where is the parcel that I ordered",
    "track my parcel please",
    "has my order been shipped yet",
    "when will the parcel arrive at my door",
    "follow the delivery of my order",
    "parcel tracking number lookup",
];
const SHIPPING: [&str; 6] = [
    "where is the parcel I have ordered",
    "please track the parcel of mine",
    "has the order been shipped",
    "when does the parcel arrive at the door",
    "follow my order's delivery",
    "lookup of a parcel by tracking number",
];

/// Two departments that say the same in other words, live; and the overlap of these.
struct Pair {
    company: Company,
    intents: [String; 2],
}

impl Pair {
    fn set(house: &House, name: &str) -> Self {
        let company = Company::found(house, &unique(name));
        let intents = [("order_tracking", ORDERS), ("shipping_state", SHIPPING)];
        let made = [0, 1].map(|at| {
            let (department, (name, phrases)) = (&company.departments[at], &intents[at]);
            let made = department.owner.client.post(&department.path("intents"), &intent(name, phrases)).is(201);
            publish(&department.owner, &department.key);
            made["id"].as_str().unwrap().to_owned()
        });
        Self { company, intents: made }
    }

    fn department(&self, at: usize) -> &Department {
        &self.company.departments[at]
    }

    /// The overlap of the two, once a run found it.
    fn overlap(&self) -> Value {
        for _ in 0..200 {
            let found = self.company.leader.client.get("/v1/overlaps?limit=200").is(200);
            let both = |overlap: &&Value| {
                let parties = overlap["parties"].as_array().unwrap();
                parties.iter().all(|party| self.intents.iter().any(|id| party["intent"]["id"] == **id))
            };
            if let Some(overlap) = found["items"].as_array().unwrap().iter().find(both) {
                return overlap.clone();
            }
            sleep(Duration::from_millis(100));
        }
        panic!("no run found it");
    }

    fn path(&self, below: &str) -> String {
        format!("/v1/overlaps/{}{below}", self.overlap()["id"].as_str().unwrap())
    }

    fn propose(&self, terms: &Value) -> String {
        let made = self.department(0).owner.client.post(&self.path("/settlements"), terms).is(201);
        self.path(&format!("/settlements/{}", made["id"].as_str().unwrap()))
    }

    fn accept(&self, terms: &Value) -> String {
        let at = self.propose(terms);
        assert_eq!(self.department(0).owner.client.ask("POST", &format!("{at}/accept")).fails(403), "forbidden");
        assert_eq!(self.department(1).owner.client.ask("POST", &format!("{at}/accept")).is(200)["state"], "accepted");
        at
    }

    fn publish(&self) {
        for department in &self.company.departments {
            publish(&department.owner, &department.key);
        }
    }

    fn parse(&self, context: &Value) -> Value {
        let body = json!({ "texts": ["follow the delivery of my order please"], "context": context });
        self.company.member.client.post("/v1/bot/parse?trace=true", &body).is(200)["results"][0].clone()
    }
}

on_both! {
    fn an_overlap_is_found_after_a_release_and_shown_side_by_side(place) {
        let house = place.house();
        let pair = Pair::set(&house, "found");
        let overlap = pair.overlap();
        assert!(["critical", "serious"].contains(&overlap["severity"].as_str().unwrap()), "{overlap:#}");
        let whole = pair.department(1).viewer.client.get(&pair.path("")).is(200);
        assert!(!whole["phrases"].as_array().unwrap().is_empty() && whole["history"].as_array().unwrap().len() == 1);
        assert!(whole["sides"].as_array().unwrap().iter().all(|side| side["phrases"].as_array().unwrap().len() == 6));
        assert_eq!(pair.company.member.client.get("/v1/overlaps").fails(403), "forbidden");
        let id = overlap["id"].clone();
        pair.publish();
        assert_eq!(pair.overlap()["id"], id, "it keeps its identity from run to run");
        let leader = &pair.company.leader.client;
        assert_eq!(leader.get("/v1/overlaps?min_days=1").is(200)["items"], json!([]), "none is that old");
        assert_eq!(leader.get("/v1/overlaps?state=maybe").fails(400), "invalid-parameter");
    }

    fn a_claim_goes_into_both_drafts_and_undoing_brings_the_ranking_back_byte_for_byte(place) {
        let house = place.house();
        let pair = Pair::set(&house, "claim");
        pair.overlap();
        let before = pair.parse(&json!({}));
        let at = pair.accept(&json!({ "kind": "claim", "intent": pair.intents[0], "other": pair.intents[1] }));
        pair.publish();
        let [first, second] = &pair.company.departments;
        assert_eq!(first.owner.client.get(&first.path(&format!("intents/{}", pair.intents[0]))).is(200)["phrases"].as_array().unwrap().len(), 12);
        assert_eq!(second.owner.client.get(&second.path(&format!("intents/{}", pair.intents[1]))).fails(404), "not-found");
        assert_ne!(pair.parse(&json!({})), before);
        let gone = pair.company.leader.client.ask("POST", &format!("{at}/undo")).fails(403);
        assert_eq!(gone, "forbidden");
        assert_eq!(second.owner.client.ask("POST", &format!("{at}/undo")).is(200)["state"], "undone");
        pair.publish();
        assert_eq!(pair.parse(&json!({})).to_string(), before.to_string());
    }

    fn what_changed_since_keeps_a_settlement_from_being_undone_silently(place) {
        let house = place.house();
        let pair = Pair::set(&house, "clash");
        let moved = pair.department(0).owner.client.get(&pair.department(0).path(&format!("intents/{}", pair.intents[0]))).is(200);
        let phrase = moved["phrases"][0]["id"].as_str().unwrap().to_owned();
        let at = pair.accept(&json!({ "kind": "move_phrases", "intent": pair.intents[0], "other": pair.intents[1], "phrases": [phrase] }));
        let second = pair.department(1);
        second.owner.client.delete(&second.path(&format!("intents/{}/phrases/{phrase}", pair.intents[1]))).is(204);
        assert_eq!(second.owner.client.ask("POST", &format!("{at}/undo")).fails(409), "clashes");
    }

    fn a_boundary_takes_effect_by_context_and_is_explained(place) {
        let house = place.house();
        let pair = Pair::set(&house, "bound");
        let best = |parsed: &Value| parsed["ranking"][0]["intent"]["id"].as_str().unwrap().to_owned();
        let elsewhere = pair.parse(&json!({ "page": "/" }));
        let rival = usize::from(best(&elsewhere) == pair.intents[0]);
        let (meant, against) = (&pair.intents[rival], &pair.intents[1 - rival]);
        let when = json!([{ "key": "page", "starts_with": "/shop" }]);
        pair.accept(&json!({ "kind": "boundary", "intent": meant, "other": against, "when": when }));
        pair.publish();
        let there = pair.parse(&json!({ "page": "/shop/cart" }));
        assert_eq!(&best(&there), meant);
        let told = &there["trace"]["boundaries"][0];
        assert_eq!((&told["meant"]["id"], &told["ruled_out"]["id"]), (&json!(meant), &json!(against)));
        assert_eq!(told["when"], json!([{ "key": "page", "equals": null, "starts_with": "/shop" }]));
        let again = pair.parse(&json!({ "page": "/" }));
        assert_eq!((&again["ranking"], &again["trace"]["boundaries"]), (&elsewhere["ranking"], &json!([])));
        let visitor = Visitor::come(&house, pair.company.key());
        let body = json!({ "text": ORDERS[0], "context": { "page": "/shop" } });
        let reply = visitor.client.post(&format!("{}/messages", visitor.path), &body).is(201)["reply"].clone();
        assert_eq!(reply["intent"]["id"], json!(meant), "{reply:#}");
        // It is released, exported and brought back with its owner's content.
        let owner = pair.department(rival);
        let exported = owner.owner.client.get(&owner.path("export?format=guildhall")).is(200);
        let here = exported["intents"].as_array().unwrap().iter().find(|intent| intent.get("rules").is_some()).unwrap();
        assert_eq!(here["rules"]["boundaries"][0]["against"], json!(against));
        let report = owner.owner.client.post(&owner.path("imports"), &exported).is(200);
        assert_eq!((&report["created"]["intents"], &report["updated"]["intents"], &report["skipped"]), (&json!(0), &json!(0), &json!([])));
        let mut forged = exported;
        forged["intents"][0]["rules"] = json!({ "boundaries": [{ "against": meant, "when": [{ "key": "page", "equals": "/" }] }] });
        let report = owner.owner.client.post(&owner.path("imports"), &forged).is(200);
        assert_eq!(report["skipped"][0]["code"], "needs-settlement", "nobody claims by a file");
    }

    fn what_is_shared_answers_by_context(place) {
        let house = place.house();
        let pair = Pair::set(&house, "shared");
        let when = json!([{ "key": "campaign", "equals": "spring" }]);
        pair.accept(&json!({ "kind": "shared", "intent": pair.intents[0], "other": pair.intents[1], "when": when }));
        pair.publish();
        let ask = |context: Value| {
            let visitor = Visitor::come(&house, pair.company.key());
            let body = json!({ "text": ORDERS[0], "context": context });
            visitor.client.post(&format!("{}/messages", visitor.path), &body).is(201)["reply"]["text"].clone()
        };
        assert_eq!(ask(json!({ "campaign": "spring" })), "About shipping_state.");
        assert_eq!(ask(json!({})), "About order_tracking.");
        let first = pair.department(0);
        let shared = first.owner.client.get(&first.path(&format!("intents/{}", pair.intents[0]))).is(200);
        assert_eq!(shared["shared_with"].as_array().unwrap().len(), 1);
        let change = json!({ "title": "x", "changes": [{ "op": "retitle", "in": pair.intents[0], "title": "Ours" }] });
        let made = pair.company.leader.client.post("/v1/proposals", &change).is(201);
        assert_eq!(made["departments"].as_array().unwrap().len(), 2, "its owners together");
    }

    fn what_is_ignored_reopens_on_its_day_and_changes_no_reply(place) {
        let house = place.house();
        let pair = Pair::set(&house, "ignore");
        let before = pair.parse(&json!({}));
        let now = guildhall_app::Clock::now(&house.clock);
        let until = Moment(now.0 + 2 * 86_400_000_000);
        pair.accept(&json!({ "kind": "ignore", "until": until, "reason": "The shop moves anyway" }));
        assert_eq!(pair.overlap()["state"], "ignored");
        pair.publish();
        assert_eq!(pair.parse(&json!({})).to_string(), before.to_string());
        house.clock.pass(Duration::from_hours(49));
        let leader = pair.company.leader.sign_in(&house);
        for _ in 0..300 {
            if leader.client.get(&pair_path(&pair, &leader.client)).is(200)["overlap"]["state"] == "open" {
                return;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("it did not reopen");
    }

    fn the_leader_decides_when_the_owners_time_has_passed_and_it_is_written_down(place) {
        let house = place.house();
        let pair = Pair::set(&house, "arbitrate");
        let at = pair.propose(&json!({ "kind": "hand_over", "intent": pair.intents[1], "department": pair.department(0).key, "days": 1 }));
        let decide = json!({ "accept": true, "reason": "Both had their day" });
        assert_eq!(pair.company.leader.client.post(&format!("{at}/arbitrate"), &decide).fails(409), "not-due");
        assert_eq!(pair.department(0).owner.client.post(&pair.path("/settlements"), &json!({ "kind": "claim", "intent": pair.intents[0], "other": pair.intents[1] })).fails(409), "not-settling");
        house.clock.pass(Duration::from_hours(25));
        let leader = pair.company.leader.sign_in(&house);
        let decided = leader.client.post(&format!("{at}/arbitrate"), &decide).is(200);
        assert_eq!((&decided["state"], &decided["arbitrated"], &decided["decided_by"]), (&json!("accepted"), &json!(true), &json!(leader.id)));
        let owner = pair.department(0).owner.sign_in(&house);
        let first = pair.department(0);
        owner.client.get(&first.path(&format!("intents/{}", pair.intents[1]))).is(200);
        let audit = leader.client.get("/v1/audit-log?action=overlap.arbitrated").is(200);
        assert!(!audit["items"].as_array().unwrap().is_empty());
    }

    fn a_settlement_is_measured_before_and_after(place) {
        let house = place.house();
        let pair = Pair::set(&house, "measure");
        pair.propose(&json!({ "kind": "claim", "intent": pair.intents[0], "other": pair.intents[1] }));
        for _ in 0..300 {
            let settlement = pair.department(1).viewer.client.get(&pair.path("")).is(200)["settlements"][0].clone();
            if settlement["after"].is_object() {
                let routing = |at: &str| {
                    let of = settlement[at]["intents"].as_array().unwrap().clone();
                    of.iter().map(|one| one["to_its_department"].as_f64().unwrap()).fold(1.0, f64::min)
                };
                assert!(routing("after") >= routing("before"), "{settlement:#}");
                assert_eq!(settlement["after"]["intents"].as_array().unwrap().len(), 1, "the other is gone");
                return;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("nobody measured it");
    }
}

fn pair_path(pair: &Pair, leader: &crate::house::Client) -> String {
    let found = leader.get("/v1/overlaps?limit=200").is(200);
    let both = |overlap: &&Value| {
        let parties = overlap["parties"].as_array().unwrap();
        parties.iter().all(|party| pair.intents.iter().any(|id| party["intent"]["id"] == **id))
    };
    let overlap = found["items"].as_array().unwrap().iter().find(both).unwrap().clone();
    format!("/v1/overlaps/{}", overlap["id"].as_str().unwrap())
}
