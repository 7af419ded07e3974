//! Who sends a request: the middleware that finds out, and what handlers ask of it.

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web::Data,
};
use guildhall_app::{App, session::Client};
use guildhall_domain::{Actor, Refusal};

use crate::http::{Problem, RequestId, TrustedProxies, address};

/// What authentication found out, where it did not find an actor: why not, in one word.
#[derive(Clone, Copy)]
struct Stranger(&'static str);

/// Finds out who sends the request. A stranger passes, since some operations are public; those that are not refuse them
/// by the permit that they ask for.
pub(crate) async fn authenticate<B: MessageBody + 'static>(
    app: Data<App>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if let Some(bearer) = bearer(request.request()).map(str::to_owned) {
        let name = RequestId::current().map(|id| id.to_string());
        match app.authenticate(&bearer, name).await {
            Ok(actor) => drop(request.extensions_mut().insert(actor)),
            Err(Refusal::Unauthenticated(why)) => drop(request.extensions_mut().insert(Stranger(why))),
            Err(other) => return Err(Problem::from(other).into()),
        }
    }
    next.call(request).await
}

/// The bearer credential of `Authorization`; one that is no text, or stands twice, is none.
pub(crate) fn bearer(request: &HttpRequest) -> Option<&str> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let (first, second) = (values.next()?, values.next());
    if second.is_some() {
        return None;
    }
    let (scheme, token) = first.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Who sends the request.
pub(crate) fn caller(request: &HttpRequest) -> Result<Actor, Refusal> {
    let extensions = request.extensions();
    let stranger = || extensions.get::<Stranger>().map_or("missing", |Stranger(why)| why);
    extensions.get::<Actor>().cloned().ok_or_else(|| Refusal::Unauthenticated(stranger()))
}

/// What the client looks like.
pub(crate) fn client(request: &HttpRequest) -> Client {
    let proxies = request.app_data::<Data<TrustedProxies>>().map(|data| data.get_ref().clone()).unwrap_or_default();
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Client {
        user_agent: agent.map(|agent| agent.chars().filter(|c| !c.is_control()).take(200).collect()),
        network: address::prefix(proxies.client(request)),
    }
}
