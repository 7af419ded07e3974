//! The evaluation from outside: files with flaws, and a report whose keys others rely on.

use guildhall_nlu::eval::{Options, Row, Sets, evaluate, read};
use std::path::PathBuf;

fn file(name: &str, content: &str) -> std::io::Result<PathBuf> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).map(|()| path)
}

fn row(text: &str, intent: &str) -> Row {
    Row { text: text.into(), intent: intent.into(), split: None, language: None }
}

#[test]
fn a_split_is_read_and_the_rest_left() {
    let lines = "{\"text\":\"a\",\"intent\":\"x\",\"split\":\"train\"}\n\n{\"text\":\"b\",\"intent\":\"y\",\"split\":\"test\"}\n";
    let path = file("split.jsonl", lines).unwrap();
    assert_eq!(read(&path, Some("test")).unwrap().len(), 1);
    assert_eq!(read(&path, None).unwrap().len(), 2);
    let none = read(&path, Some("valid")).unwrap_err().to_string();
    assert!(none.contains("split.jsonl") && none.contains("valid"), "{none}");
}

#[test]
fn a_flaw_is_named_by_file_and_line() {
    let path = file("flaw.jsonl", "{\"text\":\"a\",\"intent\":\"x\"}\n{\"text\":\"b\"}\n").unwrap();
    let error = read(&path, None).unwrap_err().to_string();
    assert!(error.contains("flaw.jsonl:2:") && error.contains("intent"), "{error}");
    assert!(read(&path.with_extension("none"), None).unwrap_err().to_string().contains("flaw.none"));
}

#[test]
fn the_report_has_its_keys_and_nulls() {
    let train = [row("where is my parcel", "parcel"), row("I forgot my password", "password")];
    let test = [row("my parcel please", "parcel"), row("password lost", "password")];
    let report =
        evaluate(Sets { train: &train, test: &test, validation: &[] }, &Options { titles: true, ..Options::default() })
            .unwrap();
    assert_eq!((report.accuracy, report.phrases, report.oos_auroc), (Some(1.0), 4, None));
    let json = serde_json::to_value(&report).unwrap();
    let mut keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let expected = "accuracy answered_accuracy best_mcc ece fit_ms intents macro_f1 model_bytes oos_auroc oos_recall phrases \
                    predict_p50_us predict_p99_us tested tier update_ms validated_accuracy validated_oos_recall";
    assert_eq!(keys, expected.split(' ').collect::<Vec<_>>());
    assert!(json["best_mcc"].is_null() && json["tier"] == "default");
}

#[test]
fn rows_out_of_scope_are_measured_and_not_learned() {
    let train = [row("where is my parcel", "parcel"), row("my password", "password"), row("banana", "__oos__")];
    let test = [row("where is my parcel", "parcel"), row("banana", "__oos__")];
    let sets = Sets { train: &train, test: &test, validation: &[] };
    let report = evaluate(sets, &Options::default()).unwrap();
    assert_eq!((report.intents, report.tested), (2, 2));
    assert_eq!((report.validated_accuracy, report.validated_oos_recall), (None, None));
    let report = evaluate(Sets { validation: &test, ..sets }, &Options::default()).unwrap();
    assert_eq!((report.validated_accuracy, report.validated_oos_recall), (Some(1.0), Some(1.0)));
    assert_eq!((report.oos_auroc, report.oos_recall), (Some(1.0), Some(1.0)));
}
