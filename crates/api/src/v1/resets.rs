//! Setting a new password without the old one: asking for a link, making one for somebody, using it.

use actix_web::{HttpRequest, post, web::Data};
use guildhall_app::{
    App,
    reset::{self, ResetLink},
    work::Secrecy,
};
use guildhall_auth::ResetToken;
use guildhall_domain::{Id, Moment, Refusal, id, member::Email, policy::ManageMembers};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::answer::{Accepted, Allowed, Answer, Created, Done, Keyed, create};
use crate::{
    gate,
    http::{Json, Path, Problem},
};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(complete_reset).service(ask_reset).service(make_reset_link);
}

/// Who lost the password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetRequestBody {
    /// The e-mail address.
    #[schema(example = "aino@nordic-outfitters.example", max_length = 254)]
    email: String,
    /// The company's slug; without it each company that knows the address sends its link.
    #[schema(example = "nordic-outfitters")]
    tenant: Option<String>,
}

/// Asks for a link to set a new password. The answer is the same, after the same time, whether the address is known or
/// not. The link comes by e-mail and is good for half an hour; a server that sends no e-mail sends none.
#[utoipa::path(
    tag = "getting in",
    operation_id = "requestPasswordReset",
    request_body = ResetRequestBody,
    responses((status = 202, description = "If the address is known, a letter is on its way")),
    security(()),
    extensions(("x-action" = json!("public")))
)]
#[post("/v1/password-resets")]
pub(crate) async fn ask_reset(
    app: Data<App>,
    request: HttpRequest,
    body: Json<ResetRequestBody>,
) -> Result<Accepted, Problem> {
    let ResetRequestBody { email, tenant } = body.0;
    let email = Email::parse(&email).map_err(|flaw| Refusal::flaw("/email", flaw.code(), flaw.to_string()))?;
    app.ask_reset(&email, tenant.as_deref(), &gate::client(&request)).await?;
    Ok(Accepted)
}

/// A new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPasswordBody {
    /// The token of the link.
    #[schema(format = Password, example = "pr_…")]
    token: String,
    /// The password from now on; at least 15 characters.
    #[schema(format = Password, min_length = 15, max_length = 256, example = "a longer walk before supper")]
    new_password: String,
}

/// Sets a new password by a link, and ends every session of its member.
#[utoipa::path(
    tag = "getting in",
    operation_id = "completePasswordReset",
    request_body = NewPasswordBody,
    responses((status = 204, description = "Set; sign in with it")),
    security(()),
    extensions(("x-action" = json!("public")))
)]
#[post("/v1/password-resets/complete")]
pub(crate) async fn complete_reset(
    app: Data<App>,
    request: HttpRequest,
    body: Json<NewPasswordBody>,
) -> Result<Done, Problem> {
    let new = app.read_new_password(&body.0.token, &body.0.new_password).await?;
    app.reset_password(new, &gate::client(&request)).await?;
    Ok(Done)
}

/// For whom a link is made stands in the path.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetLinkBody {}

/// A link by which a member sets a new password.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResetLink)]
pub(crate) struct ResetLinkView {
    /// Its identifier.
    #[schema(value_type = String, example = "pwr_01jd0000007000g00000000001")]
    id: Id<id::PasswordReset>,
    /// Whose password.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    member: Id<id::Member>,
    /// What the member sets it with, shown this once; null where a letter brings it.
    #[schema(format = Password, example = "pr_…")]
    token: Option<String>,
    /// The same as a link to hand over.
    #[schema(format = "uri")]
    link: Option<String>,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Moment,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
}

impl ResetLinkView {
    fn of(ResetLink { reset, token }: &ResetLink, app: &App) -> Self {
        Self {
            id: reset.id,
            member: reset.member,
            token: token.as_ref().map(ResetToken::text),
            link: token.as_ref().map(|token| app.links().reset(token)),
            expires_at: reset.expires_at,
            created_at: reset.created_at,
        }
    }
}

/// Makes a link by which a member sets a new password, in place of older ones. It goes to them by e-mail; only a server
/// that sends none shows it, to be handed over. It is on record.
#[utoipa::path(
    tag = "people",
    operation_id = "createResetLink",
    params(("member" = String, Path, example = "mem_01jd0000007000g00000000001")),
    request_body = ResetLinkBody,
    responses((status = 201, description = "The link", body = ResetLinkView)),
    security(("member" = [])),
    extensions(("x-action" = json!("member.manage")))
)]
#[post("/v1/members/{member}/reset-links")]
pub(crate) async fn make_reset_link(
    Allowed(permit): Allowed<ManageMembers>,
    app: Data<App>,
    Path(id): Path<Id<id::Member>>,
    sent: Keyed<ResetLinkBody>,
) -> Result<Answer<ResetLinkView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Secret, async |work, _| {
        let link = reset::make(work, &permit, id).await?;
        Ok(Created::plain(ResetLinkView::of(&link, work.app())))
    })
    .await
}
