//! Releases that would harm another department are held: what they name, who lets them go, and what stays live.

use std::{thread::sleep, time::Duration};

use serde_json::{Value, json};

use crate::house::{Company, Department, Setup, intent, publish, unique};

fn releases(department: &Department) -> String {
    format!("/v1/departments/{}/releases", department.key)
}

/// What the first department says in the second one's place.
const STOLEN: [&str; 4] =
    ["Do you sell gift cards?", "how long is a gift card valid", "Gift card balance!", "a sofa for two"];

/// Publishes and waits until the release is built or held.
fn released(department: &Department) -> Value {
    let made = department.owner.client.post(&releases(department), &json!({})).is(201);
    standing(department, &made["number"])
}

fn standing(department: &Department, number: &Value) -> Value {
    for _ in 0..400 {
        let release = department.owner.client.get(&format!("{}/{number}", releases(department))).is(200);
        if release["state"] != "building" {
            return release;
        }
        sleep(Duration::from_millis(25));
    }
    panic!("release {number} is still building");
}

fn live(company: &Company, department: &Department) -> Value {
    let bot = company.leader.client.get("/v1/bot").is(200);
    let parts = bot["releases"].as_array().unwrap().clone();
    parts.into_iter().find(|part| part["department"] == *department.key).unwrap()["number"].clone()
}

/// A company whose first department has a release held for what is the second's.
fn held(company: &Company) -> Value {
    let [first, _] = &company.departments;
    first.owner.client.post(&first.path("intents"), &intent(&unique("presents"), &STOLEN)).is(201);
    let release = released(first);
    assert_eq!(release["state"], "held", "{release:#}");
    release
}

on_both! {
    fn equal_phrases_of_another_hold_a_release_that_names_them(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("hold"));
        let [first, second] = &company.departments;
        let before = live(&company, first);
        let release = held(&company);
        assert_eq!(live(&company, first), before, "what was live stays");
        let harm = &release["harms"][0];
        assert_eq!((&harm["department"], &harm["let_go"]), (&json!(second.key), &Value::Null));
        assert_eq!(harm["claims"][0]["name"], "gift_cards");
        assert_eq!(harm["claims"][0]["equal"].as_array().unwrap().len(), 3, "{harm:#}");
        let seen = second.owner.client.get("/v1/held-releases").is(200);
        assert_eq!(seen["items"][0]["id"], release["id"]);
        assert_eq!(second.editor.client.get("/v1/held-releases").fails(403), "forbidden");
        // Another department publishes as ever.
        second.owner.client.post(&second.path("intents"), &intent("hiking", &["hiking maps", "where to hike"])).is(201);
        assert_eq!(released(second)["state"], "live");
        assert_eq!(standing(first, &release["number"])["state"], "held");
    }

    fn the_harmed_owner_lets_it_go_and_it_is_written_down(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("letgo"));
        let [first, second] = &company.departments;
        let release = held(&company);
        let path = format!("{}/{}/let-go", releases(first), release["number"]);
        let reason = json!({ "reason": "we give this topic away" });
        assert_eq!(first.owner.client.post(&path, &reason).fails(403), "forbidden");
        assert_eq!(company.leader.client.post(&path, &reason).fails(409), "not-due");
        assert_eq!(second.owner.client.post(&path, &json!({ "reason": "" })).fails(422), "invalid");
        second.owner.client.post(&path, &reason).is(200);
        let live_now = standing(first, &release["number"]);
        assert_eq!(live_now["state"], "live", "{live_now:#}");
        let let_go = &live_now["harms"][0]["let_go"];
        assert_eq!((&let_go["by"], &let_go["arbitrated"]), (&json!(second.owner.id), &json!(false)));
        assert_eq!(let_go["reason"], reason["reason"]);
        assert_eq!(live(&company, first), release["number"]);
        assert_eq!(second.owner.client.post(&path, &reason).fails(409), "release-not-held");
        let log = company.leader.client.get("/v1/audit-log?action=release.let-go").is(200);
        assert_eq!(log["items"][0]["actor"], *second.owner.id);
    }

    fn the_leader_decides_after_the_due_time(place) {
        let setup = Setup::default();
        let clock = setup.clock.clone();
        let house = place.open(setup);
        let company = Company::found(&house, &unique("due"));
        let first = &company.departments[0];
        let release = held(&company);
        let path = format!("{}/{}/let-go", releases(first), release["number"]);
        clock.pass(Duration::from_hours(5 * 24 + 1));
        let leader = company.leader.sign_in(&house);
        leader.client.post(&path, &json!({ "reason": "nobody answered" })).is(200);
        let owner = first.owner.sign_in(&house);
        for _ in 0..400 {
            let release = owner.client.get(&format!("{}/{}", releases(first), release["number"])).is(200);
            if release["state"] == "live" {
                assert_eq!(release["harms"][0]["let_go"]["arbitrated"], true);
                return;
            }
            sleep(Duration::from_millis(25));
        }
        panic!("it does not go live");
    }

    fn a_held_release_is_weighed_again_taken_back_or_overtaken(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("again"));
        let [first, second] = &company.departments;
        let release = held(&company);
        let at = |number: &Value, what: &str| format!("{}/{number}/{what}", releases(first));
        first.owner.client.ask("POST", &at(&release["number"], "recheck")).is(200);
        assert_eq!(standing(first, &release["number"])["state"], "held", "nothing has changed");
        first.owner.client.ask("POST", &at(&release["number"], "withdraw")).is(200);
        assert_eq!(standing(first, &release["number"])["state"], "withdrawn");
        assert_eq!(first.owner.client.ask("POST", &at(&release["number"], "recheck")).fails(409), "release-not-held");
        let again = released(first);
        assert_eq!(again["state"], "held");
        // The other department gives the topic up: settled.
        let theirs = second.owner.client.get(&second.path("intents")).is(200);
        let gift = theirs["items"].as_array().unwrap().iter().find(|of| of["name"] == "gift_cards").unwrap().clone();
        second.owner.client.delete(&second.path(&format!("intents/{}", gift["id"].as_str().unwrap()))).at(&gift["version"]).is(204);
        publish(&second.owner, &second.key);
        first.owner.client.ask("POST", &at(&again["number"], "recheck")).is(200);
        assert_eq!(standing(first, &again["number"])["state"], "live");
    }

    fn a_newer_release_overtakes_a_held_one(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("newer"));
        let first = &company.departments[0];
        let release = held(&company);
        let drafts = first.owner.client.get(&first.path("intents")).is(200);
        let mine = drafts["items"].as_array().unwrap().iter().find(|of| of["name"].as_str().unwrap().starts_with("presents")).unwrap().clone();
        first.owner.client.delete(&first.path(&format!("intents/{}", mine["id"].as_str().unwrap()))).at(&mine["version"]).is(204);
        assert_eq!(released(first)["state"], "live");
        assert_eq!(standing(first, &release["number"])["state"], "superseded");
    }
}
