//! The compiled sentence encoder beside the published one.

use crate::shop::shop;
use guildhall_nlu::{Model, Precision, Query, SentenceEncoder, Tier, normalise, pack_sentence};

/// The texts of the fixture: a hundred English lines of the background, twenty of each other language.
fn texts() -> impl Iterator<Item = &'static str> {
    let lists = [
        (include_str!("../../data/background/en.txt"), 100),
        (include_str!("../../data/background/fi.txt"), 20),
        (include_str!("../../data/background/sv.txt"), 20),
        (include_str!("../../data/background/de.txt"), 20),
    ];
    lists.into_iter().flat_map(|(lines, count)| lines.lines().take(count))
}

/// Vectors of the published f32 weights, computed in double precision with the `tokenizers` library: 384 numbers a text,
/// each times 32,767.
fn published() -> impl Iterator<Item = Vec<f32>> {
    let numbers = include_bytes!("../fixtures/minilm.i16").as_chunks::<2>().0;
    numbers.chunks_exact(384).map(|row| row.iter().map(|two| f32::from(i16::from_le_bytes(*two)) / 32_767.0).collect())
}

#[test]
fn packed_vectors_point_where_the_published_ones_do() {
    let Some(encoder) = SentenceEncoder::embedded() else { return };
    assert_eq!((encoder.width(), encoder.id().len()), (384, 16));
    let (mut least, mut sum, mut count) = (1.0_f32, 0.0, 0.0);
    for (text, expected) in texts().zip(published()) {
        let cosine: f32 = encoder.encode(&normalise(text)).iter().zip(&expected).map(|(a, b)| a * b).sum();
        (least, sum, count) = (least.min(cosine), sum + cosine, count + 1.0);
    }
    assert!(count > 159.0 && least > 0.98 && sum / count > 0.994, "least {least}, mean {}", sum / count);
}

#[test]
fn odd_texts_have_vectors() {
    let Some(encoder) = SentenceEncoder::embedded() else { return };
    for text in ["", "?", "你好", &"word ".repeat(500)] {
        let length: f32 = encoder.encode(text).iter().map(|x| x * x).sum();
        assert!((length - 1.0).abs() < 1e-4, "{text}");
    }
}

#[test]
fn files_that_are_no_encoder_are_refused() {
    assert!(SentenceEncoder::open(b"GHSENTEN").is_err());
    assert!(pack_sentence(b"{}", "", b"", Precision::Small).is_err());
    let config = br#"{"hidden_size":64,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":64,
        "max_position_embeddings":8,"hidden_act":"gelu"}"#;
    let error = pack_sentence(config, "[CLS]\n[SEP]\n[UNK]", b"\x02\0\0\0\0\0\0\0{}", Precision::Close).unwrap_err();
    assert!(error.to_string().contains("word_embeddings"), "{error}");
}

#[test]
fn the_better_tier_is_stored_with_the_name_of_its_encoder() {
    let Some(encoder) = SentenceEncoder::embedded() else { return };
    let model = Model::fit_with(&shop(), Some(&encoder)).unwrap();
    let query = Query { text: "the courier never showed up", language: None };
    let prediction = model.predict(&query);
    assert_eq!((prediction.tier, prediction.ranking[0].intent), (Tier::Encoder, 0));
    assert_eq!(model.explain(&query).prediction, prediction);
    let bytes = model.to_bytes();
    let back = Model::from_bytes(&bytes).unwrap();
    assert_eq!((back.predict(&query), back.facts()), (prediction, model.facts()));
    assert_eq!(model.facts().missing_encoder, None);
}
