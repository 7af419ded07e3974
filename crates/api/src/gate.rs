//! Who sends a request: the middleware that finds out, and what handlers ask of it.

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::MessageBody,
    cookie::Cookie,
    dev::{ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web::Data,
};
use guildhall_app::{App, session::Client};
use guildhall_domain::{Actor, Refusal};

use crate::http::{Limits, Problem, RequestId, TrustedProxies, address, class::Class, limits};

/// What authentication found out, where it did not find an actor: why not, in one word.
#[derive(Clone, Copy)]
struct Stranger(&'static str);

/// Finds out who sends the request. A stranger passes, since some operations are public; those that are not refuse them
/// by the permit that they ask for.
pub(crate) async fn authenticate<B: MessageBody + 'static>(
    app: Data<App>,
    limits: Data<Limits>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if Class::of(request.path()) == Class::Console {
        return at_the_door(app, limits, request, next).await;
    }
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

/// Finds out who is behind a browser, by its cookie. A session that was renewed here is kept by the browser whatever is
/// answered, unless the answer itself ends it.
async fn at_the_door<B: MessageBody + 'static>(
    app: Data<App>,
    limits: Data<Limits>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let name = RequestId::current().map(|id| id.to_string());
    let client = client(request.request());
    let mut kept = None;
    if !guildhall_console::is_asset(request.path()) {
        let admit = async || limits::check(&limits, request.request()).await.map(drop);
        let entry = guildhall_console::enter(&app, request.request(), &client, name, admit).await?;
        match entry.found {
            Ok(actor) => drop(request.extensions_mut().insert(actor)),
            Err(why) => drop(request.extensions_mut().insert(Stranger(why))),
        }
        kept = entry.cookie;
    }
    request.extensions_mut().insert(client);
    match next.call(request).await {
        Ok(mut answer) => {
            keep(answer.headers_mut(), kept.as_ref());
            Ok(answer)
        }
        Err(mut error) => {
            error.add_response_mapper(move |mut answer| {
                keep(answer.headers_mut(), kept.as_ref());
                answer
            });
            Err(error)
        }
    }
}

/// Lets the browser keep a cookie, where the answer does not set the same one.
fn keep(headers: &mut header::HeaderMap, cookie: Option<&Cookie<'_>>) {
    let Some(cookie) = cookie else { return };
    let name = format!("{}=", cookie.name());
    let set = headers.get_all(header::SET_COOKIE).any(|other| other.as_bytes().starts_with(name.as_bytes()));
    if let Ok(value) = header::HeaderValue::from_str(&cookie.to_string())
        && !set
    {
        headers.append(header::SET_COOKIE, value);
    }
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
