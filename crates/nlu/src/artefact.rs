//! The stored form of a model: magic, versions, sections, and a checksum over all of it.
//!
//! Little-endian. Each list stands behind its length, and nothing is allocated before the bytes are known to be there,
//! so damaged input costs no more memory than its own size.

use crate::number::{narrow, wide};
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"GHMODEL\0";
const CHECKSUM: usize = 32;

/// Why stored bytes are not a model of this engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArtefactError {
    /// The bytes do not begin as a model does.
    #[error("these bytes are not a stored model")]
    NotAModel,
    /// Another version of the engine wrote it: fit again from the releases.
    #[error("the stored model was fitted by engine {found}, this is engine {expected}: fit it again")]
    OtherEngine {
        /// The version in the artefact.
        found: u32,
        /// [`crate::ENGINE_VERSION`].
        expected: u32,
    },
    /// The checksum does not match: bytes were lost or changed.
    #[error("the stored model is damaged: its checksum does not match")]
    Checksum,
    /// The checksum matches, but the content makes no sense: what is named.
    #[error("the stored model is damaged: {0}")]
    Content(&'static str),
}

/// Writes sections, then seals them.
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn new() -> Self {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(crate::ENGINE_VERSION.to_le_bytes());
        Self(bytes)
    }

    pub(crate) fn number(&mut self, number: usize) {
        self.0.extend(narrow(number).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend(text.as_bytes());
    }

    pub(crate) fn texts<'a>(&mut self, texts: impl ExactSizeIterator<Item = &'a str>) {
        self.number(texts.len());
        texts.for_each(|text| self.text(text));
    }

    pub(crate) fn bytes(&mut self, bytes: impl ExactSizeIterator<Item = u8>) {
        self.number(bytes.len());
        self.0.extend(bytes);
    }

    pub(crate) fn shorts(&mut self, shorts: impl ExactSizeIterator<Item = u16>) {
        self.number(shorts.len());
        self.0.extend(shorts.flat_map(u16::to_le_bytes));
    }

    pub(crate) fn floats(&mut self, floats: &[f32]) {
        self.number(floats.len());
        self.0.extend(floats.iter().flat_map(|float| float.to_le_bytes()));
    }

    pub(crate) fn numbers(&mut self, numbers: &[u32]) {
        self.number(numbers.len());
        self.0.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }

    /// The bytes with their checksum at the end.
    pub(crate) fn seal(mut self) -> Vec<u8> {
        let sum = Sha256::digest(&self.0);
        self.0.extend(sum);
        self.0
    }
}

/// Reads the sections of sealed bytes, in the order they were written.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Opens sealed bytes: magic, then engine, then checksum.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, ArtefactError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ArtefactError::NotAModel)?;
        let (engine, rest) = rest.split_first_chunk().ok_or(ArtefactError::Checksum)?;
        let found = u32::from_le_bytes(*engine);
        if found != crate::ENGINE_VERSION {
            return Err(ArtefactError::OtherEngine { found, expected: crate::ENGINE_VERSION });
        }
        let (content, sum) = rest.split_last_chunk::<CHECKSUM>().ok_or(ArtefactError::Checksum)?;
        let (sealed, _) = bytes.split_at(bytes.len() - CHECKSUM);
        if <[u8; CHECKSUM]>::from(Sha256::digest(sealed)) != *sum {
            return Err(ArtefactError::Checksum);
        }
        Ok(Self(content))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], ArtefactError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(ArtefactError::Content("a section ends early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn words(&mut self) -> Result<impl Iterator<Item = [u8; 4]> + use<'a>, ArtefactError> {
        let length = self.number()?;
        let bytes = self.take(length.checked_mul(4).ok_or(ArtefactError::Content("a list is too long"))?)?;
        Ok(bytes.as_chunks::<4>().0.iter().copied())
    }

    pub(crate) fn number(&mut self) -> Result<usize, ArtefactError> {
        let bytes = self.take(4)?.first_chunk().copied().unwrap_or_default();
        Ok(wide(u32::from_le_bytes(bytes)))
    }

    pub(crate) fn texts(&mut self) -> Result<Vec<String>, ArtefactError> {
        let count = self.number()?;
        let text = |_| {
            let text = std::str::from_utf8(self.bytes()?);
            text.map(str::to_owned).map_err(|_| ArtefactError::Content("a text is not UTF-8"))
        };
        (0..count).map(text).collect()
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], ArtefactError> {
        let length = self.number()?;
        self.take(length)
    }

    pub(crate) fn shorts(&mut self) -> Result<Vec<u16>, ArtefactError> {
        let length = self.number()?;
        let bytes = self.take(length.checked_mul(2).ok_or(ArtefactError::Content("a list is too long"))?)?;
        Ok(bytes.as_chunks::<2>().0.iter().map(|bytes| u16::from_le_bytes(*bytes)).collect())
    }

    /// Finite numbers only.
    pub(crate) fn floats(&mut self) -> Result<Vec<f32>, ArtefactError> {
        let floats: Vec<f32> = self.words()?.map(f32::from_le_bytes).collect();
        let finite = floats.iter().all(|float| float.is_finite());
        finite.then_some(floats).ok_or(ArtefactError::Content("a number is not finite"))
    }

    pub(crate) fn numbers(&mut self) -> Result<Vec<u32>, ArtefactError> {
        Ok(self.words()?.map(u32::from_le_bytes).collect())
    }

    /// Ends reading; what is left over is damage.
    pub(crate) fn close(self) -> Result<(), ArtefactError> {
        if self.0.is_empty() { Ok(()) } else { Err(ArtefactError::Content("bytes are left over")) }
    }
}
