//! Measuring the engine on labelled rows: what `guildhall nlu eval` prints.

mod metrics;
mod noise;
mod options;
mod report;
mod rows;

pub use crate::Tier;
pub use options::{Noise, Options, UnknownNoise};
pub use report::{EvalError, Report, Sets, evaluate};
pub use rows::{OUT_OF_SCOPE, ReadError, Row, read};
