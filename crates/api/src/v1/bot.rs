//! The live bot: its settings, its build, and what it understands.

use std::{collections::BTreeMap, sync::Arc};

use actix_web::{get, patch, post, web::Data};
use guildhall_app::{App, bot, desk, live::LiveBot};
use guildhall_domain::{
    Flaws, Id, Moment, Refusal,
    bot::Settings,
    id,
    policy::{self, ConfigureBot, ReadDraft, ReadLive},
    text::{AnswerText, Language, MessageText},
};
use guildhall_persistence::{Bot, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Versioned, present},
    intents::Stage,
};
use crate::http::{IfMatch, Json, Problem, Query};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_bot).service(change_bot).service(parse);
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
    #[schema(nullable = false)]
    greeting: Option<BTreeMap<String, String>>,
    /// What the bot says when it does not know, by language, all anew.
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

/// What the bot made of each text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ParseResults)]
pub(crate) struct ParseView {
    /// In the order of the texts.
    results: Vec<ParseResultView>,
}

/// What the bot made of a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ParseResult)]
pub(crate) struct ParseResultView {
    /// `answer`, `ambiguous` or `out_of_scope`.
    #[schema(value_type = String, example = "answer")]
    decision: &'static str,
    /// The best candidates whatever the decision, best first, five at most.
    ranking: Vec<CandidateView>,
    /// Entities; none yet.
    #[schema(value_type = Vec<Object>)]
    entities: Vec<serde_json::Value>,
    /// The language that the text was read in.
    #[schema(example = "en")]
    language: Option<String>,
    /// Why; null unless it was asked for.
    trace: Option<TraceView>,
}

/// Why a text was understood as it was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ParseTrace)]
pub(crate) struct TraceView {
    /// The text as it was read: normalised and repaired.
    read_as: String,
    /// Words that were read as others, misspelt as they seemed.
    repairs: Vec<RepairView>,
    /// The best candidate's raw score.
    score: f32,
    /// Raw scores below it are out of scope.
    threshold: f32,
    /// The engine's stricter threshold, which misses more and errs less.
    strict_threshold: f32,
    /// Two best confidences closer than this are ambiguous.
    margin: f32,
    /// The phrases that moved the best candidate's score most.
    neighbours: Vec<NeighbourView>,
    /// What small talk and other background took from the score.
    background: f32,
    /// The words that carry the best candidate's score, most first.
    words: Vec<WeightyView>,
    /// How much likeness counted, by kind.
    mixture: MixtureView,
}

/// A word that was read as another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Repair)]
pub(crate) struct RepairView {
    /// As written.
    #[schema(example = "pacel")]
    from: String,
    /// As read.
    #[schema(example = "parcel")]
    to: String,
}

/// A phrase that was leaned on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Neighbour)]
pub(crate) struct NeighbourView {
    /// The key of its owner.
    department: Option<String>,
    /// Its intent.
    intent: IntentNameView,
    /// The phrase; the intent's title where it was that.
    text: String,
    /// How alike it is, 0 to 1.
    likeness: f32,
    /// What it added to the best candidate's raw score.
    share: f32,
}

/// A word and what the best candidate's raw score loses without it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WeightyWord)]
pub(crate) struct WeightyView {
    /// The word as read.
    word: String,
    /// The loss; negative for a word that speaks against the candidate.
    loss: f32,
}

/// How much each kind of likeness counted; together 1.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mixture)]
pub(crate) struct MixtureView {
    /// By meaning, as single words have it.
    meaning: f32,
    /// By the same words.
    words: f32,
    /// By the same letters in a row.
    letters: f32,
    /// By meaning, as the whole sentence has it.
    sentence: f32,
}

impl TraceView {
    fn of(live: &LiveBot, understood: &bot::Understood<'_>, trace: guildhall_nlu::Trace) -> Self {
        let neighbour = |of: &guildhall_nlu::Neighbour| {
            let known = live.known(of.intent)?;
            let text = match of.phrase {
                Some(at) => known.intent.phrases.get(at)?.text.clone(),
                None => known.intent.title.clone()?,
            };
            Some(NeighbourView {
                department: live.face(known.department).map(|face| face.key.clone()),
                intent: IntentNameView { id: known.intent.id, name: known.intent.name.clone() },
                text,
                likeness: of.likeness,
                share: of.share,
            })
        };
        let [meaning, words, letters, sentence] = trace.mixture;
        let repair = |of: &guildhall_nlu::Repair| RepairView { from: of.from.clone(), to: of.to.clone() };
        Self {
            repairs: understood.repairs.iter().map(repair).collect(),
            score: understood.score,
            threshold: understood.threshold,
            margin: understood.margin,
            strict_threshold: trace.strict_threshold,
            neighbours: trace.neighbours.iter().filter_map(neighbour).collect(),
            background: trace.background,
            words: trace.words.into_iter().map(|of| WeightyView { word: of.word, loss: of.loss }).collect(),
            mixture: MixtureView { meaning, words, letters, sentence },
            read_as: trace.read_as,
        }
    }
}

/// An intent that a text may mean.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Candidate)]
pub(crate) struct CandidateView {
    /// The key of its owner.
    #[schema(example = "customer-service")]
    department: Option<String>,
    /// The intent.
    intent: IntentNameView,
    /// How sure the bot is, 0 to 1.
    #[schema(example = 0.93)]
    confidence: f32,
}

/// An intent by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = IntentName)]
pub(crate) struct IntentNameView {
    /// Its identifier.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000001")]
    pub(crate) id: Id<id::Intent>,
    /// Its name.
    #[schema(example = "return_item")]
    pub(crate) name: String,
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
                let desk = app.desk(tx, &permit, &desk::named(tx, keys).await?).await?;
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
            let (understood, trace) = if why {
                let (understood, trace) = bot::explain(&live, &settings, text, language.as_ref());
                let trace = TraceView::of(&live, &understood, trace);
                (understood, Some(trace))
            } else {
                (bot::understand(&live, &settings, text, language.as_ref()), None)
            };
            let candidate = |candidate: &bot::Candidate<'_>| CandidateView {
                department: live.face(candidate.known.department).map(|face| face.key.clone()),
                intent: IntentNameView { id: candidate.known.intent.id, name: candidate.known.intent.name.clone() },
                confidence: candidate.confidence,
            };
            ParseResultView {
                decision: understood.decision.name(),
                ranking: understood.ranking.iter().map(candidate).collect(),
                entities: Vec::new(),
                language: understood.language,
                trace,
            }
        };
        ParseView { results: texts.iter().map(view).collect() }
    };
    tokio::task::spawn_blocking(all).await.map_err(Refusal::broken)
}
