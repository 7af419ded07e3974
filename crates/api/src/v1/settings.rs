//! What members set for themselves.

use actix_web::{get, put, web::Data};
use guildhall_app::{App, MemberSettings, settings};
use guildhall_domain::policy::KeepAccount;
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::answer::Allowed;
use crate::http::{Json, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_settings).service(put_settings);
}

/// What one sets, stated whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsBody {
    /// Whether colleagues who ask who knows may be told one's name.
    #[schema(example = true)]
    named: bool,
    /// Whether letters tell one what waits.
    #[schema(example = true)]
    letters: bool,
}

/// What one set.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settings)]
pub(crate) struct SettingsView {
    /// Whether colleagues who ask who knows may be told one's name; nobody is named who did not agree.
    named: bool,
    /// Whether letters tell one what waits.
    letters: bool,
}

impl From<MemberSettings> for SettingsView {
    fn from(MemberSettings { named, letters }: MemberSettings) -> Self {
        Self { named, letters }
    }
}

/// Reads what one set.
#[utoipa::path(
    tag = "getting in",
    operation_id = "getMySettings",
    responses((status = 200, description = "The settings", body = SettingsView)),
    security(("member" = [])),
    extensions(("x-action" = json!("account.keep")))
)]
#[get("/v1/me/settings")]
pub(crate) async fn get_settings(
    Allowed(permit): Allowed<KeepAccount>,
    app: Data<App>,
) -> Result<Json<SettingsView>, Problem> {
    let set = app.look(permit.actor(), async |tx: &Tx| settings::get(tx, &permit).await).await?;
    Ok(Json(set.into()))
}

/// Sets whether one may be named, and whether letters come.
#[utoipa::path(
    tag = "getting in",
    operation_id = "putMySettings",
    responses((status = 200, description = "The settings as they are now", body = SettingsView)),
    security(("member" = [])),
    extensions(("x-action" = json!("account.keep")))
)]
#[put("/v1/me/settings")]
pub(crate) async fn put_settings(
    Allowed(permit): Allowed<KeepAccount>,
    app: Data<App>,
    body: Json<SettingsBody>,
) -> Result<Json<SettingsView>, Problem> {
    let SettingsBody { named, letters } = body.0;
    let new = MemberSettings { named, letters };
    app.act(permit.actor(), async |work| settings::set(work, &permit, new).await).await?;
    Ok(Json(new.into()))
}
