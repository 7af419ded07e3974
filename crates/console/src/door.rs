//! The door for browsers: the cookie that carries a session, renewed by the same family of refresh tokens as the API's.
//!
//! The cookie holds an access token and the refresh token that renews it. It is `__Host-…; Secure; HttpOnly;
//! SameSite=Lax`: no script reads it, no neighbouring host sets it, and no other site's form sends it. On a laptop, where
//! a browser calls this machine by `http://localhost` and some browsers keep no secure cookie, it has neither prefix nor
//! `Secure`.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::header::COOKIE,
};
use guildhall_app::{
    App, Tx,
    session::{Client, SignedIn},
};
use guildhall_domain::{Actor, Refusal, Who, session::IDLE};
use time::Duration as Span;

use crate::site::is_loopback;

/// Keeps a session.
const SESSION: &str = "guildhall-session";
/// Names a visit that has no session yet, so that its forms can be bound to it.
const VISIT: &str = "guildhall-visit";
/// Stands between the two tokens; neither contains it.
const BETWEEN: char = '~';

/// Who came in.
#[derive(Debug)]
pub struct Entry {
    /// Who it is, or in one word why nobody is known.
    pub found: Result<Actor, &'static str>,
    /// What the browser keeps from now on, where that changes.
    pub cookie: Option<Cookie<'static>>,
}

/// Finds out who is behind a browser's request, and renews a session whose access token has ended; `admit` is asked
/// before that, since a renewal writes. Only members come in.
pub async fn enter<E: From<Refusal>>(
    app: &App,
    request: &HttpRequest,
    client: &Client,
    name: Option<String>,
    admit: impl AsyncFnOnce() -> Result<(), E>,
) -> Result<Entry, E> {
    let Some(kept) = kept(request, SESSION) else { return Ok(Entry { found: Err("missing"), cookie: None }) };
    let (access, refresh) = kept.split_once(BETWEEN).unwrap_or((&kept, ""));
    match member(app, access, name.clone()).await {
        Ok(actor) => return Ok(Entry { found: Ok(actor), cookie: None }),
        Err(Refusal::Unauthenticated(_)) => {}
        Err(other) => return Err(other.into()),
    }
    admit().await?;
    match app.renew(refresh, client, async |_: &Tx, signed_in| Ok(signed_in)).await {
        Ok(signed_in) => {
            let actor = member(app, &signed_in.access_token, name).await?;
            Ok(Entry { found: Ok(actor), cookie: Some(session(request, &signed_in)) })
        }
        Err(Refusal::Unauthenticated(why)) => Ok(Entry { found: Err(why), cookie: Some(gone(request, SESSION)) }),
        Err(other) => Err(other.into()),
    }
}

async fn member(app: &App, access: &str, name: Option<String>) -> Result<Actor, Refusal> {
    let actor = app.authenticate(access, name).await?;
    if actor.member().is_some() { Ok(actor) } else { Err(Refusal::Unauthenticated("invalid")) }
}

/// Lets the browser keep a session.
pub(crate) fn session(request: &HttpRequest, signed_in: &SignedIn) -> Cookie<'static> {
    let value = format!("{}{BETWEEN}{}", signed_in.access_token, signed_in.refresh_token);
    let idle = Span::try_from(IDLE).map_or(Duration::HOUR, |idle| Duration::seconds(idle.whole_seconds()));
    cookie(request, SESSION, value, idle)
}

/// Lets the browser forget its session.
pub(crate) fn ended(request: &HttpRequest) -> Cookie<'static> {
    gone(request, SESSION)
}

/// Keeps words for the next page that the browser asks for.
pub(crate) fn notice(request: &HttpRequest, words: String) -> Cookie<'static> {
    cookie(request, crate::shell::NOTICE, words, Duration::minutes(1))
}

/// What a cookie of this stem says, under the one name that is believed here.
pub(crate) fn kept(request: &HttpRequest, stem: &str) -> Option<String> {
    let name = full_name(request, stem);
    let lines = request.headers().get_all(COOKIE).filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(of, _)| *of == name).map(|(_, value)| value.to_owned())
}

pub(crate) fn gone(request: &HttpRequest, stem: &str) -> Cookie<'static> {
    cookie(request, stem, String::new(), Duration::ZERO)
}

fn cookie(request: &HttpRequest, stem: &str, value: String, life: Duration) -> Cookie<'static> {
    Cookie::build(full_name(request, stem), value)
        .path("/")
        .http_only(true)
        .secure(!is_loopback(request))
        .same_site(SameSite::Lax)
        .max_age(life)
        .finish()
}

fn full_name(request: &HttpRequest, stem: &str) -> String {
    if is_loopback(request) { stem.to_owned() } else { format!("__Host-{stem}") }
}

/// What this visit is called in the tokens of its forms: by its session, or by its own cookie before it has one.
pub(crate) fn visit(request: &HttpRequest) -> Option<String> {
    if let Some(Who::Member { session, .. }) = request.extensions().get::<Actor>().map(|actor| actor.who) {
        return Some(format!("session {session}"));
    }
    kept(request, VISIT).map(|visit| format!("visit {visit}"))
}

/// The same, where a visit may begin with this very page; the answer lets the browser keep it.
pub(crate) fn begin_visit(app: &App, request: &HttpRequest) -> Result<(String, Option<Cookie<'static>>), Refusal> {
    if let Some(visit) = visit(request) {
        return Ok((visit, None));
    }
    let new: [u8; 16] = app.entropy().bytes()?;
    let new = format!("{:032x}", u128::from_be_bytes(new));
    Ok((format!("visit {new}"), Some(cookie(request, VISIT, new, Duration::hours(12)))))
}

/// Sends the browser on, with what it is to keep.
pub(crate) fn onward(to: &str, cookies: impl IntoIterator<Item = Cookie<'static>>) -> HttpResponse {
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((actix_web::http::header::LOCATION, to));
    for cookie in cookies {
        answer.cookie(cookie);
    }
    answer.finish()
}
