//! What is shown of conversation tests and of what came of running them.

use guildhall_app::suite::{StaleCase, Taken};
use guildhall_domain::{
    Id, Moment, id,
    suite::{Case, Expect, Named, Said, Stale, Suite, Turn},
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::v1::{exchange::SkippedView, views::page_view};

/// Some conversation tests.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestSuite)]
pub(crate) struct SuiteView {
    /// Its identifier.
    #[schema(value_type = String, example = "sui_01jd0000007000g00000000001")]
    id: Id<id::TestSuite>,
    /// The key of its department; null for the company's.
    #[schema(example = "customer-service")]
    department: Option<String>,
    /// Its name.
    #[schema(example = "Returns")]
    name: String,
    /// What it is about.
    description: Option<String>,
    /// Whether a release of its own department waits for it.
    required: bool,
    /// Rises with each change.
    version: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(TestSuitePage of SuiteView);

impl SuiteView {
    pub(super) fn of(suite: Suite, key: Option<&str>) -> Self {
        Self {
            id: suite.id,
            department: key.map(str::to_owned),
            name: suite.name.into(),
            description: suite.description.map(String::from),
            required: suite.required,
            version: suite.version,
            created_at: suite.created_at,
            updated_at: suite.updated_at,
        }
    }
}

/// A conversation that is tried.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestCase)]
pub(crate) struct CaseView {
    /// Its identifier.
    #[schema(value_type = String, example = "tst_01jd0000007000g00000000001")]
    id: Id<id::TestCase>,
    /// Its suite.
    #[schema(value_type = String, example = "sui_01jd0000007000g00000000001")]
    suite: Id<id::TestSuite>,
    /// Its name.
    name: String,
    /// Where the visitor is.
    given: GivenView,
    /// What is said and has to come of it.
    turns: Vec<TurnView>,
    /// Rises with each change.
    version: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(TestCasePage of CaseView);

/// Where the visitor is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestGiven)]
pub(crate) struct GivenView {
    /// Their language, where they said it.
    language: Option<String>,
    /// The kind of channel.
    #[schema(example = "web")]
    channel: String,
    /// The page, the campaign and the like.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    context: Map<String, Value>,
}

/// One turn.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestTurn)]
pub(crate) struct TurnView {
    /// The visitor's words; null where they choose.
    says: Option<String>,
    /// The button that they choose; null where they say something.
    chooses: Option<String>,
    /// What has to come of it.
    expect: ExpectView,
}

/// What has to come of a turn; null and empty lists may be anything.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestExpectation)]
pub(crate) struct ExpectView {
    /// The key of the department that answers.
    department: Option<String>,
    /// The name of the intent that is meant.
    intent: Option<String>,
    /// `answer`, `ambiguous` or `out_of_scope`.
    #[schema(value_type = Option<String>, example = "answer")]
    decision: Option<&'static str>,
    /// Words that the answer holds.
    answer_contains: Vec<String>,
    /// The whole answer.
    answer_equals: Option<String>,
    /// Who must not answer.
    must_not_answer: Vec<NamedView>,
    /// Which others the bot may ask about beside the intent.
    runner_ups: Option<Vec<NamedView>>,
}

/// An intent, or all that a department has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NamedIntent)]
pub(crate) struct NamedView {
    /// The department's key; null for the suite's own.
    department: Option<String>,
    /// The intent's name; null for all.
    intent: Option<String>,
}

impl From<Named> for NamedView {
    fn from(Named { department, intent }: Named) -> Self {
        Self { department, intent: intent.map(String::from) }
    }
}

impl From<Expect> for ExpectView {
    fn from(expect: Expect) -> Self {
        let all = |named: Vec<Named>| named.into_iter().map(NamedView::from).collect();
        Self {
            department: expect.department,
            intent: expect.intent.map(String::from),
            decision: expect.decision.map(guildhall_domain::suite::Outcome::name),
            answer_contains: expect.answer_contains.into_iter().map(String::from).collect(),
            answer_equals: expect.answer_equals.map(String::from),
            must_not_answer: all(expect.must_not_answer),
            runner_ups: expect.runner_ups.map(all),
        }
    }
}

impl From<Case> for CaseView {
    fn from(case: Case) -> Self {
        let turn = |Turn { visitor, expect }: Turn| {
            let (says, chooses) = match visitor {
                Said::Says(text) => (Some(text.into()), None),
                Said::Chooses(button) => (None, Some(button.into())),
            };
            TurnView { says, chooses, expect: expect.into() }
        };
        let given = case.script.given;
        Self {
            id: case.id,
            suite: case.suite,
            name: case.script.name.into(),
            given: GivenView {
                language: given.language.map(String::from),
                channel: given.channel,
                context: given.context,
            },
            turns: case.script.turns.into_iter().map(turn).collect(),
            version: case.version,
            created_at: case.created_at,
            updated_at: case.updated_at,
        }
    }
}

/// What a file brought.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TestImportReport {
    /// Suites that are new.
    suites: usize,
    /// Cases that are new.
    created: usize,
    /// Cases that were there and differed.
    updated: usize,
    /// Cases that were there already.
    unchanged: usize,
    /// What was left out, each at its line.
    skipped: Vec<SkippedView>,
}

impl From<Taken> for TestImportReport {
    fn from(Taken { suites, created, updated, unchanged, skipped }: Taken) -> Self {
        let skipped = skipped.into_iter().map(SkippedView::from).collect();
        Self { suites, created, updated, unchanged, skipped }
    }
}

/// What the pre-check found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestPrecheck)]
pub(crate) struct PrecheckView {
    /// The cases that name what is not there any more.
    cases: Vec<StaleCaseView>,
}

/// A case that names what is not there any more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaleTestCase)]
pub(crate) struct StaleCaseView {
    /// The case.
    #[schema(value_type = String, example = "tst_01jd0000007000g00000000001")]
    case: Id<id::TestCase>,
    /// Its suite.
    #[schema(value_type = String, example = "sui_01jd0000007000g00000000001")]
    suite: Id<id::TestSuite>,
    /// Its name.
    name: String,
    /// What it names.
    stale: Vec<StaleView>,
}

/// Something that is not there any more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StaleName)]
pub(crate) struct StaleView {
    /// The place in the case, as a JSON Pointer.
    #[schema(example = "/turns/0/expect/intent")]
    pointer: String,
    /// `unknown-department`, `unknown-intent` or `unknown-answer`.
    #[schema(example = "unknown-intent")]
    code: String,
    /// What is named.
    #[schema(example = "return_item")]
    named: String,
}

impl From<Stale> for StaleView {
    fn from(Stale { pointer, code, named }: Stale) -> Self {
        Self { pointer, code, named }
    }
}

impl PrecheckView {
    pub(super) fn of(cases: Vec<StaleCase>) -> Self {
        let view = |StaleCase { case, suite, name, stale }: StaleCase| StaleCaseView {
            case,
            suite,
            name: name.into(),
            stale: stale.into_iter().map(StaleView::from).collect(),
        };
        Self { cases: cases.into_iter().map(view).collect() }
    }
}
