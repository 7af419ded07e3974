//! Passwords: changing one's own, and how often one may be tried.

use std::time::Duration;

use serde_json::json;

use crate::house::{Answer, House, PASSWORD, Person, Setup};

const ANOTHER: &str = "a longer walk before supper";

fn attempt(house: &House, email: &str, password: &str, forwarded: &str) -> Answer {
    let ask = house.stranger().post("/v1/sessions", &json!({ "email": email, "password": password }));
    ask.with("X-Forwarded-For", forwarded).send()
}

on_both! {
    fn attack_20_a_new_password_ends_every_other_session(place) {
        let house = place.house();
        let here = Person::sign_up(&house, "Pine");
        let there = here.sign_in(&house);
        let body = json!({ "current_password": PASSWORD, "new_password": ANOTHER });
        here.client.put("/v1/me/password", &body).is(204);
        here.client.get("/v1/me").is(200);
        assert_eq!(there.client.get("/v1/me").fails(401), "session-revoked");
        let refresh = json!({ "refresh_token": there.refresh });
        assert_eq!(house.stranger().post("/v1/sessions/refresh", &refresh).fails(401), "session-revoked");
        assert_eq!(attempt(&house, &here.email, PASSWORD, "").fails(401), "wrong-credentials");
        attempt(&house, &here.email, ANOTHER, "").is(201);
    }

    fn only_who_knows_the_password_may_change_it(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let change = |current: &str, new: &str| {
            leader.client.put("/v1/me/password", &json!({ "current_password": current, "new_password": new })).send()
        };
        assert_eq!(change("a guess that is wrong", ANOTHER).is(422)["errors"][0]["pointer"], "/current_password");
        assert_eq!(change(PASSWORD, "short").is(422)["errors"][0]["pointer"], "/new_password");
        for _ in 0..4 {
            change("a guess that is wrong", ANOTHER).is(422);
        }
        assert_eq!(change(PASSWORD, ANOTHER).fails(429), "too-many-attempts");
        leader.client.get("/v1/me").is(200);
    }

    fn attack_15_after_five_wrong_passwords_none_is_looked_at(place) {
        let house = place.house();
        let [leader, other] = [Person::sign_up(&house, "Pine"), Person::sign_up(&house, "Oak")];
        for n in 0..5 {
            // Nobody is believed who says that he is somebody else.
            assert_eq!(attempt(&house, &leader.email, "a guess", &format!("198.51.100.{n}")).fails(401), "wrong-credentials");
        }
        for password in ["a guess", PASSWORD] {
            let blocked = attempt(&house, &leader.email, password, "203.0.113.9");
            let wait: u64 = blocked.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=40).contains(&wait), "{wait}");
            assert_eq!(blocked.fails(429), "too-many-attempts");
        }
        attempt(&house, &other.email, PASSWORD, "").is(201);
        leader.client.get("/v1/me").is(200);
    }

    fn the_wait_ends_by_the_clock_and_doubles_with_each_further_try(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        for _ in 0..5 {
            attempt(&house, &leader.email, "a guess", "").is(401);
        }
        attempt(&house, &leader.email, PASSWORD, "").is(429);
        house.clock.pass(Duration::from_secs(29));
        attempt(&house, &leader.email, PASSWORD, "").is(429);
        house.clock.pass(Duration::from_secs(2));
        // One more try, and then twice as long a wait.
        attempt(&house, &leader.email, "a guess", "").is(401);
        house.clock.pass(Duration::from_secs(31));
        attempt(&house, &leader.email, PASSWORD, "").is(429);
        house.clock.pass(Duration::from_secs(30));
        attempt(&house, &leader.email, PASSWORD, "").is(201);
        // The right one made good for the wrong ones.
        for _ in 0..4 {
            attempt(&house, &leader.email, "a guess", "").is(401);
        }
        attempt(&house, &leader.email, PASSWORD, "").is(201);
    }

    fn attack_15_an_unknown_address_is_blocked_alike(place) {
        let house = place.house();
        for _ in 0..5 {
            assert_eq!(attempt(&house, "nobody@pine.example", "a guess", "").fails(401), "wrong-credentials");
        }
        assert_eq!(attempt(&house, "nobody@pine.example", "a guess", "").fails(429), "too-many-attempts");
    }

    fn a_right_password_forgets_the_wrong_ones(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        for _ in 0..3 {
            for _ in 0..4 {
                attempt(&house, &leader.email, "a guess", "").is(401);
            }
            attempt(&house, &leader.email, PASSWORD, "").is(201);
        }
    }

    fn behind_a_proxy_of_ours_each_address_has_its_own_tries(place) {
        let house = place.open(Setup { config: |config| "127.0.0.0/8".clone_into(&mut config.trusted_proxies), ..Setup::default() });
        let leader = Person::sign_up(&house, "Pine");
        for _ in 0..5 {
            attempt(&house, &leader.email, "a guess", "198.51.100.1").is(401);
        }
        assert_eq!(attempt(&house, &leader.email, PASSWORD, "198.51.100.1").fails(429), "too-many-attempts");
        attempt(&house, &leader.email, PASSWORD, "203.0.113.9").is(201);
    }

    fn attack_15_one_network_does_not_spray_over_many_accounts(place) {
        let house = place.house();
        let tries = (0..70).map(|n| attempt(&house, &format!("victim{n}@pine.example"), "a guess", "").status);
        let refused = tries.filter(|status| *status == 429).count();
        assert!((5..=15).contains(&refused), "{refused}");
    }
}
