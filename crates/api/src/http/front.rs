//! The outermost middleware: names the request, dresses the answer, and writes one line about it.

use std::time::Instant;

use actix_web::{
    Error, HttpMessage, HttpResponse, ResponseError,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName},
    },
    middleware::Next,
    web::Data,
};
use guildhall_console::Declined;
use guildhall_domain::Actor;
use uuid::Uuid;

use super::{
    class::Class,
    problem::{Kind, Problem},
    request_id::{REQUEST_ID, RequestId},
    security,
    tally::{Tally, method_name},
};

/// Where the ids of requests come from: a `UUIDv7` each; kept as `web::Data`.
pub struct Ids(Box<dyn Fn() -> Uuid + Send + Sync>);

impl Ids {
    /// Ids from this source.
    #[must_use]
    pub fn new(source: impl Fn() -> Uuid + Send + Sync + 'static) -> Self {
        Self(Box::new(source))
    }
}

/// Receives a request: gives it an id, and every answer the id, the security headers and, where it is an error without
/// a document, its problem. `HEAD` is served as `GET`; the connection leaves the body out.
pub async fn front(
    ids: Data<Ids>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::new((ids.0)());
    let line = Line::of(&request, id);
    request.extensions_mut().insert(id);
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    id.scope(async {
        match next.call(request).await {
            Ok(answer) => {
                let problem = kind_of_answer(&answer);
                let mut answer = documented(answer.map_into_boxed_body(), id, line.class);
                dress(answer.headers_mut(), id, line.class);
                line.count(answer.status(), problem);
                line.write(answer.status(), answer.request().extensions().get::<Actor>());
                Ok(answer)
            }
            Err(error) => {
                let mut answer = document(&error, id, line.class);
                dress(answer.headers_mut(), id, line.class);
                line.count(answer.status(), Some(kind_of(&error)));
                line.write(answer.status(), None);
                Err(InternalError::from_response(error, answer).into())
            }
        }
    })
    .await
}

fn dress(headers: &mut HeaderMap, id: RequestId, class: Class) {
    if let Some(value) = id.header() {
        headers.insert(HeaderName::from_static(REQUEST_ID), value);
    }
    security::secure(headers, class);
}

/// Of which kind the answer's problem is, if it is one.
fn kind_of_answer(answer: &ServiceResponse<impl MessageBody>) -> Option<&'static Kind> {
    let status = answer.status().as_u16();
    (status >= 400).then(|| answer.response().error().map_or_else(|| Kind::of_status(status), kind_of))
}

fn kind_of(error: &Error) -> &'static Kind {
    let bare = || Kind::of_status(error.as_response_error().status_code().as_u16());
    error.as_error::<Problem>().map_or_else(bare, Problem::kind)
}

/// The answer, or its problem document where an error has none; in the console, a page.
fn documented(answer: ServiceResponse<BoxBody>, id: RequestId, class: Class) -> ServiceResponse<BoxBody> {
    let status = answer.status();
    if status.as_u16() < 400 {
        return answer;
    }
    let document = match answer.response().error() {
        Some(error) if error.as_error::<Problem>().is_some() && class != Class::Console => {
            log(error, id);
            return answer;
        }
        Some(error) => document(error, id, class),
        None if matches!(answer.response().body().size(), BodySize::None | BodySize::Sized(0)) => {
            Problem::new(Kind::of_status(status.as_u16())).error_response()
        }
        None => return answer,
    };
    let (request, bare) = answer.into_parts();
    let mut document = document;
    for (name, value) in bare.headers() {
        // The body is another one, so what is said of its coding is not true any more.
        if *name != header::CONTENT_ENCODING && !document.headers().contains_key(name) {
            document.headers_mut().append(name.clone(), value.clone());
        }
    }
    *document.status_mut() = status;
    ServiceResponse::new(request, document)
}

fn document(error: &Error, id: RequestId, class: Class) -> HttpResponse {
    log(error, id);
    if class == Class::Console {
        return guildhall_console::decline(error, &id.to_string());
    }
    if error.as_error::<Problem>().is_some() {
        return error.error_response();
    }
    let status = error.as_response_error().status_code();
    let mut answer = Problem::new(Kind::of_status(status.as_u16())).error_response();
    *answer.status_mut() = status;
    answer
}

/// A fault is logged once, here, with all its causes.
fn log(error: &Error, id: RequestId) {
    let status = error.as_response_error().status_code();
    let problem = error.as_error::<Problem>().map(Problem::causes);
    let causes = problem.or_else(|| error.as_error::<Declined>().map(Declined::causes));
    let causes = causes.unwrap_or_else(|| error.to_string());
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        tracing::error!(request_id = %id, causes, "broken");
    } else if status.is_server_error() && !causes.is_empty() {
        tracing::warn!(request_id = %id, causes, "unavailable");
    }
}

/// What the log says of a request: no query, no body, no address, nothing that a person wrote.
struct Line {
    id: RequestId,
    client: Option<String>,
    class: Class,
    method: Method,
    route: Option<String>,
    start: Instant,
    tally: Option<Data<Tally>>,
}

impl Line {
    fn of(request: &ServiceRequest, id: RequestId) -> Self {
        Self {
            id,
            client: client_id(request.headers()),
            class: Class::of(request.path()),
            method: request.method().clone(),
            route: request.match_pattern(),
            start: Instant::now(),
            tally: request.app_data::<Data<Tally>>().cloned(),
        }
    }

    fn count(&self, status: StatusCode, problem: Option<&'static Kind>) {
        if let Some(tally) = &self.tally {
            tally.count(&self.method, self.route.as_deref(), (status, problem), self.start.elapsed());
        }
    }

    fn write(&self, status: StatusCode, actor: Option<&Actor>) {
        let tenant = actor.map(|actor| tracing::field::display(actor.scope.tenant()));
        tracing::info!(
            target: "guildhall::access",
            request_id = %self.id,
            client_request_id = self.client,
            method = method_name(&self.method),
            route = self.route.as_deref().unwrap_or("none"),
            status = status.as_u16(),
            ms = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX),
            tenant,
        );
    }
}

/// The client's own name for the request, if it is one that a log can bear.
fn client_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("client-request-id")?.to_str().ok()?;
    let plain = (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    plain.then(|| id.to_owned())
}

#[cfg(test)]
mod tests;
