//! Any text has a normal form that is bounded and clean.
#![no_main]

use guildhall_nlu::{MAX_CHARS, normalise};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let normal = normalise(text);
    assert!(normal.chars().count() <= MAX_CHARS);
    assert!(!normal.contains("  ") && normal.trim() == normal && !normal.chars().any(char::is_control));
});
