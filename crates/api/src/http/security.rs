//! The headers that tell a browser to be careful, on every response.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use super::class::Class;

const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Adds what the handler did not set itself.
pub fn secure(headers: &mut HeaderMap, class: Class) {
    let readers = match class {
        Class::Chat => HeaderValue::from_static("cross-origin"),
        Class::Probe | Class::Console | Class::Staff => HeaderValue::from_static("same-origin"),
    };
    for (name, value) in HEADERS.into_iter().chain([(header::CROSS_ORIGIN_RESOURCE_POLICY, readers)]) {
        if !headers.contains_key(&name) {
            headers.insert(name, value);
        }
    }
}
