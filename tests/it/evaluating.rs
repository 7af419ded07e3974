//! Evaluations as jobs: asked for, followed, called off, read by those who may, and made after each release.

use std::{
    io::{BufRead as _, BufReader},
    thread::sleep,
    time::Duration,
};

use serde_json::{Value, json};

use crate::house::{Client, Company, intent, unique};

/// Waits until a job has ended.
fn ended(client: &Client, job: &Value) -> Value {
    let path = format!("/v1/jobs/{}", job["id"].as_str().unwrap());
    for _ in 0..400 {
        let job = client.get(&path).is(200);
        if job["ended_at"].is_string() {
            return job;
        }
        sleep(Duration::from_millis(25));
    }
    panic!("the job does not end");
}

fn evaluated(client: &Client, body: &Value) -> Value {
    let job = ended(client, &client.post("/v1/bot/evaluation", body).is(202));
    assert_eq!(job["state"], "done", "{job:#}");
    client.get(&format!("/v1/bot/evaluations/{}", job["result"]["evaluation"].as_str().unwrap())).is(200)
}

on_both! {
    fn an_evaluation_counts_every_phrase_and_adds_up(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("evaluate"));
        let editor = &company.departments[0].editor.client;
        let found = evaluated(editor, &json!({}));
        assert_eq!((&found["summary"]["stage"], &found["summary"]["folds"]), (&json!("live"), &json!(5)));
        let (mut phrases, mut right) = (0, 0.0);
        for intent in found["intents"].as_array().unwrap() {
            let support = intent["support"].as_u64().unwrap();
            let confused = intent["confused_with"].as_array().unwrap().iter().map(|of| of["count"].as_u64().unwrap());
            let own = intent["recall"].as_f64().unwrap() * f64::from(u32::try_from(support).unwrap());
            assert!((own + f64::from(u32::try_from(confused.sum::<u64>()).unwrap()) - f64::from(u32::try_from(support).unwrap())).abs() < 1e-9);
            phrases += support;
            right += own;
        }
        assert_eq!(found["summary"]["phrases"], phrases);
        let accuracy = right / f64::from(u32::try_from(phrases).unwrap());
        assert!((found["summary"]["accuracy"].as_f64().unwrap() - accuracy).abs() < 1e-9);
        assert!(accuracy > 0.5, "a shop whose intents are plain: {accuracy}");
        for row in found["departments"].as_array().unwrap() {
            let sum: u64 = row["taken_for"].as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum();
            assert_eq!(row["support"], sum);
        }
    }

    fn a_draft_is_evaluated_for_its_own_people_alone_and_finds_what_another_has(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("draft"));
        let [first, second] = &company.departments;
        let stolen = ["are you open on sunday", "what are the opening hours", "when do you close today", "opening times please"];
        first.owner.client.post(&first.path("intents"), &intent("shop", &stolen)).is(201);
        let body = json!({ "stage": "draft", "departments": [first.key], "folds": 4 });
        assert_eq!(second.owner.client.post("/v1/bot/evaluation", &body).fails(403), "forbidden");
        assert_eq!(company.executive.client.post("/v1/bot/evaluation", &json!({})).fails(403), "forbidden");
        let found = evaluated(&first.viewer.client, &body);
        assert_eq!(found["summary"]["departments"], json!([first.key]));
        let hours = found["intents"].as_array().unwrap().iter().find(|of| of["name"] == "opening_hours").unwrap();
        let others = hours["confused_with"].as_array().unwrap();
        assert!(others.iter().any(|of| of["name"] == "shop" && of["department"] == *first.key), "{hours:#}");
        assert!(found["near_duplicates"].as_array().unwrap().iter().any(|pair| pair["likeness"].as_f64().unwrap() >= 0.85));
        let path = format!("/v1/bot/evaluations/{}", found["summary"]["id"].as_str().unwrap());
        assert_eq!(second.owner.client.get(&path).fails(404), "not-found");
        company.leader.client.get(&path).is(200);
        for (client, sees) in [(&first.editor.client, true), (&second.editor.client, false)] {
            let drafts = client.get("/v1/bot/evaluations?stage=draft").is(200);
            assert_eq!(!drafts["items"].as_array().unwrap().is_empty(), sees);
        }
    }

    fn a_trend_grows_with_each_release(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("trend"));
        let client = &company.leader.client;
        let live = || client.get("/v1/bot/evaluations?stage=live").is(200)["items"].as_array().unwrap().clone();
        let build = client.get("/v1/bot").is(200)["model"]["build"].clone();
        for _ in 0..400 {
            if live().first().is_some_and(|latest| latest["build"] == build) {
                return;
            }
            sleep(Duration::from_millis(25));
        }
        panic!("no evaluation of build {build}: {:#?}", live());
    }

    fn a_job_is_its_askers_and_can_be_followed_and_called_off(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("jobs"));
        let (owner, other) = (&company.departments[0].owner.client, &company.departments[1].owner.client);
        let job = owner.post("/v1/bot/evaluation", &json!({})).is(202);
        let path = format!("/v1/jobs/{}", job["id"].as_str().unwrap());
        assert_eq!(other.get(&path).fails(404), "not-found");
        assert_eq!(other.post(&format!("{path}/cancel"), &json!({})).fails(404), "not-found");
        company.leader.client.get(&path).is(200);
        let told: Vec<String> = BufReader::new(owner.get(&format!("{path}/events")).stream()).lines().map_while(Result::ok).collect();
        let last = told.iter().rev().find_map(|line| line.strip_prefix("data: ")).unwrap();
        let last: Value = serde_json::from_str(last).unwrap();
        assert_eq!((&last["state"], &last["id"]), (&json!("done"), &job["id"]), "the stream ends with the job");
        let done = owner.ask("POST", &format!("{path}/cancel")).is(200);
        assert_eq!(done["state"], "done", "what has ended stays");
        let mine = owner.get("/v1/jobs").is(200);
        assert_eq!(mine["items"][0]["id"], job["id"]);
        assert_eq!(other.get("/v1/jobs").is(200)["items"], json!([]));
        let called_off = owner.post("/v1/bot/evaluation", &json!({})).is(202);
        let cancelled = owner.ask("POST", &format!("/v1/jobs/{}/cancel", called_off["id"].as_str().unwrap())).is(200);
        assert!(["cancelled", "done"].contains(&cancelled["state"].as_str().unwrap()));
        assert_eq!(ended(owner, &called_off)["state"], cancelled["state"]);
    }
}
