//! Explanations from outside: they add up to the score and name what mattered.

use crate::shop::shop;
use guildhall_nlu::{Model, Query};

#[test]
fn a_trace_names_phrases_words_and_repairs() {
    let model = Model::fit(&shop()).unwrap();
    let trace = model.explain(&Query { text: "I forgot my pasword", language: None });
    assert_eq!(trace.prediction, model.predict(&Query { text: "I forgot my pasword", language: None }));
    assert_eq!(trace.read_as, "i forgot my password");
    assert_eq!(trace.prediction.repairs.len(), 1);
    let nearest = trace.neighbours.first().unwrap();
    assert_eq!((nearest.intent, nearest.phrase), (3, Some(0)));
    assert!(nearest.likeness > 0.95 && nearest.share > 0.0);
    assert_eq!(trace.words.first().unwrap().word, "password");
}

#[test]
fn shares_add_up_to_the_score() {
    let mut set = shop();
    set.intents.iter_mut().for_each(|intent| intent.phrases.truncate(1));
    let model = Model::fit(&set).unwrap();
    let trace = model.explain(&Query { text: "where is my parcel now", language: None });
    let sum: f32 = trace.neighbours.iter().map(|neighbour| neighbour.share).sum();
    assert!((sum + trace.background - trace.prediction.score).abs() < 1e-4);
}

#[test]
fn an_empty_bot_has_little_to_say() {
    let model = Model::fit(&guildhall_nlu::TrainingSet::default()).unwrap();
    let trace = model.explain(&Query { text: "hello", language: None });
    assert!(trace.neighbours.is_empty() && !trace.prediction.in_scope);
}
