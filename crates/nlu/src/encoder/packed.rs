//! The encoder that every bot has: potion-base-8M, compiled in, shared by all.

use super::pack::unpack;
use super::wordpiece::Vocabulary;
use crate::number::wide;
use std::sync::LazyLock;

/// Numbers of a text's vector.
pub(crate) const WIDTH: usize = 256;

static PACKED: &[u8] = include_bytes!("../../data/encoder/potion-base-8M.pack");
static SHARED: LazyLock<Encoder> = LazyLock::new(|| Encoder::open(PACKED));

/// Token vectors, each byte times its row's scale.
pub(crate) struct Encoder {
    vocabulary: Vocabulary<'static>,
    scales: Vec<f32>,
    rows: &'static [u8],
}

impl Encoder {
    /// The compiled one.
    pub(crate) fn shared() -> &'static Self {
        &SHARED
    }

    /// Opens packed bytes; of bytes that are no encoder it makes one that knows no word.
    fn open(packed: &'static [u8]) -> Self {
        match unpack(packed, WIDTH) {
            Some(sections) => Self {
                vocabulary: Vocabulary::new(sections.tokens.split('\n')),
                scales: sections.scales,
                rows: sections.rows,
            },
            None => Self { vocabulary: Vocabulary::new(std::iter::empty()), scales: Vec::new(), rows: &[] },
        }
    }

    pub(crate) fn vocabulary(&self) -> &Vocabulary<'static> {
        &self.vocabulary
    }

    /// The direction of the sum of a normalised text's token vectors: [`WIDTH`] numbers of length 1, or all 0 where no
    /// token is known.
    pub(crate) fn encode(&self, text: &str) -> Vec<f32> {
        let mut sum = vec![0.0_f32; WIDTH];
        self.vocabulary.tokens(text, |id| {
            let Some(id) = id else { return };
            let from = wide(id) * WIDTH;
            if let (Some(row), Some(scale)) = (self.rows.get(from..from + WIDTH), self.scales.get(wide(id))) {
                for (total, byte) in sum.iter_mut().zip(row) {
                    *total += scale * f32::from(byte.cast_signed());
                }
            }
        });
        let norm = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
        if norm > 0.0 {
            for x in &mut sum {
                *x /= norm;
            }
        }
        sum
    }
}

/// Bytes and the scale that turns them back, the largest number becoming ±127.
pub(crate) fn quantise(row: &[f32]) -> (Vec<i8>, f32) {
    let largest = row.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
    let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
    (row.iter().map(|x| crate::number::byte(x / scale)).collect(), scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosine(a: &str, b: &str) -> f32 {
        let encoder = Encoder::shared();
        encoder.encode(a).iter().zip(encoder.encode(b)).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn what_means_alike_lies_close() {
        // Computed from the published f32 weights with the `tokenizers` library.
        let published = [
            ("where is my parcel", "has the package arrived", 0.33974),
            ("where is my parcel", "i like jazz music", -0.05007),
            ("pakettini on myöhässä", "missä paketti viipyy", 0.54682),
            ("i can't top-up my card", "top up failed!", 0.41303),
        ];
        for (a, b, expected) in published {
            assert!((cosine(a, b) - expected).abs() < 0.005, "{a} / {b}: {}", cosine(a, b));
        }
        assert!((cosine("hello", "hello") - 1.0).abs() < 1e-5);
        assert!(cosine("hello", "").abs() < f32::EPSILON);
    }

    #[test]
    fn tokens_are_those_of_the_published_tokenizer() {
        let mut ids = Vec::new();
        Encoder::shared().vocabulary().tokens("pakettini on myöhässä i can't top-up", |id| ids.extend(id));
        assert_eq!(ids, [21196, 17325, 2496, 1012, 1032, 10637, 11060, 1056, 51, 1070, 11, 62, 1333, 17, 1045]);
    }
}
