//! Visitors: whose page may call, whose conversation it is, what is answered twice, and what staff may read of it.

use std::io::{BufRead, BufReader};

use serde_json::{Value, json};

use crate::house::{Company, ORIGIN, Visitor, intent, publish, unique};

on_both! {
    fn only_a_listed_origin_opens_a_conversation(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("origins"));
        let open = house.bearer(company.key()).post("/v1/chat/conversations", &json!({}));
        assert_eq!(open.clone().without("Origin").fails(403), "origin-not-allowed");
        for origin in ["null", "https://shop.example.evil.com", "https://shop.example:8443", "http://shop.example", "https://SHOP.example"] {
            assert_eq!(open.clone().with("Origin", origin).fails(403), "origin-not-allowed", "{origin}");
        }
        open.with("Origin", ORIGIN).is(201);
        let visitor = &company.visitors[0];
        let say = visitor.client.post(&format!("{}/messages", visitor.path), &json!({ "text": "hello" }));
        assert_eq!(say.clone().with("Origin", "https://evil.example").fails(403), "origin-not-allowed");
        say.with("Origin", ORIGIN).is(201);
    }

    fn another_visitors_conversation_does_not_exist(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("others"));
        let [mine, other] = &company.visitors;
        for target in [format!("{}/messages", other.path), format!("{}/events", other.path)] {
            assert_eq!(mine.client.get(&target).fails(404), "not-found");
        }
        assert_eq!(mine.client.post(&format!("{}/messages", other.path), &json!({ "text": "hi" })).fails(404), "not-found");
        assert_eq!(mine.client.post(&format!("{}/rating", other.path), &json!({ "score": 1 })).fails(404), "not-found");
    }

    fn a_message_sent_twice_is_answered_once(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("twice"));
        let visitor = Visitor::come(&house, company.key());
        let path = format!("{}/messages", visitor.path);
        let body = json!({ "text": company.departments[0].question, "client_message_id": "m-1" });
        let first = visitor.client.post(&path, &body).is(201);
        assert_eq!(visitor.client.post(&path, &body).is(201), first);
        let other = json!({ "text": "something else", "client_message_id": "m-1" });
        assert_eq!(visitor.client.post(&path, &other).fails(422), "client-message-id-reused");
        let stored = visitor.client.get(&path).is(200);
        assert_eq!(stored["items"].as_array().unwrap().len(), 2);
        assert_eq!(first["reply"]["department"], company.departments[0].key);
    }

    fn an_ambiguous_message_names_both_departments_and_a_choice_settles_it(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("ambiguous"));
        let phrases = ["warranty of my tent", "tent warranty claim", "is my tent under warranty", "warranty for tents"];
        for department in &company.departments {
            department.owner.client.post(&department.path("intents"), &intent("tent_warranty", &phrases)).is(201);
            publish(&department.owner, &department.key);
        }
        let visitor = Visitor::come(&house, company.key());
        let asked = visitor.say("is my tent under warranty");
        assert_eq!(asked["reply"]["kind"], "disambiguation", "{asked}");
        let buttons = asked["reply"]["buttons"].as_array().unwrap().clone();
        assert!(buttons.len() >= 2 && asked["reply"]["text"].as_str().unwrap().contains('('), "{asked}");
        let choose = |payload: &Value| visitor.client.post(&format!("{}/messages", visitor.path), &json!({ "choice": payload }));
        let chosen = choose(&buttons[1]["payload"]).is(201);
        assert_eq!(chosen["reply"]["kind"], "answer");
        assert!(company.departments.iter().any(|department| chosen["reply"]["department"] == department.key));
        assert_eq!(choose(&buttons[0]["payload"]).fails(409), "choice-closed");
    }

    fn staff_read_what_their_department_took_part_in_and_no_more(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("reading"));
        let [first, second] = &company.visitors;
        let [own, other] = &company.departments;
        let ids = |answer: &Value| -> Vec<String> {
            answer["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
        };
        for reader in [&own.owner, &own.agent] {
            let listed = ids(&reader.client.get("/v1/conversations").is(200));
            assert!(listed.contains(&first.conversation) && !listed.contains(&second.conversation));
            let words = other.question.replace(' ', "%20").replace('?', "");
            assert!(!ids(&reader.client.get(&format!("/v1/conversations?q={words}")).is(200)).contains(&second.conversation));
            reader.client.get(&format!("/v1/conversations/{}/messages", first.conversation)).is(200);
            for below in ["", "/messages"] {
                let target = format!("/v1/conversations/{}{below}", second.conversation);
                assert_eq!(reader.client.get(&target).fails(404), "not-found");
            }
        }
        let all = ids(&company.leader.client.get("/v1/conversations").is(200));
        assert!(all.contains(&first.conversation) && all.contains(&second.conversation));
        assert_eq!(own.viewer.client.get("/v1/conversations").fails(403), "forbidden");
    }

    fn a_stream_brings_what_was_written_and_goes_on_where_it_broke_off(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("stream"));
        let visitor = Visitor::come(&house, company.key());
        let events = visitor.client.get(&format!("{}/events", visitor.path));
        let mut stream = BufReader::new(events.stream());
        visitor.say("hello there");
        let mut seen = Vec::new();
        while seen.len() < 2 {
            let mut line = String::new();
            assert!(stream.read_line(&mut line).unwrap() > 0, "the stream ended");
            seen.extend(line.strip_prefix("id: ").map(|id| id.trim().to_owned()));
        }
        assert_eq!(seen, ["1", "2"]);
        visitor.say("and again");
        let mut resumed = BufReader::new(events.with("Last-Event-ID", "2").stream());
        let mut line = String::new();
        while !line.starts_with("id: ") {
            line.clear();
            assert!(resumed.read_line(&mut line).unwrap() > 0, "the stream ended");
        }
        assert_eq!(line.trim(), "id: 3");
    }

    fn nobody_knows_and_a_judgement_is_kept(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("fallback"));
        let visitor = Visitor::come(&house, company.key());
        let reply = visitor.say("zxqv wkjh pqow")["reply"].clone();
        assert_eq!((&reply["kind"], &reply["department"]), (&json!("fallback"), &Value::Null));
        let rate = |body: Value| visitor.client.post(&format!("{}/rating", visitor.path), &body);
        let first = rate(json!({ "score": 2, "message": reply["message"]["id"] })).is(201);
        let again = rate(json!({ "score": 4, "message": reply["message"]["id"] })).is(201);
        assert_eq!((&first["id"], &again["score"]), (&again["id"], &json!(4)));
        assert_eq!(rate(json!({ "score": 6 })).fails(422), "invalid");
        assert_eq!(rate(json!({ "score": 3, "message": "msg_01jd0000007000g00000000009" })).fails(422), "invalid-reference");
    }
}
