//! What browsers are told: which pages may call, and to be careful.

use std::collections::BTreeSet;

use serde_json::json;

use crate::house::{Company, ORIGIN};

on_both! {
    fn every_answer_carries_the_careful_headers(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let (leader, visitor) = (&company.leader.client, &company.visitors[0]);
        let mut ids = BTreeSet::new();
        for (ask, readers) in [
            (leader.get("/v1/me"), "same-origin"), (leader.get("/v1/nowhere"), "same-origin"), (house.stranger().get("/v1/me"), "same-origin"),
            (leader.ask("BREW", "/v1/me"), "same-origin"), (house.stranger().get("/livez"), "same-origin"),
            (visitor.client.get(&format!("{}/messages", visitor.path)), "cross-origin"),
            (visitor.client.get("/v1/chat/conversations/con_x/messages"), "cross-origin"),
        ] {
            let answer = ask.with("Client-Request-Id", "from-the-client-1").send();
            for (name, value) in [
                ("strict-transport-security", "max-age=63072000; includeSubDomains"), ("x-content-type-options", "nosniff"),
                ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"), ("referrer-policy", "no-referrer"),
                ("cache-control", "no-store"), ("cross-origin-resource-policy", readers),
            ] {
                assert_eq!(answer.header(name), Some(value), "{name}");
            }
            for name in ["server", "x-powered-by", "set-cookie", "access-control-allow-credentials"] {
                assert!(answer.header(name).is_none(), "{name}");
            }
            assert!(ids.insert(answer.header("request-id").unwrap().to_owned()), "a request's name is its own");
        }
        assert_eq!(house.stranger().get("/.well-known/jwks.json").send().header("cache-control"), Some("public, max-age=300"));
    }

    fn a_page_may_ask_before_it_calls_the_chat_and_nothing_else(place) {
        let house = place.house();
        let ask = |path: &str, origin: &str| {
            let ask = house.stranger().ask("OPTIONS", path).with("Origin", origin);
            ask.with("Access-Control-Request-Method", "POST").with("Access-Control-Request-Headers", "authorization").send()
        };
        let granted = ask("/v1/chat/conversations", ORIGIN);
        assert_eq!((granted.status, granted.header("access-control-allow-origin")), (204, Some(ORIGIN)));
        assert!(granted.header("access-control-allow-headers").unwrap().to_lowercase().contains("authorization"));
        assert!(granted.header("vary").unwrap().contains("Origin"));
        assert!(granted.header("access-control-allow-credentials").is_none());
        for origin in ["null", "https://", "shop.example", "https://shop.example/page", "file://", "http://shop.example"] {
            assert!(ask("/v1/chat/conversations", origin).header("access-control-allow-origin").is_none(), "{origin}");
        }
        let staff = ask("/v1/members", ORIGIN);
        assert_eq!((staff.status, staff.header("access-control-allow-origin")), (405, None));
    }

    fn a_page_may_read_what_the_chat_declines(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let ask = house.stranger().post("/v1/chat/conversations", &json!({})).with("Origin", ORIGIN);
        let answer = ask.send();
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (401, Some(ORIGIN)));
        let staff = company.leader.client.get("/v1/me").with("Origin", ORIGIN).send();
        assert_eq!((staff.status, staff.header("access-control-allow-origin")), (200, None));
    }
}
