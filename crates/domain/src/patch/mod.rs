//! A patch set over the contents of one or several departments: applied, found between two contents, merged three-way, and
//! told so that people can read it.

mod apply;
mod merge;
#[cfg(test)]
mod tests;
mod told;

use std::collections::{BTreeMap, BTreeSet};

pub use apply::Misfit;
#[cfg(test)]
use merge::Merger;
pub use merge::{Clash, Field, Merged, Take, merge};
use serde::{Deserialize, Serialize};
pub use told::{Line, Told};

use crate::{
    Id,
    content::{Content, FrozenIntent},
    id,
    intent::{Answer, AnswerPlace, Phrase, Rules},
    text::{IntentName, Title},
};

/// The most changes of one patch set.
pub const MOST_CHANGES: usize = 2_000;

/// The contents of departments, drafts or live ones.
pub type Contents = BTreeMap<Id<id::Department>, Content>;

/// One change. Everything is named by its identifier, also what is new, so that two patches mean the same thing by one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Change {
    /// A new intent with its phrases and answers.
    AddIntent {
        /// Its owner.
        department: Id<id::Department>,
        /// The intent.
        added: FrozenIntent,
    },
    /// An intent goes with all that belongs to it.
    RemoveIntent {
        /// Which.
        intent: Id<id::Intent>,
    },
    /// An intent gets another owner.
    MoveIntent {
        /// Which.
        intent: Id<id::Intent>,
        /// The new owner.
        to: Id<id::Department>,
    },
    /// An intent gets another name.
    Rename {
        /// Which.
        intent: Id<id::Intent>,
        /// The new name.
        name: IntentName,
    },
    /// An intent gets another title, or none.
    Retitle {
        /// Which.
        intent: Id<id::Intent>,
        /// The new title.
        title: Option<Title>,
    },
    /// What owners settled about an intent.
    Settle {
        /// Which.
        intent: Id<id::Intent>,
        /// The rules, whole.
        rules: Rules,
    },
    /// A phrase comes; nothing happens where the intent has an equal one.
    AddPhrase {
        /// Where.
        intent: Id<id::Intent>,
        /// The phrase.
        phrase: Phrase,
    },
    /// A phrase goes.
    RemovePhrase {
        /// Where it stands.
        intent: Id<id::Intent>,
        /// Which.
        phrase: Id<id::Phrase>,
    },
    /// A phrase goes over to another intent; it only goes where that one has an equal one.
    MovePhrase {
        /// Where it stands.
        intent: Id<id::Intent>,
        /// Which.
        phrase: Id<id::Phrase>,
        /// Where it goes.
        to: Id<id::Intent>,
    },
    /// An answer comes, or takes the place of the one for the same language, channel and conditions.
    SetAnswer {
        /// Where.
        intent: Id<id::Intent>,
        /// The answer, whole.
        answer: Answer,
    },
    /// An answer goes.
    RemoveAnswer {
        /// Where.
        intent: Id<id::Intent>,
        /// Which.
        answer: AnswerPlace,
    },
}

/// Changes in the order in which they are made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PatchSet {
    /// The changes.
    pub changes: Vec<Change>,
}

/// An intent of some contents, with its owner.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// Its owner.
    pub department: Id<id::Department>,
    /// The intent.
    pub intent: &'a FrozenIntent,
}

/// Finds an intent of some contents.
#[must_use]
pub fn placed(contents: &Contents, id: Id<id::Intent>) -> Option<Placed<'_>> {
    contents.iter().find_map(|(department, content)| {
        let at = content.intents.binary_search_by_key(&id, |intent| intent.id).ok()?;
        content.intents.get(at).map(|intent| Placed { department: *department, intent })
    })
}

impl Change {
    /// The intent that it is about first of all.
    #[must_use]
    pub const fn intent(&self) -> Id<id::Intent> {
        match self {
            Self::AddIntent { added, .. } => added.id,
            Self::RemoveIntent { intent }
            | Self::MoveIntent { intent, .. }
            | Self::Rename { intent, .. }
            | Self::Retitle { intent, .. }
            | Self::Settle { intent, .. }
            | Self::AddPhrase { intent, .. }
            | Self::RemovePhrase { intent, .. }
            | Self::MovePhrase { intent, .. }
            | Self::SetAnswer { intent, .. }
            | Self::RemoveAnswer { intent, .. } => *intent,
        }
    }
}

impl PatchSet {
    /// The departments whose content it touches, those that share an intent among them, over these contents.
    #[must_use]
    pub fn touched(&self, base: &Contents) -> BTreeSet<Id<id::Department>> {
        let mut touched = BTreeSet::new();
        let mut owners = |id: Id<id::Intent>| {
            if let Some(Placed { department, intent }) = placed(base, id) {
                touched.insert(department);
                touched.extend(&intent.rules.sharers);
            }
        };
        for change in &self.changes {
            owners(change.intent());
            if let Change::MovePhrase { to, .. } = change {
                owners(*to);
            }
        }
        for change in &self.changes {
            match change {
                Change::AddIntent { department, added } => {
                    touched.insert(*department);
                    touched.extend(&added.rules.sharers);
                }
                Change::MoveIntent { to, .. } => {
                    touched.insert(*to);
                }
                Change::Settle { rules, .. } => touched.extend(&rules.sharers),
                _ => {}
            }
        }
        touched
    }

    /// The intents that it names.
    #[must_use]
    pub fn intents(&self) -> BTreeSet<Id<id::Intent>> {
        let other = |change: &Change| if let Change::MovePhrase { to, .. } = change { Some(*to) } else { None };
        self.changes.iter().flat_map(|change| [Some(change.intent()), other(change)]).flatten().collect()
    }

    /// What of these contents it is made against: the intents that it names, in the departments that it touches.
    #[must_use]
    pub fn basis(&self, contents: &Contents) -> Contents {
        let (named, touched) = (self.intents(), self.touched(contents));
        let of = |department: Id<id::Department>| {
            let intents = contents.get(&department).into_iter().flat_map(|content| &content.intents);
            Content { intents: intents.filter(|intent| named.contains(&intent.id)).cloned().collect() }
        };
        touched.into_iter().map(|department| (department, of(department))).collect()
    }

    /// The changes that lead from one state of contents to another: applied to `before` they give `after`, but for the
    /// order of an intent's answers, which no patch changes.
    #[must_use]
    pub fn between(before: &Contents, after: &Contents) -> Self {
        let (old, new) = (by_id(before), by_id(after));
        let stands: BTreeMap<_, _> = phrases(&old).map(|(intent, phrase)| (phrase.id, (intent, phrase))).collect();
        let will_stand: BTreeMap<_, _> = phrases(&new).map(|(intent, phrase)| (phrase.id, intent)).collect();
        let moved = |phrase: &Phrase| stands.get(&phrase.id).is_some_and(|(_, was)| *was == phrase);
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for (id, (department, intent)) in &new {
            match old.get(id) {
                None => {
                    let own = intent.phrases.iter().filter(|phrase| !moved(phrase)).cloned().collect();
                    let added = FrozenIntent { phrases: own, ..(*intent).clone() };
                    first.push(Change::AddIntent { department: *department, added });
                }
                Some((was_in, was)) => fields(*id, (*was_in, was), (*department, intent), &mut first),
            }
        }
        for (intent, phrase) in phrases(&old) {
            match will_stand.get(&phrase.id) {
                Some(to) if *to == intent => {}
                Some(to) => last.push(Change::MovePhrase { intent, phrase: phrase.id, to: *to }),
                None if new.contains_key(&intent) => last.push(Change::RemovePhrase { intent, phrase: phrase.id }),
                None => {}
            }
        }
        for (intent, phrase) in phrases(&new).filter(|(intent, _)| old.contains_key(intent)) {
            if !stands.contains_key(&phrase.id) {
                last.push(Change::AddPhrase { intent, phrase: phrase.clone() });
            }
        }
        last.sort_by_key(|change| matches!(change, Change::AddPhrase { .. }));
        let gone = old.keys().filter(|id| !new.contains_key(id)).map(|id| Change::RemoveIntent { intent: *id });
        Self { changes: first.into_iter().chain(last).chain(gone).collect() }
    }
}

type ById<'a> = BTreeMap<Id<id::Intent>, (Id<id::Department>, &'a FrozenIntent)>;

fn by_id(contents: &Contents) -> ById<'_> {
    let of = |(department, content)| {
        let (department, content): (&Id<id::Department>, &Content) = (department, content);
        content.intents.iter().map(move |intent| (intent.id, (*department, intent)))
    };
    contents.iter().flat_map(of).collect()
}

fn phrases<'a>(all: &'a ById<'a>) -> impl Iterator<Item = (Id<id::Intent>, &'a Phrase)> {
    all.iter().flat_map(|(id, (_, intent))| intent.phrases.iter().map(move |phrase| (*id, phrase)))
}

/// How an intent's own fields and answers differ.
fn fields(
    intent: Id<id::Intent>,
    (was_in, was): (Id<id::Department>, &FrozenIntent),
    (is_in, is): (Id<id::Department>, &FrozenIntent),
    changes: &mut Vec<Change>,
) {
    if was_in != is_in {
        changes.push(Change::MoveIntent { intent, to: is_in });
    }
    if was.name != is.name {
        changes.push(Change::Rename { intent, name: IntentName::stored(is.name.clone()) });
    }
    if was.title != is.title {
        changes.push(Change::Retitle { intent, title: is.title.clone().map(Title::stored) });
    }
    if was.rules != is.rules {
        changes.push(Change::Settle { intent, rules: is.rules.clone() });
    }
    let stays = |answer: &Answer| is.answers.iter().any(|other| other.place() == answer.place());
    let gone = was.answers.iter().filter(|answer| !stays(answer));
    changes.extend(gone.map(|answer| Change::RemoveAnswer { intent, answer: answer.place() }));
    let come = is.answers.iter().filter(|answer| !was.answers.contains(answer));
    changes.extend(come.map(|answer| Change::SetAnswer { intent, answer: answer.clone() }));
}
