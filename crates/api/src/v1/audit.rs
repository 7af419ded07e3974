//! The audit log: what staff did, row by row, each bound to the row before.

use actix_web::{get, web::Data};
use guildhall_app::{App, audit};
use guildhall_domain::{Moment, policy::ReadAudit};
use guildhall_persistence::{AuditFilter, AuditRow, Tx};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{answer::Allowed, views::page_view};
use crate::http::{Json, PageQuery, Paged, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_audit_log);
}

/// One row of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct AuditView {
    /// Counts from 1 in the company.
    seq: i64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// Who: a member's identifier, or `system`.
    #[schema(example = "mem_01jd0000007000g00000000001")]
    actor: String,
    /// What.
    #[schema(example = "intent.created")]
    action: String,
    /// What it was done to.
    #[schema(example = "int_01jd0000007000g00000000001")]
    subject: String,
    /// The identifier of the department that it was done in.
    department: Option<String>,
    /// The request that did it.
    request: Option<String>,
    /// What else is worth knowing.
    #[schema(value_type = std::collections::BTreeMap<String, Value>, nullable = true)]
    data: Value,
    /// SHA-256 over the row before and this one.
    hash: String,
}

page_view!(AuditPage of AuditView);

impl From<AuditRow> for AuditView {
    fn from(AuditRow { entry, hash, .. }: AuditRow) -> Self {
        Self {
            seq: entry.seq,
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            subject: entry.subject,
            department: entry.department,
            request: entry.request,
            data: serde_json::from_str(&entry.data).unwrap_or_default(),
            hash: hash.to_string(),
        }
    }
}

/// Which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// Who.
    actor: Option<String>,
    /// What.
    #[param(example = "release.published")]
    action: Option<String>,
}

/// Lists the audit log, the latest first.
#[utoipa::path(
    tag = "audit",
    operation_id = "listAuditLog",
    params(PageQuery, AuditQuery),
    responses((status = 200, description = "A page of the audit log", body = AuditPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("audit.read")))
)]
#[get("/v1/audit-log")]
pub(crate) async fn list_audit_log(
    Allowed(permit): Allowed<ReadAudit>,
    app: Data<App>,
    query: Paged<AuditQuery>,
) -> Result<Json<AuditPage>, Problem> {
    let filter = AuditFilter { actor: query.filter.actor, action: query.filter.action };
    let page = app.look(permit.actor(), async |tx: &Tx| audit::list(tx, &permit, &filter, &query.page).await).await?;
    Ok(Json(AuditPage::of(page, AuditView::from)))
}
