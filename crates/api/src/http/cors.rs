//! Which web pages may call the chat routes from a browser: those whose origin is listed, letter by letter.

use actix_web::{
    Error, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderMap, HeaderValue},
    },
    middleware::Next,
};

use super::problem::{Problem, catalogue as kinds};

/// The page's origin as the browser states it; more than one, or bytes that are no text, is an origin that nobody lists.
#[must_use]
pub fn origin(request: &HttpRequest) -> Option<&str> {
    let mut values = request.headers().get_all(header::ORIGIN);
    let first = values.next()?;
    Some(if values.next().is_none() { first.to_str().unwrap_or("null") } else { "null" })
}

/// Whether `origin` is on the list: the same scheme, host and port, in the same letters. `null` never is.
#[must_use]
pub fn listed<'a>(origin: &str, allowed: impl IntoIterator<Item = &'a str>) -> bool {
    origin != "null" && allowed.into_iter().any(|one| one == origin)
}

/// Refuses (403) a request from a page that the channel does not list; one without an origin passes unless `needed`.
pub fn check<'a>(
    request: &HttpRequest,
    allowed: impl IntoIterator<Item = &'a str>,
    needed: bool,
) -> Result<(), Problem> {
    let passes = origin(request).map_or(!needed, |origin| listed(origin, allowed));
    if passes { Ok(()) } else { Err(Problem::new(&kinds::ORIGIN_NOT_ALLOWED)) }
}

/// The middleware of chat routes. Answers a preflight, which carries no credential, and lets the page read whatever is
/// answered, errors too, where `known` says that some channel lists the origin. Whether it is *this* channel is for
/// [`check`] to say, after authentication. Cookies are never allowed.
pub async fn around<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
    known: impl AsyncFnOnce(&str) -> bool,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let granted = match origin(request.request()).filter(|origin| *origin != "null").map(ToOwned::to_owned) {
        Some(origin) if known(&origin).await => HeaderValue::from_str(&origin).ok(),
        _ => None,
    };
    if is_preflight(request.request()) {
        let mut answer = HttpResponse::NoContent().finish();
        if granted.is_some() {
            preflight(answer.headers_mut());
        }
        grant(answer.headers_mut(), granted.as_ref());
        return Ok(request.into_response(answer));
    }
    match next.call(request).await {
        Ok(mut answer) => {
            grant(answer.headers_mut(), granted.as_ref());
            Ok(answer.map_into_boxed_body())
        }
        Err(mut error) => {
            error.add_response_mapper(move |mut answer| {
                grant(answer.headers_mut(), granted.as_ref());
                answer
            });
            Err(error)
        }
    }
}

fn is_preflight(request: &HttpRequest) -> bool {
    let headers = request.headers();
    request.method() == Method::OPTIONS
        && headers.contains_key(header::ORIGIN)
        && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PATCH, DELETE"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "Authorization, Content-Type, Idempotency-Key, Client-Request-Id, Last-Event-ID",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn grant(headers: &mut HeaderMap, origin: Option<&HeaderValue>) {
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        let readable = "Request-Id, Retry-After, RateLimit, RateLimit-Policy, Location, ETag";
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(readable));
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{App, middleware::from_fn, test, web};

    use super::*;

    const SHOP: &str = "https://shop.example";

    async fn allowed_origin(method: Method, origin: &str) -> (u16, Option<String>) {
        let refuses = || async { Err::<HttpResponse, _>(Problem::new(&kinds::NOT_FOUND)) };
        let app = App::new()
            .wrap(from_fn(|request, next| around::<BoxBody>(request, next, async |origin| listed(origin, [SHOP]))))
            .route("/", web::get().to(refuses));
        let app = test::init_service(app).await;
        let request = test::TestRequest::default()
            .method(method)
            .insert_header((header::ORIGIN, origin))
            .insert_header((header::ACCESS_CONTROL_REQUEST_METHOD, "POST"));
        let answer = test::call_service(&app, request.to_request()).await;
        assert_eq!(answer.headers().get(header::VARY).unwrap(), "Origin");
        assert!(!answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS));
        let granted = answer.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
        (answer.status().as_u16(), granted.map(|value| value.to_str().unwrap().to_owned()))
    }

    #[actix_web::test]
    async fn a_listed_page_may_ask_and_read_even_errors() {
        assert_eq!(allowed_origin(Method::OPTIONS, SHOP).await, (204, Some(SHOP.to_owned())));
        assert_eq!(allowed_origin(Method::GET, SHOP).await, (404, Some(SHOP.to_owned())));
    }

    #[actix_web::test]
    async fn no_other_page_may() {
        for origin in [
            "https://shop.example.evil.com",
            "http://shop.example",
            "https://shop.example:8443",
            "HTTPS://SHOP.EXAMPLE",
            "null",
        ] {
            assert_eq!(allowed_origin(Method::OPTIONS, origin).await, (204, None), "{origin}");
            assert_eq!(allowed_origin(Method::GET, origin).await, (404, None), "{origin}");
            let request = test::TestRequest::default().insert_header((header::ORIGIN, origin)).to_http_request();
            assert_eq!(check(&request, [SHOP, "null"], false).unwrap_err().kind().slug, "origin-not-allowed");
        }
    }

    #[actix_web::test]
    async fn an_origin_is_needed_only_where_it_is() {
        let request = test::TestRequest::default().to_http_request();
        assert!(check(&request, [SHOP], false).is_ok() && check(&request, [SHOP], true).is_err());
        let twice =
            test::TestRequest::default().append_header((header::ORIGIN, SHOP)).append_header((header::ORIGIN, SHOP));
        assert!(check(&twice.to_http_request(), [SHOP], false).is_err());
    }
}
