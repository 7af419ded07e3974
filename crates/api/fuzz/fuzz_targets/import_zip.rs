//! Any bytes as a zip, and a true zip of any files: what is in it is read or refused, within the limits.
#![no_main]

use std::io::{Cursor, Write as _};

use guildhall_api_fuzz::import;
use guildhall_app::exchange::Format;
use libfuzzer_sys::fuzz_target;
use zip::{ZipWriter, write::SimpleFileOptions};

const NAMES: [&str; 6] = [
    "agent.json",
    "intents/order.json",
    "intents/order_usersays_en.json",
    "intents/order/trainingPhrases/en.json",
    "flows/start/start.json",
    "data/nlu.yml",
];
const FORMATS: [Option<Format>; 4] = [Some(Format::DialogflowEs), Some(Format::DialogflowCx), Some(Format::Rasa), None];

fuzz_target!(|input: (Vec<(u8, &str)>, &[u8])| {
    let (files, raw) = input;
    import(raw, &FORMATS);
    import(&[b"PK\x03\x04", raw].concat(), &FORMATS);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        let name = NAMES[usize::from(name) % NAMES.len()];
        if zip.start_file(name, SimpleFileOptions::default()).is_ok() {
            zip.write_all(text.as_bytes()).expect("memory takes it");
        }
    }
    import(&zip.finish().expect("a zip").into_inner(), &FORMATS);
});
