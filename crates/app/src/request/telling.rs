//! Who is told of a request by letter: once of each thing, and nobody who does not want to be.

use std::time::Duration;

use guildhall_domain::{
    Id, Refusal, id,
    member::Member,
    request::{Awaits, KnowledgeRequest, escalation::Step},
};

use super::Work;
use crate::letter;

/// A letter that was not sent by then tells nothing new.
const GOOD_FOR: Duration = Duration::from_hours(7 * 24);

/// Tells the department that a request waits for it: whoever works on it, else its owners.
pub(super) async fn of_waiting(work: &Work<'_>, request: &KnowledgeRequest, what: &'static str) -> Result<(), Refusal> {
    if request.state.awaits() == Awaits::Nobody {
        return Ok(());
    }
    let readers = match request.assignee {
        Some(assignee) => work.members().these([assignee]).await?,
        None => work.members().owners_of(request.to).await?,
    };
    tell(work, request, what, readers).await
}

/// Tells the asker that the department reacted.
pub(super) async fn of_reaction(
    work: &Work<'_>,
    request: &KnowledgeRequest,
    what: &'static str,
) -> Result<(), Refusal> {
    let readers = work.members().these([request.asker]).await?;
    tell(work, request, what, readers).await
}

/// Tells that a request is past due.
pub(super) async fn of_escalation(work: &Work<'_>, request: &KnowledgeRequest, step: Step) -> Result<(), Refusal> {
    let readers = match step {
        Step::Assignee => work.members().these(request.assignee).await?,
        Step::Owner => work.members().owners_of(request.to).await?,
        Step::Leader => work.members().who_lead().await?,
    };
    let what = match step {
        Step::Assignee => "past due for you",
        Step::Owner => "past due in your department",
        Step::Leader => "past due in the company",
    };
    tell(work, request, what, readers).await
}

/// Keeps a letter for each reader who was not told of the thing before, does not do it themselves, and wants letters.
async fn tell(
    work: &Work<'_>,
    request: &KnowledgeRequest,
    what: &'static str,
    readers: Vec<Member>,
) -> Result<(), Refusal> {
    let thing = format!("{} {} {what}", request.id, request.version);
    let names = work.departments().all().await?;
    let name = |id: Id<id::Department>| names.iter().find(|one| one.id == id).map(|one| one.name.to_string());
    let (from, to) = (request.from.and_then(name), name(request.to).unwrap_or_default());
    let link = work.app().links().request(request.id);
    for reader in readers {
        let own = work.actor().answers() == Some(reader.id);
        if own || !work.settings().of(reader.id).await?.letters {
            continue;
        }
        if work.settings().tell(reader.id, &thing, work.now()).await? {
            let news = letter::News { what, from: from.as_deref(), to: &to, due: request.state.due() };
            let letter = letter::request(&reader, &news, &request.question, &link);
            work.post(&letter, work.now().after(GOOD_FOR)).await?;
        }
    }
    Ok(())
}
