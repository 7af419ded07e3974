//! The manners of HTTP: problems, extractors, guards, limits. No business is known here.

pub mod extract;
pub mod problem;
pub mod request_id;

pub use extract::{IdempotencyKey, IfMatch, Json, PageQuery, Paged, Path, Query};
pub use problem::Problem;
pub use request_id::RequestId;
