//! What is shown of what came of running tests.

use guildhall_domain::{
    Id, Moment, id,
    suite::{CaseResult, Meant, Miss, Rank, Run, TurnResult},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::views::StaleView;
use crate::v1::views::page_view;

/// What came of running tests.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestRun)]
pub(crate) struct RunView {
    /// Its identifier.
    #[schema(value_type = String, example = "run_01jd0000007000g00000000001")]
    id: Id<id::TestRun>,
    /// The key of the department whose tests they are; null for the company's.
    department: Option<String>,
    /// `live` or `draft`.
    #[schema(value_type = String, example = "live")]
    stage: &'static str,
    /// `asked`, `night` or `release`.
    #[schema(value_type = String, example = "asked")]
    occasion: &'static str,
    /// The live build that it stood on.
    build: i64,
    /// How many cases were tried.
    total: usize,
    /// How many passed.
    passed: usize,
    /// What came of each case; null in lists.
    results: Option<Vec<ResultView>>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
}

page_view!(TestRunPage of RunView);

/// What came of a case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestResult)]
pub(crate) struct ResultView {
    /// The case.
    #[schema(value_type = String, example = "tst_01jd0000007000g00000000001")]
    case: Id<id::TestCase>,
    /// Its suite.
    #[schema(value_type = String, example = "sui_01jd0000007000g00000000001")]
    suite: Id<id::TestSuite>,
    /// The suite's name then.
    suite_name: String,
    /// Its name then.
    name: String,
    /// Whether everything was as expected.
    passed: bool,
    /// What it names that was not there any more.
    stale: Vec<StaleView>,
    /// What came of each turn; a button that was not there ended it.
    turns: Vec<TurnResultView>,
}

/// What came of a turn.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestTurnResult)]
pub(crate) struct TurnResultView {
    /// What the visitor did.
    said: String,
    /// `answer`, `ambiguous` or `out_of_scope`.
    #[schema(value_type = String, example = "answer")]
    decision: &'static str,
    /// What the bot said.
    text: String,
    /// The best intents, best first.
    ranking: Vec<RankView>,
    /// What was not as expected.
    misses: Vec<MissView>,
}

/// A place in a ranking.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestRank)]
pub(crate) struct RankView {
    /// The key of the department.
    department: String,
    /// The intent's name.
    intent: String,
    /// How sure the bot is, 0 to 1.
    #[schema(example = 0.93)]
    confidence: f32,
}

/// Something that was not as expected.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TestMiss)]
pub(crate) struct MissView {
    /// Which expectation.
    #[schema(example = "intent")]
    what: String,
    /// What was expected.
    expected: String,
    /// What came.
    got: String,
}

impl RunView {
    pub(super) fn of(run: Run, key: Option<&str>) -> Self {
        Self {
            id: run.id,
            department: key.map(str::to_owned),
            stage: run.stage.name(),
            occasion: run.occasion.name(),
            build: run.build,
            total: run.results.len(),
            passed: run.passed(),
            results: None,
            created_at: run.created_at,
        }
    }

    pub(super) fn whole(mut run: Run, key: Option<&str>) -> Self {
        let results = std::mem::take(&mut run.results);
        let (total, passed) = (results.len(), results.iter().filter(|result| result.passed()).count());
        let results = Some(results.into_iter().map(ResultView::from).collect());
        Self { total, passed, results, ..Self::of(run, key) }
    }
}

impl From<CaseResult> for ResultView {
    fn from(result: CaseResult) -> Self {
        Self {
            passed: result.passed(),
            case: result.case,
            suite: result.suite,
            suite_name: result.suite_name,
            name: result.name,
            stale: result.stale.into_iter().map(StaleView::from).collect(),
            turns: result.turns.into_iter().map(TurnResultView::from).collect(),
        }
    }
}

impl From<TurnResult> for TurnResultView {
    fn from(TurnResult { said, decision, text, ranking, misses }: TurnResult) -> Self {
        let rank = |rank: Rank| {
            let Meant { department, intent } = rank.meant;
            RankView { department, intent, confidence: rank.confidence }
        };
        let miss = |Miss { what, expected, got }: Miss| MissView { what, expected, got };
        Self {
            said,
            decision: decision.name(),
            text,
            ranking: ranking.into_iter().map(rank).collect(),
            misses: misses.into_iter().map(miss).collect(),
        }
    }
}
