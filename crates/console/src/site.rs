//! Where the console is reached, and which kind of cookie a browser keeps from there.

use actix_web::{
    HttpRequest,
    http::header::{HOST, ORIGIN},
    web::Data,
};

/// The server's address as clients know it; kept as `web::Data`.
#[derive(Debug, Clone, Default)]
pub struct Site {
    base_url: String,
}

impl Site {
    /// The site whose address this is, `https://chat.example.com` and the like.
    #[must_use]
    pub fn new(base_url: &str) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned() }
    }

    fn of(request: &HttpRequest) -> Self {
        request.app_data::<Data<Self>>().map(|site| site.get_ref().clone()).unwrap_or_default()
    }
}

/// The name by which the browser called this server.
fn host(request: &HttpRequest) -> &str {
    request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

/// A laptop: no TLS, and the browser called this machine by one of its own names.
pub(crate) fn is_loopback(request: &HttpRequest) -> bool {
    let host = host(request);
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let own = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    own && !Site::of(request).base_url.starts_with("https://")
}

/// The address that links to this server begin with.
pub(crate) fn base(request: &HttpRequest) -> String {
    if is_loopback(request) { format!("http://{}", host(request)) } else { Site::of(request).base_url }
}

/// Whether a request that changes something was sent by a page of this very server. Every browser of today says so by
/// `Sec-Fetch-Site`, which no page can forge; older ones by `Origin`. One that says neither is not believed.
pub(crate) fn is_own(request: &HttpRequest) -> bool {
    let header = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let origin = header(ORIGIN.as_str());
    match header("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => origin.is_some_and(|origin| {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            origin == Site::of(request).base_url || authority.is_some_and(|of| of == host(request))
        }),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn asked(base_url: &str, headers: &[(&'static str, &'static str)]) -> HttpRequest {
        let request = TestRequest::post().app_data(Data::new(Site::new(base_url)));
        headers.iter().fold(request, |request, header| request.insert_header(*header)).to_http_request()
    }

    #[test]
    fn a_laptop_is_told_by_its_name_and_never_where_there_is_tls() {
        let loopback = |base, host| is_loopback(&asked(base, &[("host", host)]));
        for own in ["localhost", "127.0.0.1:8080", "[::1]:8080", "localhost:1"] {
            assert!(loopback("http://127.0.0.1:8080", own), "{own}");
            assert!(!loopback("https://chat.example.com", own), "{own}");
        }
        for other in ["", "chat.example.com", "localhost.example.com", "127.0.0.1.example.com:80", "::1"] {
            assert!(!loopback("http://127.0.0.1:8080", other), "{other}");
        }
    }

    #[test]
    fn only_an_own_page_may_send_a_form() {
        let own = |headers: &[_]| is_own(&asked("https://chat.example.com", headers));
        assert!(own(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!own(&[("sec-fetch-site", site), ("origin", "https://chat.example.com")]), "{site}");
        }
        assert!(own(&[("origin", "https://chat.example.com")]));
        assert!(own(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:8080")]));
        assert!(!own(&[("host", "127.0.0.1:8080"), ("origin", "http://127.0.0.1:9999")]));
        assert!(!own(&[("origin", "null")]));
        assert!(!own(&[]));
    }
}
