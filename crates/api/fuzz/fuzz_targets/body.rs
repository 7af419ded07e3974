//! Any bytes as a body: the strict reader takes nothing that serde would not, and never more.
#![no_main]

use guildhall_api::http::extract::parse;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(read) = parse::<Value>(bytes) {
        assert_eq!(serde_json::from_slice::<Value>(bytes).expect("serde reads it too"), read);
    }
});
