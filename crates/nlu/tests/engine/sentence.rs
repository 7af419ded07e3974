//! The compiled sentence encoder beside the published one.

use crate::shop::shop;
use guildhall_nlu::{Model, Precision, PublishedEncoder, Query, SentenceEncoder, Tier, normalise, pack_sentence};
use std::path::Path;

/// The texts of the fixture: a thousand of intents' phrases, then lines of the background in four languages.
fn texts() -> impl Iterator<Item = &'static str> {
    let lists = [
        (include_str!("../fixtures/sentences.txt"), 1_000),
        (include_str!("../../data/background/en.txt"), 100),
        (include_str!("../../data/background/fi.txt"), 20),
        (include_str!("../../data/background/sv.txt"), 20),
        (include_str!("../../data/background/de.txt"), 20),
    ];
    lists.into_iter().flat_map(|(lines, count)| lines.lines().take(count))
}

/// Vectors of the published f32 weights, as `tests/reference/minilm.py` makes them: 384 numbers a text, each times 32,767.
fn published() -> impl Iterator<Item = Vec<f32>> {
    let numbers = include_bytes!("../fixtures/minilm.i16").as_chunks::<2>().0;
    numbers.chunks_exact(384).map(|row| row.iter().map(|two| f32::from(i16::from_le_bytes(*two)) / 32_767.0).collect())
}

/// The least and the mean cosine with the published vectors.
fn agreement(encoder: &SentenceEncoder) -> (f32, f32) {
    let cosine = |(text, expected): (&str, Vec<f32>)| -> f32 {
        let product: f32 = encoder.encode(&normalise(text)).iter().zip(&expected).map(|(a, b)| a * b).sum();
        product / expected.iter().map(|x| x * x).sum::<f32>().sqrt()
    };
    let cosines: Vec<f32> = texts().zip(published()).map(cosine).collect();
    assert_eq!(cosines.len(), 1_160);
    (cosines.iter().copied().fold(1.0, f32::min), cosines.iter().sum::<f32>() / 1_160.0)
}

#[test]
fn packed_vectors_point_where_the_published_ones_do() {
    let Some(encoder) = SentenceEncoder::embedded() else { return };
    assert_eq!((encoder.width(), encoder.id().len()), (384, 16));
    let (least, mean) = agreement(&encoder);
    assert!(least > 0.98 && mean > 0.995, "least {least}, mean {mean}");
}

/// Needs the published files: `GUILDHALL_ENCODER_DIR` is their directory.
#[test]
fn loaded_vectors_are_the_published_ones() -> Result<(), Box<dyn std::error::Error>> {
    let Ok(folder) = std::env::var("GUILDHALL_ENCODER_DIR") else { return Ok(()) };
    let read = |name: &str| std::fs::read(Path::new(&folder).join(name));
    let (config, weights) = (read("config.json")?, read("model.safetensors")?);
    let vocabulary = read("vocab.txt")?;
    let files = PublishedEncoder {
        config: &config,
        weights: &weights,
        vocabulary: Some(&vocabulary),
        ..PublishedEncoder::default()
    };
    for (precision, at_least, on_average) in [(Precision::Close, 0.998, 0.9995), (Precision::Full, 0.9999, 0.9999)] {
        let packed = pack_sentence(&files, precision)?;
        let (least, mean) = agreement(&SentenceEncoder::open(packed.leak())?);
        assert!(least > at_least && mean > on_average, "{precision:?}: least {least}, mean {mean}");
    }
    Ok(())
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
    let files = PublishedEncoder { config: b"{}", ..PublishedEncoder::default() };
    assert!(pack_sentence(&files, Precision::Small).is_err());
    let config = br#"{"hidden_size":64,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":64,
        "max_position_embeddings":8,"hidden_act":"gelu"}"#;
    let vocabulary = Some(b"[CLS]\n[SEP]\n[UNK]".as_slice());
    let files = PublishedEncoder { config, weights: b"\x02\0\0\0\0\0\0\0{}", vocabulary, ..files };
    let error = pack_sentence(&files, Precision::Close).unwrap_err();
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
