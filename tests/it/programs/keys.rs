//! Making, reading, changing, rotating and revoking API keys.

use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{Company, House, Person, Place, program, unique};

const DAY: Duration = Duration::from_hours(24);

fn path(key: &Value) -> String {
    format!("/v1/api-keys/{}", key["api_key"]["id"].as_str().unwrap())
}

fn secret(key: &Value) -> &str {
    key["secret"].as_str().unwrap()
}

/// The status of a read that the key is made for.
fn works(house: &House, secret: &str) -> u16 {
    house.bearer(secret).get("/v1/departments").send().status
}

fn leader(place: &Place) -> (House, Person) {
    let house = place.house();
    let leader = Person::sign_up(&house, &unique("keys"));
    (house, leader)
}

on_both! {
    fn a_key_is_shown_once_and_works(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("shown"));
        let owner = &company.departments[0].owner;
        let department = company.departments[0].key.as_str();
        let body = json!({ "name": " Shop\u{7}system ", "scopes": ["draft.edit", "live.read", "draft.read", "draft.edit"], "departments": [department] });
        let sent = owner.client.post("/v1/api-keys", &body).with("Idempotency-Key", "once").send();
        let location = sent.header("location").unwrap().to_owned();
        assert_eq!(sent.header("etag"), Some("\"v1\""));
        let made = sent.is(201);
        let (view, secret) = (&made["api_key"], secret(&made));
        assert!(secret.starts_with("gld_live_sk_") && secret.len() == 105, "{secret}");
        assert_eq!((view["name"].as_str(), &view["state"]), (Some("Shop system"), &json!("live")));
        assert_eq!(view["scopes"], json!(["draft.read", "draft.edit", "live.read"]), "once, in the table's order");
        assert_eq!((&view["departments"], &view["made_by"]), (&json!([department]), &json!(owner.id)));
        assert!(secret.ends_with(view["hint"].as_str().unwrap()));
        assert_eq!(view["last_used_at"], json!(null));

        let again = owner.client.post("/v1/api-keys", &body).with("Idempotency-Key", "once");
        assert_eq!(again.fails(409), "already-done", "a secret is not shown twice");
        let text = |answer: Value| answer.to_string();
        let read = owner.client.get(&location).is(200);
        let listed = owner.client.get("/v1/api-keys").is(200);
        let changed = owner.client.patch(&location, &json!(1), &json!({ "name": "Other" })).is(200);
        assert_eq!((&read["id"], listed["items"].as_array().unwrap().len(), &changed["version"]), (&view["id"], 1, &json!(2)));
        let log = company.leader.client.get("/v1/audit-log?limit=200").is(200);
        for shown in [text(read), text(listed), text(changed), text(log)] {
            assert!(!shown.contains(&secret[60..]), "{shown}");
        }

        let intents = company.departments[0].path("intents");
        let program = house.bearer(secret);
        let body = crate::house::intent(&unique("by program"), &[&unique("a phrase of a program's")]);
        let intent = program.post(&intents, &body).is(201);
        program.get(&format!("{intents}/{}", intent["id"].as_str().unwrap())).is(200);
        let log = company.leader.client.get(&format!("/v1/audit-log?actor={}", view["id"].as_str().unwrap())).is(200);
        assert_eq!((&log["items"][0]["action"], &log["items"][0]["subject"]), (&json!("intent.created"), &intent["id"]));
    }

    fn what_is_wrong_with_a_key_is_named_at_its_place(place) {
        let (_house, leader) = leader(place);
        let make = |change: Value| {
            let mut body = json!({ "name": "Bad", "scopes": ["live.read"], "departments": ["*"] });
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let flaws = leader.client.post("/v1/api-keys", &body).is(422)["errors"].clone();
            let places = flaws.as_array().unwrap().iter().map(|flaw| flaw["pointer"].as_str().unwrap().to_owned());
            places.collect::<Vec<_>>().join(" ")
        };
        for (change, places) in [
            (json!({ "departments": [] }), "/departments"),
            (json!({ "departments": null }), "/departments"),
            (json!({ "departments": "" }), "/departments"),
            (json!({ "departments": [""] }), "/departments/0"),
            (json!({ "departments": ["*", "*"] }), "/departments/0"),
            (json!({ "departments": ["nowhere"] }), "/departments/0"),
            (json!({ "scopes": [] }), "/scopes"),
            (json!({ "scopes": ["live.read", "*", "key.manage", "account.keep", "chat.talk"] }), "/scopes/1 /scopes/2 /scopes/3 /scopes/4"),
            (json!({ "name": "", "scopes": ["x"], "departments": [] }), "/name /scopes/0 /departments"),
            (json!({ "expires_at": "tomorrow" }), "/expires_at"),
            (json!({ "expires_at": null }), "/expires_at"),
            (json!({ "expires_at": "2020-01-01T00:00:00Z" }), "/expires_at"),
            (json!({ "expires_at": "2099-01-01T00:00:00Z" }), "/expires_at"),
            (json!({ "made_by": "mem_01jd0000007000g00000000001" }), "/made_by"),
        ] {
            assert_eq!(make(change.clone()), places, "{change}");
        }
        leader.client.post("/v1/departments", &json!({ "key": "it", "name": "IT" })).is(201);
        assert_eq!(make(json!({ "scopes": ["audit.read"], "departments": ["it"] })), "/departments", "company-wide");
        let beyond = json!({ "name": "Beyond", "scopes": ["draft.edit"], "departments": ["it"] });
        let refused = leader.client.post("/v1/api-keys", &beyond).send();
        assert_eq!(refused.json["required"], "draft.edit");
        assert_eq!(refused.fails(403), "cannot-grant-more-than-held");
        assert_eq!(leader.client.get("/v1/api-keys").is(200)["items"], json!([]));
    }

    fn an_old_secret_works_as_long_as_its_maker_chose(place) {
        let (house, leader) = leader(place);
        let key = program(&leader, &["department.read"], &["*"]);
        let rotate = |hours: u64| leader.sign_in(&house).client.post(&format!("{}/rotate", path(&key)), &json!({ "overlap_hours": hours }));
        let second = rotate(2).is(201);
        assert_ne!(secret(&second), secret(&key));
        assert_eq!((works(&house, secret(&key)), works(&house, secret(&second))), (200, 200));
        house.clock.pass(Duration::from_hours(2));
        assert_eq!((works(&house, secret(&key)), works(&house, secret(&second))), (401, 200));

        let third = rotate(168).is(201);
        assert_eq!((works(&house, secret(&second)), works(&house, secret(&third))), (200, 200));
        let fourth = rotate(0).is(201);
        let all = [&key, &second, &third, &fourth].map(|key| works(&house, secret(key)));
        assert_eq!(all, [401, 401, 401, 200], "an overlap of none ends the one before, and what was before that");
        assert_eq!(fourth["api_key"]["version"], 4);
        assert_eq!(rotate(169).fails(422), "invalid");
        let under_key = rotate(24).with("Idempotency-Key", "twice");
        let fifth = under_key.is(201);
        assert_eq!(under_key.fails(409), "already-done");
        assert_eq!((works(&house, secret(&fourth)), works(&house, secret(&fifth))), (200, 200), "rotated once");
    }

    fn a_key_ends_when_it_says_and_when_it_is_revoked(place) {
        let (house, leader) = leader(place);
        let key = program(&leader, &["department.read"], &["*"]);
        house.clock.pass(Duration::from_secs(1));
        let ends = key["api_key"]["expires_at"].as_str().unwrap();
        assert!(ends > "2027-02-2", "90 days from the end of November: {ends}");
        house.clock.pass(89 * DAY);
        assert_eq!(works(&house, secret(&key)), 200);
        house.clock.pass(DAY);
        assert_eq!(works(&house, secret(&key)), 401);
        let leader = leader.sign_in(&house);
        let view = leader.client.get(&path(&key)).is(200);
        assert_eq!(view["state"], "expired");
        let later = guildhall_domain::Moment::parse(ends).unwrap().after(30 * DAY);
        let changed = leader.client.patch(&path(&key), &view["version"], &json!({ "expires_at": later })).is(200);
        assert_eq!((&changed["state"], works(&house, secret(&key))), (&json!("live"), 200));

        leader.client.delete(&path(&key)).is(204);
        assert_eq!(works(&house, secret(&key)), 401);
        for gone in [
            leader.client.get(&path(&key)),
            leader.client.delete(&path(&key)),
            leader.client.post(&format!("{}/rotate", path(&key)), &json!({})),
            leader.client.patch(&path(&key), &json!(3), &json!({})),
        ] {
            assert_eq!(gone.fails(404), "not-found");
        }
        let kinds = leader.client.get("/v1/audit-log").is(200)["items"].as_array().unwrap().iter()
            .filter(|row| row["subject"] == key["api_key"]["id"])
            .map(|row| row["action"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(kinds, ["api-key.revoked", "api-key.changed", "api-key.created"]);
    }

    fn a_company_holds_fifty_living_keys(place) {
        let (house, leader) = leader(place);
        let keys: Vec<_> = (0..50).map(|_| program(&leader, &["live.read"], &["*"])).collect();
        let one_more = json!({ "name": "One more", "scopes": ["live.read"], "departments": ["*"] });
        let refused = leader.client.post("/v1/api-keys", &one_more);
        assert_eq!(refused.fails(409), "limit-reached");
        leader.client.delete(&path(&keys[0])).is(204);
        let ask = || leader.client.post("/v1/api-keys", &one_more).send().status;
        let at_once: Vec<_> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(at_once.iter().filter(|status| **status == 201).count(), 1, "{at_once:?}");
        assert_eq!(refused.fails(409), "limit-reached");
        house.clock.pass(90 * DAY);
        leader.sign_in(&house).client.post("/v1/api-keys", &one_more).is(201);
    }
}
