//! What changed from one content to the next.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Content, FrozenIntent};
use crate::{
    Id, id,
    intent::{Answer, Phrase},
};

/// How an intent differs between two contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentChange {
    /// Which intent.
    pub id: Id<id::Intent>,
    /// Its name now, or its last one.
    pub name: String,
    /// What happened to it as a whole.
    pub kind: ChangeKind,
    /// Its name before, where it was renamed.
    pub renamed_from: Option<String>,
    /// Its title before and after, where it changed.
    pub title: Option<(Option<String>, Option<String>)>,
    /// Phrases that came.
    pub phrases_added: Vec<Phrase>,
    /// Phrases that went.
    pub phrases_removed: Vec<Phrase>,
    /// Answers that came, in place of others or new.
    pub answers_added: Vec<Answer>,
    /// Answers that went.
    pub answers_removed: Vec<Answer>,
}

/// What happened to an intent as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It differs.
    Changed,
    /// It is gone.
    Removed,
}

impl ChangeKind {
    /// The kind's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// Counts of what changed, as a release carries them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Changes {
    /// Intents that came.
    pub intents_added: usize,
    /// Intents that differ.
    pub intents_changed: usize,
    /// Intents that went.
    pub intents_removed: usize,
    /// Phrases that came.
    pub phrases_added: usize,
    /// Phrases that went.
    pub phrases_removed: usize,
}

/// What changed from one content to the next, by intent, in the order of ids.
#[must_use]
pub fn diff(before: &Content, after: &Content) -> Vec<IntentChange> {
    let by_id = |content: &Content| -> BTreeMap<_, FrozenIntent> {
        content.intents.iter().map(|intent| (intent.id, intent.clone())).collect()
    };
    let (before, after) = (by_id(before), by_id(after));
    let ids: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
    ids.into_iter().filter_map(|id| change(before.get(&id), after.get(&id))).collect()
}

fn change(before: Option<&FrozenIntent>, after: Option<&FrozenIntent>) -> Option<IntentChange> {
    let (kind, shown) = match (before, after) {
        (Some(before), Some(after)) if before == after => return None,
        (Some(_), Some(after)) => (ChangeKind::Changed, after),
        (None, Some(after)) => (ChangeKind::Added, after),
        (Some(before), None) => (ChangeKind::Removed, before),
        (None, None) => return None,
    };
    let phrases = |side: Option<&FrozenIntent>| side.map_or_else(Vec::new, |intent| intent.phrases.clone());
    let answers = |side: Option<&FrozenIntent>| side.map_or_else(Vec::new, |intent| intent.answers.clone());
    let both = before.zip(after);
    Some(IntentChange {
        id: shown.id,
        name: shown.name.clone(),
        kind,
        renamed_from: both.filter(|(b, a)| b.name != a.name).map(|(b, _)| b.name.clone()),
        title: both.filter(|(b, a)| b.title != a.title).map(|(b, a)| (b.title.clone(), a.title.clone())),
        phrases_added: only_in(&phrases(after), &phrases(before)),
        phrases_removed: only_in(&phrases(before), &phrases(after)),
        answers_added: only_in(&answers(after), &answers(before)),
        answers_removed: only_in(&answers(before), &answers(after)),
    })
}

fn only_in<T: PartialEq + Clone>(here: &[T], there: &[T]) -> Vec<T> {
    here.iter().filter(|item| !there.contains(item)).cloned().collect()
}

impl Changes {
    /// Counts a diff.
    #[must_use]
    pub fn count(diff: &[IntentChange]) -> Self {
        let of = |kind| diff.iter().filter(|change| change.kind == kind).count();
        Self {
            intents_added: of(ChangeKind::Added),
            intents_changed: of(ChangeKind::Changed),
            intents_removed: of(ChangeKind::Removed),
            phrases_added: diff.iter().map(|change| change.phrases_added.len()).sum(),
            phrases_removed: diff.iter().map(|change| change.phrases_removed.len()).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::samples::intent, *};

    #[test]
    fn a_diff_names_what_came_went_and_differs() {
        let before = Content { intents: vec![intent(1, "a", &["x", "y"]), intent(2, "b", &["z"])] };
        let mut changed = intent(1, "a2", &["x"]);
        changed.answers.clear();
        let after = Content { intents: vec![changed, intent(3, "c", &["q"])] };
        let found = diff(&before, &after);
        let kinds: Vec<_> = found.iter().map(|c| (c.name.as_str(), c.kind)).collect();
        assert_eq!(kinds, [("a2", ChangeKind::Changed), ("b", ChangeKind::Removed), ("c", ChangeKind::Added)]);
        assert_eq!(found[0].renamed_from.as_deref(), Some("a"));
        assert_eq!((found[0].phrases_removed.len(), found[0].answers_removed.len()), (1, 1));
        assert_eq!(diff(&before, &before), []);
        let count = Changes::count(&found);
        assert_eq!((count.intents_added, count.phrases_added, count.phrases_removed), (1, 1, 2));
    }
}
