//! Releases: numbers, checks, differences, restoring, and departments that publish at once.

use std::thread;

use serde_json::{Value, json};

use crate::house::{Company, Department, House, intent, publish, settled, unique};

/// How often each department publishes.
const ROUNDS: i64 = 6;

fn releases(department: &Department) -> String {
    format!("/v1/departments/{}/releases", department.key)
}

fn parse(company: &Company, text: &str) -> Value {
    let results = company.member.client.post("/v1/bot/parse", &json!({ "texts": [text] })).is(200);
    results["results"][0].clone()
}

on_both! {
    fn what_can_not_be_live_takes_no_number(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("invalid"));
        let department = &company.departments[0];
        let before = department.owner.client.get(&releases(department)).is(200)["items"][0]["number"].as_i64().unwrap();
        let silent = json!({ "name": "silent", "phrases": [{ "text": "say nothing" }], "answers": [] });
        let made = department.owner.client.post(&department.path("intents"), &silent).is(201);
        assert_eq!(department.owner.client.post(&releases(department), &json!({})).fails(422), "release-invalid");
        let target = department.path(&format!("intents/{}", made["id"].as_str().unwrap()));
        department.owner.client.delete(&target).at(&made["version"]).is(204);
        assert_eq!(publish(&department.owner, &department.key)["number"], before + 1);
    }

    fn a_release_tells_what_changed_and_an_old_one_comes_back(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("restore"));
        let department = &company.departments[0];
        let owner = &department.owner.client;
        let old = publish(&department.owner, &department.key);
        owner.post(&department.path("intents"), &intent("hammocks", &["hang a hammock", "hammock straps", "where to sleep between trees"])).is(201);
        let new = publish(&department.owner, &department.key);
        assert_eq!(new["changes"]["intents_added"], 1);
        let diff = owner.get(&format!("{}/{}/diff", releases(department), new["number"])).is(200);
        assert_eq!((&diff["intents"][0]["name"], &diff["intents"][0]["kind"]), (&json!("hammocks"), &json!("added")));
        assert_eq!(parse(&company, "hammock straps")["ranking"][0]["intent"]["name"], "hammocks");
        let draft = owner.get(&department.path("intents")).is(200);
        let back = owner.post(&format!("{}/{}/restore", releases(department), old["number"]), &json!({ "note": "back" })).is(201);
        let back = settled(&department.owner, &releases(department), back);
        assert_eq!((&back["state"], &back["content"], &back["restores"]), (&json!("live"), &old["content"], &old["number"]));
        assert_eq!(owner.get(&department.path("intents")).is(200), draft, "the draft stays as it is");
        assert_ne!(parse(&company, "hammock straps")["ranking"][0]["intent"]["name"], "hammocks");
        assert_eq!(owner.get(&format!("{}/{}", releases(department), new["number"])).is(200)["state"], "superseded");
    }

    fn an_equal_phrase_of_another_department_is_reported_with_both_owners(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("equal"));
        let [first, second] = &company.departments;
        let body = intent("kayaks", &["rent a kayak", "kayak for a day", "paddling trip"]);
        first.owner.client.post(&first.path("intents"), &body).is(201);
        publish(&first.owner, &first.key);
        second.owner.client.post(&second.path("intents"), &intent("boats", &["Rent a KAYAK!", "sailing boat"])).is(201);
        let release = publish(&second.owner, &second.key);
        let check = release["checks"].as_array().unwrap().iter().find(|check| check["code"] == "equal-phrase").unwrap().clone();
        assert_eq!((&check["severity"], &check["departments"]), (&json!("warning"), &json!([second.key, first.key])));
    }

    fn departments_that_publish_at_once_lose_nothing(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("atonce"));
        let first_numbers = company.departments.each_ref().map(|department| {
            department.owner.client.get(&releases(department)).is(200)["items"][0]["number"].as_i64().unwrap()
        });
        thread::scope(|scope| {
            for department in &company.departments {
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        let name = format!("round_{round}");
                        department.owner.client.post(&department.path("intents"), &intent(&name, &[&unique("a phrase of"), &unique("another of")])).is(201);
                        department.owner.client.post(&releases(department), &json!({})).is(201);
                    }
                });
            }
        });
        for (department, first) in company.departments.iter().zip(first_numbers) {
            let newest = department.owner.client.get(&releases(department)).is(200)["items"][0].clone();
            assert_eq!(newest["number"], first + ROUNDS, "numbers have no gaps");
            assert_eq!(settled(&department.owner, &releases(department), newest)["state"], "live");
            let live = company.member.client.get(&format!("{}?stage=live&limit=200", department.path("intents"))).is(200);
            let names: Vec<&str> = live["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect();
            for round in 0..ROUNDS {
                assert!(names.contains(&format!("round_{round}").as_str()), "{names:?}");
            }
        }
    }

    fn another_node_follows(place) {
        if place.shared() {
            let [here, there] = [place.house(), place.house()];
            let company = Company::found(&here, &unique("nodes"));
            let department = &company.departments[0];
            department.owner.client.post(&department.path("intents"), &intent("snowshoes", &["walk on snow", "snowshoe rental", "shoes for deep snow"])).is(201);
            publish(&department.owner, &department.key);
            let at = |house: &House| {
                let member = house.bearer(company.member.client.token());
                member.post("/v1/bot/parse", &json!({ "texts": ["snowshoe rental"] })).is(200)["results"][0]["ranking"][0]["intent"]["name"].clone()
            };
            assert_eq!((at(&here), at(&there)), (json!("snowshoes"), json!("snowshoes")), "each parse waits for the current build");
        }
    }
}
