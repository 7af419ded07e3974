//! Held releases: who may see what they would harm, let them go, have them weighed again, or take them back.

use guildhall_domain::{
    Conflict, Id, Permit, Reach, Refusal,
    event::{Event, Kind},
    harm::{Harm, LetGo as LetGoMark},
    id,
    policy::{LetGo, Publish},
    release::{Release, State},
    text::Note,
};
use guildhall_persistence::{ErrandKind, Tx};
use serde_json::json;

use crate::{Work, department::named};

/// The held releases of departments within reach, and those that would harm one of them; oldest first.
pub async fn list(tx: &Tx, permit: &Permit<LetGo>) -> Result<Vec<Release>, Refusal> {
    let mut held = tx.releases().held().await?;
    held.retain(|release| sees(permit, release));
    Ok(held)
}

fn sees(permit: &Permit<LetGo>, release: &Release) -> bool {
    let reach = permit.reach();
    reach.covers(release.department) || release.harms.iter().any(|harm| reach.covers(harm.department))
}

/// Lets a held release go in the name of the departments that it would harm and that one owns; after the due time the
/// leader may in everybody's. When nobody is left, it is built.
pub async fn let_go(
    work: &Work<'_>,
    permit: &Permit<LetGo>,
    department: &str,
    number: i64,
    reason: &Note,
) -> Result<Release, Refusal> {
    let department = work.departments().lock_by_key(department).await?.ok_or(Refusal::NotFound)?;
    let mut release = work.releases().get(department.id, number).await?.ok_or(Refusal::NotFound)?;
    if !sees(permit, &release) {
        return Err(Refusal::NotFound);
    }
    if release.state != State::Held {
        return Err(Conflict::ReleaseNotHeld.into());
    }
    let due = release.due_at.is_none_or(|due| due <= work.now());
    let leads = *permit.reach() == Reach::Tenant;
    let by = permit.answers()?;
    let mut decided: Vec<Id<id::Department>> = Vec::new();
    for harm in release.harms.iter_mut().filter(|harm| harm.let_go.is_none()) {
        let own = permit.at_home(harm.department);
        if own || (leads && due) {
            let reason = reason.to_string();
            harm.let_go = Some(LetGoMark { by, arbitrated: !own, reason, at: work.now() });
            decided.push(harm.department);
        }
    }
    if decided.is_empty() {
        return Err(if leads { Conflict::NotDue.into() } else { Refusal::Forbidden("release.let-go") });
    }
    let open = release.harms.iter().any(|harm| harm.let_go.is_none());
    let to = if open { State::Held } else { State::Building };
    work.releases().weigh(release.id, (State::Held, to), &release.harms, release.due_at, work.now()).await?;
    let data = json!({ "number": number, "for": decided, "arbitrated": leads && due, "reason": reason.as_str() });
    work.tell(Event::of(Kind::ReleaseLetGo, release.id).within(department.id).with(data))?;
    if !open {
        work.ask(ErrandKind::Build, "", work.now()).await?;
    }
    work.releases().get(department.id, number).await?.ok_or(Refusal::NotFound)
}

/// Has a held release weighed again beside what is live by now.
pub async fn recheck(
    work: &Work<'_>,
    permit: &Permit<Publish>,
    department: &str,
    number: i64,
) -> Result<Release, Refusal> {
    let release = own(work, permit, department, number).await?;
    work.releases()
        .weigh(release.id, (State::Held, State::Building), &release.harms, release.due_at, work.now())
        .await?;
    work.ask(ErrandKind::Build, "", work.now()).await?;
    let event = Event::of(Kind::ReleaseRechecked, release.id).within(release.department);
    work.tell(event.with(json!({ "number": number })))?;
    work.releases().get(release.department, number).await?.ok_or(Refusal::NotFound)
}

/// Takes a held release back.
pub async fn withdraw(
    work: &Work<'_>,
    permit: &Permit<Publish>,
    department: &str,
    number: i64,
) -> Result<Release, Refusal> {
    let release = own(work, permit, department, number).await?;
    work.releases().withdraw(release.id, work.now()).await?;
    let event = Event::of(Kind::ReleaseWithdrawn, release.id).within(release.department);
    work.tell(event.with(json!({ "number": number })))?;
    work.releases().get(release.department, number).await?.ok_or(Refusal::NotFound)
}

async fn own(work: &Work<'_>, permit: &Permit<Publish>, department: &str, number: i64) -> Result<Release, Refusal> {
    let department = named(work, department).await?;
    permit.over(department.id)?;
    work.departments().lock([department.id]).await?;
    let release = work.releases().get(department.id, number).await?.ok_or(Refusal::NotFound)?;
    if release.state == State::Held { Ok(release) } else { Err(Conflict::ReleaseNotHeld.into()) }
}

/// Holds a release that was weighed: what was let go before stays so.
pub(crate) async fn hold(work: &Work<'_>, release: &Release, found: &[Harm]) -> Result<(), Refusal> {
    let mut harms: Vec<Harm> = release.harms.iter().filter(|harm| harm.let_go.is_some()).cloned().collect();
    harms.extend(found.iter().cloned());
    harms.sort_by_key(|harm| harm.department);
    let settings = work.builds().bot().await?.settings;
    let due = release.due_at.unwrap_or_else(|| work.now().after(settings.held_for()));
    let states = (State::Building, State::Held);
    if work.releases().weigh(release.id, states, &harms, Some(due), work.now()).await? {
        let whose: Vec<_> = found.iter().map(|harm| harm.department).collect();
        let event = Event::of(Kind::ReleaseHeld, release.id).within(release.department);
        work.tell(event.with(json!({ "number": release.number, "harms": whose })))?;
    }
    Ok(())
}
