//! What the document says of every path: 405 with `Allow` where it has other methods, 404 where there is none, and 400
//! for a query where an operation takes none.

use std::{collections::BTreeSet, future::ready, sync::Arc};

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse, Route,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{ALLOW, HeaderValue},
    middleware::Next,
    web::{self, Data},
};
use guildhall_domain::Actor;
use utoipa::openapi::{
    OpenApi, PathItem, RefOr,
    path::{Operation, ParameterIn},
};

use super::problem::{Problem, catalogue as kinds};

/// Every path with its methods, as the OpenAPI document names them.
#[derive(Debug, Default)]
pub struct PathTable(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    path: String,
    method: &'static str,
    /// Whether there are query parameters, which the operation reads strictly itself.
    takes_query: bool,
    /// Whether anybody may ask for it.
    public: bool,
}

impl PathTable {
    /// The paths of a document.
    #[must_use]
    pub fn of(document: &OpenApi) -> Self {
        let entry = |path: &str, (method, operation): (&'static str, &Operation)| Entry {
            path: path.to_owned(),
            method,
            takes_query: operation.parameters.iter().flatten().any(
                |parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query),
            ),
            public: operation.security.iter().flatten().all(crate::openapi::is_empty),
        };
        let paths = document.paths.paths.iter();
        Self(paths.flat_map(|(path, item)| methods(item).map(move |each| entry(path, each))).collect())
    }

    /// One more, which the document does not name.
    #[must_use]
    pub fn with(mut self, path: &str, method: &'static str) -> Self {
        self.0.push(Entry { path: path.to_owned(), method, takes_query: true, public: true });
        self
    }

    /// Whether a query is more than this operation can have. Whoever has to say who they are is told that first.
    fn refuses_query(&self, request: &HttpRequest) -> bool {
        let fits = |entry: &&Entry| entry.method == request.method().as_str() && matches(&entry.path, request.path());
        let known = request.extensions().contains::<Actor>();
        !request.query_string().is_empty()
            && self.0.iter().any(|entry| fits(&entry))
            && self.0.iter().filter(fits).all(|entry| !entry.takes_query && (known || entry.public))
    }

    /// The methods of what lies at `path`, as `Allow` writes them: of the path that says it most literally.
    #[must_use]
    pub fn allowed(&self, path: &str) -> Option<String> {
        let names = |entry: &Entry| entry.path.matches('{').count();
        let fitting = || self.0.iter().filter(|entry| matches(&entry.path, path));
        let fewest = fitting().map(names).min();
        let mut methods: BTreeSet<_> =
            fitting().filter(|entry| Some(names(entry)) == fewest).map(|entry| entry.method).collect();
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

fn methods(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    [
        ("GET", &item.get),
        ("PUT", &item.put),
        ("POST", &item.post),
        ("DELETE", &item.delete),
        ("PATCH", &item.patch),
        ("OPTIONS", &item.options),
        ("HEAD", &item.head),
    ]
    .into_iter()
    .filter_map(|(name, operation)| Some((name, operation.as_ref()?)))
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

/// Refuses a query where the operation takes none (400 `unknown-parameter`); stands inside authentication.
pub async fn queries<B: MessageBody + 'static>(
    table: Data<PathTable>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if table.refuses_query(request.request()) {
        return Err(Problem::new(&kinds::UNKNOWN_PARAMETER).into());
    }
    next.call(request).await
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
    async fn a_path_has_the_methods_of_the_pattern_that_says_it_most_literally() {
        assert_eq!(table().allowed("/v1/intents/x").as_deref(), Some("GET, HEAD, PATCH"));
        assert_eq!(table().allowed("/v1/intents/current").as_deref(), Some("DELETE"));
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
