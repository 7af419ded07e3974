//! What becomes of a gap with one call: phrases of an intent, or a new intent.

use actix_web::{post, web::Data};
use guildhall_app::{
    App,
    gap::{self, Into, NewOfGap},
    work::Secrecy,
};
use guildhall_domain::{
    Flaws, Id, id,
    policy::EditDraft,
    text::{IntentName, Title},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{some, views::GapView};
use crate::{
    http::{Path, Problem},
    v1::{
        answer::{Allowed, Answer, Created, Keyed, create},
        intents::{AnswerBody, PhraseView, read_answers},
        views::{Keys, WarningView},
    },
};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(add_gap_phrases).service(create_gap_intent);
}

/// Where a gap's examples go.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GapPhrasesBody {
    /// The key of the department whose draft it is.
    #[schema(example = "customer-service")]
    department: String,
    /// The intent that they become phrases of.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000001")]
    intent: Id<id::Intent>,
    /// The examples' messages; all of them where none is named.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    messages: Vec<Id<id::Message>>,
}

/// What a gap became.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TurnedGap)]
pub(crate) struct TurnedView {
    /// The gap, closed as answered.
    gap: GapView,
    /// The intent that answers it, in the draft.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000001")]
    intent: Id<id::Intent>,
    /// Its new phrases.
    phrases: Vec<PhraseView>,
    /// What was done differently than asked.
    warnings: Vec<WarningView>,
}

/// Makes a gap's examples phrases of an intent in a draft of one's own. What was masked is left out of them.
#[utoipa::path(
    tag = "gaps",
    operation_id = "addGapPhrases",
    request_body = GapPhrasesBody,
    params(("gap" = String, Path, example = "gap_01jd0000007000g00000000001")),
    responses((status = 201, description = "The gap and the phrases", body = TurnedView)),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.edit")))
)]
#[post("/v1/gaps/{gap}/phrases")]
pub(crate) async fn add_gap_phrases(
    Allowed(permit): Allowed<EditDraft>,
    app: Data<App>,
    Path(id): Path<Id<id::Gap>>,
    sent: Keyed<GapPhrasesBody>,
) -> Result<Answer<TurnedView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: GapPhrasesBody| {
        let mut flaws = Flaws::default();
        some(&body.messages, &mut flaws, 0);
        flaws.settle(Some(()))?;
        let into = Into { department: body.department, messages: body.messages };
        let (whole, phrases, warnings) = gap::into_phrases(work, &permit, id, into, body.intent).await?;
        Ok(Created::plain(TurnedView {
            gap: GapView::of(whole, &Keys::read(work).await?),
            intent: body.intent,
            phrases: phrases.into_iter().map(PhraseView::from).collect(),
            warnings: warnings.into_iter().map(WarningView::from).collect(),
        }))
    })
    .await
}

/// An intent that is made of a gap.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GapIntentBody {
    /// The key of the department whose draft it is.
    #[schema(example = "customer-service")]
    department: String,
    /// The intent's name.
    #[schema(min_length = 1, max_length = 100, example = "ship_to_norway")]
    name: String,
    /// How a visitor would call it; the gap's title where absent.
    #[schema(max_length = 200, example = "Shipping to Norway")]
    title: Option<String>,
    /// What the bot replies.
    #[serde(default)]
    answers: Vec<AnswerBody>,
    /// The examples' messages that become phrases; all of them where none is named.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 100)]
    messages: Vec<Id<id::Message>>,
}

/// Makes a gap a new intent in a draft of one's own, with its examples as phrases.
#[utoipa::path(
    tag = "gaps",
    operation_id = "createGapIntent",
    request_body = GapIntentBody,
    params(("gap" = String, Path, example = "gap_01jd0000007000g00000000001")),
    responses((status = 201, description = "The gap and the intent", body = TurnedView)),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.edit")))
)]
#[post("/v1/gaps/{gap}/intents")]
pub(crate) async fn create_gap_intent(
    Allowed(permit): Allowed<EditDraft>,
    app: Data<App>,
    Path(id): Path<Id<id::Gap>>,
    sent: Keyed<GapIntentBody>,
) -> Result<Answer<TurnedView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: GapIntentBody| {
        let mut flaws = Flaws::default();
        some(&body.messages, &mut flaws, 0);
        let name = flaws.take("/name", IntentName::parse(&body.name));
        let title = body.title.and_then(|title| flaws.take("/title", Title::parse(&title)));
        let answers = read_answers(body.answers, &mut flaws);
        let new = flaws.settle(name.map(|name| NewOfGap { name, title, answers }))?;
        let into = Into { department: body.department, messages: body.messages };
        let (whole, made, warnings) = gap::into_intent(work, &permit, id, into, new).await?;
        Ok(Created::plain(TurnedView {
            gap: GapView::of(whole, &Keys::read(work).await?),
            intent: made.intent.id,
            phrases: made.phrases.into_iter().map(PhraseView::from).collect(),
            warnings: warnings.into_iter().map(WarningView::from).collect(),
        }))
    })
    .await
}
