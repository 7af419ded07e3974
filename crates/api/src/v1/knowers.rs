//! Who knows: departments by probability, and persons who agreed to be named.

use actix_web::{post, web::Data};
use guildhall_app::{
    App,
    knower::{Knower, Knowers, LikelyDepartment, Reason},
};
use guildhall_domain::{Flaws, Id, id, policy::SendRequest, request::Question, text::Language};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{answer::Allowed, views::Keys};
use crate::http::{Json, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(ask_who_knows);
}

/// What one wants to know.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WhoKnowsBody {
    /// The question.
    #[schema(min_length = 1, max_length = 2000, example = "May a gift card be used twice?")]
    question: String,
    /// Its language, where it is known.
    #[schema(example = "en")]
    language: Option<String>,
}

/// Who knows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Knowers)]
pub(crate) struct KnowersView {
    /// The departments that most likely know, the likeliest first.
    departments: Vec<LikelyDepartmentView>,
    /// Persons who agreed to be named, by name; nobody is ranked.
    persons: Vec<KnowerView>,
}

/// A department that likely knows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LikelyDepartment)]
pub(crate) struct LikelyDepartmentView {
    /// Its key.
    #[schema(example = "sales")]
    department: String,
    /// Its share of what the bot makes of the question, 0 to 1.
    #[schema(example = 0.82)]
    probability: f32,
    /// Its live intents that are near, the nearest first.
    intents: Vec<NearIntentView>,
}

/// An intent that is near.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NearIntent)]
pub(crate) struct NearIntentView {
    /// Its identifier.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000001")]
    id: Id<id::Intent>,
    /// What visitors call it, or its name.
    #[schema(example = "Gift cards")]
    title: String,
}

/// A person who likely knows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Knower)]
pub(crate) struct KnowerView {
    /// Their identifier.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    member: Id<id::Member>,
    /// Their name.
    #[schema(example = "Eero Virtanen")]
    name: String,
    /// Why they likely know.
    reasons: Vec<ReasonView>,
}

/// Why somebody likely knows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = KnowerReason)]
pub(crate) struct ReasonView {
    /// `role`: they answer for a department that owns what is near; `answered`: they answered something near.
    #[schema(value_type = String, example = "role")]
    kind: &'static str,
    /// The department's key.
    #[schema(example = "sales")]
    department: Option<String>,
    /// The role, where it is that.
    #[schema(value_type = Option<String>, example = "editor")]
    role: Option<&'static str>,
}

impl KnowersView {
    fn of(Knowers { departments, persons }: Knowers, keys: &Keys) -> Self {
        let department = |LikelyDepartment { department, probability, near }: LikelyDepartment| {
            let intents = near.into_iter().map(|(id, title)| NearIntentView { id, title }).collect();
            keys.of(department).map(|department| LikelyDepartmentView { department, probability, intents })
        };
        let reason = |reason: Reason| match reason {
            Reason::Role(role, at) => ReasonView { kind: "role", department: keys.of(at), role: Some(role.name()) },
            Reason::Answered(at) => ReasonView { kind: "answered", department: keys.of(at), role: None },
        };
        let person = |Knower { member, name, reasons }: Knower| KnowerView {
            member,
            name: name.into(),
            reasons: reasons.into_iter().map(reason).collect(),
        };
        Self {
            departments: departments.into_iter().filter_map(department).collect(),
            persons: persons.into_iter().map(person).collect(),
        }
    }
}

/// Asks who likely knows the answer to a question.
#[utoipa::path(
    tag = "requests",
    operation_id = "askWhoKnows",
    responses((status = 200, description = "Who knows", body = KnowersView)),
    security(("member" = [])),
    extensions(("x-action" = json!("request.send")))
)]
#[post("/v1/who-knows")]
pub(crate) async fn ask_who_knows(
    Allowed(permit): Allowed<SendRequest>,
    app: Data<App>,
    body: Json<WhoKnowsBody>,
) -> Result<Json<KnowersView>, Problem> {
    let mut flaws = Flaws::default();
    let question = flaws.take("/question", Question::parse(&body.0.question));
    let language = body.0.language.and_then(|tag| flaws.take("/language", Language::parse(&tag)));
    let question = flaws.settle(question)?;
    let knowers = app.who_knows(&permit, question.as_str(), language.as_ref()).await?;
    let keys = app.look(permit.actor(), async |tx: &Tx| Keys::read(tx).await).await?;
    Ok(Json(KnowersView::of(knowers, &keys)))
}
