//! Any text as a cursor: refused, or the one spelling of a place in this list.
#![no_main]

use guildhall_api::http::{PageQuery, extract::cursor_text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u32, &str)| {
    let (filter, text) = input;
    let query = PageQuery { limit: None, cursor: Some(text.to_owned()) };
    if let Ok(page) = query.request(filter) {
        let cursor = page.after.expect("a cursor was read");
        assert_eq!(cursor.filter, filter);
        assert_eq!(cursor_text(Some(cursor)).as_deref(), Some(text), "two spellings of one place");
    }
});
