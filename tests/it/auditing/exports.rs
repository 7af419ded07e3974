//! Taking the log out: whole, in order, safe to open, part by part, and only while one may.

use std::io::Read as _;

use guildhall_domain::event::{Event, Kind};
use serde_json::{Value, json};

use super::{actor, event, record};
use crate::house::{Person, unique};

const EXPORT: &str = "/v1/audit-log/export";

on_both! {
    fn an_export_holds_what_the_list_does(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, &unique("out"));
        for key in ["it", "hr"] {
            leader.client.post("/v1/departments", &json!({ "key": key, "name": key })).is(201);
        }
        let mut listed = leader.client.get("/v1/audit-log?limit=200").is(200)["items"].as_array().unwrap().clone();
        listed.reverse();
        let file = leader.client.get(EXPORT).send();
        assert_eq!(file.header("content-disposition"), Some("attachment; filename*=UTF-8''audit%2Dlog.json"));
        assert_eq!(file.text().lines().count(), listed.len() + 2, "a row a line");
        assert_eq!(file.is(200), json!(listed));
        let export = &leader.client.get("/v1/audit-log?limit=1").is(200)["items"][0];
        assert_eq!((&export["action"], &export["data"]), (&json!("audit.exported"), &json!({ "format": "json" })));

        let some = leader.client.get(&format!("{EXPORT}?department=it")).is(200);
        assert_eq!(some[0]["action"], "department.founded");
        assert_eq!(leader.client.get(&format!("{EXPORT}?actor=nobody")).is(200), json!([]));
        let table = leader.client.get(&format!("{EXPORT}?format=csv&action=department.founded")).with("Accept", "text/csv").send();
        assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
        let lines: Vec<_> = table.text().split_terminator("\r\n").map(str::to_owned).collect();
        assert_eq!((lines.len(), lines[0].as_str()), (3, "seq,at,actor,action,subject,department,request,data,hash"));
        assert!(lines[1].contains(",department.founded,it,dep_"), "{}", lines[1]);
        assert_eq!(leader.client.get(&format!("{EXPORT}?format=xlsx")).fails(400), "invalid-parameter");
        assert_eq!(leader.client.get(&format!("{EXPORT}?limit=5")).fails(400), "unknown-parameter");
        assert_eq!(leader.client.get(&format!("{EXPORT}?department=xx")).fails(422), "invalid-reference");
    }

    fn attack_35_no_cell_of_the_audit_log_is_a_formula(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, &unique("formula"));
        let evil = ["=HYPERLINK(\"https://evil.example\")", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "'=1"];
        record(&house, &actor(&house, &leader), vec![evil.iter().map(|subject| event(subject)).collect()]);
        let table = leader.client.get(&format!("{EXPORT}?format=csv&action=bot.configured")).send().text();
        for subject in evil {
            let cell = subject.replace('"', "\"\"");
            assert!(table.contains(&format!("'{cell}")), "{subject:?} {table}");
            assert!(!table.contains(&format!(",{cell}")) && !table.contains(&format!(",\"{cell}")), "{subject:?}");
        }
        let rows = leader.client.get(&format!("{EXPORT}?action=bot.configured")).is(200);
        let subjects: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["subject"].as_str().unwrap()).collect();
        assert_eq!(subjects, evil, "JSON says what is");
    }

    fn a_long_export_comes_in_parts_and_ends_with_the_right_to_it(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, &unique("long"));
        let reader = leader.sign_in(&house);
        let long = "x".repeat(3500);
        let units = (0..25).map(|unit| (0..100).map(|n| event(&format!("{unit}-{n}")).with(json!({ "text": long }))).collect());
        record(&house, &actor(&house, &leader), units.collect());
        // Together more than a connection's buffers hold, so that who does not read does not have it all.
        let others = (0..55).map(|_| (0..100).map(|n| Event::of(Kind::IntentChanged, n).with(json!({ "text": long }))).collect());
        record(&house, &actor(&house, &leader), others.collect());
        let whole = reader.client.get(&format!("{EXPORT}?action=bot.configured")).is(200);
        let rows = whole.as_array().unwrap();
        assert_eq!((rows.len(), &rows[0]["subject"], &rows[2499]["subject"]), (2500, &json!("0-0"), &json!("24-99")));
        assert!(rows.is_sorted_by_key(|row| row["seq"].as_i64()));

        let mut stream = reader.client.get(EXPORT).stream();
        let mut some = [0; 1024];
        stream.read_exact(&mut some).unwrap();
        reader.client.delete("/v1/sessions/current").is(204);
        let mut rest = Vec::new();
        let ended = stream.read_to_end(&mut rest);
        assert!(ended.is_err(), "it breaks off, {} bytes", rest.len());
        assert!(serde_json::from_slice::<Value>(&[some.as_slice(), &rest].concat()).is_err());
    }
}
