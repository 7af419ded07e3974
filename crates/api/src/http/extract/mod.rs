//! What a request brings, read strictly: body, query, path and the few headers that mean something.
//!
//! All but the body are synchronous, so that a permit that stands first in a handler's list always answers first.

mod headers;
mod json;
mod page;
mod path;
mod place;
mod query;
mod shape;
mod strict;
mod wording;

pub use self::{
    headers::{IfMatch, accepts, etag, idempotency_key, unchanged},
    json::{BODY_TIME, JSON_LIMIT, Json, check_type, parse, read},
    page::{Everything, PageQuery, Paged, cursor_text},
    path::Path,
    query::Query,
};
pub(super) use wording::sentence;
