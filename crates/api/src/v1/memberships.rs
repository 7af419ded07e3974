//! Who belongs to a department, as what.

use actix_web::{delete, get, put, web::Data};
use guildhall_app::{App, department};
use guildhall_domain::{
    Id, Moment, Refusal,
    department::Membership,
    id,
    policy::{GrantRole, ReadDepartments},
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Done},
    invitations::department_role,
    views::page_view,
};
use crate::http::{Json, PageQuery, Paged, Path, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_memberships).service(give_role).service(take_role);
}

/// A role that is to be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleBody {
    /// `owner`, `reviewer`, `editor`, `agent` or `viewer`.
    #[schema(example = "editor")]
    role: String,
}

/// A member's role in a department.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Membership)]
pub(crate) struct MembershipView {
    /// The member's identifier.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    id: Id<id::Member>,
    /// The member's name.
    #[schema(example = "Eero Virtanen")]
    name: String,
    /// The role.
    #[schema(value_type = String, example = "editor")]
    role: &'static str,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// Since when as this.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(MembershipPage of MembershipView);

impl From<Membership> for MembershipView {
    fn from(Membership { member, name, role, created_at, updated_at }: Membership) -> Self {
        Self { id: member, name: name.into(), role: role.name(), created_at, updated_at }
    }
}

/// Lists who belongs to a department.
#[utoipa::path(
    tag = "departments",
    operation_id = "listDepartmentMembers",
    params(("department" = String, Path, example = "sales"), PageQuery),
    responses((status = 200, description = "A page of memberships", body = MembershipPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("department.read")))
)]
#[get("/v1/departments/{department}/members")]
pub(crate) async fn list_memberships(
    Allowed(permit): Allowed<ReadDepartments>,
    app: Data<App>,
    Path(key): Path<String>,
    query: Paged,
) -> Result<Json<MembershipPage>, Problem> {
    let page =
        app.look(permit.actor(), async |tx: &Tx| department::members(tx, &permit, &key, &query.page).await).await?;
    Ok(Json(MembershipPage::of(page, MembershipView::from)))
}

/// Gives a member a role in a department, in place of the one held there. The leader appoints a first owner; after that
/// its owners give the roles.
#[utoipa::path(
    tag = "departments",
    operation_id = "putDepartmentMember",
    params(("department" = String, Path, example = "sales"), ("member" = String, Path, example = "mem_01jd0000007000g00000000001")),
    responses((status = 200, description = "The membership", body = MembershipView)),
    security(("member" = [])),
    extensions(("x-action" = json!("department.grant")))
)]
#[put("/v1/departments/{department}/members/{member}")]
pub(crate) async fn give_role(
    Allowed(permit): Allowed<GrantRole>,
    app: Data<App>,
    Path((key, member)): Path<(String, Id<id::Member>)>,
    body: Json<RoleBody>,
) -> Result<Json<MembershipView>, Problem> {
    let role = department_role(&body.0.role).map_err(|flaw| Refusal::flaw("/role", flaw.code(), flaw.to_string()))?;
    let given = app.act(permit.actor(), async |work| department::give(work, &permit, &key, member, role).await).await?;
    Ok(Json(given.into()))
}

/// Takes a member's role in a department.
#[utoipa::path(
    tag = "departments",
    operation_id = "deleteDepartmentMember",
    params(("department" = String, Path, example = "sales"), ("member" = String, Path, example = "mem_01jd0000007000g00000000001")),
    responses((status = 204, description = "Taken")),
    security(("member" = [])),
    extensions(("x-action" = json!("department.grant")))
)]
#[delete("/v1/departments/{department}/members/{member}")]
pub(crate) async fn take_role(
    Allowed(permit): Allowed<GrantRole>,
    app: Data<App>,
    Path((key, member)): Path<(String, Id<id::Member>)>,
) -> Result<Done, Problem> {
    app.act(permit.actor(), async |work| department::take(work, &permit, &key, member).await).await?;
    Ok(Done)
}
