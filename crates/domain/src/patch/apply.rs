//! Applying a patch set.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Contents, PatchSet, Placed, placed};
use crate::{
    Id,
    content::FrozenIntent,
    folded, id,
    intent::{MOST_ANSWERS, MOST_PHRASES, Phrase},
};

/// A change that can't be made, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The change's place in the patch set.
    pub at: usize,
    /// A stable code.
    pub code: &'static str,
    /// A sentence for people.
    pub detail: &'static str,
}

impl PatchSet {
    /// What contents become; or every change that can't be made. Names, equal phrases and limits are looked at when all is
    /// done, so two intents may change names.
    pub fn apply(&self, base: &Contents) -> Result<Contents, Vec<Misfit>> {
        self.make(base, true)
    }

    /// As [`PatchSet::apply`]; where names are not looked at, two intents of a department may end up with one.
    pub(super) fn make(&self, base: &Contents, names: bool) -> Result<Contents, Vec<Misfit>> {
        let mut contents = base.clone();
        let mut misfits = Vec::new();
        let mut note = |at, (code, detail)| misfits.push(Misfit { at, code, detail });
        for (at, change) in self.changes.iter().enumerate() {
            if let Err(flaw) = one(&mut contents, change) {
                note(at, flaw);
            }
        }
        let mut last: BTreeMap<Id<id::Intent>, usize> = BTreeMap::new();
        for (at, change) in self.changes.iter().enumerate() {
            last.insert(change.intent(), at);
            if let Change::MovePhrase { to, .. } = change {
                last.insert(*to, at);
            }
        }
        for (id, at) in last {
            settle(&mut contents, base, id, names).unwrap_or_else(|flaw| note(at, flaw));
        }
        if misfits.is_empty() { Ok(contents) } else { Err(misfits) }
    }
}

/// Puts an intent that was changed in order: of equal phrases the one that stood there before stays, else the oldest.
fn settle(contents: &mut Contents, base: &Contents, id: Id<id::Intent>, names: bool) -> Outcome {
    let Some(Placed { department, intent }) = placed(contents, id) else { return Ok(()) };
    if names && name_taken(contents, department, id, &intent.name) {
        return Err(NAME_TAKEN);
    }
    let stood: BTreeSet<_> =
        placed(base, id).into_iter().flat_map(|before| before.intent.phrases.iter().map(|phrase| phrase.id)).collect();
    let intent = intent_mut(contents, id)?;
    intent.phrases.sort_by_key(|phrase| (!stood.contains(&phrase.id), phrase.id));
    let mut words = BTreeSet::new();
    intent.phrases.retain(|phrase| words.insert(folded(&phrase.text)));
    intent.phrases.sort_by_key(|phrase| phrase.id);
    if intent.phrases.len() > MOST_PHRASES {
        return Err(("limit-reached", "an intent holds at most 2000 phrases"));
    }
    if intent.answers.len() > MOST_ANSWERS {
        return Err(("limit-reached", "an intent holds at most 100 answers"));
    }
    Ok(())
}

type Outcome<T = ()> = Result<T, (&'static str, &'static str)>;

const NO_INTENT: (&str, &str) = ("invalid-reference", "names no intent");
const NO_PHRASE: (&str, &str) = ("invalid-reference", "names no phrase of the intent");
const NO_ANSWER: (&str, &str) = ("invalid-reference", "names no answer of the intent");
const NO_DEPARTMENT: (&str, &str) = ("invalid-reference", "names no department");
const NAME_TAKEN: (&str, &str) = ("intent-name-taken", "the department has another intent of this name");

/// Makes one change, without a look at what else stands there.
pub(super) fn one(contents: &mut Contents, change: &Change) -> Outcome {
    match change {
        Change::AddIntent { department, added } => add(contents, *department, added.clone()),
        Change::RemoveIntent { intent } => take(contents, *intent).map(|_| ()),
        Change::MoveIntent { intent, to } => {
            if !contents.contains_key(to) {
                return Err(NO_DEPARTMENT);
            }
            let moved = take(contents, *intent)?;
            add(contents, *to, moved)
        }
        Change::Rename { intent, name } => {
            intent_mut(contents, *intent)?.name = name.as_str().to_owned();
            Ok(())
        }
        Change::Retitle { intent, title } => {
            intent_mut(contents, *intent)?.title = title.clone().map(String::from);
            Ok(())
        }
        Change::Settle { intent, rules } => {
            intent_mut(contents, *intent)?.rules = rules.clone();
            Ok(())
        }
        Change::AddPhrase { intent, phrase } => {
            let mut all = contents.values().flat_map(|content| &content.intents).flat_map(|intent| &intent.phrases);
            if all.any(|other| other.id == phrase.id) {
                return Err(("duplicate", "the phrase is there already"));
            }
            put_phrase(intent_mut(contents, *intent)?, phrase.clone())
        }
        Change::RemovePhrase { intent, phrase } => take_phrase(contents, *intent, *phrase).map(|_| ()),
        Change::MovePhrase { intent, phrase, to } => {
            placed(contents, *to).ok_or(NO_INTENT)?;
            let moved = take_phrase(contents, *intent, *phrase)?;
            put_phrase(intent_mut(contents, *to)?, moved)
        }
        Change::SetAnswer { intent, answer } => {
            let answers = &mut intent_mut(contents, *intent)?.answers;
            match answers.iter_mut().find(|other| other.place() == answer.place()) {
                Some(other) => *other = answer.clone(),
                None => answers.push(answer.clone()),
            }
            Ok(())
        }
        Change::RemoveAnswer { intent, answer } => {
            let answers = &mut intent_mut(contents, *intent)?.answers;
            let at = answers.iter().position(|other| other.place() == *answer).ok_or(NO_ANSWER)?;
            answers.remove(at);
            Ok(())
        }
    }
}

fn name_taken(contents: &Contents, department: Id<id::Department>, own: Id<id::Intent>, name: &str) -> bool {
    let wanted = folded(name);
    let mut others = contents.get(&department).into_iter().flat_map(|content| &content.intents);
    others.any(|intent| intent.id != own && folded(&intent.name) == wanted)
}

fn add(contents: &mut Contents, department: Id<id::Department>, mut intent: FrozenIntent) -> Outcome {
    if placed(contents, intent.id).is_some() {
        return Err(("duplicate", "the intent is there already"));
    }
    intent.phrases.sort_by_key(|phrase| phrase.id);
    let intents = &mut contents.get_mut(&department).ok_or(NO_DEPARTMENT)?.intents;
    let at = intents.partition_point(|other| other.id < intent.id);
    intents.insert(at, intent);
    Ok(())
}

fn take(contents: &mut Contents, id: Id<id::Intent>) -> Outcome<FrozenIntent> {
    for content in contents.values_mut() {
        if let Ok(at) = content.intents.binary_search_by_key(&id, |intent| intent.id) {
            return Ok(content.intents.remove(at));
        }
    }
    Err(NO_INTENT)
}

fn intent_mut(contents: &mut Contents, id: Id<id::Intent>) -> Outcome<&mut FrozenIntent> {
    let mut intents = contents.values_mut().flat_map(|content| content.intents.iter_mut());
    intents.find(|intent| intent.id == id).ok_or(NO_INTENT)
}

fn take_phrase(contents: &mut Contents, intent: Id<id::Intent>, phrase: Id<id::Phrase>) -> Outcome<Phrase> {
    let phrases = &mut intent_mut(contents, intent)?.phrases;
    let at = phrases.iter().position(|other| other.id == phrase).ok_or(NO_PHRASE)?;
    Ok(phrases.remove(at))
}

fn put_phrase(intent: &mut FrozenIntent, phrase: Phrase) -> Outcome {
    let at = intent.phrases.partition_point(|other| other.id < phrase.id);
    intent.phrases.insert(at, phrase);
    Ok(())
}
