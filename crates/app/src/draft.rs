//! Drafts as contents that patches go over: read as far as somebody may see them, edited as one, and written row by row.

use std::collections::{BTreeMap, BTreeSet};

use guildhall_domain::{
    Actor, Conflict, Flaw, Id, Moment, Permit, Refusal,
    content::{Content, FrozenIntent},
    event::{Event, Kind},
    id,
    intent::{Intent, NewPhrase},
    patch::{Contents, Misfit, PatchSet},
    policy::{EditDraft, ReadDraft, judge},
    text::{IntentName, Language, PhraseText, Title},
};
use guildhall_persistence::{OrTaken, Tx};
use serde_json::Value;

use crate::{App, Work, intent::two_eyes, live};

/// The drafts of departments.
pub async fn drafts(tx: &Tx, departments: impl IntoIterator<Item = Id<id::Department>>) -> Result<Contents, Refusal> {
    let mut contents = Contents::new();
    for department in departments {
        contents.insert(department, Content::freeze(tx.intents().draft(department).await?));
    }
    Ok(contents)
}

/// The contents of departments as an actor may see them: the draft where they read it, else what is live.
pub async fn seen(
    tx: &Tx,
    app: &App,
    actor: &Actor,
    departments: impl IntoIterator<Item = Id<id::Department>>,
) -> Result<Contents, Refusal> {
    let permit = judge::<ReadDraft>(actor).ok();
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for department in departments {
        let reads = permit.as_ref().is_some_and(|permit| permit.reach().covers(department));
        if reads { own.push(department) } else { others.push(department) }
    }
    let mut contents = drafts(tx, own).await?;
    if !others.is_empty() {
        let bot = app.live_bot(tx).await?;
        for department in others {
            let intents = bot.intents_of(department, &guildhall_persistence::IntentFilter::default());
            contents.insert(department, Content { intents });
        }
    }
    Ok(contents)
}

/// Every department there is.
pub(crate) async fn everywhere(tx: &Tx) -> Result<Vec<Id<id::Department>>, Refusal> {
    Ok(live::faces(tx).await?.into_keys().collect())
}

/// Applies a patch to drafts of one's own, as one edit: all of it, or nothing.
pub async fn edit(work: &Work<'_>, permit: &Permit<EditDraft>, patch: &PatchSet) -> Result<(), Refusal> {
    work.intents().hold(patch.intents()).await?;
    let before = drafts(work, everywhere(work).await?).await?;
    for department in work.departments().all().await? {
        if patch.touched(&before).contains(&department.id) {
            permit.over(department.id)?;
            two_eyes(&department)?;
        }
    }
    let after = patch.apply(&before).map_err(|misfits| unfit(&misfits))?;
    write(work, &before, &after, &Value::Null).await
}

/// Changes that can't be made, as flaws of what was sent.
pub(crate) fn unfit(misfits: &[Misfit]) -> Refusal {
    if misfits.iter().all(|misfit| misfit.code == "intent-name-taken") {
        return Conflict::IntentNameTaken.into();
    }
    let flaw = |misfit: &Misfit| Flaw {
        pointer: format!("/changes/{}", misfit.at),
        code: misfit.code,
        detail: misfit.detail.to_owned(),
    };
    Refusal::Invalid(misfits.iter().map(flaw).collect())
}

type ById<'a> = BTreeMap<Id<id::Intent>, (Id<id::Department>, &'a FrozenIntent)>;

fn by_id(contents: &Contents) -> ById<'_> {
    let of = |(department, content)| {
        let (department, content): (&Id<id::Department>, &Content) = (department, content);
        content.intents.iter().map(move |intent| (intent.id, (*department, intent)))
    };
    contents.iter().flat_map(of).collect()
}

/// Writes the difference of two states of drafts, which were read in this unit of work, and tells of each intent.
pub(crate) async fn write(work: &Work<'_>, before: &Contents, after: &Contents, why: &Value) -> Result<(), Refusal> {
    let (old, new) = (by_id(before), by_id(after));
    let stands = |all: &ById<'_>| -> BTreeSet<(Id<id::Intent>, Id<id::Phrase>)> {
        all.iter().flat_map(|(id, (_, intent))| intent.phrases.iter().map(move |phrase| (*id, phrase.id))).collect()
    };
    let (stood, will_stand) = (stands(&old), stands(&new));
    work.intents().take_phrases(stood.difference(&will_stand).map(|(_, phrase)| *phrase)).await?;
    for (id, (department, _)) in old.iter().filter(|(id, _)| !new.contains_key(id)) {
        work.intents().take_away(*id).await?;
        work.tell(Event::of(Kind::IntentDeleted, id).within(*department).with(why.clone()))?;
    }
    let place = async |id: &Id<id::Intent>, department, name: &str, title: Option<&str>| {
        work.intents().place(*id, department, name, title, work.now()).await.or_taken(Conflict::IntentNameTaken)
    };
    let changed: Vec<_> =
        new.iter().filter_map(|(id, is)| old.get(id).filter(|was| *was != is).map(|was| (id, was, is))).collect();
    let moved = |was: &(Id<id::Department>, &FrozenIntent), is: &(Id<id::Department>, &FrozenIntent)| {
        was.0 != is.0 || was.1.name != is.1.name
    };
    // Names may be changed over: each steps aside first.
    for (id, was, _) in changed.iter().filter(|(_, was, is)| moved(was, is)) {
        place(id, was.0, &id.to_string(), None).await?;
    }
    for (id, (was_in, was), (is_in, is)) in &changed {
        place(id, *is_in, &is.name, is.title.as_deref()).await?;
        if was.rules != is.rules {
            work.intents().settle(**id, &is.rules).await?;
        }
        if was.answers != is.answers {
            work.intents().set_answers(**id, &is.answers).await?;
        }
        for department in BTreeSet::from([*was_in, *is_in]) {
            work.tell(Event::of(Kind::IntentChanged, id).within(department).with(why.clone()))?;
        }
    }
    for (id, (department, intent)) in new.iter().filter(|(id, _)| !old.contains_key(id)) {
        work.intents().add(&made(intent, *department, work.now())).await.or_taken(Conflict::IntentNameTaken)?;
        work.intents().set_answers(*id, &intent.answers).await?;
        work.intents().settle(*id, &intent.rules).await?;
        work.tell(Event::of(Kind::IntentCreated, id).within(*department).with(why.clone()))?;
    }
    for (id, (_, intent)) in &new {
        let come = intent.phrases.iter().filter(|phrase| !stood.contains(&(*id, phrase.id)));
        let come: Vec<_> = come
            .map(|phrase| {
                let language = phrase.language.clone().map(Language::stored);
                (phrase.id, NewPhrase { text: PhraseText::stored(phrase.text.clone()), language })
            })
            .collect();
        if !come.is_empty() {
            work.intents().add_phrases(*id, &come, work.now()).await?;
        }
    }
    Ok(())
}

fn made(intent: &FrozenIntent, department: Id<id::Department>, now: Moment) -> Intent {
    Intent {
        id: intent.id,
        department,
        name: IntentName::stored(intent.name.clone()),
        title: intent.title.clone().map(Title::stored),
        version: 1,
        created_at: now,
        updated_at: now,
    }
}
