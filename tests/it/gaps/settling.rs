//! What people do with gaps: title, close, open again, merge, split, and turn into content.

use serde_json::json;

use super::{MOON, disliked, gaps, path, said, until};
use crate::house::{Company, Visitor, publish, unique};

const SNOW: [&str; 3] =
    ["do penguins like snow in july", "penguins in july, do they like the snow", "does a penguin like july snow"];

on_both! {
    fn a_gap_is_titled_closed_and_opened_again(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("titled"));
        let leader = &company.leader.client;
        said(&house, &company, &MOON[..3]);
        let gap = path(&gaps(leader, 1)[0]);
        let titled = leader.patch(&gap, &json!(1), &json!({ "title": "The moon" })).is(200);
        assert_eq!((&titled["title"], &titled["version"]), (&json!("The moon"), &json!(2)));
        assert_eq!(leader.patch(&gap, &json!(1), &json!({ "title": "Late" })).fails(412), "stale-version");
        assert_eq!(leader.patch(&gap, &json!(2), &json!({ "title": " " })).fails(422), "invalid");
        let closed = leader.post(&format!("{gap}/close"), &json!({ "reason": "not_ours", "note": "We sell no moons" })).is(200);
        assert_eq!((&closed["state"], &closed["reason"], &closed["note"]), (&json!("closed"), &json!("not_ours"), &json!("We sell no moons")));
        assert_eq!(leader.post(&format!("{gap}/close"), &json!({ "reason": "noise" })).fails(409), "gap-not-open");
        assert_eq!(leader.post(&format!("{gap}/close"), &json!({ "reason": "tired" })).fails(422), "invalid");
        // It still counts who asks, and no second gap comes of it.
        said(&house, &company, &MOON[3..]);
        let counted = until(leader, &gap, |gap| gap["since_closed"] == 1);
        assert_eq!((&counted["count"], &counted["title"]), (&json!(4), &json!("The moon")));
        assert!(gaps(leader, 1)[0]["state"] == "closed");
        let open = leader.ask("POST", &format!("{gap}/reopen")).is(200);
        assert_eq!((&open["state"], &open["reason"]), (&json!("open"), &json!(null)));
        let events: Vec<String> = leader.get("/v1/audit-log?limit=200").is(200)["items"].as_array().unwrap().iter()
            .map(|row| row["action"].as_str().unwrap().to_owned()).filter(|action| action.starts_with("gap.")).collect();
        for action in ["gap.found", "gap.titled", "gap.closed", "gap.reopened"] {
            assert_eq!(events.iter().filter(|event| *event == action).count(), 1, "{action} in {events:?}");
        }
    }

    fn gaps_are_merged_and_split_and_stay_so(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("split"));
        let leader = &company.leader.client;
        said(&house, &company, &MOON[..3]);
        let moon = path(&gaps(leader, 1)[0]);
        said(&house, &company, &SNOW);
        let both = gaps(leader, 2);
        let snow = both.iter().map(path).find(|path| *path != moon).unwrap();
        let into = json!({ "into": moon.rsplit('/').next().unwrap() });
        let merged = leader.post(&format!("{snow}/merge"), &into).is(200);
        assert_eq!((&merged["count"], merged["examples"].as_array().unwrap().len()), (&json!(6), 6));
        let gone = leader.get(&snow).is(200);
        assert_eq!((&gone["state"], &gone["merged_into"]), (&json!("merged"), &into["into"]));
        assert_eq!(leader.post(&format!("{snow}/merge"), &into).fails(409), "gap-not-open");
        assert_eq!(leader.post(&format!("{moon}/merge"), &into).fails(422), "invalid-reference");
        assert_eq!(gaps(leader, 1).len(), 1);
        let penguins: Vec<_> = merged["examples"].as_array().unwrap().iter()
            .filter(|example| example["text"].as_str().unwrap().contains("penguin")).map(|example| example["message"].clone()).collect();
        let new = leader.post(&format!("{moon}/split"), &json!({ "messages": penguins, "title": "Penguins" })).is(201);
        assert_eq!((&new["title"], &new["count"]), (&json!("Penguins"), &json!(3)));
        let rest = leader.get(&moon).is(200);
        assert_eq!((&rest["count"], rest["examples"].as_array().unwrap().len()), (&json!(3), 3));
        assert_eq!(leader.post(&format!("{moon}/split"), &json!({ "messages": penguins })).fails(422), "invalid-reference");
        // What comes later goes to the one that it belongs to.
        said(&house, &company, &["do penguins like snow in the month of july"]);
        until(leader, &path(&new), |gap| gap["count"] == 4);
        assert_eq!(leader.get(&moon).is(200)["count"], 3);
        assert_eq!(gaps(leader, 2).len(), 2);
    }

    fn one_call_makes_a_gap_a_new_intent_and_the_visitor_gets_its_answer(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("turned"));
        let [desk, shop] = &company.departments;
        said(&house, &company, &MOON);
        let gap = gaps(&company.leader.client, 1).remove(0);
        let knows = company.departments.iter().find(|department| *department.key == gap["likely"][0]["department"]).unwrap();
        let other = if knows.key == desk.key { shop } else { desk };
        let body = |department: &str| json!({
            "department": department, "name": "moon_cheese", "answers": [{ "language": "en", "text": "It is not." }],
        });
        let turn = format!("{}/intents", path(&gap));
        assert_eq!(company.leader.client.post(&turn, &body(&knows.key)).fails(403), "forbidden");
        assert_eq!(knows.editor.client.post(&turn, &body(&other.key)).fails(403), "forbidden");
        assert_eq!(knows.editor.client.post(&turn, &body("nowhere")).fails(422), "invalid-reference");
        let turned = knows.editor.client.post(&turn, &body(&knows.key)).is(201);
        assert_eq!((&turned["gap"]["state"], &turned["gap"]["reason"]), (&json!("closed"), &json!("answered")));
        assert_eq!(turned["gap"]["note"], turned["intent"]);
        assert_eq!(turned["phrases"].as_array().unwrap().len(), 4);
        assert_eq!(knows.editor.client.post(&turn, &body(&knows.key)).fails(409), "gap-not-open");
        publish(&knows.owner, &knows.key);
        let reply = Visitor::come(&house, company.key()).say(MOON[0])["reply"].clone();
        assert_eq!((&reply["kind"], &reply["text"]), (&json!("answer"), &json!("It is not.")));
    }

    fn one_call_makes_a_gaps_examples_phrases_of_an_intent(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("phrases"));
        let desk = &company.departments[0];
        disliked(&house, &company, 0, 2);
        let visitor = Visitor::come(&house, company.key());
        let text = format!("{} call +358 40 123 4567", desk.question);
        let reply = visitor.say(&text)["reply"].clone();
        visitor.client.post(&format!("{}/rating", visitor.path), &json!({ "score": 2, "message": reply["message"]["id"] })).is(201);
        let gap = path(&gaps(&desk.owner.client, 1)[0]);
        let turn = format!("{gap}/phrases");
        let missing = json!({ "department": desk.key, "intent": "int_01jd0000007000g00000000009" });
        assert_eq!(desk.owner.client.post(&turn, &missing).fails(404), "not-found");
        let body = json!({ "department": desk.key, "intent": desk.draft });
        let turned = desk.owner.client.post(&turn, &body).is(201);
        let phrases: Vec<&str> = turned["phrases"].as_array().unwrap().iter().map(|phrase| phrase["text"].as_str().unwrap()).collect();
        assert_eq!(phrases.len(), 2, "equal ones are kept once: {phrases:?}");
        assert!(phrases.contains(&format!("{} call", desk.question).as_str()), "what was masked is left out: {phrases:?}");
        assert_eq!(turned["gap"]["state"], "closed");
    }
}
