//! What a log may never hold, and what must never be two lines of it.

use std::{process::Stdio, thread::sleep, time::Duration};

use serde_json::{Value, json};

use crate::{
    crash::Node,
    house::{Client, ORIGIN, Place, intent, unique},
};

/// What people write, and no log may repeat.
const WORDS: &str = "canary-of-what-people-write";
/// A password, and another that is wrong.
const PASSWORDS: [&str; 2] = ["canary over the quiet hills", "canary under the quiet hills"];
/// What would be a line of its own, in red.
const SECOND_LINE: &str = "%0d%0aINJECTED%20line%1b[31m";

fn text(json: &Value, pointer: &str) -> String {
    json.pointer(pointer).unwrap().as_str().unwrap().to_owned()
}

/// Does a little of everything, and gives the secrets that were handed out.
fn live(client: &Client) -> Vec<String> {
    let email = format!("{}@canary.guildhall.test", unique("leader"));
    let leader = json!({ "name": WORDS, "email": email, "password": PASSWORDS[0] });
    let signed_up = client.post("/v1/tenants", &json!({ "company": "Canary", "leader": leader })).is(201);
    client.post("/v1/sessions", &json!({ "email": email, "password": PASSWORDS[1] })).fails(401);
    let signed_in = client.post("/v1/sessions", &json!({ "email": email, "password": PASSWORDS[0] })).is(201);
    let refreshed =
        client.post("/v1/sessions/refresh", &json!({ "refresh_token": signed_in["refresh_token"] })).is(201);
    let leader = client.bearing(refreshed["access_token"].as_str().unwrap());
    leader.post("/v1/departments", &json!({ "key": "desk", "name": "Desk" })).is(201);
    let me = text(&signed_up, "/member/id");
    leader.put(&format!("/v1/departments/desk/members/{me}"), &json!({ "role": "owner" })).is(200);
    leader.post("/v1/departments/desk/intents", &intent(WORDS, &[WORDS, "another phrase"])).is(201);
    leader.post("/v1/departments/desk/intents", &intent("second", &["something else", "and more of it"])).is(201);
    leader.post("/v1/departments/desk/intents", &json!({ "name": WORDS, WORDS: 1 })).fails(422);
    leader.post("/v1/departments/desk/releases", &json!({ "note": WORDS })).is(201);
    for _ in 0..300 {
        if leader.get("/v1/departments/desk/releases/1").is(200)["state"] == "live" {
            break;
        }
        sleep(Duration::from_millis(50));
    }
    let invited = leader.post("/v1/invitations", &json!({ "email": format!("new.{email}") })).is(201);
    let key = leader
        .post("/v1/api-keys", &json!({ "name": WORDS, "scopes": ["draft.read", "live.read"], "departments": ["*"] }))
        .is(201);
    client.bearing(&text(&key, "/secret")).get(&format!("/v1/departments/desk/intents?q={WORDS}")).is(200);
    client.get(&format!("/v1/departments?api_key={}", text(&key, "/secret"))).fails(401);
    let channel =
        leader.post("/v1/channels", &json!({ "kind": "web", "name": "Web", "allowed_origins": [ORIGIN] })).is(201);
    let opening = client
        .bearing(&text(&channel, "/key"))
        .post("/v1/chat/conversations", &json!({ "context": { "page": WORDS } }));
    let opened = opening.with("Origin", ORIGIN).is(201);
    let visitor = client.bearing(&text(&opened, "/visitor_token"));
    let talk = format!("/v1/chat/conversations/{}", text(&opened, "/conversation/id"));
    visitor.post(&format!("{talk}/messages"), &json!({ "text": format!("{WORDS}\r\nINJECTED line") })).is(201);
    visitor.post(&format!("{talk}/rating"), &json!({ "score": 1, "comment": WORDS })).is(201);
    leader.get(&format!("/v1/departments/{SECOND_LINE}")).fails(404);
    leader.get(&format!("/v1/conversations?q={SECOND_LINE}")).is(200);
    leader.get("/v1/me").with("User-Agent", "INJECTED agent").with("Client-Request-Id", "INJECTED line").send();
    let secrets = [
        (&signed_up, "/access_token"),
        (&signed_in, "/refresh_token"),
        (&refreshed, "/access_token"),
        (&invited, "/token"),
        (&key, "/secret"),
        (&opened, "/visitor_token"),
    ];
    secrets.iter().map(|(json, pointer)| text(json, pointer)).collect()
}

#[test]
fn attack_40_logs_tell_no_secret_and_nobodys_words() {
    let place = Place::sqlite();
    let path = place.config().data_dir.join("stderr.log");
    let file = std::fs::File::create(&path).unwrap();
    let mut node = Node::start_as(&place, |command| {
        command.env("GUILDHALL_LOG", "trace").stderr(Stdio::from(file));
    });
    let secrets = live(&node.client);
    node.kill();
    let log = std::fs::read_to_string(&path).unwrap();
    assert!(log.lines().filter(|line| line.contains("status=201")).count() > 5, "it logs what is done: {log}");
    for canary in PASSWORDS.into_iter().chain([WORDS, "canary.guildhall.test", "\u{1b}[31m"]) {
        let told: Vec<_> = log.lines().filter(|line| line.contains(canary)).collect();
        assert!(told.is_empty(), "{canary}: {told:#?}");
    }
    for secret in &secrets {
        assert!(!log.contains(&secret[secret.len() - 40..]), "the log holds a secret");
    }
    let injected: Vec<_> = log.lines().filter(|line| line.starts_with("INJECTED")).collect();
    assert!(injected.is_empty(), "{injected:#?}");
}
