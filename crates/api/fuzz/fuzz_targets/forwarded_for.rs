//! Any bytes as `X-Forwarded-For`: the client is the peer, or an address that stands there behind trusted ones.
#![no_main]

use actix_web::{
    http::header::{HeaderName, HeaderValue},
    test::TestRequest,
};
use guildhall_api::http::{
    TrustedProxies,
    address::{prefix, rate_key},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|lines: Vec<&[u8]>| {
    for (peer, trusted) in [("10.0.0.1:1", true), ("203.0.113.9:1", false)] {
        let mut request = TestRequest::default().peer_addr(peer.parse().expect("an address"));
        for line in &lines {
            if let Ok(value) = HeaderValue::from_bytes(line) {
                request = request.append_header((HeaderName::from_static("x-forwarded-for"), value));
            }
        }
        let proxies = TrustedProxies::parse(["10.0.0.0/8", "fd00::/8"]).expect("networks");
        let client = proxies.client(&request.to_http_request());
        assert!(trusted || client.to_string() == "203.0.113.9", "a stranger was believed: {client}");
        assert!(prefix(client).contains('/') && rate_key(client).contains('/'));
    }
});
