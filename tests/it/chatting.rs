//! Visitors: whose page may call, whose conversation it is, what is answered twice, and what staff may read of it.

use std::{
    io::{BufRead, BufReader, Read},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::house::{Company, ORIGIN, Visitor, intent, publish, unique};

on_both! {
    fn attack_27_only_a_listed_origin_opens_a_conversation(place) {
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

    fn attack_25_another_visitors_conversation_does_not_exist(place) {
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

    fn a_closed_channel_ends_streams_and_opens_nothing(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("closed"));
        let visitor = &company.visitors[0];
        let mut stream = BufReader::new(visitor.client.get(&format!("{}/events", visitor.path)).stream());
        let mut line = String::new();
        assert!(stream.read_line(&mut line).unwrap() > 0, "the stream has begun");
        let channel = format!("/v1/channels/{}", company.channel["id"].as_str().unwrap());
        company.leader.client.delete(&channel).at(&company.channel["version"]).is(204);
        let closed = Instant::now();
        stream.read_to_string(&mut line).unwrap();
        assert!(closed.elapsed() < Duration::from_secs(6), "{:?}", closed.elapsed());
        let open = house.bearer(company.key()).post("/v1/chat/conversations", &json!({})).with("Origin", ORIGIN);
        assert_eq!(open.fails(401), "unauthenticated");
        assert_eq!(visitor.client.get(&format!("{}/messages", visitor.path)).fails(401), "unauthenticated");
        company.leader.client.get(&format!("/v1/conversations/{}", visitor.conversation)).is(200);
    }

    fn who_comes_back_keeps_their_token_and_their_conversations(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("back"));
        let visitor = &company.visitors[0];
        let body = json!({ "language": "fi", "context": { "page": "/returns" } });
        let again = visitor.client.post("/v1/chat/conversations", &body).with("Origin", ORIGIN).is(201);
        assert_eq!(again["visitor_token"], visitor.client.token());
        assert_ne!(again["conversation"]["id"], *visitor.conversation);
        let path = format!("/v1/chat/conversations/{}/messages", again["conversation"]["id"].as_str().unwrap());
        let sent = json!({ "text": company.departments[0].question, "context": { "page": "/cart", "items": 2 } });
        visitor.client.post(&path, &sent).is(201);
        let target = format!("/v1/conversations/{}", again["conversation"]["id"].as_str().unwrap());
        let seen = company.departments[0].agent.client.get(&target).is(200);
        assert_eq!(seen["context"], json!({ "page": "/cart", "items": 2 }));
        assert_eq!((&seen["language"], &seen["messages"]), (&json!("fi"), &json!(2)));
        visitor.client.get(&format!("{}/messages", visitor.path)).is(200);
    }

    fn a_visitors_token_lives_thirty_days_after_its_last_use(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("sliding"));
        let [regular, once] = &company.visitors;
        let day = Duration::from_hours(24);
        house.clock.pass(20 * day);
        regular.say("still here");
        house.clock.pass(20 * day);
        regular.say("and here");
        assert_eq!(once.client.get(&format!("{}/messages", once.path)).fails(401), "unauthenticated");
    }

    fn messages_at_once_keep_their_order_and_their_replies(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("order"));
        let visitor = Visitor::come(&house, company.key());
        let path = format!("{}/messages", visitor.path);
        std::thread::scope(|scope| {
            for n in 0..16 {
                let body = json!({ "text": format!("message {n}"), "client_message_id": format!("m-{}", n / 2) });
                let ask = visitor.client.post(&path, &body);
                scope.spawn(move || {
                    let answer = ask.send();
                    assert!([201, 422].contains(&answer.status), "{}", answer.text());
                });
            }
        });
        let items = visitor.client.get(&format!("{path}?limit=200")).is(200)["items"].as_array().unwrap().clone();
        assert_eq!(items.len(), 16, "eight messages, each with its reply");
        for (at, item) in (0..).zip(&items) {
            assert_eq!((&item["seq"], &item["from"]), (&json!(at + 1), &json!(["visitor", "bot"][at % 2])));
        }
    }

    fn what_staff_do_is_audited_and_what_visitors_do_is_not(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("audited"));
        let log = |query: &str| company.leader.client.get(&format!("/v1/audit-log?limit=200{query}")).is(200)["items"].clone();
        let before = log("");
        company.visitors[0].say("nobody writes this down twice");
        assert_eq!(log(""), before);
        let rows = before.as_array().unwrap();
        let seqs: Vec<_> = rows.iter().map(|row| row["seq"].as_i64().unwrap()).collect();
        assert!(seqs.windows(2).all(|pair| pair[0] == pair[1] + 1), "no gap: {seqs:?}");
        assert!(rows.iter().any(|row| row["action"] == "release.published" && row["actor"] == *company.departments[0].owner.id));
        let owners = log(&format!("&actor={}", company.departments[0].owner.id));
        assert!(owners.as_array().unwrap().iter().all(|row| row["actor"] == *company.departments[0].owner.id));
        let text = before.to_string();
        for secret in [crate::house::PASSWORD, company.key(), company.visitors[0].client.token(), company.leader.client.token(), "@guildhall.test"] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
}
