//! How often a client may ask: which limits a request draws on, and what they say in its answer.
//!
//! [`check`] draws on the limits of the actor whom authentication left in the request, or of the address where there is
//! none. So it runs after authentication ([`limit`] is the middleware for that place), and authentication itself calls
//! it before it answers 401, or guessing credentials would cost nothing.

use std::{fmt::Write as _, time::Duration};

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use guildhall_domain::{Actor, Refusal, Who};
use guildhall_persistence::shared::{Limit, Shared, Verdict, key};

use super::{
    address::{TrustedProxies, rate_key},
    class::Class,
    problem::Problem,
};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

/// Whoever shows no credential, by address.
pub const ADDRESS: Limit = Limit { name: "address", quota: 60, window: MINUTE, burst: 60 };
/// One member, in all sessions.
pub const MEMBER: Limit = Limit { name: "member", quota: 120, window: MINUTE, burst: 120 };
/// One API key.
pub const KEY: Limit = Limit { name: "api-key", quota: 300, window: MINUTE, burst: 300 };
/// A tenant's members and programs together.
pub const TENANT: Limit = Limit { name: "tenant", quota: 600, window: MINUTE, burst: 100 };
/// What a visitor reads.
pub const READING: Limit = Limit { name: "reading", quota: 120, window: MINUTE, burst: 120 };
/// What a visitor writes.
pub const WRITING: Limit = Limit { name: "writing", quota: 20, window: MINUTE, burst: 20 };
/// What visitors at one address write.
pub const WRITING_ADDRESS: Limit = Limit { name: "writing-address", quota: 30, window: MINUTE, burst: 30 };
/// Conversations that visitors at one address open.
pub const CONVERSATIONS: Limit = Limit { name: "conversations", quota: 6, window: HOUR, burst: 6 };

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

/// Where the limits are counted; kept as `web::Data`.
#[derive(Debug, Clone)]
pub struct Limits {
    shared: Option<Shared>,
    proxies: TrustedProxies,
}

impl Limits {
    /// Counted in `shared`, addresses as these proxies vouch for them.
    #[must_use]
    pub const fn new(shared: Shared, proxies: TrustedProxies) -> Self {
        Self { shared: Some(shared), proxies }
    }

    /// No limits at all (`GUILDHALL_RATE_LIMITS=off`).
    #[must_use]
    pub fn off() -> Self {
        Self { shared: None, proxies: TrustedProxies::default() }
    }
}

/// How a request stands with the limits that it drew on, narrowest first.
#[derive(Debug, Default)]
pub struct Standing(Vec<(Limit, Verdict)>);

impl Standing {
    /// Writes `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers).
    pub fn write(&self, headers: &mut HeaderMap) {
        for (name, value) in self.headers() {
            headers.insert(name, value);
        }
    }

    fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let (mut policy, mut standing) = (String::new(), String::new());
        for (Limit { name, quota, window, .. }, verdict) in &self.0 {
            let comma = if policy.is_empty() { "" } else { ", " };
            let _ = write!(policy, "{comma}\"{name}\";q={quota};w={}", window.as_secs());
            let _ = write!(standing, "{comma}\"{name}\";r={};t={}", verdict.remaining, seconds(verdict.reset_after));
        }
        [(POLICY, policy), (STANDING, standing)]
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .filter_map(|(name, text)| Some((name, HeaderValue::from_str(&text).ok()?)))
    }
}

fn seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// Draws on the request's limits; 429 `quota-exceeded` at the first that is used up, and the rest are left alone.
pub async fn check(limits: &Limits, request: &HttpRequest) -> Result<Standing, Problem> {
    let Some(shared) = &limits.shared else { return Ok(Standing::default()) };
    let buckets = buckets(request, &limits.proxies);
    let mut standing = Standing::default();
    for (limit, key) in buckets {
        let verdict = shared.take(&limit, &key, 1).await;
        standing.0.push((limit, verdict));
        if !verdict.allowed {
            let refusal = Refusal::TooMany { retry_after: verdict.retry_after, policy: limit.name };
            return Err(standing
                .headers()
                .fold(refusal.into(), |problem: Problem, (name, value)| problem.header(name, value)));
        }
    }
    Ok(standing)
}

/// The middleware: stands inside authentication, and outside of all that costs anything.
pub async fn limit<B: MessageBody + 'static>(
    limits: Data<Limits>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let standing = check(&limits, request.request()).await?;
    match next.call(request).await {
        Ok(mut answer) => {
            standing.write(answer.headers_mut());
            Ok(answer)
        }
        Err(mut error) => {
            error.add_response_mapper(move |mut answer| {
                standing.write(answer.headers_mut());
                answer
            });
            Err(error)
        }
    }
}

/// The buckets that a request draws on.
fn buckets(request: &HttpRequest, proxies: &TrustedProxies) -> Vec<(Limit, String)> {
    let (path, post) = (request.path(), request.method() == Method::POST);
    let address = || key(None, format_args!("address:{}", rate_key(proxies.client(request))));
    let extensions = request.extensions();
    let Some(actor) = extensions.get::<Actor>() else {
        return match Class::of(path) {
            Class::Probe => Vec::new(),
            Class::Chat | Class::Console | Class::Staff => vec![(ADDRESS, address())],
        };
    };
    let tenant = Some(actor.scope.tenant());
    let opens = post && path.ends_with("/conversations");
    match actor.who {
        Who::Member { .. } => vec![(MEMBER, key(tenant, actor.reference())), (TENANT, key(tenant, "all"))],
        Who::Key { .. } => vec![(KEY, key(tenant, actor.reference())), (TENANT, key(tenant, "all"))],
        Who::Channel(_) | Who::Visitor { .. } if opens => vec![(CONVERSATIONS, address())],
        Who::Channel(_) => vec![(ADDRESS, address())],
        Who::Visitor { .. } if post => vec![(WRITING, key(tenant, actor.reference())), (WRITING_ADDRESS, address())],
        Who::Visitor { .. } => vec![(READING, key(tenant, actor.reference()))],
        Who::System => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpResponse, dev::Service as _, middleware::from_fn, test, web};
    use guildhall_domain::{Id, TenantScope};
    use uuid::Uuid;

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "limits count any tenant's actor")]
    fn actor(who: Who) -> Actor {
        Actor {
            scope: TenantScope::proven(Id::from_uuid(Uuid::nil())),
            who,
            grants: Vec::new(),
            bounds: None,
            request: None,
        }
    }

    fn id<K>(n: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    /// How many of `tries` pass, and what the last answer says: status, policy, standing, when to come back.
    async fn passing(limits: Limits, actor: Option<Actor>, target: &str, tries: usize) -> (usize, [Option<String>; 3]) {
        let app = App::new()
            .app_data(Data::new(limits))
            .wrap(from_fn(limit::<actix_web::body::BoxBody>))
            .wrap_fn(move |request, service| {
                if let Some(actor) = actor.clone() {
                    request.extensions_mut().insert(actor);
                }
                service.call(request)
            })
            .default_service(web::to(HttpResponse::Ok));
        let app = test::init_service(app).await;
        let (mut passed, mut last) = (0, [None, None, None]);
        for _ in 0..tries {
            let (method, path) = target.split_once(' ').unwrap();
            let request = test::TestRequest::with_uri(path).method(method.parse().unwrap());
            let request = request.peer_addr("192.0.2.1:1".parse().unwrap()).to_request();
            let answer = match test::try_call_service(&app, request).await {
                Ok(answer) => answer.into_parts().1.map_into_boxed_body(),
                Err(error) => error.error_response(),
            };
            passed += usize::from(answer.status() == 200);
            last = ["ratelimit-policy", "ratelimit", "retry-after"]
                .map(|name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()));
        }
        (passed, last)
    }

    fn on() -> Limits {
        Limits::new(Shared::local(), TrustedProxies::default())
    }

    #[actix_web::test]
    async fn strangers_count_by_address() {
        let (passed, [policy, standing, retry]) = passing(on(), None, "POST /v1/sessions", 61).await;
        assert_eq!(passed, 60);
        assert_eq!(policy.as_deref(), Some("\"address\";q=60;w=60"));
        assert_eq!(standing.as_deref(), Some("\"address\";r=0;t=60"));
        assert_eq!(retry.as_deref(), Some("1"));
    }

    #[actix_web::test]
    async fn members_count_alone_and_together() {
        let member = Some(actor(Who::Member { id: id(1), session: id(2) }));
        let (passed, [policy, standing, _]) = passing(on(), member, "GET /v1/me", 101).await;
        assert_eq!(passed, 100, "the tenant's burst");
        assert_eq!(policy.as_deref(), Some("\"member\";q=120;w=60, \"tenant\";q=600;w=60"));
        assert!(standing.is_some_and(|text| text.contains("\"tenant\";r=0;t=10")));
    }

    #[actix_web::test]
    async fn a_key_counts_by_itself_and_with_its_tenant() {
        let program = |n| Some(actor(Who::Key { id: id(n), maker: id(1) }));
        let (passed, [policy, ..]) = passing(on(), program(2), "GET /v1/departments", 101).await;
        assert_eq!(passed, 100, "the tenant's burst");
        assert_eq!(policy.as_deref(), Some("\"api-key\";q=300;w=60, \"tenant\";q=600;w=60"));
    }

    #[actix_web::test]
    async fn visitors_open_write_and_read_by_measure() {
        let visitor = || Some(actor(Who::Visitor { id: id(1), channel: id(2) }));
        let channel = || Some(actor(Who::Channel(id(2))));
        let (open, messages) = ("/v1/chat/conversations", "/v1/chat/conversations/con_1/messages");
        assert_eq!(passing(on(), channel(), &format!("POST {open}"), 8).await.0, 6);
        assert_eq!(passing(on(), visitor(), &format!("POST {messages}"), 25).await.0, 20);
        assert_eq!(passing(on(), visitor(), &format!("GET {messages}"), 25).await.0, 25);
        let limits = on();
        assert_eq!(passing(limits.clone(), visitor(), &format!("POST {messages}"), 20).await.0, 20);
        let other = Some(actor(Who::Visitor { id: id(9), channel: id(2) }));
        assert_eq!(passing(limits, other, &format!("POST {messages}"), 20).await.0, 10, "one address, 30 in all");
    }

    #[actix_web::test]
    async fn off_means_off_and_probes_are_free() {
        assert_eq!(passing(Limits::off(), None, "GET /v1/me", 100).await, (100, [None, None, None]));
        assert_eq!(passing(on(), None, "GET /livez", 100).await, (100, [None, None, None]));
    }
}
