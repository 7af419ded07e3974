//! Any text as Rasa's YAML. Read or refused, within the limits.
#![no_main]

use guildhall_api_fuzz::import;
use guildhall_app::exchange::Format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| import(bytes, &[Some(Format::Rasa)]));
