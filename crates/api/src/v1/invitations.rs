//! Invitations: making, listing, taking back, and coming in by one.

use actix_web::{HttpRequest, delete, get, post, web::Data};
use guildhall_app::{
    App,
    invitation::{self, Invited, NewInvitation},
    work::Secrecy,
};
use guildhall_domain::{
    Flaws, Id, Moment, Refusal,
    actor::Role,
    id,
    invitation::Invitation,
    member::Email,
    policy::Invite,
    text::{Name, TextFlaw},
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Answer, Created, Done, Keyed, create},
    sessions::SignedInView,
    views::{Keys, page_view},
};
use crate::{
    gate,
    http::{Json, PageQuery, Paged, Path, Problem},
};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(accept_invitation).service(invite).service(list_invitations).service(revoke_invitation);
}

/// Who is invited, and to what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvitationBody {
    /// Their e-mail address.
    #[schema(example = "eero@nordic-outfitters.example", max_length = 254)]
    email: String,
    /// The name to greet them by.
    #[schema(max_length = 100, example = "Eero Virtanen")]
    name: Option<String>,
    /// `leader` or `executive`; nothing but a member without it.
    #[schema(example = "executive")]
    tenant_role: Option<String>,
    /// The key of a department in which they will have a role.
    #[schema(example = "sales")]
    department: Option<String>,
    /// Their role there: `owner`, `reviewer`, `editor`, `agent` or `viewer`.
    #[schema(example = "editor")]
    role: Option<String>,
}

impl InvitationBody {
    fn parse(self) -> Result<NewInvitation, Refusal> {
        let mut flaws = Flaws::default();
        let email = flaws.take("/email", Email::parse(&self.email));
        let name = self.name.and_then(|name| flaws.take("/name", Name::parse(&name)));
        let tenant_role = match self.tenant_role {
            None => Some(Role::Member),
            Some(role) => flaws.take("/tenant_role", tenant_role(&role)),
        };
        let department = match (self.department, self.role) {
            (None, None) => None,
            (Some(key), Some(role)) => flaws.take("/role", department_role(&role)).map(|role| (key, role)),
            (Some(_), None) => flaws.take("/role", Err(TextFlaw::Form("is needed with a department"))),
            (None, Some(_)) => flaws.take("/department", Err(TextFlaw::Form("is needed with a role"))),
        };
        let new =
            email.zip(tenant_role).map(|(email, tenant_role)| NewInvitation { email, name, tenant_role, department });
        flaws.settle(new)
    }
}

fn tenant_role(name: &str) -> Result<Role, TextFlaw> {
    let role = Role::named(name).filter(|role| matches!(role, Role::Leader | Role::Executive));
    role.ok_or(TextFlaw::Form("must be leader or executive"))
}

/// Reads a role that a department gives.
pub(crate) fn department_role(name: &str) -> Result<Role, TextFlaw> {
    let role = Role::named(name).filter(|role| Role::OF_DEPARTMENT.contains(role));
    role.ok_or(TextFlaw::Form("must be owner, reviewer, editor, agent or viewer"))
}

/// An invitation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
pub(crate) struct InvitationView {
    /// Its identifier.
    #[schema(value_type = String, example = "inv_01jd0000007000g00000000001")]
    id: Id<id::Invitation>,
    /// Who is invited.
    email: String,
    /// The name to greet them by.
    name: Option<String>,
    /// The role in the company.
    #[schema(value_type = String, example = "member")]
    tenant_role: &'static str,
    /// The key of a department.
    department: Option<String>,
    /// The role there.
    #[schema(value_type = Option<String>, example = "editor")]
    role: Option<&'static str>,
    /// `open`, `accepted`, `revoked` or `expired`.
    #[schema(value_type = String, example = "open")]
    state: &'static str,
    /// Who invites.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    invited_by: Id<id::Member>,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Moment,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(InvitationPage of InvitationView);

impl InvitationView {
    fn of(invitation: Invitation, keys: &Keys, now: Moment) -> Self {
        let state = match (invitation.accepted_at, invitation.revoked_at) {
            (Some(_), _) => "accepted",
            (_, Some(_)) => "revoked",
            _ if invitation.open(now) => "open",
            _ => "expired",
        };
        let (department, role) = invitation.department.unzip();
        Self {
            id: invitation.id,
            email: invitation.email.as_str().to_owned(),
            name: invitation.name.map(String::from),
            tenant_role: invitation.tenant_role.name(),
            department: department.and_then(|id| keys.of(id)),
            role: role.map(Role::name),
            state,
            invited_by: invitation.invited_by,
            expires_at: invitation.expires_at,
            created_at: invitation.created_at,
            updated_at: invitation.accepted_at.or(invitation.revoked_at).unwrap_or(invitation.created_at),
        }
    }
}

/// An invitation that was just made, with its token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewInvitation)]
pub(crate) struct NewInvitationView {
    /// The invitation.
    invitation: InvitationView,
    /// What the invited person accepts with, shown this once; null where a letter brings it.
    #[schema(format = Password)]
    token: Option<String>,
    /// The same as a link to hand over.
    #[schema(format = "uri")]
    link: Option<String>,
}

/// Invites somebody, by e-mail. Only a server that sends none shows the token and its link, to be handed over.
#[utoipa::path(
    tag = "people",
    operation_id = "createInvitation",
    request_body = InvitationBody,
    responses((status = 201, description = "The invitation with its token", body = NewInvitationView)),
    security(("member" = [])),
    extensions(("x-action" = json!("member.invite")))
)]
#[post("/v1/invitations")]
pub(crate) async fn invite(
    Allowed(permit): Allowed<Invite>,
    app: Data<App>,
    sent: Keyed<InvitationBody>,
) -> Result<Answer<NewInvitationView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Secret, async |work, body: InvitationBody| {
        let Invited { invitation, token } = invitation::create(work, &permit, body.parse()?).await?;
        let invitation = InvitationView::of(invitation, &Keys::read(work).await?, work.now());
        let link = token.as_ref().map(|token| work.app().links().invitation(token));
        Ok(Created::plain(NewInvitationView { invitation, token: token.map(|token| token.text()), link }))
    })
    .await
}

/// Lists the invitations that one may see.
#[utoipa::path(
    tag = "people",
    operation_id = "listInvitations",
    params(PageQuery),
    responses((status = 200, description = "A page of invitations", body = InvitationPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("member.invite")))
)]
#[get("/v1/invitations")]
pub(crate) async fn list_invitations(
    Allowed(permit): Allowed<Invite>,
    app: Data<App>,
    query: Paged,
) -> Result<Json<InvitationPage>, Problem> {
    let now = app.now();
    let page = app
        .look(permit.actor(), async |tx: &Tx| {
            let invitations = invitation::list(tx, &permit, &query.page).await?;
            let keys = Keys::read(tx).await?;
            Ok(InvitationPage::of(invitations, |invitation| InvitationView::of(invitation, &keys, now)))
        })
        .await?;
    Ok(Json(page))
}

/// Takes an invitation back.
#[utoipa::path(
    tag = "people",
    operation_id = "revokeInvitation",
    params(("invitation" = String, Path, example = "inv_01jd0000007000g00000000001")),
    responses((status = 204, description = "Taken back")),
    security(("member" = [])),
    extensions(("x-action" = json!("member.invite")))
)]
#[delete("/v1/invitations/{invitation}")]
pub(crate) async fn revoke_invitation(
    Allowed(permit): Allowed<Invite>,
    app: Data<App>,
    Path(id): Path<Id<id::Invitation>>,
) -> Result<Done, Problem> {
    app.act(permit.actor(), async |work| invitation::revoke(work, &permit, id).await).await?;
    Ok(Done)
}

/// What somebody sends to come in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptanceBody {
    /// The invitation's token.
    #[schema(format = Password, example = "it_…")]
    token: String,
    /// Their name.
    #[schema(min_length = 1, max_length = 100, example = "Eero Virtanen")]
    name: String,
    /// Their password; at least 15 characters.
    #[schema(format = Password, min_length = 15, max_length = 256, example = "a quiet lake in the morning")]
    password: String,
}

/// Comes in by an invitation, and signs in.
#[utoipa::path(
    tag = "getting in",
    operation_id = "acceptInvitation",
    request_body = AcceptanceBody,
    responses((status = 201, description = "The new member, signed in", body = SignedInView)),
    security(()),
    extensions(("x-action" = json!("public")))
)]
#[post("/v1/invitations/accept")]
pub(crate) async fn accept_invitation(
    app: Data<App>,
    request: HttpRequest,
    sent: Keyed<AcceptanceBody>,
) -> Result<Answer<SignedInView>, Problem> {
    let client = gate::client(&request);
    let AcceptanceBody { token, name, password } = &sent.body;
    let acceptance = app.read_acceptance(token, name, password).await?;
    let actor = acceptance.actor();
    create(&app, &actor, sent, Secrecy::Secret, async |work, _| {
        let signed_in = invitation::accept(work, acceptance, &client).await?;
        Ok(Created::at(SignedInView::read(work, signed_in).await?, "/v1/me".to_owned(), None))
    })
    .await
}
