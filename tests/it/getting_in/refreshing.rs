//! Refresh tokens: each is good once, and of a session exactly one is alive.

use std::{collections::BTreeSet, thread, time::Duration};

use serde_json::json;

use crate::house::{Answer, House, Person};

fn refresh(house: &House, token: &str) -> Answer {
    house.stranger().post("/v1/sessions/refresh", &json!({ "refresh_token": token })).send()
}

fn refreshed(house: &House, token: &str) -> Person {
    Person::of(house, &refresh(house, token).is(201))
}

on_both! {
    fn a_refresh_gives_a_new_pair_in_the_same_session(place) {
        let house = place.house();
        let first = Person::sign_up(&house, "Pine");
        let second = refreshed(&house, &first.refresh);
        assert_ne!((&first.refresh, first.client.token()), (&second.refresh, second.client.token()));
        assert_eq!(second.client.get("/v1/sessions").is(200)["items"].as_array().unwrap().len(), 1);
        refreshed(&house, &second.refresh).client.get("/v1/me").is(200);
    }

    fn a_lost_answer_is_given_again_for_ten_seconds(place) {
        let house = place.house();
        let first = Person::sign_up(&house, "Pine");
        let [one, two] = [(), ()].map(|()| refreshed(&house, &first.refresh));
        assert_eq!(one.refresh, two.refresh);
        house.clock.pass(Duration::from_secs(11));
        assert_eq!(refresh(&house, &first.refresh).fails(401), "token-reused");
    }

    fn attack_19_a_reused_token_ends_the_whole_family(place) {
        let house = place.house();
        let first = Person::sign_up(&house, "Pine");
        let second = refreshed(&house, &first.refresh);
        let third = refreshed(&house, &second.refresh);
        assert_eq!(refresh(&house, &first.refresh).fails(401), "token-reused");
        assert_eq!(refresh(&house, &third.refresh).fails(401), "session-revoked");
        assert_eq!(refresh(&house, &first.refresh).fails(401), "session-revoked");
        assert_eq!(third.client.get("/v1/me").fails(401), "session-revoked");
    }

    fn another_client_gets_no_second_chance(place) {
        let house = place.house();
        let first = Person::sign_up(&house, "Pine");
        let second = refreshed(&house, &first.refresh);
        let stolen = house.stranger().post("/v1/sessions/refresh", &json!({ "refresh_token": first.refresh }));
        assert_eq!(stolen.with("User-Agent", "thief").fails(401), "token-reused");
        assert_eq!(refresh(&house, &second.refresh).fails(401), "session-revoked");
    }

    fn attack_19_of_twenty_refreshes_at_once_one_branch_lives(place) {
        let house = place.house();
        let first = Person::sign_up(&house, "Pine");
        let answers: Vec<Answer> = thread::scope(|scope| {
            let all: Vec<_> = (0..20).map(|_| scope.spawn(|| refresh(&house, &first.refresh))).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        let branches: BTreeSet<_> = answers.iter().filter_map(|answer| answer.json["refresh_token"].as_str()).collect();
        assert_eq!(branches.len(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| *status == 201), "a client that asks twice is not a thief: {statuses:?}");
        let successor = branches.first().unwrap();
        refreshed(&house, &refreshed(&house, successor).refresh);
        assert_eq!(refresh(&house, successor).fails(401), "token-reused");
    }

    fn what_is_no_refresh_token_is_refused(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let mut damaged = leader.refresh.clone();
        let last = if damaged.pop() == Some('0') { '1' } else { '0' };
        damaged.push(last);
        for token in ["", "rt_", leader.client.token(), &damaged, &"x".repeat(100_000)] {
            assert_eq!(refresh(&house, token).fails(401), "unauthenticated", "{}", &token[..token.len().min(40)]);
        }
        refreshed(&house, &leader.refresh);
    }
}
