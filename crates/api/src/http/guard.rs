//! The middleware that keeps one request from harming the others: size of the head, room, time, panics.

use std::{any::Any, panic::AssertUnwindSafe, time::Duration};

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web::Data,
};
use futures_util::FutureExt;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{
    class::Class,
    deadline::Deadline,
    extract::accepts,
    problem::{Problem, catalogue as kinds},
};

/// The longest request target.
const TARGET: usize = 8 * 1024;
/// The most headers, and bytes of them.
const HEADERS: (usize, usize) = (100, 16 * 1024);

/// What the guard is set to; kept as `web::Data`, one for all workers.
#[derive(Debug)]
pub struct Guard {
    time: Duration,
    chat: Room,
    staff: Room,
}

/// So many may be inside at once.
#[derive(Debug)]
struct Room {
    places: usize,
    free: Semaphore,
}

impl Room {
    fn new(places: usize) -> Self {
        let places = places.min(Semaphore::MAX_PERMITS);
        Self { places, free: Semaphore::new(places) }
    }
}

impl Default for Guard {
    /// 15 s, 256 chats and 64 others under way.
    fn default() -> Self {
        Self::new(Duration::from_secs(15), 256, 64)
    }
}

impl Guard {
    /// How long a handler may take until it answers, and how many may be under way. A stream's handler is done when the
    /// stream begins, so streams are free of both.
    #[must_use]
    pub fn new(time: Duration, chats: usize, others: usize) -> Self {
        Self { time, chat: Room::new(chats), staff: Room::new(others) }
    }

    const fn room(&self, class: Class) -> Option<&Room> {
        match class {
            Class::Probe => None,
            Class::Chat => Some(&self.chat),
            Class::Console | Class::Staff => Some(&self.staff),
        }
    }

    /// How many requests of a class are under way.
    #[must_use]
    pub fn under_way(&self, class: Class) -> usize {
        self.room(class).map_or(0, |room| room.places.saturating_sub(room.free.available_permits()))
    }

    fn admit(&self, class: Class) -> Result<Option<SemaphorePermit<'_>>, Problem> {
        let Some(room) = self.room(class) else { return Ok(None) };
        room.free
            .try_acquire()
            .map(Some)
            .map_err(|_| Problem::new(&kinds::OVERLOADED).retry_after(Duration::from_secs(1)))
    }
}

/// Guards a request. 406, 414, 431, 503 `overloaded`, 503 `timed-out`, and 500 for a panic, which the worker survives.
pub async fn guard(
    guard: Data<Guard>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    bounds(&request)?;
    if let Some(form) = form(request.path()) {
        accepts(request.request(), form)?;
    }
    let _place = guard.admit(Class::of(request.path()))?;
    let deadline = Deadline::begin(request.request(), guard.time);
    match deadline.within(AssertUnwindSafe(next.call(request)).catch_unwind()).await {
        Some(Ok(answer)) => answer,
        Some(Err(panic)) => Err(Problem::broken(format!("panic: {}", words(&*panic))).into()),
        None => Err(Problem::new(&kinds::TIMED_OUT).because("the handler did not answer in time").into()),
    }
}

/// The one form in which all at this path answers; none where a person or a probe may be looking.
fn form(path: &str) -> Option<&'static str> {
    match path {
        _ if !path.starts_with("/v1/") => None,
        _ if path.ends_with("/events") => Some("text/event-stream"),
        // A file is of the form that its query names.
        _ if path.ends_with("/export") => None,
        _ => Some("application/json"),
    }
}

fn bounds(request: &ServiceRequest) -> Result<(), Problem> {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    let headers = request.headers();
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if target > TARGET {
        Err(Problem::new(&kinds::URI_TOO_LONG))
    } else if headers.len() > HEADERS.0 || bytes > HEADERS.1 {
        Err(Problem::new(&kinds::HEADERS_TOO_LARGE))
    } else {
        Ok(())
    }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words")
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use actix_web::{App, HttpResponse, middleware::from_fn, test, web};
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::http::Json;

    #[derive(Debug, Deserialize)]
    struct Body {}

    async fn statuses(set: Guard, requests: Vec<test::TestRequest>) -> Vec<u16> {
        async fn panics() -> HttpResponse {
            panic!("as a test")
        }
        let app = App::new()
            .app_data(Data::new(set))
            .wrap(from_fn(guard))
            .route("/ok", web::get().to(HttpResponse::Ok))
            .route("/body", web::post().to(async |Json(_): Json<Body>| HttpResponse::Ok()))
            .route("/panics", web::get().to(panics))
            .route("/hangs", web::get().to(pending::<HttpResponse>))
            .route("/livez", web::get().to(HttpResponse::Ok));
        let app = test::init_service(app).await;
        let mut statuses = Vec::new();
        for request in requests {
            let status = match test::try_call_service(&app, request.to_request()).await {
                Ok(response) => response.status(),
                Err(error) => error.as_response_error().status_code(),
            };
            statuses.push(status.as_u16());
        }
        statuses
    }

    fn get(target: &str) -> test::TestRequest {
        test::TestRequest::get().uri(target)
    }

    #[actix_web::test]
    async fn a_panic_is_a_500_and_the_next_request_is_served() {
        assert_eq!(statuses(Guard::default(), vec![get("/panics"), get("/ok")]).await, [500, 200]);
    }

    #[actix_web::test]
    async fn a_handler_that_hangs_is_given_up() {
        let set = Guard::new(Duration::from_millis(20), 1, 1);
        let body = test::TestRequest::post().uri("/body").set_json(json!({}));
        assert_eq!(statuses(set, vec![get("/hangs"), get("/ok"), body]).await, [503, 200, 200]);
    }

    #[actix_web::test]
    async fn a_full_house_says_so_and_still_answers_probes() {
        assert_eq!(
            statuses(Guard::new(Duration::from_secs(1), 0, 0), vec![get("/ok"), get("/livez")]).await,
            [503, 200]
        );
    }

    #[actix_web::test]
    async fn an_answer_that_the_client_will_not_read_is_not_made() {
        let asks = |path: &str, form| get(path).insert_header(("accept", form));
        let requests =
            vec![asks("/v1/x", "text/html"), asks("/v1/x", "text/html, */*;q=0.1"), asks("/ok", "text/html")];
        assert_eq!(statuses(Guard::default(), requests).await, [406, 404, 200]);
        assert_eq!(statuses(Guard::default(), vec![asks("/v1/x/export", "text/csv")]).await, [404]);
    }

    #[actix_web::test]
    async fn long_heads_are_refused() {
        let long = |bytes| get("/ok").insert_header(("x-long", "x".repeat(bytes)));
        let many = (0..101).fold(get("/ok"), |request, n| request.append_header((format!("x-{n}"), "")));
        let requests = vec![get(&format!("/ok?{}", "x".repeat(8192))), long(16_384), long(16_000), many];
        assert_eq!(statuses(Guard::default(), requests).await, [414, 431, 200, 431]);
    }
}
