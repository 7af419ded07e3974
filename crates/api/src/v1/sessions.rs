//! Signing in, refreshing, signing out; the list of one's sessions; one's password.

use actix_web::{HttpRequest, delete, get, post, put, web::Data};
use guildhall_app::{
    App,
    member::{self, MemberWithGrants},
    session::{self, SignedIn},
    work::Secrecy,
};
use guildhall_domain::{Id, Moment, Refusal, Who, id, member::Email, policy::KeepAccount, session::Session};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Answer, Created, Done, Keyed, create},
    members::MemberView,
    views::{Keys, RoleView, TenantView},
};
use crate::{
    gate,
    http::{Json, Path, Problem},
};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(sign_in)
        .service(refresh)
        .service(list_sessions)
        .service(sign_out)
        .service(revoke_session)
        .service(me)
        .service(change_password);
}

/// Who signs in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInBody {
    /// The e-mail address.
    #[schema(example = "aino@nordic-outfitters.example")]
    email: String,
    /// The password.
    #[schema(format = Password, example = "a long walk before breakfast")]
    password: String,
    /// The company's slug, where the credentials fit in several.
    #[schema(example = "nordic-outfitters")]
    tenant: Option<String>,
}

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshBody {
    /// The token of the answer before.
    #[schema(format = Password, example = "rt_…")]
    refresh_token: String,
}

/// Somebody who is signed in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignedIn)]
pub(crate) struct SignedInView {
    /// The company.
    tenant: TenantView,
    /// Who.
    member: MemberView,
    /// Proves who they are, as `Authorization: Bearer …`.
    #[schema(format = Password)]
    access_token: String,
    /// Renews the access token, once.
    #[schema(format = Password)]
    refresh_token: String,
    /// The access token's life in seconds.
    #[schema(example = 600)]
    expires_in: u64,
    /// Always `Bearer`.
    #[schema(value_type = String, example = "Bearer")]
    token_type: &'static str,
}

impl SignedInView {
    /// With the keys of departments read in the same unit of work.
    pub(crate) async fn read(tx: &Tx, signed_in: SignedIn) -> Result<Self, Refusal> {
        let SignedIn { tenant, member, grants, access_token, refresh_token, expires_in } = signed_in;
        let member = MemberView::read(MemberWithGrants { member, grants }, &Keys::read(tx).await?);
        Ok(Self { tenant: tenant.into(), member, access_token, refresh_token, expires_in, token_type: "Bearer" })
    }
}

/// Signs in. Without `tenant` the password is tried on up to three companies that know the e-mail.
#[utoipa::path(
    tag = "getting in",
    operation_id = "signIn",
    request_body = SignInBody,
    responses(
        (status = 201, description = "Signed in", body = SignedInView),
        (status = 409, description = "The credentials fit in several companies", body = crate::http::problem::ProblemView,
            content_type = "application/problem+json"),
    ),
    security(()),
    extensions(("x-action" = json!("public")))
)]
#[post("/v1/sessions")]
pub(crate) async fn sign_in(
    app: Data<App>,
    request: HttpRequest,
    sent: Keyed<SignInBody>,
) -> Result<Answer<SignedInView>, Problem> {
    let client = gate::client(&request);
    let email =
        Email::parse(&sent.body.email).map_err(|flaw| Refusal::flaw("/email", flaw.code(), flaw.to_string()))?;
    let proven = app.prove(&email, &sent.body.password, sent.body.tenant.as_deref(), &client).await?;
    let actor = proven.actor().clone();
    create(&app, &actor, sent, Secrecy::Secret, async |work, _| {
        let signed_in = session::sign_in(work, proven, &client).await?;
        Ok(Created::at(SignedInView::read(work, signed_in).await?, "/v1/me".to_owned(), None))
    })
    .await
}

/// Exchanges a refresh token for a new pair. A token that was used before ends its whole session.
#[utoipa::path(
    tag = "getting in",
    operation_id = "refreshSession",
    responses((status = 201, description = "Signed in anew", body = SignedInView)),
    security(()),
    extensions(("x-action" = json!("public")))
)]
#[post("/v1/sessions/refresh")]
pub(crate) async fn refresh(
    app: Data<App>,
    request: HttpRequest,
    sent: Json<RefreshBody>,
) -> Result<Answer<SignedInView>, Problem> {
    let client = gate::client(&request);
    let view = app.renew(&sent.0.refresh_token, &client, SignedInView::read).await?;
    Ok(Answer::of(Created::plain(view).reply()?))
}

/// A signed-in session.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    /// Its identifier.
    #[schema(value_type = String, example = "ses_01jd0000007000g00000000001")]
    id: Id<id::Session>,
    /// Whether it is the one that asks.
    current: bool,
    /// What the client called itself.
    user_agent: Option<String>,
    /// The client's network.
    #[schema(example = "192.0.2.0/24")]
    network: Option<String>,
    /// When it ends at the latest.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Moment,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it was last refreshed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

impl SessionView {
    fn of(session: Session, current: bool) -> Self {
        let Session { id, user_agent, network, created_at, updated_at, expires_at, .. } = session;
        Self { id, current, user_agent, network, expires_at, created_at, updated_at }
    }
}

/// One's living sessions, ten at most.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionPage {
    /// The sessions, oldest first.
    items: Vec<SessionView>,
    /// Always null: there is one page.
    next_cursor: Option<String>,
}

/// Lists one's own sessions.
#[utoipa::path(
    tag = "getting in",
    operation_id = "listSessions",
    responses((status = 200, description = "One's living sessions", body = SessionPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("account.keep")))
)]
#[get("/v1/sessions")]
pub(crate) async fn list_sessions(
    Allowed(permit): Allowed<KeepAccount>,
    app: Data<App>,
) -> Result<Json<SessionPage>, Problem> {
    let sessions = app.look(permit.actor(), async |tx: &Tx| session::list(tx, &permit, app.now()).await).await?;
    let own = |id| matches!(permit.actor().who, Who::Member { session, .. } if session == id);
    let items = sessions.into_iter().map(|session| {
        let current = own(session.id);
        SessionView::of(session, current)
    });
    Ok(Json(SessionPage { items: items.collect(), next_cursor: None }))
}

/// Signs out: ends the session that asks.
#[utoipa::path(
    tag = "getting in",
    operation_id = "signOut",
    responses((status = 204, description = "Signed out")),
    security(("member" = [])),
    extensions(("x-action" = json!("account.keep")))
)]
#[delete("/v1/sessions/current")]
pub(crate) async fn sign_out(Allowed(permit): Allowed<KeepAccount>, app: Data<App>) -> Result<Done, Problem> {
    let Who::Member { session, .. } = permit.actor().who else { return Err(Refusal::NotFound.into()) };
    app.act(permit.actor(), async |work| session::end(work, &permit, session).await).await?;
    Ok(Done)
}

/// Ends one of one's own sessions.
#[utoipa::path(
    tag = "getting in",
    operation_id = "revokeSession",
    params(("session" = String, Path, example = "ses_01jd0000007000g00000000001")),
    responses((status = 204, description = "Ended")),
    security(("member" = [])),
    extensions(("x-action" = json!("account.keep")))
)]
#[delete("/v1/sessions/{session}")]
pub(crate) async fn revoke_session(
    Allowed(permit): Allowed<KeepAccount>,
    app: Data<App>,
    Path(session): Path<Id<id::Session>>,
) -> Result<Done, Problem> {
    app.act(permit.actor(), async |work| session::end(work, &permit, session).await).await?;
    Ok(Done)
}

/// Who one is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub(crate) struct MeView {
    /// The person.
    member: MemberView,
    /// The company.
    tenant: TenantView,
    /// The roles.
    roles: Vec<RoleView>,
}

/// Tells who one is and what one holds.
#[utoipa::path(
    tag = "getting in",
    operation_id = "getMe",
    responses((status = 200, description = "Who one is", body = MeView)),
    security(("member" = [])),
    extensions(("x-action" = json!("account.keep")))
)]
#[get("/v1/me")]
pub(crate) async fn me(Allowed(permit): Allowed<KeepAccount>, app: Data<App>) -> Result<Json<MeView>, Problem> {
    let view = app
        .look(permit.actor(), async |tx: &Tx| {
            let (tenant, me) = member::me(tx, &permit).await?;
            let keys = Keys::read(tx).await?;
            let roles = RoleView::all(&me.grants, &keys);
            Ok(MeView { member: MemberView::read(me, &keys), tenant: tenant.into(), roles })
        })
        .await?;
    Ok(Json(view))
}

/// A change of one's password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordBody {
    /// The one of now.
    #[schema(format = Password, example = "a long walk before breakfast")]
    current_password: String,
    /// The one from now on; at least 15 characters.
    #[schema(format = Password, min_length = 15, max_length = 256, example = "a longer walk before supper")]
    new_password: String,
}

/// Changes one's password and ends every other session.
#[utoipa::path(
    tag = "getting in",
    operation_id = "changePassword",
    responses((status = 204, description = "Changed")),
    security(("member" = [])),
    extensions(("x-action" = json!("account.keep")))
)]
#[put("/v1/me/password")]
pub(crate) async fn change_password(
    Allowed(permit): Allowed<KeepAccount>,
    app: Data<App>,
    request: HttpRequest,
    body: Json<PasswordBody>,
) -> Result<Done, Problem> {
    let hash = app.new_password(&permit, &body.0.new_password).await?;
    app.prove_again(&permit, &body.0.current_password, &gate::client(&request)).await?;
    app.act(permit.actor(), async |work| member::set_password(work, &permit, &hash).await).await?;
    Ok(Done)
}
