//! Content that comes from other platforms and goes out again.

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::house::{Answer, House, Person, publish, unique};

macro_rules! sample {
    ($path:literal) => {
        include_bytes!(concat!("../data/samples/", $path)).as_slice()
    };
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The files of three platforms, with what is in them: intents and phrases.
fn platforms() -> [(&'static str, Vec<u8>, u64, u64); 3] {
    let financial = zipped(&[
        ("data/nlu.yml", sample!("rasa-financial-demo/nlu.yml")),
        ("data/rules.yml", sample!("rasa-financial-demo/rules.yml")),
        ("data/stories.yml", sample!("rasa-financial-demo/stories.yml")),
        ("domain.yml", sample!("rasa-financial-demo/domain.yml")),
    ]);
    let helpdesk = zipped(&[
        ("nlu.yml", sample!("rasa-helpdesk-assistant/nlu.yml")),
        ("rules.yml", sample!("rasa-helpdesk-assistant/rules.yml")),
        ("stories.yml", sample!("rasa-helpdesk-assistant/stories.yml")),
        ("domain.yml", sample!("rasa-helpdesk-assistant/domain.yml")),
    ]);
    let mortgages = sample!("dialogflow-es/es-agent.zip").to_vec();
    [("bank", financial, 17, 578), ("helpdesk", helpdesk, 14, 452), ("mortgages", mortgages, 31, 249)]
}

/// A department of this leader's company, by its owner.
fn department(house: &House, leader: &Person, key: &str) -> Person {
    leader.client.post("/v1/departments", &json!({ "key": key, "name": key })).is(201);
    leader.bring(house, &json!({ "department": key, "role": "owner" }))
}

fn send(owner: &Person, key: &str, query: &str, media_type: &str, file: &[u8]) -> Answer {
    owner.client.ask("POST", &format!("/v1/departments/{key}/imports{query}")).raw(media_type, file).send()
}

fn export(owner: &Person, key: &str, format: &str) -> Answer {
    owner.client.get(&format!("/v1/departments/{key}/export?format={format}")).send()
}

fn count(report: &Value, kind: &str) -> (u64, u64) {
    let of = |what: &str| report[kind][what].as_u64().unwrap();
    (of("intents"), of("phrases"))
}

on_both! {
    fn three_platforms_come_in_are_published_answer_and_go_out_the_same(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, &unique("Importers"));
        let second = Person::sign_up(&house, &unique("Again"));
        for (key, file, intents, phrases) in platforms() {
            let owner = department(&house, &leader, key);
            let dry = send(&owner, key, "?dry_run=true", "application/zip", &file).is(200);
            assert_eq!(export(&owner, key, "guildhall").is(200)["intents"], json!([]), "a rehearsal writes nothing");
            let report = send(&owner, key, "?format=auto", "application/octet-stream", &file).is(200);
            assert_eq!((&dry["created"], &dry["skipped"]), (&report["created"], &report["skipped"]));
            let equal = report["skipped"].as_array().unwrap().iter().filter(|skipped| skipped["code"] == "equal-phrase");
            assert_eq!(count(&report, "created"), (intents, phrases - equal.count() as u64), "{key}");
            let again = send(&owner, key, "", "application/zip", &file).is(200);
            assert_eq!((&again["unchanged"], count(&again, "created")), (&report["created"], (0, 0)));
            assert_eq!(count(&again, "updated"), (0, 0));

            let release = publish(&owner, key);
            assert_eq!(release["state"], "live", "{release}");
            assert!(release["checks"].as_array().unwrap().iter().any(|check| check["code"] == "intent-left-out"));

            let out = export(&owner, key, "guildhall");
            assert_eq!(out.header("content-disposition"), Some(&*format!("attachment; filename*=UTF-8''{key}.json")));
            let other = department(&house, &second, key);
            send(&other, key, "?format=guildhall", "application/json", &out.body).is(200);
            assert!(export(&other, key, "guildhall").body == out.body, "{key}: equal bytes");
        }
        for (text, department) in [
            ("am i speaking to an ai?", "bank"),
            ("who is your favorite robot?", "helpdesk"),
            ("Is an adjustable mortgage better than a fixed mortgage?", "mortgages"),
        ] {
            let found = leader.client.post("/v1/bot/parse", &json!({ "texts": [text] })).is(200);
            assert_eq!(found["results"][0]["ranking"][0]["department"], department, "{text}: {found}");
        }
    }

    fn attack_34_import_bombs_are_refused_by_name_and_change_nothing(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, &unique("Bombs"));
        let owner = department(&house, &leader, "target");
        send(&owner, "target", "", "text/csv", b"intent,question,answer\na,one,first\n").is(200);
        let before = export(&owner, "target", "guildhall").body;
        let nested = zipped(&[("nlu.yml", b"nlu: []")]);
        let many: Vec<_> = (0..1_001).map(|n| format!("{n}.yml")).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
        for (limit, file) in [
            ("zip-ratio", zipped(&[("nlu.yml", &vec![b' '; 2_000_000])])),
            ("zip-entries", zipped(&many)),
            ("zip-nested", zipped(&[("inner.zip", &nested)])),
            ("zip-path", zipped(&[("../nlu.yml", b"nlu: []")])),
            ("json-depth", "[".repeat(100_000).into_bytes()),
            ("yaml-aliases", format!("nlu: &x []\nb: [{}]", "*x, ".repeat(100)).into_bytes()),
            ("csv-rows", format!("intent,question\n{}", "a,b\n".repeat(100_001)).into_bytes()),
            ("text-nul", b"intent,question\na,\0\n".to_vec()),
            ("dialogflow-blob", sample!("dialogflow-cx/cx-agent.blob").to_vec()),
        ] {
            let refused = send(&owner, "target", "", "application/octet-stream", &file);
            assert!(refused.json["errors"][0]["detail"].as_str().is_some_and(|said| said.starts_with(limit)), "{}", refused.text());
            assert_eq!(refused.fails(422), "import-rejected");
        }
        assert_eq!(send(&owner, "target", "", "multipart/form-data; boundary=x", b"--x").fails(415), "unsupported-media-type");
        assert_eq!(send(&owner, "target", "?format=word", "text/csv", b"a").fails(400), "invalid-parameter");
        assert!(export(&owner, "target", "guildhall").body == before);
    }

    fn attack_35_export_formula_injection_is_defused(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, &unique("Formulas"));
        let owner = department(&house, &leader, "sheets");
        let body = json!({
            "name": "=HYPERLINK(\"https://evil.example\")",
            "phrases": [{ "text": "+1" }, { "text": "-2" }, { "text": "@SUM(A1)" }, { "text": "＝one" }],
            "answers": [{ "language": "en", "text": "'=1" }],
        });
        owner.client.post("/v1/departments/sheets/intents", &body).is(201);
        let table = export(&owner, "sheets", "csv");
        assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
        let text = table.text();
        assert!(!text.split(['\n', ',', '"']).any(|cell| cell.starts_with(['=', '+', '-', '@', '＝'])), "{text}");
        let report = send(&owner, "sheets", "", "text/csv", &table.body).is(200);
        assert_eq!(report["unchanged"], json!({ "intents": 1, "phrases": 4, "answers": 1, "kept": 0 }), "{report}");
        let rasa = export(&owner, "sheets", "rasa");
        assert_eq!(send(&owner, "sheets", "", "application/yaml", &rasa.body).is(200)["unchanged"]["phrases"], 4);
    }
}
