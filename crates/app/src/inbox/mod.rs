//! What waits for a person, or for a department: one list of everything that somebody has to decide or to do, what is due
//! first first.

mod between;

use guildhall_domain::{
    Actor, Cursor, Id, Moment, Page, PageRequest, Permit, Reach, Refusal,
    actor::Role,
    id,
    policy::{
        self, AcceptProposals, Action, AnswerRequest, ReadInbox, ReadOverlaps, ReadProposals, ReadRequests,
        SettleOverlaps,
    },
    request::{Awaits, KnowledgeRequest, State},
};
use guildhall_persistence::Tx;

use crate::department;

/// Something that waits.
#[derive(Debug)]
pub struct Item {
    /// What it is.
    pub kind: Waiting,
    /// What has to be done with it.
    pub todo: Todo,
    /// What it is called.
    pub title: String,
    /// The department that it waits in.
    pub department: Option<Id<id::Department>>,
    /// When it is due, if it is.
    pub due_at: Option<Moment>,
    /// Since when it has been waiting.
    pub since: Moment,
    /// Sorts what is due at the same time.
    key: uuid::Uuid,
}

/// The kinds of things that wait, each with what names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// A knowledge request.
    Request(Id<id::KnowledgeRequest>),
    /// A proposal.
    Proposal(Id<id::Proposal>),
    /// An overlap.
    Overlap(Id<id::Overlap>),
}

impl Waiting {
    /// The kind's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Request(_) => "request",
            Self::Proposal(_) => "proposal",
            Self::Overlap(_) => "overlap",
        }
    }

    /// Where it is found below `/v1` and the console alike.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Request(id) => format!("knowledge-requests/{id}"),
            Self::Proposal(id) => format!("proposals/{id}"),
            Self::Overlap(id) => format!("overlaps/{id}"),
        }
    }

    /// What names it.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Request(id) => id.to_string(),
            Self::Proposal(id) => id.to_string(),
            Self::Overlap(id) => id.to_string(),
        }
    }
}

/// What has to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Todo {
    /// Say that one has it.
    Acknowledge,
    /// Answer it.
    Answer,
    /// Reply to what one was asked back.
    Reply,
    /// Accept the answer, or say what is missing.
    Accept,
    /// Let the accepted answer land in the draft.
    Land,
    /// See to it that somebody answers what is past due.
    Intervene,
    /// Approve the proposal, or say why not.
    Approve,
    /// Change the proposal as it was asked for.
    Revise,
    /// Decide the conflict of an approved proposal.
    Merge,
    /// Propose how the overlap is settled.
    Settle,
    /// Say whether the settlement that the other side proposed does.
    Decide,
}

impl Todo {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Answer => "answer",
            Self::Reply => "reply",
            Self::Accept => "accept",
            Self::Land => "land",
            Self::Intervene => "intervene",
            Self::Approve => "approve",
            Self::Revise => "revise",
            Self::Merge => "merge",
            Self::Settle => "settle",
            Self::Decide => "decide",
        }
    }
}

/// What waits for whoever asks: in the departments that they answer for, what they asked themselves, and for a leader what
/// nobody answered in time.
pub async fn mine(tx: &Tx, permit: &Permit<ReadInbox>, page: &PageRequest) -> Result<Page<Item>, Refusal> {
    let me = permit.member()?;
    let departments = over::<AnswerRequest>(permit.actor());
    let mut items: Vec<Item> = tx
        .knowledge_requests()
        .waiting(&departments, Some(me))
        .await?
        .into_iter()
        .filter(|request| concerns(request, me))
        .map(item)
        .collect();
    if permit.actor().grants.iter().any(|grant| grant.role == Role::Leader) {
        let late = tx.knowledge_requests().with_leaders().await?;
        let known = |request: &KnowledgeRequest| items.iter().any(|item| item.kind == Waiting::Request(request.id));
        let late: Vec<Item> = late.into_iter().filter(|request| !known(request)).map(item).collect();
        items.extend(late.into_iter().map(|late| Item { todo: Todo::Intervene, ..late }));
    }
    items.extend(between::proposals(tx, &over::<AcceptProposals>(permit.actor()), Some(me)).await?);
    items.extend(between::overlaps(tx, &over::<SettleOverlaps>(permit.actor())).await?);
    Ok(paged(items, page))
}

fn reads<A: Action>(actor: &Actor, department: Id<id::Department>) -> bool {
    policy::judge::<A>(actor).is_ok_and(|permit| permit.reach().covers(department))
}

/// The departments in which somebody may do this.
fn over<A: Action>(actor: &Actor) -> Vec<Id<id::Department>> {
    match policy::judge::<A>(actor).map(|permit| permit.reach().clone()) {
        Ok(Reach::Departments(departments)) => departments,
        _ => Vec::new(),
    }
}

/// What waits for a department.
pub async fn of_department(
    tx: &Tx,
    permit: &Permit<ReadRequests>,
    key: &str,
    page: &PageRequest,
) -> Result<Page<Item>, Refusal> {
    let department = department::named(tx, key).await?;
    permit.over(department.id)?;
    let waiting = tx.knowledge_requests().waiting(&[department.id], None).await?;
    let mut items: Vec<Item> = waiting.into_iter().map(item).collect();
    if reads::<ReadProposals>(permit.actor(), department.id) {
        items.extend(between::proposals(tx, &[department.id], None).await?);
    }
    if reads::<ReadOverlaps>(permit.actor(), department.id) {
        items.extend(between::overlaps(tx, &[department.id]).await?);
    }
    Ok(paged(items, page))
}

/// What somebody else works on does not wait for me.
fn concerns(request: &KnowledgeRequest, me: Id<id::Member>) -> bool {
    match request.state.awaits() {
        Awaits::Receiving => request.assignee.is_none_or(|assignee| assignee == me),
        Awaits::Asking => request.asker == me,
        Awaits::Landing => true,
        Awaits::Nobody => false,
    }
}

fn item(request: KnowledgeRequest) -> Item {
    let todo = match &request.state {
        State::Waiting { stage: guildhall_domain::request::Stage::Open, .. } => Todo::Acknowledge,
        State::Waiting { .. } => Todo::Answer,
        State::Returned { .. } => Todo::Reply,
        State::Answered { .. } => Todo::Accept,
        State::Accepted { .. } | State::Declined { .. } => Todo::Land,
    };
    let line = request.question.as_str().lines().next().unwrap_or_default();
    Item {
        kind: Waiting::Request(request.id),
        todo,
        title: line.to_owned(),
        department: Some(request.to),
        due_at: request.state.due(),
        since: request.updated_at,
        key: request.id.uuid(),
    }
}

/// A page of what waits: what is due first, then what is not due, the oldest first.
fn paged(mut items: Vec<Item>, page: &PageRequest) -> Page<Item> {
    let place = |item: &Item| (item.due_at.map_or(i64::MAX, |due| due.0), item.key);
    items.sort_by_key(place);
    if let Some(Cursor { key, id, .. }) = page.after {
        items.retain(|item| place(item) > (key, id));
    }
    Page::cut(items, page, place)
}
