//! Problem documents (RFC 9457): the one shape in which the API declines.

pub mod catalogue;
mod refusals;
mod view;

use std::{borrow::Cow, error::Error, fmt, iter, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use guildhall_domain::Flaw;

pub use self::{
    catalogue::Kind,
    view::{FlawView, ProblemView},
};
use super::RequestId;

/// The media type of problem documents.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request is declined. Made from a `Refusal`, or from a [`Kind`] where only HTTP knows the reason.
pub struct Problem(Box<Parts>);

struct Parts {
    kind: &'static Kind,
    detail: Cow<'static, str>,
    errors: Vec<Flaw>,
    required: Option<&'static str>,
    tenants: Option<Vec<String>>,
    current_etag: Option<String>,
    violated_policies: Option<Vec<&'static str>>,
    retry_after: Option<Duration>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Problem {
    /// A problem of this kind, with its usual detail.
    #[must_use]
    pub fn new(kind: &'static Kind) -> Self {
        let retry_after = match kind.status {
            503 => Some(Duration::from_secs(2)),
            _ => None,
        };
        Self(Box::new(Parts {
            kind,
            detail: Cow::Borrowed(kind.when),
            errors: Vec::new(),
            required: None,
            tenants: None,
            current_etag: None,
            violated_policies: None,
            retry_after,
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// A fault of ours: 500, whose cause is for the log alone.
    #[must_use]
    pub fn broken(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(&catalogue::INTERNAL).because(cause)
    }

    /// Says it more finely than the kind does. For people; never with internals.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = detail.into();
        self
    }

    /// Names what is wrong in the body, each at its place.
    #[must_use]
    pub fn errors(mut self, flaws: Vec<Flaw>) -> Self {
        self.0.errors = flaws;
        self
    }

    /// Names the limits that were reached.
    #[must_use]
    pub fn violating(mut self, policies: Vec<&'static str>) -> Self {
        self.0.violated_policies = Some(policies);
        self
    }

    /// When to come back; written in whole seconds, a little spread between requests.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> &'static Kind {
        self.0.kind
    }

    /// The cause with all that lies behind it, on one line, for the log.
    #[must_use]
    pub fn causes(&self) -> String {
        let first = self.0.cause.as_deref().map(|cause| cause as &(dyn Error + 'static));
        let chain: Vec<_> = iter::successors(first, |&error| error.source()).map(ToString::to_string).collect();
        chain.join(": ")
    }

    /// The document, as part of the request that this task serves.
    #[must_use]
    pub fn view(&self) -> ProblemView {
        ProblemView::of(self)
    }

    fn wait(&self) -> Option<u64> {
        let wait = self.0.retry_after?;
        let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1);
        let spread = RequestId::current().map_or(0, |id| id.spread(seconds / 4));
        Some(seconds.saturating_add(spread))
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("kind", &self.0.kind.slug)
            .field("detail", &self.0.detail)
            .field("errors", &self.0.errors)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind.slug, self.0.detail)
    }
}

impl Error for Problem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((header::CONTENT_TYPE, MEDIA_TYPE));
        if self.0.kind.status == 401 {
            response.insert_header((header::WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#));
        }
        if let Some(seconds) = self.wait() {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        for (name, value) in &self.0.headers {
            response.append_header((name.clone(), value.clone()));
        }
        response.body(serde_json::to_vec(&self.view()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;
    use guildhall_domain::{Conflict, Refusal, refusal::Precondition};
    use serde_json::{Value, json};
    use uuid::Uuid;

    async fn answer(problem: impl Into<Problem>) -> (HttpResponse<()>, Value) {
        let (head, body) = problem.into().error_response().into_parts();
        let body = to_bytes(body).await.unwrap();
        (head, serde_json::from_slice(&body).unwrap())
    }

    fn header<'a>(head: &'a HttpResponse<()>, name: &str) -> Option<&'a str> {
        head.headers().get(name)?.to_str().ok()
    }

    #[actix_web::test]
    async fn a_document_names_its_kind_and_its_request() {
        let id = RequestId::new(Uuid::from_u128(7));
        let (head, body) = id.scope(answer(Refusal::flaw("/name", "too-long", "At most 100."))).await;
        assert_eq!(head.status(), 422);
        assert_eq!(header(&head, "content-type"), Some(MEDIA_TYPE));
        assert_eq!(
            body,
            json!({
                "type": "https://guildhall.dev/problems/invalid",
                "title": "Invalid",
                "status": 422,
                "detail": "The body breaks rules; `errors` names each one and where.",
                "instance": "urn:guildhall:request:req_00000000000000000000000007",
                "errors": [{"pointer": "/name", "code": "too-long", "detail": "At most 100."}],
            })
        );
    }

    #[actix_web::test]
    async fn each_refusal_has_its_status_and_members() {
        let (head, body) = answer(Refusal::Unauthenticated("expired")).await;
        assert_eq!(
            (head.status().as_u16(), body["type"].as_str()),
            (401, Some("https://guildhall.dev/problems/unauthenticated"))
        );
        assert_eq!(header(&head, "www-authenticate"), Some(r#"Bearer error="invalid_token""#));
        assert!(!body.to_string().contains("expired"), "how the proof failed is for the log");

        assert_eq!(answer(Refusal::Unauthenticated("session-revoked")).await.1["title"], "Session revoked");
        assert_eq!(answer(Refusal::Forbidden("draft.edit")).await.1["required"], "draft.edit");
        assert_eq!(answer(Refusal::NotFound).await.0.status(), 404);
        assert_eq!(answer(Conflict::TenantRequired(vec!["a".into()])).await.1["tenants"], json!(["a"]));
        assert_eq!(answer(Refusal::Precondition(Precondition::Missing)).await.0.status(), 428);
        let (head, body) = answer(Refusal::Precondition(Precondition::Stale(4))).await;
        assert_eq!((header(&head, "etag"), body["current_etag"].as_str()), (Some("\"v4\""), Some("\"v4\"")));
        assert_eq!(answer(Refusal::Gone("invitation-used")).await.0.status(), 410);
        assert_eq!(answer(Refusal::Spent("")).await.1["title"], "Idempotency key reused");

        let quota = Refusal::TooMany { retry_after: Duration::from_millis(1200), policy: "tenant" };
        let (head, body) = answer(quota).await;
        assert_eq!((head.status().as_u16(), header(&head, "retry-after")), (429, Some("2")));
        assert_eq!(body["violated-policies"], json!(["tenant"]));
        let guessed = Refusal::TooMany { retry_after: Duration::from_secs(30), policy: "login-account" };
        assert_eq!(answer(guessed).await.1["title"], "Too many attempts");
        let full = Conflict::LimitReached("an intent holds at most 100 answers");
        assert_eq!(answer(full).await.1["detail"], "An intent holds at most 100 answers.");
        let (head, _) = answer(Refusal::Unavailable("overloaded")).await;
        assert_eq!((head.status().as_u16(), header(&head, "retry-after")), (503, Some("2")));
    }

    #[actix_web::test]
    async fn a_broken_one_tells_the_log_and_nobody_else() {
        let problem = Problem::from(Refusal::broken(std::io::Error::other("disk is full")));
        assert_eq!(problem.causes(), "disk is full");
        let (head, body) = answer(problem).await;
        assert_eq!(head.status(), 500);
        assert!(!body.to_string().contains("disk"));
    }

    #[test]
    fn the_console_answers_with_the_same_status() {
        let refusals = [
            Refusal::Invalid(Vec::new()),
            Refusal::Unauthenticated("missing"),
            Refusal::Forbidden("draft.edit"),
            Refusal::NotFound,
            Conflict::InFlight.into(),
            Refusal::Precondition(Precondition::Missing),
            Refusal::Precondition(Precondition::Stale(1)),
            Refusal::Gone("invitation-used"),
            Refusal::Spent("idempotency-key-reused"),
            Refusal::TooMany { retry_after: Duration::from_secs(1), policy: "member" },
            Refusal::Unavailable("bot"),
            Refusal::broken(std::io::Error::other("disk is full")),
        ];
        for refusal in refusals {
            let page = guildhall_console::status_of(&refusal);
            assert_eq!(Problem::from(refusal).status_code(), page);
        }
    }

    #[test]
    fn flaws_of_one_listed_code_make_the_finer_kind() {
        let one = Problem::from(Refusal::flaw("/department", "invalid-reference", "No such department."));
        assert_eq!(one.kind(), &catalogue::INVALID_REFERENCE);
    }
}
