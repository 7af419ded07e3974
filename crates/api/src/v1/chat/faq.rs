//! What the bot can answer, as a page of questions and answers for the website.

use actix_web::{HttpRequest, HttpResponse, get, http::header, web::Data};
use guildhall_app::App;
use guildhall_domain::{intent::pick, policy::OpenConversation, text::Language};
use guildhall_persistence::{IntentFilter, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    super::{answer::Allowed, parse::IntentNameView},
    admitted,
};
use crate::http::{Problem, Query, problem::catalogue as kinds};

/// In which language.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaqQuery {
    /// The visitor's language; the bot's own where absent.
    #[param(example = "en")]
    language: Option<String>,
}

/// Questions and answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Faq {
    /// By department, and by title in each.
    departments: Vec<FaqDepartment>,
}

/// What a department answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaqDepartment {
    /// Its key.
    #[schema(example = "customer-service")]
    department: String,
    /// Its name.
    #[schema(example = "Customer Service")]
    name: String,
    /// The live intents that have a title.
    entries: Vec<FaqEntry>,
}

/// A question with its answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FaqEntry {
    /// The intent.
    intent: IntentNameView,
    /// How a visitor would call it.
    #[schema(example = "Returning an item")]
    title: String,
    /// The answer.
    text: String,
    /// The answer's language.
    #[schema(example = "en")]
    language: String,
}

/// Lists live titles with their answers, by department.
#[utoipa::path(
    tag = "chat",
    operation_id = "getFaq",
    params(FaqQuery),
    responses((status = 200, description = "Questions and answers", body = Faq)),
    security(("channel" = []), ("visitor" = [])),
    extensions(("x-action" = json!("chat.open")))
)]
#[get("/v1/chat/faq")]
pub(crate) async fn faq(
    Allowed(permit): Allowed<OpenConversation>,
    app: Data<App>,
    request: HttpRequest,
    Query(query): Query<FaqQuery>,
) -> Result<HttpResponse, Problem> {
    let channel = admitted(&app, permit.actor(), &request, false).await?;
    let wanted = query.language.as_deref().map(Language::parse).transpose();
    let wanted =
        wanted.map_err(|flaw| Problem::new(&kinds::INVALID_PARAMETER).detail(format!("`language` {flaw}.")))?;
    let faq = app
        .look(permit.actor(), async |tx: &Tx| {
            let (bot, own) = (app.live_bot(tx).await?, tx.builds().bot().await?.settings.language);
            let wanted = wanted.as_ref().unwrap_or(&own);
            let departments =
                bot.parts.iter().filter_map(|part| bot.face(part.department).map(|face| (part.department, face)));
            let department = |(id, face): (_, &guildhall_app::live::Face)| {
                let entry = |intent: guildhall_domain::content::FrozenIntent| {
                    let answer = pick(&intent.answers, wanted, channel.kind.name(), &own)?;
                    let (text, language) = (answer.text.to_string(), answer.language.to_string());
                    let (title, intent) = (intent.title?, IntentNameView { id: intent.id, name: intent.name });
                    Some(FaqEntry { intent, title, text, language })
                };
                let mut entries: Vec<_> =
                    bot.intents_of(id, &IntentFilter::default()).into_iter().filter_map(entry).collect();
                entries.sort_by(|a, b| a.title.cmp(&b.title));
                FaqDepartment { department: face.key.clone(), name: face.name.clone(), entries }
            };
            Ok(Faq { departments: departments.map(department).collect() })
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "private, max-age=60")).json(faq))
}
