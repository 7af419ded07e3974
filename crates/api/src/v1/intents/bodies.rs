//! What people send about intents, read strictly: each flaw with its place.

use guildhall_domain::{
    Flaws, Refusal,
    intent::{Answer, Button, IntentPatch, MOST_BUTTONS, NewIntent, NewPhrase, Press},
    text::{AnswerText, IntentName, Language, Payload, PhraseText, TextFlaw, Title, web_address},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::v1::answer::{given, present};

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
    pub(super) fn parse(self) -> Result<NewIntent, Refusal> {
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

fn read_answers(bodies: Vec<AnswerBody>, flaws: &mut Flaws) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::with_capacity(bodies.len());
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
        answers.push(Answer { language, channel, text, buttons });
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

/// What changes; what is absent stays, null takes away. Answers are stated whole; phrases are added and deleted one by
/// one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IntentPatchBody {
    /// Another name.
    #[serde(default, deserialize_with = "given")]
    #[schema(min_length = 1, max_length = 100, nullable = false, example = "return_item")]
    name: Option<String>,
    /// Another title.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 200)]
    title: Option<Option<String>>,
    /// All answers anew.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    answers: Option<Vec<AnswerBody>>,
}

impl IntentPatchBody {
    pub(super) fn parse(self) -> Result<IntentPatch, Refusal> {
        let mut flaws = Flaws::default();
        let name = self.name.and_then(|name| flaws.take("/name", IntentName::parse(&name)));
        let title = self.title.map(|title| title.and_then(|title| flaws.take("/title", Title::parse(&title))));
        let answers = self.answers.map(|answers| read_answers(answers, &mut flaws));
        flaws.settle(Some(IntentPatch { name, title, answers }))
    }
}
