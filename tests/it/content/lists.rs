//! Lists: pages that neither lose nor double anything, cursors that are good for their own list alone.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::house::{Client, Company, Department, House, Place, intent};

fn add(department: &Department, names: impl IntoIterator<Item = String>) {
    for name in names {
        department.owner.client.post(&department.path("intents"), &intent(&name, &[&name])).is(201);
    }
}

/// Every item of a list, page by page; `between` happens after each.
fn walk(client: &Client, list: &str, mut between: impl FnMut()) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{list}{cursor}")).is(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { return items };
        cursor = format!("&cursor={next}");
        between();
    }
}

fn stage(place: &Place) -> (House, Company) {
    let house = place.house();
    let company = Company::found(&house, "acorn");
    (house, company)
}

on_both! {
    fn pages_neither_lose_nor_double_while_others_write(place) {
        let (_house, company) = stage(place);
        let desk = &company.departments[0];
        add(desk, (0..10).map(|n| format!("before {n}")));
        let mut n = 0;
        let items = walk(&desk.owner.client, &format!("{}?limit=2", desk.path("intents")), || {
            n += 1;
            add(desk, [format!("meanwhile {n}")]);
        });
        let ids: Vec<_> = items.iter().map(|item| item["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len());
        assert!(ids.is_sorted());
        assert_eq!(items.iter().filter(|item| item["name"].as_str().unwrap().starts_with("before")).count(), 10);
    }

    fn every_list_pages(place) {
        let (house, company) = stage(place);
        let desk = &company.departments[0];
        let (leader, owner) = (&company.leader.client, &desk.owner.client);
        for _ in 0..2 {
            leader.post("/v1/channels", &json!({ "kind": "web", "name": "More", "allowed_origins": ["https://a.example"] })).is(201);
            crate::house::publish(&desk.owner, &desk.key);
            crate::house::Visitor::come(&house, company.key()).say(desk.question);
        }
        let visitor = &company.visitors[0];
        visitor.say("and another thing");
        for (client, list) in [
            (leader, "/v1/members".to_owned()), (leader, "/v1/invitations".to_owned()), (leader, "/v1/departments".to_owned()),
            (leader, "/v1/channels".to_owned()), (leader, "/v1/conversations".to_owned()), (leader, "/v1/audit-log".to_owned()),
            (owner, desk.path("intents")), (owner, desk.path("members")), (owner, desk.path("releases")),
            (owner, desk.path(&format!("intents/{}/phrases", desk.live))),
            (owner, format!("/v1/conversations/{}/messages", visitor.conversation)), (&visitor.client, format!("{}/messages", visitor.path)),
        ] {
            let whole = walk(client, &format!("{list}?limit=200"), || ());
            let by_one = walk(client, &format!("{list}?limit=1"), || ());
            assert!(whole.len() > 1, "{list}");
            assert_eq!(whole, by_one, "{list}");
        }
        let live = format!("{}?stage=live", desk.path("intents"));
        assert_eq!(walk(owner, &format!("{live}&limit=1"), || ()), walk(owner, &format!("{live}&limit=200"), || ()));
    }

    fn a_cursor_is_good_for_its_own_list_and_filter(place) {
        let (_house, company) = stage(place);
        let desk = &company.departments[0];
        let owner = &desk.owner.client;
        let list = desk.path("intents");
        let next = owner.get(&format!("{list}?limit=1")).is(200)["next_cursor"].as_str().unwrap().to_owned();
        owner.get(&format!("{list}?limit=2&cursor={next}")).is(200);
        let shop = company.departments[1].path("intents");
        for target in [
            format!("{list}?cursor={next}&q=return"), format!("{list}?cursor={next}&stage=live"), format!("{}?cursor={next}", desk.path("members")),
            format!("{list}?cursor={}", &next[1..]), format!("{list}?cursor={next}AAAA"), format!("{list}?cursor="), format!("{list}?cursor=%00"),
            format!("{list}?cursor=1"), "/v1/members?cursor=eyJpZCI6MX0".to_owned(),
        ] {
            assert_eq!(owner.get(&target).fails(400), "invalid-cursor", "{target}");
        }
        let elsewhere = company.departments[1].owner.client.get(&format!("{shop}?cursor={next}")).fails(400);
        assert_eq!(elsewhere, "invalid-cursor");
    }

    fn attack_36_odd_limits_and_parameters_are_refused(place) {
        let (_house, company) = stage(place);
        let leader = &company.leader.client;
        for (query, kind) in [
            ("limit=0", "invalid-parameter"), ("limit=201", "invalid-parameter"), ("limit=-1", "invalid-parameter"), ("limit=", "invalid-parameter"),
            ("limit=1000000", "invalid-parameter"), ("limit=1&limit=2", "invalid-parameter"), ("offset=1", "unknown-parameter"),
            ("tenant_id=x", "unknown-parameter"), ("LIMIT=1", "unknown-parameter"), ("department", "unknown-parameter"),
        ] {
            assert_eq!(leader.get(&format!("/v1/members?{query}")).fails(400), kind, "{query}");
        }
        assert_eq!(leader.get("/v1/me?x=1").send().status, 400, "where there is no parameter at all, too");
        let desk = &company.departments[0];
        assert_eq!(desk.owner.client.get(&format!("{}?stage=past", desk.path("intents"))).fails(400), "invalid-parameter");
    }
}
