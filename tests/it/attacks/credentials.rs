//! Credentials: stale, guessed, leaked, replayed, put where they don't belong.

use std::time::Duration;

use guildhall_domain::tenant::State;
use serde_json::json;

use crate::house::{Company, PASSWORD, Person, intent, program, unique};

on_both! {
    fn attack_14_a_token_of_before_opens_nothing(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let [first, _] = &company.departments;
        let membership = first.path(&format!("members/{}", first.reviewer.id));
        first.reviewer.client.get("/v1/me").is(200);
        first.owner.client.put(&membership, &json!({ "role": "viewer" })).is(200);
        assert_eq!(first.reviewer.client.get("/v1/me").fails(401), "session-revoked", "lowered");
        first.owner.client.put(&membership, &json!({ "role": "owner" })).is(200);
        assert_eq!(first.reviewer.client.get("/v1/me").fails(401), "session-revoked", "and not by being raised again");
        let slug = company.leader.slug.clone();
        house.within(move |app| async move { app.store.set_tenant_state(&slug, State::Suspended, app.now()).await.unwrap() });
        for person in [&company.leader, &first.owner, &company.executive] {
            assert_eq!(person.client.get("/v1/me").fails(401), "session-revoked", "suspended");
        }
        house.clock.pass(Duration::from_secs(5));
        assert_eq!(company.visitors[0].client.get(&format!("{}/messages", company.visitors[0].path)).fails(401), "unauthenticated");
    }

    fn attack_22_an_invitation_is_worth_what_its_row_says_and_once(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let other = Person::sign_up(&house, "birch");
        let [first, _] = &company.departments;
        let invite = || {
            let email = format!("{}@guildhall.test", unique("invited"));
            first.owner.client.post("/v1/invitations", &json!({ "email": email, "department": first.key, "role": "viewer" })).is(201)
        };
        let accept = |token: &serde_json::Value| json!({ "token": token, "name": "New", "password": PASSWORD });
        let offered = invite();
        for field in ["role", "tenant_role", "email", "department", "tenant"] {
            let mut raised = accept(&offered["token"]);
            raised[field] = json!("owner");
            assert_eq!(house.stranger().post("/v1/invitations/accept", &raised).is(422)["errors"][0]["code"], "unknown-field");
        }
        let joined = Person::of(&house, &other.client.post("/v1/invitations/accept", &accept(&offered["token"])).is(201));
        let me = joined.client.get("/v1/me").is(200);
        assert_eq!((&me["tenant"]["slug"], &me["roles"]), (&json!(company.leader.slug), &json!([{ "role": "viewer", "department": first.key }])));
        assert_eq!(house.stranger().post("/v1/invitations/accept", &accept(&offered["token"])).fails(410), "invitation-used");
        let revoked = invite();
        first.owner.client.delete(&format!("/v1/invitations/{}", revoked["invitation"]["id"].as_str().unwrap())).is(204);
        assert_eq!(house.stranger().post("/v1/invitations/accept", &accept(&revoked["token"])).fails(410), "invitation-used");
    }

    fn attack_23_api_key_misuse(place) {
        let house = place.house();
        let [company, foreign] = ["acorn", "birch"].map(|name| Company::found(&house, name));
        let [first, second] = &company.departments;
        let key = program(&first.owner, &["draft.read", "draft.edit", "live.read"], &[&first.key]);
        let secret = key["secret"].as_str().unwrap();
        let client = house.bearer(secret);
        client.get(&first.path("intents")).is(200);

        for address in [format!("/v1/departments?api_key={secret}"), format!("/v1/departments?access_token={secret}")] {
            assert_eq!(house.stranger().get(&address).fails(401), "unauthenticated");
        }
        for (name, value) in [("X-Api-Key", secret.to_owned()), ("Authorization", format!("Basic {secret}")), ("Cookie", format!("key={secret}"))] {
            assert_eq!(house.stranger().get("/v1/departments").with(name, &value).fails(401), "unauthenticated", "{name}");
        }
        let outside = client.post(&first.path("releases"), &json!({})).send();
        assert_eq!(outside.json["required"], "release.publish");
        assert_eq!(outside.fails(403), "insufficient-scope");
        for path in [foreign.departments[0].path("intents"), second.path("intents"), second.path("intents?stage=live")] {
            let refused = client.get(&path).send();
            assert!(!refused.text().contains(&second.key));
            assert_eq!(refused.fails(404), "not-found", "{path}");
        }
        let planted = intent("planted", &["planted"]);
        assert_eq!(client.post(&second.path("intents"), &planted).fails(404), "not-found");
        assert_eq!(client.post(&foreign.departments[0].path("intents"), &planted).fails(404), "not-found");

        let swapped = |at: usize| {
            let mut text: Vec<char> = secret.chars().collect();
            text[at] = if text[at] == 'A' { 'B' } else { 'A' };
            text.into_iter().collect::<String>()
        };
        for at in [13, 40, 60, 100, 104] {
            assert_eq!(house.bearer(&swapped(at)).get("/v1/departments").fails(401), "unauthenticated", "{at}");
        }
    }

    fn attack_23_a_key_with_a_bad_checksum_costs_no_query(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "acorn");
        let key = program(&leader, &["department.read"], &["*"]);
        let secret = key["secret"].as_str().unwrap();
        let mut other = secret.to_owned();
        let last = other.pop().unwrap();
        other.push(if last == '0' { '1' } else { '0' });
        house.within(|app| async move { app.store.close().await.unwrap() });
        assert_eq!(house.bearer(&other).get("/v1/departments").fails(401), "unauthenticated");
        assert_eq!(house.bearer(secret).get("/v1/departments").send().status, 503, "a good one wants the database");
    }
}
