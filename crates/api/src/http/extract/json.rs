//! JSON in and out: `Json<Body>` reads a body strictly, `Json<View>` answers with one.

use std::time::Duration;

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, Responder, ResponseError,
    dev::Payload,
    http::header,
    web::{Bytes, BytesMut},
};
use futures_util::{
    FutureExt, StreamExt,
    future::{LocalBoxFuture, ready},
};
use guildhall_domain::Refusal;
use serde::{Serialize, de::DeserializeOwned};

use super::{place, shape::Shaped, strict, wording};
use crate::http::{
    deadline::Deadline,
    problem::{Problem, catalogue as kinds},
};

/// How many bytes of JSON an operation takes unless its signature says otherwise.
pub const JSON_LIMIT: usize = 256 * 1024;

/// How long a body may take to arrive.
pub const BODY_TIME: Duration = Duration::from_secs(30);

/// A JSON body of at most `LIMIT` bytes, or an answer.
///
/// 415 for another type or coding, 413 when larger, 408 when slower than [`BODY_TIME`], 400 `malformed-json`, and 422
/// with a JSON Pointer for an unknown, missing or doubled field, a wrong type, or nesting deeper than 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T, const LIMIT: usize = JSON_LIMIT>(pub T);

impl<T: DeserializeOwned + 'static, const LIMIT: usize> FromRequest for Json<T, LIMIT> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if let Err(problem) = check_type(request) {
            return ready(Err(problem)).boxed_local();
        }
        let body = read(request, payload, LIMIT);
        async move { parse(&body.await?).map(Self) }.boxed_local()
    }
}

impl<T: Serialize, const LIMIT: usize> Responder for Json<T, LIMIT> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        match serde_json::to_vec(&self.0) {
            Ok(body) => HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "application/json")).body(body),
            Err(error) => Problem::broken(error).error_response(),
        }
    }
}

/// Reads a whole body of at most `limit` bytes, of whatever type: 413 when larger, 408 when slow.
pub fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> impl Future<Output = Result<Bytes, Problem>> + use<> {
    let (fits, deadline) = (check_length(request, limit), Deadline::of(request));
    let mut payload = payload.take();
    let reading = async move {
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::new(&kinds::MALFORMED_REQUEST).detail("The body broke off."))?;
            if body.len().saturating_add(chunk.len()) > limit {
                return Err(too_large(limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    async move {
        fits?;
        let read = tokio::time::timeout(BODY_TIME, reading).await;
        deadline.iter().for_each(Deadline::arrived);
        read.unwrap_or_else(|_| Err(Problem::new(&kinds::REQUEST_TIMEOUT)))
    }
}

/// Checks that the body says it is JSON, bare; 415 otherwise.
pub fn check_type(request: &HttpRequest) -> Result<(), Problem> {
    let refused = || Problem::new(&kinds::UNSUPPORTED_MEDIA_TYPE);
    let essence = ["application/json", "application/merge-patch+json"];
    let json = request.mime_type().ok().flatten().is_some_and(|mime| {
        essence.contains(&mime.essence_str()) && mime.get_param("charset").is_none_or(|charset| charset == "utf-8")
    });
    let coded = request.headers().get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    match (json, coded) {
        (true, false) => Ok(()),
        (true, true) => Err(refused().detail("Send the body without a content coding.")),
        (false, _) => Err(refused().detail("Send `Content-Type: application/json`.")),
    }
}

fn check_length(request: &HttpRequest, limit: usize) -> Result<(), Problem> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > limit) { Err(too_large(limit)) } else { Ok(()) }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(&kinds::CONTENT_TOO_LARGE).detail(format!("The operation takes at most {limit} bytes."))
}

/// Reads a body's bytes as [`Json`] does.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let malformed = || Problem::new(&kinds::MALFORMED_JSON);
    let text = str::from_utf8(body).map_err(|_| malformed().detail("The body is not UTF-8."))?;
    strict::check(text).map_err(|fault| match fault {
        strict::Fault::Syntax(error) => {
            malformed().detail(format!("Not JSON at line {}, column {}.", error.line(), error.column()))
        }
        strict::Fault::Flaw(flaw) => Refusal::Invalid(vec![flaw]).into(),
    })?;
    let mut source = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(Shaped(&mut source)).map_err(|error| {
        let flaw = wording::flaw(place::pointer(error.path()), &error.inner().to_string());
        Refusal::Invalid(vec![flaw]).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::{App, test, web};
    use serde::Deserialize;
    use serde_json::{Value, json};

    #[derive(Debug, Deserialize, Serialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        name: String,
        #[serde(default)]
        phrases: Vec<Phrase>,
        kind: Option<Colour>,
    }

    #[derive(Debug, Deserialize, Serialize)]
    #[serde(deny_unknown_fields)]
    struct Phrase {
        text: String,
        #[serde(default)]
        weight: u32,
    }

    #[derive(Debug, Deserialize, Serialize)]
    #[serde(rename_all = "lowercase")]
    enum Colour {
        Red,
        Blue,
    }

    async fn send(content_type: &'static str, body: impl Into<Bytes>) -> (u16, Value) {
        let echo = web::post().to(async |Json(body): Json<Body, 200>| Json::<_>(body));
        let app = test::init_service(App::new().route("/", echo)).await;
        let request = test::TestRequest::post().insert_header((header::CONTENT_TYPE, content_type)).set_payload(body);
        let response = test::call_service(&app, request.to_request()).await;
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&test::read_body(response).await).unwrap())
    }

    async fn flaw(body: &'static str) -> (Value, Value) {
        let (status, problem) = send("application/json", body).await;
        assert_eq!((status, problem["errors"].as_array().map(Vec::len)), (422, Some(1)), "{body} {problem}");
        (problem["errors"][0]["pointer"].clone(), problem["errors"][0]["code"].clone())
    }

    fn at(pointer: &str, code: &str) -> (Value, Value) {
        (json!(pointer), json!(code))
    }

    #[actix_web::test]
    async fn a_body_that_fits_is_read_and_answered() {
        for content_type in ["application/json", "application/json; charset=UTF-8", "application/merge-patch+json"] {
            let (status, body) = send(content_type, r#"{"name": "hä", "kind": "red"}"#).await;
            assert_eq!((status, &body["name"], &body["kind"]), (200, &json!("hä"), &json!("red")), "{body}");
        }
    }

    #[actix_web::test]
    async fn what_does_not_fit_is_named_at_its_place() {
        assert_eq!(flaw(r#"{"name": 5}"#).await, at("/name", "wrong-type"));
        assert_eq!(flaw("[]").await, at("", "wrong-type"));
        assert_eq!(flaw(r#"["a", [], null]"#).await, at("", "wrong-type"));
        assert_eq!(flaw(r#"{"name": "a", "phrases": [["b", 1]]}"#).await, at("/phrases/0", "wrong-type"));
        assert_eq!(flaw(r#"{"phrases": []}"#).await, at("/name", "missing-field"));
        assert_eq!(flaw(r#"{"name": "a", "tenant_id": 1}"#).await, at("/tenant_id", "unknown-field"));
        assert_eq!(
            flaw(r#"{"name": "a", "phrases": [{"text": "b"}, {}]}"#).await,
            at("/phrases/1/text", "missing-field")
        );
        assert_eq!(
            flaw(r#"{"name": "a", "phrases": [{"text": "b", "x/y": 1}]}"#).await,
            at("/phrases/0/x~1y", "unknown-field")
        );
        assert_eq!(
            flaw(r#"{"name": "a", "phrases": [{"text": "b", "weight": -1}]}"#).await,
            at("/phrases/0/weight", "invalid")
        );
        assert_eq!(flaw(r#"{"name": "a", "kind": "green"}"#).await, at("/kind", "invalid"));
        assert_eq!(flaw(r#"{"name": "a", "name": "b"}"#).await, at("/name", "duplicate-field"));
    }

    #[actix_web::test]
    async fn a_flaw_does_not_repeat_what_was_sent() {
        let (_, problem) = send("application/json", r#"{"name": ["hunter2"], "kind": "hunter2"}"#).await;
        assert!(!problem.to_string().contains("hunter2"), "{problem}");
        let (_, problem) = send("application/json", r#"{"name": "a", "kind": "hunter2"}"#).await;
        assert_eq!(problem["errors"][0]["detail"], "Expected `red` or `blue`.");
    }

    #[actix_web::test]
    async fn other_types_sizes_and_bytes_are_refused() {
        assert_eq!(send("text/plain", "{}").await.0, 415);
        assert_eq!(send("application/json; charset=latin1", "{}").await.0, 415);
        assert_eq!(send("application/json", vec![b' '; 201]).await.0, 413);
        let (status, problem) = send("application/json", r#"{"name": "#).await;
        assert_eq!((status, &problem["type"]), (400, &json!("https://guildhall.dev/problems/malformed-json")));
        assert_eq!(send("application/json", &b"{\"name\": \"\xff\"}"[..]).await.0, 400);
        assert_eq!(send("application/json", "").await.0, 400);
    }
}
