//! The query string, with no parameter that the operation does not know.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use super::wording;
use crate::http::problem::{Problem, catalogue as kinds};

/// Query parameters as a struct that denies unknown fields: 400 `unknown-parameter` or `invalid-parameter` otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

/// Reads a query string.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(text).map_err(|_| unreadable())?;
    from_pairs(&pairs)
}

/// Reads parameters that were taken apart already.
pub(super) fn from_pairs<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, Problem> {
    let text = serde_urlencoded::to_string(pairs).map_err(|_| unreadable())?;
    let source = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(source).map_err(|error| {
        let flaw = wording::flaw(String::new(), &error.inner().to_string());
        let name = flaw.pointer.trim_start_matches('/');
        let name = if name.is_empty() { error.path().to_string() } else { name.to_owned() };
        match flaw.code {
            "unknown-field" => Problem::new(&kinds::UNKNOWN_PARAMETER)
                .detail(format!("The operation has no query parameter `{}`.", shown(&name))),
            _ => Problem::new(&kinds::INVALID_PARAMETER).detail(format!("`{}`: {}", shown(&name), flaw.detail)),
        }
    })
}

fn unreadable() -> Problem {
    Problem::new(&kinds::INVALID_PARAMETER).detail("The query string can't be read.")
}

/// A parameter's name, short and without control characters.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(40).collect()
}
