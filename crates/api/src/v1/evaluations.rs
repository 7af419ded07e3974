//! Evaluations: how well the bot, live or as drafts would have it, tells intents and departments apart.

use actix_web::{get, post, web::Data};
use guildhall_app::{App, Work, desk, evaluation, evaluation::Wanted, work::Secrecy};
use guildhall_domain::{
    Flaws, Id, Moment, Refusal,
    evaluation::{Confusion, DepartmentMeasures, IntentMeasures, Measures, NearDuplicate, Stage, Summary, Suspect},
    id,
    policy::ReadDraft,
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Answer, Created, Keyed, create},
    jobs::JobView,
    views::{Keys, page_view},
};
use crate::http::{Json, PageQuery, Paged, Path, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(evaluate_bot).service(list_evaluations).service(get_evaluation);
}

/// What is to be evaluated.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvaluationBody {
    /// `live`, or `draft`: the drafts of `departments` beside what the others have live.
    #[serde(default)]
    #[schema(example = "draft")]
    stage: Option<String>,
    /// The keys of the departments whose drafts speak; none for the live bot.
    #[serde(default)]
    #[schema(max_items = 50, example = json!(["sales"]))]
    departments: Vec<String>,
    /// Into how many parts the phrases are dealt, each of which is held out in its turn; 2 to 20, 5 where absent.
    #[serde(default)]
    #[schema(minimum = 2, maximum = 20, example = 5)]
    folds: Option<usize>,
}

impl EvaluationBody {
    fn parse(self) -> Result<(Stage, Vec<String>, usize), Refusal> {
        let mut flaws = Flaws::default();
        let stage = Stage::named(self.stage.as_deref().unwrap_or("live"));
        if stage.is_none() {
            flaws.add("/stage", "invalid-choice", "must be `live` or `draft`");
        }
        let folds = self.folds.unwrap_or(5);
        if !(2..=20).contains(&folds) {
            flaws.add("/folds", "out-of-range", "must be 2 to 20");
        }
        if self.departments.len() > 50 {
            flaws.add("/departments", "too-long", "must have at most 50 departments");
        }
        flaws.settle(stage.map(|stage| (stage, self.departments, folds)))
    }
}

/// Has the bot evaluated, as a job: each phrase is held out in its turn, and it is told what it is taken for without it.
/// The job's result names the evaluation.
#[utoipa::path(
    tag = "bot",
    operation_id = "evaluateBot",
    request_body = EvaluationBody,
    responses((status = 202, description = "The job; its place is in `Location`", body = JobView)),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.read")))
)]
#[post("/v1/bot/evaluation")]
pub(crate) async fn evaluate_bot(
    Allowed(permit): Allowed<ReadDraft>,
    app: Data<App>,
    sent: Keyed<EvaluationBody>,
) -> Result<Answer<JobView>, Problem> {
    let deed = async |work: &Work<'_>, body: EvaluationBody| {
        permit.companywide()?;
        let (stage, keys, folds) = body.parse()?;
        let departments = desk::named(work, &permit, &keys).await?;
        let job = evaluation::ask(work, &permit, Wanted { stage, departments, folds }).await?;
        let location = format!("/v1/jobs/{}", job.id);
        Ok(Created::at(JobView::of(job, &Keys::read(work).await?), location, None))
    };
    Ok(create(&app, permit.actor(), sent, Secrecy::Open, deed).await?.taken_on())
}

/// An evaluation in one line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EvaluationSummary)]
pub(crate) struct SummaryView {
    /// Its identifier.
    #[schema(value_type = String, example = "evl_01jd0000007000g00000000001")]
    id: Id<id::Evaluation>,
    /// `live` or `draft`.
    #[schema(value_type = String, example = "live")]
    stage: &'static str,
    /// The keys of the departments whose drafts spoke; none for the live bot.
    departments: Vec<String>,
    /// The build that was live.
    #[schema(example = 7)]
    build: i64,
    /// Into how many parts the phrases were dealt.
    folds: usize,
    /// How many phrases were held out.
    phrases: usize,
    /// The share of them that was taken for their own intent; null without phrases.
    accuracy: Option<f64>,
    /// The mean F1 of the intents; null without phrases.
    macro_f1: Option<f64>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
}

page_view!(EvaluationPage of SummaryView);

impl SummaryView {
    fn of(summary: Summary, keys: &Keys) -> Self {
        Self {
            id: summary.id,
            stage: summary.stage.name(),
            departments: summary.departments.into_iter().filter_map(|id| keys.of(id)).collect(),
            build: summary.build,
            folds: summary.folds,
            phrases: summary.phrases,
            accuracy: summary.accuracy,
            macro_f1: summary.macro_f1,
            created_at: summary.created_at,
        }
    }
}

/// Which evaluations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvaluationQuery {
    /// `live` or `draft`; both where absent.
    #[param(example = "live")]
    stage: Option<String>,
}

/// Lists evaluations, the latest first: of the live bot after each release, and of drafts that one may read.
#[utoipa::path(
    tag = "bot",
    operation_id = "listEvaluations",
    params(PageQuery, EvaluationQuery),
    responses((status = 200, description = "A page of evaluations", body = EvaluationPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.read")))
)]
#[get("/v1/bot/evaluations")]
pub(crate) async fn list_evaluations(
    Allowed(permit): Allowed<ReadDraft>,
    app: Data<App>,
    query: Paged<EvaluationQuery>,
) -> Result<Json<EvaluationPage>, Problem> {
    let unknown = || Refusal::flaw("/stage", "invalid-choice", "must be `live` or `draft`");
    let stage = query.filter.stage.as_deref().map(|name| Stage::named(name).ok_or_else(unknown)).transpose()?;
    let look = async |tx: &Tx| {
        let (found, keys) = (evaluation::list(tx, &permit, stage, &query.page).await?, Keys::read(tx).await?);
        Ok(EvaluationPage::of(found, |summary| SummaryView::of(summary, &keys)))
    };
    Ok(Json(app.look(permit.actor(), look).await?))
}

/// An evaluation with all that it found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Evaluation)]
pub(crate) struct EvaluationView {
    /// In one line.
    summary: SummaryView,
    /// Each intent, in the order of departments.
    intents: Vec<IntentMeasuresView>,
    /// The department confusion matrix.
    departments: Vec<DepartmentMeasuresView>,
    /// Phrases that look as if they belonged to another intent, the surest first.
    suspects: Vec<SuspectView>,
    /// Phrases of different intents that are nearly the same, the most alike first.
    near_duplicates: Vec<NearDuplicateView>,
}

/// How an intent did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IntentMeasures)]
pub(crate) struct IntentMeasuresView {
    /// The intent.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000001")]
    id: Id<id::Intent>,
    /// Its name.
    name: String,
    /// The key of its department; null where that was dissolved since.
    department: Option<String>,
    /// Its phrases.
    support: usize,
    /// Of what was taken for it, the share that is its own; null where nothing was.
    precision: Option<f64>,
    /// Of its phrases, the share that was taken for it; null without phrases.
    recall: Option<f64>,
    /// The harmonic mean of the two; null where both are.
    f1: Option<f64>,
    /// What its other phrases were taken for, the most frequent first.
    confused_with: Vec<ConfusionView>,
}

/// How often an intent's phrases were taken for another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Confusion)]
pub(crate) struct ConfusionView {
    /// The other intent.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000002")]
    id: Id<id::Intent>,
    /// Its name.
    name: String,
    /// The key of its department; null where that was dissolved since.
    department: Option<String>,
    /// How many phrases.
    count: usize,
}

/// How a department did: a row of the matrix.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DepartmentMeasures)]
pub(crate) struct DepartmentMeasuresView {
    /// The department's key; null where it was dissolved since.
    department: Option<String>,
    /// Its phrases.
    support: usize,
    /// The share of them that was taken for their own intent; null without phrases.
    recall: Option<f64>,
    /// The share that stayed in the department, whatever the intent; null without phrases.
    kept: Option<f64>,
    /// How many were taken for an intent of each department, in the order of this list.
    taken_for: Vec<usize>,
}

/// A phrase that looks as if it belonged to another intent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SuspectPhrase)]
pub(crate) struct SuspectView {
    /// The phrase.
    text: String,
    /// Where it stands.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000001")]
    intent: Id<id::Intent>,
    /// Where it would rather be.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000002")]
    likelier: Id<id::Intent>,
    /// Confidence in its own intent without it, 0 to 1.
    own: f32,
    /// Confidence in the other.
    other: f32,
}

/// Two phrases of different intents that are nearly the same.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NearDuplicate)]
pub(crate) struct NearDuplicateView {
    /// A phrase.
    text: String,
    /// Its intent.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000001")]
    intent: Id<id::Intent>,
    /// The other phrase.
    other_text: String,
    /// Its intent.
    #[schema(value_type = String, example = "int_01jd0000007000g00000000002")]
    other_intent: Id<id::Intent>,
    /// How alike they are, 0 to 1.
    likeness: f32,
}

impl EvaluationView {
    fn of(summary: Summary, found: Measures, keys: &Keys) -> Self {
        let confusion = |Confusion { id, name, department, count }| ConfusionView {
            id,
            name,
            department: keys.of(department),
            count,
        };
        let intent = |of: IntentMeasures| IntentMeasuresView {
            id: of.id,
            name: of.name,
            department: keys.of(of.department),
            support: of.support,
            precision: of.precision,
            recall: of.recall,
            f1: of.f1,
            confused_with: of.confused_with.into_iter().map(confusion).collect(),
        };
        let department = |(of, taken_for): (DepartmentMeasures, Vec<usize>)| DepartmentMeasuresView {
            department: keys.of(of.id),
            support: of.support,
            recall: of.recall,
            kept: of.kept,
            taken_for,
        };
        let suspect =
            |Suspect { text, intent, likelier, own, other }| SuspectView { text, intent, likelier, own, other };
        let near = |NearDuplicate { text, intent, other_text, other_intent, likeness }| NearDuplicateView {
            text,
            intent,
            other_text,
            other_intent,
            likeness,
        };
        Self {
            summary: SummaryView::of(summary, keys),
            intents: found.intents.into_iter().map(intent).collect(),
            departments: found.departments.into_iter().zip(found.matrix).map(department).collect(),
            suspects: found.suspects.into_iter().map(suspect).collect(),
            near_duplicates: found.near_duplicates.into_iter().map(near).collect(),
        }
    }
}

/// Reads an evaluation.
#[utoipa::path(
    tag = "bot",
    operation_id = "getEvaluation",
    params(("evaluation" = String, Path, example = "evl_01jd0000007000g00000000001")),
    responses((status = 200, description = "The evaluation", body = EvaluationView)),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.read")))
)]
#[get("/v1/bot/evaluations/{evaluation}")]
pub(crate) async fn get_evaluation(
    Allowed(permit): Allowed<ReadDraft>,
    app: Data<App>,
    Path(id): Path<Id<id::Evaluation>>,
) -> Result<Json<EvaluationView>, Problem> {
    let look = async |tx: &Tx| {
        let (summary, found) = evaluation::get(tx, &permit, id).await?;
        Ok(EvaluationView::of(summary, found, &Keys::read(tx).await?))
    };
    Ok(Json(app.look(permit.actor(), look).await?))
}
