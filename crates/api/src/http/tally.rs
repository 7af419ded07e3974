//! Requests in figures: how many there were, what kind of answer they got, how long it took. Labels are the routes' own
//! patterns and words of ours, never what a client wrote, so there are as many series as the API has operations.

use std::{borrow::Cow, time::Duration};

use actix_web::http::{Method, StatusCode};
use prometheus_client::{
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

use super::problem::Kind;

/// Half a millisecond to the time at which a handler is given up.
const SECONDS: [f64; 13] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0];

type Word = Cow<'static, str>;
type Asked = [(&'static str, Word); 2];
type Answered = [(&'static str, Word); 3];

/// The counters of requests; kept as `web::Data`, one for all workers.
#[derive(Debug)]
pub struct Tally {
    requests: Family<Answered, Counter>,
    seconds: Family<Asked, Histogram, fn() -> Histogram>,
    problems: Family<[(&'static str, &'static str); 1], Counter>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            problems: Family::default(),
        }
    }
}

impl Tally {
    /// Enters them in the registry that is shown.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "guildhall_http_requests",
            "Requests that were answered, by the class of the status",
            self.requests.clone(),
        );
        registry.register(
            "guildhall_http_request_duration_seconds",
            "How long it took until the answer began",
            self.seconds.clone(),
        );
        registry.register(
            "guildhall_http_problems",
            "Problem documents that were answered, by the last part of their `type`",
            self.problems.clone(),
        );
    }

    /// Counts a request. `route` is the pattern of the route that answered it, if one did.
    pub fn count(
        &self,
        method: &Method,
        route: Option<&str>,
        (status, problem): (StatusCode, Option<&'static Kind>),
        took: Duration,
    ) {
        let route = route.map_or(Cow::Borrowed("none"), |route| Cow::Owned(route.to_owned()));
        let asked = [("method", Cow::Borrowed(method_name(method))), ("route", route)];
        self.seconds.get_or_create(&asked).observe(took.as_secs_f64());
        let [method, route] = asked;
        self.requests.get_or_create(&[method, route, ("status", Cow::Borrowed(class_name(status)))]).inc();
        if let Some(kind) = problem {
            self.problems.get_or_create(&[("type", kind.slug)]).inc();
        }
    }
}

/// The method's name, or `other`: a client may make methods up.
#[must_use]
pub fn method_name(method: &Method) -> &'static str {
    const NAMES: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    NAMES.into_iter().find(|name| *name == method.as_str()).unwrap_or("other")
}

fn class_name(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}
