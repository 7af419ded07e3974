//! Knowledge requests: sending and reading them, and what both sides do with them.

pub mod escalating;
mod landing;
pub mod measures;
mod moves;
mod telling;

use guildhall_domain::{
    Conflict, Id, Page, PageRequest, Permit, Reach, Refusal,
    actor::Role,
    calendar::Calendar,
    event::{Event, Kind},
    id,
    policy::{self, AnswerRequest, ReadRequests, SendRequest},
    request::{
        KnowledgeRequest, MOST_EXAMPLES, MOST_NOTES, Marks, NoteKind, Priority, Question, Remark, RequestNote, State,
        Turn, escalation::Step,
    },
    text::{Language, PhraseText},
};
use guildhall_persistence::{Eyes, RequestFilter, Tx};
use serde_json::json;

pub use landing::{Place, land};
pub use moves::{accept, acknowledge, answer, ask_back, assign, comment, decline, hand_over, reopen, reply, start};

use crate::{Work, calendar, department::referred, gap};

/// The roles that answer for a department.
pub(crate) const ANSWERERS: [Role; 3] = [Role::Owner, Role::Reviewer, Role::Editor];

/// A request that is to be sent.
#[derive(Debug)]
pub struct NewRequest {
    /// The key of the department that asks; the company asks without it.
    pub from: Option<String>,
    /// The key of the department that should know.
    pub to: String,
    /// The gap that it comes from.
    pub gap: Option<Id<id::Gap>>,
    /// What is asked.
    pub question: Question,
    /// How visitors say it.
    pub examples: Vec<PhraseText>,
    /// Their language, where it is known.
    pub language: Option<Language>,
    /// How soon it is needed.
    pub priority: Priority,
    /// Who there should answer it, where the asker knows.
    pub assignee: Option<Id<id::Member>>,
}

/// A request with the steps of its escalation that were taken.
#[derive(Debug)]
pub struct WholeRequest {
    /// The request.
    pub request: KnowledgeRequest,
    /// Who was told that it is past due, and when.
    pub steps: Vec<(Step, guildhall_domain::Moment)>,
}

/// Sends a request. Its due time follows from the priority and the receiving department's hours.
pub async fn send(work: &Work<'_>, permit: &Permit<SendRequest>, new: NewRequest) -> Result<KnowledgeRequest, Refusal> {
    let asker = permit.answers()?;
    let to = referred(work, permit, &new.to, "/to").await?;
    let from = match &new.from {
        None => None,
        Some(key) => {
            let from = referred(work, permit, key, "/from").await?;
            belongs(work, permit, from.id).await?;
            Some(from.id)
        }
    };
    if new.examples.len() > MOST_EXAMPLES {
        return Err(Refusal::flaw("/examples", "too-many", "must hold at most 50 examples"));
    }
    if let Some(assignee) = new.assignee {
        may_answer(work, to.id, assignee).await?;
    }
    let id = work.new_id()?;
    let mut examples = new.examples;
    if let Some(gap) = new.gap {
        let said = gap::ask(work, permit.actor(), gap, id).await?;
        if examples.is_empty() {
            examples.extend(said.into_iter().take(MOST_EXAMPLES));
        }
    }
    let (calendar, now) = (calendar::of(work, to.id).await?.calendar, work.now());
    let target = calendar.targets().of(new.priority);
    let request = KnowledgeRequest {
        id,
        from,
        asker,
        to: to.id,
        gap: new.gap,
        question: new.question,
        examples,
        language: new.language,
        priority: new.priority,
        assignee: new.assignee,
        state: State::sent(Turn { calendar: &calendar, target, now }),
        round: 1,
        marks: Marks::default(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    work.knowledge_requests().add(&request).await?;
    escalating::watch(work, &request).await?;
    work.tell(event(Kind::RequestSent, &request))?;
    telling::of_waiting(work, &request, "sent").await?;
    Ok(request)
}

/// Whoever asks in a department's name belongs to it, or leads.
async fn belongs(work: &Work<'_>, permit: &Permit<SendRequest>, from: Id<id::Department>) -> Result<(), Refusal> {
    let grants = &permit.actor().grants;
    let here = grants.iter().any(|grant| grant.role == Role::Leader || grant.department == Some(from));
    let at_home = match permit.answers() {
        Ok(member) => {
            work.members().get(member).await?.is_some_and(|member| member.profile.home_department == Some(from))
        }
        Err(_) => false,
    };
    if here || at_home {
        return Ok(());
    }
    Err(Refusal::flaw("/from", "not-yours", "must be a department to which you belong"))
}

/// Who answers for a department.
pub async fn answerers(tx: &Tx, to: Id<id::Department>) -> Result<Vec<guildhall_domain::member::Member>, Refusal> {
    Ok(tx.members().holding(to, &ANSWERERS).await?)
}

/// Refuses who does not answer for the department.
async fn may_answer(work: &Work<'_>, to: Id<id::Department>, member: Id<id::Member>) -> Result<(), Refusal> {
    let answerers = answerers(work, to).await?;
    if answerers.iter().any(|answerer| answerer.id == member) { Ok(()) } else { Err(Conflict::NotAnAnswerer.into()) }
}

/// A page of the requests that one may see, the latest first.
pub async fn list(
    tx: &Tx,
    permit: &Permit<ReadRequests>,
    filter: &RequestFilter,
    page: &PageRequest,
) -> Result<Page<KnowledgeRequest>, Refusal> {
    Ok(tx.knowledge_requests().list(eyes(permit), filter, page).await?)
}

/// A request that one may see.
pub async fn get(
    tx: &Tx,
    permit: &Permit<ReadRequests>,
    id: Id<id::KnowledgeRequest>,
) -> Result<WholeRequest, Refusal> {
    let request = tx.knowledge_requests().get(id).await?.ok_or(Refusal::NotFound)?;
    if !sees(permit, &request) {
        return Err(Refusal::NotFound);
    }
    let steps = tx.knowledge_requests().steps(id, request.round).await?;
    Ok(WholeRequest { request, steps })
}

/// A page of what was said about a request.
pub async fn notes(
    tx: &Tx,
    permit: &Permit<ReadRequests>,
    id: Id<id::KnowledgeRequest>,
    page: &PageRequest,
) -> Result<Page<RequestNote>, Refusal> {
    get(tx, permit, id).await?;
    Ok(tx.knowledge_requests().notes(id, page).await?)
}

fn eyes(permit: &Permit<ReadRequests>) -> Eyes<'_> {
    Eyes { reach: permit.reach(), member: permit.actor().member() }
}

fn sees(permit: &Permit<ReadRequests>, request: &KnowledgeRequest) -> bool {
    let within = |department| permit.reach().covers(department);
    let member = permit.actor().member();
    within(request.to)
        || request.from.is_some_and(within)
        || *permit.reach() == Reach::Tenant
        || (member.is_some() && (member == Some(request.asker) || member == request.assignee))
}

/// Whether whoever acts may know of a request, whatever they want with it.
fn known<A: policy::Action>(permit: &Permit<A>, request: &KnowledgeRequest) -> Result<(), Refusal> {
    match policy::judge::<ReadRequests>(permit.actor()) {
        Ok(read) if sees(&read, request) => Ok(()),
        _ => Err(Refusal::NotFound),
    }
}

/// The request, held against every other change, if whoever acts answers for the department that it is with.
async fn received(
    work: &Work<'_>,
    permit: &Permit<AnswerRequest>,
    id: Id<id::KnowledgeRequest>,
) -> Result<KnowledgeRequest, Refusal> {
    let request = work.knowledge_requests().lock(id).await?.ok_or(Refusal::NotFound)?;
    if permit.reach().covers(request.to) {
        return Ok(request);
    }
    known(permit, &request)?;
    Err(Refusal::Forbidden("request.answer"))
}

/// Keeps a request as it is now, and looks after its due time.
async fn keep(work: &Work<'_>, request: &mut KnowledgeRequest) -> Result<(), Refusal> {
    request.updated_at = work.now();
    if !work.knowledge_requests().change(request, request.version).await? {
        return Err(Refusal::stale(request.version));
    }
    request.version += 1;
    escalating::watch(work, request).await
}

/// Keeps what somebody says about a request.
async fn say(
    work: &Work<'_>,
    request: &KnowledgeRequest,
    author: Id<id::Member>,
    kind: NoteKind,
    text: Remark,
) -> Result<RequestNote, Refusal> {
    if work.knowledge_requests().count_notes(request.id).await? >= MOST_NOTES {
        return Err(Conflict::LimitReached("a request holds at most 500 notes").into());
    }
    let note = RequestNote { id: work.new_id()?, kind, author, text, created_at: work.now() };
    work.knowledge_requests().say(request.id, &note).await?;
    Ok(note)
}

/// The calendar of the department that a request is with, and its target there.
async fn schedule(tx: &Tx, request: &KnowledgeRequest) -> Result<(Calendar, std::time::Duration), Refusal> {
    let calendar = calendar::of(tx, request.to).await?.calendar;
    let target = calendar.targets().of(request.priority);
    Ok((calendar, target))
}

fn event(kind: Kind, request: &KnowledgeRequest) -> Event {
    let facts = json!({
        "from": request.from, "to": request.to, "state": request.state.name(), "priority": request.priority.name(),
        "due_at": request.state.due(), "assignee": request.assignee,
    });
    Event::of(kind, request.id).within(request.to).with(facts)
}
