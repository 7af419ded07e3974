//! Looking for rows: by who, what, to what, where and when.

use std::time::Duration;

use guildhall_domain::Moment;
use serde_json::{Value, json};

use crate::house::{Client, Company, program, unique};

fn found(client: &Client, query: &str) -> Vec<Value> {
    client.get(&format!("/v1/audit-log?limit=200&{query}")).is(200)["items"].as_array().unwrap().clone()
}

/// The different values of a field.
fn all<'a>(rows: &'a [Value], field: &str) -> Vec<&'a Value> {
    let mut values: Vec<_> = rows.iter().map(|row| &row[field]).collect();
    values.sort_by_key(ToString::to_string);
    values.dedup();
    values
}

on_both! {
    fn rows_are_found_by_who_what_where_and_when(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("found"));
        let log = &company.leader.client;
        let [first, second] = &company.departments;

        let by_owner = found(log, &format!("actor={}", first.owner.id));
        assert_eq!(all(&by_owner, "actor"), [&json!(first.owner.id)]);
        let published = found(log, "action=release.published");
        assert_eq!((published.len(), all(&published, "action")), (2, vec![&json!("release.published")]));
        let of_intent = found(log, &format!("subject={}", first.live));
        assert_eq!((of_intent.len(), &of_intent[0]["action"]), (1, &json!("intent.created")));
        let in_first = found(log, &format!("department={}", first.key));
        let id = in_first[0]["department"].as_str().unwrap();
        assert_eq!(found(log, &format!("department={id}")), in_first, "by key or by identifier");
        assert_eq!(all(&in_first, "department").len(), 1);
        assert!(in_first.len() > 5 && found(log, &format!("department={}", second.key)).len() > 5);
        let both = found(log, &format!("department={}&actor={}&action=release.published", first.key, first.owner.id));
        assert_eq!((both.len(), &both[0]["seq"]), (1, &published[1]["seq"]));
        assert_eq!(found(log, &format!("department={}&actor={}", second.key, first.owner.id)), Vec::<Value>::new());

        let middle = published[1]["at"].as_str().unwrap();
        let (before, from) = (found(log, &format!("to={middle}")), found(log, &format!("from={middle}")));
        assert_eq!(before.len() + from.len(), found(log, "").len());
        assert!(before.iter().all(|row| row["at"].as_str().unwrap() < middle));
        assert!(from.contains(&published[1]), "from counts, to does not");
        let shifted = "2026-01-01T02:00:00%2B02:00";
        assert_eq!(found(log, &format!("from={shifted}&to=2026-01-01T00:00:00Z")), Vec::<Value>::new());
    }

    fn a_program_stands_in_the_log_as_itself(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("itself"));
        let key = program(&company.leader, &["channel.manage", "audit.read"], &["*"]);
        let (id, program) = (key["api_key"]["id"].as_str().unwrap(), house.bearer(key["secret"].as_str().unwrap()));
        let channel = json!({ "kind": "web", "name": "By program", "allowed_origins": ["https://shop.example"] });
        let made = program.post("/v1/channels", &channel).is(201);
        let rows = found(&program, &format!("actor={id}"));
        assert_eq!((rows.len(), &rows[0]["subject"], &rows[0]["actor"]), (1, &made["id"], &json!(id)));
        let making = found(&program, &format!("subject={id}"));
        assert_eq!((&making[0]["actor"], &making[0]["data"]["scopes"]), (&json!(company.leader.id), &json!(["channel.manage", "audit.read"])));
    }

    fn a_dissolved_department_is_still_found(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("gone"));
        let leader = &company.leader.client;
        let key = unique("shortlived");
        leader.post("/v1/departments", &json!({ "key": key, "name": "Short" })).is(201);
        leader.delete(&format!("/v1/departments/{key}")).at(&json!(1)).is(204);
        let kinds = found(leader, &format!("department={key}")).iter().map(|row| row["action"].clone()).collect::<Vec<_>>();
        assert_eq!(kinds, ["department.dissolved", "department.founded"]);
    }

    fn what_can_not_be_looked_for_is_said(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("odd"));
        let [ours, _] = &company.departments;
        let ask = |query: &str| company.leader.client.get(&format!("/v1/audit-log?{query}"));
        assert_eq!(ask("department=never-was").fails(422), "invalid-reference");
        assert_eq!(ask("from=yesterday").fails(400), "invalid-parameter");
        assert_eq!(ask("to=2026-02-30T00:00:00Z").fails(400), "invalid-parameter");
        assert_eq!(ask("who=me").fails(400), "unknown-parameter");
        let cursor = ask(&format!("limit=1&department={}", ours.key)).is(200)["next_cursor"].as_str().unwrap().to_owned();
        ask(&format!("limit=1&department={}&cursor={cursor}", ours.key)).is(200);
        assert_eq!(ask(&format!("limit=1&cursor={cursor}")).fails(400), "invalid-cursor");
        let other = Company::found(&house, &unique("other"));
        let theirs = ask(&format!("department={}", other.departments[0].key));
        assert_eq!(theirs.fails(422), "invalid-reference", "as one that never was");
        house.clock.pass(Duration::from_secs(1));
        assert!(Moment::parse(ask("limit=1").is(200)["items"][0]["at"].as_str().unwrap()).is_some());
    }
}
