//! Looking after due times: what is past due is told to the next one up, each step once, on whichever node it is done.

use guildhall_domain::{
    Id, Moment, Refusal,
    event::Kind,
    id,
    request::{
        KnowledgeRequest,
        escalation::{Next, Step, next},
    },
};
use guildhall_persistence::{Errand, ErrandKind};
use serde_json::json;

use super::{Work, event, schedule, telling};
use crate::{
    App,
    worker::{Outcome, Trade, give_up_aloud},
};

pub(crate) const TRADE: Trade = Trade {
    kind: ErrandKind::Escalation,
    able: |_| true,
    // Nobody else looks after a due time, so it is tried until it is looked after.
    attempts: i64::MAX,
    run: |app, errand| Box::pin(look(app, errand)),
    give_up: give_up_aloud,
};

/// Looks after one request.
async fn look(app: &App, errand: &Errand) -> Result<Outcome, Refusal> {
    let Ok(id) = errand.reference.parse() else { return Ok(Outcome::Done) };
    Ok(app.escalate(errand.tenant, id).await?.map_or(Outcome::Done, Outcome::Again))
}

/// Asks for a look at a request when it is due.
pub(super) async fn watch(work: &Work<'_>, request: &KnowledgeRequest) -> Result<(), Refusal> {
    match request.state.due() {
        Some(due) => {
            let due = due.max(work.now());
            work.ask(ErrandKind::Escalation, &request.id.to_string(), due).await
        }
        None => Ok(()),
    }
}

impl App {
    /// Takes the steps of a request that are due, each in a unit of work of its own; says when to look again.
    pub async fn escalate(
        &self,
        tenant: Id<id::Tenant>,
        request: Id<id::KnowledgeRequest>,
    ) -> Result<Option<Moment>, Refusal> {
        loop {
            let actor = Self::system(tenant);
            match self.act(&actor, async |work| take_step(work, request).await).await? {
                Next::Now(_) => {}
                Next::At(at) => return Ok(Some(at)),
                Next::Nothing => return Ok(None),
            }
        }
    }
}

/// Takes the next step, if it is due. The row of the step, the event and the letters are one unit of work; whoever comes
/// second finds the row.
async fn take_step(work: &Work<'_>, id: Id<id::KnowledgeRequest>) -> Result<Next, Refusal> {
    let Some(request) = work.knowledge_requests().lock(id).await? else { return Ok(Next::Nothing) };
    let steps = work.knowledge_requests().steps(id, request.round).await?;
    let done: Vec<Step> = steps.into_iter().map(|(step, _)| step).collect();
    let (calendar, target) = schedule(work, &request).await?;
    let next = next(&request.state, request.assignee.is_some(), &done, (&calendar, target), work.now());
    if let Next::Now(step) = next
        && work.knowledge_requests().escalate(id, request.round, step, work.now()).await?
    {
        let facts = json!({ "step": step.name(), "round": request.round, "due_at": request.state.due() });
        work.tell(event(Kind::RequestEscalated, &request).with(facts))?;
        telling::of_escalation(work, &request, step).await?;
    }
    Ok(next)
}
