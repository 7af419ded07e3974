//! The live bot: its settings and its build.

use std::collections::BTreeMap;

use actix_web::{get, patch, web::Data};
use guildhall_app::{App, bot, live::LiveBot};
use guildhall_domain::{
    Flaws, Moment, Refusal,
    bot::Settings,
    policy::{ConfigureBot, ReadLive},
    text::{AnswerText, Language},
};
use guildhall_persistence::{Bot, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::answer::{Allowed, Versioned, given, present};
use crate::http::{IfMatch, Json, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_bot).service(change_bot);
}

/// The live bot.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bot)]
pub(crate) struct BotView {
    /// The language of visitors who name none, and of answers that miss a translation.
    #[schema(example = "en")]
    language: String,
    /// The languages in which there are live answers.
    languages: Vec<String>,
    /// Raw scores below it are out of scope: the tenant's own, or null for the engine's.
    threshold: Option<f32>,
    /// Two best confidences closer than this are ambiguous: the tenant's own, or null for the engine's.
    margin: Option<f32>,
    /// The bot's first words, by language.
    greeting: BTreeMap<String, String>,
    /// What the bot says when it does not know, by language.
    fallback: BTreeMap<String, String>,
    /// What every department has live.
    releases: Vec<LiveReleaseView>,
    /// Facts about the model.
    model: ModelView,
    /// Rises with each change of the settings.
    version: i64,
    /// When the company signed up.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When settings or model last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

/// What a department has live.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LiveRelease)]
pub(crate) struct LiveReleaseView {
    /// The department's key.
    #[schema(example = "customer-service")]
    department: String,
    /// The release's number.
    number: i64,
}

/// Facts about the model of the live bot.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Model)]
pub(crate) struct ModelView {
    /// Counts the tenant's builds; 0 before the first.
    build: i64,
    /// When it was made; null before the first.
    #[schema(value_type = Option<String>, format = DateTime)]
    built_at: Option<Moment>,
    /// The engine's version.
    engine: u32,
    /// How many intents it knows.
    intents: usize,
    /// How many phrases it learned from.
    phrases: usize,
    /// The best tier that answers: `default`, or `encoder` where a sentence encoder helps it.
    #[schema(value_type = String, example = "encoder")]
    tier: &'static str,
    /// The encoder that it was fitted with and that the answering node does not have.
    missing_encoder: Option<String>,
    /// The engine's own threshold.
    threshold: f32,
    /// The engine's own margin.
    margin: f32,
    /// Its size in memory, in bytes.
    bytes: usize,
}

impl BotView {
    fn of(Bot { settings, version, created_at, updated_at, .. }: Bot, live: &LiveBot) -> Self {
        let facts = live.model.facts();
        let mut languages: Vec<String> = live.languages().into_iter().map(ToString::to_string).collect();
        languages.sort_unstable();
        let release = |part: &guildhall_domain::release::Part| {
            live.face(part.department).map(|face| LiveReleaseView { department: face.key.clone(), number: part.number })
        };
        Self {
            language: settings.language.to_string(),
            languages,
            threshold: settings.threshold,
            margin: settings.margin,
            greeting: settings.greeting,
            fallback: settings.fallback,
            releases: live.parts.iter().filter_map(release).collect(),
            model: ModelView {
                build: live.number,
                built_at: live.built_at,
                engine: facts.engine_version,
                intents: facts.intents,
                phrases: facts.phrases,
                tier: facts.tier.name(),
                missing_encoder: facts.missing_encoder,
                threshold: facts.threshold,
                margin: facts.delta,
                bytes: facts.bytes,
            },
            version,
            created_at,
            updated_at,
        }
    }
}

/// Tells of the live bot.
#[utoipa::path(
    tag = "bot",
    operation_id = "getBot",
    responses((status = 200, description = "The bot", body = BotView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("live.read")))
)]
#[get("/v1/bot")]
pub(crate) async fn get_bot(Allowed(permit): Allowed<ReadLive>, app: Data<App>) -> Result<Versioned<BotView>, Problem> {
    let (bot, live) = app.look(permit.actor(), async |tx: &Tx| bot::get(tx, &permit, &app).await).await?;
    let version = bot.version;
    Ok(Versioned::restless(BotView::of(bot, &live), version))
}

/// What changes; what is absent stays, null goes back to the engine's own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BotPatchBody {
    /// Another language for visitors who name none.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, example = "fi")]
    language: Option<String>,
    /// A threshold of one's own, 0 to 1.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<f32>, minimum = 0, maximum = 1, example = 0.3)]
    threshold: Option<Option<f32>>,
    /// A margin of one's own, 0 to 1.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<f32>, minimum = 0, maximum = 1, example = 0.1)]
    margin: Option<Option<f32>>,
    /// The bot's first words, by language, all anew.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    greeting: Option<BTreeMap<String, String>>,
    /// What the bot says when it does not know, by language, all anew.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    fallback: Option<BTreeMap<String, String>>,
}

impl BotPatchBody {
    fn apply(self, mut settings: Settings) -> Result<Settings, Refusal> {
        let mut flaws = Flaws::default();
        if let Some(tag) = self.language {
            flaws
                .take("/language", Language::parse(&tag))
                .into_iter()
                .for_each(|language| settings.language = language);
        }
        let unit = |pointer: &str, value: Option<f32>, flaws: &mut Flaws| {
            if value.is_some_and(|value| !(0.0..=1.0).contains(&value)) {
                flaws.add(pointer, "out-of-range", "must be 0 to 1");
            }
            value
        };
        if let Some(threshold) = self.threshold {
            settings.threshold = unit("/threshold", threshold, &mut flaws);
        }
        if let Some(margin) = self.margin {
            settings.margin = unit("/margin", margin, &mut flaws);
        }
        if let Some(greeting) = self.greeting {
            settings.greeting = words("/greeting", greeting, &mut flaws);
        }
        if let Some(fallback) = self.fallback {
            settings.fallback = words("/fallback", fallback, &mut flaws);
        }
        flaws.settle(Some(settings))
    }
}

fn words(pointer: &str, by_language: BTreeMap<String, String>, flaws: &mut Flaws) -> BTreeMap<String, String> {
    let mut read = BTreeMap::new();
    for (tag, text) in by_language {
        let language = flaws.take(pointer, Language::parse(&tag));
        let text =
            flaws.take(format!("{pointer}/{}", tag.replace('~', "~0").replace('/', "~1")), AnswerText::parse(&text));
        if let Some((language, text)) = language.zip(text) {
            read.insert(language.to_string(), text.into());
        }
    }
    if read.len() > 50 {
        flaws.add(pointer, "too-long", "must have at most 50 languages");
    }
    read
}

/// Changes the bot's settings.
#[utoipa::path(
    tag = "bot",
    operation_id = "changeBot",
    params(("If-Match" = String, Header, example = "\"v1\"")),
    request_body(content = BotPatchBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The bot as it is now", body = BotView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("bot.configure")))
)]
#[patch("/v1/bot")]
pub(crate) async fn change_bot(
    Allowed(permit): Allowed<ConfigureBot>,
    app: Data<App>,
    IfMatch(version): IfMatch,
    body: Json<BotPatchBody>,
) -> Result<Versioned<BotView>, Problem> {
    let view = app
        .act(permit.actor(), async |work| {
            let settings = body.0.apply(work.builds().bot().await?.settings)?;
            let bot = bot::configure(work, &permit, version, settings).await?;
            Ok(BotView::of(bot, &*app.live_bot(work).await?))
        })
        .await?;
    let version = view.version;
    Ok(Versioned::new(view, version))
}
