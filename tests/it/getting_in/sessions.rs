//! Signing in, with one company or several; looking at one's sessions and ending them; signing out.

use std::time::Duration;

use guildhall_domain::tenant::State;
use serde_json::{Value, json};

use crate::house::{House, PASSWORD, Person};

fn sign_in(house: &House, body: &Value) -> crate::house::Answer {
    house.stranger().post("/v1/sessions", body).send()
}

on_both! {
    fn who_knows_the_password_is_in(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let email = format!(" {} ", leader.email.to_uppercase());
        let signed_in = sign_in(&house, &json!({ "email": email, "password": PASSWORD })).is(201);
        assert_eq!(signed_in["member"]["id"], *leader.id);
    }

    fn a_wrong_password_and_an_unknown_address_are_answered_alike(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let [known, unknown, elsewhere] = [
            json!({ "email": leader.email, "password": "a short run after supper" }),
            json!({ "email": "nobody@pine.example", "password": PASSWORD }),
            json!({ "email": leader.email, "password": PASSWORD, "tenant": "nowhere" }),
        ]
        .map(|body| {
            let mut problem = sign_in(&house, &body).is(401);
            assert!(problem["instance"].take().is_string());
            problem
        });
        assert_eq!(known["type"], "https://guildhall.dev/problems/wrong-credentials");
        assert!(known == unknown && known == elsewhere);
    }

    fn one_address_in_several_companies_says_which(place) {
        let house = place.house();
        let email = "many@guildhall.test";
        for (company, password) in [("Oak", PASSWORD), ("Elm", PASSWORD), ("Ash", "another long walk at night")] {
            let leader = json!({ "name": "L", "email": email, "password": password });
            house.stranger().post("/v1/tenants", &json!({ "company": company, "leader": leader })).is(201);
        }
        let problem = sign_in(&house, &json!({ "email": email, "password": PASSWORD })).is(409);
        assert_eq!(problem["type"], "https://guildhall.dev/problems/tenant-required");
        assert_eq!(problem["tenants"], json!(["elm", "oak"]));
        let chosen = sign_in(&house, &json!({ "email": email, "password": PASSWORD, "tenant": "oak" })).is(201);
        assert_eq!(chosen["tenant"]["slug"], "oak");
        let only = sign_in(&house, &json!({ "email": email, "password": "another long walk at night" })).is(201);
        assert_eq!(only["tenant"]["slug"], "ash");
    }

    fn signing_out_ends_the_session_and_no_other(place) {
        let house = place.house();
        let first = Person::sign_up(&house, "Pine");
        let second = first.sign_in(&house);
        second.client.delete("/v1/sessions/current").is(204);
        assert_eq!(second.client.get("/v1/me").fails(401), "session-revoked");
        let refresh = json!({ "refresh_token": second.refresh });
        assert_eq!(house.stranger().post("/v1/sessions/refresh", &refresh).fails(401), "session-revoked");
        first.client.get("/v1/me").is(200);
    }

    fn ones_sessions_are_listed_and_ended_one_by_one(place) {
        let house = place.house();
        let first = Person::sign_up(&house, "Pine");
        let second = first.sign_in(&house);
        let sessions = first.client.get("/v1/sessions").is(200)["items"].clone();
        let current: Vec<_> = sessions.as_array().unwrap().iter().map(|session| &session["current"]).collect();
        assert_eq!(current, [true, false]);
        assert_eq!(sessions[0]["network"], "127.0.0.0/24");
        let other = format!("/v1/sessions/{}", sessions[1]["id"].as_str().unwrap());
        first.client.delete(&other).is(204);
        assert_eq!(first.client.delete(&other).fails(404), "not-found");
        assert_eq!(second.client.get("/v1/me").fails(401), "session-revoked");
        assert_eq!(first.client.get("/v1/sessions").is(200)["items"].as_array().unwrap().len(), 1);
    }

    fn the_eleventh_session_ends_the_oldest(place) {
        let house = place.house();
        let first = Person::sign_up(&house, "Pine");
        let others: Vec<_> = (0..10).map(|_| first.sign_in(&house)).collect();
        assert_eq!(first.client.get("/v1/me").fails(401), "session-revoked");
        for session in &others {
            session.client.get("/v1/me").is(200);
        }
    }

    fn an_access_token_lives_ten_minutes_and_an_idle_session_twelve_hours(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        house.clock.pass(Duration::from_secs(590));
        leader.client.get("/v1/me").is(200);
        house.clock.pass(Duration::from_secs(16));
        assert_eq!(leader.client.get("/v1/me").fails(401), "unauthenticated");
        house.clock.pass(Duration::from_hours(12));
        let refresh = json!({ "refresh_token": leader.refresh });
        assert_eq!(house.stranger().post("/v1/sessions/refresh", &refresh).fails(401), "session-revoked");
    }

    fn a_suspended_company_is_closed_until_it_is_resumed(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let set = |state| {
            house.within(move |app| async move { app.store.set_tenant_state("pine", state, app.now()).await.unwrap() })
        };
        assert!(set(State::Suspended));
        let body = json!({ "email": leader.email, "password": PASSWORD });
        assert_eq!(sign_in(&house, &body).fails(401), "wrong-credentials");
        assert_eq!(leader.client.get("/v1/me").fails(401), "session-revoked");
        let refresh = json!({ "refresh_token": leader.refresh });
        assert_eq!(house.stranger().post("/v1/sessions/refresh", &refresh).fails(401), "session-revoked");
        assert!(set(State::Active));
        leader.client.get("/v1/me").is(200);
        sign_in(&house, &body).is(201);
    }
}
