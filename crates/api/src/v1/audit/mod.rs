//! The audit log: what staff and their programs did, row by row, each bound to the row before.

mod export;

use actix_web::{get, web::Data};
use guildhall_app::{
    App,
    audit::{self, Sought},
};
use guildhall_domain::{Moment, policy::ReadAudit};
use guildhall_persistence::{AuditRow, Tx};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{answer::Allowed, views::page_view};
use crate::http::{Json, PageQuery, Paged, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_audit_log).service(export::export_audit_log);
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
    /// Who: a member's or an API key's identifier, or `system`.
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

/// Makes a query of audit rows, and of what else an operation wants to know.
macro_rules! audit_query {
    ($(#[$meta:meta])* $name:ident { $($(#[$also_meta:meta])* $also:ident: $type:ty),* }) => {
        $(#[$meta])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[into_params(parameter_in = Query)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            $($(#[$also_meta])* $also: $type,)*
            /// Who: a member's or an API key's identifier, or `system`.
            #[param(example = "mem_01jd0000007000g00000000001")]
            actor: Option<String>,
            /// What.
            #[param(example = "release.published")]
            action: Option<String>,
            /// The identifier or key of what it was done to.
            #[param(example = "rel_01jd0000007000g00000000001")]
            subject: Option<String>,
            /// The key of the department that it was done in, or its identifier; also of one that was dissolved.
            #[param(example = "sales")]
            department: Option<String>,
            /// From this time on.
            #[param(value_type = Option<String>, format = DateTime, example = "2026-11-01T00:00:00Z")]
            from: Option<Moment>,
            /// Before this time.
            #[param(value_type = Option<String>, format = DateTime, example = "2026-12-01T00:00:00Z")]
            to: Option<Moment>,
        }

        impl $name {
            fn sought(&self) -> Sought {
                let Self { actor, action, subject, department, from, to, .. } = self;
                let [actor, action, subject, department] = [actor, action, subject, department].map(Clone::clone);
                Sought { actor, action, subject, department, from: *from, to: *to }
            }
        }
    };
}
use audit_query;

audit_query! {
    /// Which rows.
    AuditQuery {}
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
    let list = async |tx: &Tx| {
        let filter = query.filter.sought().filter(tx).await?;
        audit::list(tx, &permit, &filter, &query.page).await
    };
    Ok(Json(AuditPage::of(app.look(permit.actor(), list).await?, AuditView::from)))
}
