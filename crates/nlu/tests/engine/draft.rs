//! A draft from outside: it follows its set and says what a fresh fit would say.

use crate::shop::{intent, shop};
use guildhall_nlu::{Draft, Model, Query, TrainingPhrase, TrainingSet};

const MESSAGES: [&str; 6] = [
    "where is my parcel",
    "may I send the jacket back",
    "are you open on Sunday",
    "I lost my password",
    "do you sell gift cards",
    "is the moon made of cheese",
];

fn scores(model: &Model, text: &str) -> Vec<(usize, f32)> {
    let prediction = model.predict(&Query { text, language: None });
    let ranking = prediction.ranking.iter();
    let mut scores: Vec<_> = ranking.map(|ranked| (ranked.intent, ranked.score)).collect();
    scores.sort_by_key(|score| score.0);
    scores
}

fn assert_close(draft: &Draft, fresh: &Model, tolerance: f32) {
    let followed = draft.model();
    for text in MESSAGES {
        for (ours, theirs) in scores(&followed, text).iter().zip(&scores(fresh, text)) {
            assert!(ours.0 == theirs.0 && (ours.1 - theirs.1).abs() < tolerance, "{text}: {ours:?} {theirs:?}");
        }
    }
    assert!((followed.facts().threshold - fresh.facts().threshold).abs() < tolerance);
}

#[test]
fn an_opened_draft_is_a_fresh_fit() {
    assert_close(&Draft::open(&shop()).unwrap(), &Model::fit(&shop()).unwrap(), 1e-3);
    assert_close(&Draft::open(&TrainingSet::default()).unwrap(), &Model::fit(&TrainingSet::default()).unwrap(), 1e-3);
}

#[test]
fn what_comes_and_goes_leaves_no_trace() {
    let mut draft = Draft::open(&shop()).unwrap();
    let mut grown = shop();
    grown.intents.push(intent("gift", &["do you have gift cards", "I want to give a voucher"]));
    grown.intents[0].phrases.push(TrainingPhrase { text: "no parcel yet".into(), language: None });
    grown.intents[1].phrases.swap_remove(2);
    let followed = draft.follow(&grown).unwrap();
    assert_eq!((followed.added, followed.removed, followed.refitted), (3, 1, false));
    assert_close(&draft, &Model::fit(&grown).unwrap(), 0.05);
    assert!(scores(&draft.model(), "gift cards?").iter().any(|(label, score)| *label == 4 && *score > 0.3));

    let followed = draft.follow(&shop()).unwrap();
    assert!(followed.refitted, "an intent went away whole");
    grown.intents.pop();
    draft.follow(&grown).unwrap();
    let followed = draft.follow(&shop()).unwrap();
    assert!(!followed.refitted);
    assert_close(&draft, &Model::fit(&shop()).unwrap(), 2e-3);
}

#[test]
fn readers_keep_the_model_that_they_hold() {
    let mut draft = Draft::open(&shop()).unwrap();
    let held = draft.model();
    let before = held.predict(&Query { text: "where is it", language: None });
    let mut grown = shop();
    grown.intents[0].phrases.push(TrainingPhrase { text: "where is it".into(), language: None });
    draft.follow(&grown).unwrap();
    assert_eq!(held.predict(&Query { text: "where is it", language: None }), before);
    assert!(draft.model().predict(&Query { text: "where is it", language: None }).score > before.score + 0.1);
}

#[test]
fn a_new_language_is_fitted_afresh() {
    let mut draft = Draft::open(&shop()).unwrap();
    let mut grown = shop();
    grown.intents[0].phrases.push(TrainingPhrase { text: "missä pakettini on".into(), language: Some("fi".into()) });
    assert!(draft.follow(&grown).unwrap().refitted);
}

#[test]
fn a_phrase_in_the_wrong_place_is_suspected() {
    let mut set = shop();
    set.intents[0].phrases.push(TrainingPhrase { text: "I forgot the password of my account".into(), language: None });
    let review = Draft::open(&set).unwrap().review().unwrap();
    let suspect = review.suspects.first().expect("one suspect");
    assert_eq!((suspect.intent, suspect.phrase, suspect.likelier), (0, 6, 3));
}

#[test]
fn thin_intents_are_wanting() {
    let mut set = shop();
    set.intents.push(intent("gift", &["gift cards"]));
    set.intents.push(intent("empty", &[]));
    let review = Draft::open(&set).unwrap().review().unwrap();
    let wanting = |intent, phrases| review.wanting.iter().any(|w| (w.intent, w.phrases) == (intent, phrases));
    assert!(wanting(4, 1) && wanting(5, 0));
}

#[test]
fn an_effect_is_told_before_it_happens() {
    let draft = Draft::open(&shop()).unwrap();
    let phrase = |text: &str| TrainingPhrase { text: text.into(), language: None };
    let known = draft.effect("parcel", &phrase("where is my parcel")).unwrap();
    assert!(known.known && known.taken_for == Some(0));
    let strange = draft.effect("parcel", &phrase("are you open at Easter")).unwrap();
    assert!(!strange.known && strange.taken_for == Some(2));
    assert!(draft.effect("nothing", &phrase("x")).is_none());
    let review = draft.review();
    assert_eq!(review, draft.review(), "asking changes nothing");
}
