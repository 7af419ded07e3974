//! Who sees a request, and who may do what with it: asker, both departments, leader; every other route hides it too.

use serde_json::json;

use super::{ask, company, path};
use crate::house::{Company, Person, program};

on_both! {
    fn attack_a_request_is_hidden_from_third_parties_in_every_route(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        company.leader.client.post("/v1/departments", &json!({ "key": "quiet", "name": "Quiet" })).is(201);
        let third = company.leader.bring(&house, &json!({ "department": "quiet", "role": "owner" }));
        let request = ask(&company, "normal");
        let foreign = Company::found(&house, "birch");
        let paths = ["", "/notes"].map(|below| path(&request, below));
        for who in [&desk.owner, &desk.agent, &desk.viewer, &shop.viewer, &shop.editor, &company.leader] {
            for path in &paths {
                who.client.get(path).is(200);
            }
        }
        for who in [&third, &company.member, &company.executive, &foreign.leader, &foreign.departments[0].owner] {
            for path in &paths {
                assert_eq!(who.client.get(path).fails(404), "not-found", "{}", who.email);
            }
            let listed = who.client.get("/v1/knowledge-requests?q=socks").is(200);
            assert_eq!(listed["items"], json!([]), "{}", who.email);
            for (what, body) in [("notes", json!({ "text": "Hm." })), ("accept", json!({})), ("reply", json!({ "text": "Hm." })), ("reopen", json!({ "text": "Hm." }))] {
                assert_eq!(who.client.post(&path(&request, &format!("/{what}")), &body).send().status, 404, "{what} by {}", who.email);
            }
            let inbox = who.client.get("/v1/inbox").is(200);
            assert!(!inbox.to_string().contains(request["id"].as_str().unwrap()), "{}", who.email);
        }
        for (what, body) in [("acknowledge", json!({})), ("answer", json!({ "text": "Yes." })), ("draft", json!({})), ("decline", json!({ "reason": "No." }))] {
            assert_eq!(third.client.post(&path(&request, &format!("/{what}")), &body).send().status, 404, "{what}");
        }
    }

    fn attack_who_sees_is_not_who_may(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        let request = ask(&company, "normal");
        let tries = |who: &Person, what: &str, body| who.client.post(&path(&request, &format!("/{what}")), &body).send().status;
        for who in [&desk.viewer, &desk.agent, &shop.owner, &shop.editor, &company.leader] {
            assert_eq!(tries(who, "answer", json!({ "text": "Yes." })), 403, "{}", who.email);
        }
        for who in [&shop.owner, &shop.viewer, &desk.owner] {
            assert_eq!(tries(who, "accept", json!({})), 403, "only who asked: {}", who.email);
        }
        assert_eq!(tries(&desk.viewer, "notes", json!({ "text": "I heard so." })), 201);
    }

    fn attack_a_program_sees_what_its_key_says(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        let request = ask(&company, "normal");
        let reads = |maker: &Person, scopes: &[&str], department: &str| {
            let key = program(maker, scopes, &[department]);
            house.bearer(key["secret"].as_str().unwrap()).get(&path(&request, "")).send().status
        };
        assert_eq!(reads(&desk.owner, &["request.read"], &desk.key), 200);
        assert_eq!(reads(&desk.owner, &["draft.read"], &desk.key), 403);
        assert_eq!(reads(&company.leader, &["request.read"], &desk.key), 200);
        assert_eq!(reads(&company.leader, &["request.read"], &shop.key), 200, "it comes from there");
        company.leader.client.post("/v1/departments", &json!({ "key": "quiet", "name": "Quiet" })).is(201);
        assert_eq!(reads(&company.leader, &["request.read"], "quiet"), 404);
    }
}
