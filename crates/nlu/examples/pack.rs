//! `pack static|sentence DIRECTORY PACKED`: the library's side of `guildhall nlu pack-encoder`.

use guildhall_nlu::{Precision, PublishedEncoder, pack_sentence, pack_static};
use std::fs::{read, write};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [kind, directory, packed] =
        std::env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "three words")?;
    let path = |name: &str| Path::new(&directory).join(name);
    let weights = read(path("model.safetensors"))?;
    let bytes = match kind.as_str() {
        "static" => pack_static(&weights, &read(path("tokenizer.json"))?)?,
        _ => {
            let (config, vocabulary) = (read(path("config.json"))?, read(path("vocab.txt"))?);
            let files = PublishedEncoder {
                config: &config,
                weights: &weights,
                vocabulary: Some(&vocabulary),
                ..PublishedEncoder::default()
            };
            pack_sentence(&files, Precision::Small)?
        }
    };
    Ok(write(packed, bytes)?)
}
