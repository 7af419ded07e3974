//! Any bytes as the headers that carry meaning: `If-Match`, `If-None-Match`, `Idempotency-Key`, `Accept`.
#![no_main]

use actix_web::{
    FromRequest as _, HttpRequest,
    dev::Payload,
    http::header::{HeaderName, HeaderValue},
    test::TestRequest,
};
use futures_util::FutureExt as _;
use guildhall_api::http::{
    IfMatch,
    extract::{accepts, etag, idempotency_key, unchanged},
};
use libfuzzer_sys::fuzz_target;

fn request(name: &'static str, value: &HeaderValue) -> HttpRequest {
    TestRequest::default().insert_header((HeaderName::from_static(name), value.clone())).to_http_request()
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let read = IfMatch::from_request(&request("if-match", &value), &mut Payload::None).now_or_never();
    if let Some(Ok(IfMatch(version))) = read {
        let said = value.to_str().unwrap_or_default().trim();
        assert!(version == -1 || (version >= 0 && etag(version).len() <= said.len()), "{said}: {version}");
    }
    let _ = unchanged(&request("if-none-match", &value), 3);
    let _ = accepts(&request("accept", &value), "application/json");
    if let Ok(Some(key)) = idempotency_key(&request("idempotency-key", &value)) {
        assert!((1..=255).contains(&key.len()) && key.bytes().all(|b| (b' '..=b'~').contains(&b)));
        assert_eq!(key.as_bytes(), value.as_bytes());
    }
});
