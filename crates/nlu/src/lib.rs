//! The language engine: from phrases by intent to a ranking with a confidence that means something.
//!
//! [`Model::fit`] trains on a [`TrainingSet`], [`Model::predict`] ranks its intents for a [`Query`], and
//! [`Model::to_bytes`] keeps what was learned. Everything is pure and seeded: the same input gives the same output, and
//! nothing here reads a clock, a file or the network while serving. [`eval`] measures the engine on labelled rows.

mod algebra;
mod artefact;
mod background;
mod brain;
mod calibration;
mod cascade;
mod coefficients;
mod draft;
mod encoder;
pub mod eval;
mod facts;
mod features;
mod kernel;
mod language;
mod learning;
mod lexicon;
mod model;
mod number;
mod prediction;
mod random;
mod review;
mod ridge;
mod samples;
mod sentence;
mod sparse;
mod spelling;
mod storage;
mod text;
mod tier;
mod trace;
mod training;

pub use artefact::ArtefactError;
pub use draft::{Draft, Followed};
pub use encoder::{PackError, pack_static};
pub use facts::ModelFacts;
pub use model::Model;
pub use prediction::{Prediction, Query, Ranked};
pub use review::{Alike, Effect, Review, Suspect, Wanting};
pub use sentence::{CacheFacts, Precision, PublishedEncoder, SentenceEncoder, SentenceError, pack_sentence};
pub use spelling::Repair;
pub use text::{MAX_CHARS, normalise};
pub use tier::{Tier, UnknownTier};
pub use trace::{Neighbour, Trace, Weighty};
pub use training::{FitError, TrainingIntent, TrainingPhrase, TrainingSet};

/// The engine that this build speaks for: an artefact of another one is refused and the model fitted again.
pub const ENGINE_VERSION: u32 = 8;
