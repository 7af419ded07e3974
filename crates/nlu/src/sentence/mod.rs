//! The sentence encoder: a BERT-family transformer in our own forward pass, packed small.

mod attention;
mod cache;
mod encoder;
mod layer;
mod packing;
mod published;
mod tensor;

pub use cache::CacheFacts;
pub use encoder::{SentenceEncoder, SentenceError};
pub use packing::{Precision, pack_sentence};
pub use published::PublishedEncoder;
