//! When a request's time is up: a body on its way has its own time, and the handler's starts when it is there.

use std::{cell::Cell, pin::pin, rc::Rc, time::Duration};

use actix_web::{
    HttpMessage, HttpRequest,
    http::header::{CONTENT_LENGTH, TRANSFER_ENCODING},
};
use tokio::time::{Instant, timeout_at};

use super::extract::BODY_TIME;

/// One request's deadline; clones are the same one.
#[derive(Debug, Clone)]
pub struct Deadline {
    until: Rc<Cell<Instant>>,
    allowance: Duration,
}

impl Deadline {
    /// The deadline of a request whose handler may take `allowance`, noted in the request.
    pub(super) fn begin(request: &HttpRequest, allowance: Duration) -> Self {
        let headers = request.headers();
        let body = headers.contains_key(TRANSFER_ENCODING)
            || headers.get(CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0");
        let first = if body { BODY_TIME + allowance } else { allowance };
        let deadline = Self { until: Rc::new(Cell::new(Instant::now() + first)), allowance };
        request.extensions_mut().insert(deadline.clone());
        deadline
    }

    /// The request's deadline, if it has one.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get().cloned()
    }

    /// The body has arrived: from now on the handler's time counts.
    pub fn arrived(&self) {
        self.until.set(Instant::now() + self.allowance);
    }

    /// What `work` gives, or nothing when the time is up first.
    pub(super) async fn within<F: Future>(&self, work: F) -> Option<F::Output> {
        let mut work = pin!(work);
        loop {
            let until = self.until.get();
            match timeout_at(until, &mut work).await {
                Ok(output) => return Some(output),
                Err(_) if self.until.get() > Instant::now() => {}
                Err(_) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use actix_web::test::TestRequest;
    use tokio::time::sleep;

    use super::*;

    const TIME: Duration = Duration::from_millis(20);

    #[actix_web::test]
    async fn a_bodys_journey_is_not_the_handlers_time() {
        let request = TestRequest::post().insert_header((CONTENT_LENGTH, "5")).to_http_request();
        let deadline = Deadline::begin(&request, TIME);
        let work = async {
            sleep(TIME * 2).await;
            Deadline::of(&request).iter().for_each(Deadline::arrived);
        };
        assert_eq!(deadline.within(work).await, Some(()));
        assert_eq!(deadline.within(pending::<()>()).await, None);
    }

    #[actix_web::test]
    async fn without_a_body_it_starts_at_once() {
        let request = TestRequest::default().to_http_request();
        assert_eq!(Deadline::begin(&request, TIME).within(sleep(TIME * 5)).await, None);
    }
}
