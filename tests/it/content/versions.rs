//! Versions: what one has already is not sent again, and what changed meanwhile is not overwritten.

use serde_json::json;

use crate::house::{Company, intent};

on_both! {
    fn who_has_the_version_already_gets_304(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let (leader, owner) = (&company.leader.client, &desk.owner.client);
        let channel = format!("/v1/channels/{}", company.channel["id"].as_str().unwrap());
        for (client, path) in [
            (owner, desk.path(&format!("intents/{}", desk.live))),
            (owner, format!("/v1/departments/{}", desk.key)),
            (owner, format!("/v1/members/{}", desk.owner.id)),
            (leader, channel),
        ] {
            let etag = client.get(&path).send().header("etag").unwrap().to_owned();
            for tags in [etag.clone(), format!("W/{etag}"), format!("\"v99\", {etag}"), "*".to_owned()] {
                let answer = client.get(&path).with("If-None-Match", &tags).send();
                assert_eq!((answer.status, answer.header("etag")), (304, Some(&*etag)), "{path} {tags}");
            }
            client.get(&path).with("If-None-Match", "\"v99\"").is(200);
        }
    }

    fn the_bot_has_a_version_and_changes_without_it(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let leader = &company.leader.client;
        let etag = leader.get("/v1/bot").send().header("etag").unwrap().to_owned();
        leader.get("/v1/bot").with("If-None-Match", &etag).is(200);
        let changed = leader.patch("/v1/bot", &json!(1), &json!({ "threshold": 0.25, "greeting": { "en": "Ahoy" } })).is(200);
        assert_eq!((&changed["threshold"], &changed["version"]), (&json!(0.25), &json!(2)));
        assert_eq!(leader.patch("/v1/bot", &json!(1), &json!({})).fails(412), "precondition-failed");
        assert_eq!(leader.patch("/v1/bot", &json!(2), &json!({ "margin": 1.5 })).is(422)["errors"][0]["pointer"], "/margin");
        let back = leader.patch("/v1/bot", &json!(2), &json!({ "threshold": null })).is(200);
        assert_eq!((&back["threshold"], &back["greeting"]), (&json!(null), &json!({ "en": "Ahoy" })));
    }

    fn a_change_needs_the_current_version(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let path = desk.path(&format!("intents/{}", desk.draft));
        let patch = desk.editor.client.patch(&path, &json!(1), &json!({ "title": "First" }));
        for wrong in ["", "*"] {
            assert_eq!(patch.clone().with("If-Match", wrong).fails(428), "precondition-required", "{wrong}");
        }
        assert_eq!(patch.clone().without("If-Match").fails(428), "precondition-required");
        patch.is(200);
        let stale = patch.send();
        assert_eq!(stale.header("etag"), Some("\"v2\""));
        assert_eq!(stale.is(412)["current_etag"], "\"v2\"");
        for tag in ["v2", "\"2\"", "W/\"v2\"", "\"v2\", \"v1\""] {
            assert_eq!(patch.clone().with("If-Match", tag).fails(412), "precondition-failed", "{tag}");
        }
        let delete = desk.editor.client.delete(&path);
        assert_eq!(delete.fails(428), "precondition-required");
        assert_eq!(delete.clone().at(&json!(1)).fails(412), "precondition-failed");
        delete.at(&json!(2)).is(204);
    }

    fn of_two_changes_to_one_version_one_wins(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let path = desk.path(&format!("intents/{}", desk.draft));
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let path = &path;
            let change = |n| move || desk.editor.client.patch(path, &json!(1), &json!({ "title": format!("{n}") })).send().status;
            let all: Vec<_> = (0..8).map(|n| scope.spawn(change(n))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 412].contains(status)), "{statuses:?}");
        assert_eq!(desk.editor.client.get(&path).is(200)["version"], 2);
    }

    fn absent_is_not_null_and_answers_are_stated_whole(place) {
        let house = place.house();
        let desk = &Company::found(&house, "acorn").departments[0];
        let mut body = intent("patched", &["a phrase"]);
        body["title"] = json!("A title");
        let made = desk.owner.client.post(&desk.path("intents"), &body).is(201);
        let path = desk.path(&format!("intents/{}", made["id"].as_str().unwrap()));
        let patch = |version: i64, body| desk.owner.client.patch(&path, &json!(version), &body);
        let renamed = patch(1, json!({ "name": "Patched too" })).is(200);
        assert_eq!((&renamed["title"], &renamed["answers"]), (&made["title"], &made["answers"]));
        assert_eq!(patch(2, json!({ "title": null })).is(200)["title"], json!(null));
        let answers = json!([{ "language": "sv", "text": "Hej" }]);
        assert_eq!(patch(3, json!({ "answers": answers })).is(200)["answers"][0]["language"], "sv");
        assert_eq!(patch(4, json!({ "answers": [] })).is(200)["answers"], json!([]));
        for (refused, code) in [("phrases", "unknown-field"), ("version", "unknown-field"), ("id", "unknown-field")] {
            assert_eq!(patch(5, json!({ refused: [] })).is(422)["errors"][0]["code"], code, "{refused}");
        }
        assert_eq!(patch(5, json!({ "name": null })).send().status, 422, "a name can't be taken away");
        assert_eq!(patch(5, json!({})).is(200)["name"], "Patched too");
    }
}
