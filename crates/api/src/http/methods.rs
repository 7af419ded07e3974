//! What is answered where no route is: 405 with `Allow` on a path that has other methods, 404 elsewhere.

use std::{collections::BTreeSet, future::ready, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse, Route,
    http::header::{ALLOW, HeaderValue},
    web,
};
use utoipa::openapi::{OpenApi, PathItem};

use super::problem::{Problem, catalogue as kinds};

/// Every path with its methods, as the OpenAPI document names them.
#[derive(Debug, Default)]
pub struct PathTable(Vec<(String, &'static str)>);

impl PathTable {
    /// The paths of a document.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter();
        Self(paths.flat_map(|(path, item)| methods(item).map(|method| (path.clone(), method))).collect())
    }

    /// One more, which the document does not name.
    #[must_use]
    pub fn with(mut self, path: &str, method: &'static str) -> Self {
        self.0.push((path.to_owned(), method));
        self
    }

    /// The methods of all that lies at `path`, as `Allow` writes them.
    #[must_use]
    pub fn allowed(&self, path: &str) -> Option<String> {
        let mut methods: BTreeSet<_> =
            self.0.iter().filter(|(at, _)| matches(at, path)).map(|(_, method)| *method).collect();
        if methods.contains("GET") {
            methods.insert("HEAD");
        }
        (!methods.is_empty()).then(|| methods.into_iter().collect::<Vec<_>>().join(", "))
    }

    fn decline(&self, path: &str) -> Problem {
        match self.allowed(path).map(|methods| HeaderValue::from_str(&methods)) {
            Some(Ok(methods)) => Problem::new(&kinds::METHOD_NOT_ALLOWED).header(ALLOW, methods),
            _ => Problem::new(&kinds::NOT_FOUND),
        }
    }
}

fn methods(item: &PathItem) -> impl Iterator<Item = &'static str> {
    [
        ("GET", item.get.is_some()),
        ("PUT", item.put.is_some()),
        ("POST", item.post.is_some()),
        ("DELETE", item.delete.is_some()),
        ("PATCH", item.patch.is_some()),
        ("OPTIONS", item.options.is_some()),
        ("HEAD", item.head.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, there)| there.then_some(name))
}

/// `/a/{b}` lies at `/a/anything`.
fn matches(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(step), Some(word)) if step == word || (step.starts_with('{') && !word.is_empty()) => {}
            _ => return false,
        }
    }
}

/// The app's default service.
#[must_use]
pub fn unmatched(table: &Arc<PathTable>) -> Route {
    let table = Arc::clone(table);
    web::to(move |request: HttpRequest| ready(Err::<HttpResponse, _>(table.decline(request.path()))))
}

#[cfg(test)]
mod tests {
    use actix_web::{App, http::Method, test};

    use super::*;

    fn table() -> PathTable {
        PathTable::default()
            .with("/v1/intents/{intent}", "GET")
            .with("/v1/intents/{intent}", "PATCH")
            .with("/v1/intents/current", "DELETE")
    }

    #[actix_web::test]
    async fn a_path_has_the_methods_of_every_pattern_that_fits() {
        assert_eq!(table().allowed("/v1/intents/x").as_deref(), Some("GET, HEAD, PATCH"));
        assert_eq!(table().allowed("/v1/intents/current").as_deref(), Some("DELETE, GET, HEAD, PATCH"));
        for path in ["/v1/intents", "/v1/intents/", "/v1/intents/x/y", "/"] {
            assert_eq!(table().allowed(path), None, "{path}");
        }
    }

    #[actix_web::test]
    async fn other_methods_are_405_and_other_paths_404() {
        let app = App::new().default_service(unmatched(&Arc::new(table())));
        let app = test::init_service(app).await;
        for (method, path, status) in [
            (Method::PUT, "/v1/intents/x", 405),
            (Method::TRACE, "/v1/intents/x", 405),
            (Method::GET, "/v1/nowhere", 404),
        ] {
            let request = test::TestRequest::with_uri(path).method(method).to_request();
            let answer = test::call_service(&app, request).await;
            assert_eq!((answer.status().as_u16(), answer.headers().contains_key(ALLOW)), (status, status == 405));
        }
    }
}
