//! Repair of misspelt messages: a word that nobody knows becomes the likeliest one that somebody does.

mod distance;
mod speller;
mod wordlist;

pub use speller::Repair;
pub(crate) use speller::{Speller, apply};
pub(crate) use wordlist::Wordlist;
