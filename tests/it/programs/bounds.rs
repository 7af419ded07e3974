//! How far a key goes: never beyond its scopes, its departments, or its maker as they are now.

use serde_json::json;

use crate::house::{Client, Company, House, intent, program, unique};

fn bearer(house: &House, key: &serde_json::Value) -> Client {
    house.bearer(key["secret"].as_str().unwrap())
}

on_both! {
    fn a_key_loses_what_its_maker_loses(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("loses"));
        let [first, _] = &company.departments;
        let second_owner = first.owner.bring(&house, &json!({ "department": first.key, "role": "owner" }));
        let key = program(&second_owner, &["draft.read", "draft.edit", "release.publish", "live.read"], &["*"]);
        let client = bearer(&house, &key);
        let body = || intent(&unique("kept"), &[&unique("some phrase")]);
        client.post(&first.path("intents"), &body()).is(201);
        client.post(&first.path("releases"), &json!({})).is(201);

        let membership = first.path(&format!("members/{}", second_owner.id));
        first.owner.client.put(&membership, &json!({ "role": "editor" })).is(200);
        client.post(&first.path("intents"), &body()).is(201);
        assert_eq!(client.post(&first.path("releases"), &json!({})).fails(403), "forbidden", "an editor does not publish");
        first.owner.client.delete(&membership).is(204);
        assert_eq!(client.post(&first.path("intents"), &body()).fails(403), "forbidden");
        assert_eq!(client.get(&first.path("intents")).fails(403), "forbidden");
        client.get(&first.path("intents?stage=live")).is(200);
        first.owner.client.put(&membership, &json!({ "role": "owner" })).is(200);
        client.post(&first.path("intents"), &body()).is(201);
    }

    fn a_key_of_one_department_does_not_know_the_others(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("bounded"));
        let [first, second] = &company.departments;
        let scopes = ["department.read", "draft.read", "live.read", "release.read", "conversation.read"];
        let client = bearer(&house, &program(&company.leader, &scopes, &[&first.key]));
        let departments = client.get("/v1/departments").is(200)["items"].clone();
        assert_eq!((departments.as_array().unwrap().len(), &departments[0]["key"]), (1, &json!(first.key)));
        client.get(&first.path("intents")).is(200);
        client.get(&first.path("intents?stage=live")).is(200);
        client.get(&first.path("releases")).is(200);
        for hidden in ["", "intents", "intents?stage=live", "releases", "members", "export"] {
            let hidden = second.path(hidden);
            let nowhere = hidden.replace(&second.key, "nowhere");
            let [there, missing] = [hidden, nowhere].map(|path| client.get(path.trim_end_matches('/')).is(404)["detail"].clone());
            assert_eq!(there, missing);
        }
        let talks = client.get("/v1/conversations").is(200)["items"].clone();
        assert_eq!(talks.as_array().unwrap().len(), 1, "one of two: {talks:#}");
        for hidden in [second.key.as_str(), "nowhere"] {
            let asked = client.get(&format!("/v1/conversations?department={hidden}"));
            assert_eq!(asked.fails(422), "invalid-reference");
        }
        let parse = client.post("/v1/bot/parse", &json!({ "texts": ["where is my parcel"] })).send();
        assert_eq!(parse.json["required"], "live.read", "the whole bot's");
        assert_eq!(parse.fails(403), "insufficient-scope");
    }

    fn attack_24_keys_are_their_makers_and_the_leader_may_end_them(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("theirs"));
        let [first, second] = company.departments.each_ref().map(|department| &department.owner);
        let key = program(first, &["draft.edit"], &["*"]);
        let path = format!("/v1/api-keys/{}", key["api_key"]["id"].as_str().unwrap());
        let rotate = format!("{path}/rotate");
        assert_eq!(second.client.get("/v1/api-keys").is(200)["items"], json!([]));
        for ask in [second.client.get(&path), second.client.delete(&path), second.client.post(&rotate, &json!({}))] {
            assert_eq!(ask.fails(404), "not-found");
        }
        assert_eq!(company.leader.client.get("/v1/api-keys").is(200)["items"][0]["id"], key["api_key"]["id"]);
        let renamed = company.leader.client.patch(&path, &json!(1), &json!({ "name": "Shop" })).is(200);
        assert_eq!(company.leader.client.post(&rotate, &json!({})).fails(403), "forbidden", "a secret is its maker's");
        assert_eq!(company.leader.client.patch(&path, &json!(1), &json!({})).fails(412), "precondition-failed");
        assert_eq!(renamed["version"], 2);
        company.leader.client.delete(&path).is(204);
        assert_eq!(bearer(&house, &key).get("/v1/departments").fails(401), "unauthenticated");
    }

    fn a_key_makes_no_keys_and_has_no_account(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("humble"));
        let client = bearer(&house, &program(&company.leader, &["audit.read", "member.read"], &["*"]));
        for (ask, required) in [
            (client.get("/v1/me"), "account.keep"),
            (client.get("/v1/sessions"), "account.keep"),
            (client.get("/v1/api-keys"), "key.manage"),
            (client.post("/v1/api-keys", &json!({ "name": "x", "scopes": ["audit.read"], "departments": ["*"] })), "key.manage"),
            (client.post("/v1/chat/conversations", &json!({})), "chat.open"),
            (client.get("/v1/channels"), "channel.manage"),
        ] {
            let refused = ask.send();
            assert_eq!(refused.json["required"], required);
            assert_eq!(refused.fails(403), "insufficient-scope");
        }
        client.get("/v1/audit-log").is(200);
        client.get("/v1/members").is(200);
    }

    fn an_idempotency_key_belongs_to_the_api_key(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("onces"));
        let first = &company.departments[0];
        let keys = [(); 2].map(|()| bearer(&house, &program(&first.owner, &["draft.edit"], &["*"])));
        let body = intent(&unique("once"), &[&unique("just one phrase")]);
        let under = |client: &Client| client.post(&first.path("intents"), &body).with("Idempotency-Key", "k");
        let made = under(&keys[0]).is(201);
        assert_eq!(under(&keys[0]).is(201)["id"], made["id"]);
        assert_eq!(under(&keys[1]).fails(409), "intent-name-taken", "another key's is another request");
        assert_eq!(under(&first.owner.client).fails(409), "intent-name-taken", "and so is its maker's");
    }
}
