//! `Idempotency-Key`: whatever creates is done once per key, however often and however much at once it is sent.

use std::{collections::BTreeSet, thread};

use serde_json::{Value, json};

use crate::house::{Ask, Company, Contract, House, ORIGIN, PASSWORD, intent, program, unique};

/// What every creating operation answers with again.
enum Again {
    /// The same.
    Same,
    /// That it was done: the answer held secrets.
    Done,
}

/// A request of every operation that takes a key; what it makes differs each time this is called.
fn creations(house: &House, company: &Company) -> Vec<(&'static str, Again, Ask)> {
    let desk = &company.departments[0];
    let (leader, owner, visitor) = (&company.leader.client, &desk.owner.client, &company.visitors[0]);
    let email = || format!("{}@guildhall.test", unique("once"));
    let invitation = desk
        .owner
        .client
        .post("/v1/invitations", &json!({ "email": email(), "department": desk.key, "role": "viewer" }))
        .is(201);
    let key = program(&company.leader, &["live.read"], &["*"])["api_key"]["id"].as_str().unwrap().to_owned();
    let channel = company.channel["id"].as_str().unwrap();
    vec![
        (
            "signUp",
            Again::Done,
            house.stranger().post(
                "/v1/tenants",
                &json!({
                    "company": "Once", "leader": { "name": "L", "email": email(), "password": PASSWORD },
                }),
            ),
        ),
        (
            "signIn",
            Again::Done,
            house.stranger().post("/v1/sessions", &json!({ "email": company.member.email, "password": PASSWORD })),
        ),
        ("createInvitation", Again::Done, leader.post("/v1/invitations", &json!({ "email": email() }))),
        (
            "acceptInvitation",
            Again::Done,
            house.stranger().post(
                "/v1/invitations/accept",
                &json!({
                    "token": invitation["token"], "name": "N", "password": PASSWORD,
                }),
            ),
        ),
        (
            "createDepartment",
            Again::Same,
            leader.post("/v1/departments", &json!({ "key": unique("once"), "name": "Once" })),
        ),
        ("createIntent", Again::Same, owner.post(&desk.path("intents"), &intent(&unique("once"), &[&unique("once")]))),
        (
            "createResetLink",
            Again::Done,
            leader.post(&format!("/v1/members/{}/reset-links", company.member.id), &json!({})),
        ),
        (
            "addPhrases",
            Again::Same,
            owner.post(
                &desk.path(&format!("intents/{}/phrases", desk.live)),
                &json!({ "phrases": [{ "text": unique("once") }] }),
            ),
        ),
        ("publishRelease", Again::Same, owner.post(&desk.path("releases"), &json!({ "note": unique("once") }))),
        (
            "restoreRelease",
            Again::Same,
            owner.post(&desk.path("releases/1/restore"), &json!({ "note": unique("once") })),
        ),
        (
            "createChannel",
            Again::Same,
            leader.post("/v1/channels", &json!({ "kind": "web", "name": unique("once"), "allowed_origins": [ORIGIN] })),
        ),
        (
            "openConversation",
            Again::Done,
            house
                .bearer(company.key())
                .post("/v1/chat/conversations", &json!({ "context": { "n": unique("once") } }))
                .with("Origin", ORIGIN),
        ),
        (
            "rateConversation",
            Again::Same,
            visitor.client.post(&format!("{}/rating", visitor.path), &json!({ "score": 3, "comment": unique("once") })),
        ),
        (
            "createApiKey",
            Again::Done,
            leader.post(
                "/v1/api-keys",
                &json!({ "name": unique("once"), "scopes": ["live.read"], "departments": ["*"] }),
            ),
        ),
        ("rotateApiKey", Again::Done, leader.post(&format!("/v1/api-keys/{key}/rotate"), &json!({}))),
        ("rotateChannelKey", Again::Same, leader.post(&format!("/v1/channels/{channel}/rotate"), &json!({}))),
    ]
}

/// A number that grows with everything that staff make.
fn made(company: &Company) -> Value {
    company.leader.client.get("/v1/audit-log?limit=1").is(200)["items"][0]["seq"].clone()
}

on_both! {
    fn every_creation_takes_a_key(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let known: BTreeSet<&str> = creations(&house, &company).iter().map(|(operation, ..)| *operation).collect();
        let takes_key = |facts: &Value| {
            facts["parameters"].as_array().into_iter().flatten().any(|parameter| parameter["name"] == "Idempotency-Key")
        };
        for operation in Contract::promised().operations().filter(|operation| takes_key(operation.facts)) {
            assert!(known.contains(operation.id()), "{} has no case here", operation.id());
        }
    }

    fn attack_39_what_is_sent_again_is_not_done_again(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        for (operation, again, ask) in creations(&house, &company) {
            let ask = ask.with("Idempotency-Key", &format!("key of {operation}"));
            let first = ask.send();
            assert_eq!(first.status, 201, "{operation}: {}", first.text());
            let before = made(&company);
            let second = ask.send();
            match again {
                Again::Done => assert_eq!(second.fails(409), "already-done", "{operation}"),
                Again::Same => {
                    for header in ["location", "etag"] {
                        assert_eq!(first.header(header), second.header(header), "{operation} {header}");
                    }
                    if ["publishRelease", "restoreRelease"].contains(&operation) {
                        assert_eq!(first.json["id"], second.json["id"], "a release is told as it is by now");
                    } else {
                        assert_eq!(first.text(), second.text(), "{operation}");
                    }
                }
            }
            assert_eq!(made(&company), before, "{operation} was done twice");
            let mut other = ask.body();
            other["another"] = json!(1);
            let refused = ask.saying(&other).send().status;
            assert_eq!(refused, 422, "{operation}: another body under the same key");
        }
    }

    fn attack_39_eight_at_once_make_one(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        for (operation, again, ask) in creations(&house, &company) {
            let ask = ask.with("Idempotency-Key", &format!("{operation} at once"));
            let answers: Vec<_> = thread::scope(|scope| {
                let all: Vec<_> = (0..8).map(|_| scope.spawn(|| ask.send())).collect();
                all.into_iter().map(|one| one.join().unwrap()).collect()
            });
            let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
            let made: BTreeSet<_> = answers.iter().filter(|answer| answer.status == 201).map(|answer| answer.json["id"].to_string()).collect();
            assert_eq!(made.len(), 1, "{operation}: {statuses:?}");
            match again {
                Again::Same => assert!(statuses.iter().all(|status| [201, 409].contains(status)), "{operation}: {statuses:?}"),
                Again::Done => assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{operation}: {statuses:?}"),
            }
        }
        let departments = company.leader.client.get("/v1/departments?limit=200").is(200)["items"].as_array().unwrap().len();
        assert_eq!(departments, 3, "two of the company's, and one");
    }

    fn attack_39_a_key_is_its_senders_and_its_operations_own(place) {
        let house = place.house();
        let [acorn, birch] = ["acorn", "birch"].map(|name| Company::found(&house, name));
        let desk = &acorn.departments[0];
        let key = |ask: Ask| ask.with("Idempotency-Key", "shared").send();
        let body = json!({ "key": "new", "name": "New" });
        let first = key(acorn.leader.client.post("/v1/departments", &body)).is(201);
        let foreign = key(birch.leader.client.post("/v1/departments", &body)).is(201);
        assert_ne!(first["id"], foreign["id"]);
        key(desk.owner.client.post(&desk.path("intents"), &intent("one", &["x"]))).is(201);
        assert_eq!(key(desk.editor.client.post(&desk.path("intents"), &intent("one", &["x"]))).fails(409), "intent-name-taken");
        key(desk.owner.client.post(&desk.path("releases"), &json!({}))).is(201);
    }

    fn what_was_refused_may_be_tried_again_under_its_key(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let ask = company.leader.client.post("/v1/departments", &json!({ "key": "Bad Key", "name": "x" })).with("Idempotency-Key", "k");
        assert_eq!(ask.fails(422), "invalid");
        ask.saying(&json!({ "key": "good-key", "name": "x" })).is(201);
    }

    fn attack_39_a_key_is_one_printable_line(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let ask = |key: &str| {
            let body = json!({ "key": unique("keyed"), "name": "x" });
            company.leader.client.post("/v1/departments", &body).with("Idempotency-Key", key).send()
        };
        for key in ["", "ä", &"x".repeat(256), &"x".repeat(10_000), "a\tb"] {
            assert_eq!(ask(key).fails(400), "invalid-header", "{}", key.len());
        }
        ask(&"x".repeat(255)).is(201);
    }

    fn a_key_is_remembered_for_a_day(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let phrases = desk.path(&format!("intents/{}/phrases", desk.draft));
        let ask = desk.owner.client.post(&phrases, &json!({ "phrases": [{ "text": "once a day" }] })).with("Idempotency-Key", "daily");
        let first = ask.is(201);
        assert_eq!(ask.is(201), first);
        house.clock.pass(std::time::Duration::from_hours(25));
        let later = desk.owner.sign_in(&house);
        let again = later.client.post(&phrases, &json!({ "phrases": [{ "text": "once a day" }] })).with("Idempotency-Key", "daily").is(201);
        assert_eq!(again["warnings"][0]["code"], "equal-phrase");
    }
}
