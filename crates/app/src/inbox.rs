//! What waits for a person, or for a department: one list of everything that somebody has to decide or to do, what is due
//! first first.

use guildhall_domain::{
    Cursor, Id, Moment, Page, PageRequest, Permit, Refusal,
    actor::Role,
    id,
    policy::{self, AnswerRequest, ReadInbox, ReadRequests},
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
}

impl Waiting {
    /// The kind's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Request(_) => "request",
        }
    }

    /// Where it is found below `/v1` and the console alike.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Request(id) => format!("knowledge-requests/{id}"),
        }
    }

    /// What names it.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Request(id) => id.to_string(),
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
        }
    }
}

/// What waits for whoever asks: in the departments that they answer for, what they asked themselves, and for a leader what
/// nobody answered in time.
pub async fn mine(tx: &Tx, permit: &Permit<ReadInbox>, page: &PageRequest) -> Result<Page<Item>, Refusal> {
    let me = permit.member()?;
    let departments = match policy::judge::<AnswerRequest>(permit.actor()).map(|permit| permit.reach().clone()) {
        Ok(guildhall_domain::Reach::Departments(departments)) => departments,
        _ => Vec::new(),
    };
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
    Ok(paged(items, page))
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
    Ok(paged(waiting.into_iter().map(item).collect(), page))
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
