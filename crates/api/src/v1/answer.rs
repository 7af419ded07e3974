//! How handlers answer: with what they made, once per idempotency key, or with a thing and its version.

use std::marker::PhantomData;

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, Responder,
    dev::Payload,
    http::{
        StatusCode,
        header::{self, Charset, ContentDisposition, DispositionParam, DispositionType, ExtendedValue},
    },
};
use futures_util::{FutureExt, future::LocalBoxFuture};
use guildhall_app::{App, Work, work::Secrecy};
use guildhall_domain::{
    Actor, Permit, Refusal,
    policy::{self, Action},
};
use guildhall_persistence::{Once, Reply};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::{
    gate,
    http::{
        Problem,
        extract::{JSON_LIMIT, check_type, etag, idempotency_key, parse, read, unchanged},
    },
};

/// The table allowed `A` to whoever sent the request. Stands first in a handler's list: it is synchronous, so nothing
/// that comes after it can answer a stranger.
pub(crate) struct Allowed<A>(pub(crate) Permit<A>);

impl<A: Action + 'static> FromRequest for Allowed<A> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let permit = gate::caller(request).and_then(|actor| policy::judge::<A>(&actor));
        std::future::ready(permit.map(Self).map_err(Problem::from))
    }
}

/// A JSON body of a request that may be sent twice under one `Idempotency-Key`.
pub(crate) struct Keyed<T, const LIMIT: usize = JSON_LIMIT> {
    pub(crate) body: T,
    key: Option<Key>,
}

struct Key {
    route: String,
    chosen: String,
    fingerprint: [u8; 32],
}

impl<T: DeserializeOwned + 'static, const LIMIT: usize> FromRequest for Keyed<T, LIMIT> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let key = check_type(request).and_then(|()| idempotency_key(request));
        let route = format!("{} {}", request.method(), request.path());
        let bytes = read(request, payload, LIMIT);
        async move {
            let (key, bytes) = (key?, bytes.await?);
            let key = key.map(|chosen| Key { route, chosen, fingerprint: Sha256::digest(&bytes).into() });
            Ok(Self { body: parse(&bytes)?, key })
        }
        .boxed_local()
    }
}

impl<T, const LIMIT: usize> Keyed<T, LIMIT> {
    /// The key that the client chose, if it chose one.
    pub(crate) fn key(&self) -> Option<&str> {
        self.key.as_ref().map(|key| key.chosen.as_str())
    }

    /// The body, and the key as this actor's.
    pub(crate) fn by(self, actor: &Actor) -> (T, Option<Once>) {
        let once = self.key.map(|Key { route, chosen: key, fingerprint }| Once {
            actor: actor.reference(),
            route,
            key,
            fingerprint,
        });
        (self.body, once)
    }
}

/// Something that was made: its view, where it is, its version.
pub(crate) struct Created<V> {
    pub(crate) view: V,
    pub(crate) location: Option<String>,
    pub(crate) version: Option<i64>,
}

impl<V> Created<V> {
    pub(crate) const fn plain(view: V) -> Self {
        Self { view, location: None, version: None }
    }

    pub(crate) fn at(view: V, location: String, version: Option<i64>) -> Self {
        Self { view, location: Some(location), version }
    }
}

/// The answer to a creation: made now, or as it was when the same request came first.
pub(crate) struct Answer<V>(Reply, PhantomData<V>);

impl<V> Answer<V> {
    pub(crate) const fn of(reply: Reply) -> Self {
        Self(reply, PhantomData)
    }
}

impl<V: Serialize> Answer<V> {
    /// The same answer with a view of how the thing is by now.
    pub(crate) fn renewed(mut self, view: &V) -> Result<Self, Problem> {
        self.0.body = serde_json::to_string(view).map_err(Refusal::broken)?;
        Ok(self)
    }
}

impl<V: Serialize> Created<V> {
    pub(crate) fn reply(self) -> Result<Reply, Refusal> {
        Ok(Reply {
            status: StatusCode::CREATED.as_u16(),
            location: self.location,
            etag: self.version.map(etag),
            body: serde_json::to_string(&self.view).map_err(Refusal::broken)?,
        })
    }
}

impl<V> Responder for Answer<V> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::CREATED);
        let mut response = HttpResponse::build(status);
        response.content_type("application/json");
        if let Some(location) = self.0.location {
            response.insert_header((header::LOCATION, location));
        }
        if let Some(etag) = self.0.etag {
            response.insert_header((header::ETAG, etag));
        }
        response.body(self.0.body)
    }
}

/// Makes something in one unit of work, once per idempotency key.
pub(crate) async fn create<T, V: Serialize, const LIMIT: usize>(
    app: &App,
    actor: &Actor,
    sent: Keyed<T, LIMIT>,
    secrecy: Secrecy,
    deed: impl AsyncFnOnce(&Work<'_>, T) -> Result<Created<V>, Refusal>,
) -> Result<Answer<V>, Problem> {
    let (body, once) = sent.by(actor);
    let reply = app.act_once(actor, once, secrecy, async |work| deed(work, body).await?.reply()).await?;
    Ok(Answer::of(reply))
}

/// A thing with its version: 304 for who has it already, else its view with the ETag.
pub(crate) struct Versioned<V> {
    view: V,
    version: Option<i64>,
    changes_alone: bool,
}

impl<V> Versioned<V> {
    pub(crate) const fn new(view: V, version: i64) -> Self {
        Self { view, version: Some(version), changes_alone: false }
    }

    /// A thing whose version is what a change starts from, but that also changes without it: never 304.
    pub(crate) const fn restless(view: V, version: i64) -> Self {
        Self { view, version: Some(version), changes_alone: true }
    }

    /// A thing that can't be changed, so it has no version.
    pub(crate) const fn fixed(view: V) -> Self {
        Self { view, version: None, changes_alone: false }
    }
}

impl<V: Serialize> Responder for Versioned<V> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let Some(version) = self.version else { return HttpResponse::Ok().json(self.view) };
        let tag = (header::ETAG, etag(version));
        if request.method().is_safe() && !self.changes_alone && unchanged(request, version) {
            return HttpResponse::NotModified().insert_header(tag).finish();
        }
        HttpResponse::Ok().insert_header(tag).json(self.view)
    }
}

/// Done, and nothing to say.
pub(crate) struct Done;

impl Responder for Done {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().finish()
    }
}

/// Taken on, and nothing to say yet.
pub(crate) struct Accepted;

impl Responder for Accepted {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Accepted().finish()
    }
}

/// Says that an answer is a file of this name, to be kept and not shown.
pub(crate) fn attachment(name: &str) -> ContentDisposition {
    let name = DispositionParam::FilenameExt(ExtendedValue {
        charset: Charset::Ext("UTF-8".to_owned()),
        language_tag: None,
        value: name.as_bytes().to_vec(),
    });
    ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![name] }
}

/// Absent or a value: null is refused where there is nothing to take away.
pub(crate) fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}

/// Absent, null, or a value: what JSON Merge Patch (RFC 7396) tells apart.
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}
