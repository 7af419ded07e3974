//! How departments answer each other: the leader sees every pair, a department its own, management sums, nobody persons.

use std::time::Duration;

use serde_json::{Value, json};

use super::{company, go};
use crate::house::{Company, Department, House, Person};

fn send(from: &Department, to: &Department) -> Value {
    let body = json!({ "from": from.key, "to": to.key, "question": "How?", "priority": "normal" });
    from.editor.client.post("/v1/knowledge-requests", &body).is(201)
}

fn measures(by: &Person) -> Value {
    by.client.get("/v1/knowledge-requests/measures").is(200)
}

/// The shop asks the desk three times and gets two answers, one of them late; the desk asks the shop once and gets one.
fn exchange(house: &House, company: &mut Company) {
    let [desk, shop] = &company.departments;
    let [first, second, _third] = [(), (), ()].map(|()| send(shop, desk));
    go(&desk.editor, &first, "answer", &json!({ "text": "So." }));
    go(&shop.editor, &send(desk, shop), "answer", &json!({ "text": "Thus." }));
    house.clock.pass(Duration::from_hours(9));
    for department in &mut company.departments {
        department.editor = department.editor.sign_in(house);
        department.owner = department.owner.sign_in(house);
        department.agent = department.agent.sign_in(house);
    }
    company.leader = company.leader.sign_in(house);
    company.executive = company.executive.sign_in(house);
    go(&company.departments[0].editor, &second, "answer", &json!({ "text": "So too." }));
}

on_both! {
    fn pairs_are_measured_for_whoever_may_see_them(place) {
        let house = place.house();
        let mut company = company(&house);
        exchange(&house, &mut company);
        let [desk, shop] = &company.departments;
        let all = measures(&company.leader);
        let pair = |of: &Value, from: &str, to: &str| {
            of["pairs"].as_array().unwrap().iter().find(|pair| pair["from"] == from && pair["to"] == to).cloned()
        };
        let there = pair(&all, &shop.key, &desk.key).unwrap();
        let measure = &there["measure"];
        assert_eq!((&measure["sent"], &measure["answered"], &measure["open"], &measure["overdue"]), (&json!(3), &json!(2), &json!(1), &json!(1)));
        assert_eq!((&measure["within_target"], &there["reciprocity"]), (&json!(0.5), &json!(0.5)));
        let longest = measure["answer"]["longest"].as_f64().unwrap();
        assert!((32_400.0..32_700.0).contains(&longest), "nine hours of work: {longest}");
        assert_eq!(measure["age"]["count"], 1);
        assert_eq!(pair(&all, &desk.key, &shop.key).unwrap()["reciprocity"], 0.5);
        assert_eq!(all["total"]["sent"], 4);
        // Both ends see what is theirs; it is all of it here.
        assert_eq!(measures(&desk.owner)["pairs"], all["pairs"]);
        let sums = measures(&company.executive);
        assert_eq!((&sums["pairs"], &sums["total"]), (&json!([]), &all["total"]));
        assert_eq!(desk.agent.client.get("/v1/knowledge-requests/measures").fails(403), "forbidden");
        let text = all.to_string();
        for person in [&desk.editor, &shop.editor, &company.leader] {
            assert!(!text.contains(&person.id), "no person");
        }
    }

    fn a_department_sees_no_pair_of_others(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        company.leader.client.post("/v1/departments", &json!({ "key": "quiet", "name": "Quiet" })).is(201);
        let owner = company.leader.bring(&house, &json!({ "department": "quiet", "role": "owner" }));
        send(shop, desk);
        let body = json!({ "from": "quiet", "to": desk.key, "question": "How?" });
        owner.client.post("/v1/knowledge-requests", &body).is(201);
        let seen = measures(&owner);
        assert_eq!((seen["pairs"].as_array().unwrap().len(), &seen["total"]["sent"]), (1, &json!(1)));
        assert_eq!(measures(&desk.owner)["total"]["sent"], 2);
        assert_eq!(measures(&owner)["pairs"][0]["reciprocity"], json!(null), "nobody answered");
        let later = company.leader.client.get("/v1/knowledge-requests/measures?since=2100-01-01T00:00:00Z").is(200);
        assert_eq!((&later["total"]["sent"], &later["total"]["within_target"]), (&json!(0), &json!(null)));
    }
}
