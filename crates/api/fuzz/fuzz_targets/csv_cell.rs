//! Any text as a cell of an export: no spreadsheet takes it for a formula, and it comes back as it was.
#![no_main]

use guildhall_app::exchange::formats::csv::{plainly, safe};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let cell = safe(text);
    let dangerous = ['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠'];
    assert!(!cell.starts_with(dangerous), "{cell:?}");
    assert_eq!(plainly(&cell), text);
});
