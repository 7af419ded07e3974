//! Measuring the engine on labelled rows: what `guildhall nlu eval` prints.

mod metrics;
mod noise;
mod options;
mod report;
mod rows;

pub use options::{Noise, Options, Tier, UnknownName};
pub use report::{EvalError, Report, evaluate};
pub use rows::{OUT_OF_SCOPE, ReadError, Row, read};
