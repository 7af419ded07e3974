//! Bodies: only what an operation knows, of the type that it says, and never more than was meant.

use serde_json::{Value, json};

use crate::house::{Company, ORIGIN, PASSWORD, intent};

on_both! {
    fn attack_09_nobody_slips_a_field_in(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let (leader, owner) = (&company.leader.client, &desk.owner.client);
        let intent_path = desk.path(&format!("intents/{}", desk.draft));
        let member = format!("/v1/members/{}", desk.owner.id);
        let asks = [
            leader.post("/v1/departments", &json!({ "key": "x1", "name": "X" })),
            leader.patch(&format!("/v1/departments/{}", desk.key), &json!(1), &json!({})),
            leader.post("/v1/channels", &json!({ "kind": "web", "name": "X", "allowed_origins": [ORIGIN] })),
            leader.patch("/v1/bot", &json!(1), &json!({})),
            leader.post("/v1/invitations", &json!({ "email": "a@b.example" })),
            owner.post(&desk.path("intents"), &intent("fresh", &["x"])),
            owner.patch(&intent_path, &json!(1), &json!({})),
            owner.post(&format!("{intent_path}/phrases"), &json!({ "phrases": [{ "text": "x" }] })),
            owner.post(&desk.path("releases"), &json!({})),
            owner.patch(&member, &json!(1), &json!({})),
            owner.put("/v1/me/password", &json!({ "current_password": PASSWORD, "new_password": PASSWORD })),
            owner.put(&desk.path(&format!("members/{}", desk.viewer.id)), &json!({ "role": "viewer" })),
            owner.post("/v1/bot/parse", &json!({ "texts": ["x"] })),
            house.bearer(company.key()).post("/v1/chat/conversations", &json!({})).with("Origin", ORIGIN),
            company.visitors[0].client.post(&format!("{}/messages", company.visitors[0].path), &json!({ "text": "x" })),
            company.visitors[0].client.post(&format!("{}/rating", company.visitors[0].path), &json!({ "score": 1 })),
        ];
        let digest = place.digest();
        digest.settle();
        for ask in asks {
            for (field, value) in [
                ("tenant_id", json!("ten_01jd0000007000g00000000001")), ("role_in_company", json!("leader")), ("is_operator", json!(true)),
                ("created_by", json!("mem_01jd0000007000g00000000001")), ("version", json!(99)), ("published_at", json!("2026-01-01T00:00:00Z")),
                ("id", json!("int_01jd0000007000g00000000001")), ("department_id", json!(null)), ("__proto__", json!({})),
            ] {
                let mut body: Value = ask.body();
                body[field] = value;
                let problem = ask.clone().saying(&body).is(422);
                let flaw = &problem["errors"][0];
                assert_eq!((&flaw["code"], &flaw["pointer"]), (&json!("unknown-field"), &json!(format!("/{field}"))), "{} {}", ask.method, ask.target);
            }
        }
    }

    fn attack_07_an_empty_scope_is_never_everything(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let (leader, owner) = (&company.leader.client, &desk.owner.client);
        for departments in [json!([]), json!(null), json!([""]), json!([null]), json!(""), json!(["*"])] {
            let mut body = json!({ "texts": ["where is my parcel"], "stage": "draft", "departments": departments });
            assert_eq!(owner.post("/v1/bot/parse", &body).send().status, 422, "{departments}");
            body.as_object_mut().unwrap().remove("departments");
            assert_eq!(owner.post("/v1/bot/parse", &body).send().status, 422, "absent");
        }
        let one_foreign = json!({ "texts": ["x"], "stage": "draft", "departments": [desk.key, "never-was"] });
        assert_eq!(owner.post("/v1/bot/parse", &one_foreign).fails(422), "invalid-reference");
        for query in ["department=", "department=*", "department=%20"] {
            assert_eq!(leader.get(&format!("/v1/conversations?{query}")).fails(422), "invalid-reference", "{query}");
        }
        assert_eq!(leader.get("/v1/conversations?channel=").fails(400), "invalid-parameter");
        for origins in [json!([]), json!(null), json!([""]), json!(["*"]), json!(["null"]), json!(["https://*.shop.example"])] {
            let body = json!({ "kind": "web", "name": "X", "allowed_origins": origins });
            assert_eq!(leader.post("/v1/channels", &body).send().status, 422, "{origins}");
        }
        for path in ["/v1/departments//intents", "/v1/departments/%20/intents", "/v1/departments/", "/v1/conversations/"] {
            assert_eq!(leader.get(path).send().status, 404, "{path}");
        }
    }

    fn texts_are_cleaned_bounded_and_given_back_as_data(place) {
        let house = place.house();
        let desk = &Company::found(&house, "acorn").departments[0];
        let nasty = "<script>alert('x')</script> \u{1b}[31m \u{202e}GET / HTTP/1.1\r\nX: y";
        let body = intent("nasty", &[nasty]);
        let made = desk.owner.client.post(&desk.path("intents"), &body).is(201);
        let kept = made["phrases"][0]["text"].as_str().unwrap();
        assert!(kept.starts_with("<script>") && !kept.chars().any(char::is_control), "{kept:?}");
        for (text, code) in [("a\u{0}b", "nul"), (" \n ", "empty"), (&*"x".repeat(501), "too-long")] {
            let problem = desk.owner.client.post(&desk.path("intents"), &intent("other", &[text])).is(422);
            assert_eq!((&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]), (&json!("/phrases/0/text"), &json!(code)));
        }
        desk.owner.client.post(&desk.path("intents"), &intent("long", &[&"ä".repeat(500)])).is(201);
    }
}
