//! Publishing: a department's draft becomes a numbered release, and the live bot speaks it when its model is made.

use std::time::Duration;

use guildhall_domain::{
    Conflict, Flaw, Id, Page, PageRequest, Permit, Refusal,
    content::{Changes, Check, Content, Hash, IntentChange, Neighbour, Severity, check, diff, ready},
    department::Department,
    event::{Event, Kind},
    id,
    policy::{Publish, ReadDraft, ReadReleases},
    release::{Release, State},
    text::Note,
};
use guildhall_persistence::{JobKind, Tx};
use serde_json::json;

use crate::{App, Work, department::named, live, notice::Notice};

/// Publishes a department's draft.
pub async fn publish(
    work: &Work<'_>,
    permit: &Permit<Publish>,
    department: &str,
    note: Option<Note>,
) -> Result<Release, Refusal> {
    let department = locked(work, permit, department).await?;
    let (content, waiting) = drafted(work, &department).await?;
    release(work, permit, &department, content, note, None, waiting).await
}

/// A draft as it would be frozen now, and what of it waits.
async fn drafted(tx: &Tx, department: &Department) -> Result<(Content, Vec<Check>), Refusal> {
    let kept = tx.kept().of_intents(department.id).await?;
    let draft = tx.intents().draft(department.id).await?;
    let (draft, waiting) = ready(department.key.as_str(), draft, |intent| kept.contains_key(&intent));
    Ok((Content::freeze(draft), waiting))
}

/// What publishing a draft would do.
#[derive(Debug)]
pub struct Rehearsal {
    /// What would be frozen.
    pub content: Content,
    /// What was found; with an error it can't be live.
    pub checks: Vec<Check>,
    /// What differs from the newest release; everything where there is none.
    pub changes: Vec<IntentChange>,
    /// The newest release.
    pub newest: Option<Release>,
}

/// Finds out what publishing a department's draft would do, without doing it.
pub async fn rehearse(tx: &Tx, permit: &Permit<ReadDraft>, department: &str) -> Result<Rehearsal, Refusal> {
    let department = named(tx, department).await?;
    permit.over(department.id)?;
    let (content, waiting) = drafted(tx, &department).await?;
    let mut checks = look_over(tx, &department, &content).await?;
    checks.extend(waiting);
    let (newest, before) = newest(tx, &department).await?;
    Ok(Rehearsal { changes: diff(&before, &content), content, checks, newest })
}

/// A department's newest release with its content; nothing before the first.
async fn newest(tx: &Tx, department: &Department) -> Result<(Option<Release>, Content), Refusal> {
    let newest = tx.releases().newest(department.id).await?;
    let content = match &newest {
        Some(release) => tx.releases().content(release.content).await?,
        None => Content::default(),
    };
    Ok((newest, content))
}

/// Brings the content of an old release back as a new one; the draft stays as it is.
pub async fn restore(
    work: &Work<'_>,
    permit: &Permit<Publish>,
    department: &str,
    number: i64,
    note: Option<Note>,
) -> Result<Release, Refusal> {
    let department = locked(work, permit, department).await?;
    let old = work.releases().get(department.id, number).await?.ok_or(Refusal::NotFound)?;
    if !matches!(old.state, State::Live | State::Superseded) {
        return Err(Conflict::ReleaseNotBuilt.into());
    }
    let content = work.releases().content(old.content).await?;
    release(work, permit, &department, content, note, Some(number), vec![]).await
}

async fn locked(work: &Work<'_>, permit: &Permit<Publish>, key: &str) -> Result<Department, Refusal> {
    let department = work.departments().lock_by_key(key).await?.ok_or(Refusal::NotFound)?;
    permit.over(department.id)?;
    Ok(department)
}

async fn release(
    work: &Work<'_>,
    permit: &Permit<Publish>,
    department: &Department,
    content: Content,
    note: Option<Note>,
    restores: Option<i64>,
    waiting: Vec<Check>,
) -> Result<Release, Refusal> {
    let mut checks = checked(work, department, &content).await?;
    checks.extend(waiting);
    let (newest, before) = newest(work, department).await?;
    let json = content.canonical().map_err(Refusal::broken)?;
    let hash: Hash = Content::hash(&json);
    work.releases().keep_content(hash, json, work.now()).await?;
    let release = Release {
        id: work.new_id()?,
        department: department.id,
        number: newest.map_or(1, |release| release.number + 1),
        state: State::Building,
        content: hash,
        note,
        author: permit.answers()?,
        restores,
        changes: Changes::count(&diff(&before, &content)),
        checks,
        created_at: work.now(),
        updated_at: work.now(),
    };
    work.releases().add(&release).await?;
    work.enqueue(work.new_id::<()>()?.uuid(), JobKind::Build, "", work.now()).await?;
    let event = Event::of(Kind::Published, release.id).within(department.id);
    work.tell(event.with(json!({ "number": release.number, "restores": restores })))?;
    work.notify(Notice::WorkWaits(work.scope().tenant()))?;
    Ok(release)
}

/// Looks the content over beside what the other departments have live.
async fn look_over(tx: &Tx, department: &Department, content: &Content) -> Result<Vec<Check>, Refusal> {
    let parts = tx.builds().parts(tx.builds().bot().await?.current_build).await?;
    let parts: Vec<_> = parts.into_iter().filter(|part| part.department != department.id).collect();
    let live = live::contents(tx, &parts).await?;
    let faces = live::faces(tx).await?;
    let neighbours: Vec<_> = live
        .iter()
        .filter_map(|(id, content)| faces.get(id).map(|face| Neighbour { key: face.key.as_str(), content }))
        .collect();
    Ok(check(department.key.as_str(), content, &neighbours))
}

/// Looks the content over; what can't be live is refused.
async fn checked(work: &Work<'_>, department: &Department, content: &Content) -> Result<Vec<Check>, Refusal> {
    let checks = look_over(work, department, content).await?;
    let errors: Vec<_> = checks.iter().filter(|check| check.severity == Severity::Error).collect();
    if errors.is_empty() {
        return Ok(checks);
    }
    let flaw = |check: &&Check| Flaw {
        pointer: check.intent.map_or_else(String::new, |intent| format!("/intents/{intent}")),
        code: "release-invalid",
        detail: check.detail.clone(),
    };
    Err(Refusal::Invalid(errors.iter().map(flaw).collect()))
}

/// A page of a department's releases, the newest first.
pub async fn list(
    tx: &Tx,
    permit: &Permit<ReadReleases>,
    department: &str,
    page: &PageRequest,
) -> Result<Page<Release>, Refusal> {
    let department = readable(tx, permit, department).await?;
    Ok(tx.releases().list(department, page).await?)
}

/// A release.
pub async fn get(tx: &Tx, permit: &Permit<ReadReleases>, department: &str, number: i64) -> Result<Release, Refusal> {
    let department = readable(tx, permit, department).await?;
    tx.releases().get(department, number).await?.ok_or(Refusal::NotFound)
}

/// What changed from one release to another; against the one before, or nothing before the first, where none is named.
pub async fn difference(
    tx: &Tx,
    permit: &Permit<ReadReleases>,
    department: &str,
    number: i64,
    against: Option<i64>,
) -> Result<(i64, Vec<IntentChange>), Refusal> {
    let department = readable(tx, permit, department).await?;
    let after = tx.releases().get(department, number).await?.ok_or(Refusal::NotFound)?;
    let against = against.unwrap_or(number - 1);
    let before = match against {
        0 => Content::default(),
        against => {
            let missing = || Refusal::flaw("/against", "invalid-reference", "names no release of this department");
            let release = tx.releases().get(department, against).await?.ok_or_else(missing)?;
            tx.releases().content(release.content).await?
        }
    };
    Ok((against, diff(&before, &tx.releases().content(after.content).await?)))
}

async fn readable(tx: &Tx, permit: &Permit<ReadReleases>, key: &str) -> Result<Id<id::Department>, Refusal> {
    let department = named(tx, key).await?;
    permit.over(department.id)?;
    Ok(department.id)
}

/// How long publishing waits for the model before it answers «building».
const PATIENCE: Duration = Duration::from_secs(1);
const GLANCE: Duration = Duration::from_millis(25);

impl App {
    /// Waits up to a second for a release to leave «building», and tells how it stands.
    pub async fn settled(
        &self,
        permit: &Permit<Publish>,
        department: Id<id::Department>,
        number: i64,
    ) -> Result<Release, Refusal> {
        let looked_until = tokio::time::Instant::now() + PATIENCE;
        loop {
            let release = self
                .look(permit.actor(), async |tx: &Tx| Ok(tx.releases().get(department, number).await?))
                .await?
                .ok_or(Refusal::NotFound)?;
            if release.state != State::Building || tokio::time::Instant::now() >= looked_until {
                return Ok(release);
            }
            tokio::time::sleep(GLANCE).await;
        }
    }
}
