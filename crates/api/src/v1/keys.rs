//! The public keys by which anybody can verify access tokens.

use actix_web::{HttpResponse, get, http::header, web::Data};
use guildhall_app::App;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::Problem;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(jwks);
}

/// A key set (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JsonWebKeySet)]
pub(crate) struct KeySetView {
    /// Ed25519 keys (RFC 8037), the next one among them a day before it signs.
    #[schema(value_type = Vec<std::collections::BTreeMap<String, serde_json::Value>>)]
    keys: serde_json::Value,
}

/// The public keys of access tokens.
#[utoipa::path(
    tag = "getting in",
    operation_id = "getKeySet",
    responses((status = 200, description = "The key set", body = KeySetView)),
    security(()),
    extensions(("x-action" = json!("public")))
)]
#[get("/.well-known/jwks.json")]
pub(crate) async fn jwks(app: Data<App>) -> Result<HttpResponse, Problem> {
    let keys = app.tokens.jwks(app.now());
    let view = KeySetView { keys: keys.get("keys").cloned().unwrap_or_default() };
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "public, max-age=300")).json(view))
}
