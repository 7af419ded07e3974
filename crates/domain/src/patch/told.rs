//! A patch told so that people can read it: one line for each change.

use super::{Change, Contents, PatchSet, Placed, apply::one, merge::said, placed};
use crate::{Id, content::FrozenIntent, id};

/// What happens to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// It differs.
    Changed,
    /// It goes somewhere else.
    Moved,
}

impl Told {
    /// The name, as the API writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
        }
    }
}

/// One change as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The department of the intent, before the patch.
    pub department: Id<id::Department>,
    /// The intent.
    pub intent: Id<id::Intent>,
    /// Its name.
    pub name: String,
    /// What changes: `intent`, `department`, `name`, `title`, `rules`, `phrase`, `answer`.
    pub field: &'static str,
    /// What happens to it.
    pub told: Told,
    /// For an answer, what it is for.
    pub place: Option<String>,
    /// As it was.
    pub before: Option<String>,
    /// As it will be.
    pub after: Option<String>,
    /// Where it goes: another intent, another department.
    pub to: Option<To>,
}

/// Where something goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct To {
    /// The department.
    pub department: Id<id::Department>,
    /// The intent; none where an intent goes itself.
    pub intent: Option<(Id<id::Intent>, String)>,
}

impl PatchSet {
    /// The patch over these contents, a line for each change, in its order. What does not fit is left out.
    #[must_use]
    pub fn told(&self, base: &Contents) -> Vec<Line> {
        let mut now = base.clone();
        let mut lines = Vec::with_capacity(self.changes.len());
        for change in &self.changes {
            lines.extend(line(change, &now));
            // What does not fit leaves everything as it is.
            one(&mut now, change).unwrap_or_default();
        }
        lines
    }
}

fn line(change: &Change, now: &Contents) -> Option<Line> {
    if let Change::AddIntent { department, added } = change {
        let new = Placed { department: *department, intent: added };
        return Some(Line { after: Some(summary(added)), ..of(new, "intent", Told::Added) });
    }
    let here = placed(now, change.intent())?;
    let Placed { intent, .. } = here;
    let phrase = |id: &Id<id::Phrase>| intent.phrases.iter().find(|phrase| phrase.id == *id).map(|p| p.text.clone());
    Some(match change {
        Change::AddIntent { .. } => return None,
        Change::RemoveIntent { .. } => Line { before: Some(summary(intent)), ..of(here, "intent", Told::Removed) },
        Change::MoveIntent { to, .. } => {
            Line { to: Some(To { department: *to, intent: None }), ..of(here, "department", Told::Moved) }
        }
        Change::Rename { name, .. } => {
            Line { before: Some(intent.name.clone()), after: Some(name.to_string()), ..of(here, "name", Told::Changed) }
        }
        Change::Retitle { title, .. } => Line {
            before: intent.title.clone(),
            after: title.as_ref().map(ToString::to_string),
            ..of(here, "title", Told::Changed)
        },
        Change::Settle { rules, .. } => Line {
            before: Some(&intent.rules)
                .filter(|rules| !rules.is_empty())
                .and_then(|rules| serde_json::to_string(rules).ok()),
            after: Some(rules).filter(|rules| !rules.is_empty()).and_then(|rules| serde_json::to_string(rules).ok()),
            ..of(here, "rules", Told::Changed)
        },
        Change::AddPhrase { phrase, .. } => {
            Line { after: Some(phrase.text.clone()), ..of(here, "phrase", Told::Added) }
        }
        Change::RemovePhrase { phrase: id, .. } => Line { before: phrase(id), ..of(here, "phrase", Told::Removed) },
        Change::MovePhrase { phrase: id, to, .. } => {
            let there = placed(now, *to)?;
            let to = To { department: there.department, intent: Some((*to, there.intent.name.clone())) };
            Line { before: phrase(id), after: phrase(id), to: Some(to), ..of(here, "phrase", Told::Moved) }
        }
        Change::SetAnswer { answer, .. } => {
            let before = intent.answers.iter().find(|other| other.place() == answer.place()).map(said);
            let told = if before.is_some() { Told::Changed } else { Told::Added };
            let place = Some(answer.place().to_string());
            Line { before, after: Some(said(answer)), place, ..of(here, "answer", told) }
        }
        Change::RemoveAnswer { answer, .. } => {
            let before = intent.answers.iter().find(|other| other.place() == *answer).map(said);
            Line { before, place: Some(answer.to_string()), ..of(here, "answer", Told::Removed) }
        }
    })
}

fn of(Placed { department, intent }: Placed<'_>, field: &'static str, told: Told) -> Line {
    let (before, after, place, to) = (None, None, None, None);
    Line { department, intent: intent.id, name: intent.name.clone(), field, told, place, before, after, to }
}

fn summary(intent: &FrozenIntent) -> String {
    let (phrases, answers) = (intent.phrases.len(), intent.answers.len());
    format!("«{}» with {phrases} phrases and {answers} answers", intent.name)
}
