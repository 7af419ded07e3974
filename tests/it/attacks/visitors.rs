//! What visitors may try: to be somebody, to show a credential in an address, to write what others open.

use serde_json::json;

use crate::house::{Company, ORIGIN, Visitor, intent};

on_both! {
    fn attack_26_a_claim_of_identity_is_no_identity(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let known = &company.visitors[0];
        let opening = |body: &serde_json::Value| house.bearer(company.key()).post("/v1/chat/conversations", body).with("Origin", ORIGIN);
        for field in ["email", "external_id", "identity", "visitor_id", "visitor", "hmac"] {
            let problem = opening(&json!({ field: "known@guildhall.test" })).is(422);
            assert_eq!(problem["errors"][0]["code"], "unknown-field", "{field}");
        }
        let claimed = opening(&json!({ "context": { "email": "known@guildhall.test", "visitor": known.conversation } })).is(201);
        let stranger = house.bearer(claimed["visitor_token"].as_str().unwrap());
        assert_ne!(claimed["visitor_token"], known.client.token());
        assert_eq!(stranger.get(&format!("{}/messages", known.path)).fails(404), "not-found");
    }

    fn attack_28_a_visitors_token_in_an_address_is_not_read(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let visitor = &company.visitors[0];
        for name in ["token", "visitor_token", "access_token", "authorization"] {
            let address = format!("{}/messages?{name}={}", visitor.path, visitor.client.token());
            let refused = house.stranger().get(&address).send();
            assert_eq!(refused.header("referrer-policy"), Some("no-referrer"));
            assert!(!refused.text().contains(visitor.client.token()));
            assert_eq!(refused.fails(401), "unauthenticated", "{name}");
            let events = house.stranger().get(&address.replace("/messages", "/events"));
            assert_eq!(events.fails(401), "unauthenticated", "{name}");
        }
    }

    fn attack_30_what_people_write_is_data(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let visitor = Visitor::come(&house, company.key());
        let nasty = "<img src=x onerror=alert(1)> [a](javascript:alert(1)) {{7*7}} ${7*7}";
        visitor.say(nasty);
        let read = company.leader.client.get(&format!("/v1/conversations/{}/messages", visitor.conversation)).send();
        assert_eq!(read.header("content-type"), Some("application/json"));
        assert_eq!(read.header("content-security-policy"), Some("default-src 'none'; frame-ancestors 'none'"));
        assert_eq!(read.is(200)["items"][0]["text"], nasty);
        let [first, _] = &company.departments;
        for address in ["javascript:alert(1)", "data:text/html,x", " javascript:alert(1)", "JaVaScRiPt:alert(1)", "vbscript:x", "//evil.example"] {
            let mut body = intent("buttons", &["what has buttons"]);
            body["answers"][0]["buttons"] = json!([{ "title": "Press", "url": address }]);
            let problem = first.owner.client.post(&first.path("intents"), &body).is(422);
            assert_eq!(problem["errors"][0]["pointer"], "/answers/0/buttons/0/url", "{address}");
        }
        let file = first.owner.client.get(&first.path("export")).send();
        assert!(file.header("content-disposition").unwrap().starts_with("attachment"));
    }
}
