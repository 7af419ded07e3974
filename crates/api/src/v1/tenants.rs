//! Signing a company up.

use actix_web::{HttpRequest, post, web::Data};
use guildhall_app::{
    App, Work,
    tenant::{self, SignUp},
    work::Secrecy,
};
use guildhall_domain::Refusal;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Answer, Created, Keyed},
    sessions::SignedInView,
};
use crate::{Settings, gate, http::Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(sign_up);
}

/// A company that signs up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignUpBody {
    /// The company's name.
    #[schema(min_length = 1, max_length = 100, example = "Nordic Outfitters")]
    company: String,
    /// Who will lead the project.
    leader: LeaderBody,
}

/// Who will lead the project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeaderBody {
    /// The name.
    #[schema(min_length = 1, max_length = 100, example = "Aino Laine")]
    name: String,
    /// The e-mail address.
    #[schema(example = "aino@nordic-outfitters.example", max_length = 254)]
    email: String,
    /// At least 15 characters; any kind.
    #[schema(format = Password, min_length = 15, max_length = 256, example = "a long walk before breakfast")]
    password: String,
}

/// Signs a company up and its leader in.
#[utoipa::path(
    tag = "getting in",
    operation_id = "signUp",
    request_body = SignUpBody,
    responses((status = 201, description = "The company with its leader, signed in", body = SignedInView)),
    security(()),
    extensions(("x-action" = json!("public")))
)]
#[post("/v1/tenants")]
pub(crate) async fn sign_up(
    app: Data<App>,
    settings: Data<Settings>,
    request: HttpRequest,
    sent: Keyed<SignUpBody>,
) -> Result<Answer<SignedInView>, Problem> {
    if !settings.sign_up {
        return Err(Refusal::Forbidden("sign-up-closed").into());
    }
    let body = &sent.body;
    let new = SignUp::parse(&body.company, &body.leader.name, &body.leader.email, &body.leader.password)?;
    let actor = app.tenant_to_found(&new.email, sent.key())?;
    let hash = app.hash_password(new.password.clone()).await?;
    let client = gate::client(&request);
    let (_, once) = sent.by(&actor);
    let company = new.company.clone();
    let ground = async |work: &Work<'_>| tenant::found(work, &company).await;
    let reply = app
        .act_once_on(&actor, once, Secrecy::Secret, ground, async |work, tenant| {
            let founded = tenant::settle(work, tenant, new, hash, &client).await?;
            Created::at(SignedInView::read(work, founded.leader).await?, "/v1/me".to_owned(), None).reply()
        })
        .await?;
    Ok(Answer::of(reply))
}
