//! What waits for whom, and the letters that say so.

use serde_json::{Value, json};

use super::{accepted, ask, company, go};
use crate::house::{Person, PostOffice};

fn inbox(of: &Person) -> Vec<(String, String)> {
    let items = of.client.get("/v1/inbox").is(200)["items"].clone();
    let pair = |item: &Value| (item["id"].as_str().unwrap().to_owned(), item["todo"].as_str().unwrap().to_owned());
    items.as_array().unwrap().iter().map(pair).collect()
}

fn id(request: &Value) -> String {
    request["id"].as_str().unwrap().to_owned()
}

on_both! {
    fn everybody_sees_what_waits_for_them_and_nothing_else(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        let request = ask(&company, "normal");
        let todo = |what: &str| vec![(id(&request), what.to_owned())];
        for one in [&desk.owner, &desk.reviewer, &desk.editor] {
            assert_eq!(inbox(one), todo("acknowledge"));
        }
        for one in [&desk.viewer, &desk.agent, &shop.owner, &shop.editor, &company.leader, &company.executive, &company.member] {
            assert!(inbox(one).is_empty(), "{}", one.email);
        }
        go(&desk.editor, &request, "acknowledge", &json!({}));
        assert_eq!(inbox(&desk.editor), todo("answer"));
        assert!(inbox(&desk.owner).is_empty(), "somebody works on it");
        go(&desk.editor, &request, "ask-back", &json!({ "text": "Which?" }));
        assert_eq!((inbox(&desk.editor), inbox(&shop.editor)), (vec![], todo("reply")));
        go(&shop.editor, &request, "reply", &json!({ "text": "All." }));
        go(&desk.editor, &request, "answer", &super::content("socks"));
        assert_eq!((inbox(&desk.editor), inbox(&shop.editor)), (vec![], todo("accept")));
        go(&shop.editor, &request, "accept", &json!({}));
        assert_eq!((inbox(&desk.reviewer), inbox(&shop.editor)), (todo("land"), vec![]));
        go(&desk.reviewer, &request, "draft", &json!({}));
        assert!(inbox(&desk.reviewer).is_empty() && inbox(&desk.editor).is_empty());
    }

    fn what_is_due_first_comes_first_and_pages_go_on(place) {
        let house = place.house();
        let company = company(&house);
        let desk = &company.departments[0];
        let landing = accepted(&company, desk, "socks");
        let [low, urgent, normal] = ["low", "urgent", "normal"].map(|priority| ask(&company, priority));
        let all: Vec<String> = inbox(&desk.owner).into_iter().map(|(id, _)| id).collect();
        assert_eq!(all, [id(&urgent), id(&normal), id(&low), id(&landing)]);
        let path = desk.path("inbox");
        let first = desk.viewer.client.get(&format!("{path}?limit=3")).is(200);
        assert_eq!((first["items"].as_array().unwrap().len(), &first["items"][0]["department"]), (3, &json!(desk.key)));
        let rest = format!("{path}?limit=3&cursor={}", first["next_cursor"].as_str().unwrap());
        let rest = desk.viewer.client.get(&rest).is(200);
        assert_eq!((&rest["items"][0]["id"], &rest["next_cursor"]), (&landing["id"], &json!(null)));
        assert_eq!(company.departments[1].owner.client.get(&path).fails(403), "forbidden");
        assert_eq!(company.member.client.get(&path).fails(403), "forbidden");
    }

    fn a_letter_tells_each_once_and_only_who_wants_it(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let leader = Person::sign_up(&house, "Pine");
        leader.client.post("/v1/departments", &json!({ "key": "desk", "name": "The desk" })).is(201);
        let bring = |by: &Person, offer: Value| {
            let email = format!("{}@guildhall.test", crate::house::unique("to"));
            let mut body = offer;
            body["email"] = json!(email);
            by.client.post("/v1/invitations", &body).is(201);
            let letter = office.letter_to(&email);
            let body = json!({ "token": letter.token(), "name": "Newcomer", "password": crate::house::PASSWORD });
            Person::of(&house, &house.stranger().post("/v1/invitations/accept", &body).is(201))
        };
        let owner = bring(&leader, json!({ "department": "desk", "role": "owner" }));
        let quiet = bring(&owner, json!({ "department": "desk", "role": "owner" }));
        let editor = bring(&owner, json!({ "department": "desk", "role": "editor" }));
        quiet.client.put("/v1/me/settings", &json!({ "named": false, "letters": false })).is(200);
        let request = leader.client.post("/v1/knowledge-requests", &json!({ "to": "desk", "question": "Are socks returned?" })).is(201);
        let letter = office.letter_to(&owner.email);
        assert!(letter.text.contains("Are socks returned?") && letter.text.contains("The company asks The desk"), "{}", letter.text);
        assert!(letter.text.contains(&format!("http://guildhall.test/console/knowledge-requests/{}", id(&request))), "{}", letter.text);
        owner.client.put(&super::path(&request, "/assignee"), &json!({ "member": editor.id })).is(200);
        assert!(office.letter_to(&editor.email).text.contains("Are socks returned?"));
        go(&editor, &request, "answer", &json!({ "text": "Yes." }));
        assert!(office.letter_to(&leader.email).header("Subject").contains("answered"));
        place.digest().settle();
        assert!(office.waiting_for().is_empty(), "nobody else, nobody twice: {:?}", office.waiting_for());
    }
}
