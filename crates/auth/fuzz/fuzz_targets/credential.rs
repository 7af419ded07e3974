//! Any text as a credential: what reads is what was written, checksum and all, and is of one kind alone.
#![no_main]

use guildhall_auth::{ApiKey, Bearer, ChannelKey, InvitationToken, RefreshToken, VisitorToken};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let kinds = [
        ApiKey::parse(text).map(|token| token.text()).ok(),
        ChannelKey::parse(text).map(|token| token.text()).ok(),
        InvitationToken::parse(text).map(|token| token.text()).ok(),
        RefreshToken::parse(text).map(|token| token.text()).ok(),
        VisitorToken::parse(text).map(|token| token.text()).ok(),
    ];
    let read: Vec<_> = kinds.iter().flatten().collect();
    assert!(read.len() <= 1, "of two kinds");
    assert!(read.iter().all(|written| *written == text), "two spellings of one token");
    if let Ok(Bearer::Access(other)) = Bearer::parse(text) {
        assert_eq!(other, text);
    }
});
