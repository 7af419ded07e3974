//! The static encoder: a text as the direction of the sum of its tokens' vectors.

mod fnv;
mod pack;
mod packed;
mod wordpiece;

pub use pack::{PackError, pack_static};
pub(crate) use packed::{Encoder, WIDTH, quantise};
pub(crate) use wordpiece::Vocabulary;
