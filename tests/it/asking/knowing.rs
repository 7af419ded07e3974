//! Who knows: departments by probability, and persons who agreed to be named, in the order of their names.

use serde_json::{Value, json};

use super::{ask, company, go};
use crate::house::Person;

fn knows(by: &Person, question: &str) -> Value {
    by.client.post("/v1/who-knows", &json!({ "question": question, "language": "en" })).is(200)
}

fn agrees(person: &Person, named: bool) {
    person.client.put("/v1/me/settings", &json!({ "named": named, "letters": true })).is(200);
}

on_both! {
    fn the_department_that_owns_what_is_near_is_named_first(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        for (question, department) in [("where has my parcel gone", desk), ("can a gift card be bought", shop)] {
            let found = knows(&company.member, question);
            assert_eq!(found["departments"][0]["department"], *department.key, "{found:#}");
            assert!(found["departments"][0]["probability"].as_f64().unwrap() > 0.5, "{found:#}");
            let sum: f64 = found["departments"].as_array().unwrap().iter().map(|one| one["probability"].as_f64().unwrap()).sum();
            assert!(sum <= 1.001, "{sum}");
        }
        let near = knows(&company.member, "where has my parcel gone")["departments"][0]["intents"][0]["title"].clone();
        assert_eq!(near, "track_parcel");
    }

    fn nobody_is_named_who_did_not_agree(place) {
        let house = place.house();
        let company = company(&house);
        let desk = &company.departments[0];
        let question = "where has my parcel gone";
        assert_eq!(knows(&company.member, question)["persons"], json!([]));
        agrees(&desk.owner, true);
        agrees(&desk.editor, true);
        // A viewer does not answer for the department.
        agrees(&desk.viewer, true);
        let found = knows(&company.member, question)["persons"].clone();
        let names: Vec<_> = found.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["The editor", "The owner"], "by name");
        assert_eq!(found[0]["reasons"], json!([{ "kind": "role", "department": desk.key, "role": "editor" }]));
        agrees(&desk.owner, false);
        assert_eq!(knows(&company.member, question)["persons"].as_array().unwrap().len(), 1);
        assert_eq!(desk.owner.client.get("/v1/me/settings").is(200), json!({ "named": false, "letters": true }));
    }

    fn who_answered_something_near_is_named_for_it(place) {
        let house = place.house();
        let company = company(&house);
        let desk = &company.departments[0];
        let request = ask(&company, "normal");
        go(&desk.reviewer, &request, "answer", &json!({ "text": "Yes." }));
        agrees(&desk.reviewer, true);
        let found = knows(&company.leader, "May I send these socks back?");
        let reasons = found["persons"][0]["reasons"].clone();
        let kinds: Vec<_> = reasons.as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["role", "answered"], "{found:#}");
        let far = knows(&company.leader, "where has my parcel gone");
        assert_eq!(far["persons"][0]["reasons"].as_array().unwrap().len(), 1, "{far:#}");
    }
}
