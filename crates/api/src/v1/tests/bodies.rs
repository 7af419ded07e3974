//! What people send about conversation tests, read strictly.

use guildhall_app::suite::{NewSuite, SuitePatch};
use guildhall_domain::{
    Flaws, Id, Refusal,
    channel::Kind,
    id,
    suite::{Expect, Given, MOST_NAMED, MOST_TURNS, Named, Outcome, Said, Script, Stage, Turn},
    text::{AnswerText, IntentName, Language, MessageText, Name, Note, Payload},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::v1::answer::{given, present};

/// A suite that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuiteBody {
    /// Its name.
    #[schema(min_length = 1, max_length = 100, example = "Returns")]
    name: String,
    /// What it is about.
    #[schema(max_length = 1000)]
    description: Option<String>,
    /// Whether a release of its own department waits for it.
    #[serde(default)]
    required: bool,
}

impl SuiteBody {
    pub(super) fn parse(self) -> Result<NewSuite, Refusal> {
        let mut flaws = Flaws::default();
        let name = flaws.take("/name", Name::parse(&self.name));
        let description = self.description.and_then(|text| flaws.take("/description", Note::parse(&text)));
        flaws.settle(name.map(|name| NewSuite { name, description, required: self.required }))
    }
}

/// What changes; what is absent stays, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuitePatchBody {
    /// Another name.
    #[serde(default, deserialize_with = "given")]
    #[schema(min_length = 1, max_length = 100, nullable = false, example = "Returns")]
    name: Option<String>,
    /// Another description.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    description: Option<Option<String>>,
    /// Whether a release of its own department waits for it.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    required: Option<bool>,
}

impl SuitePatchBody {
    pub(super) fn parse(self) -> Result<SuitePatch, Refusal> {
        let mut flaws = Flaws::default();
        let name = self.name.and_then(|name| flaws.take("/name", Name::parse(&name)));
        let description =
            self.description.map(|text| text.and_then(|text| flaws.take("/description", Note::parse(&text))));
        flaws.settle(Some(SuitePatch { name, description, required: self.required }))
    }
}

/// A case, stated whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseBody {
    /// Its name, unique in its suite.
    #[schema(min_length = 1, max_length = 100, example = "A return in English")]
    name: String,
    /// Where the visitor is.
    given: Option<GivenBody>,
    /// What is said and has to come of it; 50 turns at most.
    turns: Vec<TurnBody>,
}

/// Where the visitor is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenBody {
    /// The language that they said they speak.
    #[schema(example = "en")]
    language: Option<String>,
    /// The kind of channel; `web` without it.
    #[schema(example = "web")]
    channel: Option<String>,
    /// The page, the campaign and the like.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    context: Map<String, Value>,
}

/// One turn: the visitor says or chooses something.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TurnBody {
    /// Their words.
    #[schema(max_length = 4000, example = "I want to send this back")]
    says: Option<String>,
    /// A button of the reply before: its title, its payload, or the name of the intent that it stands for.
    #[schema(max_length = 500)]
    chooses: Option<String>,
    /// What has to come of it; anything may without it.
    expect: Option<ExpectBody>,
}

/// What has to come of a turn; what is not stated may be anything.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectBody {
    /// The key of the department that answers.
    #[schema(example = "customer-service")]
    department: Option<String>,
    /// The name of the intent that is meant.
    #[schema(example = "return_item")]
    intent: Option<String>,
    /// `answer`, `ambiguous` or `out_of_scope`.
    #[schema(example = "answer")]
    decision: Option<String>,
    /// Words that the answer holds, each; 20 at most.
    #[serde(default)]
    #[schema(example = json!(["30 days"]))]
    answer_contains: Vec<String>,
    /// The whole answer.
    answer_equals: Option<String>,
    /// Who must not answer; 20 at most.
    #[serde(default)]
    must_not_answer: Vec<NamedBody>,
    /// Which others the bot may ask about beside the intent; 20 at most.
    runner_ups: Option<Vec<NamedBody>>,
}

/// An intent, or all that a department has.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedBody {
    /// The department's key; the suite's own without it.
    #[schema(example = "sales")]
    department: Option<String>,
    /// The intent's name.
    #[schema(example = "gift_cards")]
    intent: Option<String>,
}

impl CaseBody {
    pub(super) fn parse(self) -> Result<Script, Refusal> {
        let mut flaws = Flaws::default();
        let name = flaws.take("/name", Name::parse(&self.name));
        let given = self.given.map_or_else(Given::default, |given| given.parse(&mut flaws));
        if self.turns.is_empty() || self.turns.len() > MOST_TURNS {
            flaws.add("/turns", "out-of-range", "must hold 1 to 50 turns");
        }
        let turns = self.turns.into_iter().enumerate();
        let turns = turns.filter_map(|(at, turn)| turn.parse(&format!("/turns/{at}"), &mut flaws)).collect();
        flaws.settle(name.map(|name| Script { name, given, turns }))
    }
}

impl GivenBody {
    fn parse(self, flaws: &mut Flaws) -> Given {
        let language = self.language.and_then(|tag| flaws.take("/given/language", Language::parse(&tag)));
        let channel = self.channel.as_deref().unwrap_or(Kind::Web.name());
        if Kind::named(channel).is_none() {
            flaws.add("/given/channel", "invalid", "must be a kind of channel: web");
        }
        Given { language, channel: channel.to_owned(), context: self.context }
    }
}

impl TurnBody {
    fn parse(self, pointer: &str, flaws: &mut Flaws) -> Option<Turn> {
        let visitor = match (self.says, self.chooses) {
            (Some(text), None) => flaws.take(format!("{pointer}/says"), MessageText::parse(&text)).map(Said::Says),
            (None, Some(button)) => {
                flaws.take(format!("{pointer}/chooses"), Payload::parse(&button)).map(Said::Chooses)
            }
            _ => {
                flaws.add(pointer, "invalid", "must have either says or chooses");
                None
            }
        };
        let expect = self.expect.map(|expect| expect.parse(&format!("{pointer}/expect"), flaws)).unwrap_or_default();
        visitor.map(|visitor| Turn { visitor, expect })
    }
}

impl ExpectBody {
    fn parse(self, pointer: &str, flaws: &mut Flaws) -> Expect {
        let intent = self.intent.and_then(|name| flaws.take(format!("{pointer}/intent"), IntentName::parse(&name)));
        let decision = self.decision.as_deref().map(Outcome::named);
        if decision == Some(None) {
            flaws.add(format!("{pointer}/decision"), "invalid", "must be answer, ambiguous or out_of_scope");
        }
        if self.answer_contains.len() > MOST_NAMED {
            flaws.add(format!("{pointer}/answer_contains"), "too-many", "must hold at most 20 texts");
        }
        let words = self.answer_contains.into_iter().enumerate();
        let answer_contains = words
            .filter_map(|(n, text)| flaws.take(format!("{pointer}/answer_contains/{n}"), AnswerText::parse(&text)))
            .collect();
        let answer_equals = self
            .answer_equals
            .and_then(|text| flaws.take(format!("{pointer}/answer_equals"), AnswerText::parse(&text)));
        let must_not_answer = all_named(self.must_not_answer, &format!("{pointer}/must_not_answer"), flaws);
        let runner_ups = self.runner_ups.map(|all| all_named(all, &format!("{pointer}/runner_ups"), flaws));
        Expect {
            department: self.department,
            intent,
            decision: decision.flatten(),
            answer_contains,
            answer_equals,
            must_not_answer,
            runner_ups,
        }
    }
}

fn all_named(all: Vec<NamedBody>, pointer: &str, flaws: &mut Flaws) -> Vec<Named> {
    if all.len() > MOST_NAMED {
        flaws.add(pointer, "too-many", "must hold at most 20 items");
    }
    let read = |(at, NamedBody { department, intent }): (usize, NamedBody)| {
        if department.is_none() && intent.is_none() {
            flaws.add(format!("{pointer}/{at}"), "empty", "must name a department or an intent");
        }
        let intent = intent.and_then(|name| flaws.take(format!("{pointer}/{at}/intent"), IntentName::parse(&name)));
        Named { department, intent }
    };
    all.into_iter().enumerate().map(read).collect()
}

/// Which tests are to be run, against what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunBody {
    /// `live`, or `draft`: the bot as it would be if the owner published now (the company: if everybody did).
    #[schema(default = "live", example = "draft")]
    stage: Option<String>,
    /// These suites; all without any.
    #[serde(default)]
    #[schema(value_type = Vec<String>, example = json!([]))]
    suites: Vec<Id<id::TestSuite>>,
}

impl RunBody {
    pub(super) fn parse(self) -> Result<(Stage, Vec<Id<id::TestSuite>>), Refusal> {
        let mut flaws = Flaws::default();
        let stage = self.stage.as_deref().map_or(Some(Stage::Live), Stage::named);
        if stage.is_none() {
            flaws.add("/stage", "invalid", "must be live or draft");
        }
        flaws.settle(stage.map(|stage| (stage, self.suites)))
    }
}
