//! How intents look, as a draft and live.

use guildhall_domain::{
    Id, Moment,
    boundary::{Boundary, Condition, Test},
    content::FrozenIntent,
    id,
    intent::{Answer, Button, Phrase, Press, Rules, WholeIntent},
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
    /// Where it is meant although another intent seems to be, as owners settled.
    boundaries: Vec<BoundaryView>,
    /// The departments that own it together with its own one.
    #[schema(value_type = Vec<String>, example = json!([]))]
    shared_with: Vec<Id<id::Department>>,
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
    /// It is given only where all of these hold; everywhere where there are none.
    when: Vec<ConditionView>,
}

/// Something that must be so of a conversation's context.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Condition)]
pub(crate) struct ConditionView {
    /// The key.
    #[schema(example = "page")]
    key: String,
    /// The value, letter for letter.
    equals: Option<String>,
    /// How the value begins.
    #[schema(example = "/orders")]
    starts_with: Option<String>,
}

/// Where an intent is meant although another one seems to be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Boundary)]
pub(crate) struct BoundaryView {
    /// The other intent.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000002")]
    against: Id<id::Intent>,
    /// All of these must hold.
    when: Vec<ConditionView>,
}

impl From<Condition> for ConditionView {
    fn from(Condition { key, test }: Condition) -> Self {
        let (equals, starts_with) = match test {
            Test::Equals(value) => (Some(value), None),
            Test::StartsWith(value) => (None, Some(value)),
        };
        Self { key, equals, starts_with }
    }
}

impl From<Boundary> for BoundaryView {
    fn from(Boundary { against, when }: Boundary) -> Self {
        Self { against, when: when.into_iter().map(ConditionView::from).collect() }
    }
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
        let when = answer.when.into_iter().map(ConditionView::from).collect();
        Self { language: answer.language.to_string(), channel: answer.channel, text: answer.text.into(), buttons, when }
    }
}

impl IntentView {
    pub(super) fn draft(department: &str, WholeIntent { intent, phrases, answers, rules }: WholeIntent) -> Self {
        let Rules { boundaries, sharers } = rules;
        Self {
            id: intent.id,
            department: department.to_owned(),
            name: intent.name.into(),
            title: intent.title.map(String::from),
            phrases: phrases.into_iter().map(PhraseView::from).collect(),
            answers: answers.into_iter().map(AnswerView::from).collect(),
            boundaries: boundaries.into_iter().map(BoundaryView::from).collect(),
            shared_with: sharers,
            version: Some(intent.version),
            created_at: Some(intent.created_at),
            updated_at: Some(intent.updated_at),
        }
    }

    pub(crate) fn live(department: &str, frozen: FrozenIntent) -> Self {
        let FrozenIntent { id, name, title, phrases, answers, rules: Rules { boundaries, sharers } } = frozen;
        Self {
            id,
            department: department.to_owned(),
            name,
            title,
            phrases: phrases.into_iter().map(PhraseView::from).collect(),
            answers: answers.into_iter().map(AnswerView::from).collect(),
            boundaries: boundaries.into_iter().map(BoundaryView::from).collect(),
            shared_with: sharers,
            version: None,
            created_at: None,
            updated_at: None,
        }
    }
}
