//! How intents look, as a draft and live.

use guildhall_domain::{
    Id, Moment,
    content::FrozenIntent,
    id,
    intent::{Answer, Button, Phrase, Press, WholeIntent},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::views::page_view;

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

impl From<Answer> for AnswerView {
    fn from(answer: Answer) -> Self {
        let buttons = answer.buttons.into_iter().map(ButtonView::from).collect();
        Self { language: answer.language.to_string(), channel: answer.channel, text: answer.text.into(), buttons }
    }
}

impl IntentView {
    pub(super) fn draft(department: &str, WholeIntent { intent, phrases, answers }: WholeIntent) -> Self {
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

    pub(super) fn live(department: &str, FrozenIntent { id, name, title, phrases, answers }: FrozenIntent) -> Self {
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
