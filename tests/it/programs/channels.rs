//! A channel's key, replaced without a gap.

use std::time::Duration;

use serde_json::json;

use crate::house::{Company, ORIGIN, unique};

on_both! {
    fn a_channels_old_key_works_beside_the_new_one_for_a_while(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("turns"));
        let path = format!("/v1/channels/{}", company.channel["id"].as_str().unwrap());
        let opens = |key: &str| {
            let opening = house.bearer(key).post("/v1/chat/conversations", &json!({})).with("Origin", ORIGIN);
            opening.send().status
        };
        let turned = company.leader.client.post(&format!("{path}/rotate"), &json!({ "overlap_hours": 3 })).is(201);
        let (new, old) = (turned["key"].as_str().unwrap(), company.key());
        assert_eq!((turned["old_key"].as_str(), &turned["version"]), (Some(old), &json!(2)));
        assert_ne!(new, old);
        assert_eq!((opens(new), opens(old)), (201, 201));
        company.visitors[0].say("still here");
        house.clock.pass(Duration::from_hours(3));
        assert_eq!((opens(new), opens(old)), (201, 401));
        company.visitors[0].say("visitors stay");

        let leader = company.leader.sign_in(&house);
        let at_once = leader.client.post(&format!("{path}/rotate"), &json!({ "overlap_hours": 0 })).is(201);
        assert_eq!((opens(at_once["key"].as_str().unwrap()), opens(new)), (201, 401));
        assert_eq!(leader.client.post(&format!("{path}/rotate"), &json!({ "overlap_hours": 169 })).fails(422), "invalid");
        let log = leader.client.get("/v1/audit-log?action=channel.key-rotated").is(200);
        assert_eq!(log["items"].as_array().unwrap().len(), 2);
    }
}
