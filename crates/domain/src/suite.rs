//! Conversation tests: what a visitor says in a given context, and what the bot has to make of it; in suites that a
//! department keeps for its own content, or the leader for the company.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Id, Moment, channel, folded, id,
    text::{AnswerText, IntentName, Language, MessageText, Name, Note, Payload},
};

/// The most suites of one department, or of the company.
pub const MOST_SUITES: u64 = 100;
/// The most cases of one suite.
pub const MOST_CASES: u64 = 1_000;
/// The most turns of one case.
pub const MOST_TURNS: usize = 50;
/// The most entries of each list of an expectation.
pub const MOST_NAMED: usize = 20;

/// A suite, without its cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// Its identifier.
    pub id: Id<id::TestSuite>,
    /// Whose it is; the company's without one.
    pub department: Option<Id<id::Department>>,
    /// Its name, unique there after folding.
    pub name: Name,
    /// What it is about.
    pub description: Option<Note>,
    /// Whether a release of its own department waits for it.
    pub required: bool,
    /// Rises with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// A conversation that is tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its identifier.
    pub id: Id<id::TestCase>,
    /// Where it belongs.
    pub suite: Id<id::TestSuite>,
    /// What is tried.
    pub script: Script,
    /// Rises with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// What is tried: a name, where the visitor is, and what they say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// Its name, unique in its suite after folding.
    pub name: Name,
    /// Where the visitor is.
    pub given: Given,
    /// What is said and has to come of it, in order.
    pub turns: Vec<Turn>,
}

/// Where the visitor is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// The language that they said they speak.
    pub language: Option<Language>,
    /// The kind of channel.
    pub channel: String,
    /// The page, the campaign and the like.
    pub context: Map<String, Value>,
}

impl Default for Given {
    fn default() -> Self {
        Self { language: None, channel: channel::Kind::Web.name().to_owned(), context: Map::new() }
    }
}

/// One turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// What the visitor does.
    pub visitor: Said,
    /// What has to come of it.
    pub expect: Expect,
}

/// What the visitor does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Writes.
    Says(MessageText),
    /// Presses a button of the reply before: its title, its payload, or the name of the intent that it stands for.
    Chooses(Payload),
}

/// What the bot does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answers.
    Answer,
    /// Asks which of several is meant.
    Ambiguous,
    /// Says that it does not know.
    OutOfScope,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Answer, Self::Ambiguous, Self::OutOfScope];

    /// The outcome's name, as decisions are called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Ambiguous => "ambiguous",
            Self::OutOfScope => "out_of_scope",
        }
    }

    /// Reads what [`Outcome::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// An intent by the key of its department and its name; without a name, all that the department has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The department's key; the suite's own where it says nothing.
    pub department: Option<String>,
    /// The intent's name.
    pub intent: Option<IntentName>,
}

/// What has to come of a turn; what is not stated may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expect {
    /// The key of the department that answers.
    pub department: Option<String>,
    /// The name of the intent that is meant.
    pub intent: Option<IntentName>,
    /// What the bot does.
    pub decision: Option<Outcome>,
    /// Words that the answer holds, each, however they are written large.
    pub answer_contains: Vec<AnswerText>,
    /// The whole answer.
    pub answer_equals: Option<AnswerText>,
    /// Who must not answer.
    pub must_not_answer: Vec<Named>,
    /// Which others the bot may ask about beside the intent; without it none, where one is expected.
    pub runner_ups: Option<Vec<Named>>,
}

/// What came of a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Got {
    /// What the bot did.
    pub decision: Outcome,
    /// The intent that was answered, by department and name.
    pub answered: Option<Meant>,
    /// The intents that the bot asked about.
    pub asked: Vec<Meant>,
    /// What it said.
    pub text: String,
}

/// An intent of the bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meant {
    /// The key of its department.
    pub department: String,
    /// Its name.
    pub intent: String,
}

/// Something that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Miss {
    /// Which expectation: `department`, `intent`, `decision`, `answer_contains`, `answer_equals`, `must_not_answer`,
    /// `runner_ups`, or `choice` where there is no such button.
    pub what: String,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub got: String,
}

impl Named {
    /// Whether this names the intent; `own` is the department of the suite.
    #[must_use]
    pub fn fits(&self, meant: &Meant, own: Option<&str>) -> bool {
        let department = self.department.as_deref().or(own).is_none_or(|department| department == meant.department);
        let intent = self.intent.as_ref().is_none_or(|intent| folded(intent.as_str()) == folded(&meant.intent));
        department && intent
    }

    fn written(&self, own: Option<&str>) -> String {
        let department = self.department.as_deref().or(own).unwrap_or("any department");
        self.intent.as_ref().map_or_else(|| department.to_owned(), |intent| format!("{intent} ({department})"))
    }
}

impl Meant {
    fn written(&self) -> String {
        format!("{} ({})", self.intent, self.department)
    }
}

impl Expect {
    /// Whether nothing is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is not as expected; `own` is the department of the suite, whose intents need not say so.
    #[must_use]
    pub fn misses(&self, got: &Got, own: Option<&str>) -> Vec<Miss> {
        let mut misses = Vec::new();
        let mut miss = |what: &str, expected: String, came: String| {
            misses.push(Miss { what: what.to_owned(), expected, got: came });
        };
        let came = || match (&got.answered, got.asked.as_slice()) {
            (Some(meant), _) => meant.written(),
            (None, []) => got.decision.name().to_owned(),
            (None, asked) => asked.iter().map(Meant::written).collect::<Vec<_>>().join(" or "),
        };
        if let Some(decision) = self.decision
            && decision != got.decision
        {
            miss("decision", decision.name().to_owned(), got.decision.name().to_owned());
        }
        let wanted = Named { department: self.department.clone(), intent: self.intent.clone() };
        let own_if_named = if self.intent.is_some() { own } else { None };
        let what = if self.intent.is_some() { "intent" } else { "department" };
        if self.department.is_some() || self.intent.is_some() {
            let meant: Vec<&Meant> = got.answered.iter().chain(&got.asked).collect();
            let hit = meant.iter().any(|meant| wanted.fits(meant, own_if_named));
            let allowed = |meant: &Meant| {
                wanted.fits(meant, own_if_named)
                    || self.runner_ups.iter().flatten().any(|runner_up| runner_up.fits(meant, own))
            };
            if !hit || (got.answered.is_some() && !wanted.fits_answer(got, own_if_named)) {
                miss(what, wanted.written(own_if_named), came());
            } else if got.decision == Outcome::Ambiguous
                && self.decision != Some(Outcome::Ambiguous)
                && self.runner_ups.is_none()
            {
                miss(what, wanted.written(own_if_named), came());
            } else if let Some(other) = got.asked.iter().find(|meant| !allowed(meant))
                && self.runner_ups.is_some()
            {
                let all = self.runner_ups.iter().flatten().map(|named| named.written(own)).collect::<Vec<_>>();
                miss("runner_ups", all.join(", "), other.written());
            }
        }
        let said = folded(&got.text);
        for words in &self.answer_contains {
            if !said.contains(&folded(words.as_str())) {
                miss("answer_contains", words.to_string(), got.text.clone());
            }
        }
        if let Some(whole) = &self.answer_equals
            && whole.as_str() != got.text
        {
            miss("answer_equals", whole.to_string(), got.text.clone());
        }
        for named in &self.must_not_answer {
            if let Some(answered) = got.answered.as_ref().filter(|meant| named.fits(meant, own)) {
                miss("must_not_answer", named.written(own), answered.written());
            }
        }
        misses
    }
}

impl Named {
    fn fits_answer(&self, got: &Got, own: Option<&str>) -> bool {
        got.answered.as_ref().is_some_and(|meant| self.fits(meant, own))
    }
}

/// What the pre-check knows of a bot: its departments, their intents, and what these answer.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// The keys of all departments.
    pub departments: Vec<String>,
    /// Each intent with its answers.
    pub intents: Vec<(Meant, Vec<String>)>,
}

/// Something that a test names and that is not there any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stale {
    /// The place in the script, as a JSON Pointer.
    pub pointer: String,
    /// `unknown-department`, `unknown-intent` or `unknown-answer`.
    pub code: String,
    /// What is named.
    pub named: String,
}

impl Script {
    /// What it names that is not there any more; `own` is the department of the suite.
    #[must_use]
    pub fn stale(&self, inventory: &Inventory, own: Option<&str>) -> Vec<Stale> {
        let mut stale = Vec::new();
        let mut find = |pointer: String, named: &Named, own: Option<&str>| {
            let key = named.department.as_deref();
            if let Some(key) = key.filter(|key| !inventory.departments.iter().any(|known| known == key)) {
                stale.push(Stale { pointer, code: "unknown-department".to_owned(), named: key.to_owned() });
                return;
            }
            let Some(intent) = &named.intent else { return };
            let known = inventory.intents.iter().any(|(meant, _)| named.fits(meant, own));
            if !known {
                stale.push(Stale { pointer, code: "unknown-intent".to_owned(), named: intent.to_string() });
            }
        };
        for (at, turn) in self.turns.iter().enumerate() {
            let expect = &turn.expect;
            let wanted = Named { department: expect.department.clone(), intent: expect.intent.clone() };
            let own_if_named = if expect.intent.is_some() { own } else { None };
            find(format!("/turns/{at}/expect/intent"), &wanted, own_if_named);
            for (n, named) in expect.must_not_answer.iter().enumerate() {
                find(format!("/turns/{at}/expect/must_not_answer/{n}"), named, own);
            }
            for (n, named) in expect.runner_ups.iter().flatten().enumerate() {
                find(format!("/turns/{at}/expect/runner_ups/{n}"), named, own);
            }
        }
        for (at, turn) in self.turns.iter().enumerate() {
            let expect = &turn.expect;
            let Some(intent) = &expect.intent else { continue };
            let wanted = Named { department: expect.department.clone(), intent: Some(intent.clone()) };
            let of: Vec<&String> = inventory
                .intents
                .iter()
                .filter(|(meant, _)| wanted.fits(meant, own))
                .flat_map(|(_, all)| all)
                .collect();
            if of.is_empty() {
                continue;
            }
            let mut gone = |place: String, words: &AnswerText, there: bool| {
                if !there {
                    stale.push(Stale {
                        pointer: format!("/turns/{at}/expect/{place}"),
                        code: "unknown-answer".to_owned(),
                        named: words.to_string(),
                    });
                }
            };
            if let Some(whole) = &expect.answer_equals {
                gone("answer_equals".to_owned(), whole, of.iter().any(|answer| *answer == whole.as_str()));
            }
            for (n, words) in expect.answer_contains.iter().enumerate() {
                let there = of.iter().any(|answer| folded(answer).contains(&folded(words.as_str())));
                gone(format!("answer_contains/{n}"), words, there);
            }
        }
        stale
    }
}

/// Which bot is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// What visitors meet.
    Live,
    /// What they would meet if the owner published now.
    Draft,
}

impl Stage {
    /// The stage's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Draft => "draft",
        }
    }

    /// Reads what [`Stage::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Live, Self::Draft].into_iter().find(|stage| stage.name() == name)
    }
}

/// Why tests were run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Somebody asked.
    Asked,
    /// It was night.
    Night,
    /// A release was about to be built.
    Release,
}

impl Occasion {
    /// The occasion's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Night => "night",
            Self::Release => "release",
        }
    }

    /// Reads what [`Occasion::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Asked, Self::Night, Self::Release].into_iter().find(|occasion| occasion.name() == name)
    }
}

/// What came of running tests.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its identifier.
    pub id: Id<id::TestRun>,
    /// Whose tests; the company's without one.
    pub department: Option<Id<id::Department>>,
    /// Which bot was tried.
    pub stage: Stage,
    /// Why.
    pub occasion: Occasion,
    /// The live build that it stood on.
    pub build: i64,
    /// What came of each case, in order.
    pub results: Vec<CaseResult>,
    /// When.
    pub created_at: Moment,
}

impl Run {
    /// How many cases passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.results.iter().filter(|result| result.passed()).count()
    }
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseResult {
    /// The case.
    pub case: Id<id::TestCase>,
    /// Its suite.
    pub suite: Id<id::TestSuite>,
    /// The suite's name.
    pub suite_name: String,
    /// Its name.
    pub name: String,
    /// Whether a release of the suite's own department waits for it.
    pub required: bool,
    /// What it names that is not there any more.
    pub stale: Vec<Stale>,
    /// What came of each turn; a turn that could not be made ends the case.
    pub turns: Vec<TurnResult>,
}

impl CaseResult {
    /// Whether everything was as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.turns.iter().all(|turn| turn.misses.is_empty())
    }
}

/// What came of a turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TurnResult {
    /// What the visitor did, in words.
    pub said: String,
    /// What the bot did.
    pub decision: Outcome,
    /// What it said.
    pub text: String,
    /// The best intents, best first, as far as words were understood.
    pub ranking: Vec<Rank>,
    /// What was not as expected.
    pub misses: Vec<Miss>,
}

/// A place in a ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rank {
    /// The intent.
    pub meant: Meant,
    /// How sure the bot is, 0 to 1.
    pub confidence: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(department: &str, intent: &str) -> Meant {
        Meant { department: department.to_owned(), intent: intent.to_owned() }
    }

    fn named(department: Option<&str>, intent: Option<&str>) -> Named {
        let intent = intent.map(|name| IntentName::parse(name).unwrap());
        Named { department: department.map(str::to_owned), intent }
    }

    fn answered(department: &str, intent: &str) -> Got {
        Got {
            decision: Outcome::Answer,
            answered: Some(meant(department, intent)),
            asked: vec![],
            text: "Within 30 days.".to_owned(),
        }
    }

    fn asked(all: &[(&str, &str)]) -> Got {
        let asked = all.iter().map(|(department, intent)| meant(department, intent)).collect();
        Got { decision: Outcome::Ambiguous, answered: None, asked, text: "Which?".to_owned() }
    }

    fn unknown() -> Got {
        Got { decision: Outcome::OutOfScope, answered: None, asked: vec![], text: "Sorry.".to_owned() }
    }

    fn text(words: &str) -> AnswerText {
        AnswerText::parse(words).unwrap()
    }

    #[test]
    fn each_expectation_is_judged_by_its_own_table() {
        let intent = |name: &str| Expect { intent: Some(IntentName::parse(name).unwrap()), ..Expect::default() };
        let department = |key: &str| Expect { department: Some(key.to_owned()), ..Expect::default() };
        let decision = |decision| Expect { decision: Some(decision), ..Expect::default() };
        let runner_ups = |all: Vec<Named>| Expect { runner_ups: Some(all), ..intent("return_item") };
        let forbidden = |all: Vec<Named>| Expect { must_not_answer: all, ..Expect::default() };
        let contains = |words: &str| Expect { answer_contains: vec![text(words)], ..Expect::default() };
        let equals = |words: &str| Expect { answer_equals: Some(text(words)), ..Expect::default() };
        let both = asked(&[("desk", "return_item"), ("shop", "gift_cards")]);
        let table: Vec<(Expect, Got, &[&str])> = vec![
            (intent("Return Item"), answered("desk", "return_item"), &[]),
            (intent("return_item"), answered("shop", "return_item"), &["intent"]),
            (intent("return_item"), answered("desk", "track"), &["intent"]),
            (intent("return_item"), unknown(), &["intent"]),
            (intent("return_item"), both.clone(), &["intent"]),
            (Expect { decision: Some(Outcome::Ambiguous), ..intent("return_item") }, both.clone(), &[]),
            (runner_ups(vec![named(Some("shop"), None)]), both.clone(), &[]),
            (runner_ups(vec![named(None, Some("track"))]), both.clone(), &["runner_ups"]),
            (runner_ups(vec![]), answered("desk", "return_item"), &[]),
            (runner_ups(vec![named(Some("shop"), None)]), answered("shop", "gift_cards"), &["intent"]),
            (department("shop"), answered("shop", "gift_cards"), &[]),
            (department("shop"), answered("desk", "track"), &["department"]),
            (decision(Outcome::OutOfScope), unknown(), &[]),
            (decision(Outcome::Answer), unknown(), &["decision"]),
            (forbidden(vec![named(None, Some("return_item"))]), answered("desk", "return_item"), &["must_not_answer"]),
            (forbidden(vec![named(Some("shop"), None)]), answered("desk", "return_item"), &[]),
            (forbidden(vec![named(Some("desk"), None)]), both, &[]),
            (contains("30 DAYS"), answered("desk", "return_item"), &[]),
            (contains("60 days"), answered("desk", "return_item"), &["answer_contains"]),
            (equals("Within 30 days."), answered("desk", "return_item"), &[]),
            (equals("within 30 days."), answered("desk", "return_item"), &["answer_equals"]),
            (Expect::default(), unknown(), &[]),
        ];
        for (at, (expect, got, expected)) in table.into_iter().enumerate() {
            let misses = expect.misses(&got, Some("desk"));
            let found: Vec<_> = misses.iter().map(|miss| miss.what.as_str()).collect();
            assert_eq!(found, expected, "row {at}: {misses:?}");
        }
    }

    #[test]
    fn what_is_named_and_gone_is_told() {
        let inventory = Inventory {
            departments: vec!["desk".to_owned(), "shop".to_owned()],
            intents: vec![(meant("desk", "return_item"), vec!["Within 30 days.".to_owned()])],
        };
        let turn = |expect| Turn { visitor: Said::Says(MessageText::parse("hi").unwrap()), expect };
        let script = Script {
            name: Name::parse("x").unwrap(),
            given: Given::default(),
            turns: vec![
                turn(Expect {
                    intent: Some(IntentName::parse("return_item").unwrap()),
                    answer_contains: vec![text("30 days"), text("60 days")],
                    answer_equals: Some(text("Within 60 days.")),
                    ..Expect::default()
                }),
                turn(Expect {
                    department: Some("legal".to_owned()),
                    must_not_answer: vec![named(Some("shop"), Some("gone")), named(Some("shop"), None)],
                    ..Expect::default()
                }),
            ],
        };
        let stale = script.stale(&inventory, Some("desk"));
        let mut found: Vec<_> = stale.iter().map(|stale| format!("{} {}", stale.pointer, stale.code)).collect();
        found.sort();
        assert_eq!(
            found,
            [
                "/turns/0/expect/answer_contains/1 unknown-answer",
                "/turns/0/expect/answer_equals unknown-answer",
                "/turns/1/expect/intent unknown-department",
                "/turns/1/expect/must_not_answer/0 unknown-intent",
            ]
        );
    }
}
