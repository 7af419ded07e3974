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

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpResponse, test, web};
    use guildhall_domain::{Id, id::Intent};

    use super::*;

    #[actix_web::test]
    async fn an_id_that_can_be_none_names_nothing() {
        let shows = async |Path((department, id)): Path<(String, Id<Intent>)>| {
            HttpResponse::Ok().body(format!("{department} {id}"))
        };
        let app = test::init_service(App::new().route("/{department}/{intent}", web::get().to(shows))).await;
        for (path, status) in [
            ("/sales/int_00000000000000000000000007", 200),
            ("/sales/phr_00000000000000000000000007", 404),
            ("/sales/int_7", 404),
            ("/sales/INT_00000000000000000000000007", 404),
            ("/sales/%00", 404),
        ] {
            let answer = test::call_service(&app, test::TestRequest::with_uri(path).to_request()).await;
            assert_eq!(answer.status(), status, "{path}");
        }
    }
}
