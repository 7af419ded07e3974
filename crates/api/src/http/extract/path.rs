//! The path's parameters.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::FutureExt;
use serde::de::DeserializeOwned;

use crate::http::problem::{Problem, catalogue as kinds};

/// The path's parameters; an id that can't be one names nothing, so it is 404.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = web::Path::<T>::from_request(request, payload).now_or_never().and_then(Result::ok);
        ready(read.map(|path| Self(path.into_inner())).ok_or_else(|| Problem::new(&kinds::NOT_FOUND)))
    }
}
