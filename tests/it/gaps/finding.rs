//! How gaps are found: from fallbacks, questions without a choice and bad ratings, each message once.

use guildhall_app::relay;
use serde_json::json;

use super::{MOON, disliked, gaps, path, said, until};
use crate::house::{Company, Visitor, intent, publish, unique};

on_both! {
    fn what_the_bot_cannot_answer_becomes_one_gap_without_personal_data(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("moon"));
        said(&house, &company, &MOON[..3]);
        let gap = gaps(&company.leader.client, 1).remove(0);
        assert_eq!((&gap["state"], &gap["count"]), (&json!("open"), &json!(3)), "{gap:#}");
        // The same gap takes in what comes later, and keeps its identity.
        said(&house, &company, &["is the moon made of cheese, write to aino@example.com or call +358 40 123 4567"]);
        let gap = until(&company.leader.client, &path(&gap), |gap| gap["count"] == 4);
        assert!(gap["title"].as_str().unwrap().contains("moon"));
        let texts: Vec<&str> = gap["examples"].as_array().unwrap().iter().map(|e| e["text"].as_str().unwrap()).collect();
        assert!(texts.contains(&"is the moon made of cheese, write to [email] or call [phone]"), "{texts:?}");
        assert!(gap["examples"].as_array().unwrap().iter().all(|example| example["why"] == "fallback"));
        let counts = gap["counts"].as_array().unwrap();
        assert_eq!(counts.iter().map(|count| count["count"].as_i64().unwrap()).sum::<i64>(), 4);
        assert!(counts.iter().all(|count| count["language"] == "en" && count["channel"] == company.channel["id"]));
        assert_eq!(gap["trend"], json!(null), "nothing was asked in the weeks before");
        let shares: f64 = gap["likely"].as_array().unwrap().iter().map(|of| of["probability"].as_f64().unwrap()).sum();
        assert!((shares - 1.0).abs() < 1e-6, "{gap:#}");
        assert_eq!(gaps(&company.leader.client, 1)[0]["id"], gap["id"]);
    }

    fn relaying_at_once_on_many_sides_counts_each_message_once(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("once"));
        let tenant = company.leader.client.get("/v1/me").is(200)["tenant"]["id"].as_str().unwrap().parse().unwrap();
        for _ in 0..3 {
            said(&house, &company, &MOON);
            house.within(move |app| async move {
                let all = futures_util::future::join_all((0..4).map(|_| relay::relay(&app, tenant))).await;
                // Who was too late may be told to come again; nothing may be done twice.
                assert!(all.iter().any(Result::is_ok), "{all:?}");
            });
        }
        let gap = gaps(&company.leader.client, 1).remove(0);
        let gap = until(&company.leader.client, &path(&gap), |gap| gap["count"] == 12);
        let counts = gap["counts"].as_array().unwrap();
        assert_eq!(counts.iter().map(|count| count["count"].as_i64().unwrap()).sum::<i64>(), 12);
    }

    fn a_bad_rating_is_a_gap_for_the_department_that_answered_alone(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("rated"));
        let [desk, shop] = &company.departments;
        disliked(&house, &company, 0, 3);
        let gap = gaps(&company.leader.client, 1).remove(0);
        assert_eq!(gap["likely"][0]["department"], desk.key, "{gap:#}");
        assert!(gap["likely"][0]["probability"].as_f64().unwrap() > 0.8, "{gap:#}");
        for seeing in [&desk.owner, &desk.reviewer, &desk.editor, &desk.agent] {
            assert_eq!(gaps(&seeing.client, 1)[0]["id"], gap["id"]);
            let whole = seeing.client.get(&path(&gap)).is(200);
            assert!(whole["examples"].as_array().unwrap().iter().all(|example| example["why"] == "rating"));
        }
        assert!(gaps(&shop.owner.client, 0).is_empty());
        assert_eq!(shop.owner.client.get(&path(&gap)).fails(404), "not-found");
        assert_eq!(desk.viewer.client.get("/v1/gaps").fails(403), "forbidden");
        assert_eq!(company.executive.client.get("/v1/gaps").fails(403), "forbidden");
        assert_eq!(shop.owner.client.get(&format!("/v1/gaps?department={}", desk.key)).fails(403), "forbidden");
        assert_eq!(desk.agent.client.post(&format!("{}/close", path(&gap)), &json!({ "reason": "noise" })).fails(403), "forbidden");
    }

    fn a_question_without_a_choice_is_a_gap_and_a_choice_is_none(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("choice"));
        let phrases = ["warranty of my tent", "tent warranty claim", "is my tent under warranty", "warranty for tents"];
        for department in &company.departments {
            department.owner.client.post(&department.path("intents"), &intent("tent_warranty", &phrases)).is(201);
            publish(&department.owner, &department.key);
        }
        let asked = |text: &str| {
            let visitor = Visitor::come(&house, company.key());
            let reply = visitor.say(text)["reply"].clone();
            assert_eq!(reply["kind"], "disambiguation", "{reply:#}");
            (visitor, reply)
        };
        // Chosen: no gap. Said otherwise: a gap. Gone: a gap after an hour.
        for _ in 0..3 {
            let (visitor, reply) = asked("warranty of my tent");
            let choice = reply["buttons"][0]["payload"].clone();
            visitor.client.post(&format!("{}/messages", visitor.path), &json!({ "choice": choice })).is(201);
        }
        for _ in 0..2 {
            let (visitor, _) = asked("tent warranty claim");
            visitor.say(company.departments[0].question);
        }
        let left = asked("is my tent under warranty");
        house.clock.pass(std::time::Duration::from_secs(3_700));
        drop(left);
        let leader = company.leader.sign_in(&house);
        // Somebody speaks, so the relay looks.
        Visitor::come(&house, company.key()).say(company.departments[0].question);
        let gap = gaps(&leader.client, 1).remove(0);
        let gap = until(&leader.client, &path(&gap), |gap| gap["count"] == 3);
        let examples = gap["examples"].as_array().unwrap();
        assert!(examples.iter().all(|example| example["why"] == "not_chosen"), "{gap:#}");
        assert!(examples.iter().all(|example| example["text"] != "warranty of my tent"), "{gap:#}");
        assert_eq!(gap["likely"].as_array().unwrap().len(), 2, "both departments may know");
    }
}
