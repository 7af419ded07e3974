//! Every way to decline is a problem document, whoever found the fault.

use serde_json::{Value, json};

use crate::house::{Company, Contract, Person};

on_both! {
    fn where_nothing_is_it_says_so(place) {
        let house = place.house();
        let stranger = house.stranger();
        for path in ["/v1", "/v1/", "/v2/me", "/v1/me/", "//v1/me", "/v1/nowhere", "/v1/%2e%2e/me", "/.env", "/v1/departments/it/intents/x/y/z"] {
            assert_eq!(stranger.get(path).fails(404), "not-found", "{path}");
        }
        for (method, path, allowed) in [
            ("PUT", "/v1/departments", "GET, HEAD, POST"), ("POST", "/v1/me", "DELETE, GET, HEAD"), ("TRACE", "/v1/me", "DELETE, GET, HEAD"),
            ("DELETE", "/livez", "GET, HEAD"), ("OPTIONS", "/v1/members", "GET, HEAD"), ("BREW", "/v1/bot", "GET, HEAD, PATCH"),
            ("GET", "/v1/sessions/current", "DELETE"), ("PATCH", "/v1/openapi.json", "GET, HEAD"),
        ] {
            let answer = stranger.ask(method, path).send();
            assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
            assert_eq!(answer.fails(405), "method-not-allowed", "{method} {path}");
        }
    }

    fn a_head_is_a_get_without_a_body(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let [get, head] = ["GET", "HEAD"].map(|method| leader.client.ask(method, "/v1/departments").send());
        assert_eq!((get.status, head.status, head.body.len()), (200, 200, 0));
        assert_eq!(get.header("content-type"), head.header("content-type"));
    }

    fn attack_36_a_body_that_can_not_be_read_is_declined_by_its_fault(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let post = leader.client.post("/v1/departments", &json!({ "key": "it", "name": "IT" }));
        let json = |bytes: &[u8]| post.clone().raw("application/json", bytes).send();
        for bytes in [&b""[..], b"{", b"{\"key\": \"it\",}", b"{} {}", b"\xff\xfe{}", b"{\"key\": \"\xff\"}", b"\xef\xbb\xbf{}", b"nul"] {
            assert_eq!(json(bytes).fails(400), "malformed-json", "{bytes:?}");
        }
        for (bytes, code) in [
            (&b"[]"[..], "wrong-type"), (b"null", "wrong-type"), (b"\"x\"", "wrong-type"), (b"{\"key\": 1, \"name\": \"x\"}", "wrong-type"),
            (b"{\"key\": \"it\"}", "missing-field"), (b"{\"key\": \"it\", \"name\": \"a\", \"name\": \"b\"}", "duplicate-field"),
        ] {
            assert_eq!(json(bytes).is(422)["errors"][0]["code"], code, "{}", String::from_utf8_lossy(bytes));
        }
        let deep = format!("{{\"key\": {}{}}}", "[".repeat(100), "]".repeat(100));
        assert_eq!(json(deep.as_bytes()).fails(422), "invalid");
        assert_eq!(json(format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)).as_bytes()).status, 422);
        assert_eq!(json(&vec![b' '; 2 * 1024 * 1024]).fails(413), "content-too-large");
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "multipart/form-data; boundary=x", ""] {
            assert_eq!(post.clone().with("Content-Type", kind).fails(415), "unsupported-media-type", "{kind}");
        }
        assert_eq!(post.clone().with("Content-Encoding", "gzip").fails(415), "unsupported-media-type");
        assert_eq!(post.clone().with("Accept", "text/html").fails(406), "not-acceptable");
        assert_eq!(post.clone().with("Accept", "application/json;q=0, */*").fails(406), "not-acceptable");
        post.with("Accept", "text/html, application/*;q=0.1").is(201);
    }

    fn attack_36_a_head_that_is_too_long_is_declined(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let long = format!("/v1/members?q={}", "x".repeat(9000));
        assert_eq!(leader.client.get(&long).fails(414), "uri-too-long");
        assert_eq!(leader.client.get("/v1/me").with("X-Long", &"x".repeat(17_000)).fails(431), "headers-too-large");
        let many = "X-A: y\r\n".repeat(150);
        let answer = house.raw(format!("GET /livez HTTP/1.1\r\nHost: x\r\n{many}\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }

    fn a_stranger_is_a_stranger_before_anything_else(place) {
        let house = place.house();
        let huge = vec![b' '; 600_000];
        for operation in Contract::promised().operations() {
            let public = operation.facts["x-action"] == "public";
            if public || operation.facts["requestBody"].is_null() {
                continue;
            }
            let path = operation.path.replace(['{', '}'], "");
            for (kind, body) in [("application/json", &b"{ this is no JSON"[..]), ("text/plain", b"x"), ("application/json", &huge)] {
                let ask = house.stranger().ask(operation.method, &path).raw(kind, body).with("Idempotency-Key", "");
                assert_eq!(ask.fails(401), "unauthenticated", "{} {path} {kind}", operation.method);
            }
        }
    }

    fn probes_and_pages_answer(place) {
        let house = place.house();
        let stranger = house.stranger();
        assert_eq!(stranger.get("/livez").is(200), json!({ "status": "alive" }));
        let ready = stranger.get("/readyz").is(200);
        assert_eq!((&ready["status"], &ready["degraded"]), (&json!("ready"), &json!(false)));
        assert_eq!(stranger.get("/v1/openapi.json").is(200)["openapi"], "3.1.0");
        let docs = stranger.get("/docs/").send();
        assert!(docs.status == 200 && docs.header("content-type").unwrap().starts_with("text/html"));
        assert!(!docs.text().contains("http://") && !docs.text().contains("https://"), "the page needs no network");
    }

    fn a_fault_of_a_value_names_the_place_and_not_the_value(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let secret = json!({ "email": "hunter2", "name": ["hunter2"], "hunter2": 1 });
        let problem: Value = company.leader.client.post("/v1/invitations", &secret).is(422);
        let told = problem["errors"].to_string();
        assert!(!told.replace("/hunter2", "").contains("hunter2"), "{told}");
    }
}
