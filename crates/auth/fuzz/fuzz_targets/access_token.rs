//! Any text as an access token: alone, and with one part of a true token changed. None but the true one is believed.
#![no_main]

use std::sync::{Arc, LazyLock};

use guildhall_auth::{KeyRing, SeededEntropy, Subject, Tokens};
use guildhall_domain::{Id, Moment};
use libfuzzer_sys::fuzz_target;

const NOW: Moment = Moment(1_764_000_000_000_000);

static ISSUED: LazyLock<(Tokens, String)> = LazyLock::new(|| {
    let entropy = Arc::new(SeededEntropy::new(7));
    let ring = Arc::new(KeyRing::draw(NOW, entropy.as_ref()).expect("a ring"));
    let tokens = Tokens::new(ring, "http://fuzz.test".to_owned(), "guildhall", entropy).expect("tokens");
    let id = || Default::default();
    let [tenant, member, session] = [id(), id(), id()];
    let subject = Subject {
        tenant: Id::from_uuid(tenant),
        member: Id::from_uuid(member),
        session: Id::from_uuid(session),
        epoch: 1,
    };
    let token = tokens.issue(&subject, NOW).expect("a token");
    (tokens, token)
});

fuzz_target!(|parts: (u8, &str)| {
    let (tokens, token) = &*ISSUED;
    let (at, text) = parts;
    assert!(text == token || tokens.verify(text, NOW).is_err());
    let mut changed: Vec<&str> = token.split('.').collect();
    changed[usize::from(at % 3)] = text;
    let changed = changed.join(".");
    assert!(changed == *token || tokens.verify(&changed, NOW).is_err(), "{changed}");
});
