//! Settlements: how the owners of two overlapping intents settle it.

use std::time::Duration;

use actix_web::{post, web::Data};
use guildhall_app::{App, Work, department::referred, proposal, settlement, work::Secrecy};
use guildhall_domain::{
    Flaws, Id, Moment, Permit, Refusal, id,
    policy::{Action, Arbitrate, SettleOverlaps},
    settlement::{Evaluation, Settlement, Terms},
    text::{Note, TextFlaw},
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Answer, Created, Keyed, Versioned, create},
    intents::{ConditionBody, ConditionView, read_conditions},
    proposals::{Keys, named},
};
use crate::http::{Json, Path, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(propose_settlement)
        .service(accept_settlement)
        .service(decline_settlement)
        .service(withdraw_settlement)
        .service(arbitrate_settlement)
        .service(undo_settlement);
}

/// How an overlap is to be settled: `kind` says which way, and which of the other fields it takes.
///
/// `move_phrases` (intent, to, phrases), `claim` (intent, other), `boundary` (intent, other, when), `shared` (intent, other,
/// when), `hand_over` (intent, department), `ignore` (until, reason).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettlementBody {
    /// `move_phrases`, `claim`, `boundary`, `shared`, `hand_over` or `ignore`.
    #[schema(example = "boundary")]
    kind: String,
    /// The intent whose phrases move; that stays; that is meant where the conditions hold; that is handed over.
    #[schema(example = "int_01jd0000007000g00000000001")]
    intent: Option<String>,
    /// The other one: that phrases go to; that gives way; that is not meant there; that is merged into the first.
    #[schema(example = "int_01jd0000007000g00000000002")]
    other: Option<String>,
    /// Phrases that move.
    phrases: Option<Vec<String>>,
    /// Conditions on the context, one to five.
    when: Option<Vec<ConditionBody>>,
    /// The key of the department that an intent is handed to.
    department: Option<String>,
    /// Until when it is ignored, within a year.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<String>,
    /// Why it is ignored.
    #[schema(max_length = 1000)]
    reason: Option<String>,
    /// How many days the owners have to decide by themselves; seven where absent.
    #[schema(minimum = 1, maximum = 90)]
    days: Option<u32>,
}

/// Why, for who reads it later.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeclineBody {
    /// Why it is declined.
    #[schema(min_length = 1, max_length = 1000, example = "Our visitors mean something else by it")]
    reason: String,
}

/// What the leader decides in the owners' place.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArbitrationBody {
    /// Whether the settlement is accepted.
    accept: bool,
    /// Why.
    #[schema(min_length = 1, max_length = 1000, example = "Both had a week, and visitors wait")]
    reason: String,
}

impl SettlementBody {
    async fn parse(self, tx: &Tx, permit: &Permit<SettleOverlaps>) -> Result<(Terms, Option<Duration>), Refusal> {
        let department = match &self.department {
            Some(key) => Some(referred(tx, permit, key, "/department").await?.id),
            None => None,
        };
        let mut flaws = Flaws::default();
        let terms = self.terms(department, &mut flaws);
        if self.days.is_some_and(|days| !(1..=90).contains(&days)) {
            flaws.add("/days", "out-of-range", "is 1 to 90");
        }
        let time = self.days.map(|days| Duration::from_hours(24 * u64::from(days)));
        flaws.settle(terms.map(|terms| (terms, time)))
    }

    fn terms(&self, department: Option<Id<id::Department>>, flaws: &mut Flaws) -> Option<Terms> {
        let intent = |text: &Option<String>, pointer: &str, flaws: &mut Flaws| -> Option<Id<id::Intent>> {
            match text {
                Some(text) => named(text, pointer, flaws),
                None => missing(pointer, flaws),
            }
        };
        let both = |flaws: &mut Flaws| intent(&self.intent, "/intent", flaws).zip(intent(&self.other, "/other", flaws));
        let when = |flaws: &mut Flaws| {
            let when = read_conditions(self.when.as_deref().unwrap_or_default(), "/when", flaws);
            if when.is_empty() { missing("/when", flaws) } else { Some(when) }
        };
        match self.kind.as_str() {
            "move_phrases" => {
                let (from, to) = both(flaws)?;
                let read = |(at, id): (usize, &String)| named(id, &format!("/phrases/{at}"), flaws);
                let phrases: Vec<_> = self.phrases.iter().flatten().enumerate().filter_map(read).collect();
                if phrases.is_empty() {
                    missing("/phrases", flaws)
                } else {
                    Some(Terms::MovePhrases { from, to, phrases })
                }
            }
            "claim" => both(flaws).map(|(intent, gives_way)| Terms::Claim { intent, gives_way }),
            "boundary" => {
                let (both, when) = (both(flaws), when(flaws));
                both.zip(when).map(|((intent, against), when)| Terms::Boundary { intent, against, when })
            }
            "shared" => {
                let (both, when) = (both(flaws), when(flaws));
                both.zip(when).map(|((intent, merged), when)| Terms::Shared { intent, merged, when })
            }
            "hand_over" => {
                let intent = intent(&self.intent, "/intent", flaws);
                let to = department.or_else(|| missing("/department", flaws));
                intent.zip(to).map(|(intent, to)| Terms::HandOver { intent, to })
            }
            "ignore" => {
                let until = match self.until.as_deref().map(Moment::parse) {
                    Some(Some(until)) => Some(until),
                    Some(None) => {
                        flaws.take("/until", Err(TextFlaw::Form("must be a time such as 2027-01-31T12:00:00Z")))
                    }
                    None => missing("/until", flaws),
                };
                let reason = self.reason.as_deref().map(|reason| flaws.take("/reason", Note::parse(reason)));
                let reason = reason.unwrap_or_else(|| missing("/reason", flaws));
                until.zip(reason).map(|(until, reason)| Terms::Ignore { until, reason })
            }
            _ => flaws.take("/kind", Err(TextFlaw::Form("must be a way to settle an overlap"))),
        }
    }
}

fn missing<T>(pointer: &str, flaws: &mut Flaws) -> Option<T> {
    flaws.add(pointer, "missing-field", "is needed for this kind");
    None
}

/// How an overlap is settled.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settlement)]
pub(crate) struct SettlementView {
    /// Its identifier.
    #[schema(value_type = String, example = "stl_01jd0000007000g00000000001")]
    id: Id<id::Settlement>,
    /// `proposed`, `accepted`, `declined`, `withdrawn` or `undone`.
    #[schema(value_type = String, example = "proposed")]
    state: &'static str,
    /// `move_phrases`, `claim`, `boundary`, `shared`, `hand_over` or `ignore`.
    #[schema(value_type = String, example = "boundary")]
    kind: &'static str,
    /// The intent whose phrases move; that stays; that is meant where the conditions hold; that is handed over.
    #[schema(value_type = Option<String>)]
    intent: Option<Id<id::Intent>>,
    /// The other one.
    #[schema(value_type = Option<String>)]
    other: Option<Id<id::Intent>>,
    /// Phrases that move.
    #[schema(value_type = Vec<String>)]
    phrases: Vec<Id<id::Phrase>>,
    /// Conditions on the context.
    when: Vec<ConditionView>,
    /// The key of the department that an intent is handed to.
    department: Option<String>,
    /// Until when it is ignored.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Moment>,
    /// Why it is ignored, was declined, or decided by the leader.
    reason: Option<String>,
    /// Who proposed it.
    #[schema(value_type = String)]
    proposed_by: Id<id::Member>,
    /// The key of the department for which they did.
    proposed_for: String,
    /// Who decided.
    #[schema(value_type = Option<String>)]
    decided_by: Option<Id<id::Member>>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Moment>,
    /// Whether the leader decided in the owners' place.
    arbitrated: bool,
    /// Until when the owners decide by themselves.
    #[schema(value_type = String, format = DateTime)]
    due_at: Moment,
    /// Who undid it.
    #[schema(value_type = Option<String>)]
    undone_by: Option<Id<id::Member>>,
    /// How well phrases are recognised without it, each by a model that never saw it; null until that is known.
    before: Option<EvaluationView>,
    /// And with it.
    after: Option<EvaluationView>,
    /// Rises with each change.
    version: i64,
    /// When it was proposed.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

/// How well phrases are recognised.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SettlementEvaluation)]
pub(crate) struct EvaluationView {
    /// The two intents, as far as they are there.
    intents: Vec<RoutingView>,
    /// Every department.
    departments: Vec<RecallView>,
}

/// Where an intent's phrases go; shares are 0 to 1.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Routing)]
pub(crate) struct RoutingView {
    /// The intent.
    #[schema(value_type = String)]
    intent: Id<id::Intent>,
    /// How many of its phrases were judged.
    phrases: usize,
    /// The share that is given to an intent of its department.
    to_its_department: f64,
    /// The share that is given to itself.
    to_itself: f64,
}

/// How many of a department's phrases are recognised as its own.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DepartmentRecall)]
pub(crate) struct RecallView {
    /// The department's key.
    department: String,
    /// How many of its phrases were judged.
    phrases: usize,
    /// The share that is given to one of its intents, 0 to 1.
    recall: f64,
}

impl EvaluationView {
    fn of(evaluation: Evaluation, keys: &Keys) -> Self {
        let routing = |of: guildhall_domain::settlement::Routing| RoutingView {
            intent: of.intent,
            phrases: of.phrases,
            to_its_department: of.to_its_department,
            to_itself: of.to_itself,
        };
        let recall = |of: guildhall_domain::settlement::Recall| RecallView {
            department: keys.key(of.department),
            phrases: of.phrases,
            recall: of.recall,
        };
        Self {
            intents: evaluation.intents.into_iter().map(routing).collect(),
            departments: evaluation.departments.into_iter().map(recall).collect(),
        }
    }
}

impl SettlementView {
    pub(crate) fn of(settlement: Settlement, keys: &Keys) -> Self {
        let kind = settlement.terms.kind();
        let mut view = Self {
            id: settlement.id,
            state: settlement.state.name(),
            kind,
            intent: None,
            other: None,
            phrases: Vec::new(),
            when: Vec::new(),
            department: None,
            until: None,
            reason: settlement.reason.map(String::from),
            proposed_by: settlement.proposed_by,
            proposed_for: keys.key(settlement.proposed_for),
            decided_by: settlement.decided_by,
            decided_at: settlement.decided_at,
            arbitrated: settlement.arbitrated,
            due_at: settlement.due_at,
            undone_by: settlement.undone_by,
            before: settlement.before.map(|before| EvaluationView::of(before, keys)),
            after: settlement.after.map(|after| EvaluationView::of(after, keys)),
            version: settlement.version,
            created_at: settlement.created_at,
            updated_at: settlement.updated_at,
        };
        let conditions = |when: Vec<_>| when.into_iter().map(ConditionView::from).collect();
        match settlement.terms {
            Terms::MovePhrases { from, to, phrases } => {
                (view.intent, view.other, view.phrases) = (Some(from), Some(to), phrases);
            }
            Terms::Claim { intent, gives_way } => (view.intent, view.other) = (Some(intent), Some(gives_way)),
            Terms::Boundary { intent, against: other, when } | Terms::Shared { intent, merged: other, when } => {
                (view.intent, view.other, view.when) = (Some(intent), Some(other), conditions(when));
            }
            Terms::HandOver { intent, to } => (view.intent, view.department) = (Some(intent), Some(keys.key(to))),
            Terms::Ignore { until, reason } => {
                view.until = Some(until);
                view.reason.get_or_insert(reason.into());
            }
        }
        view
    }
}

/// A use case over one settlement, in one unit of work.
async fn act<A: Action>(
    app: &App,
    permit: &Permit<A>,
    deed: impl AsyncFnOnce(&Work<'_>) -> Result<Settlement, Refusal>,
) -> Result<Versioned<SettlementView>, Problem> {
    let done = async |work: &Work<'_>| Ok((deed(work).await?, Keys::of(proposal::departments(work).await?)));
    let (settlement, keys) = app.act(permit.actor(), done).await?;
    let version = settlement.version;
    Ok(Versioned::restless(SettlementView::of(settlement, &keys), version))
}

/// Proposes how to settle an overlap, for one's department; the other owner accepts or declines.
#[utoipa::path(
    tag = "overlaps",
    operation_id = "proposeSettlement",
    params(("overlap" = String, Path, example = "ovl_01jd0000007000g00000000001")),
    request_body(content = SettlementBody, example = json!({
        "kind": "boundary", "intent": "int_01jd0000007000g00000000001", "other": "int_01jd0000007000g00000000002",
        "when": [{"key": "page", "starts_with": "/orders"}],
    })),
    responses((status = 201, description = "The settlement", body = SettlementView)),
    security(("member" = [])),
    extensions(("x-action" = json!("overlap.settle")))
)]
#[post("/v1/overlaps/{overlap}/settlements")]
pub(crate) async fn propose_settlement(
    Allowed(permit): Allowed<SettleOverlaps>,
    app: Data<App>,
    Path(overlap): Path<Id<id::Overlap>>,
    sent: Keyed<SettlementBody>,
) -> Result<Answer<SettlementView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: SettlementBody| {
        let (terms, time) = body.parse(work, &permit).await?;
        let made = settlement::propose(work, &permit, overlap, terms, time).await?;
        let keys = Keys::of(proposal::departments(work).await?);
        let version = made.version;
        Ok(Created::at(SettlementView::of(made, &keys), format!("/v1/overlaps/{overlap}"), Some(version)))
    })
    .await
}

fn read(reason: &str) -> Result<Note, Refusal> {
    let mut flaws = Flaws::default();
    let reason = flaws.take("/reason", Note::parse(reason));
    flaws.settle(reason)
}

/// Accepts what the other owner proposed: it goes into the drafts of both departments at once.
#[utoipa::path(
    tag = "overlaps",
    operation_id = "acceptSettlement",
    params(
        ("overlap" = String, Path, example = "ovl_01jd0000007000g00000000001"),
        ("settlement" = String, Path, example = "stl_01jd0000007000g00000000001")
    ),
    responses((status = 200, description = "The settlement as it is now", body = SettlementView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("overlap.settle")))
)]
#[post("/v1/overlaps/{overlap}/settlements/{settlement}/accept")]
pub(crate) async fn accept_settlement(
    Allowed(permit): Allowed<SettleOverlaps>,
    app: Data<App>,
    Path((overlap, id)): Path<(Id<id::Overlap>, Id<id::Settlement>)>,
) -> Result<Versioned<SettlementView>, Problem> {
    act(&app, &permit, async |work| settlement::decide(work, &permit, overlap, id, true, None).await).await
}

/// Declines what the other owner proposed.
#[utoipa::path(
    tag = "overlaps",
    operation_id = "declineSettlement",
    params(
        ("overlap" = String, Path, example = "ovl_01jd0000007000g00000000001"),
        ("settlement" = String, Path, example = "stl_01jd0000007000g00000000001")
    ),
    request_body = DeclineBody,
    responses((status = 200, description = "The settlement as it is now", body = SettlementView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("overlap.settle")))
)]
#[post("/v1/overlaps/{overlap}/settlements/{settlement}/decline")]
pub(crate) async fn decline_settlement(
    Allowed(permit): Allowed<SettleOverlaps>,
    app: Data<App>,
    Path((overlap, id)): Path<(Id<id::Overlap>, Id<id::Settlement>)>,
    body: Json<DeclineBody>,
) -> Result<Versioned<SettlementView>, Problem> {
    let reason = read(&body.0.reason)?;
    act(&app, &permit, async |work| settlement::decide(work, &permit, overlap, id, false, Some(reason)).await).await
}

/// Takes back what one's own department proposed.
#[utoipa::path(
    tag = "overlaps",
    operation_id = "withdrawSettlement",
    params(
        ("overlap" = String, Path, example = "ovl_01jd0000007000g00000000001"),
        ("settlement" = String, Path, example = "stl_01jd0000007000g00000000001")
    ),
    responses((status = 200, description = "The settlement as it is now", body = SettlementView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("overlap.settle")))
)]
#[post("/v1/overlaps/{overlap}/settlements/{settlement}/withdraw")]
pub(crate) async fn withdraw_settlement(
    Allowed(permit): Allowed<SettleOverlaps>,
    app: Data<App>,
    Path((overlap, id)): Path<(Id<id::Overlap>, Id<id::Settlement>)>,
) -> Result<Versioned<SettlementView>, Problem> {
    act(&app, &permit, async |work| settlement::withdraw(work, &permit, overlap, id).await).await
}

/// Decides in the owners' place, once their time has passed; that it was so stands with it.
#[utoipa::path(
    tag = "overlaps",
    operation_id = "arbitrateSettlement",
    params(
        ("overlap" = String, Path, example = "ovl_01jd0000007000g00000000001"),
        ("settlement" = String, Path, example = "stl_01jd0000007000g00000000001")
    ),
    request_body = ArbitrationBody,
    responses((status = 200, description = "The settlement as it is now", body = SettlementView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("overlap.arbitrate")))
)]
#[post("/v1/overlaps/{overlap}/settlements/{settlement}/arbitrate")]
pub(crate) async fn arbitrate_settlement(
    Allowed(permit): Allowed<Arbitrate>,
    app: Data<App>,
    Path((overlap, id)): Path<(Id<id::Overlap>, Id<id::Settlement>)>,
    body: Json<ArbitrationBody>,
) -> Result<Versioned<SettlementView>, Problem> {
    let (accept, reason) = (body.0.accept, read(&body.0.reason)?);
    act(&app, &permit, async |work| settlement::arbitrate(work, &permit, overlap, id, accept, reason).await).await
}

/// Takes a settlement out of the drafts again: exactly what it did, or not at all where something else changed there
/// since (409 `clashes`).
#[utoipa::path(
    tag = "overlaps",
    operation_id = "undoSettlement",
    params(
        ("overlap" = String, Path, example = "ovl_01jd0000007000g00000000001"),
        ("settlement" = String, Path, example = "stl_01jd0000007000g00000000001")
    ),
    responses((status = 200, description = "The settlement as it is now", body = SettlementView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("overlap.settle")))
)]
#[post("/v1/overlaps/{overlap}/settlements/{settlement}/undo")]
pub(crate) async fn undo_settlement(
    Allowed(permit): Allowed<SettleOverlaps>,
    app: Data<App>,
    Path((overlap, id)): Path<(Id<id::Overlap>, Id<id::Settlement>)>,
) -> Result<Versioned<SettlementView>, Problem> {
    act(&app, &permit, async |work| settlement::undo(work, &permit, overlap, id).await).await
}
