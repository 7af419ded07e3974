//! Standing in the company: roles, suspension, leaving; who is last stays, also when all go at once.

use std::thread;

use serde_json::{Value, json};

use crate::house::{Answer, Company, House, PASSWORD, Person, Place, intent, unique};

fn path(person: &Person, below: &str) -> String {
    format!("/v1/members/{}{below}", person.id)
}

fn set_role(by: &Person, person: &Person, role: &str) -> Answer {
    by.client.put(&path(person, "/tenant-role"), &json!({ "role": role })).send()
}

fn suspend(by: &Person, person: &Person) -> Answer {
    by.client.ask("PUT", &path(person, "/suspension")).send()
}

fn remove(by: &Person, person: &Person) -> Answer {
    by.client.delete(&path(person, "")).send()
}

fn sign_in(house: &House, person: &Person) -> Answer {
    let body = json!({ "email": person.email, "password": PASSWORD, "tenant": person.slug });
    house.stranger().post("/v1/sessions", &body).send()
}

/// How many can lead the company now.
fn leaders(place: &Place) -> String {
    place.digest().text("SELECT count(*) AS n FROM members WHERE tenant_role = 'leader' AND state = 'active'", "n")
}

/// Answers of all these at once, refusals by their kind.
fn at_once(all: impl IntoIterator<Item = crate::house::Ask>) -> Vec<String> {
    let all: Vec<_> = all.into_iter().collect();
    thread::scope(|scope| {
        let sent: Vec<_> = all.iter().map(|ask| scope.spawn(|| ask.send())).collect();
        let kind = |answer: Answer| match answer.status {
            200 | 204 => "done".to_owned(),
            status => answer.fails(status),
        };
        sent.into_iter().map(|one| kind(one.join().unwrap())).collect()
    })
}

on_both! {
    fn the_leader_gives_and_takes_roles_in_the_company(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let member = leader.bring(&house, &json!({}));
        let now = set_role(&leader, &member, "leader").is(200);
        assert_eq!(now["roles"], json!([{ "role": "leader", "department": null }]));
        assert!(now["version"].as_i64() > Some(1));
        // What was only given needs no new token.
        member.client.post("/v1/departments", &json!({ "key": "it", "name": "IT" })).is(201);
        set_role(&leader, &member, "executive").is(200);
        assert_eq!(member.client.get("/v1/me").fails(401), "session-revoked");
        let again = member.sign_in(&house);
        assert_eq!(again.client.post("/v1/departments", &json!({ "key": "hr", "name": "HR" })).fails(403), "forbidden");
        set_role(&leader, &member, "executive").is(200);
        again.client.get("/v1/me").is(200);
        for role in ["owner", "", "Leader", "visitor"] {
            assert_eq!(set_role(&leader, &member, role).is(422)["errors"][0]["pointer"], "/role", "{role}");
        }
        let actions = leader.client.get("/v1/audit-log?action=member.role-changed").is(200)["items"].clone();
        assert_eq!(actions.as_array().unwrap().len(), 2, "what changes nothing is not on record");
    }

    fn a_suspended_member_is_out_until_they_are_resumed(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let (leader, editor) = (&company.leader, &company.departments[0].editor);
        assert_eq!(suspend(leader, editor).is(200)["state"], "suspended");
        assert_eq!(editor.client.get("/v1/me").fails(401), "session-revoked");
        let refresh = json!({ "refresh_token": editor.refresh });
        assert_eq!(house.stranger().post("/v1/sessions/refresh", &refresh).fails(401), "session-revoked");
        // Like a wrong password: nobody learns that the right one was tried.
        assert_eq!(sign_in(&house, editor).fails(401), "wrong-credentials");
        suspend(leader, editor).is(200);
        let listed = leader.client.get("/v1/members?state=suspended").is(200)["items"].clone();
        assert_eq!((listed.as_array().unwrap().len(), &listed[0]["id"]), (1, &json!(editor.id)));
        leader.client.delete(&path(editor, "/suspension")).is(204);
        leader.client.delete(&path(editor, "/suspension")).is(204);
        let back = editor.sign_in(&house);
        assert_eq!(back.client.get("/v1/me").is(200)["roles"][0]["role"], "editor", "what they hold waited");
        assert_eq!(editor.client.get("/v1/me").fails(401), "session-revoked", "old sessions stay ended");
        assert_eq!(leader.client.get("/v1/members?state=asleep").fails(400), "invalid-parameter");
    }

    fn while_its_owner_is_suspended_the_leader_may_appoint_another(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let (leader, desk) = (&company.leader, &company.departments[0]);
        let appoint = |person: &Person| leader.client.put(&desk.path(&format!("members/{}", person.id)), &json!({ "role": "owner" })).send();
        assert_eq!(appoint(&company.member).fails(409), "owner-grants");
        suspend(leader, &desk.owner).is(200);
        appoint(&company.member).is(200);
        assert_eq!(appoint(&desk.editor).fails(409), "owner-grants");
    }

    fn what_somebody_made_stays_and_names_them(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let (leader, desk) = (&company.leader, &company.departments[0]);
        let reviewer = &desk.reviewer;
        let made = reviewer.client.post(&desk.path("intents"), &intent("theirs", &["made before I left"])).is(201);
        let release = reviewer.client.post(&desk.path("releases"), &json!({ "note": "my last" })).is(201);
        remove(leader, reviewer).is(204);
        let kept = desk.owner.client.get(&desk.path(&format!("intents/{}", made["id"].as_str().unwrap()))).is(200);
        assert_eq!(kept["name"], "theirs");
        let read = desk.owner.client.get(&desk.path(&format!("releases/{}", release["number"]))).is(200);
        assert_eq!(read["author"], *reviewer.id);
        let author = desk.owner.client.get(&path(reviewer, "")).is(200);
        assert_eq!((&author["name"], &author["state"], &author["roles"]), (&json!("The reviewer"), &json!("left"), &json!([])));
        let names = |target: &str| {
            let items = leader.client.get(target).is(200)["items"].clone();
            items.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert!(!names("/v1/members?limit=200").contains(&reviewer.id));
        assert_eq!(names("/v1/members?state=left"), [reviewer.id.as_str()]);
        assert!(!names(&desk.path("members")).contains(&reviewer.id));
    }

    fn who_leaves_takes_every_credential_along(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let member = leader.bring(&house, &json!({ "tenant_role": "executive" }));
        let other = member.sign_in(&house);
        member.client.delete("/v1/me").is(204);
        for gone in [&member, &other] {
            assert_eq!(gone.client.get("/v1/me").fails(401), "session-revoked");
            let refresh = json!({ "refresh_token": gone.refresh });
            assert_eq!(house.stranger().post("/v1/sessions/refresh", &refresh).fails(401), "session-revoked");
        }
        assert_eq!(sign_in(&house, &member).fails(401), "wrong-credentials");
        let directory = place.digest().text("SELECT count(*) AS n FROM login_directory", "n");
        assert_eq!(directory, "1", "the leader's alone");
        for answer in [remove(&leader, &member), suspend(&leader, &member), set_role(&leader, &member, "leader")] {
            assert_eq!(answer.fails(404), "not-found");
        }
    }

    fn who_left_may_come_back_as_somebody_new(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let before = leader.bring(&house, &json!({ "tenant_role": "executive" }));
        remove(&leader, &before).is(204);
        let token = leader.client.post("/v1/invitations", &json!({ "email": before.email })).is(201)["token"].clone();
        let body = json!({ "token": token, "name": "Back again", "password": PASSWORD });
        let after = Person::of(&house, &house.stranger().post("/v1/invitations/accept", &body).is(201));
        assert_ne!(after.id, before.id);
        assert_eq!(after.client.get("/v1/me").is(200)["roles"], json!([]), "old roles stay gone");
        assert_eq!(sign_in(&house, &before).is(201)["member"]["id"], *after.id);
    }

    fn attack_11_the_last_leader_stays(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let second = leader.bring(&house, &json!({ "tenant_role": "leader" }));
        // One who is suspended leads nobody.
        suspend(&leader, &second).is(200);
        for answer in [
            set_role(&leader, &leader, "member"),
            set_role(&leader, &leader, "executive"),
            suspend(&leader, &leader),
            remove(&leader, &leader),
            leader.client.delete("/v1/me").send(),
        ] {
            assert_eq!(answer.fails(409), "last-leader");
        }
        leader.client.get("/v1/me").is(200);
        leader.client.delete(&path(&second, "/suspension")).is(204);
        leader.client.delete("/v1/me").is(204);
        let second = second.sign_in(&house);
        assert_eq!(remove(&second, &second).fails(409), "last-leader");
        assert_eq!(leaders(place), "1");
    }

    fn attack_11_of_thirty_leaders_who_go_at_once_one_is_left(place) {
        let house = place.house();
        let first = Person::sign_up(&house, "Pine");
        let mut all = vec![first.clone()];
        all.extend((0..29).map(|_| first.bring(&house, &json!({ "tenant_role": "leader" }))));
        let go = |(n, leader): (usize, &Person)| match n % 4 {
            0 => leader.client.put(&path(leader, "/tenant-role"), &json!({ "role": "member" })),
            1 => leader.client.delete(&path(leader, "")),
            2 => leader.client.delete("/v1/me"),
            _ => leader.client.ask("PUT", &path(leader, "/suspension")),
        };
        let mut left: Vec<_> = all.iter().collect();
        // A server that has too much to do may say so; whoever hears it goes later.
        for _ in 0..20 {
            let kinds = at_once(left.iter().copied().enumerate().map(go));
            assert!(kinds.iter().all(|kind| ["done", "last-leader", "unavailable", "session-revoked"].contains(&kind.as_str())), "{kinds:?}");
            left = left.into_iter().zip(&kinds).filter(|(_, kind)| *kind == "unavailable").map(|(leader, _)| leader).collect();
            if left.is_empty() {
                break;
            }
        }
        assert!(left.is_empty());
        assert_eq!(leaders(place), "1");
    }

    fn attack_11_thirty_demotions_and_removals_of_each_other_leave_one(place) {
        let house = place.house();
        let first = Person::sign_up(&house, "Pine");
        let others: Vec<_> = (0..3).map(|_| first.bring(&house, &json!({ "tenant_role": "leader" }))).collect();
        let everybody: Vec<_> = std::iter::once(&first).chain(&others).collect();
        let asks = (0..30).map(|n| {
            let (by, whom) = (everybody[n % 4], everybody[(n + 1 + n / 4 % 3) % 4]);
            if n % 2 == 0 { by.client.put(&path(whom, "/tenant-role"), &json!({ "role": "executive" })) } else { by.client.delete(&path(whom, "")) }
        });
        let kinds = at_once(asks);
        let known = ["done", "last-leader", "unavailable", "session-revoked", "forbidden", "not-found"];
        assert!(kinds.iter().all(|kind| known.contains(&kind.as_str())), "{kinds:?}");
        assert_ne!(leaders(place), "0", "{kinds:?}");
    }

    fn the_last_owner_of_a_department_with_content_stays(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let (leader, desk) = (&company.leader, &company.departments[0]);
        assert_eq!(remove(leader, &desk.owner).fails(409), "last-owner");
        assert_eq!(desk.owner.client.delete("/v1/me").fails(409), "last-owner");
        desk.owner.client.get("/v1/me").is(200);
        // What is live counts, even when the draft is empty.
        let intents = desk.owner.client.get(&desk.path("intents?limit=200")).is(200)["items"].clone();
        for intent in intents.as_array().unwrap() {
            desk.owner.client.delete(&desk.path(&format!("intents/{}", intent["id"].as_str().unwrap()))).at(&intent["version"]).is(204);
        }
        assert_eq!(remove(leader, &desk.owner).fails(409), "last-owner");
        desk.owner.client.put(&desk.path(&format!("members/{}", desk.editor.id)), &json!({ "role": "owner" })).is(200);
        remove(leader, &desk.owner).is(204);
        // A suspended owner is nobody to leave a department to.
        desk.editor.sign_in(&house).client.put(&desk.path(&format!("members/{}", desk.viewer.id)), &json!({ "role": "owner" })).is(200);
        suspend(leader, &desk.viewer).is(200);
        assert_eq!(remove(leader, &desk.editor).fails(409), "last-owner");
    }

    fn the_last_owner_of_an_empty_department_may_go(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        leader.client.post("/v1/departments", &json!({ "key": "it", "name": "IT" })).is(201);
        let owner = leader.bring(&house, &json!({ "department": "it", "role": "owner" }));
        owner.client.delete(&format!("/v1/departments/it/members/{}", owner.id)).is(204);
        let own = format!("/v1/departments/it/members/{}", leader.id);
        leader.client.put(&own, &json!({ "role": "owner" })).is(200);
        leader.client.post("/v1/departments/it/intents", &intent("wifi", &["the wifi is down"])).is(201);
        assert_eq!(leader.client.delete(&own).fails(409), "last-owner");
    }

    fn owners_who_leave_and_step_down_at_once_leave_one(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let owners: Vec<_> = [&desk.editor, &desk.viewer, &desk.agent, &desk.reviewer].map(|person| {
            desk.owner.client.put(&desk.path(&format!("members/{}", person.id)), &json!({ "role": "owner" })).is(200);
            person.sign_in(&house)
        }).into_iter().chain([desk.owner.clone()]).collect();
        let membership = |person: &Person| desk.path(&format!("members/{}", person.id));
        let kinds = at_once(owners.iter().enumerate().map(|(n, owner)| match n % 3 {
            0 => owner.client.delete("/v1/me"),
            1 => owner.client.delete(&membership(owner)),
            _ => owner.client.put(&membership(owner), &json!({ "role": "viewer" })),
        }));
        let done = kinds.iter().filter(|kind| *kind == "done").count();
        assert!(done <= 4 && kinds.iter().all(|kind| ["done", "last-owner", "unavailable"].contains(&kind.as_str())), "{kinds:?}");
        let listed: Value = company.leader.client.get(&desk.path("members?limit=200")).is(200);
        let left = listed["items"].as_array().unwrap().iter().filter(|one| one["role"] == "owner").count();
        assert_eq!(left, 5 - done, "{kinds:?}");
    }

    fn attack_10_no_route_gives_more_than_one_holds(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let [desk, shop] = &company.departments;
        for person in [&company.executive, &company.member, &desk.owner, &desk.reviewer, &desk.editor, &desk.agent, &desk.viewer] {
            let own = path(person, "");
            for ask in [
                person.client.put(&path(person, "/tenant-role"), &json!({ "role": "leader" })),
                person.client.ask("PUT", &path(&company.leader, "/suspension")),
                person.client.delete(&path(person, "/suspension")),
                person.client.delete(&path(&company.leader, "")),
                person.client.post(&path(&company.leader, "/reset-links"), &json!({})),
                person.client.post(&path(person, "/reset-links"), &json!({})),
                person.client.put(&shop.path(&format!("members/{}", person.id)), &json!({ "role": "owner" })),
                person.client.delete(&shop.path(&format!("members/{}", shop.owner.id))),
            ] {
                assert_eq!(ask.fails(403), "forbidden", "{} {}", ask.method, ask.target);
            }
            let version = person.client.get(&own).is(200)["version"].clone();
            for field in ["tenant_role", "role", "roles", "state", "auth_epoch", "email"] {
                let climbing = person.client.patch(&own, &version, &json!({ field: "leader" })).is(422);
                assert_eq!(climbing["errors"][0]["code"], "unknown-field", "{field}");
            }
        }
        // The leader appoints a first owner, and takes no department's roles.
        for path in [desk.path(&format!("members/{}", desk.owner.id)), desk.path(&format!("members/{}", desk.editor.id))] {
            assert_eq!(company.leader.client.delete(&path).fails(409), "owner-grants");
        }
        let unknown = format!("{}@guildhall.test", unique("nobody"));
        let table = format!("email,role,department,department_role\n{unknown},leader,,\nb{unknown},,{},viewer\n", shop.key);
        let report = desk.owner.client.ask("POST", "/v1/invitations/import").raw("text/csv", table.as_bytes()).is(200);
        let codes: Vec<_> = report["lines"].as_array().unwrap().iter().map(|line| line["code"].as_str().unwrap()).collect();
        assert_eq!((codes, &report["invited"]), (vec!["forbidden", "forbidden"], &json!(0)));
        let listed = company.leader.client.get("/v1/invitations?limit=200").is(200).to_string();
        assert!(!listed.contains(&unknown));
    }
}
