use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use proptest::prelude::*;
use ring::{hmac, signature::Ed25519KeyPair};
use serde_json::{Value, json};

use super::*;
use crate::{Rotation, SeededEntropy, keyring::OUTLIVES};

/// Long before any system clock: whoever asks the system for the time fails here.
const NOW: Moment = Moment(1_000_000_000_000_000);

struct Bench {
    ring: Arc<KeyRing>,
    tokens: Tokens,
}

fn bench() -> Bench {
    let entropy = Arc::new(SeededEntropy::new(1));
    let ring = Arc::new(KeyRing::draw(NOW, &*entropy).unwrap());
    let tokens = Tokens::new(Arc::clone(&ring), "https://chat.example", "api", entropy).unwrap();
    Bench { ring, tokens }
}

fn subject() -> Subject {
    let id = Uuid::from_u128;
    Subject { member: Id::from_uuid(id(1)), session: Id::from_uuid(id(2)), tenant: Id::from_uuid(id(3)), epoch: 4 }
}

impl Bench {
    fn header(&self) -> Value {
        json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": self.ring.signer(NOW).unwrap().kid() })
    }

    fn claims() -> Value {
        let subject = subject();
        json!({
            "iss": "https://chat.example", "aud": "api", "jti": Uuid::from_u128(5),
            "sub": subject.member, "sid": subject.session, "tid": subject.tenant, "ep": 4,
            "iat": NOW.seconds(), "nbf": NOW.seconds(), "exp": NOW.seconds() + 600,
        })
    }

    /// A token with our own true signature over whatever stands in it.
    fn sign(&self, header: &Value, claims: &Value) -> String {
        sign_with(self.ring.signer(NOW).unwrap().seed(), header, claims)
    }

    fn with_header(&self, name: &str, value: Value) -> Result<Claims, Refused> {
        self.tokens.verify(&self.sign(&with(self.header(), name, value), &Self::claims()), NOW)
    }

    fn with_claim(&self, name: &str, value: Value) -> Result<Claims, Refused> {
        self.tokens.verify(&self.sign(&self.header(), &with(Self::claims(), name, value)), NOW)
    }
}

/// `Null` takes the member away.
fn with(mut object: Value, name: &str, value: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    if value.is_null() {
        members.remove(name)
    } else {
        members.insert(name.to_owned(), value)
    };
    object
}

fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()))
}

fn sign_with(seed: &[u8], header: &Value, claims: &Value) -> String {
    let message = message(header, claims);
    let signature = Ed25519KeyPair::from_seed_unchecked(seed).unwrap().sign(message.as_bytes());
    format!("{message}.{}", BASE64.encode(signature))
}

#[test]
fn what_is_issued_verifies_and_says_the_same() {
    let Bench { tokens, .. } = bench();
    let text = tokens.issue(&subject(), NOW).unwrap();
    let claims = tokens.verify(&text, NOW).unwrap();
    assert_eq!(claims.subject, subject());
    assert_eq!((claims.issued_at, claims.expires_at), (NOW, NOW.after(TTL)));
    assert_ne!(claims.token, tokens.verify(&tokens.issue(&subject(), NOW).unwrap(), NOW).unwrap().token);
    assert!(text.len() < 1024, "{}", text.len());
}

#[test]
fn the_hand_made_token_is_a_good_one() {
    let bench = bench();
    let text = bench.sign(&bench.header(), &Bench::claims());
    assert_eq!(bench.tokens.verify(&text, NOW).unwrap().subject, subject());
    let issued = decode_header(bench.tokens.issue(&subject(), NOW).unwrap()).unwrap();
    assert_eq!(issued, decode_header(text).unwrap());
}

#[test]
fn its_time_is_the_given_one_with_five_seconds_of_leeway() {
    let Bench { tokens, .. } = bench();
    let text = tokens.issue(&subject(), NOW).unwrap();
    let at = |seconds: i64| tokens.verify(&text, Moment(NOW.0 + seconds * 1_000_000)).map(drop);
    assert_eq!(at(0), Ok(()));
    assert_eq!(at(604), Ok(()));
    assert_eq!(at(605), Err(Refused::Expired));
    assert_eq!(at(-5), Ok(()));
    assert_eq!(at(-6), Err(Refused::Early));
}

#[test]
fn claims_that_lack_or_lie_are_refused() {
    let bench = bench();
    let now = NOW.seconds();
    for name in ["iss", "aud", "sub", "exp", "nbf", "iat", "jti", "sid", "tid", "ep"] {
        assert_eq!(bench.with_claim(name, Value::Null), Err(Refused::Claims), "without {name}");
    }
    for (name, value, refused) in [
        ("iss", json!("https://evil.example"), Refused::Claims),
        ("iss", json!(["https://chat.example"]), Refused::Claims),
        ("aud", json!("operator"), Refused::Claims),
        ("aud", json!(["api", "operator"]), Refused::Claims),
        ("sub", json!(subject().tenant), Refused::Claims),
        ("sub", json!(""), Refused::Claims),
        ("sid", json!(subject().member), Refused::Claims),
        ("tid", json!(7), Refused::Claims),
        ("tid", json!("../../ten_1"), Refused::Claims),
        ("ep", json!("4"), Refused::Claims),
        ("ep", json!(4.5), Refused::Claims),
        ("exp", json!((now + 600).to_string()), Refused::Claims),
        ("exp", json!(4e9), Refused::Claims),
        ("exp", json!(-1), Refused::Claims),
        ("exp", json!(u64::MAX), Refused::Claims),
        ("exp", json!(now - 5), Refused::Expired),
        ("nbf", json!(now.to_string()), Refused::Claims),
        ("nbf", json!(now + 6), Refused::Early),
        ("iat", json!(now + 6), Refused::Early),
        ("iat", json!(i64::MAX), Refused::Early),
    ] {
        assert_eq!(bench.with_claim(name, value.clone()), Err(refused), "{name}: {value}");
    }
}

#[test]
fn headers_that_we_do_not_write_are_refused() {
    let bench = bench();
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": BASE64.encode(bench.ring.signer(NOW).unwrap().point()) });
    for (name, value, refused) in [
        ("typ", Value::Null, Refused::Header),
        ("typ", json!("JWT"), Refused::Header),
        ("typ", json!("vt+jwt"), Refused::Header),
        ("typ", json!("inv+jwt"), Refused::Header),
        ("kid", Value::Null, Refused::Header),
        ("kid", json!(""), Refused::Header),
        ("kid", json!("../../dev/null"), Refused::Header),
        ("kid", json!("x".repeat(65)), Refused::Header),
        ("kid", json!("x"), Refused::UnknownKey),
        ("jku", json!("https://evil.example/jwks.json"), Refused::Header),
        ("x5u", json!("https://evil.example/chain.pem"), Refused::Header),
        ("jwk", jwk, Refused::Header),
        ("x5c", json!(["MIIB"]), Refused::Header),
        ("crit", json!(["exp"]), Refused::Header),
        ("zip", json!("DEF"), Refused::Header),
        ("b64", json!(false), Refused::Header),
        ("alg", json!("none"), Refused::Malformed),
        ("alg", json!("HS256"), Refused::Header),
        ("alg", json!("RS256"), Refused::Header),
    ] {
        assert_eq!(bench.with_header(name, value.clone()), Err(refused), "{name}: {value}");
    }
}

#[test]
fn signatures_of_others_are_refused() {
    let bench = bench();
    let (header, claims) = (bench.header(), Bench::claims());
    let good = bench.sign(&header, &claims);
    let message = message(&header, &claims);

    assert_eq!(bench.tokens.verify(&sign_with(&[9; 32], &header, &claims), NOW), Err(Refused::Signature));
    assert_eq!(bench.tokens.verify(&format!("{message}."), NOW), Err(Refused::Signature));
    let other = bench.sign(&header, &with(claims.clone(), "ep", json!(5)));
    let moved = format!("{message}.{}", other.rsplit_once('.').unwrap().1);
    assert_eq!(bench.tokens.verify(&moved, NOW), Err(Refused::Signature));

    // HS256 with our public key as its secret, under a header that names it.
    let header = with(header, "alg", json!("HS256"));
    let message = self::message(&header, &claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, bench.ring.signer(NOW).unwrap().point());
    let forged = format!("{message}.{}", BASE64.encode(hmac::sign(&key, message.as_bytes())));
    assert_eq!(bench.tokens.verify(&forged, NOW), Err(Refused::Header));
    assert!(bench.tokens.verify(&good, NOW).is_ok());
}

#[test]
fn forms_that_are_not_ours_are_refused() {
    let bench = bench();
    let good = bench.sign(&bench.header(), &Bench::claims());
    let padded = with(Bench::claims(), "pad", json!("x".repeat(LONGEST)));
    assert_eq!(bench.tokens.verify(&bench.sign(&bench.header(), &padded), NOW), Err(Refused::TooLong));
    assert_eq!(bench.tokens.verify(&"x".repeat(100_000), NOW), Err(Refused::TooLong));
    for bad in ["", ".", "..", "...", "a.b.c", "e30.e30.e30", &good.replacen('.', "", 1), &format!("{good}.x")] {
        assert!(bench.tokens.verify(bad, NOW).is_err(), "{bad}");
    }
    assert!(bench.tokens.verify(&format!("{good}="), NOW).is_err());
    let twice = BASE64.encode(bench.header().to_string().replacen('{', r#"{"typ":"at+jwt","#, 1));
    assert!(bench.tokens.verify(&format!("{twice}.{}", good.split_once('.').unwrap().1), NOW).is_err());
}

#[test]
fn a_rotation_is_noticed_by_nobody_and_a_dropped_key_by_everybody() {
    let Bench { ring, tokens } = bench();
    let entropy = SeededEntropy::new(2);
    let old = tokens.issue(&subject(), NOW).unwrap();
    let first = ring.signer(NOW).unwrap().kid().to_owned();

    let mut rotated = (*ring).clone();
    let second = rotated.rotate(Rotation::Forced, NOW, &entropy).unwrap();
    tokens.adopt(Arc::new(rotated.clone()));
    assert!(tokens.verify(&old, NOW).is_ok());
    let new = tokens.issue(&subject(), NOW).unwrap();
    assert_eq!(decode_header(&new).unwrap().kid, Some(second));
    assert_eq!(tokens.verify(&old, NOW.after(OUTLIVES)), Err(Refused::UnknownKey));

    rotated.drop_key(&first, NOW, &entropy).unwrap();
    tokens.adopt(Arc::new(rotated));
    assert_eq!(tokens.verify(&old, NOW), Err(Refused::UnknownKey));
    assert!(tokens.verify(&new, NOW).is_ok());
}

proptest! {
    #[test]
    fn hostile_text_is_refused(text: String, parts in "[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,90}") {
        let Bench { tokens, .. } = bench();
        prop_assert!(tokens.verify(&text, NOW).is_err());
        prop_assert!(tokens.verify(&parts, NOW).is_err());
    }

    #[test]
    fn a_changed_character_is_refused(at: prop::sample::Index, to in "[A-Za-z0-9_.-]") {
        let Bench { tokens, .. } = bench();
        let mut text = tokens.issue(&subject(), NOW).unwrap();
        let at = at.index(text.len());
        prop_assume!(text[at..=at] != to);
        text.replace_range(at..=at, &to);
        prop_assert!(tokens.verify(&text, NOW).is_err());
    }
}
