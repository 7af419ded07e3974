//! Intents: a department's draft, and what of it is live.

use actix_web::{delete, get, patch, post, web::Data};
use guildhall_app::{App, intent, work::Secrecy};
use guildhall_domain::{
    Flaws, Id, Moment, Page, Permit, Refusal,
    content::FrozenIntent,
    id,
    intent::{
        Answer as IntentAnswer, Button, IntentPatch, MOST_BUTTONS, NewIntent, NewPhrase, Phrase, Press, WholeIntent,
    },
    policy::{self, EditDraft, ReadDraft, ReadLive},
    text::{AnswerText, IntentName, Language, Payload, PhraseText, TextFlaw, Title},
};
use guildhall_persistence::{IntentFilter, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Answer, Created, Done, Keyed, Versioned, create, present},
    views::{WarningView, page_view},
};
use crate::http::{IfMatch, Json, PageQuery, Paged, Path, Problem, Query};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create_intent)
        .service(list_intents)
        .service(get_intent)
        .service(change_intent)
        .service(delete_intent);
}

/// An intent that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntentBody {
    /// Its name, unique in its department.
    #[schema(min_length = 1, max_length = 100, example = "return_item")]
    name: String,
    /// How a visitor would call it.
    #[schema(max_length = 200, example = "Returning an item")]
    title: Option<String>,
    /// How visitors say it.
    #[serde(default)]
    phrases: Vec<PhraseBody>,
    /// What the bot replies.
    #[serde(default)]
    answers: Vec<AnswerBody>,
}

/// A phrase that is to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhraseBody {
    /// The words.
    #[schema(min_length = 1, max_length = 500, example = "I want to send this back")]
    text: String,
    /// Their language, where it is known.
    #[schema(example = "en")]
    language: Option<String>,
}

/// What the bot replies, by language and channel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerBody {
    /// Its language.
    #[schema(example = "en")]
    language: String,
    /// The words.
    #[schema(min_length = 1, max_length = 4000, example = "You can return it within 30 days.")]
    text: String,
    /// The only kind of channel it is for; for all without it.
    #[schema(example = "web")]
    channel: Option<String>,
    /// The buttons below, ten at most.
    #[serde(default)]
    buttons: Vec<ButtonBody>,
}

/// A button: with a payload, which it says for the visitor, or with an address, which it opens.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ButtonBody {
    /// Its label.
    #[schema(min_length = 1, max_length = 200, example = "Start a return")]
    title: String,
    /// What it says for the visitor.
    #[schema(max_length = 500)]
    payload: Option<String>,
    /// What it opens; https.
    #[schema(example = "https://www.nordic-outfitters.example/returns")]
    url: Option<String>,
}

impl IntentBody {
    fn parse(self) -> Result<NewIntent, Refusal> {
        let mut flaws = Flaws::default();
        let name = flaws.take("/name", IntentName::parse(&self.name));
        let title = self.title.and_then(|title| flaws.take("/title", Title::parse(&title)));
        let phrases = read_phrases(self.phrases, &mut flaws);
        let answers = read_answers(self.answers, &mut flaws);
        flaws.settle(name.map(|name| NewIntent { name, title, phrases, answers }))
    }
}

/// Reads phrases; what is wrong with them is noted at its place.
pub(crate) fn read_phrases(bodies: Vec<PhraseBody>, flaws: &mut Flaws) -> Vec<NewPhrase> {
    let read = |(at, body): (usize, PhraseBody)| {
        let text = flaws.take(format!("/phrases/{at}/text"), PhraseText::parse(&body.text));
        let language =
            body.language.and_then(|tag| flaws.take(format!("/phrases/{at}/language"), Language::parse(&tag)));
        text.map(|text| NewPhrase { text, language })
    };
    bodies.into_iter().enumerate().filter_map(read).collect()
}

fn read_answers(bodies: Vec<AnswerBody>, flaws: &mut Flaws) -> Vec<IntentAnswer> {
    let mut answers: Vec<IntentAnswer> = Vec::with_capacity(bodies.len());
    for (at, body) in bodies.into_iter().enumerate() {
        let language = flaws.take(format!("/answers/{at}/language"), Language::parse(&body.language));
        let text = flaws.take(format!("/answers/{at}/text"), AnswerText::parse(&body.text));
        let channel = body.channel.and_then(|kind| flaws.take(format!("/answers/{at}/channel"), channel_kind(&kind)));
        if body.buttons.len() > MOST_BUTTONS {
            flaws.add(format!("/answers/{at}/buttons"), "too-long", "must have at most 10 buttons");
        }
        let buttons = body.buttons.into_iter().enumerate();
        let buttons: Vec<_> =
            buttons.filter_map(|(b, body)| read_button(body, &format!("/answers/{at}/buttons/{b}"), flaws)).collect();
        let Some((language, text)) = language.zip(text) else { continue };
        if answers.iter().any(|other| other.language == language && other.channel == channel) {
            flaws.add(format!("/answers/{at}"), "duplicate", "there is one answer for each language and channel");
        }
        answers.push(IntentAnswer { language, channel, text, buttons });
    }
    answers
}

fn channel_kind(name: &str) -> Result<String, TextFlaw> {
    guildhall_domain::channel::Kind::named(name)
        .map(|kind| kind.name().to_owned())
        .ok_or(TextFlaw::Form("must be a kind of channel: web"))
}

fn read_button(body: ButtonBody, pointer: &str, flaws: &mut Flaws) -> Option<Button> {
    let title = flaws.take(format!("{pointer}/title"), Title::parse(&body.title));
    let press = match (body.payload, body.url) {
        (Some(payload), None) => {
            flaws.take(format!("{pointer}/payload"), Payload::parse(&payload)).map(|p| Press::Payload(p.into()))
        }
        (None, Some(url)) => flaws.take(format!("{pointer}/url"), web_address(&url)).map(Press::Url),
        _ => {
            flaws.add(pointer, "invalid", "must have either a payload or a url");
            None
        }
    };
    title.zip(press).map(|(title, press)| Button { title: title.into(), press })
}

/// An address that a visitor's browser may be sent to: https, no credentials in it.
fn web_address(raw: &str) -> Result<String, TextFlaw> {
    const FORM: TextFlaw = TextFlaw::Form("must be an https address of at most 2000 characters");
    let good = raw.len() <= 2000
        && raw.strip_prefix("https://").is_some_and(|rest| {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            !host.is_empty() && !host.contains('@')
        })
        && !raw.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\\'));
    if good { Ok(raw.to_owned()) } else { Err(FORM) }
}

/// An intent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Intent)]
pub(crate) struct IntentView {
    /// Its identifier.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000001")]
    id: Id<id::Intent>,
    /// The key of its one owner.
    #[schema(example = "customer-service")]
    department: String,
    /// Its name.
    #[schema(example = "return_item")]
    name: String,
    /// How a visitor would call it.
    #[schema(example = "Returning an item")]
    title: Option<String>,
    /// How visitors say it.
    phrases: Vec<PhraseView>,
    /// What the bot replies.
    answers: Vec<AnswerView>,
    /// Rises with each change; null where the live content is shown.
    version: Option<i64>,
    /// When it was made; null where the live content is shown.
    #[schema(value_type = Option<String>, format = DateTime)]
    created_at: Option<Moment>,
    /// When it last changed; null where the live content is shown.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Moment>,
}

page_view!(IntentPage of IntentView);

/// A phrase of an intent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Phrase)]
pub(crate) struct PhraseView {
    /// Its identifier.
    #[schema(value_type = String, example = "phr_01jd0000007000g00000000001")]
    id: Id<id::Phrase>,
    /// The words.
    #[schema(example = "I want to send this back")]
    text: String,
    /// Their language, where it is known.
    #[schema(example = "en")]
    language: Option<String>,
}

/// What the bot replies.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Answer)]
pub(crate) struct AnswerView {
    /// Its language.
    #[schema(example = "en")]
    language: String,
    /// The only kind of channel it is for; null for all.
    channel: Option<String>,
    /// The words.
    #[schema(example = "You can return it within 30 days.")]
    text: String,
    /// The buttons below.
    buttons: Vec<ButtonView>,
}

/// A button.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Button)]
pub(crate) struct ButtonView {
    /// Its label.
    #[schema(example = "Start a return")]
    title: String,
    /// What it says for the visitor; send it back as `choice`.
    payload: Option<String>,
    /// What it opens.
    url: Option<String>,
}

impl From<Phrase> for PhraseView {
    fn from(Phrase { id, text, language }: Phrase) -> Self {
        Self { id, text, language }
    }
}

impl From<Button> for ButtonView {
    fn from(Button { title, press }: Button) -> Self {
        let (payload, url) = match press {
            Press::Payload(payload) => (Some(payload), None),
            Press::Url(url) => (None, Some(url)),
        };
        Self { title, payload, url }
    }
}

impl From<IntentAnswer> for AnswerView {
    fn from(answer: IntentAnswer) -> Self {
        let buttons = answer.buttons.into_iter().map(ButtonView::from).collect();
        Self { language: answer.language.to_string(), channel: answer.channel, text: answer.text.into(), buttons }
    }
}

impl IntentView {
    fn draft(department: &str, WholeIntent { intent, phrases, answers }: WholeIntent) -> Self {
        Self {
            id: intent.id,
            department: department.to_owned(),
            name: intent.name.into(),
            title: intent.title.map(String::from),
            phrases: phrases.into_iter().map(PhraseView::from).collect(),
            answers: answers.into_iter().map(AnswerView::from).collect(),
            version: Some(intent.version),
            created_at: Some(intent.created_at),
            updated_at: Some(intent.updated_at),
        }
    }

    fn live(department: &str, FrozenIntent { id, name, title, phrases, answers }: FrozenIntent) -> Self {
        Self {
            id,
            department: department.to_owned(),
            name,
            title,
            phrases: phrases.into_iter().map(PhraseView::from).collect(),
            answers: answers.into_iter().map(AnswerView::from).collect(),
            version: None,
            created_at: None,
            updated_at: None,
        }
    }
}

/// An intent that was just made, with what was done differently than asked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewIntent)]
pub(crate) struct NewIntentView {
    /// The intent.
    #[serde(flatten)]
    intent: IntentView,
    /// What was done differently than asked.
    warnings: Vec<WarningView>,
}

/// Makes an intent in a department's draft.
#[utoipa::path(
    tag = "content",
    operation_id = "createIntent",
    params(("department" = String, Path, example = "customer-service")),
    responses((status = 201, description = "The intent", body = NewIntentView)),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.edit")))
)]
#[post("/v1/departments/{department}/intents")]
pub(crate) async fn create_intent(
    Allowed(permit): Allowed<EditDraft>,
    app: Data<App>,
    Path(department): Path<String>,
    sent: Keyed<IntentBody>,
) -> Result<Answer<NewIntentView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: IntentBody| {
        let (made, warnings) = intent::create(work, &permit, &department, body.parse()?).await?;
        let (location, version) =
            (format!("/v1/departments/{department}/intents/{}", made.intent.id), made.intent.version);
        let warnings = warnings.into_iter().map(WarningView::from).collect();
        Ok(Created::at(
            NewIntentView { intent: IntentView::draft(&department, made), warnings },
            location,
            Some(version),
        ))
    })
    .await
}

/// Which content is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// What the department is working on.
    #[default]
    Draft,
    /// What the live bot speaks.
    Live,
}

/// Which intents.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntentQuery {
    /// `draft` (default; needs a role in the department) or `live` (any member).
    #[param(inline)]
    stage: Option<Stage>,
    /// Words in the name, the title, a phrase or an answer.
    q: Option<String>,
    /// A language of phrases or answers.
    language: Option<String>,
}

impl IntentQuery {
    fn filter(&self) -> Result<IntentFilter, Problem> {
        let language = self.language.as_deref().map(Language::parse).transpose();
        let language = language.map_err(|flaw| {
            Problem::new(&crate::http::problem::catalogue::INVALID_PARAMETER).detail(flaw.to_string())
        })?;
        Ok(IntentFilter { words: self.q.clone(), language })
    }
}

/// Lists a department's intents.
#[utoipa::path(
    tag = "content",
    operation_id = "listIntents",
    params(("department" = String, Path, example = "customer-service"), PageQuery, IntentQuery),
    responses((status = 200, description = "A page of intents", body = IntentPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("live.read")), ("x-action-draft" = json!("draft.read")))
)]
#[get("/v1/departments/{department}/intents")]
pub(crate) async fn list_intents(
    Allowed(permit): Allowed<ReadLive>,
    app: Data<App>,
    Path(department): Path<String>,
    query: Paged<IntentQuery>,
) -> Result<Json<IntentPage>, Problem> {
    let filter = query.filter.filter()?;
    let page = match query.filter.stage.unwrap_or_default() {
        Stage::Draft => {
            let permit = draft_permit(&permit)?;
            let list = async |tx: &Tx| intent::list(tx, &permit, &department, &filter, &query.page).await;
            IntentPage::of(app.look(permit.actor(), list).await?, |whole| IntentView::draft(&department, whole))
        }
        Stage::Live => {
            let list = async |tx: &Tx| {
                let bot = app.live_bot(tx).await?;
                intent::live(tx, &permit, &bot, &department, &filter).await
            };
            let mut all = app.look(permit.actor(), list).await?;
            all.retain(|intent| query.page.after.is_none_or(|last| intent.id.uuid() > last.id));
            let limit = usize::try_from(query.page.limit).unwrap_or(usize::MAX);
            all.truncate(limit.saturating_add(1));
            let page = Page::cut(all, &query.page, |intent| (0, intent.id.uuid()));
            IntentPage::of(page, |intent| IntentView::live(&department, intent))
        }
    };
    Ok(Json(page))
}

/// Whoever looks at a draft needs that permit too; the live one alone is every member's.
fn draft_permit(live: &Permit<ReadLive>) -> Result<Permit<ReadDraft>, Problem> {
    Ok(policy::judge(live.actor())?)
}

/// Which content is looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct StageQuery {
    /// `draft` (default; needs a role in the department) or `live` (any member).
    #[param(inline)]
    stage: Option<Stage>,
}

/// Reads an intent.
#[utoipa::path(
    tag = "content",
    operation_id = "getIntent",
    params(("department" = String, Path, example = "customer-service"), ("intent" = String, Path, example = "int_01jd0000007000g00000000001"), StageQuery),
    responses((status = 200, description = "The intent", body = IntentView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("live.read")), ("x-action-draft" = json!("draft.read")))
)]
#[get("/v1/departments/{department}/intents/{intent}")]
pub(crate) async fn get_intent(
    Allowed(permit): Allowed<ReadLive>,
    app: Data<App>,
    Path((department, id)): Path<(String, Id<id::Intent>)>,
    Query(query): Query<StageQuery>,
) -> Result<Versioned<IntentView>, Problem> {
    match query.stage.unwrap_or_default() {
        Stage::Draft => {
            // A stranger to every draft learns no more here than one to this draft: not found.
            let permit = draft_permit(&permit).map_err(|_| Refusal::NotFound)?;
            let whole =
                app.look(permit.actor(), async |tx: &Tx| intent::get(tx, &permit, &department, id).await).await?;
            let version = whole.intent.version;
            Ok(Versioned::new(IntentView::draft(&department, whole), version))
        }
        Stage::Live => {
            let get = async |tx: &Tx| {
                let bot = app.live_bot(tx).await?;
                intent::get_live(tx, &permit, &bot, &department, id).await
            };
            Ok(Versioned::fixed(IntentView::live(&department, app.look(permit.actor(), get).await?)))
        }
    }
}

/// What changes; what is absent stays, null takes away. Answers are stated whole; phrases are added and deleted one by
/// one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntentPatchBody {
    /// Another name.
    #[schema(min_length = 1, max_length = 100, nullable = false, example = "return_item")]
    name: Option<String>,
    /// Another title.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 200)]
    title: Option<Option<String>>,
    /// All answers anew.
    #[schema(nullable = false)]
    answers: Option<Vec<AnswerBody>>,
}

impl IntentPatchBody {
    fn parse(self) -> Result<IntentPatch, Refusal> {
        let mut flaws = Flaws::default();
        let name = self.name.and_then(|name| flaws.take("/name", IntentName::parse(&name)));
        let title = self.title.map(|title| title.and_then(|title| flaws.take("/title", Title::parse(&title))));
        let answers = self.answers.map(|answers| read_answers(answers, &mut flaws));
        flaws.settle(Some(IntentPatch { name, title, answers }))
    }
}

/// Changes an intent's name, title or answers.
#[utoipa::path(
    tag = "content",
    operation_id = "changeIntent",
    params(("department" = String, Path, example = "customer-service"), ("intent" = String, Path, example = "int_01jd0000007000g00000000001"),
        ("If-Match" = String, Header, example = "\"v1\"")),
    request_body(content = IntentPatchBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The intent as it is now", body = IntentView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.edit")))
)]
#[patch("/v1/departments/{department}/intents/{intent}")]
pub(crate) async fn change_intent(
    Allowed(permit): Allowed<EditDraft>,
    app: Data<App>,
    Path((department, id)): Path<(String, Id<id::Intent>)>,
    IfMatch(version): IfMatch,
    body: Json<IntentPatchBody>,
) -> Result<Versioned<IntentView>, Problem> {
    let patch = body.0.parse()?;
    let change =
        async |work: &guildhall_app::Work<'_>| intent::change(work, &permit, &department, id, version, patch).await;
    let whole = app.act(permit.actor(), change).await?;
    let version = whole.intent.version;
    Ok(Versioned::new(IntentView::draft(&department, whole), version))
}

/// Deletes an intent from a department's draft.
#[utoipa::path(
    tag = "content",
    operation_id = "deleteIntent",
    params(("department" = String, Path, example = "customer-service"), ("intent" = String, Path, example = "int_01jd0000007000g00000000001"),
        ("If-Match" = String, Header, example = "\"v1\"")),
    responses((status = 204, description = "Deleted")),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.edit")))
)]
#[delete("/v1/departments/{department}/intents/{intent}")]
pub(crate) async fn delete_intent(
    Allowed(permit): Allowed<EditDraft>,
    app: Data<App>,
    Path((department, id)): Path<(String, Id<id::Intent>)>,
    IfMatch(version): IfMatch,
) -> Result<Done, Problem> {
    app.act(permit.actor(), async |work| intent::delete(work, &permit, &department, id, version).await).await?;
    Ok(Done)
}
