//! `evaluate TRAIN SPLIT TEST SPLIT [shots=N] [language=L] [tier=T] [valid=SPLIT] [titles] [edits]`: the library's side of `guildhall nlu eval`.
#![expect(clippy::print_stdout, reason = "it prints a report")]

use guildhall_nlu::eval::{Noise, Options, Sets, evaluate, read};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let mut next = || words.next().ok_or("usage: evaluate TRAIN SPLIT TEST SPLIT [options]");
    let file = next()?;
    let train = read(Path::new(&file), Some(&next()?))?;
    let test = read(Path::new(&next()?), Some(&next()?))?;
    let mut validation = Vec::new();
    let mut options = Options::default();
    for word in words {
        match word.split_once('=') {
            Some(("shots", n)) => options.shots = Some(n.parse()?),
            Some(("language", l)) => options.language = Some(l.to_owned()),
            Some(("valid", split)) => validation = read(Path::new(&file), Some(split))?,
            Some(("tier", t)) => options.tier = t.parse()?,
            None if word == "titles" => options.titles = true,
            None if word == "edits" => options.noise = Noise::Edits,
            _ => return Err(format!("unknown option {word}").into()),
        }
    }
    println!(
        "{}",
        serde_json::to_string(&evaluate(Sets { train: &train, test: &test, validation: &validation }, &options)?)?
    );
    Ok(())
}
