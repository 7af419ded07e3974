//! Inviting many from a table: each row is answered for, a rehearsal does nothing, twice is once.

use serde_json::{Value, json};

use crate::house::{Answer, Company, House, PASSWORD, Person, PostOffice};

fn send(by: &Person, table: &[u8], dry_run: bool) -> Answer {
    let target = if dry_run { "/v1/invitations/import?dry_run=true" } else { "/v1/invitations/import" };
    by.client.ask("POST", target).raw("text/csv", table).send()
}

fn outcomes(report: &Value) -> Vec<(u64, &str, Option<&str>)> {
    let lines = report["lines"].as_array().unwrap().iter();
    lines
        .map(|line| (line["line"].as_u64().unwrap(), line["outcome"].as_str().unwrap(), line["code"].as_str()))
        .collect()
}

fn accept(house: &House, token: &Value) -> Value {
    let body = json!({ "token": token, "name": "Newcomer", "password": PASSWORD });
    house.stranger().post("/v1/invitations/accept", &body).is(201)
}

on_both! {
    fn a_table_invites_line_by_line_and_twice_is_once(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        for (key, name) in [("it", "Information Technology"), ("sales", "Sales")] {
            leader.client.post("/v1/departments", &json!({ "key": key, "name": name })).is(201);
        }
        let table = format!(
            "\u{feff}E-Mail;Full name;Role;Team;Team role;Shoe size\r\n\
             kaisa@pine.example;Kaisa Niemi;executive;;;38\r\n\
             eero@pine.example;Eero Virtanen;;it;owner;44\r\n\
             maija@pine.example;Maija Salo;;SALES;Owner;\r\n\
             KAISA@pine.example;Again;leader;;;\r\n\
             no address;;;;;\r\n\
             oskar@pine.example;Oskar;;it;owner;\r\n\
             tuomas@pine.example;Tuomas;;warehouse;viewer;\r\n\
             emma@pine.example;Emma;king;;;\r\n\
             {};Me;;;;\r\n\
             joel@pine.example;;;;;\r\n",
            leader.email
        );
        let expected = vec![
            (2, "invited", None),
            (3, "invited", None),
            (4, "invited", None),
            (5, "skipped", Some("repeated")),
            (6, "skipped", Some("invalid")),
            (7, "skipped", Some("owner-grants")),
            (8, "skipped", Some("invalid-reference")),
            (9, "skipped", Some("invalid")),
            (10, "unchanged", Some("member")),
            (11, "invited", None),
        ];
        let digest = place.digest();
        let before = digest.read();
        let rehearsed = send(&leader, table.as_bytes(), true).is(200);
        assert_eq!(outcomes(&rehearsed), expected);
        assert_eq!((&rehearsed["dry_run"], &rehearsed["invited"], &rehearsed["skipped"]), (&json!(true), &json!(4), &json!(5)));
        assert_eq!(digest.read(), before, "a rehearsal does nothing");
        assert_eq!(rehearsed["warnings"][0]["code"], "unknown-column");

        let report = send(&leader, table.as_bytes(), false).is(200);
        assert_eq!(outcomes(&report), expected);
        let again = send(&leader, table.as_bytes(), false).is(200);
        assert_eq!((&again["invited"], &again["unchanged"]), (&json!(0), &json!(5)), "{again:#}");
        let open = leader.client.get("/v1/invitations?limit=200").is(200)["items"].clone();
        assert_eq!(open.as_array().unwrap().len(), 4);
        assert_eq!(open[0]["name"], "Kaisa Niemi");

        let eero = accept(&house, &report["lines"][1]["token"]);
        assert_eq!(eero["member"]["roles"], json!([{ "role": "owner", "department": "it" }]));
        assert!(report["lines"][1]["link"].as_str().unwrap().ends_with(report["lines"][1]["token"].as_str().unwrap()));
        let third = send(&leader, table.as_bytes(), false).is(200);
        assert_eq!((&third["invited"], &third["lines"][1]["code"]), (&json!(0), &json!("member")));
    }

    fn an_owner_invites_into_the_own_department_alone(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let [desk, shop] = &company.departments;
        let table = format!("email,department,role\na@acorn.example,{},editor\nb@acorn.example,{},editor\nc@acorn.example,,\n", desk.key, shop.key);
        let report = send(&desk.owner, table.as_bytes(), false).is(200);
        assert_eq!(outcomes(&report), [(2, "invited", None), (3, "skipped", Some("forbidden")), (4, "skipped", Some("forbidden"))]);
        assert_eq!(send(&desk.editor, table.as_bytes(), false).fails(403), "forbidden");
        let changed = table.replace("editor", "viewer");
        let report = send(&desk.owner, changed.as_bytes(), false).is(200);
        assert_eq!(report["lines"][0]["outcome"], "invited", "another offer takes the first one's place");
        assert_eq!(accept(&house, &report["lines"][0]["token"])["member"]["roles"][0]["role"], "viewer");
    }

    fn what_is_no_roster_is_refused_whole(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let long = format!("email\n{}", "a@pine.example\n".repeat(1_001));
        for table in ["", "name,role\nA,leader\n", "email\na\0b@pine.example\n", &long] {
            assert_eq!(send(&leader, table.as_bytes(), false).fails(422), "import-rejected");
        }
        let form = leader.client.ask("POST", "/v1/invitations/import").raw("multipart/form-data; boundary=x", b"--x--");
        assert_eq!(form.fails(415), "unsupported-media-type");
        // Latin-1, as spreadsheets write it.
        let report = send(&leader, b"name,email\nP\xe4ivi,paivi@pine.example\n", true).is(200);
        assert_eq!((&report["invited"], &report["warnings"][0]["code"]), (&json!(1), &json!("encoding-guessed")));
    }

    fn where_letters_are_sent_each_gets_their_own(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let leader = Person::sign_up(&house, "Pine");
        let report = send(&leader, b"name,email\nAino,aino@pine.example\nEero,eero@pine.example\n", false).is(200);
        assert_eq!((&report["lines"][0]["token"], &report["lines"][1]["link"]), (&json!(null), &json!(null)));
        for (name, email) in [("Aino", "aino@pine.example"), ("Eero", "eero@pine.example")] {
            let letter = office.letter_to(email);
            assert!(letter.text.starts_with(&format!("Hello {name},")), "{}", letter.text);
            assert_eq!(accept(&house, &json!(letter.token()))["member"]["email"], email);
        }
    }
}
