//! The formats on real files, on hostile ones, and on ones that nobody wrote.

mod hostile;
mod roundtrip;
mod samples;
mod tables;

use super::{Brought, File, Format, Rejected, brought::BroughtIntent, read};

macro_rules! sample {
    ($path:literal) => {
        include_bytes!(concat!("../../../../../tests/data/samples/", $path)).as_slice()
    };
}
use sample;

fn file(name: &str, bytes: &[u8]) -> File {
    File { name: Some(name.to_owned()), bytes: bytes.to_vec(), ..File::default() }
}

fn bring(name: &str, bytes: &[u8]) -> Brought {
    read(&file(name, bytes), None).unwrap_or_else(|rejected| panic!("{name}: {rejected}"))
}

fn refused(bytes: &[u8], told: Option<Format>) -> &'static str {
    let file = File { bytes: bytes.to_vec(), ..File::default() };
    match read(&file, told) {
        Err(Rejected { rule, .. }) => rule,
        Ok(brought) => panic!("was taken: {brought:?}"),
    }
}

/// Intents, phrases and answers.
fn counts(brought: &Brought) -> (usize, usize, usize) {
    let sum = |of: fn(&BroughtIntent) -> usize| brought.intents.iter().map(of).sum();
    (brought.intents.len(), sum(|intent| intent.phrases.len()), sum(|intent| intent.answers.len()))
}

fn intent<'a>(brought: &'a Brought, name: &str) -> &'a BroughtIntent {
    brought.intents.iter().find(|intent| intent.name.as_str() == name).unwrap_or_else(|| panic!("no {name}"))
}

/// A zip of these files.
fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
