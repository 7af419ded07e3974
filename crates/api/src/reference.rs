//! The reference page at `/docs`: Swagger UI from the binary itself, so that it needs no network.

use actix_web::{HttpResponse, http::header, web};
use utoipa_swagger_ui::Config;

/// The page runs its own scripts and nothing else; it may call this server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    connect-src 'self'; frame-ancestors 'none'";

pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .route(
            "/docs",
            web::get()
                .to(async || HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()),
        )
        .route("/docs/{file:.*}", web::get().to(file));
}

async fn file(path: web::Path<String>) -> HttpResponse {
    let config = std::sync::Arc::new(Config::from("/v1/openapi.json"));
    match utoipa_swagger_ui::serve(&path, config) {
        Ok(Some(file)) => HttpResponse::Ok()
            .content_type(file.content_type)
            .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
            .body(file.bytes.into_owned()),
        Ok(None) => HttpResponse::NotFound().finish(),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
