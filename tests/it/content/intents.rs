//! Intents of a draft: making, changing and deleting them, and their phrases one by one.

use serde_json::{Value, json};

use crate::house::{Company, intent};

on_both! {
    fn an_intent_is_kept_as_it_was_sent(place) {
        let house = place.house();
        let desk = &Company::found(&house, "acorn").departments[0];
        let body = json!({
            "name": "reverted_card_payment?",
            "title": "A payment came back",
            "phrases": [{ "text": "my  payment was\treverted", "language": "en" }, { "text": "Maksuni palautui" }],
            "answers": [
                { "language": "en", "text": "We look\ninto it.", "buttons": [
                    { "title": "Contact", "payload": "talk to a person" }, { "title": "Help", "url": "https://shop.example/help?x=1" },
                ] },
                { "language": "fi", "channel": "web", "text": "Selvitämme asian." },
            ],
        });
        let answer = desk.editor.client.post(&desk.path("intents"), &body).send();
        let path = answer.header("location").unwrap().to_owned();
        let mut made = answer.is(201);
        assert_eq!(made.as_object_mut().unwrap().remove("warnings"), Some(json!([])));
        assert_eq!(desk.editor.client.get(&path).is(200), made);
        assert_eq!((&made["name"], &made["title"]), (&body["name"], &body["title"]));
        assert_eq!(made["phrases"][0]["text"], "my  payment was reverted");
        assert_eq!(made["phrases"][1]["language"], Value::Null);
        assert_eq!(made["answers"][0]["text"], "We look\ninto it.");
        assert_eq!(made["answers"][0]["buttons"][1], json!({ "title": "Help", "payload": null, "url": "https://shop.example/help?x=1" }));
        assert_eq!(made["answers"][1]["channel"], "web");
    }

    fn an_equal_phrase_is_kept_once_and_told(place) {
        let house = place.house();
        let desk = &Company::found(&house, "acorn").departments[0];
        let made = desk.owner.client.post(&desk.path("intents"), &intent("equal", &["Where's it?", "where s  IT", "else"])).is(201);
        assert_eq!(made["phrases"].as_array().unwrap().len(), 2);
        assert_eq!(made["warnings"][0]["code"], "equal-phrase");
        let phrases = desk.path(&format!("intents/{}/phrases", made["id"].as_str().unwrap()));
        let added = desk.owner.client.post(&phrases, &json!({ "phrases": [{ "text": "ELSE" }, { "text": "new" }] })).is(201);
        assert_eq!(added["phrases"].as_array().unwrap().len(), 1);
        assert_eq!(added["warnings"].as_array().unwrap().len(), 1);
        assert_eq!(desk.owner.client.get(&phrases).is(200)["items"].as_array().unwrap().len(), 3);
    }

    fn a_name_is_one_intents_after_folding(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let [desk, shop] = &company.departments;
        for name in ["return_item", "Return Item", "RETURN  item!", "return–item"] {
            assert_eq!(desk.owner.client.post(&desk.path("intents"), &intent(name, &["x"])).fails(409), "intent-name-taken", "{name}");
        }
        shop.owner.client.post(&shop.path("intents"), &intent("return_item", &["x"])).is(201);
        let path = desk.path(&format!("intents/{}", desk.draft));
        assert_eq!(desk.owner.client.patch(&path, &json!(1), &json!({ "name": "Track parcel" })).fails(409), "intent-name-taken");
        desk.owner.client.patch(&path, &json!(1), &json!({ "name": "NOT yet" })).is(200);
    }

    fn phrases_come_and_go_one_by_one_without_a_version(place) {
        let house = place.house();
        let desk = &Company::found(&house, "acorn").departments[0];
        let path = desk.path(&format!("intents/{}", desk.draft));
        let phrases = format!("{path}/phrases");
        let added = desk.editor.client.post(&phrases, &json!({ "phrases": [{ "text": "one" }, { "text": "two" }] })).is(201);
        let after = desk.editor.client.get(&path).is(200);
        assert_eq!((&after["version"], after["phrases"].as_array().unwrap().len()), (&json!(2), 3));
        let one = format!("{phrases}/{}", added["phrases"][0]["id"].as_str().unwrap());
        desk.editor.client.delete(&one).is(204);
        assert_eq!(desk.editor.client.delete(&one).fails(404), "not-found");
        assert_eq!(desk.editor.client.get(&path).is(200)["version"], 3, "what was refused changed nothing");
    }

    fn every_flaw_of_an_intent_is_named_at_its_place(place) {
        let house = place.house();
        let desk = &Company::found(&house, "acorn").departments[0];
        let flawed = json!({
            "name": "n".repeat(101),
            "phrases": [{ "text": "" }, { "text": "p".repeat(501) }, { "text": "ok", "language": "english" }],
            "answers": [
                { "language": "de", "text": "a", "channel": "fax" },
                { "language": "en", "text": "b" }, { "language": "en", "text": "c" },
                { "language": "fi", "text": "d", "buttons": [
                    { "title": "t" }, { "title": "t", "url": "javascript:alert(1)" }, { "title": "t", "url": "https://a@evil.example" },
                    { "title": "t", "url": "http://shop.example" }, { "title": "", "payload": "p" },
                ] },
            ],
        });
        let problem = desk.owner.client.post(&desk.path("intents"), &flawed).is(422);
        let flaws = problem["errors"].as_array().unwrap().iter().map(|flaw| flaw["pointer"].as_str().unwrap());
        assert_eq!(flaws.collect::<Vec<_>>(), [
            "/name", "/phrases/0/text", "/phrases/1/text", "/phrases/2/language", "/answers/0/channel", "/answers/2",
            "/answers/3/buttons/0", "/answers/3/buttons/1/url", "/answers/3/buttons/2/url", "/answers/3/buttons/3/url",
            "/answers/3/buttons/4/title",
        ]);
    }

    fn an_id_is_found_under_its_own_department_alone(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let [desk, shop] = &company.departments;
        for (method, below) in [("GET", ""), ("DELETE", ""), ("GET", "/phrases"), ("GET", "?stage=live")] {
            let path = desk.path(&format!("intents/{}{below}", shop.live));
            assert_eq!(desk.owner.client.ask(method, &path).at(&json!(1)).fails(404), "not-found", "{method} {below}");
        }
        let theirs = desk.owner.client.get(&desk.path("intents")).is(200)["items"][0]["phrases"][0]["id"].clone();
        let path = desk.path(&format!("intents/{}/phrases/{}", desk.draft, theirs.as_str().unwrap()));
        assert_eq!(desk.owner.client.delete(&path).fails(404), "not-found", "a phrase of another intent");
    }
}
