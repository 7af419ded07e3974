//! What the bot understands: the live one, or as it would be with some departments' drafts.

mod views;

use std::sync::Arc;

use actix_web::{post, web::Data};
use guildhall_app::{App, bot, desk, live::LiveBot};
use guildhall_domain::{
    Flaws, Refusal,
    bot::Settings,
    policy::{self, ReadDraft, ReadLive},
    text::{Language, MessageText},
};
use guildhall_persistence::Tx;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use self::views::IntentNameView;
use self::views::{ParseResultView, ParseView, TraceView};
use super::{answer::Allowed, intents::Stage};
use crate::http::{Json, Problem, Query};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(parse);
}

/// How many bytes of texts one call may bring.
const PARSE_LIMIT: usize = 4 * 1024 * 1024;
/// How many texts.
const MOST_TEXTS: usize = 1000;
/// How many when each is explained.
const MOST_TRACES: usize = 100;

/// Texts that are to be understood.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParseBody {
    /// The texts, 1000 at most.
    #[schema(min_items = 1, max_items = 1000)]
    texts: Vec<String>,
    /// Their language, where it is known.
    #[schema(example = "en")]
    language: Option<String>,
    /// `live` (default), or `draft`: the drafts of `departments` beside the live content of the rest.
    #[schema(inline)]
    stage: Option<Stage>,
    /// The keys of the departments whose drafts are tried.
    departments: Option<Vec<String>>,
}

/// Whether to say why.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParseQuery {
    /// Says for each text (100 at most then) why it was understood so.
    trace: Option<bool>,
}

/// Understands texts, as the live bot or as it would be with some departments' drafts.
#[utoipa::path(
    tag = "bot",
    operation_id = "parseTexts",
    params(ParseQuery),
    responses((status = 200, description = "What the bot made of each text", body = ParseView)),
    security(("member" = [])),
    extensions(("x-action" = json!("live.read")), ("x-action-draft" = json!("draft.read")))
)]
#[post("/v1/bot/parse")]
pub(crate) async fn parse(
    Allowed(permit): Allowed<ReadLive>,
    app: Data<App>,
    Query(query): Query<ParseQuery>,
    body: Json<ParseBody, PARSE_LIMIT>,
) -> Result<Json<ParseView>, Problem> {
    permit.whole()?;
    let body = body.0;
    let why = query.trace.unwrap_or(false);
    let language = read_texts(&body, if why { MOST_TRACES } else { MOST_TEXTS })?;
    let (settings, bot) = match body.stage.unwrap_or(Stage::Live) {
        Stage::Live => {
            let get = async |tx: &Tx| bot::get(tx, &permit, &app).await;
            let (bot, live) = app.look(permit.actor(), get).await?;
            (bot.settings, live)
        }
        Stage::Draft => {
            let permit = policy::judge::<ReadDraft>(permit.actor())?;
            let keys = body.departments.as_deref().unwrap_or_default();
            let drafts = async |tx: &Tx| {
                let desk = app.desk(tx, &permit, &desk::named(tx, &permit, keys).await?).await?;
                Ok((tx.builds().bot().await?.settings, Arc::clone(&desk.desk()?.bot)))
            };
            app.look(permit.actor(), drafts).await?
        }
    };
    Ok(Json(understand_all(bot, settings, body.texts, language, why).await?))
}

fn read_texts(body: &ParseBody, most: usize) -> Result<Option<Language>, Refusal> {
    let mut flaws = Flaws::default();
    if !(1..=most).contains(&body.texts.len()) {
        flaws.add("/texts", "out-of-range", format!("must hold 1 to {most} texts"));
    }
    for (at, text) in body.texts.iter().enumerate() {
        flaws.take(format!("/texts/{at}"), MessageText::parse(text));
    }
    let drafts = body.stage.unwrap_or(Stage::Live) == Stage::Draft;
    if drafts != body.departments.as_ref().is_some_and(|keys| !keys.is_empty()) {
        flaws.add("/departments", "invalid", "names at least one department with stage draft, and is absent with live");
    }
    let language = body.language.as_deref().map(|tag| flaws.take("/language", Language::parse(tag)));
    flaws.settle(Some(language.flatten()))
}

/// Off the worker: a thousand texts take their time, and others wait for it.
async fn understand_all(
    live: Arc<LiveBot>,
    settings: Settings,
    texts: Vec<String>,
    language: Option<Language>,
    why: bool,
) -> Result<ParseView, Refusal> {
    let all = move || {
        let view = |text: &String| {
            if why {
                let (understood, trace) = bot::explain(&live, &settings, text, language.as_ref());
                let trace = TraceView::of(&live, &understood, trace);
                ParseResultView::of(&live, understood, Some(trace))
            } else {
                ParseResultView::of(&live, bot::understand(&live, &settings, text, language.as_ref()), None)
            }
        };
        ParseView { results: texts.iter().map(view).collect() }
    };
    tokio::task::spawn_blocking(all).await.map_err(Refusal::broken)
}
