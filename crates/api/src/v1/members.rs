//! Who works here.

use actix_web::{get, patch, web::Data};
use guildhall_app::{
    App,
    member::{self, MemberPatch, MemberWithGrants},
};
use guildhall_domain::{
    Flaws, Id, Moment, Refusal, id,
    member::{Member, State, TimeZone},
    policy::{EditMember, ReadMembers},
    text::{Language, Name, Title},
};
use guildhall_persistence::{MemberFilter, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Versioned, given, present},
    views::{Keys, RoleView, page_view},
};
use crate::http::{IfMatch, Json, PageQuery, Paged, Path, Problem, problem::catalogue as kinds};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_members).service(get_member).service(change_member);
}

/// A person of the company.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Member)]
pub(crate) struct MemberView {
    /// Their identifier.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    id: Id<id::Member>,
    /// Their name.
    #[schema(example = "Aino Laine")]
    name: String,
    /// Their e-mail address.
    #[schema(example = "aino@nordic-outfitters.example")]
    email: String,
    /// Their job title.
    #[schema(example = "Head of Digital")]
    title: Option<String>,
    /// The language that they read.
    #[schema(example = "fi")]
    language: Option<String>,
    /// Where their working day is.
    #[schema(example = "Europe/Helsinki")]
    time_zone: Option<String>,
    /// The key of the one department that they belong to.
    #[schema(example = "sales")]
    home_department: Option<String>,
    /// What they hold.
    roles: Vec<RoleView>,
    /// `active`, `suspended`, or `left`: they work here no more, and what they made still names them.
    #[schema(value_type = String, example = "active")]
    state: &'static str,
    /// Rises with each change.
    version: i64,
    /// When they joined.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When they last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(MemberPage of MemberView);

impl MemberView {
    pub(crate) fn read(MemberWithGrants { member, grants }: MemberWithGrants, keys: &Keys) -> Self {
        let Member { id, name, email, profile, state, version, created_at, updated_at, .. } = member;
        Self {
            id,
            name: name.into(),
            email: email.as_str().to_owned(),
            title: profile.title.map(String::from),
            language: profile.language.map(|language| language.to_string()),
            time_zone: profile.time_zone.map(|zone| zone.as_str().to_owned()),
            home_department: profile.home_department.and_then(|id| keys.of(id)),
            roles: RoleView::all(&grants, keys),
            state: state.name(),
            version,
            created_at,
            updated_at,
        }
    }
}

/// Which members.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberQuery {
    /// Words in the name.
    q: Option<String>,
    /// `active`, `suspended` or `left`; all who have not left where absent.
    #[param(example = "active")]
    state: Option<String>,
}

impl MemberQuery {
    fn filter(&self) -> Result<MemberFilter<'_>, Problem> {
        let unknown = || Problem::new(&kinds::INVALID_PARAMETER).detail("`state` is active, suspended or left.");
        let state = self.state.as_deref().map(|name| State::named(name).ok_or_else(unknown)).transpose()?;
        Ok(MemberFilter { words: self.q.as_deref(), state })
    }
}

/// Lists who works here.
#[utoipa::path(
    tag = "people",
    operation_id = "listMembers",
    params(PageQuery, MemberQuery),
    responses((status = 200, description = "A page of members", body = MemberPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("member.read")))
)]
#[get("/v1/members")]
pub(crate) async fn list_members(
    Allowed(permit): Allowed<ReadMembers>,
    app: Data<App>,
    query: Paged<MemberQuery>,
) -> Result<Json<MemberPage>, Problem> {
    let filter = query.filter.filter()?;
    let page = app
        .look(permit.actor(), async |tx: &Tx| {
            let members = member::list(tx, &permit, &filter, &query.page).await?;
            let keys = Keys::read(tx).await?;
            Ok(MemberPage::of(members, |member| MemberView::read(member, &keys)))
        })
        .await?;
    Ok(Json(page))
}

/// Reads a member.
#[utoipa::path(
    tag = "people",
    operation_id = "getMember",
    params(("member" = String, Path, example = "mem_01jd0000007000g00000000001")),
    responses(
        (status = 200, description = "The member", body = MemberView, headers(("ETag" = String))),
        (status = 304, description = "As `If-None-Match` has it"),
    ),
    security(("member" = [])),
    extensions(("x-action" = json!("member.read")))
)]
#[get("/v1/members/{member}")]
pub(crate) async fn get_member(
    Allowed(permit): Allowed<ReadMembers>,
    app: Data<App>,
    Path(id): Path<Id<id::Member>>,
) -> Result<Versioned<MemberView>, Problem> {
    let view = app
        .look(permit.actor(), async |tx: &Tx| {
            let found = member::get(tx, &permit, id).await?;
            Ok(MemberView::read(found, &Keys::read(tx).await?))
        })
        .await?;
    let version = view.version;
    Ok(Versioned::new(view, version))
}

/// What changes; what is absent stays, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberPatchBody {
    /// Another name.
    #[serde(default, deserialize_with = "given")]
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    name: Option<String>,
    /// Another job title.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 200, example = "Head of Digital")]
    title: Option<Option<String>>,
    /// Another language.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, example = "fi")]
    language: Option<Option<String>>,
    /// Another time zone.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, example = "Europe/Helsinki")]
    time_zone: Option<Option<String>>,
    /// The key of another home department.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, example = "sales")]
    home_department: Option<Option<String>>,
}

impl MemberPatchBody {
    fn parse(self) -> Result<MemberPatch, Refusal> {
        let mut flaws = Flaws::default();
        let patch = MemberPatch {
            name: self.name.and_then(|name| flaws.take("/name", Name::parse(&name))),
            title: self.title.map(|title| title.and_then(|title| flaws.take("/title", Title::parse(&title)))),
            language: self.language.map(|tag| tag.and_then(|tag| flaws.take("/language", Language::parse(&tag)))),
            time_zone: self
                .time_zone
                .map(|zone| zone.and_then(|zone| flaws.take("/time_zone", TimeZone::parse(&zone)))),
            home_department: self.home_department,
        };
        flaws.settle(Some(patch))
    }
}

/// Changes a member's name or profile: one's own, or as the leader anybody's.
#[utoipa::path(
    tag = "people",
    operation_id = "changeMember",
    params(("member" = String, Path, example = "mem_01jd0000007000g00000000001"), ("If-Match" = String, Header, example = "\"v1\"")),
    request_body(content = MemberPatchBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The member as it is now", body = MemberView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("member.edit")))
)]
#[patch("/v1/members/{member}")]
pub(crate) async fn change_member(
    Allowed(permit): Allowed<EditMember>,
    app: Data<App>,
    Path(id): Path<Id<id::Member>>,
    IfMatch(version): IfMatch,
    body: Json<MemberPatchBody>,
) -> Result<Versioned<MemberView>, Problem> {
    let patch = body.0.parse()?;
    let view = app
        .act(permit.actor(), async |work| {
            let changed = member::change(work, &permit, id, version, patch).await?;
            Ok(MemberView::read(changed, &Keys::read(work).await?))
        })
        .await?;
    let version = view.version;
    Ok(Versioned::new(view, version))
}
