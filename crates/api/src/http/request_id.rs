//! The name of one request, `req_` and a UUIDv7 in base32: every answer and every log line about it carries it.

use std::fmt;

use actix_web::http::header::HeaderValue;
use guildhall_domain::{Id, id::Kind};
use uuid::Uuid;

/// The header that carries it, on every response.
pub const REQUEST_ID: &str = "request-id";

/// What the identifier names.
#[derive(Debug)]
pub enum Request {}

impl Kind for Request {
    const PREFIX: &'static str = "req";
}

/// The name of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(Id<Request>);

tokio::task_local! {
    static CURRENT: RequestId;
}

impl RequestId {
    /// Names a request with this UUID.
    #[must_use]
    pub const fn new(uuid: Uuid) -> Self {
        Self(Id::from_uuid(uuid))
    }

    /// The request that this task serves, if it serves one.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|id| *id).ok()
    }

    /// Runs `work` as part of this request.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// A number from 0 to `most` that differs between requests, so that those turned away don't come back together.
    #[must_use]
    pub fn spread(self, most: u64) -> u64 {
        let (_, low) = self.0.uuid().as_u64_pair();
        low.checked_rem(most.saturating_add(1)).unwrap_or(0)
    }

    /// As a header.
    #[must_use]
    pub fn header(self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.to_string()).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
