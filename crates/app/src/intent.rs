//! Intents of a department's draft: making, reading, changing, deleting them, phrase by phrase where people edit together.

use guildhall_domain::{
    Conflict, Id, Page, PageRequest, Permit, Refusal,
    content::FrozenIntent,
    event::{Event, Kind},
    id,
    intent::{Intent, IntentPatch, MOST_ANSWERS, NewIntent, NewPhrase, Phrase, Warning, WholeIntent, new_phrases},
    policy::{EditDraft, ReadDraft, ReadLive},
};
use guildhall_persistence::{IntentFilter, OrTaken, Tx};

use crate::{Work, department::named, live::LiveBot};

/// Makes an intent with its phrases and answers.
pub async fn create(
    work: &Work<'_>,
    permit: &Permit<EditDraft>,
    department: &str,
    new: NewIntent,
) -> Result<(WholeIntent, Vec<Warning>), Refusal> {
    let department = named(work, department).await?;
    permit.over(department.id)?;
    let now = work.now();
    let intent = Intent {
        id: work.new_id()?,
        department: department.id,
        name: new.name,
        title: new.title,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    if new.answers.len() > MOST_ANSWERS {
        return Err(Conflict::LimitReached("an intent holds at most 100 answers").into());
    }
    let (phrases, warnings) = new_phrases([], new.phrases)?;
    work.intents().add(&intent).await.or_taken(Conflict::IntentNameTaken)?;
    let phrases = keep_phrases(work, intent.id, phrases).await?;
    work.intents().set_answers(intent.id, &new.answers).await?;
    work.tell(Event::of(Kind::IntentCreated, intent.id).within(department.id))?;
    Ok((WholeIntent { intent, phrases, answers: new.answers }, warnings))
}

/// Writes phrases that are new to an intent.
pub(crate) async fn keep_phrases(
    work: &Work<'_>,
    intent: Id<id::Intent>,
    new: Vec<NewPhrase>,
) -> Result<Vec<Phrase>, Refusal> {
    let new = new.into_iter().map(|phrase| Ok((work.new_id()?, phrase))).collect::<Result<Vec<_>, Refusal>>()?;
    work.intents().add_phrases(intent, &new, work.now()).await?;
    let kept = |(id, phrase): (Id<id::Phrase>, NewPhrase)| Phrase {
        id,
        text: phrase.text.into(),
        language: phrase.language.map(|language| language.to_string()),
    };
    let mut phrases: Vec<_> = new.into_iter().map(kept).collect();
    phrases.sort_by_key(|phrase| phrase.id);
    Ok(phrases)
}

/// A page of a department's draft.
pub async fn list(
    tx: &Tx,
    permit: &Permit<ReadDraft>,
    department: &str,
    filter: &IntentFilter,
    page: &PageRequest,
) -> Result<Page<WholeIntent>, Refusal> {
    let department = named(tx, department).await?;
    permit.over(department.id)?;
    let Page { items, next } = tx.intents().list(department.id, filter, page).await?;
    Ok(Page { items: tx.intents().whole(items).await?, next })
}

/// An intent of a department's draft.
pub async fn get(
    tx: &Tx,
    permit: &Permit<ReadDraft>,
    department: &str,
    id: Id<id::Intent>,
) -> Result<WholeIntent, Refusal> {
    let department = named(tx, department).await?;
    permit.sees(department.id)?;
    whole(tx, department.id, id).await
}

async fn whole(tx: &Tx, department: Id<id::Department>, id: Id<id::Intent>) -> Result<WholeIntent, Refusal> {
    let intent = tx.intents().get(department, id).await?.ok_or(Refusal::NotFound)?;
    tx.intents().whole(vec![intent]).await?.pop().ok_or(Refusal::NotFound)
}

/// What a department has live: the intents that contain the words, in the order of ids, from the live bot itself.
pub async fn live(
    tx: &Tx,
    permit: &Permit<ReadLive>,
    bot: &LiveBot,
    department: &str,
    filter: &IntentFilter,
) -> Result<Vec<FrozenIntent>, Refusal> {
    let department = named(tx, department).await?;
    permit.over(department.id)?;
    Ok(bot.intents_of(department.id, filter))
}

/// An intent that a department has live.
pub async fn get_live(
    tx: &Tx,
    permit: &Permit<ReadLive>,
    bot: &LiveBot,
    department: &str,
    id: Id<id::Intent>,
) -> Result<FrozenIntent, Refusal> {
    let department = named(tx, department).await?;
    permit.over(department.id)?;
    bot.frozen(department.id, id).cloned().ok_or(Refusal::NotFound)
}

/// Whoever may not edit there sees «forbidden» where the intent is live, and so known to all, and otherwise nothing.
async fn editable(
    work: &Work<'_>,
    permit: &Permit<EditDraft>,
    key: &str,
    id: Id<id::Intent>,
) -> Result<Id<id::Department>, Refusal> {
    let department = named(work, key).await?.id;
    if permit.reach().covers(department) {
        return Ok(department);
    }
    let bot = work.app().live_bot(work).await?;
    if permit.knows(department) && bot.frozen(department, id).is_some() {
        Err(Refusal::Forbidden("draft.edit"))
    } else {
        Err(Refusal::NotFound)
    }
}

/// Changes an intent's name, title, or answers.
pub async fn change(
    work: &Work<'_>,
    permit: &Permit<EditDraft>,
    department: &str,
    id: Id<id::Intent>,
    version: i64,
    patch: IntentPatch,
) -> Result<WholeIntent, Refusal> {
    let department = editable(work, permit, department, id).await?;
    let mut intent = work.intents().get(department, id).await?.ok_or(Refusal::NotFound)?;
    patch.name.into_iter().for_each(|name| intent.name = name);
    patch.title.into_iter().for_each(|title| intent.title = title);
    intent.updated_at = work.now();
    if !work.intents().change(&intent, version).await.or_taken(Conflict::IntentNameTaken)? {
        return Err(Refusal::stale(intent.version));
    }
    if let Some(answers) = patch.answers {
        if answers.len() > MOST_ANSWERS {
            return Err(Conflict::LimitReached("an intent holds at most 100 answers").into());
        }
        work.intents().set_answers(id, &answers).await?;
    }
    work.tell(Event::of(Kind::IntentChanged, id).within(department))?;
    whole(work, department, id).await
}

/// Deletes an intent.
pub async fn delete(
    work: &Work<'_>,
    permit: &Permit<EditDraft>,
    department: &str,
    id: Id<id::Intent>,
    version: i64,
) -> Result<(), Refusal> {
    let department = editable(work, permit, department, id).await?;
    let intent = work.intents().get(department, id).await?.ok_or(Refusal::NotFound)?;
    if !work.intents().delete(id, version).await? {
        return Err(Refusal::stale(intent.version));
    }
    work.tell(Event::of(Kind::IntentDeleted, id).within(department))
}

/// Adds phrases; those that are there already are kept once and reported.
pub async fn add_phrases(
    work: &Work<'_>,
    permit: &Permit<EditDraft>,
    department: &str,
    id: Id<id::Intent>,
    offered: Vec<NewPhrase>,
) -> Result<(Vec<Phrase>, Vec<Warning>), Refusal> {
    let department = editable(work, permit, department, id).await?;
    touch(work, department, id).await?;
    let (new, warnings) = new_phrases(work.intents().folded_phrases(id).await?, offered)?;
    let phrases = keep_phrases(work, id, new).await?;
    Ok((phrases, warnings))
}

/// A page of an intent's phrases.
pub async fn phrases(
    tx: &Tx,
    permit: &Permit<ReadDraft>,
    department: &str,
    id: Id<id::Intent>,
    page: &PageRequest,
) -> Result<Page<Phrase>, Refusal> {
    let department = named(tx, department).await?;
    permit.sees(department.id)?;
    tx.intents().get(department.id, id).await?.ok_or(Refusal::NotFound)?;
    Ok(tx.intents().phrases(id, page).await?)
}

/// Deletes a phrase.
pub async fn delete_phrase(
    work: &Work<'_>,
    permit: &Permit<EditDraft>,
    department: &str,
    id: Id<id::Intent>,
    phrase: Id<id::Phrase>,
) -> Result<(), Refusal> {
    let department = editable(work, permit, department, id).await?;
    touch(work, department, id).await?;
    if work.intents().delete_phrase(id, phrase).await? { Ok(()) } else { Err(Refusal::NotFound) }
}

async fn touch(work: &Work<'_>, department: Id<id::Department>, id: Id<id::Intent>) -> Result<(), Refusal> {
    if !work.intents().touch(department, id, work.now()).await? {
        return Err(Refusal::NotFound);
    }
    work.tell(Event::of(Kind::IntentChanged, id).within(department))
}
