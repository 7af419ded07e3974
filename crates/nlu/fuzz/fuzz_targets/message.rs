//! Any message is cut into words, n-grams and tokens, repaired and answered.
#![no_main]

use guildhall_nlu::{Model, Query, TrainingIntent, TrainingPhrase, TrainingSet};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let phrase = |text: &str| TrainingPhrase { text: text.to_owned(), language: None };
    let intent = |label: &str, texts: &[&str]| TrainingIntent {
        label: label.to_owned(),
        title: None,
        phrases: texts.iter().map(|text| phrase(text)).collect(),
    };
    let intents = vec![
        intent("parcel", &["where is my parcel", "has the package been sent"]),
        intent("paketti", &["missä pakettini on", "onko lähetys tulossa"]),
    ];
    Model::fit(&TrainingSet { intents }).expect("two intents can be learned")
});

fuzz_target!(|text: &str| {
    let prediction = MODEL.predict(&Query { text, language: None });
    assert!(prediction.ranking.iter().all(|ranked| (0.0..=1.0).contains(&ranked.confidence)));
});
