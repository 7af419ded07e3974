//! Why not: the closed set of reasons for which the house declines, whoever asks and by whatever door.

use std::time::Duration;

/// One thing wrong with what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// JSON Pointer (RFC 6901) into the body.
    pub pointer: String,
    /// A stable code for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub detail: String,
}

/// Gathers flaws while a body is read, so that one answer names them all.
#[derive(Debug, Default)]
pub struct Flaws(Vec<Flaw>);

impl Flaws {
    /// Notes a flaw at `pointer`.
    pub fn add(&mut self, pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        self.0.push(Flaw { pointer: pointer.into(), code, detail: detail.into() });
    }

    /// Keeps what parsed, or notes why it did not.
    pub fn take<T>(&mut self, pointer: impl Into<String>, parsed: Result<T, crate::text::TextFlaw>) -> Option<T> {
        parsed.map_err(|flaw| self.add(pointer, flaw.code(), flaw.to_string())).ok()
    }

    /// The value if nothing was wrong, else everything that was.
    pub fn settle<T>(self, value: Option<T>) -> Result<T, Refusal> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(Refusal::Invalid(self.0)),
        }
    }
}

/// What stands in the way of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// The department key is in use.
    DepartmentKeyTaken,
    /// The department has another intent of that name.
    IntentNameTaken,
    /// A member of this tenant has that e-mail.
    EmailTaken,
    /// The password fits in several companies; these are their slugs.
    TenantRequired(Vec<String>),
    /// The tenant would be left without a leader.
    LastLeader,
    /// The department would be left without an owner.
    LastOwner,
    /// The department has an owner, who grants its roles.
    OwnerGrants,
    /// The department still holds content or people.
    DepartmentNotEmpty,
    /// The same request is still being worked on.
    InFlight,
    /// The same request was done; its answer held secrets and is not shown twice.
    AlreadyDone,
    /// The intent, department or list holds as many as it may.
    LimitReached(&'static str),
    /// The question that this choice answers is no longer open.
    ChoiceClosed,
    /// The release has not been built or did not go live, so it can't be restored.
    ReleaseNotBuilt,
}

/// Which precondition failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precondition {
    /// `If-Match` was not sent.
    Missing,
    /// `If-Match` names another version than the current one.
    Stale(i64),
}

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// What was sent can't be understood or breaks a rule of its own.
    #[error("invalid")]
    Invalid(Vec<Flaw>),
    /// Nobody proved who they are; the code says in one word how the proof failed.
    #[error("unauthenticated: {0}")]
    Unauthenticated(&'static str),
    /// The actor may know of it but not do this; names the action that would be needed.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// The key's scopes leave this action out, or its departments do not reach as far; names the action.
    #[error("out of scope: {0}")]
    OutOfScope(&'static str),
    /// Nobody gives what they do not hold; names the action.
    #[error("beyond one's own: {0}")]
    BeyondOwn(&'static str),
    /// It does not exist, or the actor may not know that it does.
    #[error("not found")]
    NotFound,
    /// The present state stands in the way.
    #[error("conflict: {0:?}")]
    Conflict(Conflict),
    /// `If-Match` is missing or stale.
    #[error("precondition: {0:?}")]
    Precondition(Precondition),
    /// It was there once and is used up.
    #[error("gone: {0}")]
    Gone(&'static str),
    /// The same key was used for another request.
    #[error("spent: {0}")]
    Spent(&'static str),
    /// Too often; how long to wait, and which limit it was.
    #[error("too many: {policy}")]
    TooMany {
        /// When to come back.
        retry_after: Duration,
        /// The name of the limit.
        policy: &'static str,
    },
    /// Not now: something that is needed is away or overloaded.
    #[error("unavailable: {0}")]
    Unavailable(&'static str),
    /// A fault of ours; the cause is logged and never shown.
    #[error("broken")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Refusal {
    /// One flaw alone.
    pub fn flaw(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![Flaw { pointer: pointer.into(), code, detail: detail.into() }])
    }

    /// The thing is not at the version that the request names, but at this one.
    #[must_use]
    pub const fn stale(current: i64) -> Self {
        Self::Precondition(Precondition::Stale(current))
    }

    /// A fault of ours.
    pub fn broken(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Broken(cause.into())
    }
}

impl From<Conflict> for Refusal {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}
