//! What waits for a person, and for a department.

use actix_web::{get, web::Data};
use guildhall_app::{App, inbox};
use guildhall_domain::{
    Moment,
    policy::{ReadInbox, ReadRequests},
};
use guildhall_persistence::Tx;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::Allowed,
    views::{Keys, page_view},
};
use crate::http::{Json, PageQuery, Paged, Path, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_inbox).service(get_department_inbox);
}

/// Something that waits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InboxItem)]
pub(crate) struct ItemView {
    /// What it is: `request`, `proposal`, `overlap`, and others as they come.
    #[schema(value_type = String, example = "request")]
    kind: &'static str,
    /// What names it.
    #[schema(example = "knr_01jd0000007000g00000000001")]
    id: String,
    /// Where it is read.
    #[schema(example = "/v1/knowledge-requests/knr_01jd0000007000g00000000001")]
    href: String,
    /// What has to be done: `acknowledge`, `answer`, `reply`, `accept`, `land`, `intervene`; of a proposal `approve`,
    /// `revise`, `merge`; of an overlap `settle`, `decide`.
    #[schema(value_type = String, example = "answer")]
    todo: &'static str,
    /// What it is called.
    #[schema(example = "May a gift card be used twice?")]
    title: String,
    /// The key of the department that it waits in.
    #[schema(example = "sales")]
    department: Option<String>,
    /// When it is due; null where it is not.
    #[schema(value_type = Option<String>, format = DateTime)]
    due_at: Option<Moment>,
    /// Whether that has passed.
    overdue: bool,
    /// Since when it has been waiting like this.
    #[schema(value_type = String, format = DateTime)]
    since: Moment,
}

page_view!(InboxPage of ItemView);

impl ItemView {
    fn of(item: inbox::Item, keys: &Keys, now: Moment) -> Self {
        Self {
            kind: item.kind.name(),
            id: item.kind.id(),
            href: format!("/v1/{}", item.kind.path()),
            todo: item.todo.name(),
            title: item.title,
            department: item.department.and_then(|id| keys.of(id)),
            due_at: item.due_at,
            overdue: item.due_at.is_some_and(|due| due < now),
            since: item.since,
        }
    }
}

/// Lists what waits for whoever asks; what is due first comes first.
#[utoipa::path(
    tag = "requests",
    operation_id = "getInbox",
    params(PageQuery),
    responses((status = 200, description = "A page of what waits", body = InboxPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("inbox.read")))
)]
#[get("/v1/inbox")]
pub(crate) async fn get_inbox(
    Allowed(permit): Allowed<ReadInbox>,
    app: Data<App>,
    query: Paged,
) -> Result<Json<InboxPage>, Problem> {
    let page = app
        .look(permit.actor(), async |tx: &Tx| {
            let page = inbox::mine(tx, &permit, &query.page).await?;
            let keys = Keys::read(tx).await?;
            Ok(InboxPage::of(page, |item| ItemView::of(item, &keys, app.now())))
        })
        .await?;
    Ok(Json(page))
}

/// Lists what waits for a department.
#[utoipa::path(
    tag = "requests",
    operation_id = "getDepartmentInbox",
    params(("department" = String, Path, example = "sales"), PageQuery),
    responses((status = 200, description = "A page of what waits", body = InboxPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("request.read")))
)]
#[get("/v1/departments/{department}/inbox")]
pub(crate) async fn get_department_inbox(
    Allowed(permit): Allowed<ReadRequests>,
    app: Data<App>,
    Path(key): Path<String>,
    query: Paged,
) -> Result<Json<InboxPage>, Problem> {
    let page = app
        .look(permit.actor(), async |tx: &Tx| {
            let page = inbox::of_department(tx, &permit, &key, &query.page).await?;
            let keys = Keys::read(tx).await?;
            Ok(InboxPage::of(page, |item| ItemView::of(item, &keys, app.now())))
        })
        .await?;
    Ok(Json(page))
}
