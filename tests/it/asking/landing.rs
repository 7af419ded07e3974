//! An accepted answer lands in the owner's draft: with one call, whole or not at all, once.

use serde_json::{Value, json};

use super::{accepted, ask, company, go, path, read};
use crate::house::{Department, Person};

fn draft(by: &Person, department: &Department) -> Vec<Value> {
    by.client.get(&department.path("intents?limit=200")).is(200)["items"].as_array().unwrap().clone()
}

fn named<'a>(draft: &'a [Value], name: &str) -> Option<&'a Value> {
    draft.iter().find(|intent| intent["name"] == name)
}

on_both! {
    fn it_becomes_a_new_intent_with_one_call(place) {
        let house = place.house();
        let company = company(&house);
        let desk = &company.departments[0];
        let request = accepted(&company, desk, "socks");
        assert!(named(&draft(&desk.editor, desk), "socks").is_none());
        let landed = go(&desk.editor, &request, "draft", &json!({}));
        assert_eq!((&landed["landed"]["by"], &landed["awaits"]), (&json!(desk.editor.id), &json!("nobody")));
        let all = draft(&desk.editor, desk);
        let intent = named(&all, "socks").unwrap();
        assert_eq!((&intent["id"], &intent["title"]), (&landed["landed"]["intent"], &json!("Returning socks")));
        assert_eq!((intent["phrases"].as_array().unwrap().len(), &intent["answers"][0]["text"]), (2, &json!("Socks come back unworn.")));
        assert_eq!(desk.editor.client.post(&path(&request, "/draft"), &json!({})).fails(409), "already-landed");
        assert_eq!(draft(&desk.editor, desk).len(), all.len());
    }

    fn it_joins_an_intent_that_is_there_and_takes_nothing_from_it(place) {
        let house = place.house();
        let company = company(&house);
        let desk = &company.departments[0];
        let before = desk.owner.client.get(&desk.path(&format!("intents/{}", desk.live))).is(200);
        let fi = json!([{ "language": "fi", "text": "Sukat palautetaan." }]);
        desk.owner.client.patch(&desk.path(&format!("intents/{}", desk.live)), &before["version"], &json!({ "answers": [before["answers"][0], fi[0]] })).is(200);
        let request = ask(&company, "normal");
        let offered = json!({ "content": {
            "intent": desk.live,
            "phrases": [{ "text": "can I return socks" }, { "text": before["phrases"][0]["text"] }],
            "answers": [{ "language": "en", "text": "All comes back within 30 days." }],
        } });
        go(&desk.editor, &request, "answer", &offered);
        go(&company.departments[1].editor, &request, "accept", &json!({}));
        go(&desk.reviewer, &request, "draft", &json!({}));
        let after = desk.owner.client.get(&desk.path(&format!("intents/{}", desk.live))).is(200);
        assert_eq!(after["phrases"].as_array().unwrap().len(), before["phrases"].as_array().unwrap().len() + 1, "an equal one is kept once");
        let answers: Vec<_> = after["answers"].as_array().unwrap().iter().map(|answer| (answer["language"].clone(), answer["text"].clone())).collect();
        assert_eq!(answers, [(json!("fi"), json!("Sukat palautetaan.")), (json!("en"), json!("All comes back within 30 days."))]);
    }

    fn words_alone_land_as_what_the_owner_makes_of_them(place) {
        let house = place.house();
        let company = company(&house);
        let desk = &company.departments[0];
        let request = ask(&company, "normal");
        go(&desk.owner, &request, "answer", &json!({ "text": "Unworn, yes." }));
        go(&company.departments[1].editor, &request, "accept", &json!({}));
        let fails = |body: Value| desk.owner.client.post(&path(&request, "/draft"), &body).is(422)["errors"][0]["pointer"].clone();
        assert_eq!(fails(json!({})), "/intent");
        assert_eq!(fails(json!({ "name": "socks" })), "/phrases");
        assert_eq!(fails(json!({ "intent": "int_01jd0000007000g00000000009", "phrases": [{ "text": "socks" }] })), "/intent");
        go(&desk.owner, &request, "draft", &json!({ "name": "socks", "phrases": [{ "text": "are socks returned" }] }));
        assert!(named(&draft(&desk.owner, desk), "socks").is_some());
    }

    fn what_the_draft_can_not_take_changes_nothing_and_may_be_tried_again(place) {
        let house = place.house();
        let company = company(&house);
        let desk = &company.departments[0];
        let request = accepted(&company, desk, "return_item");
        let before = draft(&desk.editor, desk);
        assert_eq!(desk.editor.client.post(&path(&request, "/draft"), &json!({})).fails(409), "intent-name-taken");
        assert_eq!((draft(&desk.editor, desk), read(&desk.editor, &request)["landed"].clone()), (before, json!(null)));
        go(&desk.editor, &request, "draft", &json!({ "name": "return_socks" }));
        assert!(named(&draft(&desk.editor, desk), "return_socks").is_some());
    }

    fn a_crash_between_answer_and_draft_loses_nothing(place) {
        let first = place.house();
        let company = company(&first);
        let desk = &company.departments[0];
        let request = accepted(&company, desk, "socks");
        let before = draft(&desk.editor, desk).len();
        // The node goes down in the middle: all was written, nothing committed.
        let id: guildhall_domain::Id<guildhall_domain::id::KnowledgeRequest> = request["id"].as_str().unwrap().parse().unwrap();
        let editor = desk.editor.id.parse().unwrap();
        let slug = desk.editor.slug.clone();
        let failed = first.within(move |app| async move {
            let tenant = app.store.tenant_by_slug(&slug).await.unwrap().unwrap().id;
            let actor = acting(&app, tenant, editor).await;
            let permit = guildhall_domain::policy::judge(&actor).unwrap();
            let landed = app.act(&actor, async |work| {
                guildhall_app::request::land(work, &permit, id, guildhall_app::request::Place::default()).await?;
                Err::<(), _>(guildhall_domain::Refusal::Unavailable("the node"))
            }).await;
            landed.is_err()
        });
        assert!(failed);
        drop(first);
        let second = place.house();
        let editor = desk.editor.sign_in(&second);
        let waiting = editor.client.get(&path(&request, "")).is(200);
        assert_eq!((&waiting["state"], &waiting["landed"], &waiting["awaits"]), (&json!("accepted"), &json!(null), &json!("landing")));
        assert_eq!(waiting["answer"]["content"]["name"], "socks", "the answer is there");
        assert_eq!(draft(&editor, desk).len(), before);
        let inbox = editor.client.get("/v1/inbox").is(200);
        assert_eq!((&inbox["items"][0]["todo"], &inbox["items"][0]["id"]), (&json!("land"), &request["id"]));
        go(&editor, &request, "draft", &json!({}));
        assert_eq!(draft(&editor, desk).len(), before + 1);
    }

    fn two_who_land_at_once_land_once(place) {
        let house = place.house();
        let company = company(&house);
        let desk = &company.departments[0];
        let request = accepted(&company, desk, "socks");
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let both = [&desk.editor, &desk.reviewer].map(|one| {
                scope.spawn(|| one.client.post(&path(&request, "/draft"), &json!({})).send().status)
            });
            both.map(|one| one.join().unwrap()).to_vec()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        assert_eq!(draft(&desk.owner, desk).iter().filter(|intent| intent["name"] == "socks").count(), 1);
    }

    fn only_who_may_edit_the_draft_lets_it_land(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        let request = accepted(&company, desk, "socks");
        for (who, status) in [(&company.leader, 403), (&shop.editor, 403), (&shop.owner, 403), (&desk.viewer, 403), (&desk.agent, 403), (&company.member, 403)] {
            assert_eq!(who.client.post(&path(&request, "/draft"), &json!({})).send().status, status, "{}", who.email);
        }
        assert!(named(&draft(&desk.editor, desk), "socks").is_none());
    }
}

/// The editor as the gate would make them.
async fn acting(
    app: &guildhall_app::App,
    tenant: guildhall_domain::Id<guildhall_domain::id::Tenant>,
    member: guildhall_domain::Id<guildhall_domain::id::Member>,
) -> guildhall_domain::Actor {
    let scope = guildhall_domain::TenantScope::proven(tenant);
    let tx = app.store.read(scope).await.unwrap();
    let person = tx.members().get(member).await.unwrap().unwrap();
    let grants = person.grants(tx.members().grants_of(member).await.unwrap());
    let session = guildhall_domain::Id::from_uuid(member.uuid());
    guildhall_domain::Actor {
        scope,
        who: guildhall_domain::Who::Member { id: member, session },
        grants,
        bounds: None,
        request: None,
    }
}
