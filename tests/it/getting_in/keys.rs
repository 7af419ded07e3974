//! Signing keys: published, replaced, retired.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use guildhall_auth::{KeyRing, OsEntropy, Rotation};
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::Value;

use crate::house::{House, Person, Place};

fn kid(token: &str) -> String {
    let header: Value = serde_json::from_slice(&BASE64.decode(token.split('.').next().unwrap()).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

fn published(house: &House) -> Vec<Value> {
    house.stranger().get("/.well-known/jwks.json").is(200)["keys"].as_array().unwrap().clone()
}

/// Rotates the keys file as the command line does, and lets the server read it.
fn rotate(place: &Place, house: &House, rotation: Rotation) {
    let (file, entropy) = (place.keys(), OsEntropy::new());
    house.within(move |app| async move {
        let mut ring = KeyRing::load(&file).unwrap();
        ring.rotate(rotation, app.now(), &entropy).unwrap();
        ring.save(&file, &entropy).unwrap();
        app.tokens.adopt(Arc::new(KeyRing::load(&file).unwrap()));
    });
}

on_both! {
    fn anybody_can_verify_a_token_by_the_published_keys(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let token = leader.client.token();
        let keys = published(&house);
        let key = keys.iter().find(|key| key["kid"] == *kid(token)).unwrap();
        assert!(key.get("d").is_none(), "no private part");
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let point = BASE64.decode(key["x"].as_str().unwrap()).unwrap();
        let signature = BASE64.decode(signature).unwrap();
        UnparsedPublicKey::new(&ED25519, point).verify(signed.as_bytes(), &signature).unwrap();
    }

    fn a_key_at_hand_signs_at_once_and_the_old_one_is_still_believed(place) {
        let house = place.house();
        let before = Person::sign_up(&house, "Pine");
        rotate(place, &house, Rotation::Forced);
        before.client.get("/v1/me").is(200);
        let after = before.sign_in(&house);
        assert_ne!(kid(before.client.token()), kid(after.client.token()));
        assert_eq!(published(&house).len(), 2);
        house.clock.pass(Duration::from_hours(25));
        assert_eq!(published(&house).len(), 1, "the old key outlives its tokens by a day and no more");
    }

    fn an_announced_key_is_published_a_day_before_it_signs(place) {
        let house = place.house();
        let before = Person::sign_up(&house, "Pine");
        rotate(place, &house, Rotation::Announced);
        assert_eq!(published(&house).len(), 2);
        assert_eq!(kid(before.client.token()), kid(before.sign_in(&house).client.token()));
        house.clock.pass(Duration::from_hours(24));
        assert_ne!(kid(before.client.token()), kid(before.sign_in(&house).client.token()));
    }
}
