//! The one map from why the house declines to how HTTP says it.

use actix_web::http::header::{self, HeaderValue};
use guildhall_domain::{Conflict, Flaw, Refusal, refusal::Precondition};

use super::{Kind, Problem, catalogue as kinds};
use crate::http::extract::{etag, sentence};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(flaws) => Self::new(kind_of(&flaws)).errors(flaws),
            Refusal::Unauthenticated(code) => Self::new(kinds::UNAUTHENTICATED.finer(code)),
            Refusal::Forbidden(code) => match kinds::FORBIDDEN.finer(code) {
                kind if kind == &kinds::FORBIDDEN => Self::new(kind).required(code),
                finer => Self::new(finer),
            },
            Refusal::OutOfScope(action) => Self::new(&kinds::INSUFFICIENT_SCOPE).required(action),
            Refusal::BeyondOwn(action) => Self::new(&kinds::CANNOT_GRANT_MORE_THAN_HELD).required(action),
            Refusal::NotFound => Self::new(&kinds::NOT_FOUND),
            Refusal::Conflict(conflict) => conflict.into(),
            Refusal::Precondition(Precondition::Missing) => Self::new(&kinds::PRECONDITION_REQUIRED),
            Refusal::Precondition(Precondition::Stale(current)) => {
                Self::new(&kinds::PRECONDITION_FAILED).current_etag(current)
            }
            Refusal::Gone(code) => Self::new(kinds::GONE.finer(code)),
            Refusal::Spent(code) => Self::new(kinds::IDEMPOTENCY_KEY_REUSED.finer(code)),
            Refusal::TooMany { retry_after, policy } => {
                let kind = match policy {
                    "login-account" | "login-network" => &kinds::TOO_MANY_ATTEMPTS,
                    _ => &kinds::QUOTA_EXCEEDED,
                };
                Self::new(kind).violating(vec![policy]).retry_after(retry_after)
            }
            Refusal::Unavailable(code) => Self::new(kinds::UNAVAILABLE.finer(code)).because(code),
            Refusal::Broken(cause) => Self::broken(cause),
        }
    }
}

impl From<Conflict> for Problem {
    fn from(conflict: Conflict) -> Self {
        match conflict {
            Conflict::DepartmentKeyTaken => Self::new(&kinds::DEPARTMENT_KEY_TAKEN),
            Conflict::IntentNameTaken => Self::new(&kinds::INTENT_NAME_TAKEN),
            Conflict::EmailTaken => Self::new(&kinds::EMAIL_TAKEN),
            Conflict::TenantRequired(tenants) => Self::new(&kinds::TENANT_REQUIRED).tenants(tenants),
            Conflict::LastLeader => Self::new(&kinds::LAST_LEADER),
            Conflict::LastOwner => Self::new(&kinds::LAST_OWNER),
            Conflict::OwnerGrants => Self::new(&kinds::OWNER_GRANTS),
            Conflict::DepartmentNotEmpty => Self::new(&kinds::DEPARTMENT_NOT_EMPTY),
            Conflict::InFlight => Self::new(&kinds::IN_FLIGHT),
            Conflict::AlreadyDone => Self::new(&kinds::ALREADY_DONE),
            Conflict::LimitReached(which) => Self::new(&kinds::LIMIT_REACHED).detail(sentence(which)),
            Conflict::ChoiceClosed => Self::new(&kinds::CHOICE_CLOSED),
            Conflict::ReleaseNotBuilt => Self::new(&kinds::RELEASE_NOT_BUILT),
        }
    }
}

/// Flaws that all have one code, which the catalogue lists as a kind, are of that kind.
fn kind_of(flaws: &[Flaw]) -> &'static Kind {
    match flaws {
        [first, rest @ ..] if rest.iter().all(|flaw| flaw.code == first.code) => kinds::INVALID.finer(first.code),
        _ => &kinds::INVALID,
    }
}

impl Problem {
    fn required(mut self, action: &'static str) -> Self {
        self.0.required = Some(action);
        self
    }

    fn tenants(mut self, slugs: Vec<String>) -> Self {
        self.0.tenants = Some(slugs);
        self
    }

    fn current_etag(mut self, version: i64) -> Self {
        let tag = etag(version);
        if let Ok(value) = HeaderValue::from_str(&tag) {
            self.0.headers.push((header::ETAG, value));
        }
        self.0.current_etag = Some(tag);
        self
    }
}
