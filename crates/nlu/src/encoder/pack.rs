//! Packing a static encoder: from the published files to the bytes that are compiled in.
//!
//! Layout, little-endian: magic, tokens (u32), width (u32), a scale a row (f32), the rows (i8, row-major), the tokens parted
//! by line feeds. A value is its byte times its row's scale.

use crate::number::{narrow, wide};
use serde::Deserialize;
use std::collections::HashMap;

pub(crate) const MAGIC: &[u8; 8] = b"GHSTATIC";

/// Why files could not be packed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The header of the weights or the tokenizer is not the JSON that it should be.
    #[error("{file}: {source}")]
    Json {
        /// Which of the files.
        file: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The files don't fit together, or are not a static encoder.
    #[error("{0}")]
    Shape(&'static str),
}

#[derive(Deserialize)]
struct Header {
    embeddings: Tensor,
}

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    shape: [usize; 2],
    data_offsets: [usize; 2],
}

#[derive(Deserialize)]
struct Tokenizer {
    model: WordPiece,
}

#[derive(Deserialize)]
struct WordPiece {
    vocab: HashMap<String, usize>,
}

/// Packs `model.safetensors` (one f32 tensor `embeddings`, token × width) and `tokenizer.json` (`WordPiece`) of a
/// model2vec encoder. Rows are kept at their lengths, which carry the words' weights.
pub fn pack_static(weights: &[u8], tokenizer: &[u8]) -> Result<Vec<u8>, PackError> {
    let (length, rest) = weights.split_first_chunk::<8>().ok_or(PackError::Shape("the weights are too short"))?;
    let length =
        usize::try_from(u64::from_le_bytes(*length)).map_err(|_| PackError::Shape("the header is too long"))?;
    let (header, data) = rest.split_at_checked(length).ok_or(PackError::Shape("the header ends early"))?;
    let json = |file| move |source| PackError::Json { file, source };
    let Tensor { dtype, shape: [tokens, width], data_offsets: [from, to] } =
        serde_json::from_slice::<Header>(header).map_err(json("model.safetensors"))?.embeddings;
    let data = data.get(from..to).ok_or(PackError::Shape("the weights end early"))?;
    if dtype != "F32" || Some(data.len()) != tokens.checked_mul(width).and_then(|n| n.checked_mul(4)) || width == 0 {
        return Err(PackError::Shape("the embeddings are not f32 of the shape they name"));
    }
    let vocab = serde_json::from_slice::<Tokenizer>(tokenizer).map_err(json("tokenizer.json"))?.model.vocab;
    let mut names = vec![None; tokens];
    for (token, id) in &vocab {
        *names.get_mut(*id).ok_or(PackError::Shape("a token without a row"))? = Some(token.as_str());
    }
    let names: Option<Vec<&str>> = names.into_iter().collect();
    let names = names.ok_or(PackError::Shape("a row without a token"))?;
    if names.iter().any(|name| name.contains('\n')) {
        return Err(PackError::Shape("a token with a line feed"));
    }
    let values: Vec<f32> = data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let rows = values.chunks_exact(width).map(super::packed::quantise);
    let (bytes, scales): (Vec<Vec<i8>>, Vec<f32>) = rows.unzip();
    let mut packed = MAGIC.to_vec();
    packed.extend(narrow(tokens).to_le_bytes());
    packed.extend(narrow(width).to_le_bytes());
    packed.extend(scales.iter().flat_map(|scale| scale.to_le_bytes()));
    packed.extend(bytes.iter().flatten().map(|byte| byte.cast_unsigned()));
    packed.extend(names.join("\n").bytes());
    Ok(packed)
}

/// What a packed encoder holds.
pub(crate) struct Sections<'a> {
    pub(crate) scales: Vec<f32>,
    pub(crate) rows: &'a [u8],
    pub(crate) tokens: &'a str,
}

/// Parts packed bytes again; `None` where they are not such, or of another width.
pub(crate) fn unpack(packed: &[u8], width: usize) -> Option<Sections<'_>> {
    let (tokens, rest) = packed.strip_prefix(MAGIC)?.split_first_chunk::<4>()?;
    let (own_width, rest) = rest.split_first_chunk::<4>()?;
    let tokens = wide(u32::from_le_bytes(*tokens));
    if wide(u32::from_le_bytes(*own_width)) != width {
        return None;
    }
    let (scales, rest) = rest.split_at_checked(tokens.checked_mul(4)?)?;
    let (rows, names) = rest.split_at_checked(tokens.checked_mul(width)?)?;
    let scales = scales.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    Some(Sections { scales, rows, tokens: std::str::from_utf8(names).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(header: &str, values: &[f32]) -> Vec<u8> {
        let mut bytes = u64::try_from(header.len()).unwrap().to_le_bytes().to_vec();
        bytes.extend(header.bytes());
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        bytes
    }

    #[test]
    fn packed_rows_come_back() {
        let header = r#"{"embeddings":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#;
        let weights = weights(header, &[1.0, -2.0, 0.5, 0.0, 0.0, 0.0]);
        let packed = pack_static(&weights, br###"{"model":{"vocab":{"a":0,"##b":1}}}"###).unwrap();
        let sections = unpack(&packed, 3).unwrap();
        assert_eq!(sections.tokens, "a\n##b");
        assert_eq!(sections.rows[1].cast_signed(), -127);
        assert!((sections.scales[0] * 127.0 - 2.0).abs() < 1e-6);
        assert!(unpack(&packed, 4).is_none() && unpack(&packed[..20], 3).is_none());
    }

    #[test]
    fn files_that_do_not_fit_are_refused() {
        let header = r#"{"embeddings":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#;
        let good = weights(header, &[0.0; 6]);
        for vocab in [r#"{"a":0}"#, r#"{"a":0,"b":2}"#, r#"{"a":0,"b\n":1}"#] {
            let tokenizer = format!(r#"{{"model":{{"vocab":{vocab}}}}}"#);
            assert!(pack_static(&good, tokenizer.as_bytes()).is_err(), "{vocab}");
        }
        assert!(pack_static(&good[..40], b"{}").is_err() && pack_static(b"", b"{}").is_err());
    }
}
