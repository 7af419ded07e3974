//! From a published encoder to one packed file.
//!
//! Layout, little-endian: a magic that tells the pooling; hidden, layers, heads, intermediate, positions (u32); word, position and type embeddings
//! and the norm after them; by layer query, key, value, output with a norm, intermediate, output with a norm; at last the
//! tokens, parted by line feeds. Each table is written by `tensor`, its bias and each norm as counted f32.

use super::encoder::SentenceError;
use super::published::{Config, Pooling, PublishedEncoder};
use super::tensor::{WHOLE, write};
use crate::number::narrow;
use serde::Deserialize;
use std::collections::HashMap;

/// Tokens of a message that are read, the two marks around it among them.
pub(crate) const POSITIONS: usize = 128;

/// How many bits a packed encoder spends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Six a weight and four an embedding: a sixth of the published size, for what is compiled in.
    Small,
    /// Eight for both: a quarter, for an encoder that is loaded from files.
    Close,
    /// All: the published f32, for telling what the others lose. Twice the time of the others.
    Full,
}

impl Precision {
    /// Bits of a weight, of a word's embedding and of a position's.
    fn bits(self) -> [u32; 3] {
        match self {
            Self::Small => [6, 4, 7],
            Self::Close => [8; 3],
            Self::Full => [WHOLE; 3],
        }
    }
}

impl Pooling {
    /// All there are.
    pub(crate) const ALL: [Self; 2] = [Self::Mean, Self::First];

    /// What a packed file begins with.
    pub(crate) fn magic(self) -> &'static [u8; 8] {
        match self {
            Self::Mean => b"GHSENTEN",
            Self::First => b"GHSENTCL",
        }
    }
}

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    data_offsets: [usize; 2],
}

/// The tensors of a safetensors file, f32 or f16.
struct Tensors<'a> {
    entries: HashMap<String, serde_json::Value>,
    data: &'a [u8],
}

impl<'a> Tensors<'a> {
    fn read(file: &'a [u8]) -> Result<Self, SentenceError> {
        let broken = SentenceError::Shape("the weights have no header");
        let (length, rest) = file.split_first_chunk::<8>().ok_or(broken)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
        let (header, data) =
            rest.split_at_checked(length).ok_or(SentenceError::Shape("the weights' header ends early"))?;
        let entries =
            serde_json::from_slice(header).map_err(|source| SentenceError::Json { file: "weights", source })?;
        Ok(Self { entries, data })
    }

    /// A tensor's numbers; names may stand with or without the model's prefix.
    fn get(&self, name: &str, count: usize) -> Result<Vec<f32>, SentenceError> {
        let missing = || SentenceError::Tensor(name.to_owned());
        let entry = self.entries.get(name).or_else(|| self.entries.get(&format!("bert.{name}"))).ok_or_else(missing)?;
        let Entry { dtype, data_offsets: [from, to] } = Entry::deserialize(entry).map_err(|_| missing())?;
        let bytes = self.data.get(from..to).ok_or_else(missing)?;
        let values: Vec<f32> = match dtype.as_str() {
            "F32" => bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect(),
            "F16" => bytes.as_chunks::<2>().0.iter().map(|two| half(u16::from_le_bytes(*two))).collect(),
            _ => return Err(missing()),
        };
        if values.len() == count { Ok(values) } else { Err(missing()) }
    }
}

/// An IEEE half as a single.
fn half(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (bits >> 15, (bits >> 10) & 0x1f, bits & 0x3ff);
    let size = match exponent {
        0 => f32::from(fraction) * 2.0_f32.powi(-24),
        _ => f32::from(1024 + fraction) * 2.0_f32.powi(i32::from(exponent) - 25),
    };
    if sign == 1 { -size } else { size }
}

/// Packs an uncased BERT with GELU. The hidden and intermediate sizes must be multiples of 64.
pub fn pack_sentence(files: &PublishedEncoder<'_>, precision: Precision) -> Result<Vec<u8>, SentenceError> {
    let config = files.config()?;
    let Config { hidden_size: hidden, intermediate_size: inner, .. } = config;
    if config.hidden_act != "gelu" || hidden == 0 || !hidden.is_multiple_of(64) || !inner.is_multiple_of(64) {
        return Err(SentenceError::Shape("not a BERT with GELU whose sizes are multiples of 64"));
    }
    let tensors = Tensors::read(files.weights)?;
    let tokens = files.tokens()?;
    let positions = POSITIONS.min(config.max_position_embeddings);
    let [bits, of_words, of_places] = precision.bits();
    let mut out = files.pooling()?.magic().to_vec();
    for number in [hidden, config.num_hidden_layers, config.num_attention_heads, inner, positions] {
        out.extend(narrow(number).to_le_bytes());
    }
    let words = tensors.get("embeddings.word_embeddings.weight", tokens.len() * hidden)?;
    write(&mut out, hidden, &words, of_words);
    let places = tensors.get("embeddings.position_embeddings.weight", config.max_position_embeddings * hidden)?;
    write(&mut out, hidden, places.get(..positions * hidden).unwrap_or_default(), of_places);
    let types = tensors.get("embeddings.token_type_embeddings.weight", 2 * hidden)?;
    list(&mut out, types.get(..hidden).unwrap_or_default());
    let norm = |out: &mut Vec<u8>, name: &str| -> Result<(), SentenceError> {
        for part in ["weight", "bias"] {
            list(out, &tensors.get(&format!("{name}.LayerNorm.{part}"), hidden)?);
        }
        Ok(())
    };
    norm(&mut out, "embeddings")?;
    for layer in 0..config.num_hidden_layers {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        let table = |out: &mut Vec<u8>, part: &str, inputs: usize, outputs: usize| -> Result<(), SentenceError> {
            write(out, inputs, &tensors.get(&name(&format!("{part}.weight")), inputs * outputs)?, bits);
            list(out, &tensors.get(&name(&format!("{part}.bias")), outputs)?);
            Ok(())
        };
        for part in ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"] {
            table(&mut out, part, hidden, hidden)?;
        }
        norm(&mut out, &name("attention.output"))?;
        table(&mut out, "intermediate.dense", hidden, inner)?;
        table(&mut out, "output.dense", inner, hidden)?;
        norm(&mut out, &name("output"))?;
    }
    out.extend(tokens.join("\n").bytes());
    Ok(out)
}

/// Counted f32.
fn list(out: &mut Vec<u8>, values: &[f32]) {
    out.extend(narrow(values.len()).to_le_bytes());
    out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read() {
        for (bits, value) in [(0x3c00, 1.0), (0xc000, -2.0), (0x0001, 2.0_f32.powi(-24)), (0x3555, 0.333_251_95)] {
            assert!((half(bits) - value).abs() < 1e-9, "{bits:x}");
        }
    }
}
