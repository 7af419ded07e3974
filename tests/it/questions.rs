//! The demo shop before visitors' questions that were written before and apart from its phrases.

use guildhall_app::demo;
use serde_json::{Value, json};

use crate::house::Place;

const ORIGIN: &str = "http://localhost:3000";

#[test]
fn visitors_questions_reach_the_right_department_and_others_are_not_answered_as_known() {
    let questions: Vec<Value> = include_str!("../data/visitor_questions.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let place = Place::sqlite();
    let house = place.house();
    let key = house.within(|app| async move { demo::found(&app, ORIGIN).await.unwrap().channel.key });
    let (mut known, mut right, mut unknown, mut declined) = (0, 0, 0, 0);
    for question in &questions {
        let opening = json!({ "language": question["language"] });
        let opened = house.bearer(&key).post("/v1/chat/conversations", &opening).with("Origin", ORIGIN).is(201);
        let path = format!("/v1/chat/conversations/{}/messages", opened["conversation"]["id"].as_str().unwrap());
        let visitor = house.bearer(opened["visitor_token"].as_str().unwrap());
        let reply = visitor.post(&path, &json!({ "text": question["text"] })).is(201)["reply"].clone();
        if question["department"].is_null() {
            unknown += 1;
            declined += usize::from(reply["kind"] != "answer");
        } else {
            known += 1;
            right += usize::from(reply["department"] == question["department"]);
        }
    }
    println!("{right} of {known} to the right department; {declined} of {unknown} off-topic ones not answered");
    assert_eq!((known, unknown), (100, 30));
    assert!(right * 100 >= known * 85, "{right} of {known} questions reached the right department");
    assert!(declined * 100 >= unknown * 70, "{declined} of {unknown} off-topic questions were not answered as known");
}
