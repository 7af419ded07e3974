//! Headers that carry meaning: versions, idempotency keys, and which form of an answer is wanted.

use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{ACCEPT, HeaderName, IF_MATCH, IF_NONE_MATCH},
};
use guildhall_domain::{Refusal, refusal::Precondition};

use crate::http::problem::{Problem, catalogue as kinds};

/// The strong ETag of a version: `"v3"`, quotes included.
#[must_use]
pub fn etag(version: i64) -> String {
    format!("\"v{version}\"")
}

fn version(tag: &str) -> Option<i64> {
    let digits = tag.trim().strip_prefix("\"v")?.strip_suffix('"')?;
    let plain = digits.len() <= 18 && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

/// The version that a change starts from. Missing or `*`: 428. A tag that is none of ours fits no version, and is told
/// so by the use case (412), after it has asked whether the object may be seen at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl IfMatch {
    /// A version that nothing has.
    const NONE: i64 = -1;
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match text(request, &IF_MATCH) {
            None | Some("" | "*") => Err(Refusal::Precondition(Precondition::Missing).into()),
            Some(tag) => Ok(Self(version(tag).unwrap_or(Self::NONE))),
        })
    }
}

/// Whether the client has this version already (`If-None-Match`), so that 304 will do.
#[must_use]
pub fn unchanged(request: &HttpRequest, current: i64) -> bool {
    text(request, &IF_NONE_MATCH).is_some_and(|tags| {
        tags.trim() == "*" || tags.split(',').any(|tag| version(tag.trim().trim_start_matches("W/")) == Some(current))
    })
}

/// The client's name for this request (`Idempotency-Key`), under which its answer is kept: 1 to 255 printable ASCII
/// characters, 400 otherwise.
pub fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let mut values = request.headers().get_all(HeaderName::from_static("idempotency-key"));
    let good = |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|b| (b' '..=b'~').contains(&b));
    let key = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().ok().filter(good),
        _ => None,
    };
    key.map(|key| Some(key.to_owned())).ok_or_else(|| {
        Problem::new(&kinds::INVALID_HEADER)
            .detail("`Idempotency-Key` is one value of 1 to 255 printable ASCII characters.")
    })
}

/// Checks that `Accept` leaves room for `essence` (`application/json`); 406 otherwise.
pub fn accepts(request: &HttpRequest, essence: &str) -> Result<(), Problem> {
    let Some(wanted) = text(request, &ACCEPT).filter(|wanted| !wanted.trim().is_empty()) else { return Ok(()) };
    let (family, _) = essence.split_once('/').unwrap_or((essence, ""));
    // The most specific range that fits decides, whatever its place in the list (RFC 9110, 12.5.1).
    let quality = wanted
        .split(',')
        .filter_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next()?.to_ascii_lowercase();
            let rank = match name.split_once('/')? {
                ("*", "*") => 0,
                (of, "*") if of == family => 1,
                _ if name == essence => 2,
                _ => return None,
            };
            let zero =
                parts.any(|part| part.strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()).is_some_and(|q| q <= 0.0));
            Some((rank, zero))
        })
        .max_by_key(|(rank, _)| *rank);
    match quality {
        Some((_, false)) => Ok(()),
        _ => Err(Problem::new(&kinds::NOT_ACCEPTABLE)),
    }
}

fn text<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    request.headers().get(name).map(|value| value.to_str().unwrap_or("?"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::{http::header::HeaderValue, test::TestRequest};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), version in 0..i64::MAX) {
            let Ok(value) = HeaderValue::from_bytes(&bytes) else { return Ok(()) };
            let named = |name| TestRequest::default().insert_header((HeaderName::from_static(name), value.clone())).to_http_request();
            if let Ok(Some(key)) = idempotency_key(&named("idempotency-key")) {
                prop_assert_eq!(key.as_bytes(), bytes.as_slice());
            }
            let _ = accepts(&named("accept"), "application/json");
            prop_assert!(!unchanged(&named("if-none-match"), version) || value.to_str().unwrap().contains(['*', 'v']));
            let fits = version < 1_000_000_000_000_000_000;
            prop_assert_eq!(super::version(&etag(version)), Some(version).filter(|_| fits));
        }
    }

    fn request(name: &'static str, value: &str) -> HttpRequest {
        TestRequest::default().insert_header((name, value)).to_http_request()
    }

    async fn extract<T: FromRequest<Error = Problem>>(request: &HttpRequest) -> Result<T, u16> {
        T::extract(request).await.map_err(|problem| problem.kind().status)
    }

    #[actix_web::test]
    async fn if_match_names_a_version() {
        assert_eq!(extract(&request("if-match", r#""v12""#)).await, Ok(IfMatch(12)));
        for tag in [r#"W/"v12""#, "v12", r#""v-1""#, r#""v1", "v2""#, r#""v99999999999999999999""#, "\"vé\""] {
            assert_eq!(extract(&request("if-match", tag)).await, Ok(IfMatch(-1)), "{tag}");
        }
        assert_eq!(extract::<IfMatch>(&request("if-match", "*")).await, Err(428));
        assert_eq!(extract::<IfMatch>(&request("accept", "*/*")).await, Err(428));
    }

    #[test]
    fn if_none_match_knows_its_version_among_others() {
        for (tags, same) in
            [(r#""v3""#, true), (r#""v1", W/"v3""#, true), ("*", true), (r#""v4""#, false), ("v3", false)]
        {
            assert_eq!(unchanged(&request("if-none-match", tags), 3), same, "{tags}");
        }
    }

    #[test]
    fn an_idempotency_key_is_short_and_printable() {
        let key = |value: &str| idempotency_key(&request("idempotency-key", value)).map_err(|p| p.kind().status);
        assert_eq!(key("a b"), Ok(Some("a b".to_owned())));
        assert_eq!(idempotency_key(&request("accept", "x")).map_err(|p| p.kind().status), Ok(None));
        for bad in ["", "é", &"k".repeat(256), &"k".repeat(10_000)] {
            assert_eq!(key(bad), Err(400), "{bad}");
        }
    }

    #[test]
    fn accept_leaves_room_or_does_not() {
        let json = "application/json";
        for (wanted, room) in [
            ("*/*", true),
            ("text/html, application/*;q=0.1", true),
            ("application/json;q=0.5", true),
            ("text/html", false),
            ("*/*, application/json;q=0", false),
            ("application/json; q=0.0", false),
        ] {
            assert_eq!(accepts(&request("accept", wanted), json).is_ok(), room, "{wanted}");
        }
        assert!(accepts(&TestRequest::default().to_http_request(), json).is_ok());
    }
}
