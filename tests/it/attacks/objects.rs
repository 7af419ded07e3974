//! Other companies' and other departments' things: by id, by reference, by method, by right.

use serde_json::{Value, json};

use crate::house::{Ask, Company, Contract, Person, intent, unique};

/// Everything of a company that an id names, by a path that its leader may read.
fn things(company: &Company) -> Vec<String> {
    let [first, _] = &company.departments;
    let id = |of: &Value| of["id"].as_str().unwrap().to_owned();
    let invited = company.leader.client.get("/v1/invitations").is(200);
    assert_eq!(invited["next_cursor"], Value::Null);
    vec![
        format!("/v1/members/{}", first.editor.id),
        format!("/v1/departments/{}", first.key),
        first.path("members"),
        first.path("intents"),
        first.path(&format!("intents/{}", first.draft)),
        first.path(&format!("intents/{}?stage=live", first.live)),
        first.path(&format!("intents/{}/phrases", first.live)),
        first.path("releases"),
        first.path("releases/1"),
        first.path("releases/1/diff"),
        first.path("export"),
        first.path("advice"),
        format!("/v1/channels/{}", id(&company.channel)),
        format!("/v1/conversations/{}", company.visitors[0].conversation),
        format!("/v1/conversations/{}/messages", company.visitors[0].conversation),
    ]
}

fn version(person: &Person, path: &str) -> Value {
    person.client.get(path).is(200)["version"].clone()
}

on_both! {
    fn attack_01_a_foreign_id_is_read_like_one_that_never_was(place) {
        let house = place.house();
        let [ours, theirs] = ["acorn", "birch"].map(|name| Company::found(&house, name));
        for path in things(&theirs) {
            theirs.leader.client.get(&path).is(200);
            let refused = ours.leader.client.get(&path).send();
            assert!(!refused.text().contains("birch"), "{path}");
            assert_eq!(refused.fails(404), "not-found", "{path}");
            theirs.leader.client.get(&path).is(200);
        }
    }

    fn attack_02_a_foreign_thing_is_not_changed_by_its_true_version(place) {
        let house = place.house();
        let [ours, theirs] = ["acorn", "birch"].map(|name| Company::found(&house, name));
        let [first, _] = &theirs.departments;
        let channel = format!("/v1/channels/{}", theirs.channel["id"].as_str().unwrap());
        let draft = first.path(&format!("intents/{}", first.draft));
        let member = format!("/v1/members/{}", first.editor.id);
        let department = format!("/v1/departments/{}", first.key);
        for path in [&channel, &draft, &member, &department] {
            let before = version(&theirs.leader, path);
            let attacker = &ours.departments[0].owner.client;
            for client in [&ours.leader.client, attacker] {
                let patch = client.patch(path, &before, &json!({ "name": "stolen" }));
                let delete = client.delete(path).at(&before);
                for ask in [patch, delete] {
                    let status = ask.send().status;
                    // Who holds the action nowhere is told so without a look; 405 where there is no such method.
                    assert!([403, 404, 405].contains(&status), "{} {path}: {status}", ask.method);
                }
            }
            assert_eq!(version(&theirs.leader, path), before, "{path}");
        }
        let stale = ours.leader.client.patch(&channel, &json!(99), &json!({ "name": "stolen" }));
        assert_eq!(stale.fails(404), "not-found", "the precondition is not looked at");
    }

    fn attack_03_a_draft_is_hidden_and_what_is_live_is_read_only(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let [first, second] = &company.departments;
        let (editor, intent) = (&first.editor.client, |id: &str| second.path(&format!("intents/{id}")));
        assert_eq!(editor.get(&intent(&second.draft)).fails(404), "not-found");
        editor.get(&format!("{}?stage=live", intent(&second.live))).is(200);
        assert_eq!(editor.get(&intent(&second.live)).fails(404), "not-found", "its draft");
        let before = version(&second.owner, &intent(&second.live));
        assert_eq!(editor.patch(&intent(&second.live), &before, &json!({ "title": "mine" })).fails(403), "forbidden");
        assert_eq!(editor.patch(&intent(&second.draft), &before, &json!({ "title": "mine" })).fails(404), "not-found");
        assert_eq!(version(&second.owner, &intent(&second.live)), before);
    }

    fn attack_04_an_editor_neither_publishes_nor_restores_nor_dissolves(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let [first, _] = &company.departments;
        let editor = &first.editor.client;
        let department = format!("/v1/departments/{}", first.key);
        let release = editor.get(&first.path("releases/1")).is(200);
        for ask in [
            editor.post(&first.path("releases"), &json!({})),
            editor.post(&first.path("releases/1/restore"), &json!({})),
            editor.delete(&department).at(&json!(1)),
            first.owner.client.delete(&department).at(&json!(1)),
        ] {
            assert_eq!(ask.fails(403), "forbidden", "{} {}", ask.method, ask.target);
        }
        let releases = editor.get(&first.path("releases")).is(200)["items"].clone();
        assert_eq!(releases, json!([release]), "no new one, and the pointer where it was");
    }

    fn attack_05_content_is_not_made_in_another_department(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let [first, second] = &company.departments;
        let before = second.owner.client.get(&second.path("intents")).is(200);
        let mut named = intent("planted", &["a planted phrase"]);
        assert_eq!(first.editor.client.post(&second.path("intents"), &named).fails(403), "forbidden");
        for (field, value) in [("department", &second.key), ("department_id", &second.key)] {
            named[field] = json!(value);
            let problem = first.editor.client.post(&first.path("intents"), &named).is(422);
            assert_eq!(problem["errors"][0]["code"], "unknown-field");
            named.as_object_mut().unwrap().remove(field);
        }
        let file = json!({ "format": "guildhall", "version": 1, "department": second.key, "intents": [] });
        assert_eq!(first.editor.client.post(&second.path("imports"), &file).fails(403), "forbidden");
        let moved = company.leader.client.delete(&format!("/v1/departments/{}?move_content_to={}", first.key, "never-was")).at(&json!(1));
        assert_eq!(moved.fails(422), "invalid-reference");
        assert_eq!(second.owner.client.get(&second.path("intents")).is(200), before);
    }

    fn attack_06_a_foreign_id_in_a_second_place_spoils_the_whole_request(place) {
        let house = place.house();
        let [ours, theirs] = ["acorn", "birch"].map(|name| Company::found(&house, name));
        let ([first, _], [foreign, _]) = (&ours.departments, &theirs.departments);
        let (leader, owner) = (&ours.leader.client, &first.owner.client);
        let theirs_channel = theirs.channel["id"].as_str().unwrap();
        let me = format!("/v1/members/{}", first.owner.id);
        let before = version(&first.owner, &me);
        let refused = |ask: Ask| assert_eq!(ask.fails(422), "invalid-reference", "{} {}", ask.method, ask.target);
        refused(leader.get(&format!("/v1/conversations?department={}", foreign.key)));
        refused(leader.get(&format!("/v1/audit-log?department={}", foreign.key)));
        refused(owner.patch(&me, &before, &json!({ "home_department": foreign.key, "title": "moved" })));
        refused(owner.post("/v1/bot/parse", &json!({ "texts": ["x"], "stage": "draft", "departments": [first.key, foreign.key] })));
        refused(leader.post("/v1/api-keys", &json!({ "name": "x", "scopes": ["draft.read"], "departments": [first.key, foreign.key] })));
        refused(leader.post("/v1/invitations", &json!({ "email": "x@guildhall.test", "department": foreign.key, "role": "viewer" })));
        refused(leader.delete(&format!("/v1/departments/{}?move_content_to={}", first.key, foreign.key)).at(&json!(1)));
        assert_eq!(leader.get(&format!("/v1/conversations?channel={theirs_channel}")).is(200)["items"], json!([]));
        let put = owner.put(&first.path(&format!("members/{}", foreign.editor.id)), &json!({ "role": "viewer" }));
        assert_eq!(put.fails(404), "not-found");
        let elsewhere = first.path(&format!("intents/{}/phrases", foreign.draft));
        assert_eq!(owner.post(&elsewhere, &json!({ "phrases": [{ "text": "planted" }] })).fails(404), "not-found");
        assert_eq!(version(&first.owner, &me), before, "nothing of it was done");

        let cursor = theirs.leader.client.get("/v1/members?limit=1").is(200)["next_cursor"].as_str().unwrap().to_owned();
        let page = leader.get(&format!("/v1/members?limit=200&cursor={cursor}")).is(200);
        assert!(!page.to_string().contains(&foreign.owner.id), "a foreign cursor is a place in one's own list");
    }

    fn attack_08_an_executive_changes_nothing(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let contract = Contract::of(house.stranger().get("/v1/openapi.json").is(200));
        let digest = place.digest();
        let mut tried = 0;
        for operation in contract.operations().filter(|operation| operation.method != "GET") {
            let action = operation.facts["x-action"].as_str().unwrap();
            // What is every member's own, and what reads by POST, is not an executive's alone.
            if ["public", "account.keep", "member.edit", "live.read"].contains(&action) {
                continue;
            }
            let path = operation.path.split('/').map(|step| match step {
                "{department}" => company.departments[0].key.as_str(),
                "{intent}" => company.departments[0].draft.as_str(),
                "{member}" => company.member.id.as_str(),
                "{channel}" => company.channel["id"].as_str().unwrap(),
                "{number}" => "1",
                _ if step.starts_with('{') => "x",
                step => step,
            });
            let path = path.collect::<Vec<_>>().join("/");
            digest.settle();
            let before = digest.read();
            let refused = company.executive.client.ask(operation.method, &path).json(&json!({})).at(&json!(1));
            assert_eq!(refused.fails(403), "forbidden", "{} {path}", operation.method);
            assert_eq!(digest.read(), before, "{} {path}", operation.method);
            tried += 1;
        }
        assert!(tried > 20, "{tried}");
    }

    fn attack_10_nobody_raises_themselves_or_others_beyond_their_own(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let [first, second] = &company.departments;
        let roles = |person: &Person| person.client.get("/v1/me").is(200)["roles"].clone();
        let before = [&first.owner, &first.editor].map(roles);
        let me = format!("/v1/members/{}", first.owner.id);
        for (ask, kind) in [
            (first.owner.client.put(&second.path(&format!("members/{}", first.owner.id)), &json!({ "role": "owner" })), "forbidden"),
            (first.editor.client.put(&first.path(&format!("members/{}", first.editor.id)), &json!({ "role": "owner" })), "forbidden"),
            (first.owner.client.post("/v1/invitations", &json!({ "email": "x@guildhall.test", "tenant_role": "leader" })), "forbidden"),
            (first.owner.client.post("/v1/api-keys", &json!({ "name": "x", "scopes": ["audit.read"], "departments": ["*"] })), "cannot-grant-more-than-held"),
            (first.owner.client.post("/v1/api-keys", &json!({ "name": "x", "scopes": ["draft.edit"], "departments": [second.key] })), "cannot-grant-more-than-held"),
            (company.leader.client.post("/v1/api-keys", &json!({ "name": "x", "scopes": ["draft.edit"], "departments": ["*"] })), "cannot-grant-more-than-held"),
        ] {
            assert_eq!(ask.fails(403), kind, "{} {} {}", ask.method, ask.target, ask.body());
        }
        for field in ["tenant_role", "roles", "role"] {
            let raised = first.owner.client.patch(&me, &version(&first.owner, &me), &json!({ field: "leader" }));
            assert_eq!(raised.is(422)["errors"][0]["code"], "unknown-field");
        }
        let name = unique("carrier");
        let mut file = json!({ "format": "guildhall", "version": 1, "intents": [intent(&name, &["carried in"])] });
        file["members"] = json!([{ "email": first.editor.email, "role": "owner" }]);
        first.editor.client.post(&first.path("imports"), &file).send();
        assert_eq!([&first.owner, &first.editor].map(roles), before);
    }

    fn attack_12_there_is_no_way_to_the_operators_side(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "acorn");
        for path in ["/v1/operator", "/v1/admin", "/v1/tenants", "/v1/operator/tenants", "/admin", "/metrics", "/debug/vars"] {
            let status = leader.client.get(path).send().status;
            assert!([404, 405].contains(&status), "{path}: {status}");
        }
        let listed = leader.client.get("/v1/tenants").send();
        assert_eq!(listed.status, 405, "companies are not listed");
    }
}
