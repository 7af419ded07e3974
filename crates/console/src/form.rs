//! What a form sends, once it is sure that one of our own pages sent it to this very visit.

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::StatusCode,
    web::{Bytes, BytesMut, Data},
};
use futures_util::{FutureExt, StreamExt, future::LocalBoxFuture};
use guildhall_app::App;

use crate::{declined::Declined, door, site};

/// The field that carries a form's token.
pub(crate) const TOKEN: &str = "form_token";
/// How many bytes a form sends at most: two thousand phrases, written as addresses are.
const LIMIT: usize = 4 * 1024 * 1024;

/// A form's fields in their order.
#[derive(Debug, Default)]
pub(crate) struct Form(Vec<(String, String)>);

/// A form that came too late, and what it needs to be sent again.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) action: String,
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) token: String,
}

impl FromRequest for Form {
    type Error = Declined;
    type Future = LocalBoxFuture<'static, Result<Self, Declined>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        async move {
            if !site::is_own(&request) {
                return Err(Declined::foreign());
            }
            if request.content_type() != "application/x-www-form-urlencoded" {
                return Err(Declined::http(StatusCode::UNSUPPORTED_MEDIA_TYPE));
            }
            let body = read(payload, LIMIT).await?;
            let pairs = form_urlencoded::parse(&body).into_owned().collect();
            Self(pairs).proven(&request, false)
        }
        .boxed_local()
    }
}

/// Reads a whole body of at most `limit` bytes.
pub(crate) async fn read(mut payload: Payload, limit: usize) -> Result<Bytes, Declined> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Declined::http(StatusCode::BAD_REQUEST))?;
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(Declined::http(StatusCode::PAYLOAD_TOO_LARGE));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

impl Form {
    /// A form with these fields, not yet proven.
    pub(crate) fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The form, if it carries a token of this visit. One that does not was sent by our own page all the same: it may be
    /// sent again, knowingly, unless it has a secret or a file in it.
    pub(crate) fn proven(mut self, request: &HttpRequest, has_file: bool) -> Result<Self, Declined> {
        let app = request.app_data::<Data<App>>().ok_or(Declined::http(StatusCode::INTERNAL_SERVER_ERROR))?;
        let visit = door::visit(request);
        if visit.as_deref().is_some_and(|visit| app.form_token_fits(visit, self.get(TOKEN))) {
            return Ok(self);
        }
        self.0.retain(|(name, _)| name != TOKEN);
        let secret = has_file || self.0.iter().any(|(name, _)| name.contains("password"));
        let token = visit.filter(|_| !secret).map(|visit| app.form_token(&visit)).transpose()?;
        let action = request.path().to_owned();
        Err(Declined::stale(token.map(|token| Sent { action, pairs: self.0, token })))
    }

    /// What a field says; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(of, _)| of == name).map_or("", |(_, value)| value)
    }

    /// What a field says, if it says anything.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.trim().is_empty())
    }

    /// The lines of a field that say anything.
    pub(crate) fn lines(&self, name: &str) -> impl Iterator<Item = &str> {
        self.get(name).lines().map(str::trim).filter(|line| !line.is_empty())
    }

    /// The version that a change starts from; one that nothing has where it is not told.
    pub(crate) fn version(&self) -> i64 {
        self.get("version").parse().unwrap_or(-1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_kindly() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let form = Form::new(vec![pair("a", " "), pair("lines", " one\r\n\r\n two \n"), pair("version", "3")]);
        assert_eq!((form.get("a"), form.given("a"), form.get("none")), (" ", None, ""));
        assert_eq!(form.lines("lines").collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!((form.version(), Form::default().version()), (3, -1));
    }
}
