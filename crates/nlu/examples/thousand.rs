//! `thousand [encoder]`: a thousand tenants' bots of a hundred intents with ten phrases each, in one process beside one
//! sentence encoder: the memory, and the time from a stored artefact to the bot's first answer.
#![expect(clippy::print_stdout, reason = "it prints a report")]

use guildhall_nlu::{Model, Query, SentenceEncoder, TrainingIntent, TrainingPhrase, TrainingSet};
use std::time::{Duration, Instant};

/// Tenants, and how many of their bots are fitted; the others' are copies, loaded just as any.
const TENANTS: usize = 1_000;
const FITTED: usize = 8;
const INTENTS: usize = 100;
const PHRASES: usize = 10;
/// Sentences to make phrases of.
const LINES: &str = include_str!("../data/background/en.txt");
/// Bytes of a page, as `/proc/self/statm` counts.
const PAGE: usize = 4_096;

/// Half of one line with half of another.
fn sentence(first: usize, second: usize) -> String {
    let lines: Vec<Vec<&str>> = LINES.lines().map(|line| line.split(' ').collect()).collect();
    let line = |at: usize| lines.get(at % lines.len()).map_or(&[] as &[&str], Vec::as_slice);
    let (start, end) = (line(first), line(second));
    let words = start.iter().take(start.len() / 2).chain(end.iter().skip(end.len() / 2));
    words.copied().collect::<Vec<_>>().join(" ")
}

fn bot(tenant: usize) -> TrainingSet {
    let phrase = |intent: usize, at: usize| TrainingPhrase {
        text: sentence(3 * intent + tenant, 7 * intent + 11 * at + 13 * tenant + 1),
        language: None,
    };
    let intent = |at: usize| TrainingIntent {
        label: format!("{tenant}-{at}"),
        title: None,
        phrases: (0..PHRASES).map(|other| phrase(at, other)).collect(),
    };
    TrainingSet { intents: (0..INTENTS).map(intent).collect() }
}

/// Megabytes that this process holds; 0 where the system doesn't say.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: usize = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages * PAGE / 1_000_000
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let encoder = std::env::args().any(|word| word == "encoder").then(SentenceEncoder::embedded).flatten();
    let fitted = (0..FITTED).map(|tenant| Ok(Model::fit_with(&bot(tenant), encoder.as_ref())?.to_bytes()));
    let artefacts: Vec<Vec<u8>> = fitted.collect::<Result<_, Box<dyn std::error::Error>>>()?;
    let before = resident();
    let (mut models, mut times): (Vec<Model>, Vec<Duration>) = (Vec::new(), Vec::new());
    for (tenant, artefact) in artefacts.iter().cycle().take(TENANTS).enumerate() {
        let text = sentence(17 * tenant, 5 * tenant + 2);
        let clock = Instant::now();
        let model = Model::from_bytes(artefact)?;
        let prediction = model.predict(&Query { text: &text, language: None });
        times.push(clock.elapsed());
        if prediction.ranking.is_empty() {
            return Err("a bot without an answer".into());
        }
        models.push(model);
    }
    times.sort();
    let at = |percent: usize| times.get(TENANTS * percent / 100).copied().unwrap_or_default();
    let bytes: usize = models.iter().map(|model| model.facts().bytes).sum();
    println!(
        "{} bots: {} MB by their own count, the process holds {} MB, {before} of them before; \
         first answer p50 {:?}, p99 {:?}; an artefact has {} kB",
        models.len(),
        bytes / 1_000_000,
        resident(),
        at(50),
        at(99),
        artefacts.first().map_or(0, Vec::len) / 1_000,
    );
    Ok(())
}
