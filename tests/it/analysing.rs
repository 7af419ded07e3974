//! The numbers of visitors' talk: exact, settled late, null where there are none, and each department's own.

use std::{thread::sleep, time::Duration};

use guildhall_app::relay;
use serde_json::{Value, json};

use crate::house::{Client, Company, House, Visitor, unique};

/// The numbers of a summary, once they are as expected.
fn numbers(by: &Client, query: &str, so: impl Fn(&Value) -> bool) -> Value {
    let mut numbers = Value::Null;
    for _ in 0..200 {
        numbers = by.get(&format!("/v1/analytics/summary{query}")).is(200)["numbers"].clone();
        if so(&numbers) {
            return numbers;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("not so: {numbers:#}");
}

/// Some talk: two answers by the first department (one rated 1, then 4), one by the second, a fallback.
fn talk(house: &House, company: &Company) -> [Visitor; 3] {
    let [desk, shop] = &company.departments;
    let visitors = [(); 3].map(|()| Visitor::come(house, company.key()));
    let reply = visitors[0].say(desk.question)["reply"].clone();
    let rate = |score: i64| {
        let body = json!({ "score": score, "message": reply["message"]["id"] });
        visitors[0].client.post(&format!("{}/rating", visitors[0].path), &body).is(201);
    };
    rate(1);
    rate(4);
    visitors[1].say(shop.question);
    visitors[2].say(desk.question);
    assert_eq!(visitors[2].say("is the moon made of cheese")["reply"]["kind"], "fallback");
    visitors
}

/// What the message log says, counted anew.
fn counted(by: &Client) -> (i64, i64, i64) {
    let log = by.get("/v1/analytics/messages.csv").send();
    assert_eq!((log.status, log.header("Content-Type")), (200, Some("text/csv; charset=utf-8")));
    let mut table = csv::Reader::from_reader(log.body.as_slice());
    let head = table.headers().unwrap().clone();
    let at = |name: &str| head.iter().position(|column| column == name).unwrap();
    let (kind, talk) = (at("kind"), at("conversation"));
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    let of = |name: &str| i64::try_from(rows.iter().filter(|row| &row[kind] == name).count()).unwrap();
    let mut talks: Vec<&str> = rows.iter().map(|row| &row[talk]).collect();
    talks.sort_unstable();
    talks.dedup();
    (of("answer"), of("fallback"), i64::try_from(talks.len()).unwrap())
}

on_both! {
    fn numbers_are_those_of_the_message_log_and_settle_after_three_days(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("numbers"));
        let leader = &company.leader.client;
        let [desk, shop] = &company.departments;
        let before = leader.get("/v1/analytics/summary?from=2020-01-01&to=2020-01-31").is(200)["numbers"].clone();
        for none in ["answer_rate", "contained", "unknown_rate", "mean_rating"] {
            assert_eq!(before[none], json!(null), "{none}");
        }
        talk(&house, &company);
        // With the two visitors of the founding: five answers, one fallback.
        let now = numbers(leader, "", |numbers| numbers["replies"] == 6 && numbers["mean_rating"] == 4.0);
        let expected = json!({ "answered": 5, "ambiguous": 0, "out_of_scope": 1, "conversations": 5, "settled": 0, "ratings": 1, "bad_ratings": 0 });
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(now[name], *value, "{name}: {now:#}");
        }
        assert_eq!(now["contained"], json!(null), "nothing is settled");
        let (answered, fallbacks, talks) = counted(leader);
        assert_eq!((json!(answered), json!(fallbacks), json!(talks)), (now["answered"].clone(), now["out_of_scope"].clone(), now["conversations"].clone()));
        let own = desk.owner.client.get("/v1/analytics/summary").is(200)["numbers"].clone();
        assert_eq!((&own["answered"], &own["out_of_scope"], &own["conversations"]), (&json!(3), &json!(0), &json!(3)));

        house.clock.pass(Duration::from_secs(73 * 3_600));
        let leader = &company.leader.sign_in(&house).client;
        let tenant = leader.get("/v1/me").is(200)["tenant"]["id"].as_str().unwrap().parse().unwrap();
        house.within(move |app| async move { relay::relay(&app, tenant).await.unwrap() });
        let settled = numbers(leader, "", |numbers| numbers["settled"] == 5);
        assert_eq!((&settled["resolved"], &settled["unknown"], &settled["unresolved"]), (&json!(4), &json!(1), &json!(0)));
        assert!((settled["contained"].as_f64().unwrap() - 0.8).abs() < 1e-9);
        let series = leader.get("/v1/analytics/series").is(200);
        let points = series["points"].as_array().unwrap();
        assert_eq!(points.len(), 30);
        assert_eq!(points.iter().map(|point| point["numbers"]["replies"].as_i64().unwrap()).sum::<i64>(), 6);
        let weeks = leader.get("/v1/analytics/series?step=week").is(200);
        assert_eq!(weeks["points"].as_array().unwrap().iter().map(|point| point["numbers"]["conversations"].as_i64().unwrap()).sum::<i64>(), 5);
        let parts = |by: &str| leader.get(&format!("/v1/analytics/breakdown?by={by}")).is(200)["parts"].as_array().unwrap().clone();
        let of = |parts: &[Value], key: &str| parts.iter().find(|part| part["department"] == *key).unwrap()["numbers"].clone();
        let departments = parts("department");
        assert_eq!((&of(&departments, &desk.key)["answered"], &of(&departments, &shop.key)["answered"]), (&json!(3), &json!(2)));
        let intents = parts("intent");
        assert_eq!(intents.iter().map(|part| part["numbers"]["answered"].as_i64().unwrap()).sum::<i64>(), 5, "{intents:#?}");
        assert_eq!(parts("language")[0]["language"], "en");
        assert_eq!(parts("channel")[0]["channel"], company.channel["id"]);
    }

    fn an_outcome_is_corrected_when_a_visitor_comes_back_late(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("late"));
        let visitor = Visitor::come(&house, company.key());
        visitor.say(company.departments[0].question);
        house.clock.pass(Duration::from_secs(73 * 3_600));
        let tenant = company.leader.sign_in(&house).client.get("/v1/me").is(200)["tenant"]["id"].as_str().unwrap().parse().unwrap();
        house.within(move |app| async move { relay::relay(&app, tenant).await.unwrap() });
        let leader = company.leader.sign_in(&house).client;
        numbers(&leader, "", |numbers| numbers["resolved"] == 3 && numbers["settled"] == 3);
        // The same conversation goes on: what was settled is open again, and ends otherwise.
        visitor.say("is the moon made of cheese");
        numbers(&leader, "", |numbers| numbers["resolved"] == 2 && numbers["settled"] == 2);
        house.clock.pass(Duration::from_secs(73 * 3_600));
        house.within(move |app| async move { relay::relay(&app, tenant).await.unwrap() });
        let leader = company.leader.sign_in(&house).client;
        numbers(&leader, "", |numbers| numbers["resolved"] == 2 && numbers["unknown"] == 1);
    }

    fn coming_back_with_the_same_within_three_days_is_no_resolution(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("back"));
        let visitor = Visitor::come(&house, company.key());
        visitor.say(company.departments[0].question);
        house.clock.pass(Duration::from_secs(60 * 3_600));
        let again = visitor.client.post("/v1/chat/conversations", &json!({})).with("Origin", crate::house::ORIGIN).is(201);
        let path = format!("/v1/chat/conversations/{}/messages", again["conversation"]["id"].as_str().unwrap());
        visitor.client.post(&path, &json!({ "text": company.departments[0].question })).is(201);
        house.clock.pass(Duration::from_secs(73 * 3_600));
        let leader = company.leader.sign_in(&house).client;
        let tenant = leader.get("/v1/me").is(200)["tenant"]["id"].as_str().unwrap().parse().unwrap();
        house.within(move |app| async move { relay::relay(&app, tenant).await.unwrap() });
        numbers(&leader, "", |numbers| numbers["settled"] == 4 && numbers["unresolved"] == 1 && numbers["resolved"] == 3);
    }

    fn a_departments_numbers_do_not_move_with_anothers_talk(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("apart"));
        let [desk, shop] = &company.departments;
        let all = |by: &Client| {
            ["summary", "series", "series?step=week", "breakdown?by=department", "breakdown?by=intent", "breakdown?by=language",
                "breakdown?by=channel", &format!("summary?intent={}", shop.live), &format!("summary?department={}", desk.key)]
                .map(|view| by.get(&format!("/v1/analytics/{view}")).is(200))
        };
        numbers(&company.leader.client, "", |numbers| numbers["replies"] == 2);
        let before = all(&desk.owner.client);
        for _ in 0..3 {
            let visitor = Visitor::come(&house, company.key());
            let reply = visitor.say(shop.question)["reply"].clone();
            visitor.client.post(&format!("{}/rating", visitor.path), &json!({ "score": 1, "message": reply["message"]["id"] })).is(201);
            visitor.say("is the moon made of cheese");
        }
        numbers(&company.leader.client, "", |numbers| numbers["replies"] == 8 && numbers["bad_ratings"] == 3);
        assert_eq!(all(&desk.owner.client), before);
        assert_eq!(desk.owner.client.get(&format!("/v1/analytics/summary?department={}", shop.key)).fails(403), "forbidden");
        // An executive sees numbers and no rows; a viewer sees the own department's numbers.
        assert_eq!(company.executive.client.get("/v1/analytics/summary").is(200)["numbers"]["replies"], 8);
        assert_eq!(company.executive.client.get("/v1/analytics/messages.csv").fails(403), "forbidden");
        assert_eq!(all(&desk.viewer.client), before);
        assert_eq!(desk.viewer.client.get("/v1/analytics/messages.csv").fails(403), "forbidden");
        let (answered, _, talks) = counted(&desk.owner.client);
        assert_eq!((answered, talks), (1, 1), "rows of the own conversations alone");
    }

    fn rows_are_no_formulas_and_odd_questions_are_refused(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("formula"));
        let leader = &company.leader.client;
        Visitor::come(&house, company.key()).say("=HYPERLINK(\"https://evil.example\")");
        let log = leader.get("/v1/analytics/messages.csv").send();
        let text = String::from_utf8(log.body.clone()).unwrap();
        assert!(text.contains("'=HYPERLINK") && !text.contains(",\"=HYPERLINK"), "{text}");
        for (query, slug) in [
            ("summary?from=yesterday", "invalid-parameter"),
            ("summary?of=all", "unknown-parameter"),
            ("series?step=month", "invalid-parameter"),
            ("breakdown?by=person", "invalid-parameter"),
            ("messages.csv?from=2026-01-01&to=2025-01-01", "invalid-parameter"),
        ] {
            assert_eq!(leader.get(&format!("/v1/analytics/{query}")).fails(400), slug, "{query}");
        }
        assert_eq!(leader.get("/v1/analytics/summary?from=2020-01-01&to=2026-01-01").fails(422), "invalid");
        assert_eq!(leader.get("/v1/analytics/summary?department=nowhere").fails(422), "invalid-reference");
    }
}
