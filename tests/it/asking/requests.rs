//! A request from question to answer, and each way to decline a move.

use std::time::Duration;

use serde_json::json;

use super::{ask, company, content, go, path, read};
use crate::house::Person;

fn micros(text: &serde_json::Value) -> i64 {
    guildhall_domain::Moment::parse(text.as_str().unwrap()).unwrap().0
}

on_both! {
    fn a_question_is_answered_and_accepted_with_a_ready_thanks(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        let sent = ask(&company, "urgent");
        assert_eq!((&sent["state"], &sent["awaits"], &sent["from"], &sent["to"]), (&json!("open"), &json!("receiving"), &json!(shop.key), &json!(desk.key)));
        assert_eq!(micros(&sent["due_at"]) - micros(&sent["created_at"]), 3_600_000_000, "an hour of work");
        let had = go(&desk.editor, &sent, "acknowledge", &json!({}));
        assert_eq!((&had["state"], &had["assignee"]), (&json!("acknowledged"), &json!(desk.editor.id)));
        let begun = go(&desk.editor, &sent, "start", &json!({}));
        assert_eq!((&begun["state"], &begun["due_at"]), (&json!("in_progress"), &sent["due_at"]));
        let answered = go(&desk.editor, &sent, "answer", &content("socks"));
        assert_eq!((&answered["state"], &answered["awaits"], &answered["due_at"]), (&json!("answered"), &json!("asking"), &json!(null)));
        assert_eq!((&answered["within_target"], &answered["answer"]["by"]), (&json!(true), &json!(desk.editor.id)));
        let accepted = go(&shop.editor, &sent, "accept", &json!({}));
        assert_eq!((&accepted["state"], &accepted["awaits"]), (&json!("accepted"), &json!("landing")));
        assert_eq!(accepted["thanks"]["to"], *desk.editor.id);
        let thanks = accepted["thanks"]["text"].as_str().unwrap();
        assert!(thanks.contains("The editor") && thanks.contains("«May I send socks back?»"), "{thanks}");
        assert_eq!(read(&company.leader, &sent)["thanks"], accepted["thanks"]);
    }

    fn the_clock_stands_while_the_asker_is_asked_back(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        let sent = ask(&company, "high");
        house.clock.pass(Duration::from_mins(60));
        let (editor, asker) = (desk.editor.sign_in(&house), shop.editor.sign_in(&house));
        let returned = go(&editor, &sent, "ask-back", &json!({ "text": "Worn or unworn?" }));
        assert_eq!((&returned["state"], &returned["due_at"], &returned["awaits"]), (&json!("returned"), &json!(null), &json!("asking")));
        assert!(returned["acknowledged_after"].as_u64().unwrap() >= 3_600, "who asks back has read it");
        house.clock.pass(Duration::from_hours(24));
        let asker_again = asker.sign_in(&house);
        let back = go(&asker_again, &sent, "reply", &json!({ "text": "Unworn." }));
        let left = micros(&back["due_at"]) - micros(&back["updated_at"]);
        assert!((10_700_000_000..=10_800_000_000).contains(&left), "three hours of four are left: {left}");
        let notes = asker_again.client.get(&path(&sent, "/notes")).is(200)["items"].clone();
        let kinds: Vec<_> = notes.as_array().unwrap().iter().map(|note| note["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["ask_back", "reply"]);
    }

    fn an_answer_that_does_not_do_comes_back(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        let sent = ask(&company, "normal");
        go(&desk.owner, &sent, "answer", &json!({ "text": "Maybe." }));
        let again = go(&shop.editor, &sent, "reopen", &json!({ "text": "Yes or no?" }));
        assert_eq!((&again["state"], &again["answered_after"], &again["answer"]), (&json!("in_progress"), &json!(null), &json!(null)));
        go(&desk.owner, &sent, "answer", &json!({ "text": "Yes." }));
        let accepted = go(&shop.editor, &sent, "accept", &json!({}));
        assert_eq!(accepted["awaits"], "nobody", "words need no draft");
    }

    fn a_request_goes_to_another_person_or_department(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        let sent = ask(&company, "normal");
        let assignee = |member: &Person| json!({ "member": member.id });
        let put = |body: serde_json::Value| desk.owner.client.put(&path(&sent, "/assignee"), &body);
        assert_eq!(put(assignee(&desk.reviewer)).is(200)["assignee"], *desk.reviewer.id);
        assert_eq!(put(assignee(&desk.agent)).fails(409), "not-an-answerer");
        assert_eq!(put(assignee(&shop.editor)).fails(409), "not-an-answerer");
        assert_eq!(put(json!({ "member": null })).is(200)["assignee"], json!(null));
        go(&desk.owner, &sent, "acknowledge", &json!({}));
        let body = json!({ "to": desk.key, "reason": "Here." });
        assert_eq!(desk.owner.client.post(&path(&sent, "/hand-over"), &body).is(422)["errors"][0]["pointer"], "/to");
        let handed = go(&desk.owner, &sent, "hand-over", &json!({ "to": shop.key, "reason": "Socks are theirs." }));
        assert_eq!((&handed["to"], &handed["state"], &handed["assignee"]), (&json!(shop.key), &json!("open"), &json!(null)));
        assert_eq!(handed["acknowledged_after"], json!(null), "it begins afresh");
        assert_eq!(desk.owner.client.post(&path(&sent, "/start"), &json!({})).fails(404), "not-found", "it is not theirs any more");
        go(&shop.owner, &sent, "start", &json!({}));
    }

    fn moves_that_a_state_does_not_allow_are_told(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        let sent = ask(&company, "normal");
        let fails = |by: &Person, what: &str, body| by.client.post(&path(&sent, &format!("/{what}")), &body).fails(409);
        assert_eq!(fails(&shop.editor, "accept", json!({})), "request-state");
        assert_eq!(fails(&shop.editor, "reply", json!({ "text": "Hm." })), "request-state");
        assert_eq!(fails(&desk.editor, "draft", json!({})), "request-state");
        let declined = go(&desk.editor, &sent, "decline", &json!({ "reason": "Not ours." }));
        assert_eq!((&declined["state"], &declined["reason"], &declined["awaits"]), (&json!("declined"), &json!("Not ours."), &json!("nobody")));
        for what in ["acknowledge", "start"] {
            assert_eq!(fails(&desk.editor, what, json!({})), "request-state", "{what}");
        }
        assert_eq!(fails(&desk.editor, "answer", json!({ "text": "After all." })), "request-state");
        let notes = desk.editor.client.get(&path(&sent, "/notes")).is(200)["items"].as_array().unwrap().len();
        assert_eq!(notes, 1, "what was declined said nothing");
    }

    fn what_is_sent_is_read_strictly(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        let whole = json!({ "from": shop.key, "to": desk.key, "question": "Why?" });
        let flawed = [
            ("to", json!("nowhere"), "/to"), ("from", json!(desk.key), "/from"), ("question", json!(" "), "/question"),
            ("priority", json!("now"), "/priority"), ("examples", json!(["", "fine"]), "/examples/0"),
            ("language", json!("x"), "/language"), ("examples", json!(vec!["x"; 51]), "/examples"),
        ];
        for (field, value, pointer) in flawed {
            let mut body = whole.clone();
            body[field] = value;
            let problem = shop.editor.client.post("/v1/knowledge-requests", &body).is(422);
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{field}");
        }
        let mut body = whole.clone();
        body["assignee"] = json!(desk.viewer.id);
        assert_eq!(shop.editor.client.post("/v1/knowledge-requests", &body).fails(409), "not-an-answerer");
        // Anybody asks for the company; for a department who belongs to it, and the leader.
        let company_asks = json!({ "to": desk.key, "question": "Why?" });
        assert_eq!(company.member.client.post("/v1/knowledge-requests", &company_asks).is(201)["from"], json!(null));
        company.leader.client.post("/v1/knowledge-requests", &whole).is(201);
        let sent = shop.editor.client.post("/v1/knowledge-requests", &whole).is(201);
        let answer = |content| {
            let body = json!({ "content": content });
            desk.editor.client.post(&path(&sent, "/answer"), &body).is(422)["errors"][0]["pointer"].clone()
        };
        assert_eq!(answer(json!({ "phrases": [{ "text": "a" }] })), "/content/intent");
        assert_eq!(answer(json!({ "name": "a", "intent": desk.live })), "/content/name");
        assert_eq!(answer(json!({ "name": "a" })), "/content/phrases");
        assert_eq!(answer(json!({ "name": "a", "answers": [{ "language": "en", "text": "" }] })), "/content/answers/0/text");
        assert_eq!(desk.editor.client.post(&path(&sent, "/answer"), &json!({})).is(422)["errors"][0]["pointer"], "/text");
    }

    fn lists_are_searched_and_paged(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        let sent: Vec<_> = (0..3).map(|n| {
            let body = json!({ "to": desk.key, "question": format!("Question number {n} about boots") });
            company.member.client.post("/v1/knowledge-requests", &body).is(201)["id"].clone()
        }).collect();
        go(&desk.owner, &json!({ "id": sent[0] }), "decline", &json!({ "reason": "No." }));
        let ids = |person: &Person, query: &str| -> Vec<serde_json::Value> {
            let listed = person.client.get(&format!("/v1/knowledge-requests{query}")).is(200);
            listed["items"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect()
        };
        assert_eq!(ids(&desk.viewer, ""), [sent[2].clone(), sent[1].clone(), sent[0].clone()], "the latest first");
        assert_eq!(ids(&company.member, ""), ids(&desk.viewer, ""), "one's own");
        assert!(ids(&shop.owner, "").is_empty() && ids(&company.executive, "").is_empty());
        assert_eq!(ids(&company.leader, "?q=NUMBER%201"), [sent[1].clone()]);
        assert_eq!(ids(&company.leader, "?state=declined"), [sent[0].clone()]);
        assert_eq!(ids(&company.leader, &format!("?to={}&limit=2", desk.key)).len(), 2);
        assert!(ids(&company.leader, "?overdue=true").is_empty());
        let page = company.leader.client.get("/v1/knowledge-requests?limit=2").is(200);
        let rest = format!("?limit=2&cursor={}", page["next_cursor"].as_str().unwrap());
        assert_eq!(ids(&company.leader, &rest), [sent[0].clone()]);
        assert_eq!(company.leader.client.get("/v1/knowledge-requests?state=lost").fails(400), "invalid-parameter");
    }
}
