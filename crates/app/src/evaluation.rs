//! Evaluations: how well a bot, live or as some departments would have it, tells its intents apart; made in the
//! background, and after each release, so that a trend is seen.

use std::sync::Arc;

use guildhall_domain::{
    Id, Page, PageRequest, Permit, Refusal,
    content::Content,
    evaluation::{Held, Measures, NearDuplicate, SHOWN, Stage, Subject, Summary, measure},
    id,
    job::{Job, Kind},
    policy::ReadDraft,
};
use guildhall_nlu::{Folds, TrainingSet, Validation, cross_validate, near_duplicates};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    App, Work, job,
    job::Running,
    live::{MOST_ENCODED, contents, training_set},
};

/// From how alike on two phrases of different intents are nearly the same.
const NEAR: f32 = 0.85;

/// What is asked of an evaluation, as its job keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Task {
    folds: usize,
}

/// What is to be evaluated.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Which content.
    pub stage: Stage,
    /// The departments whose drafts speak; none for the live bot.
    pub departments: Vec<Id<id::Department>>,
    /// Into how many parts the phrases are dealt.
    pub folds: usize,
}

/// Asks for an evaluation. That of a draft needs the permit over its departments.
pub async fn ask(work: &Work<'_>, permit: &Permit<ReadDraft>, mut wanted: Wanted) -> Result<Job, Refusal> {
    permit.companywide()?;
    if wanted.stage == Stage::Draft && wanted.departments.is_empty() {
        return Err(Refusal::flaw("/departments", "required", "name the departments whose drafts are evaluated"));
    }
    if wanted.stage == Stage::Live && !wanted.departments.is_empty() {
        return Err(Refusal::flaw("/departments", "not-allowed", "the live bot is every department's"));
    }
    for department in &wanted.departments {
        permit.over(*department)?;
    }
    wanted.departments.sort_unstable();
    wanted.departments.dedup();
    let task = json!(Task { folds: wanted.folds });
    job::ask(work, Some(permit.answers()?), Kind::Evaluation, wanted.departments, task).await
}

/// Has the live bot evaluated after releases went live; those that go live before it begins share one evaluation.
pub(crate) async fn after_release(work: &Work<'_>) -> Result<(), Refusal> {
    if work.jobs().waiting(Kind::Evaluation).await?.is_none() {
        job::ask(work, None, Kind::Evaluation, Vec::new(), json!(Task { folds: Folds::default().count })).await?;
    }
    Ok(())
}

/// A page of the evaluations that one may see: those of the live bot, and of drafts within reach; the latest first.
pub async fn list(
    tx: &Tx,
    permit: &Permit<ReadDraft>,
    stage: Option<Stage>,
    page: &PageRequest,
) -> Result<Page<Summary>, Refusal> {
    permit.companywide()?;
    let (mut items, mut next) = (Vec::new(), *page);
    loop {
        let found = tx.evaluations().list(stage, &next).await?;
        items.extend(found.items.into_iter().filter(|summary| sees(permit, summary)));
        match found.next {
            Some(cursor) if items.len() <= usize::try_from(page.limit).unwrap_or(usize::MAX) => {
                next.after = Some(cursor);
            }
            _ => break,
        }
    }
    Ok(Page::cut(items, page, |summary: &Summary| (summary.created_at.0, summary.id.uuid())))
}

/// An evaluation with all that it found.
pub async fn get(tx: &Tx, permit: &Permit<ReadDraft>, id: Id<id::Evaluation>) -> Result<(Summary, Measures), Refusal> {
    permit.companywide()?;
    let found = tx.evaluations().get(id).await?.filter(|(summary, _)| sees(permit, summary));
    let (summary, document) = found.ok_or(Refusal::NotFound)?;
    Ok((summary, serde_json::from_str(&document).map_err(Refusal::broken)?))
}

fn sees(permit: &Permit<ReadDraft>, summary: &Summary) -> bool {
    summary.departments.iter().all(|department| permit.reach().covers(*department))
}

/// Does an evaluation.
pub(crate) async fn run(running: &Running<'_>) -> Result<(), Refusal> {
    let task: Task = serde_json::from_value(running.job.task.clone()).map_err(Refusal::broken)?;
    let drafts = running.job.departments.clone();
    let read = async |tx: &Tx| {
        let build = tx.builds().bot().await?.current_build;
        let mut all: std::collections::BTreeMap<_, Content> =
            contents(tx, &tx.builds().parts(build).await?).await?.into_iter().collect();
        for id in &drafts {
            all.insert(*id, Content::freeze(tx.intents().draft(*id).await?));
        }
        Ok((build, all.into_iter().collect::<Vec<_>>()))
    };
    let (build, all) = running.app.look(&running.system(), read).await?;
    let turn = running.app.live.fitting.acquire().await.map_err(|_| Refusal::Unavailable("fitting"))?;
    let encoder = running.app.encoder.clone();
    let folds = Folds { count: task.folds, ..Folds::default() };
    let measured = running
        .compute(move |meter| {
            let set = training_set(&all);
            let encoder =
                encoder.filter(|_| set.intents.iter().map(|of| of.phrases.len()).sum::<usize>() <= MOST_ENCODED);
            let tell = |done, total| meter.tell(done, total);
            let validation = cross_validate(&set, folds, encoder.as_deref(), &tell).map_err(Refusal::broken)?;
            let Some(validation) = validation else { return Err(Refusal::Gone("job")) };
            let found = measures(&all, &set, &validation)?;
            Ok((found, validation.phrases.len()))
        })
        .await?;
    drop(turn);
    let (found, phrases) = measured?;
    let document = serde_json::to_string(&found).map_err(Refusal::broken)?;
    running
        .finish(async |work| {
            let summary = Summary {
                id: work.new_id()?,
                stage: if drafts.is_empty() { Stage::Live } else { Stage::Draft },
                departments: drafts.clone(),
                build,
                folds: task.folds,
                phrases,
                accuracy: found.accuracy,
                macro_f1: found.macro_f1,
                created_at: work.now(),
            };
            work.evaluations().add(&summary, document.clone()).await?;
            Ok(json!({ "evaluation": summary.id }))
        })
        .await
}

fn measures(
    all: &[(Id<id::Department>, Content)],
    set: &TrainingSet,
    validation: &Validation,
) -> Result<Measures, Refusal> {
    let intents: Vec<_> =
        all.iter().flat_map(|(department, content)| content.intents.iter().map(move |of| (*department, of))).collect();
    let subjects: Vec<Subject> = intents
        .iter()
        .map(|(department, intent)| Subject { id: intent.id, name: intent.name.clone(), department: *department })
        .collect();
    let text = |(intent, phrase): (usize, usize)| {
        intents.get(intent).and_then(|(_, of)| of.phrases.get(phrase)).map_or_else(String::new, |of| of.text.clone())
    };
    let held: Vec<Held> = validation
        .phrases
        .iter()
        .map(|held| Held {
            intent: held.intent,
            text: text((held.intent, held.phrase)),
            taken_for: held.taken_for,
            confidence: held.confidence,
            own: held.own,
        })
        .collect();
    let mut found = measure(&subjects, &held);
    let pairs = near_duplicates(set, NEAR).map_err(Refusal::broken)?;
    let near = |pair: &guildhall_nlu::Pair| {
        Some(NearDuplicate {
            text: text(pair.one),
            intent: subjects.get(pair.one.0)?.id,
            other_text: text(pair.other),
            other_intent: subjects.get(pair.other.0)?.id,
            likeness: pair.likeness,
        })
    };
    found.near_duplicates = pairs.iter().take(SHOWN).filter_map(near).collect();
    Ok(found)
}

impl App {
    /// Cross-validates contents, in the turn of everything that is heavy.
    pub(crate) async fn validate(&self, all: &[(Id<id::Department>, Content)]) -> Result<Arc<Validation>, Refusal> {
        let _turn = self.live.fitting.acquire().await.map_err(|_| Refusal::Unavailable("fitting"))?;
        let set = training_set(all);
        let validated = tokio::task::spawn_blocking(move || cross_validate(&set, Folds::default(), None, &|_, _| true));
        let validation = validated.await.map_err(Refusal::broken)?.map_err(Refusal::broken)?;
        Ok(Arc::new(validation.unwrap_or_default()))
    }
}
