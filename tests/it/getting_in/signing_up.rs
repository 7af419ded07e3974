//! A company signs up.

use serde_json::{Value, json};

use crate::house::{PASSWORD, Person, Setup, unique};

fn body(email: &str) -> Value {
    json!({ "company": "Pine & Sons", "leader": { "name": "Paula Pine", "email": email, "password": PASSWORD } })
}

on_both! {
    fn a_company_signs_up_and_its_leader_is_in(place) {
        let house = place.house();
        let answer = house.stranger().post("/v1/tenants", &body("paula@pine.example")).send();
        assert_eq!(answer.header("location"), Some("/v1/me"));
        let signed_in = answer.is(201);
        assert_eq!(signed_in["tenant"]["slug"], "pine-sons");
        assert_eq!((&signed_in["token_type"], &signed_in["expires_in"]), (&json!("Bearer"), &json!(600)));
        let me = house.bearer(signed_in["access_token"].as_str().unwrap()).get("/v1/me").is(200);
        assert_eq!(me["roles"], json!([{ "role": "leader", "department": null }]));
        assert_eq!((&me["member"]["id"], &me["tenant"]), (&signed_in["member"]["id"], &signed_in["tenant"]));
    }

    fn two_companies_of_one_name_have_two_slugs(place) {
        let house = place.house();
        let [first, second] = ["Twin", "Twin"].map(|company| Person::sign_up(&house, company).slug);
        assert!(first == "twin" && second.starts_with("twin-"), "{first} {second}");
    }

    fn signing_up_twice_under_one_key_is_done_once(place) {
        let house = place.house();
        let email = format!("{}@pine.example", unique("paula"));
        let ask = house.stranger().post("/v1/tenants", &body(&email)).with("Idempotency-Key", "up-1");
        ask.is(201);
        assert_eq!(ask.fails(409), "already-done");
        let mut other = body(&email);
        other["company"] = json!("Another");
        assert_eq!(ask.clone().json(&other).fails(422), "idempotency-key-reused");
        ask.json(&body("somebody@else.example")).is(201);
    }

    fn every_flaw_of_a_sign_up_is_named(place) {
        let house = place.house();
        let sent = json!({ "company": " ", "leader": { "name": "P\u{0}", "email": "paula", "password": "too short" } });
        let problem = house.stranger().post("/v1/tenants", &sent).is(422);
        let flaws = problem["errors"].as_array().unwrap().iter();
        let flaws: Vec<_> = flaws.map(|flaw| (flaw["pointer"].as_str().unwrap(), flaw["code"].as_str().unwrap())).collect();
        assert_eq!(flaws, [
            ("/company", "empty"), ("/leader/name", "nul"), ("/leader/email", "invalid"), ("/leader/password", "too-short"),
        ]);
        assert!(!problem.to_string().contains("too short"), "the password is not repeated");
    }

    fn a_password_that_anybody_would_try_is_refused(place) {
        let house = place.house();
        for password in ["paula@pine.example", "passwordpassword", "Password Password"] {
            let mut sent = body("paula@pine.example");
            sent["leader"]["password"] = json!(password);
            let problem = house.stranger().post("/v1/tenants", &sent).is(422);
            assert_eq!(problem["errors"][0]["pointer"], "/leader/password", "{password}");
        }
    }

    fn signing_up_can_be_closed(place) {
        let house = place.open(Setup { config: |config| config.sign_up = false, ..Setup::default() });
        assert_eq!(house.stranger().post("/v1/tenants", &body("paula@pine.example")).fails(403), "sign-up-closed");
    }
}
