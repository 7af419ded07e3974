//! What the engine costs: fit, update, predict, explain, load and encode, on a bot of 77 intents with ten phrases each.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use guildhall_nlu::{Draft, Model, Query, SentenceEncoder, TrainingIntent, TrainingPhrase, TrainingSet};
use std::hint::black_box;

/// Sentences to make phrases of.
const LINES: &str = include_str!("../data/background/en.txt");

/// A bot whose phrases are the halves of two sentences each; an intent's phrases share their first half.
fn bot(intents: usize, phrases: usize) -> TrainingSet {
    let lines: Vec<&str> = LINES.lines().collect();
    let line = |at: usize| lines.get(at % lines.len()).copied().unwrap_or_default();
    let half = |line: &str, second: bool| {
        let words: Vec<&str> = line.split(' ').collect();
        let (first, rest) = words.split_at(words.len() / 2);
        if second { rest.join(" ") } else { first.join(" ") }
    };
    let phrase = |intent: usize, at: usize| TrainingPhrase {
        text: format!("{} {}", half(line(3 * intent), false), half(line(7 * intent + 11 * at + 1), true)),
        language: None,
    };
    let intent = |at: usize| TrainingIntent {
        label: at.to_string(),
        title: None,
        phrases: (0..phrases).map(|other| phrase(at, other)).collect(),
    };
    TrainingSet { intents: (0..intents).map(intent).collect() }
}

fn engine(criterion: &mut Criterion) {
    let set = bot(77, 10);
    let mut grown = set.clone();
    if let Some(intent) = grown.intents.first_mut() {
        intent.phrases.push(TrainingPhrase { text: "the river rose over both banks".to_owned(), language: None });
    }
    let (Ok(model), Ok(draft)) = (Model::fit(&set), Draft::open(&set)) else { return };
    let bytes = model.to_bytes();
    let query = Query { text: "why does the river freeze in the winter", language: None };
    let misspelt = Query { text: "why does the rivver freeze in the wintr", language: None };
    criterion.bench_function("fit 770", |b| b.iter(|| Model::fit(black_box(&set))));
    criterion.bench_function("update one of 770", |b| {
        b.iter_batched_ref(|| draft.clone(), |draft| draft.follow(&grown), BatchSize::LargeInput);
    });
    criterion.bench_function("predict", |b| b.iter(|| model.predict(black_box(&query))));
    criterion.bench_function("predict misspelt", |b| b.iter(|| model.predict(black_box(&misspelt))));
    criterion.bench_function("explain", |b| b.iter(|| model.explain(black_box(&query))));
    criterion.bench_function("review", |b| b.iter(|| draft.review()));
    criterion.bench_function("load", |b| b.iter(|| Model::from_bytes(black_box(&bytes))));
}

fn sentence(criterion: &mut Criterion) {
    let Some(encoder) = SentenceEncoder::embedded() else { return };
    for words in [6_usize, 14, 30] {
        let mut count = 0_usize;
        criterion.bench_function(&format!("encode {} tokens", words + 2), |b| {
            b.iter(|| {
                count += 1;
                encoder.encode(&format!("{}{count}", "word ".repeat(words - 1)))
            });
        });
    }
}

criterion_group!(benches, engine, sentence);
criterion_main!(benches);
