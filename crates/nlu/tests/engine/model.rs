//! A model from outside: it learns, answers, knows what it does not know, and survives storage.

use crate::shop::{intent, shop};
use guildhall_nlu::{ArtefactError, FitError, Model, Query, TrainingIntent, TrainingPhrase, TrainingSet};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

fn ask(text: &str) -> Query<'_> {
    Query { text, language: None }
}

fn best<'a>(model: &'a Model, text: &str) -> Option<&'a str> {
    let best = model.predict(&ask(text)).ranking.first()?.intent;
    model.labels().get(best).map(String::as_str)
}

#[test]
fn a_shop_is_understood() {
    let model = Model::fit(&shop()).unwrap();
    assert_eq!(best(&model, "my parcel still hasn't come, where is it"), Some("parcel"));
    assert_eq!(best(&model, "may I return these SHOES"), Some("return"));
    assert_eq!(best(&model, "are you open on sunday?"), Some("hours"));
    assert_eq!(best(&model, "forgot the password"), Some("password"));
}

#[test]
fn confidences_are_probabilities_that_fall() {
    let model = Model::fit(&shop()).unwrap();
    let prediction = model.predict(&ask("where is the parcel I ordered"));
    assert_eq!(prediction.ranking.len(), 4);
    assert!(prediction.in_scope);
    for pair in prediction.ranking.windows(2) {
        assert!(pair[0].confidence >= pair[1].confidence && pair[0].score >= pair[1].score);
    }
    assert!(prediction.ranking.iter().all(|ranked| (0.0..=1.0).contains(&ranked.confidence)));
}

#[test]
fn what_nobody_taught_is_out_of_scope() {
    let model = Model::fit(&shop()).unwrap();
    for text in ["ydinvoimala räjähti", "zxqj vvkp", "", "  ?!", "\u{200b}"] {
        let prediction = model.predict(&ask(text));
        assert!(!prediction.in_scope, "{text:?}: {prediction:?}");
    }
}

#[test]
fn nothing_and_almost_nothing_can_be_learned() {
    let empty = Model::fit(&TrainingSet::default()).unwrap();
    let prediction = empty.predict(&ask("hello"));
    assert!(prediction.ranking.is_empty() && !prediction.in_scope);

    let hollow = Model::fit(&TrainingSet { intents: vec![intent("a", &[]), intent("b", &["?!", ""])] }).unwrap();
    assert_eq!(hollow.labels(), ["a", "b"]);
    assert!(!hollow.predict(&ask("hello")).in_scope);

    let lone = Model::fit(&TrainingSet { intents: vec![intent("parcel", &["where is my parcel"])] }).unwrap();
    assert_eq!(best(&lone, "where is my parcel"), Some("parcel"));
    assert!(lone.predict(&ask("where is my parcel")).in_scope);

    let first = Model::fit(&TrainingSet { intents: shop().intents.into_iter().take(1).collect() }).unwrap();
    assert!(first.predict(&ask("where is my parcel")).in_scope);
    assert!(!first.predict(&ask("ydinvoimala räjähti")).in_scope);
}

#[test]
fn a_title_is_one_more_phrase() {
    let mut set = shop();
    set.intents.push(TrainingIntent { label: "gift".into(), title: Some("Gift cards".into()), phrases: vec![] });
    let model = Model::fit(&set).unwrap();
    assert_eq!(best(&model, "do you sell gift cards"), Some("gift"));
    assert_eq!(model.facts().phrases, 25);
}

#[test]
fn sets_that_make_no_sense_are_refused() {
    let twice = TrainingSet { intents: vec![intent("a", &["one"]), intent("a", &["two"])] };
    assert_eq!(Model::fit(&twice).err(), Some(FitError::DuplicateLabel("a".into())));
    let phrase = TrainingPhrase { text: "x".into(), language: None };
    let phrases = vec![phrase; TrainingSet::MAX_PHRASES + 1];
    let many = TrainingSet { intents: vec![TrainingIntent { label: "a".into(), title: None, phrases }] };
    assert!(matches!(Model::fit(&many), Err(FitError::TooManyPhrases { .. })));
}

#[test]
fn the_same_set_gives_the_same_bytes_and_they_come_back() {
    let model = Model::fit(&shop()).unwrap();
    let bytes = model.to_bytes();
    assert_eq!(bytes, Model::fit(&shop()).unwrap().to_bytes());
    let back = Model::from_bytes(&bytes).unwrap();
    assert_eq!(back.predict(&ask("reset password")), model.predict(&ask("reset password")));
    assert_eq!(back.facts(), model.facts());
    let empty = Model::fit(&TrainingSet::default()).unwrap();
    assert_eq!(Model::from_bytes(&empty.to_bytes()).unwrap().facts(), empty.facts());
}

#[test]
fn other_engines_and_other_files_are_told_apart() {
    let mut bytes = Model::fit(&shop()).unwrap().to_bytes();
    assert_eq!(Model::from_bytes(b"PK\x03\x04").err(), Some(ArtefactError::NotAModel));
    assert_eq!(Model::from_bytes(&bytes[..20]).err(), Some(ArtefactError::Checksum));
    bytes[8] ^= 0x40;
    assert!(matches!(Model::from_bytes(&bytes), Err(ArtefactError::OtherEngine { .. })));
}

#[test]
fn a_model_is_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Model>();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_message_is_answered(text in any::<String>()) {
        let model = Model::fit(&shop()).unwrap();
        let prediction = model.predict(&ask(&text));
        prop_assert!(prediction.ranking.iter().all(|r| r.score.is_finite() && r.confidence.is_finite()));
    }

    #[test]
    fn one_changed_byte_is_noticed(at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let mut bytes = Model::fit(&shop()).unwrap().to_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert!(Model::from_bytes(&bytes).is_err());
    }

    #[test]
    fn damage_under_a_good_checksum_never_panics(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        shorten in any::<bool>(),
    ) {
        let sealed = Model::fit(&shop()).unwrap().to_bytes();
        let mut bytes = sealed[..sealed.len() - 32].to_vec();
        if shorten {
            bytes.truncate(12 + cut.index(bytes.len() - 12));
        }
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            if at >= 12 {
                bytes[at] = byte;
            }
        }
        let sum = Sha256::digest(&bytes);
        bytes.extend(sum);
        if let Ok(model) = Model::from_bytes(&bytes) {
            let _ = model.predict(&ask("where is my pacrel"));
            let _ = model.explain(&ask("i forgot my password"));
            let _ = model.facts();
        }
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(Model::from_bytes(&bytes).is_err());
    }
}
