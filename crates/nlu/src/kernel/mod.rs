//! The kernel: how alike two texts are, by meaning, by words and by characters.

mod bank;
mod directions;
mod gram;
mod mixture;
mod postings;

pub(crate) use bank::Bank;
pub(crate) use directions::Directions;
pub(crate) use gram::{Texts, against, gram};
pub(crate) use mixture::{Mixture, Tongue};
pub(crate) use postings::{Postings, damped};
