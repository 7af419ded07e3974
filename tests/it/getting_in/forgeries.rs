//! Access tokens that look right and are not: one thing is wrong with each, the signature is true where it can be.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ring::{hmac, signature::Ed25519KeyPair};
use serde_json::{Value, json};

use crate::house::{Company, Person, Place};

/// What signs this installation's tokens.
struct Forge {
    pair: Ed25519KeyPair,
    point: Vec<u8>,
    header: Value,
    claims: Value,
}

impl Forge {
    fn open(place: &Place, token: &str) -> Self {
        use ring::signature::KeyPair as _;
        let file: Value = serde_json::from_slice(&std::fs::read(place.keys()).unwrap()).unwrap();
        let seed = BASE64.decode(file["signing"][0]["seed"].as_str().unwrap()).unwrap();
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
        let part = |at| serde_json::from_slice(&BASE64.decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap();
        Self { point: pair.public_key().as_ref().to_vec(), pair, header: part(0), claims: part(1) }
    }

    /// A token whose header and claims differ by these (null takes away).
    fn signed(&self, header: &Value, claims: &Value) -> String {
        self.sealed(header, claims, |signed| self.pair.sign(signed).as_ref().to_vec())
    }

    fn sealed(&self, header: &Value, claims: &Value, seal: impl Fn(&[u8]) -> Vec<u8>) -> String {
        let written = |part: &Value, patch: &Value| BASE64.encode(patched(part, patch).to_string());
        let signed = format!("{}.{}", written(&self.header, header), written(&self.claims, claims));
        format!("{signed}.{}", BASE64.encode(seal(signed.as_bytes())))
    }
}

fn patched(part: &Value, patch: &Value) -> Value {
    let mut part = part.clone();
    for (name, value) in patch.as_object().unwrap() {
        match value {
            Value::Null => drop(part.as_object_mut().unwrap().remove(name)),
            value => part[name] = value.clone(),
        }
    }
    part
}

on_both! {
    fn attack_18_no_forged_token_opens_a_door(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let forge = Forge::open(place, leader.client.token());
        let (none, now) = (json!({}), forge.claims["iat"].as_i64().unwrap());
        house.bearer(&forge.signed(&none, &none)).get("/v1/me").is(200);
        let mut forged = Vec::new();
        for header in [
            json!({ "alg": "none" }), json!({ "alg": "HS256" }), json!({ "alg": "RS256" }), json!({ "typ": "JWT" }),
            json!({ "typ": "rt+jwt" }), json!({ "typ": null }), json!({ "kid": "../../keys.json" }), json!({ "kid": "other" }),
            json!({ "kid": null }), json!({ "kid": 1 }), json!({ "jku": "https://evil.example/jwks.json" }),
            json!({ "x5u": "https://evil.example" }), json!({ "crit": ["exp"] }),
            json!({ "jwk": { "kty": "OKP", "crv": "Ed25519", "x": BASE64.encode(&forge.point) } }),
        ] {
            forged.push((header.to_string(), forge.signed(&header, &none)));
        }
        for claims in [
            json!({ "aud": null }), json!({ "aud": "guildhall-operator" }), json!({ "iss": null }), json!({ "iss": "https://evil.example" }),
            json!({ "sub": null }), json!({ "exp": null }), json!({ "exp": now.to_string() }), json!({ "exp": -1 }),
            json!({ "exp": 1.5 }), json!({ "exp": now - 6 }), json!({ "nbf": null }), json!({ "nbf": now + 60 }),
            json!({ "iat": now + 60 }), json!({ "tid": null }), json!({ "sid": null }), json!({ "ep": null }), json!({ "ep": 0 }),
            json!({ "ep": 2 }), json!({ "sub": "mem_01jd0000007000g00000000001" }), json!({ "sid": "ses_01jd0000007000g00000000001" }),
            json!({ "tid": "ten_01jd0000007000g00000000001" }), json!({ "padding": "x".repeat(4096) }),
        ] {
            forged.push((claims.to_string(), forge.signed(&none, &claims)));
        }
        let by_public_key = |signed: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &forge.point), signed).as_ref().to_vec();
        forged.push(("our public key".to_owned(), forge.sealed(&json!({ "alg": "HS256" }), &none, by_public_key)));
        forged.push(("no signature".to_owned(), forge.sealed(&json!({ "alg": "none" }), &none, |_| Vec::new())));
        forged.push(("zeros".to_owned(), forge.sealed(&none, &none, |_| vec![0; 64])));
        forged.push(("100 KB".to_owned(), format!("{}.{}.", "e".repeat(7000), "x".repeat(8000))));
        forged.push(("a refresh token".to_owned(), leader.refresh.clone()));
        let mut answers = std::collections::BTreeSet::new();
        for (what, token) in &forged {
            let answer = house.bearer(token).get("/v1/me").send();
            assert_eq!(answer.header("www-authenticate"), Some("Bearer error=\"invalid_token\""), "{what}");
            let kind = answer.fails(401);
            assert!(kind == "unauthenticated" || (kind == "session-revoked" && what.contains("\"ep\"")), "{what}: {kind}");
            answers.insert(kind);
        }
        assert!(answers.len() <= 2);
    }

    fn a_token_of_one_company_says_nothing_in_another(place) {
        let house = place.house();
        let [acorn, birch] = ["acorn", "birch"].map(|name| Company::found(&house, name));
        let forge = Forge::open(place, birch.leader.client.token());
        let own = Forge::open(place, acorn.leader.client.token());
        let crossed = forge.signed(&json!({}), &json!({ "tid": own.claims["tid"] }));
        assert_eq!(house.bearer(&crossed).get("/v1/me").fails(401), "unauthenticated");
    }

    fn a_credential_is_read_from_its_header_alone(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let token = leader.client.token();
        let stranger = house.stranger();
        for query in ["access_token", "api_key", "token"] {
            assert_eq!(stranger.get(&format!("/v1/me?{query}={token}")).fails(401), "unauthenticated");
        }
        for (name, value) in [("Cookie", format!("access_token={token}")), ("Authorization", format!("Basic {token}")), ("X-Api-Key", token.to_owned())] {
            assert_eq!(stranger.get("/v1/me").with(name, &value).fails(401), "unauthenticated", "{name}");
        }
        stranger.get("/v1/me").with("Authorization", &format!("bearer {token}")).is(200);
    }
}
