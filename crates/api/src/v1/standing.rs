//! A member's standing: their role in the company, whether they are suspended, and their leaving.

use actix_web::{delete, put, web::Data};
use guildhall_app::{App, standing};
use guildhall_domain::{
    Id, Refusal,
    actor::Role,
    id,
    policy::{KeepAccount, ManageMembers},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Done},
    members::MemberView,
    views::Keys,
};
use crate::http::{Json, Path, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(set_role).service(suspend).service(resume).service(remove_member).service(leave);
}

/// A role in the company.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantRoleBody {
    /// `leader`, `executive`, or `member` for none.
    #[schema(example = "executive")]
    role: String,
}

impl TenantRoleBody {
    fn parse(&self) -> Result<Role, Refusal> {
        Role::named(&self.role)
            .filter(|role| matches!(role, Role::Leader | Role::Executive | Role::Member))
            .ok_or_else(|| Refusal::flaw("/role", "invalid", "must be leader, executive or member"))
    }
}

/// Gives a member a role in the company, in place of the one held before. The company keeps a leader.
#[utoipa::path(
    tag = "people",
    operation_id = "putTenantRole",
    params(("member" = String, Path, example = "mem_01jd0000007000g00000000001")),
    responses((status = 200, description = "The member as they are now", body = MemberView)),
    security(("member" = [])),
    extensions(("x-action" = json!("member.manage")))
)]
#[put("/v1/members/{member}/tenant-role")]
pub(crate) async fn set_role(
    Allowed(permit): Allowed<ManageMembers>,
    app: Data<App>,
    Path(id): Path<Id<id::Member>>,
    body: Json<TenantRoleBody>,
) -> Result<Json<MemberView>, Problem> {
    let role = body.0.parse()?;
    let view = app
        .act(permit.actor(), async |work| {
            let member = standing::set_role(work, &permit, id, role).await?;
            Ok(MemberView::read(member, &Keys::read(work).await?))
        })
        .await?;
    Ok(Json(view))
}

/// Suspends a member: their sessions end and they can't sign in, until they are resumed. What they hold stays theirs.
#[utoipa::path(
    tag = "people",
    operation_id = "putSuspension",
    params(("member" = String, Path, example = "mem_01jd0000007000g00000000001")),
    responses((status = 200, description = "The member as they are now", body = MemberView)),
    security(("member" = [])),
    extensions(("x-action" = json!("member.manage")))
)]
#[put("/v1/members/{member}/suspension")]
pub(crate) async fn suspend(
    Allowed(permit): Allowed<ManageMembers>,
    app: Data<App>,
    Path(id): Path<Id<id::Member>>,
) -> Result<Json<MemberView>, Problem> {
    let view = app
        .act(permit.actor(), async |work| {
            let member = standing::suspend(work, &permit, id).await?;
            Ok(MemberView::read(member, &Keys::read(work).await?))
        })
        .await?;
    Ok(Json(view))
}

/// Resumes a member: they may sign in again.
#[utoipa::path(
    tag = "people",
    operation_id = "deleteSuspension",
    params(("member" = String, Path, example = "mem_01jd0000007000g00000000001")),
    responses((status = 204, description = "They may come in")),
    security(("member" = [])),
    extensions(("x-action" = json!("member.manage")))
)]
#[delete("/v1/members/{member}/suspension")]
pub(crate) async fn resume(
    Allowed(permit): Allowed<ManageMembers>,
    app: Data<App>,
    Path(id): Path<Id<id::Member>>,
) -> Result<Done, Problem> {
    app.act(permit.actor(), async |work| standing::resume(work, &permit, id).await).await?;
    Ok(Done)
}

/// Removes a member. What they made stays and names them; their roles, sessions and credentials end.
#[utoipa::path(
    tag = "people",
    operation_id = "deleteMember",
    params(("member" = String, Path, example = "mem_01jd0000007000g00000000001")),
    responses((status = 204, description = "Removed")),
    security(("member" = [])),
    extensions(("x-action" = json!("member.manage")))
)]
#[delete("/v1/members/{member}")]
pub(crate) async fn remove_member(
    Allowed(permit): Allowed<ManageMembers>,
    app: Data<App>,
    Path(id): Path<Id<id::Member>>,
) -> Result<Done, Problem> {
    app.act(permit.actor(), async |work| standing::remove(work, &permit, id).await).await?;
    Ok(Done)
}

/// Leaves the company. What one made stays and names one; the last leader, and the last owner of a department with
/// content, can't leave.
#[utoipa::path(
    tag = "getting in",
    operation_id = "deleteMe",
    responses((status = 204, description = "Gone")),
    security(("member" = [])),
    extensions(("x-action" = json!("account.keep")))
)]
#[delete("/v1/me")]
pub(crate) async fn leave(Allowed(permit): Allowed<KeepAccount>, app: Data<App>) -> Result<Done, Problem> {
    app.act(permit.actor(), async |work| standing::leave(work, &permit).await).await?;
    Ok(Done)
}
