//! New passwords for who lost the old one: a link that is good once, and sessions that end with it.

use std::time::{Duration, Instant};

use guildhall_domain::{member::Email, tenant::State};
use serde_json::json;

use crate::house::{Answer, House, PASSWORD, Person, PostOffice, guildhall};

const NEW: &str = "a longer walk before supper";

fn ask(house: &House, email: &str) -> Answer {
    house.stranger().post("/v1/password-resets", &json!({ "email": email })).send()
}

fn complete(house: &House, token: &str, password: &str) -> Answer {
    house.stranger().post("/v1/password-resets/complete", &json!({ "token": token, "new_password": password })).send()
}

fn sign_in(house: &House, email: &str, password: &str) -> Answer {
    house.stranger().post("/v1/sessions", &json!({ "email": email, "password": password })).send()
}

fn link_for(leader: &Person, person: &Person) -> Answer {
    leader.client.post(&format!("/v1/members/{}/reset-links", person.id), &json!({})).send()
}

/// A token that the leader hands over, where no letters are sent.
fn token_for(leader: &Person, person: &Person) -> String {
    link_for(leader, person).is(201)["token"].as_str().unwrap().to_owned()
}

/// Invites somebody, who comes in by their letter.
fn come_in(house: &House, office: &PostOffice, leader: &Person, email: &str) -> Person {
    leader.client.post("/v1/invitations", &json!({ "email": email })).is(201);
    let body = json!({ "token": office.letter_to(email).token(), "name": "Newcomer", "password": PASSWORD });
    Person::of(house, &house.stranger().post("/v1/invitations/accept", &body).is(201))
}

on_both! {
    fn attack_20_a_reset_leaves_no_session_behind(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let here = Person::sign_up(&house, "Pine");
        let there = here.sign_in(&house);
        assert!(ask(&house, &here.email).is(202).is_null());
        let letter = office.letter_to(&here.email);
        complete(&house, letter.token(), NEW).is(204);
        for session in [&here, &there] {
            assert_eq!(session.client.get("/v1/me").fails(401), "session-revoked");
            let refresh = json!({ "refresh_token": session.refresh });
            assert_eq!(house.stranger().post("/v1/sessions/refresh", &refresh).fails(401), "session-revoked");
        }
        assert_eq!(sign_in(&house, &here.email, PASSWORD).fails(401), "wrong-credentials");
        sign_in(&house, &here.email, NEW).is(201);
        assert!(office.letter_to(&here.email).text.contains("was changed"), "and its member is told");
    }

    fn attack_20_a_change_leaves_no_other_session_behind(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let here = Person::sign_up(&house, "Pine");
        let there = here.sign_in(&house);
        ask(&house, &here.email).is(202);
        let open = office.letter_to(&here.email);
        here.client.put("/v1/me/password", &json!({ "current_password": PASSWORD, "new_password": NEW })).is(204);
        assert_eq!(there.client.get("/v1/me").fails(401), "session-revoked");
        here.client.get("/v1/me").is(200);
        assert!(office.letter_to(&here.email).text.contains("was changed"));
        assert_eq!(complete(&house, open.token(), "yet another long walk").fails(410), "reset-used");
    }

    fn a_link_is_good_once_and_the_newest_alone(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let member = leader.bring(&house, &json!({}));
        let [older, newer] = [(), ()].map(|()| token_for(&leader, &member));
        assert_eq!(complete(&house, &older, NEW).fails(410), "reset-used");
        let flaw = complete(&house, &newer, "too short").is(422)["errors"][0].clone();
        assert_eq!((&flaw["pointer"], &flaw["code"]), (&json!("/new_password"), &json!("too-short")));
        complete(&house, &newer, NEW).is(204);
        assert_eq!(complete(&house, &newer, NEW).fails(410), "reset-used");
        let late = token_for(&leader, &member);
        house.clock.pass(Duration::from_mins(30));
        assert_eq!(complete(&house, &late, NEW).fails(410), "reset-used");
        for none in ["", "pr_1", member.refresh.as_str(), member.client.token()] {
            assert_eq!(complete(&house, none, NEW).fails(404), "not-found", "{none}");
        }
    }

    fn of_ten_who_use_a_link_at_once_one_sets_the_password(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let member = leader.bring(&house, &json!({}));
        let token = token_for(&leader, &member);
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..10).map(|_| scope.spawn(|| complete(&house, &token, NEW).status)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        statuses.retain(|status| *status != 410);
        assert_eq!(statuses, [204]);
    }

    fn an_unknown_address_is_answered_like_a_known_one(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let leader = Person::sign_up(&house, "Pine");
        let removed = come_in(&house, &office, &leader, "gone@guildhall.test");
        leader.client.delete(&format!("/v1/members/{}", removed.id)).is(204);
        let took = |email: &str| {
            let start = Instant::now();
            let answer = ask(&house, email);
            let headers: Vec<_> = answer.headers().filter(|(name, _)| !["date", "request-id"].contains(name)).map(|(name, value)| format!("{name}: {value}")).collect();
            assert!(answer.is(202).is_null());
            (start.elapsed(), headers)
        };
        let [known, unknown, gone] = [leader.email.as_str(), "nobody@pine.example", &removed.email].map(took);
        assert_eq!((&known.1, &known.1), (&unknown.1, &gone.1));
        for (time, _) in [&known, &unknown, &gone] {
            assert!(*time >= Duration::from_millis(250), "{time:?}");
        }
        office.letter_to(&leader.email);
        assert!(office.waiting_for().is_empty(), "{:?}", office.waiting_for());
    }

    fn whoever_asks_too_often_has_to_wait_known_or_not(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        for email in [leader.email.as_str(), "nobody@pine.example"] {
            for _ in 0..5 {
                ask(&house, email).is(202);
            }
            let refused = ask(&house, email);
            assert!(refused.header("retry-after").is_some());
            assert_eq!(refused.fails(429), "quota-exceeded");
        }
    }

    fn each_company_sends_its_own_link_unless_one_is_named(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let email = "many@guildhall.test";
        for company in ["Oak", "Elm"] {
            let leader = json!({ "name": "L", "email": email, "password": PASSWORD });
            house.stranger().post("/v1/tenants", &json!({ "company": company, "leader": leader })).is(201);
        }
        ask(&house, email).is(202);
        let mut subjects = [office.letter_to(email), office.letter_to(email)].map(|letter| letter.header("Subject").to_owned());
        subjects.sort();
        assert_eq!(subjects, ["A new password at Elm", "A new password at Oak"]);
        house.stranger().post("/v1/password-resets", &json!({ "email": email, "tenant": "elm" })).is(202);
        let letter = office.letter_to(email);
        complete(&house, letter.token(), NEW).is(204);
        assert_eq!(sign_in(&house, email, NEW).is(201)["tenant"]["slug"], "elm");
        assert_eq!(sign_in(&house, email, PASSWORD).is(201)["tenant"]["slug"], "oak");
    }

    fn a_leader_makes_a_link_for_others_and_it_is_on_record(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let member = leader.bring(&house, &json!({}));
        let made = link_for(&leader, &member).is(201);
        assert!(made["link"].as_str().unwrap().ends_with(made["token"].as_str().unwrap()));
        let row = leader.client.get("/v1/audit-log").is(200)["items"][0].clone();
        assert_eq!((&row["action"], &row["actor"], &row["subject"]), (&json!("member.reset-link-made"), &json!(leader.id), &json!(member.id)));
        assert!(!row.to_string().contains("pr_"), "{row}");
        // A stolen session must not become the password.
        assert_eq!(link_for(&leader, &leader).fails(403), "forbidden");
        complete(&house, made["token"].as_str().unwrap(), NEW).is(204);
        sign_in(&house, &member.email, NEW).is(201);
    }

    fn where_letters_are_sent_the_leader_does_not_see_the_link(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let leader = Person::sign_up(&house, "Pine");
        let email = "aino@guildhall.test";
        let member = come_in(&house, &office, &leader, email);
        let made = link_for(&leader, &member).is(201);
        assert_eq!((&made["token"], &made["link"]), (&json!(null), &json!(null)));
        complete(&house, office.letter_to(email).token(), NEW).is(204);
    }

    fn the_operator_makes_a_link_for_anybody(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let email = leader.email.clone();
        let link = house.within(move |app| async move {
            let email = Email::parse(&email).unwrap();
            assert!(app.operators_reset("oak", &email).await.is_err());
            app.operators_reset("pine", &email).await.unwrap()
        });
        complete(&house, link.split_once("token=").unwrap().1, NEW).is(204);
        let again = sign_in(&house, &leader.email, NEW).is(201);
        let record = house.bearer(again["access_token"].as_str().unwrap()).get("/v1/audit-log?action=member.reset-link-made").is(200);
        assert_eq!(record["items"][0]["actor"], "system");
    }

    fn the_command_line_prints_a_link(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        drop(house);
        let ask = |slug| guildhall(place, &["member", "reset-link", slug, &leader.email], "127.0.0.1:0").output().unwrap();
        let refused = ask("oak");
        assert!(!refused.status.success() && refused.stdout.is_empty());
        let printed = String::from_utf8(ask("pine").stdout).unwrap();
        let token = printed.trim().strip_prefix("http://guildhall.test/console/new-password?token=").unwrap();
        let house = place.house();
        complete(&house, token, NEW).is(204);
        sign_in(&house, &leader.email, NEW).is(201);
    }

    fn who_is_kept_out_gets_in_by_no_link(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let member = leader.bring(&house, &json!({}));
        let token = token_for(&leader, &member);
        leader.client.ask("PUT", &format!("/v1/members/{}/suspension", member.id)).is(200);
        assert_eq!(complete(&house, &token, NEW).fails(404), "not-found");
        leader.client.delete(&format!("/v1/members/{}/suspension", member.id)).is(204);
        let set = |state| house.within(move |app| async move { app.store.set_tenant_state("pine", state, app.now()).await.unwrap() });
        set(State::Suspended);
        assert_eq!(complete(&house, &token, NEW).fails(404), "not-found");
        set(State::Active);
        leader.client.delete(&format!("/v1/members/{}", member.id)).is(204);
        assert_eq!(complete(&house, &token, NEW).fails(404), "not-found");
    }

    fn a_new_password_ends_the_wait_for_wrong_ones(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let member = leader.bring(&house, &json!({}));
        let token = token_for(&leader, &member);
        for _ in 0..5 {
            sign_in(&house, &member.email, "a guess").is(401);
        }
        assert_eq!(sign_in(&house, &member.email, PASSWORD).fails(429), "too-many-attempts");
        complete(&house, &token, NEW).is(204);
        sign_in(&house, &member.email, NEW).is(201);
    }
}
