//! Explanations from outside: they add up to the score and name what mattered.

use crate::shop::shop;
use guildhall_nlu::{Draft, Model, Query, TrainingPhrase};

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

#[test]
fn a_message_is_matched_against_its_own_language_first() {
    let mut set = shop();
    let finnish = [
        ["missä pakettini on", "pakettini ei ole tullut"],
        ["miten palautan tuotteen", "haluan palauttaa kengät"],
        ["milloin olette auki", "mitkä ovat aukioloajat"],
        ["unohdin salasanani", "en pääse kirjautumaan tililleni"],
    ];
    for (intent, texts) in set.intents.iter_mut().zip(finnish) {
        intent.phrases.iter_mut().for_each(|phrase| phrase.language = Some("en".to_owned()));
        let phrase = |text: &str| TrainingPhrase { text: text.to_owned(), language: Some("fi-FI".to_owned()) };
        intent.phrases.extend(texts.map(phrase));
    }
    let model = Model::fit(&set).unwrap();
    let told = Query { text: "missä minun pakettini on", language: Some("fi") };
    let strange = Query { text: "the parcel", language: Some("fi") };
    let back = Model::from_bytes(&model.to_bytes()).unwrap();
    for model in [&model, &back, &*Draft::open(&set).unwrap().model()] {
        let trace = model.explain(&told);
        assert_eq!((trace.prediction.ranking[0].intent, trace.prediction.in_scope), (0, true));
        assert!(trace.neighbours.iter().all(|near| near.phrase >= Some(6)), "{:?}", trace.neighbours);
        assert!(model.explain(&strange).neighbours.iter().any(|near| near.phrase < Some(6)));
    }
}
