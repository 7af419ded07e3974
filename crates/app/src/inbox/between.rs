//! What waits of proposals and overlaps: to be approved, revised, settled, decided.

use guildhall_domain::{
    Id, PageRequest, Reach, Refusal, id,
    overlap::{self, Overlap, Severity},
    proposal::Proposal,
    settlement,
};
use guildhall_persistence::{OverlapFilter, ProposalFilter, Tx};

use super::{Item, Todo, Waiting};

/// The most of each kind and state that are looked at.
const MOST: PageRequest = PageRequest { limit: 200, after: None, filter: 0 };

/// Proposals that wait for these departments' approval, by whoever asks if they are somebody; and their own that came back.
pub(super) async fn proposals(
    tx: &Tx,
    departments: &[Id<id::Department>],
    me: Option<Id<id::Member>>,
) -> Result<Vec<Item>, Refusal> {
    let mut items = Vec::new();
    let nobody = Id::from_uuid(uuid::Uuid::nil());
    let reach = Reach::Departments(departments.to_vec());
    let list = async |state: &str, author| {
        let filter = ProposalFilter { state: Some(state.to_owned()), department: None, author };
        Ok::<_, Refusal>(tx.proposals().list(&reach, me.unwrap_or(nobody), &filter, &MOST).await?.items)
    };
    if !departments.is_empty() {
        let open = list("open", None).await?.into_iter().filter(|proposal| Some(proposal.author) != me);
        for proposal in open {
            let waits = |department: &&Id<id::Department>| matches!(proposal.approvals.get(*department), Some(None));
            if let Some(department) = departments.iter().find(waits).copied() {
                items.push(proposed(&proposal, Todo::Approve, Some(department)));
            }
        }
    }
    if let Some(me) = me {
        for (state, todo) in [("changes_requested", Todo::Revise), ("accepted", Todo::Merge)] {
            items.extend(list(state, Some(me)).await?.iter().map(|proposal| proposed(proposal, todo, None)));
        }
    }
    Ok(items)
}

fn proposed(proposal: &Proposal, todo: Todo, department: Option<Id<id::Department>>) -> Item {
    Item {
        kind: Waiting::Proposal(proposal.id),
        todo,
        title: proposal.title.to_string(),
        department,
        due_at: None,
        since: proposal.updated_at,
        key: proposal.id.uuid(),
    }
}

/// Overlaps of these departments with others that nobody settles yet, those that weigh; and settlements that wait for their
/// word.
pub(super) async fn overlaps(tx: &Tx, departments: &[Id<id::Department>]) -> Result<Vec<Item>, Refusal> {
    if departments.is_empty() {
        return Ok(Vec::new());
    }
    let reach = Reach::Departments(departments.to_vec());
    let list = async |state| {
        let filter = OverlapFilter { state: Some(state), ..OverlapFilter::default() };
        let found = tx.overlaps().list(&reach, &filter, &MOST).await?.items;
        Ok::<_, Refusal>(found.into_iter().filter(Overlap::crosses))
    };
    let mut items = Vec::new();
    for state in [overlap::State::Open, overlap::State::Returned] {
        let weighs = list(state).await?.filter(|overlap| overlap.severity >= Severity::Serious);
        items.extend(weighs.map(|overlap| item(&overlap, Todo::Settle, departments, None)));
    }
    for overlap in list(overlap::State::Settling).await? {
        let proposed = tx.settlements().of(overlap.id).await?;
        let waits = proposed
            .into_iter()
            .find(|one| one.state == settlement::State::Proposed && !departments.contains(&one.proposed_for));
        if let Some(waits) = waits {
            items.push(item(&overlap, Todo::Decide, departments, Some(waits.due_at)));
        }
    }
    Ok(items)
}

fn item(
    overlap: &Overlap,
    todo: Todo,
    departments: &[Id<id::Department>],
    due_at: Option<guildhall_domain::Moment>,
) -> Item {
    let [one, other] = &overlap.parties;
    let own = overlap.parties.iter().find(|party| departments.contains(&party.department));
    Item {
        kind: Waiting::Overlap(overlap.id),
        todo,
        title: format!("{} ↔ {}", one.name, other.name),
        department: own.map(|party| party.department),
        due_at,
        since: overlap.updated_at,
        key: overlap.id.uuid(),
    }
}
