//! The manners of HTTP: problems, extractors, guards, limits. No business is known here.
//!
//! From the outside in, an app wraps [`front::front`] (names the request, dresses and logs the answer), then
//! [`guard::guard`] (bounds, bulkhead, deadline, panics), then compression, then authentication, then
//! [`limits::limit`]; its default service is [`methods::unmatched`]. In actix the last `wrap` is the outermost.

pub mod address;
pub mod class;
pub mod cors;
pub mod deadline;
pub mod extract;
pub mod front;
pub mod guard;
pub mod limits;
pub mod methods;
pub mod problem;
pub mod request_id;
pub mod security;
pub mod tally;

pub use address::TrustedProxies;
pub use extract::{IfMatch, Json, PageQuery, Paged, Path, Query};
pub use front::Ids;
pub use guard::Guard;
pub use limits::Limits;
pub use methods::PathTable;
pub use problem::Problem;
pub use request_id::RequestId;
pub use tally::Tally;
