//! `gaps FILE [encoder] [choose] [part=N]`: messages of fifteen intents that nobody answers among others that are out of
//! scope, grouped as they come: how many of the intents are found as groups (purity ≥ .8, recall ≥ .5), by draw.
#![expect(clippy::print_stdout, reason = "it prints a report")]

use guildhall_nlu::eval::{Row, read};
use guildhall_nlu::{Gathering, SentenceEncoder, Voice};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

const WITHHELD: usize = 15;
const EACH: usize = 40;
const SCOPELESS: &str = "__oos__";
/// The most messages by which a group is known later, and the smallest group.
const KNOWN_BY: usize = 50;
const SMALLEST: usize = 3;

/// Xorshift: the same draws everywhere.
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: usize) -> usize {
        for shift in [13, -7, 17] {
            self.0 ^= if shift > 0 { self.0 << shift } else { self.0 >> -shift };
        }
        usize::try_from(self.0 % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}

fn messages<'a>(rows: &'a [Row], scopeless: &'a [Row], draws: &mut Draws) -> Vec<&'a Row> {
    let mut intents: Vec<&str> = rows.iter().map(|row| row.intent.as_str()).filter(|name| *name != SCOPELESS).collect();
    intents.sort_unstable();
    intents.dedup();
    draws.shuffle(&mut intents);
    let mut all: Vec<&Row> = scopeless.iter().filter(|row| row.intent == SCOPELESS).collect();
    for intent in intents.iter().take(WITHHELD) {
        let mut own: Vec<&Row> = rows.iter().filter(|row| row.intent == *intent).collect();
        draws.shuffle(&mut own);
        all.extend(own.into_iter().take(EACH));
    }
    draws.shuffle(&mut all);
    all
}

/// Takes the messages in parts; the group of each in the end.
fn grouped(messages: &[&Row], part: usize, encoder: Option<&SentenceEncoder>) -> Vec<Option<usize>> {
    let mut group_of: Vec<Option<usize>> = vec![None; messages.len()];
    let mut groups = 0;
    let mut come = 0;
    while come < messages.len() {
        come = (come + part).min(messages.len());
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, group) in group_of.iter().enumerate() {
            members.entry(group.unwrap_or(usize::MAX)).or_default().push(at);
        }
        let mut at_hand: Vec<usize> = members.remove(&usize::MAX).unwrap_or_default();
        at_hand.retain(|at| *at < come);
        at_hand.extend(members.values().flat_map(|all| all.iter().rev().take(KNOWN_BY)));
        let voice = |at: &usize| Voice { text: &messages[*at].text, language: None, weight: 1.0, group: group_of[*at] };
        let voices: Vec<Voice<'_>> = at_hand.iter().map(voice).collect();
        for found in Gathering::of(&voices, encoder).groups(|_, _| true) {
            if found.before.is_empty() && found.voices.len() < SMALLEST {
                continue;
            }
            let id = found.before.first().copied().unwrap_or_else(|| {
                groups += 1;
                groups
            });
            for group in group_of.iter_mut().filter(|group| group.is_some_and(|group| found.before.contains(&group))) {
                *group = Some(id);
            }
            for voice in found.voices {
                group_of[at_hand[voice]] = Some(id);
            }
        }
    }
    group_of
}

fn recovered(messages: &[&Row], group_of: &[Option<usize>]) -> (usize, usize) {
    let mut members: BTreeMap<usize, BTreeMap<&str, usize>> = BTreeMap::new();
    for (message, group) in messages.iter().zip(group_of) {
        if let Some(group) = group {
            *members.entry(*group).or_default().entry(message.intent.as_str()).or_default() += 1;
        }
    }
    let mut found = BTreeSet::new();
    for intents in members.values() {
        let all: usize = intents.values().sum();
        if let Some((intent, count)) = intents.iter().max_by_key(|(_, count)| **count)
            && *intent != SCOPELESS
            && 10 * count >= 8 * all
            && 2 * count >= EACH
        {
            found.insert(*intent);
        }
    }
    (found.len(), members.len())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let file = words.first().ok_or("usage: gaps FILE [encoder] [choose] [part=N]")?;
    let has = |word: &str| words.iter().any(|own| own == word);
    let part = words.iter().find_map(|word| word.strip_prefix("part=")).map_or(Ok(256), str::parse)?;
    let encoder = has("encoder").then(SentenceEncoder::embedded).flatten();
    let all = |splits: &[&str]| -> Result<Vec<Row>, Box<dyn std::error::Error>> {
        let mut rows = Vec::new();
        for split in splits {
            rows.extend(read(Path::new(file), Some(split))?);
        }
        Ok(rows)
    };
    // Settings were chosen on the training part; the figures that count are of the others.
    let (rows, mut scopeless, seeds) = if has("choose") {
        (all(&["train"])?, all(&["train", "valid", "test"])?, 0..5)
    } else {
        (all(&["valid", "test"])?, all(&["test"])?, 20..26)
    };
    scopeless.retain(|row| row.intent == SCOPELESS);
    scopeless.truncate(1_000);
    let (mut counts, mut took) = (Vec::new(), Duration::ZERO);
    for seed in seeds {
        let mut draws = Draws(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed).wrapping_add(12_345));
        let messages = messages(&rows, &scopeless, &mut draws);
        let clock = Instant::now();
        let group_of = grouped(&messages, part, encoder.as_deref());
        took += clock.elapsed();
        counts.push(recovered(&messages, &group_of));
    }
    let mean = counts.iter().map(|(found, _)| *found).sum::<usize>() * 100 / counts.len().max(1);
    println!(
        "found of {WITHHELD}, and groups in all: {counts:?}; on average {}.{:02}; {took:?}",
        mean / 100,
        mean % 100
    );
    Ok(())
}
