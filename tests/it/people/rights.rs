//! Rights that end: nothing that was given before outlives them by more than five seconds.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    time::{Duration, Instant},
};

use guildhall_domain::tenant::State;
use serde_json::{Value, json};

use crate::house::{Client, Company, House, PASSWORD, Person, unique};

const SOON: Duration = Duration::from_secs(5);

/// How long a stream that is open goes on after `end` was done.
fn outlives(house: &House, client: &Client, path: &str, end: impl FnOnce(&House)) -> Duration {
    let mut stream = BufReader::new(client.get(path).with("Last-Event-ID", "99").stream());
    let mut line = String::new();
    assert!(stream.read_line(&mut line).unwrap() > 0, "the stream has begun");
    end(house);
    let start = Instant::now();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(!rest.contains("event: message"), "{rest}");
    start.elapsed()
}

fn invited(by: &Person, offer: &Value) -> Value {
    let mut body = offer.clone();
    body["email"] = json!(format!("{}@guildhall.test", unique("to")));
    by.client.post("/v1/invitations", &body).is(201)["token"].clone()
}

fn accept(house: &House, token: &Value) -> crate::house::Answer {
    let body = json!({ "token": token, "name": "Newcomer", "password": PASSWORD });
    house.stranger().post("/v1/invitations/accept", &body).send()
}

on_both! {
    fn attack_13_streams_end_when_their_channel_closes(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let visitor = &company.visitors[0];
        let events = format!("{}/events", visitor.path);
        let took = outlives(&house, &visitor.client, &events, |_| {
            let channel = format!("/v1/channels/{}", company.channel["id"].as_str().unwrap());
            company.leader.client.delete(&channel).at(&company.channel["version"]).is(204);
        });
        assert!(took < SOON, "{took:?}");
        assert_eq!(visitor.client.get(&events).fails(401), "unauthenticated");
    }

    fn attack_13_streams_end_when_their_company_is_suspended(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let visitor = &company.visitors[0];
        // What the node remembers is as fresh as it can be.
        visitor.say("where is my parcel");
        let events = format!("{}/events", visitor.path);
        let took = outlives(&house, &visitor.client, &events, |house| {
            let slug = company.leader.slug.clone();
            assert!(house.within(move |app| async move { app.store.set_tenant_state(&slug, State::Suspended, app.now()).await.unwrap() }));
        });
        assert!(took < SOON, "{took:?}");
        assert_eq!(visitor.client.get(&events).fails(401), "unauthenticated");
    }

    fn attack_14_on_another_node_too(place) {
        if !place.shared() {
            return;
        }
        let [one, two] = [place.house(), place.house()];
        let company = Company::found(&one, "acorn");
        let (leader, editor) = (&company.leader, &company.departments[0].editor);
        let on_two = |person: &Person| two.bearer(person.client.token());
        on_two(editor).get("/v1/me").is(200);
        leader.client.ask("PUT", &format!("/v1/members/{}/suspension", editor.id)).is(200);
        assert_eq!(on_two(editor).get("/v1/me").fails(401), "session-revoked");
        let visitor = &company.visitors[0];
        let there = two.bearer(visitor.client.token());
        let took = outlives(&two, &there, &format!("{}/events", visitor.path), |_| {
            let channel = format!("/v1/channels/{}", company.channel["id"].as_str().unwrap());
            leader.client.delete(&channel).at(&company.channel["version"]).is(204);
        });
        assert!(took < SOON, "{took:?}");
    }

    fn attack_14_every_right_that_is_taken_ends_the_tokens_of_before(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let (leader, desk) = (&company.leader, &company.departments[0]);
        let member = |person: &Person, below: &str| format!("/v1/members/{}{below}", person.id);
        let start = Instant::now();
        leader.client.put(&member(&company.executive, "/tenant-role"), &json!({ "role": "member" })).is(200);
        leader.client.ask("PUT", &member(&desk.agent, "/suspension")).is(200);
        leader.client.delete(&member(&desk.viewer, "")).is(204);
        desk.owner.client.put(&desk.path(&format!("members/{}", desk.reviewer.id)), &json!({ "role": "viewer" })).is(200);
        desk.owner.client.delete(&desk.path(&format!("members/{}", desk.editor.id))).is(204);
        for person in [&company.executive, &desk.agent, &desk.viewer, &desk.reviewer, &desk.editor] {
            assert_eq!(person.client.get("/v1/me").fails(401), "session-revoked");
        }
        assert!(start.elapsed() < SOON);
    }

    fn attack_14_an_invitation_is_worth_what_its_inviter_is(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let (leader, desk) = (&company.leader, &company.departments[0]);
        let second = leader.bring(&house, &json!({ "tenant_role": "leader" }));
        let offer = json!({ "tenant_role": "leader" });
        let of_department = json!({ "department": desk.key, "role": "editor" });
        let [demoted, by_owner, by_removed] = [invited(&second, &offer), invited(&desk.owner, &of_department), invited(&second, &offer)];
        leader.client.put(&format!("/v1/members/{}/tenant-role", second.id), &json!({ "role": "member" })).is(200);
        assert_eq!(accept(&house, &demoted).fails(410), "invitation-used");
        leader.client.delete(&format!("/v1/members/{}", second.id)).is(204);
        assert_eq!(accept(&house, &by_removed).fails(410), "invitation-used");
        desk.owner.client.put(&desk.path(&format!("members/{}", desk.editor.id)), &json!({ "role": "owner" })).is(200);
        desk.editor.sign_in(&house).client.put(&desk.path(&format!("members/{}", desk.owner.id)), &json!({ "role": "viewer" })).is(200);
        assert_eq!(accept(&house, &by_owner).fails(410), "invitation-used");
    }

    fn attack_22_a_second_first_owner_comes_too_late(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        leader.client.post("/v1/departments", &json!({ "key": "it", "name": "IT" })).is(201);
        let owner = json!({ "department": "it", "role": "owner" });
        let [one, two] = [(), ()].map(|()| invited(&leader, &owner));
        accept(&house, &one).is(201);
        assert_eq!(accept(&house, &two).fails(410), "invitation-used", "from now on the owner grants");
    }

    fn attack_22_an_invitation_into_a_dissolved_department_leads_nowhere(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let made = leader.client.post("/v1/departments", &json!({ "key": "it", "name": "IT" })).is(201);
        let token = invited(&leader, &json!({ "department": "it", "role": "owner" }));
        leader.client.delete("/v1/departments/it").at(&made["version"]).is(204);
        assert_eq!(accept(&house, &token).fails(410), "invitation-used");
    }

    fn attack_22_an_invitation_is_for_its_company_whoever_is_signed_in(place) {
        let house = place.house();
        let [pine, oak] = ["Pine", "Oak"].map(|company| Person::sign_up(&house, company));
        let token = invited(&pine, &json!({ "tenant_role": "executive" }));
        let body = json!({ "token": token, "name": "From Oak", "password": PASSWORD });
        let came = oak.client.post("/v1/invitations/accept", &body).is(201);
        assert_eq!((&came["tenant"]["slug"], came["member"]["id"] == *oak.id), (&json!("pine"), false));
        assert_eq!(oak.client.get("/v1/me").is(200)["tenant"]["slug"], "oak");
        assert_eq!(oak.client.post("/v1/invitations/accept", &body).fails(410), "invitation-used");
    }
}
