//! docker-compose.yml: no secret has a default, and the nodes are told only what the server knows.

use std::{
    collections::BTreeMap,
    process::{Command, Output},
};

use serde_json::Value;

const FILE: &str = include_str!("../../docker-compose.yml");

/// Every `${NAME…}` of the file: the name, and what follows it.
fn variables() -> Vec<(&'static str, &'static str)> {
    let parts = FILE.split("${").skip(1).map(|part| part.split_once('}').unwrap().0);
    parts.map(|part| part.split_at(part.find(':').unwrap_or(part.len()))).collect()
}

/// A text with every variable in place: a secret is `secret`, all else its default or an address.
fn filled(text: &str, secret: &str) -> String {
    let mut parts = text.split("${");
    let mut filled = parts.next().unwrap().to_owned();
    for part in parts {
        let (variable, rest) = part.split_once('}').unwrap();
        filled.push_str(match variable.split_once(":-") {
            Some((_, default)) => default,
            None if variable.contains("PASSWORD") => secret,
            None => "https://chat.example.com",
        });
        filled.push_str(rest);
    }
    filled
}

/// Every map called `environment`, wherever it stands.
fn environments<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        if name == "environment" {
            found.push(value);
        }
        environments(value, found);
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What the server says of a service's settings.
fn judged(environment: &Value, secret: &str) -> Output {
    let settings: BTreeMap<String, String> = environment
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.starts_with("GUILDHALL_"))
        .map(|(name, value)| (name.clone(), filled(&text(value), secret)))
        .collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_guildhall-under-test"));
    command.args(["config", "check"]).env_clear().envs(settings).output().unwrap()
}

#[test]
fn no_secret_has_a_default() {
    let secrets: Vec<_> = variables().into_iter().filter(|(name, _)| name.contains("PASSWORD")).collect();
    assert!(secrets.len() >= 8, "{secrets:?}");
    for (name, rest) in secrets {
        assert!(rest.starts_with(":?") && rest.len() > 10, "{name}{rest} says what is missing and has no default");
    }
    let (_, base) = variables().into_iter().find(|(name, _)| *name == "GUILDHALL_BASE_URL").unwrap();
    assert!(base.starts_with(":?"));
    for line in FILE.lines().filter(|line| line.to_lowercase().contains("password:")) {
        assert!(line.contains("${"), "a password that stands in the file: {line}");
    }
}

#[test]
fn the_server_takes_every_setting_and_no_well_known_password() {
    let file: Value = serde_saphyr::from_str(FILE).unwrap();
    let mut all = Vec::new();
    environments(&file, &mut all);
    let ours =
        |environment: &&&Value| environment.as_object().unwrap().keys().any(|name| name.starts_with("GUILDHALL_"));
    let ours: Vec<_> = all.iter().filter(ours).collect();
    assert!(ours.len() >= 4, "{ours:?}");
    for environment in ours {
        let taken = judged(environment, "5f0c2e7a91");
        assert!(taken.status.success(), "{environment}: {}", String::from_utf8_lossy(&taken.stderr));
        if environment.to_string().contains("PASSWORD") {
            for known in ["change-me", "postgres", "Password"] {
                let refused = judged(environment, known);
                let said = String::from_utf8_lossy(&refused.stderr);
                assert!(!refused.status.success() && said.contains("choose one of your own"), "{known}: {said}");
            }
        }
    }
}

#[test]
fn the_balancers_network_is_the_one_that_is_believed() {
    let file: Value = serde_saphyr::from_str(FILE).unwrap();
    let believed = &file["x-node"]["environment"]["GUILDHALL_TRUSTED_PROXIES"];
    assert_eq!(&file["networks"]["front"]["ipam"]["config"][0]["subnet"], believed);
    assert!(file["services"]["balancer"]["networks"].as_array().unwrap().contains(&"front".into()));
    for inside in ["postgres", "redis"] {
        assert_eq!(file["services"][inside]["networks"], serde_json::json!(["data"]), "{inside}");
        assert!(file["services"][inside]["ports"].is_null(), "{inside} is reached from outside");
    }
}
