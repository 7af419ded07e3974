//! A sentence encoder ready to run: from a normalised text to the direction of its meaning.

use super::cache::{Cache, CacheFacts};
use super::layer::{Layer, Norm, read_list};
use super::packing::POSITIONS;
use super::published::Pooling;
use super::tensor::Packed;
use crate::algebra::Matrix;
use crate::encoder::Vocabulary;
use crate::number::wide;
use sha2::{Digest, Sha256};
use std::sync::{Arc, LazyLock};

#[cfg(feature = "sentence")]
static EMBEDDED: LazyLock<Option<Arc<SentenceEncoder>>> = LazyLock::new(|| {
    let packed: &'static [u8] = include_bytes!("../../data/sentence/all-MiniLM-L6-v2.pack");
    SentenceEncoder::open(packed).ok().map(Arc::new)
});
#[cfg(not(feature = "sentence"))]
static EMBEDDED: LazyLock<Option<Arc<SentenceEncoder>>> = LazyLock::new(|| None);

/// Why an encoder could not be packed or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SentenceError {
    /// A file is not the JSON that it should be.
    #[error("{file}: {source}")]
    Json {
        /// Which file.
        file: &'static str,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A tensor is missing, or has another type or size than the configuration says.
    #[error("the weights have no fitting tensor {0}")]
    Tensor(String),
    /// The files are not an encoder of the family that is supported, or not a packed one.
    #[error("{0}")]
    Shape(&'static str),
}

/// A BERT-family encoder. Costs milliseconds a message, so vectors of recent texts are kept; shared by all bots.
#[derive(Debug)]
pub struct SentenceEncoder {
    id: String,
    vocabulary: Vocabulary<'static>,
    marks: [u32; 3],
    packed: &'static [u8],
    places: Matrix,
    norm: Norm,
    layers: Vec<Layer>,
    heads: usize,
    hidden: usize,
    pooling: Pooling,
    cache: Cache,
}

impl SentenceEncoder {
    /// The one that is compiled in by the feature `sentence`: all-MiniLM-L6-v2. Opened at first use.
    #[must_use]
    pub fn embedded() -> Option<Arc<Self>> {
        EMBEDDED.clone()
    }

    /// Opens what [`crate::pack_sentence`] packed. The bytes live as long as the process: leak what was read from a file.
    pub fn open(packed: &'static [u8]) -> Result<Self, SentenceError> {
        Self::read(packed).ok_or(SentenceError::Shape("not a packed sentence encoder"))
    }

    fn read(packed: &'static [u8]) -> Option<Self> {
        let (pooling, mut rest) =
            Pooling::ALL.into_iter().find_map(|kind| Some((kind, packed.strip_prefix(kind.magic())?)))?;
        let mut sizes = [0; 5];
        for size in &mut sizes {
            let (number, after) = rest.split_first_chunk::<4>()?;
            (*size, rest) = (wide(u32::from_le_bytes(*number)), after);
        }
        let [hidden, layers, heads, inner, positions] = sizes;
        let embeddings = rest;
        let words = Packed::read(&mut rest)?;
        let table = Packed::read(&mut rest)?;
        let kind = read_list(&mut rest, hidden)?;
        let fits = heads > 0 && hidden.is_multiple_of(heads) && (words.width, table.width) == (hidden, hidden);
        if !fits || table.rows != positions || positions > POSITIONS {
            return None;
        }
        let mut places = Matrix::zeros(positions, hidden);
        for row in 0..positions {
            places.row_mut(row).copy_from_slice(&kind);
            table.add_row(row, places.row_mut(row));
        }
        let norm = Norm::read(&mut rest, hidden)?;
        let layers = (0..layers).map(|_| Layer::read(&mut rest, hidden, inner)).collect::<Option<Vec<_>>>()?;
        let vocabulary = Vocabulary::new(std::str::from_utf8(rest).ok()?.split('\n'));
        let mark = |name| vocabulary.word(name).filter(|id| wide(*id) < words.rows);
        Some(Self {
            id: name(packed),
            marks: [mark("[CLS]")?, mark("[UNK]")?, mark("[SEP]")?],
            vocabulary,
            packed: embeddings,
            places,
            norm,
            layers,
            heads,
            hidden,
            pooling,
            cache: Cache::default(),
        })
    }

    /// Tells encoders apart: the beginning of the packed bytes' SHA-256, in hexadecimal.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Numbers of a vector.
    #[must_use]
    pub fn width(&self) -> usize {
        self.hidden
    }

    /// What the cache of recent texts' vectors holds and was asked.
    #[must_use]
    pub fn cache_facts(&self) -> CacheFacts {
        self.cache.facts()
    }

    /// Bytes in memory beside the packed ones.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.layers.iter().map(Layer::memory).sum()
    }

    /// The direction of a text's meaning, [`Self::width`] numbers of length 1: the mean of its tokens' rows after the last
    /// layer, or the first of them. Takes milliseconds for a text that is not in the cache.
    #[must_use]
    pub fn encode(&self, text: &str) -> Arc<[f32]> {
        self.cache.get_or_insert(text, || self.forward(text).into())
    }

    fn forward(&self, text: &str) -> Vec<f32> {
        let [start, unknown, end] = self.marks;
        let mut ids = vec![start];
        self.vocabulary.tokens(text, |id| ids.push(id.unwrap_or(unknown)));
        ids.truncate(self.places.rows().saturating_sub(1));
        ids.push(end);
        let mut rows = Matrix::zeros(ids.len(), self.hidden);
        if let Some(words) = Packed::read(&mut { self.packed }) {
            for (at, id) in ids.iter().enumerate() {
                rows.row_mut(at).copy_from_slice(self.places.row(at));
                words.add_row(wide(*id), rows.row_mut(at));
            }
        }
        self.norm.apply(&mut rows);
        for layer in &self.layers {
            rows = layer.apply(&rows, self.heads);
        }
        let mut text = vec![0.0_f32; self.hidden];
        let counted = match self.pooling {
            Pooling::Mean => rows.rows(),
            Pooling::First => 1,
        };
        for row in 0..counted {
            text.iter_mut().zip(rows.row(row)).for_each(|(sum, x)| *sum += x);
        }
        let length = text.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        for x in &mut text {
            *x /= length;
        }
        text
    }
}

/// The first eight bytes of a SHA-256, in hexadecimal.
fn name(packed: &[u8]) -> String {
    let first = Sha256::digest(packed).first_chunk::<8>().copied().unwrap_or_default();
    format!("{:016x}", u64::from_be_bytes(first))
}
