//! What is kept of visitors, and for how long.

use std::{thread::sleep, time::Duration};

use serde_json::{Value, json};

use super::{MOON, gaps, path, said};
use crate::house::{Company, House, Visitor, unique};

fn all_conversations(house: &House, company: &Company) -> Vec<Value> {
    let leader = company.leader.sign_in(house);
    leader.client.get("/v1/conversations?limit=200").is(200)["items"].as_array().unwrap().clone()
}

on_both! {
    fn gaps_outlive_the_conversations_behind_them(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("outlive"));
        said(&house, &company, &MOON);
        let before = gaps(&company.leader.client, 1).remove(0);
        assert_eq!(all_conversations(&house, &company).len(), 6);
        house.clock.pass(Duration::from_secs(400 * 24 * 3_600));
        for _ in 0..300 {
            if all_conversations(&house, &company).is_empty() {
                break;
            }
            sleep(Duration::from_millis(100));
        }
        assert!(all_conversations(&house, &company).is_empty(), "what is older than 180 days goes at night");
        let leader = company.leader.sign_in(&house).client;
        let gap = leader.get(&path(&before)).is(200);
        assert_eq!((&gap["title"], &gap["count"], &gap["state"]), (&before["title"], &json!(4), &json!("open")));
        assert_eq!(gap["examples"].as_array().unwrap().len(), 4, "{gap:#}");
        assert_eq!(gap["counts"][0]["count"], 4);
        let summary = leader.get("/v1/analytics/summary").is(200);
        assert_eq!(summary["numbers"]["replies"], 0, "{summary:#}");
        let rows = leader.get("/v1/audit-log?limit=200&action=conversation.expired").is(200);
        assert_eq!(rows["items"].as_array().unwrap().len(), 1, "{rows:#}");
    }

    fn a_company_says_how_long_it_keeps_conversations(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("keeps"));
        let leader = &company.leader.client;
        assert_eq!(leader.get("/v1/retention").is(200), json!({ "conversation_days": 180, "updated_at": null }));
        for bad in [29, 1_096, -1] {
            assert_eq!(leader.put("/v1/retention", &json!({ "conversation_days": bad })).fails(422), "invalid");
        }
        assert_eq!(leader.put("/v1/retention", &json!({ "conversation_days": 30 })).is(200)["conversation_days"], 30);
        assert_eq!(company.departments[0].owner.client.get("/v1/retention").fails(403), "forbidden");
        house.clock.pass(Duration::from_secs(29 * 24 * 3_600));
        sleep(Duration::from_secs(3));
        assert_eq!(all_conversations(&house, &company).len(), 2, "not yet");
        house.clock.pass(Duration::from_secs(3 * 24 * 3_600));
        for _ in 0..100 {
            if all_conversations(&house, &company).is_empty() {
                return;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("still there");
    }

    fn an_erased_visitors_words_are_nowhere(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("erased"));
        let leader = &company.leader.client;
        said(&house, &company, &MOON[1..]);
        let canary = "is the moon made of cheese kuukanariakuu";
        let visitor: Visitor = said(&house, &company, &[canary]).remove(0);
        let gap = path(&super::until(leader, &path(&gaps(leader, 1)[0]), |gap| gap["count"] == 4));
        assert!(leader.get(&gap).is(200).to_string().contains("kuukanariakuu"));
        let id = leader.get(&format!("/v1/conversations/{}", visitor.conversation)).is(200)["visitor"].as_str().unwrap().to_owned();
        assert_eq!(company.departments[0].owner.client.delete(&format!("/v1/visitors/{id}")).fails(403), "forbidden");
        let erased = leader.delete(&format!("/v1/visitors/{id}")).is(200);
        assert_eq!(erased, json!({ "conversations": 1, "messages": 2, "examples": 1 }));
        assert_eq!(leader.delete(&format!("/v1/visitors/{id}")).fails(404), "not-found");
        let after = leader.get(&gap).is(200);
        assert_eq!((&after["count"], after["examples"].as_array().unwrap().len()), (&json!(4), 3), "counts stay");
        for place in [gap.as_str(), "/v1/gaps", "/v1/conversations", "/v1/analytics/messages.csv", "/v1/audit-log?limit=200"] {
            let answer = leader.get(place).send();
            assert!(answer.status == 200 && !String::from_utf8_lossy(&answer.body).contains("kuukanariakuu"), "{place}");
        }
        assert_eq!(visitor.client.get(&format!("{}/messages", visitor.path)).send().status, 401);
    }
}
