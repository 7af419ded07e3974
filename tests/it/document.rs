//! The document is the committed one, and the rooms import one another as the house is drawn.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

#[test]
fn the_document_is_the_committed_one() {
    let committed = include_str!("../../openapi/openapi.json");
    assert!(
        guildhall_api::openapi::printed().unwrap() == committed,
        "the API changed: run `cargo run -q -- openapi > openapi/openapi.json` and review the difference"
    );
}

/// What each room may import of the others.
const ARROWS: [(&str, &[&str]); 8] = [
    ("domain", &[]),
    ("nlu", &[]),
    ("migrations", &[]),
    ("auth", &["domain"]),
    ("persistence", &["domain", "migrations"]),
    ("app", &["auth", "domain", "nlu", "persistence"]),
    ("console", &["app", "domain"]),
    ("api", &["app", "auth", "console", "domain", "nlu", "persistence"]),
];

/// Frameworks that only one room knows.
const FRAMEWORKS: [(&str, &[&str]); 6] = [
    ("actix-web", &["api", "console"]),
    ("maud", &["console"]),
    ("sea-orm", &["persistence"]),
    ("redis", &["persistence"]),
    ("jsonwebtoken", &["auth"]),
    ("argon2", &["auth"]),
];

/// The normal dependencies of each of our packages.
fn imports() -> BTreeMap<String, Vec<String>> {
    let arguments = ["metadata", "--no-deps", "--format-version", "1", "--offline"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().trim_start_matches("guildhall-").to_owned();
    let normal = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap().clone();
        all.iter().filter(|dependency| dependency["kind"].is_null()).map(name).collect()
    };
    metadata["packages"].as_array().unwrap().iter().map(|package| (name(package), normal(package))).collect()
}

#[test]
fn the_arrows_point_inward() {
    let imports = imports();
    for (room, allowed) in ARROWS {
        for import in &imports[room] {
            let ours = ARROWS.iter().any(|(other, _)| other == import);
            assert!(!ours || allowed.contains(&import.as_str()), "{room} imports {import}");
        }
    }
    assert!(imports.keys().all(|room| room == "tests" || ARROWS.iter().any(|(known, _)| known == room)), "a new room");
}

#[test]
fn a_framework_is_known_in_its_room_alone() {
    let imports = imports();
    for (framework, rooms) in FRAMEWORKS {
        for (room, known) in imports.iter().filter(|(room, _)| *room != "tests") {
            let knows = known.iter().any(|import| import == framework);
            assert!(!knows || rooms.contains(&room.as_str()), "{room} knows {framework}");
        }
    }
}
