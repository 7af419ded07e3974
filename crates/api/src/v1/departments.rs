//! Departments: the workspaces that own the bot's content.

use actix_web::{delete, get, patch, post, web::Data};
use guildhall_app::{
    App,
    department::{self, DepartmentPatch, NewDepartment},
    work::Secrecy,
};
use guildhall_domain::{
    Flaws, Id, Moment, Refusal,
    department::{Department, Key},
    id,
    policy::{EditDepartment, FoundDepartment, ReadDepartments},
    text::{Name, Note},
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Answer, Created, Done, Keyed, Versioned, create, given, present},
    views::page_view,
};
use crate::http::{IfMatch, Json, PageQuery, Paged, Path, Problem, Query};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(found_department)
        .service(list_departments)
        .service(get_department)
        .service(change_department)
        .service(dissolve_department);
}

/// A department that is to be founded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DepartmentBody {
    /// Its address, for ever: lower-case letters, digits and single hyphens.
    #[schema(pattern = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length = 2, max_length = 40, example = "customer-service")]
    key: String,
    /// Its name, as visitors may see it.
    #[schema(min_length = 1, max_length = 100, example = "Customer Service")]
    name: String,
    /// What it answers for.
    #[schema(max_length = 1000, example = "Orders, deliveries, returns and complaints")]
    description: Option<String>,
}

impl DepartmentBody {
    fn parse(self) -> Result<NewDepartment, Refusal> {
        let mut flaws = Flaws::default();
        let key = flaws.take("/key", Key::parse(&self.key));
        let name = flaws.take("/name", Name::parse(&self.name));
        let description = self.description.and_then(|text| flaws.take("/description", Note::parse(&text)));
        flaws.settle(key.zip(name).map(|(key, name)| NewDepartment { key, name, description }))
    }
}

/// What changes; what is absent stays, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DepartmentPatchBody {
    /// Another name.
    #[serde(default, deserialize_with = "given")]
    #[schema(min_length = 1, max_length = 100, nullable = false, example = "Service & Support")]
    name: Option<String>,
    /// Another description.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    description: Option<Option<String>>,
}

impl DepartmentPatchBody {
    fn parse(self) -> Result<DepartmentPatch, Refusal> {
        let mut flaws = Flaws::default();
        let name = self.name.and_then(|name| flaws.take("/name", Name::parse(&name)));
        let description =
            self.description.map(|text| text.and_then(|text| flaws.take("/description", Note::parse(&text))));
        flaws.settle(Some(DepartmentPatch { name, description }))
    }
}

/// A department.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Department)]
pub(crate) struct DepartmentView {
    /// Its identifier.
    #[schema(value_type = String, example = "dep_01jd0000007000g00000000001")]
    id: Id<id::Department>,
    /// Its address.
    #[schema(example = "customer-service")]
    key: String,
    /// Its name.
    #[schema(example = "Customer Service")]
    name: String,
    /// What it answers for.
    description: Option<String>,
    /// Rises with each change.
    version: i64,
    /// When it was founded.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(DepartmentPage of DepartmentView);

impl From<Department> for DepartmentView {
    fn from(department: Department) -> Self {
        let Department { id, key, name, description, version, created_at, updated_at } = department;
        let description = description.map(String::from);
        Self { id, key: key.to_string(), name: name.into(), description, version, created_at, updated_at }
    }
}

/// Founds a department.
#[utoipa::path(
    tag = "departments",
    operation_id = "createDepartment",
    request_body = DepartmentBody,
    responses((status = 201, description = "The department", body = DepartmentView)),
    security(("member" = [])),
    extensions(("x-action" = json!("department.found")))
)]
#[post("/v1/departments")]
pub(crate) async fn found_department(
    Allowed(permit): Allowed<FoundDepartment>,
    app: Data<App>,
    sent: Keyed<DepartmentBody>,
) -> Result<Answer<DepartmentView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: DepartmentBody| {
        let department = department::found(work, &permit, body.parse()?).await?;
        let (location, version) = (format!("/v1/departments/{}", department.key), department.version);
        Ok(Created::at(department.into(), location, Some(version)))
    })
    .await
}

/// Lists the departments.
#[utoipa::path(
    tag = "departments",
    operation_id = "listDepartments",
    params(PageQuery),
    responses((status = 200, description = "A page of departments", body = DepartmentPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("department.read")))
)]
#[get("/v1/departments")]
pub(crate) async fn list_departments(
    Allowed(permit): Allowed<ReadDepartments>,
    app: Data<App>,
    query: Paged,
) -> Result<Json<DepartmentPage>, Problem> {
    let page = app.look(permit.actor(), async |tx: &Tx| department::list(tx, &permit, &query.page).await).await?;
    Ok(Json(DepartmentPage::of(page, DepartmentView::from)))
}

/// Reads a department.
#[utoipa::path(
    tag = "departments",
    operation_id = "getDepartment",
    params(("department" = String, Path, example = "sales")),
    responses(
        (status = 200, description = "The department", body = DepartmentView, headers(("ETag" = String))),
        (status = 304, description = "As `If-None-Match` has it"),
    ),
    security(("member" = [])),
    extensions(("x-action" = json!("department.read")))
)]
#[get("/v1/departments/{department}")]
pub(crate) async fn get_department(
    Allowed(permit): Allowed<ReadDepartments>,
    app: Data<App>,
    Path(key): Path<String>,
) -> Result<Versioned<DepartmentView>, Problem> {
    let department = app.look(permit.actor(), async |tx: &Tx| department::get(tx, &permit, &key).await).await?;
    let version = department.version;
    Ok(Versioned::new(department.into(), version))
}

/// Changes a department's name or description.
#[utoipa::path(
    tag = "departments",
    operation_id = "changeDepartment",
    params(("department" = String, Path, example = "sales"), ("If-Match" = String, Header, example = "\"v1\"")),
    request_body(content = DepartmentPatchBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The department as it is now", body = DepartmentView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("department.edit")))
)]
#[patch("/v1/departments/{department}")]
pub(crate) async fn change_department(
    Allowed(permit): Allowed<EditDepartment>,
    app: Data<App>,
    Path(key): Path<String>,
    IfMatch(version): IfMatch,
    body: Json<DepartmentPatchBody>,
) -> Result<Versioned<DepartmentView>, Problem> {
    let patch = body.0.parse()?;
    let change = async |work: &guildhall_app::Work<'_>| department::change(work, &permit, &key, version, patch).await;
    let department = app.act(permit.actor(), change).await?;
    let version = department.version;
    Ok(Versioned::new(department.into(), version))
}

/// Where the content goes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct DissolveQuery {
    /// The key of the department whose draft takes the content over.
    move_content_to: Option<String>,
}

/// Dissolves a department: when its draft is empty, or with where its content goes. Its key is not used again.
#[utoipa::path(
    tag = "departments",
    operation_id = "deleteDepartment",
    params(("department" = String, Path, example = "sales"), ("If-Match" = String, Header, example = "\"v1\""), DissolveQuery),
    responses((status = 204, description = "Dissolved")),
    security(("member" = [])),
    extensions(("x-action" = json!("department.found")))
)]
#[delete("/v1/departments/{department}")]
pub(crate) async fn dissolve_department(
    Allowed(permit): Allowed<FoundDepartment>,
    app: Data<App>,
    Path(key): Path<String>,
    IfMatch(version): IfMatch,
    Query(query): Query<DissolveQuery>,
) -> Result<Done, Problem> {
    let heir = query.move_content_to.as_deref();
    app.act(permit.actor(), async |work| department::dissolve(work, &permit, &key, version, heir).await).await?;
    Ok(Done)
}
