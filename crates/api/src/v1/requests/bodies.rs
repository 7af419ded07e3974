//! What people send about knowledge requests, read strictly: each flaw with its place.

use guildhall_app::request::{NewRequest, Place};
use guildhall_domain::{
    Flaws, Id, Refusal, id,
    intent::NewPhrase,
    request::{MOST_EXAMPLES, OfferedContent, OfferedPhrase, Priority, Question, Remark, Where},
    text::{IntentName, Language, Note, PhraseText, Title},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::v1::{
    answer::given,
    intents::{AnswerBody, PhraseBody, read_answers, read_phrases},
};

/// A question to a department.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestBody {
    /// The key of the department that asks, to which one belongs; the company asks without it.
    #[schema(example = "marketing")]
    from: Option<String>,
    /// The key of the department that should know.
    #[schema(example = "sales")]
    to: String,
    /// The gap that it comes from.
    #[schema(value_type = Option<String>, example = "gap_01jd0000007000g00000000001")]
    gap: Option<Id<id::Gap>>,
    /// What is asked.
    #[schema(min_length = 1, max_length = 2000, example = "May a gift card be used twice?")]
    question: String,
    /// How visitors say it; 50 at most.
    #[serde(default)]
    #[schema(example = json!(["can I use the card again", "half of my voucher is left"]))]
    examples: Vec<String>,
    /// Their language, where it is known.
    #[schema(example = "en")]
    language: Option<String>,
    /// `urgent`, `high`, `normal` or `low`.
    #[schema(default = "normal", example = "high")]
    priority: Option<String>,
    /// Who there should answer it, where the asker knows.
    #[schema(value_type = Option<String>, example = "mem_01jd0000007000g00000000001")]
    assignee: Option<Id<id::Member>>,
}

impl RequestBody {
    pub(super) fn parse(self) -> Result<NewRequest, Refusal> {
        let mut flaws = Flaws::default();
        let question = flaws.take("/question", Question::parse(&self.question));
        let language = self.language.and_then(|tag| flaws.take("/language", Language::parse(&tag)));
        if self.examples.len() > MOST_EXAMPLES {
            flaws.add("/examples", "too-many", "must hold at most 50 examples");
        }
        let example = |(at, text): (usize, String)| flaws.take(format!("/examples/{at}"), PhraseText::parse(&text));
        let examples = self.examples.into_iter().enumerate().filter_map(example).collect();
        let priority = self.priority.as_deref().map_or(Some(Priority::Normal), Priority::named);
        if priority.is_none() {
            flaws.add("/priority", "invalid", "must be urgent, high, normal or low");
        }
        let (from, to, gap, assignee) = (self.from, self.to, self.gap, self.assignee);
        flaws.settle(question.zip(priority).map(|(question, priority)| NewRequest {
            from,
            to,
            gap,
            question,
            examples,
            language,
            priority,
            assignee,
        }))
    }
}

/// Something said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RemarkBody {
    /// The words.
    #[schema(min_length = 1, max_length = 4000, example = "Do you mean the plastic ones or the codes?")]
    text: String,
}

impl RemarkBody {
    pub(super) fn parse(self) -> Result<Remark, Refusal> {
        let mut flaws = Flaws::default();
        let text = flaws.take("/text", Remark::parse(&self.text));
        flaws.settle(text)
    }
}

/// Why a request is declined.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclineBody {
    /// The reason.
    #[schema(min_length = 1, max_length = 1000, example = "Gift cards are sold by the shops alone.")]
    reason: String,
}

impl DeclineBody {
    pub(super) fn parse(self) -> Result<Note, Refusal> {
        let mut flaws = Flaws::default();
        let reason = flaws.take("/reason", Note::parse(&self.reason));
        flaws.settle(reason)
    }
}

/// Where a request goes, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandOverBody {
    /// The key of the other department.
    #[schema(example = "e-commerce")]
    pub(super) to: String,
    /// Why.
    #[schema(min_length = 1, max_length = 4000, example = "The codes are theirs.")]
    reason: String,
}

impl HandOverBody {
    pub(super) fn parse(self) -> Result<(String, Remark), Refusal> {
        let mut flaws = Flaws::default();
        let reason = flaws.take("/reason", Remark::parse(&self.reason));
        flaws.settle(reason.map(|reason| (self.to, reason)))
    }
}

/// Who works on a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssigneeBody {
    /// Somebody who answers for the department; null for nobody yet.
    #[schema(value_type = Option<String>, example = "mem_01jd0000007000g00000000001")]
    pub(super) member: Option<Id<id::Member>>,
}

/// An answer: words for the asker, or content that can land in the draft, or both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestAnswerBody {
    /// The words.
    #[schema(max_length = 4000, example = "Until it is empty; what is left stays on it for two years.")]
    text: Option<String>,
    /// The content.
    content: Option<ContentBody>,
}

/// Content that can land in a draft: in an intent that is there, or in a new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContentBody {
    /// An intent of the department's draft.
    #[schema(value_type = Option<String>, example = "int_01jd0000007000g00000000001")]
    intent: Option<Id<id::Intent>>,
    /// The name of a new intent.
    #[schema(max_length = 100, example = "reuse_gift_card")]
    name: Option<String>,
    /// How a visitor would call the new intent.
    #[schema(max_length = 200, example = "Using a gift card again")]
    title: Option<String>,
    /// How visitors say it.
    #[serde(default)]
    phrases: Vec<PhraseBody>,
    /// What the bot replies.
    #[serde(default)]
    answers: Vec<AnswerBody>,
}

impl RequestAnswerBody {
    pub(super) fn parse(self) -> Result<(Option<Remark>, Option<OfferedContent>), Refusal> {
        let mut flaws = Flaws::default();
        let text = self.text.and_then(|text| flaws.take("/text", Remark::parse(&text)));
        let content = self.content.and_then(|content| content.parse(&mut flaws));
        if flaws.is_empty() && text.is_none() && content.is_none() {
            flaws.add("/text", "empty", "must come with words or content");
        }
        flaws.settle(Some((text, content)))
    }
}

impl ContentBody {
    fn parse(self, all: &mut Flaws) -> Option<OfferedContent> {
        let mut flaws = Flaws::default();
        let place = place(self.intent, self.name.as_deref(), self.title.as_deref(), &mut flaws);
        let phrases: Vec<OfferedPhrase> =
            read_phrases(self.phrases, &mut flaws).into_iter().map(OfferedPhrase::from).collect();
        let answers = read_answers(self.answers, &mut flaws);
        if place.is_none() && flaws.is_empty() {
            flaws.add("/intent", "missing", "must name an intent, or a name for a new one");
        }
        if flaws.is_empty() && phrases.is_empty() && answers.is_empty() {
            flaws.add("/phrases", "empty", "must hold a phrase or an answer");
        }
        all.within("/content", flaws);
        place.map(|place| OfferedContent { place, phrases, answers })
    }
}

/// An intent that is there or a new one, never both.
fn place(intent: Option<Id<id::Intent>>, name: Option<&str>, title: Option<&str>, flaws: &mut Flaws) -> Option<Where> {
    let title = title.and_then(|title| flaws.take("/title", Title::parse(title)));
    match (intent, name) {
        (Some(_), Some(_)) => {
            flaws.add("/name", "invalid", "must stand alone: an intent that is there has a name");
            None
        }
        (Some(intent), None) => Some(Where::Intent(intent)),
        (None, Some(name)) => flaws.take("/name", IntentName::parse(name)).map(|name| Where::New { name, title }),
        (None, None) => None,
    }
}

/// Where an accepted answer lands, and as what; without anything, as it was offered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LandingBody {
    /// Another intent of the department's draft.
    #[schema(value_type = Option<String>, example = "int_01jd0000007000g00000000001")]
    intent: Option<Id<id::Intent>>,
    /// The name of a new intent.
    #[schema(max_length = 100, example = "reuse_gift_card")]
    name: Option<String>,
    /// How a visitor would call the new intent.
    #[schema(max_length = 200, example = "Using a gift card again")]
    title: Option<String>,
    /// Other phrases than those that were offered.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    phrases: Option<Vec<PhraseBody>>,
    /// Other answers than those that were offered.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    answers: Option<Vec<AnswerBody>>,
}

impl LandingBody {
    pub(super) fn parse(self) -> Result<Place, Refusal> {
        let mut flaws = Flaws::default();
        let place = place(self.intent, self.name.as_deref(), self.title.as_deref(), &mut flaws);
        let phrases: Option<Vec<NewPhrase>> = self.phrases.map(|phrases| read_phrases(phrases, &mut flaws));
        let answers = self.answers.map(|answers| read_answers(answers, &mut flaws));
        flaws.settle(Some(Place { place, phrases, answers }))
    }
}
