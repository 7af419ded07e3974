//! Letters: an invitation reaches its reader by a real SMTP server, and nothing that was acknowledged is lost on the way.

use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{House, PASSWORD, Person, PostOffice, house_that_sends_to, unique};

fn invite(leader: &Person) -> (String, Value) {
    let email = format!("{}@guildhall.test", unique("to"));
    let made = leader.client.post("/v1/invitations", &json!({ "email": email, "name": "Päivi" })).is(201);
    (email, made)
}

fn accept(house: &House, token: &str) -> crate::house::Answer {
    let body = json!({ "token": token, "name": "Newcomer", "password": PASSWORD });
    house.stranger().post("/v1/invitations/accept", &body).send()
}

/// Lets time pass until the postman has tried this often.
fn pass_until_tried(house: &House, office: &PostOffice, tries: usize) {
    for _ in 0..200 {
        if office.tries() >= tries {
            return;
        }
        house.clock.pass(Duration::from_secs(5));
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{} tries", office.tries());
}

/// The actions of a company's audit log, the latest first.
fn record(leader: &Person) -> Vec<String> {
    let items = leader.client.get("/v1/audit-log").is(200)["items"].clone();
    items.as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    fn an_invitation_comes_by_letter_and_its_token_is_shown_to_nobody_else(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let leader = Person::sign_up(&house, "Höyhen & Co");
        let (email, made) = invite(&leader);
        assert_eq!((&made["token"], &made["link"]), (&json!(null), &json!(null)));
        let letter = office.letter_to(&email);
        assert!(letter.text.starts_with("Hello Päivi,"), "{}", letter.text);
        assert!(letter.text.contains("Leader invites you to work on the chatbot of Höyhen & Co."), "{}", letter.text);
        assert_eq!(letter.header("From"), "Guildhall <bot@guildhall.test>");
        assert!(letter.header("Message-ID").ends_with("@guildhall.test>"));
        assert_eq!(accept(&house, letter.token()).is(201)["member"]["email"], *email);
        assert_eq!(accept(&house, letter.token()).fails(410), "invitation-used");
    }

    fn attack_21_no_header_moves_the_link(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let leader = Person::sign_up(&house, "Pine");
        let email = format!("{}@guildhall.test", unique("to"));
        let poisoned = |ask: crate::house::Ask| {
            ask.with("X-Forwarded-Host", "evil.example").with("Forwarded", "host=evil.example;proto=http").with("X-Forwarded-Proto", "http")
        };
        poisoned(leader.client.post("/v1/invitations", &json!({ "email": email }))).is(201);
        poisoned(house.stranger().post("/v1/password-resets", &json!({ "email": leader.email }))).is(202);
        for letter in [office.letter_to(&email), office.letter_to(&leader.email)] {
            assert!(letter.link().starts_with("http://guildhall.test/"), "{}", letter.link());
            assert!(!letter.raw.contains("evil"), "{}", letter.raw);
        }
        // Nor does a Host of the asker's own.
        let body = json!({ "email": leader.email }).to_string();
        let head = format!("POST /v1/password-resets HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        assert!(house.raw(head.as_bytes()).starts_with("HTTP/1.1 202"));
        assert!(office.letter_to(&leader.email).link().starts_with("http://guildhall.test/"));
    }

    fn a_letter_that_is_not_taken_is_tried_again(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let leader = Person::sign_up(&house, "Pine");
        for _ in 0..3 {
            office.decline("451 4.3.0 not now");
        }
        let (email, _) = invite(&leader);
        pass_until_tried(&house, &office, 4);
        accept(&house, office.letter_to(&email).token()).is(201);
        assert!(office.waiting_for().is_empty(), "once is enough");
    }

    fn a_letter_that_never_will_be_taken_is_given_up_and_on_record(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let leader = Person::sign_up(&house, "Pine");
        office.decline("550 5.1.1 no such mailbox");
        invite(&leader);
        for _ in 0..100 {
            if record(&leader)[0] == "letter.lost" {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(record(&leader)[0], "letter.lost");
        assert_eq!(office.tries(), 1);
        place.digest().settle();
    }

    fn a_letter_that_is_of_no_use_any_more_is_given_up(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let leader = Person::sign_up(&house, "Pine");
        for _ in 0..40 {
            office.decline("451 4.3.0 not now");
        }
        house.stranger().post("/v1/password-resets", &json!({ "email": leader.email })).is(202);
        pass_until_tried(&house, &office, 3);
        house.clock.pass(Duration::from_mins(30));
        let leader = leader.sign_in(&house);
        for _ in 0..100 {
            if record(&leader).contains(&"letter.lost".to_owned()) {
                return place.digest().settle();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{:?}", record(&leader));
    }

    fn a_letter_outlives_the_server_that_could_not_send_it(place) {
        let office = PostOffice::open();
        let address = office.address();
        drop(office);
        let first = house_that_sends_to(place, address);
        let leader = Person::sign_up(&first, "Pine");
        let (email, _) = invite(&leader);
        drop(first);
        let office = PostOffice::at(address);
        let second = office.house(place);
        second.clock.pass(Duration::from_mins(1));
        let letter = office.letter_to(&email);
        accept(&second, letter.token()).is(201);
        place.digest().settle();
        assert_eq!(place.digest().text("SELECT count(*) AS n FROM letters", "n"), "0", "what is sent is forgotten");
    }

    fn what_waits_to_be_sent_can_not_be_read_from_the_database(place) {
        let house = house_that_sends_to(place, ([127, 0, 0, 1], 1).into());
        let leader = Person::sign_up(&house, "Pine");
        let (email, _) = invite(&leader);
        let digest = place.digest();
        assert_eq!(digest.text("SELECT count(*) AS n FROM letters", "n"), "1");
        for readable in [email.as_str(), "it_", "invites"] {
            let found = if place.shared() {
                format!("SELECT count(*) AS n FROM letters WHERE position('{readable}'::bytea IN sealed) > 0")
            } else {
                format!("SELECT count(*) AS n FROM letters WHERE instr(sealed, CAST('{readable}' AS BLOB)) > 0")
            };
            assert_eq!(digest.text(&found, "n"), "0", "{readable}");
        }
    }
}
