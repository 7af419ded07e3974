//! What both sides do with a request: each move is decided by its state, kept, told, and said in its notes.

use guildhall_domain::{
    Conflict, Id, Permit, Refusal,
    event::Kind,
    id,
    policy::{AcceptRequest, AnswerRequest, CommentRequest},
    request::{KnowledgeRequest, Move, NoteKind, Offer, OfferedContent, Remark, RequestNote, State, Thanks, Turn},
    text::Note,
};

use super::{Work, event, keep, known, may_answer, received, say, schedule, telling};
use crate::department::referred;

/// «We have it»: and whoever says so works on it, where nobody does.
pub async fn acknowledge(
    work: &Work<'_>,
    permit: &Permit<AnswerRequest>,
    id: Id<id::KnowledgeRequest>,
) -> Result<KnowledgeRequest, Refusal> {
    let mut request = received(work, permit, id).await?;
    request.assignee = request.assignee.or(permit.actor().member());
    go(work, request, Move::Acknowledge, Kind::RequestAcknowledged).await
}

/// «We work on it.»
pub async fn start(
    work: &Work<'_>,
    permit: &Permit<AnswerRequest>,
    id: Id<id::KnowledgeRequest>,
) -> Result<KnowledgeRequest, Refusal> {
    let mut request = received(work, permit, id).await?;
    request.assignee = request.assignee.or(permit.actor().member());
    go(work, request, Move::Start, Kind::RequestStarted).await
}

/// Asks the asker back; the clock stands until they reply.
pub async fn ask_back(
    work: &Work<'_>,
    permit: &Permit<AnswerRequest>,
    id: Id<id::KnowledgeRequest>,
    question: Remark,
) -> Result<KnowledgeRequest, Refusal> {
    let mut request = received(work, permit, id).await?;
    request.assignee = request.assignee.or(permit.actor().member());
    say(work, &request, permit.answers()?, NoteKind::AskBack, question).await?;
    let request = go(work, request, Move::AskBack, Kind::RequestReturned).await?;
    telling::of_reaction(work, &request, "returned").await?;
    Ok(request)
}

/// Answers, with words or content or both.
pub async fn answer(
    work: &Work<'_>,
    permit: &Permit<AnswerRequest>,
    id: Id<id::KnowledgeRequest>,
    (text, content): (Option<Remark>, Option<OfferedContent>),
) -> Result<KnowledgeRequest, Refusal> {
    let mut request = received(work, permit, id).await?;
    let by = permit.answers()?;
    if text.is_none() && content.is_none() {
        return Err(Refusal::flaw("/text", "empty", "must come with words or content"));
    }
    request.assignee = request.assignee.or(permit.actor().member());
    if let Some(text) = text.clone() {
        say(work, &request, by, NoteKind::Answer, text).await?;
    }
    let offer = Offer { by, at: work.now(), text, content };
    let request = go(work, request, Move::Answer(offer), Kind::RequestAnswered).await?;
    telling::of_reaction(work, &request, "answered").await?;
    Ok(request)
}

/// Declines, with a reason.
pub async fn decline(
    work: &Work<'_>,
    permit: &Permit<AnswerRequest>,
    id: Id<id::KnowledgeRequest>,
    reason: Note,
) -> Result<KnowledgeRequest, Refusal> {
    let request = received(work, permit, id).await?;
    say(work, &request, permit.answers()?, NoteKind::Decline, reason.clone().into()).await?;
    let request = go(work, request, Move::Decline(reason), Kind::RequestDeclined).await?;
    telling::of_reaction(work, &request, "declined").await?;
    Ok(request)
}

/// Gives a request to another person who answers for the department; to nobody without one.
pub async fn assign(
    work: &Work<'_>,
    permit: &Permit<AnswerRequest>,
    id: Id<id::KnowledgeRequest>,
    assignee: Option<Id<id::Member>>,
) -> Result<KnowledgeRequest, Refusal> {
    let mut request = received(work, permit, id).await?;
    if request.state.is_closed() {
        return Err(Conflict::RequestState(request.state.name()).into());
    }
    if let Some(assignee) = assignee {
        may_answer(work, request.to, assignee).await?;
    }
    let before = request.assignee;
    request.assignee = assignee;
    keep(work, &mut request).await?;
    work.tell(event(Kind::RequestReassigned, &request))?;
    if assignee != before {
        telling::of_waiting(work, &request, "assigned").await?;
    }
    Ok(request)
}

/// Hands a request over to another department, where it begins afresh.
pub async fn hand_over(
    work: &Work<'_>,
    permit: &Permit<AnswerRequest>,
    id: Id<id::KnowledgeRequest>,
    to: &str,
    why: Remark,
) -> Result<KnowledgeRequest, Refusal> {
    let mut request = received(work, permit, id).await?;
    let to = referred(work, permit, to, "/to").await?;
    if to.id == request.to {
        return Err(Refusal::flaw("/to", "invalid-reference", "is the department that has it"));
    }
    say(work, &request, permit.answers()?, NoteKind::Reassign, why).await?;
    (request.to, request.assignee, request.round) = (to.id, None, request.round + 1);
    let request = go(work, request, Move::HandOver, Kind::RequestReassigned).await?;
    telling::of_waiting(work, &request, "sent").await?;
    Ok(request)
}

/// The asker replies to what they were asked back; the clock goes on.
pub async fn reply(
    work: &Work<'_>,
    permit: &Permit<AcceptRequest>,
    id: Id<id::KnowledgeRequest>,
    text: Remark,
) -> Result<KnowledgeRequest, Refusal> {
    let request = asked(work, permit, id).await?;
    say(work, &request, permit.answers()?, NoteKind::Reply, text).await?;
    let request = go(work, request, Move::Reply, Kind::RequestReplied).await?;
    telling::of_waiting(work, &request, "replied").await?;
    Ok(request)
}

/// The asker accepts the answer, and gets a thanks that is ready to send.
pub async fn accept(
    work: &Work<'_>,
    permit: &Permit<AcceptRequest>,
    id: Id<id::KnowledgeRequest>,
) -> Result<KnowledgeRequest, Refusal> {
    let request = asked(work, permit, id).await?;
    let State::Answered { offer, .. } = &request.state else {
        return Err(Conflict::RequestState(request.state.name()).into());
    };
    let answerer = work.members().get(offer.by).await?.ok_or(Refusal::NotFound)?.name;
    let thanks = Thanks::ready(offer, &answerer, &request.question);
    let request = go(work, request, Move::Accept(thanks), Kind::RequestAccepted).await?;
    telling::of_waiting(work, &request, "accepted").await?;
    Ok(request)
}

/// The answer does not do, and the asker says why.
pub async fn reopen(
    work: &Work<'_>,
    permit: &Permit<AcceptRequest>,
    id: Id<id::KnowledgeRequest>,
    why: Remark,
) -> Result<KnowledgeRequest, Refusal> {
    let request = asked(work, permit, id).await?;
    say(work, &request, permit.answers()?, NoteKind::Reopen, why).await?;
    let request = go(work, request, Move::Reopen, Kind::RequestReopened).await?;
    telling::of_waiting(work, &request, "reopened").await?;
    Ok(request)
}

/// Says something about a request.
pub async fn comment(
    work: &Work<'_>,
    permit: &Permit<CommentRequest>,
    id: Id<id::KnowledgeRequest>,
    text: Remark,
) -> Result<RequestNote, Refusal> {
    let request = work.knowledge_requests().lock(id).await?.ok_or(Refusal::NotFound)?;
    known(permit, &request)?;
    let note = say(work, &request, permit.answers()?, NoteKind::Comment, text).await?;
    work.tell(event(Kind::RequestCommented, &request))?;
    Ok(note)
}

/// The request, held against every other change, if whoever acts asked it, or leads.
async fn asked(
    work: &Work<'_>,
    permit: &Permit<AcceptRequest>,
    id: Id<id::KnowledgeRequest>,
) -> Result<KnowledgeRequest, Refusal> {
    let request = work.knowledge_requests().lock(id).await?.ok_or(Refusal::NotFound)?;
    let own = permit.actor().member() == Some(request.asker);
    if own || *permit.reach() == guildhall_domain::Reach::Tenant {
        return Ok(request);
    }
    known(permit, &request)?;
    Err(Refusal::Forbidden("request.accept"))
}

async fn go(
    work: &Work<'_>,
    mut request: KnowledgeRequest,
    step: Move,
    kind: Kind,
) -> Result<KnowledgeRequest, Refusal> {
    let (calendar, target) = schedule(work, &request).await?;
    let turn = Turn { calendar: &calendar, target, now: work.now() };
    request.state = request.state.after(step, &mut request.marks, turn)?;
    keep(work, &mut request).await?;
    work.tell(event(kind, &request))?;
    Ok(request)
}
