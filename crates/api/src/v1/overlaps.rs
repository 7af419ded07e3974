//! Overlaps: intents that visitors' words can't tell apart.

use actix_web::{get, web::Data};
use guildhall_app::{
    App,
    overlap::{self, Culprit, Shown, Wanted},
    proposal,
};
use guildhall_domain::{
    Id, Moment, id,
    overlap::{Live, Measures, Overlap, Party, Run, Severity, State},
    policy::ReadOverlaps,
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Versioned},
    intents::IntentView,
    parse::IntentNameView,
    proposals::Keys,
    settlements::SettlementView,
    views::page_view,
};
use crate::http::{Json, PageQuery, Paged, Path, Problem, problem::catalogue as kinds};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_overlaps).service(get_overlap);
}

/// Which overlaps are listed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverlapQuery {
    /// That touch this department.
    #[param(example = "customer-service")]
    department: Option<String>,
    /// `open`, `settling`, `settled`, `ignored`, `gone` or `returned`.
    #[param(example = "open")]
    state: Option<String>,
    /// `critical`, `serious` or `minor`.
    #[param(example = "critical")]
    severity: Option<String>,
    /// First found so many days ago, or longer.
    #[param(maximum = 36500)]
    min_days: Option<u32>,
}

/// An overlap.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Overlap)]
pub(crate) struct OverlapView {
    /// Its identifier.
    #[schema(value_type = String, example = "ovl_01jd0000007000g00000000001")]
    id: Id<id::Overlap>,
    /// The two intents.
    parties: Vec<PartyView>,
    /// `open`, `settling`, `settled`, `ignored`, `gone` or `returned`.
    #[schema(value_type = String, example = "open")]
    state: &'static str,
    /// `critical`, `serious` or `minor`: the worst of the measures.
    #[schema(value_type = String, example = "critical")]
    severity: &'static str,
    /// How much speaks for it, 0 to 1; orders overlaps of one severity.
    #[schema(example = 0.82)]
    evidence: f64,
    /// The measures of the last run that found it.
    measures: MeasuresView,
    /// The run that first found it.
    #[schema(value_type = String, format = DateTime)]
    first_seen: Moment,
    /// The last run that found it.
    #[schema(value_type = String, format = DateTime)]
    last_seen: Moment,
    /// Until when it is ignored.
    #[schema(value_type = Option<String>, format = DateTime)]
    ignored_until: Option<Moment>,
    /// When it was first found.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(OverlapPage of OverlapView);

/// One of the two intents.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OverlapParty)]
pub(crate) struct PartyView {
    /// The key of its owner.
    #[schema(example = "customer-service")]
    department: String,
    /// The intent.
    intent: IntentNameView,
}

/// What speaks for an overlap; shares are 0 to 1.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OverlapMeasures)]
pub(crate) struct MeasuresView {
    /// Phrases that are equal after folding.
    duplicates: usize,
    /// The share of the first intent's phrases whose nearest phrase outside it lies in the second.
    neighbours_of_first: f64,
    /// The same the other way round.
    neighbours_of_second: f64,
    /// The share of the first intent's phrases that are taken for the second by a model that never saw them.
    first_taken_for_second: f64,
    /// The same the other way round.
    second_taken_for_first: f64,
    /// Live traffic of four weeks; null where there was none.
    live: Option<LiveView>,
}

/// What live traffic says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OverlapTraffic)]
pub(crate) struct LiveView {
    /// Replies that gave or offered either.
    replies: usize,
    /// Of these, those that had to ask which of the two was meant.
    asked: usize,
    /// Bad ratings of one's answer in a conversation that the other answered too.
    bad_ratings: usize,
}

/// What a run found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OverlapRun)]
pub(crate) struct RunView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
    /// The build that was live.
    build: i64,
    /// How much it weighed.
    #[schema(value_type = String, example = "serious")]
    severity: &'static str,
    /// The measures.
    measures: MeasuresView,
}

/// A phrase that makes two intents overlap.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OverlapPhrase)]
pub(crate) struct CulpritView {
    /// The intent that it stands in.
    #[schema(value_type = String)]
    intent: Id<id::Intent>,
    /// The phrase.
    #[schema(value_type = String)]
    phrase: Id<id::Phrase>,
    /// Its words.
    text: String,
    /// The nearest phrase of the other intent.
    near: String,
    /// How alike the two are, 0 to 1.
    similarity: f32,
}

/// An overlap, side by side.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WholeOverlap)]
pub(crate) struct WholeOverlapView {
    /// The overlap.
    overlap: OverlapView,
    /// The two intents as they are live; null for one that is live no more.
    sides: Vec<Option<IntentView>>,
    /// The phrases that do it, the nearest first.
    phrases: Vec<CulpritView>,
    /// What the runs found, the latest first, a hundred at most.
    history: Vec<RunView>,
    /// How it is and was settled, oldest first.
    settlements: Vec<SettlementView>,
}

impl From<Measures> for MeasuresView {
    fn from(measures: Measures) -> Self {
        let ([one, other], [first, second]) = (measures.neighbours, measures.confusion);
        let live = |Live { replies, asked, bad_ratings }| LiveView { replies, asked, bad_ratings };
        Self {
            duplicates: measures.duplicates,
            neighbours_of_first: one,
            neighbours_of_second: other,
            first_taken_for_second: first,
            second_taken_for_first: second,
            live: measures.live.map(live),
        }
    }
}

impl OverlapView {
    fn of(overlap: Overlap, keys: &Keys) -> Self {
        let party = |Party { intent, name, department }: Party| PartyView {
            department: keys.key(department),
            intent: IntentNameView { id: intent, name },
        };
        Self {
            id: overlap.id,
            state: overlap.state.name(),
            severity: overlap.severity.name(),
            evidence: overlap.measures.evidence(),
            measures: overlap.measures.into(),
            parties: overlap.parties.into_iter().map(party).collect(),
            first_seen: overlap.first_seen,
            last_seen: overlap.last_seen,
            ignored_until: overlap.ignored_until,
            created_at: overlap.created_at,
            updated_at: overlap.updated_at,
        }
    }
}

impl WholeOverlapView {
    fn of(shown: Shown, keys: &Keys) -> Self {
        let owners = shown.overlap.parties.each_ref().map(|party| keys.key(party.department));
        let sides = shown.sides.into_iter().zip(owners);
        let run = |run: Run| RunView {
            at: run.at,
            build: run.build,
            severity: run.severity.name(),
            measures: run.measures.into(),
        };
        let culprit =
            |Culprit { intent, phrase, text, near, similarity }| CulpritView { intent, phrase, text, near, similarity };
        Self {
            overlap: OverlapView::of(shown.overlap, keys),
            sides: sides.map(|(side, owner)| side.map(|intent| IntentView::live(&owner, intent))).collect(),
            phrases: shown.culprits.into_iter().map(culprit).collect(),
            history: shown.runs.into_iter().map(run).collect(),
            settlements: shown.settlements.into_iter().map(|one| SettlementView::of(one, keys)).collect(),
        }
    }
}

fn known<T>(text: Option<&str>, read: impl Fn(&str) -> Option<T>, name: &str) -> Result<Option<T>, Problem> {
    let unknown = || Problem::new(&kinds::INVALID_PARAMETER).detail(format!("`{name}` has no such value."));
    text.map(|text| read(text).ok_or_else(unknown)).transpose()
}

/// Lists the overlaps of departments that one belongs to, the worst first.
#[utoipa::path(
    tag = "overlaps",
    operation_id = "listOverlaps",
    params(OverlapQuery, PageQuery),
    responses((status = 200, description = "A page of overlaps", body = OverlapPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("overlap.read")))
)]
#[get("/v1/overlaps")]
pub(crate) async fn list_overlaps(
    Allowed(permit): Allowed<ReadOverlaps>,
    app: Data<App>,
    query: Paged<OverlapQuery>,
) -> Result<Json<OverlapPage>, Problem> {
    let state = known(query.filter.state.as_deref(), State::named, "state")?;
    let severity = known(query.filter.severity.as_deref(), Severity::named, "severity")?;
    let days = query.filter.min_days.map(|days| days.min(36_500));
    let wanted = Wanted { department: query.filter.department, state, severity, days };
    let list = async |tx: &Tx| {
        let page = overlap::list(tx, &permit, app.now(), wanted, &query.page).await?;
        Ok((page, Keys::of(proposal::departments(tx).await?)))
    };
    let (page, keys) = app.look(permit.actor(), list).await?;
    Ok(Json(OverlapPage::of(page, |overlap| OverlapView::of(overlap, &keys))))
}

/// Reads an overlap: both intents side by side, the phrases that do it, its measures from run to run, its settlements.
#[utoipa::path(
    tag = "overlaps",
    operation_id = "getOverlap",
    params(("overlap" = String, Path, example = "ovl_01jd0000007000g00000000001")),
    responses((status = 200, description = "The overlap", body = WholeOverlapView)),
    security(("member" = [])),
    extensions(("x-action" = json!("overlap.read")))
)]
#[get("/v1/overlaps/{overlap}")]
pub(crate) async fn get_overlap(
    Allowed(permit): Allowed<ReadOverlaps>,
    app: Data<App>,
    Path(id): Path<Id<id::Overlap>>,
) -> Result<Versioned<WholeOverlapView>, Problem> {
    let get =
        async |tx: &Tx| Ok((overlap::get(tx, &permit, &app, id).await?, Keys::of(proposal::departments(tx).await?)));
    let (shown, keys) = app.look(permit.actor(), get).await?;
    Ok(Versioned::fixed(WholeOverlapView::of(shown, &keys)))
}
