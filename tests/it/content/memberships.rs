//! Who belongs to a department: the leader appoints a first owner, whose word counts from then on.

use serde_json::json;

use crate::house::{Company, Person};

on_both! {
    fn the_leader_appoints_a_first_owner_and_no_more(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        leader.client.post("/v1/departments", &json!({ "key": "it", "name": "IT" })).is(201);
        let [first, second] = [(), ()].map(|()| leader.bring(&house, &json!({})));
        let path = |person: &Person| format!("/v1/departments/it/members/{}", person.id);
        let editor = json!({ "role": "editor" });
        assert_eq!(leader.client.put(&path(&first), &editor).fails(409), "owner-grants");
        let made = leader.client.put(&path(&first), &json!({ "role": "owner" })).is(200);
        assert_eq!((&made["id"], &made["role"]), (&json!(first.id), &json!("owner")));
        assert_eq!(leader.client.put(&path(&second), &json!({ "role": "owner" })).fails(409), "owner-grants");
        first.client.put(&path(&second), &editor).is(200);
        let listed = second.client.get("/v1/departments/it/members").is(200)["items"].clone();
        let roles: Vec<_> = listed.as_array().unwrap().iter().map(|one| one["role"].as_str().unwrap()).collect();
        assert_eq!(roles, ["owner", "editor"]);
    }

    fn the_last_owner_stays(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let path = |person: &Person| desk.path(&format!("members/{}", person.id));
        let own = path(&desk.owner);
        assert_eq!(desk.owner.client.delete(&own).fails(409), "last-owner");
        assert_eq!(desk.owner.client.put(&own, &json!({ "role": "viewer" })).fails(409), "last-owner");
        desk.owner.client.put(&path(&desk.editor), &json!({ "role": "owner" })).is(200);
        desk.owner.client.delete(&own).is(204);
        assert_eq!(desk.owner.client.get("/v1/me").fails(401), "session-revoked", "a role that is taken ends tokens");
    }

    fn a_role_that_is_given_needs_no_new_token(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        assert_eq!(company.member.client.get(&desk.path("intents")).fails(403), "forbidden");
        desk.owner.client.put(&desk.path(&format!("members/{}", company.member.id)), &json!({ "role": "viewer" })).is(200);
        company.member.client.get(&desk.path("intents")).is(200);
    }

    fn two_owners_who_leave_at_once_leave_one(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let path = |person: &Person| desk.path(&format!("members/{}", person.id));
        desk.owner.client.put(&path(&desk.viewer), &json!({ "role": "owner" })).is(200);
        let second = desk.viewer.sign_in(&house);
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let both = [&desk.owner, &second].map(|one| scope.spawn(|| one.client.delete(&path(one)).send().status));
            both.map(|one| one.join().unwrap()).to_vec()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
    }

    fn only_roles_of_a_department_are_given_to_people_who_are_there(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        for role in ["leader", "executive", "member", "visitor", "Owner", ""] {
            let path = desk.path(&format!("members/{}", company.member.id));
            assert_eq!(desk.owner.client.put(&path, &json!({ "role": role })).is(422)["errors"][0]["pointer"], "/role", "{role}");
        }
        let nobody = desk.path("members/mem_01jd0000007000g00000000001");
        assert_eq!(desk.owner.client.put(&nobody, &json!({ "role": "viewer" })).fails(404), "not-found");
        let path = desk.path(&format!("members/{}", company.member.id));
        assert_eq!(desk.owner.client.delete(&path).fails(404), "not-found");
    }

    fn everybody_keeps_their_own_profile_and_the_leader_all(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let (member, desk) = (&company.member, &company.departments[0]);
        let path = format!("/v1/members/{}", member.id);
        let patch = json!({ "title": "Baker", "language": "FI", "time_zone": "Europe/Helsinki", "home_department": desk.key });
        let changed = member.client.patch(&path, &json!(1), &patch).is(200);
        assert_eq!((&changed["title"], &changed["language"], &changed["home_department"]), (&json!("Baker"), &json!("fi"), &json!(desk.key)));
        let cleared = company.leader.client.patch(&path, &json!(2), &json!({ "title": null })).is(200);
        assert_eq!((&cleared["title"], &cleared["language"]), (&json!(null), &json!("fi")), "absent is not null");
        for (field, value) in [("time_zone", json!("Nowhere at all")), ("language", json!("f")), ("home_department", json!("")), ("name", json!(null))] {
            let problem = member.client.patch(&path, &json!(3), &json!({ field: value })).send();
            assert_eq!(problem.status, 422, "{field}");
        }
    }
}
