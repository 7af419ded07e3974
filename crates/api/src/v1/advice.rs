//! Advice for writers: what to look at, what a new phrase would change, which translations are missing.

use actix_web::{get, post, web::Data};
use guildhall_app::{
    App,
    advice::{self, Advice, Effect, Untranslated},
    live::Known,
};
use guildhall_domain::{Flaws, Id, id, intent::Phrase, policy::ReadDraft};
use guildhall_persistence::Tx;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::Allowed,
    intents::{PhraseBody, PhraseView, read_phrases},
    parse::IntentNameView,
    views::Keys,
};
use crate::http::{Json, Path, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_advice).service(preview_phrase).service(get_translations);
}

/// An intent with the key of its owner.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OwnedIntent)]
pub(crate) struct OwnedView {
    /// The key of its owner.
    #[schema(example = "customer-service")]
    department: Option<String>,
    /// The intent.
    intent: IntentNameView,
}

impl OwnedView {
    fn of(known: &Known, keys: &Keys) -> Self {
        let intent = IntentNameView { id: known.intent.id, name: known.intent.name.clone() };
        Self { department: keys.of(known.department), intent }
    }
}

/// What a department's writers should look at; each list has the most pressing first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Advice)]
pub(crate) struct AdviceView {
    /// Phrases that look as if they belonged to another intent.
    suspects: Vec<SuspectView>,
    /// Intents that are taken for one another.
    alike: Vec<AlikeView>,
    /// Intents that need more phrases.
    wanting: Vec<WantingView>,
}

/// A phrase that the others would give to another intent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SuspectPhrase)]
pub(crate) struct SuspectView {
    /// Where it stands.
    stands_in: OwnedView,
    /// The phrase.
    phrase: PhraseView,
    /// Where it would rather be.
    likelier: OwnedView,
    /// Confidence in its own intent without it, 0 to 1.
    own_confidence: f32,
    /// Confidence in the other, 0 to 1.
    other_confidence: f32,
}

/// Two intents of which one's phrases are drawn to the other.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlikeIntents)]
pub(crate) struct AlikeView {
    /// Whose phrases are drawn.
    from: OwnedView,
    /// Which draws them.
    to: OwnedView,
    /// The share of phrases that is drawn, 0 to 1.
    #[schema(example = 0.4)]
    drawn: f32,
}

/// An intent that the bot knows too little of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WantingIntent)]
pub(crate) struct WantingView {
    /// The intent.
    intent: OwnedView,
    /// How many phrases it has.
    phrases: usize,
    /// The share of them that the others recognise, 0 to 1.
    recognised: f32,
}

impl AdviceView {
    fn of(advice: Advice, keys: &Keys) -> Self {
        let owned = |known: &Known| OwnedView::of(known, keys);
        let suspect = |of: advice::Suspect| SuspectView {
            stands_in: owned(&of.intent),
            phrase: of.phrase.into(),
            likelier: owned(&of.likelier),
            own_confidence: of.own,
            other_confidence: of.other,
        };
        let alike = |of: advice::Alike| AlikeView { from: owned(&of.intent), to: owned(&of.other), drawn: of.drawn };
        let wanting = |of: advice::Wanting| WantingView {
            intent: owned(&of.intent),
            phrases: of.phrases,
            recognised: of.recognised,
        };
        Self {
            suspects: advice.suspects.into_iter().map(suspect).collect(),
            alike: advice.alike.into_iter().map(alike).collect(),
            wanting: advice.wanting.into_iter().map(wanting).collect(),
        }
    }
}

/// Advises a department's writers on their draft: phrases that look mislabelled, intents too alike, intents that need
/// more phrases.
#[utoipa::path(
    tag = "content",
    operation_id = "getAdvice",
    params(("department" = String, Path, example = "customer-service")),
    responses((status = 200, description = "The advice", body = AdviceView)),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.read")))
)]
#[get("/v1/departments/{department}/advice")]
pub(crate) async fn get_advice(
    Allowed(permit): Allowed<ReadDraft>,
    app: Data<App>,
    Path(department): Path<String>,
) -> Result<Json<AdviceView>, Problem> {
    let view = app
        .look(permit.actor(), async |tx: &Tx| {
            let advice = advice::review(tx, &permit, &app, &department).await?;
            Ok(AdviceView::of(advice, &Keys::read(tx).await?))
        })
        .await?;
    Ok(Json(view))
}

/// A phrase with the intent that it stands in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlacedPhrase)]
pub(crate) struct PlacedView {
    /// The intent.
    stands_in: OwnedView,
    /// The phrase.
    phrase: PhraseView,
}

/// What a new phrase would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PhraseEffect)]
pub(crate) struct EffectView {
    /// Whether it can be told: not for a bot of more than 4,000 phrases, nor in a language that is new to the bot.
    told: bool,
    /// Whether its intent is recognised from it already, so that it would add little.
    known: Option<bool>,
    /// What it is taken for now.
    taken_for: Option<OwnedView>,
    /// Phrases that would be recognised and are not now.
    gained: Vec<PlacedView>,
    /// Phrases that are recognised now and would not be.
    lost: Vec<PlacedView>,
}

impl EffectView {
    fn of(effect: Option<Effect>, keys: &Keys) -> Self {
        let Some(effect) = effect else {
            return Self { told: false, known: None, taken_for: None, gained: Vec::new(), lost: Vec::new() };
        };
        let placed = |(known, phrase): (Known, Phrase)| PlacedView {
            stands_in: OwnedView::of(&known, keys),
            phrase: phrase.into(),
        };
        Self {
            told: true,
            known: Some(effect.known),
            taken_for: effect.taken_for.map(|known| OwnedView::of(&known, keys)),
            gained: effect.gained.into_iter().map(placed).collect(),
            lost: effect.lost.into_iter().map(placed).collect(),
        }
    }
}

/// Tells what one phrase more would change, without writing it.
#[utoipa::path(
    tag = "content",
    operation_id = "previewPhrase",
    params(("department" = String, Path, example = "customer-service"), ("intent" = String, Path, example = "int_01jd0000007000g00000000001")),
    responses((status = 200, description = "What it would change", body = EffectView)),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.read")))
)]
#[post("/v1/departments/{department}/intents/{intent}/phrases/preview")]
pub(crate) async fn preview_phrase(
    Allowed(permit): Allowed<ReadDraft>,
    app: Data<App>,
    Path((department, intent)): Path<(String, Id<id::Intent>)>,
    body: Json<PhraseBody>,
) -> Result<Json<EffectView>, Problem> {
    let mut flaws = Flaws::default();
    let phrase = read_phrases(vec![body.0], &mut flaws).pop();
    let phrase = flaws.settle(phrase)?;
    let view = app
        .look(permit.actor(), async |tx: &Tx| {
            let effect = advice::effect(tx, &permit, &app, &department, intent, phrase).await?;
            Ok(EffectView::of(effect, &Keys::read(tx).await?))
        })
        .await?;
    Ok(Json(view))
}

/// What a department's intents lack in the bot's languages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Translations)]
pub(crate) struct TranslationsView {
    /// The languages that the bot speaks.
    languages: Vec<String>,
    /// What is missing, by intent and language.
    missing: Vec<MissingView>,
}

/// What an intent lacks in a language.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MissingTranslation)]
pub(crate) struct MissingView {
    /// The intent.
    intent: IntentNameView,
    /// The language.
    #[schema(example = "fi")]
    language: String,
    /// Whether it has an answer in it.
    answer: bool,
    /// How many phrases it has in it.
    phrases: usize,
}

impl From<Untranslated> for MissingView {
    fn from(Untranslated { intent, language, answer, phrases }: Untranslated) -> Self {
        let intent = IntentNameView { id: intent.id, name: intent.name };
        Self { intent, language: language.to_string(), answer, phrases }
    }
}

/// Lists what a department's draft lacks in the languages that the bot speaks.
#[utoipa::path(
    tag = "content",
    operation_id = "getTranslations",
    params(("department" = String, Path, example = "customer-service")),
    responses((status = 200, description = "What is missing", body = TranslationsView)),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.read")))
)]
#[get("/v1/departments/{department}/translations")]
pub(crate) async fn get_translations(
    Allowed(permit): Allowed<ReadDraft>,
    app: Data<App>,
    Path(department): Path<String>,
) -> Result<Json<TranslationsView>, Problem> {
    let report = async |tx: &Tx| advice::translations(tx, &permit, &app, &department).await;
    let (languages, missing) = app.look(permit.actor(), report).await?;
    let languages = languages.iter().map(ToString::to_string).collect();
    Ok(Json(TranslationsView { languages, missing: missing.into_iter().map(MissingView::from).collect() }))
}
