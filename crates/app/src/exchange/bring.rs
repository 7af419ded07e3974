//! Bringing a file's content into a department's draft, in one unit of work; or finding out what that would do.

use guildhall_domain::{
    Conflict, Id, Permit, Refusal,
    department::Department,
    event::{Event, Kind},
    folded, id,
    intent::Intent,
    policy::EditDraft,
};
use guildhall_persistence::{OrTaken, Tx};
use serde_json::json;

use super::{
    Brought, File, Format, Report,
    merge::{Change, Draft, Plan, plan},
};
use crate::{App, Work, department::named, intent::keep_phrases};

/// Lets somebody bring content into a department, before the file is looked at; says how the department is called.
pub async fn admit(tx: &Tx, permit: &Permit<EditDraft>, department: &str) -> Result<Vec<String>, Refusal> {
    let department = named(tx, department).await?;
    permit.over(department.id)?;
    Ok(vec![folded(department.key.as_str()), folded(department.name.as_str())])
}

/// Reads a file beside the threads that serve; two at a time on one node.
pub async fn unpack(app: &App, file: File, told: Option<Format>) -> Result<Brought, Refusal> {
    let _place = app.importing.try_acquire().map_err(|_| Refusal::Unavailable("overloaded"))?;
    let reading = tokio::task::spawn_blocking(move || super::read(&file, told));
    Ok(reading.await.map_err(Refusal::broken)??)
}

/// Merges into a department's draft. What is there and not in the file stays.
pub async fn bring(
    work: &Work<'_>,
    permit: &Permit<EditDraft>,
    department: &str,
    brought: Brought,
) -> Result<Report, Refusal> {
    // Imports into one department go one after the other.
    let department = work.departments().lock_by_key(department).await?.ok_or(Refusal::NotFound)?;
    permit.over(department.id)?;
    let Plan { changes, definitions, report } = plan(draft(work, &department).await?, brought);
    for change in changes {
        apply(work, &department, change, report.format).await?;
    }
    work.kept().define(department.id, &definitions).await?;
    Ok(report)
}

/// What [`bring`] would do.
pub async fn rehearse(
    tx: &Tx,
    permit: &Permit<EditDraft>,
    department: &str,
    brought: Brought,
) -> Result<Report, Refusal> {
    let department = named(tx, department).await?;
    permit.over(department.id)?;
    Ok(plan(draft(tx, &department).await?, brought).report)
}

async fn draft(tx: &Tx, department: &Department) -> Result<Draft, Refusal> {
    Ok(Draft {
        intents: tx.intents().draft(department.id).await?,
        kept: tx.kept().of_intents(department.id).await?,
        definitions: tx.kept().definitions(department.id).await?,
        language: tx.builds().bot().await?.settings.language,
    })
}

async fn apply(work: &Work<'_>, department: &Department, change: Change, format: Format) -> Result<(), Refusal> {
    let now = work.now();
    let Change { of, name, title, phrases, answers, kept } = change;
    let (kind, intent) = match of {
        None => {
            let (id, department) = (work.new_id()?, department.id);
            let intent = Intent { id, department, name, title, version: 1, created_at: now, updated_at: now };
            work.intents().add(&intent).await.or_taken(Conflict::IntentNameTaken)?;
            (Kind::IntentCreated, intent)
        }
        Some(whole) => {
            let intent = Intent { title, updated_at: now, ..whole.intent };
            // Whoever changed it since it was read here would be passed over.
            if !work.intents().change(&intent, intent.version).await.or_taken(Conflict::IntentNameTaken)? {
                return Err(Conflict::InFlight.into());
            }
            (Kind::IntentChanged, intent)
        }
    };
    keep_phrases(work, intent.id, phrases).await?;
    if let Some(answers) = answers {
        work.intents().set_answers(intent.id, &answers).await?;
    }
    let kept: Vec<(Id<id::Intent>, _, _)> = kept.into_iter().map(|(source, json)| (intent.id, source, json)).collect();
    work.kept().put(&kept).await?;
    work.tell(Event::of(kind, intent.id).within(department.id).with(json!({ "imported_from": format.name() })))
}
