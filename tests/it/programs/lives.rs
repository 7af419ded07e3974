//! What is known of a key's life: its last use, and what ends it at once.

use std::{thread::sleep, time::Duration};

use guildhall_domain::tenant::State;
use serde_json::{Value, json};

use crate::house::{Person, Setup, program, unique};

/// What the key's maker reads as its last use, once it is no longer `before`.
fn last_use(leader: &Person, key: &Value, before: &Value) -> Value {
    let path = format!("/v1/api-keys/{}", key["api_key"]["id"].as_str().unwrap());
    for _ in 0..100 {
        let read = leader.client.get(&path).is(200)["last_used_at"].clone();
        if read != *before {
            return read;
        }
        sleep(Duration::from_millis(20));
    }
    before.clone()
}

on_both! {
    fn the_last_use_is_kept_to_the_minute(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, &unique("uses"));
        let key = program(&leader, &["department.read"], &["*"]);
        let program = house.bearer(key["secret"].as_str().unwrap());
        program.get("/v1/departments").is(200);
        let first = last_use(&leader, &key, &Value::Null);
        assert!(first.is_string(), "noted");
        house.clock.pass(Duration::from_secs(30));
        program.get("/v1/departments").is(200);
        assert_eq!(last_use(&leader, &key, &first), first, "within the minute");
        house.clock.pass(Duration::from_secs(31));
        program.get("/v1/bot").fails(403);
        let second = last_use(&leader, &key, &first);
        assert!(second.as_str() > first.as_str(), "a use, though nothing was allowed");
        let version = &leader.client.get("/v1/api-keys").is(200)["items"][0]["version"];
        assert_eq!(*version, 1, "a use is no change");
    }

    fn a_suspended_company_has_no_keys(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, &unique("suspended"));
        let key = program(&leader, &["department.read"], &["*"]);
        let program = house.bearer(key["secret"].as_str().unwrap());
        program.get("/v1/departments").is(200);
        let set = |state: State| {
            let slug = leader.slug.clone();
            house.within(move |app| async move { app.store.set_tenant_state(&slug, state, app.now()).await.unwrap() });
        };
        set(State::Suspended);
        assert_eq!(program.get("/v1/departments").fails(401), "unauthenticated");
        set(State::Active);
        program.get("/v1/departments").is(200);
    }

    fn a_key_is_out_with_its_maker(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, &unique("makers"));
        let maker = leader.bring(&house, &json!({ "tenant_role": "leader" }));
        let key = program(&maker, &["department.read"], &["*"]);
        let program = house.bearer(key["secret"].as_str().unwrap());
        program.get("/v1/departments").is(200);
        let suspension = format!("/v1/members/{}/suspension", maker.id);
        leader.client.ask("PUT", &suspension).send().is(200);
        assert_eq!(program.get("/v1/departments").fails(401), "unauthenticated");
        leader.client.delete(&suspension).is(204);
        program.get("/v1/departments").is(200);
        leader.client.delete(&format!("/v1/members/{}", maker.id)).is(204);
        assert_eq!(program.get("/v1/departments").fails(401), "unauthenticated");
    }

    fn a_key_has_a_rate_of_its_own(place) {
        let house = place.open(Setup { config: |config| config.rate_limits = true, ..Setup::default() });
        let leader = Person::sign_up(&house, &unique("rates"));
        let key = program(&leader, &["department.read"], &["*"]);
        let program = house.bearer(key["secret"].as_str().unwrap());
        let answer = program.get("/v1/departments").send();
        assert_eq!(answer.header("ratelimit-policy"), Some("\"api-key\";q=300;w=60, \"tenant\";q=600;w=60"));
        let refused = (0..200).map(|_| program.get("/v1/departments").send()).find(|answer| answer.status == 429).unwrap();
        assert!(refused.header("retry-after").is_some());
        assert_eq!(refused.fails(429), "quota-exceeded");
    }
}
