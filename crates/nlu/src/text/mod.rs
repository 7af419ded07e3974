//! What is done to text before anything is counted: one normal form, words and n-grams.

mod ngrams;
mod normalise;
mod words;

pub(crate) use ngrams::{char_ngrams, word_ngrams};
pub use normalise::{MAX_CHARS, normalise};
pub(crate) use words::words;
