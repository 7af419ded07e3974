//! Invitations: roles come from the invitation and never from who accepts it, once.

use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{Company, House, PASSWORD, Person, unique};

fn accept(house: &House, token: &Value) -> crate::house::Ask {
    house
        .stranger()
        .post("/v1/invitations/accept", &json!({ "token": token, "name": "Newcomer", "password": PASSWORD }))
}

fn invite(by: &Person, offer: &Value) -> crate::house::Answer {
    let mut body = offer.clone();
    body["email"] = json!(format!("{}@guildhall.test", unique("to")));
    by.client.post("/v1/invitations", &body).send()
}

on_both! {
    fn an_invitation_brings_in_once_with_its_own_roles(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let made = invite(&desk.owner, &json!({ "department": desk.key, "role": "editor", "name": "Dear" })).is(201);
        let ask = accept(&house, &made["token"]);
        let mut climbing = json!({ "token": made["token"], "name": "N", "password": PASSWORD, "role": "owner" });
        assert_eq!(house.stranger().post("/v1/invitations/accept", &climbing).is(422)["errors"][0]["code"], "unknown-field");
        climbing["role"].take();
        let member = ask.is(201)["member"].clone();
        assert_eq!(member["roles"], json!([{ "role": "editor", "department": desk.key }]));
        assert_eq!(member["home_department"], *desk.key);
        assert_eq!(ask.fails(410), "invitation-used");
        let listed = desk.owner.client.get("/v1/invitations?limit=200").is(200)["items"].clone();
        let state = listed.as_array().unwrap().iter().find(|one| one["id"] == made["invitation"]["id"]).unwrap()["state"].clone();
        assert_eq!(state, "accepted");
        assert!(!listed.to_string().contains(made["token"].as_str().unwrap()), "the token is shown once");
    }

    fn a_withdrawn_or_old_invitation_is_gone(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let [withdrawn, old] = [(), ()].map(|()| invite(&leader, &json!({})).is(201));
        let path = format!("/v1/invitations/{}", withdrawn["invitation"]["id"].as_str().unwrap());
        leader.client.delete(&path).is(204);
        assert_eq!(leader.client.delete(&path).fails(410), "invitation-used");
        assert_eq!(accept(&house, &withdrawn["token"]).fails(410), "invitation-used");
        house.clock.pass(Duration::from_hours(72));
        assert_eq!(accept(&house, &old["token"]).fails(410), "invitation-used");
    }

    fn a_token_that_was_never_given_is_not_found(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        for token in ["", "it_1", leader.refresh.as_str(), leader.client.token()] {
            assert_eq!(accept(&house, &json!(token)).fails(404), "not-found", "{token}");
        }
    }

    fn nobody_gives_more_than_they_hold(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let [desk, shop] = &company.departments;
        for offer in [
            json!({ "tenant_role": "leader", "department": desk.key, "role": "viewer" }),
            json!({ "department": shop.key, "role": "viewer" }),
            json!({}),
        ] {
            assert_eq!(invite(&desk.owner, &offer).fails(403), "forbidden", "{offer}");
        }
        assert_eq!(invite(&desk.editor, &json!({ "department": desk.key, "role": "viewer" })).fails(403), "forbidden");
        assert_eq!(invite(&company.leader, &json!({ "department": desk.key, "role": "owner" })).fails(409), "owner-grants");
        for offer in [json!({ "department": "", "role": "viewer" }), json!({ "role": "viewer" }), json!({ "department": desk.key })] {
            invite(&desk.owner, &offer).is(422);
        }
    }

    fn an_address_is_one_members_in_a_company(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let body = json!({ "email": leader.email.to_uppercase() });
        assert_eq!(leader.client.post("/v1/invitations", &body).fails(409), "email-taken");
        let email = json!({ "email": "twice@pine.example" });
        let [one, two] = [(), ()].map(|()| leader.client.post("/v1/invitations", &email).is(201)["token"].clone());
        assert_eq!(accept(&house, &one).fails(410), "invitation-used", "the newest is the one that counts");
        accept(&house, &two).is(201);
        assert_eq!(leader.client.post("/v1/invitations", &email).fails(409), "email-taken");
        Person::sign_up(&house, "Oak").client.post("/v1/invitations", &body).is(201);
    }
}
