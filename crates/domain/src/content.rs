//! One department's content frozen at a moment: its canonical form, its address by hash, and what changed between two.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Id, id,
    intent::{Answer, Phrase, WholeIntent},
    text::folded,
};

/// A department's content. Its canonical JSON has one field order, intents and phrases by id, and no white space.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Content {
    /// The intents in the order of their ids.
    pub intents: Vec<FrozenIntent>,
}

/// An intent as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenIntent {
    /// Its identifier.
    pub id: Id<id::Intent>,
    /// Its name.
    pub name: String,
    /// How a visitor would call it.
    pub title: Option<String>,
    /// How visitors say it, in the order of ids.
    pub phrases: Vec<Phrase>,
    /// What the bot replies.
    pub answers: Vec<Answer>,
}

/// SHA-256 of a content's canonical JSON: its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::str::FromStr for Hash {
    type Err = NotAHash;

    /// Reads 64 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            let two = text.get(2 * at..2 * at + 2).ok_or(NotAHash)?;
            *byte = u8::from_str_radix(two, 16).map_err(|_| NotAHash)?;
        }
        if text.len() == 64 { Ok(Self(bytes)) } else { Err(NotAHash) }
    }
}

/// The text is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-256 in hexadecimal digits")]
pub struct NotAHash;

impl Content {
    /// Freezes a draft.
    #[must_use]
    pub fn freeze(draft: Vec<WholeIntent>) -> Self {
        let mut intents: Vec<_> = draft
            .into_iter()
            .map(|WholeIntent { intent, mut phrases, answers }| {
                phrases.sort_by_key(|phrase| phrase.id);
                FrozenIntent {
                    id: intent.id,
                    name: intent.name.into(),
                    title: intent.title.map(String::from),
                    phrases,
                    answers,
                }
            })
            .collect();
        intents.sort_by_key(|intent| intent.id);
        Self { intents }
    }

    /// The canonical JSON.
    pub fn canonical(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// The address of a canonical JSON.
    #[must_use]
    pub fn hash(canonical: &str) -> Hash {
        Hash(Sha256::digest(canonical.as_bytes()).into())
    }
}

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

/// How much a check weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// It will be live, but look at it.
    Warning,
    /// It can't be live.
    Error,
}

/// One finding about a content that is to be released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// A stable code.
    pub code: String,
    /// How much it weighs.
    pub severity: Severity,
    /// A sentence for people.
    pub detail: String,
    /// The intent that it is about.
    pub intent: Option<Id<id::Intent>>,
    /// The keys of the departments that own what it is about.
    pub departments: Vec<String>,
}

/// Parts a draft into what can be live and what an import brought that waits: where something of it is kept until it
/// can be represented, and it has no phrase or no answer yet. What waits is left out and told.
#[must_use]
pub fn ready(
    own_key: &str,
    draft: Vec<WholeIntent>,
    is_kept: impl Fn(Id<id::Intent>) -> bool,
) -> (Vec<WholeIntent>, Vec<Check>) {
    let waits =
        |whole: &WholeIntent| (whole.phrases.is_empty() || whole.answers.is_empty()) && is_kept(whole.intent.id);
    let (waiting, ready): (Vec<_>, Vec<_>) = draft.into_iter().partition(waits);
    let check = |whole: WholeIntent| Check {
        code: "intent-left-out".to_owned(),
        severity: Severity::Warning,
        detail: format!(
            "«{}» has no {} yet, since what it had elsewhere can't be represented here: it is left out",
            whole.intent.name,
            if whole.answers.is_empty() { "answer" } else { "phrase" },
        ),
        intent: Some(whole.intent.id),
        departments: vec![own_key.to_owned()],
    };
    (ready, waiting.into_iter().map(check).collect())
}

/// Another department's live content, for comparison.
#[derive(Debug, Clone)]
pub struct Neighbour<'a> {
    /// The department's key.
    pub key: &'a str,
    /// What it has live.
    pub content: &'a Content,
}

/// Fewer phrases than this are reported.
const FEW_PHRASES: usize = 5;

/// Looks a content over before it is released: what can't be live, and what its department should know.
#[must_use]
pub fn check(own_key: &str, content: &Content, neighbours: &[Neighbour<'_>]) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut report = |code: &str, severity, intent: Option<&FrozenIntent>, departments: &[&str], detail: String| {
        checks.push(Check {
            code: code.to_owned(),
            severity,
            detail,
            intent: intent.map(|intent| intent.id),
            departments: departments.iter().map(|&key| key.to_owned()).collect(),
        });
    };
    if content.intents.is_empty() {
        let detail = "this release holds no intent: the department will not answer anything".to_owned();
        report("no-intents", Severity::Warning, None, &[own_key], detail);
    }
    let mut owners: BTreeMap<String, Vec<(&str, &FrozenIntent)>> = BTreeMap::new();
    let everybody = neighbours.iter().map(|n| (n.key, n.content));
    for (key, intent) in everybody.flat_map(|(key, content)| content.intents.iter().map(move |intent| (key, intent))) {
        for phrase in &intent.phrases {
            owners.entry(folded(&phrase.text)).or_default().push((key, intent));
        }
    }
    for intent in &content.intents {
        let name = &intent.name;
        if intent.phrases.is_empty() {
            let detail = format!("«{name}» has no phrase, so nobody can reach it");
            report("intent-without-phrases", Severity::Error, Some(intent), &[own_key], detail);
        } else if intent.phrases.len() < FEW_PHRASES {
            let detail = format!("«{name}» has {} phrases; five or more are understood better", intent.phrases.len());
            report("few-phrases", Severity::Info, Some(intent), &[own_key], detail);
        }
        if intent.answers.is_empty() {
            let detail = format!("«{name}» has no answer");
            report("intent-without-answers", Severity::Error, Some(intent), &[own_key], detail);
        }
        for phrase in &intent.phrases {
            let equal = owners.entry(folded(&phrase.text)).or_default();
            for (key, other) in equal.iter() {
                let detail = format!("«{}» is in «{name}» of {own_key} and in «{}» of {key}", phrase.text, other.name);
                report("equal-phrase", Severity::Warning, Some(intent), &[own_key, key], detail);
            }
            equal.push((own_key, intent));
        }
    }
    checks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{AnswerText, Language};
    use uuid::Uuid;

    fn intent(n: u128, name: &str, phrases: &[&str]) -> FrozenIntent {
        FrozenIntent {
            id: Id::from_uuid(Uuid::from_u128(n)),
            name: name.to_owned(),
            title: None,
            phrases: phrases
                .iter()
                .zip(1..)
                .map(|(text, p)| Phrase {
                    id: Id::from_uuid(Uuid::from_u128(n * 100 + p)),
                    text: (*text).to_owned(),
                    language: None,
                })
                .collect(),
            answers: vec![Answer {
                language: Language::parse("en").unwrap(),
                channel: None,
                text: AnswerText::parse("yes").unwrap(),
                buttons: vec![],
            }],
        }
    }

    #[test]
    fn canonical_json_reads_back_and_its_hash_is_stable() {
        let content = Content { intents: vec![intent(1, "a", &["x"])] };
        let json = content.canonical().unwrap();
        assert_eq!(serde_json::from_str::<Content>(&json).unwrap(), content);
        assert_eq!(
            Content::hash(&Content::default().canonical().unwrap()).to_string(),
            "c372d5c02d3f9851d3b51ebdf6829694a568e5f857aad3696afcb78dbfd77f01",
            "sha256 of {{\"intents\":[]}}"
        );
        let hash = Content::hash(&json);
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert!("c3".parse::<Hash>().is_err() && format!("{hash}0").parse::<Hash>().is_err());
    }

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

    #[test]
    fn what_waits_for_its_dialogue_is_left_out_and_told() {
        let moment = crate::Moment(0);
        let whole = |n: u128, answers: Vec<Answer>| WholeIntent {
            intent: crate::intent::Intent {
                id: Id::from_uuid(Uuid::from_u128(n)),
                department: Id::from_uuid(Uuid::nil()),
                name: crate::text::IntentName::parse(&format!("intent {n}")).unwrap(),
                title: None,
                version: 1,
                created_at: moment,
                updated_at: moment,
            },
            phrases: intent(n, "", &["a phrase"]).phrases,
            answers,
        };
        let answer = || intent(0, "", &[]).answers;
        let draft = vec![whole(1, answer()), whole(2, vec![]), whole(3, vec![])];
        let kept = Id::from_uuid(Uuid::from_u128(2));
        let (ready, checks) = ready("it", draft, |id| id == kept);
        assert_eq!(ready.iter().map(|whole| whole.intent.name.as_str()).collect::<Vec<_>>(), ["intent 1", "intent 3"]);
        assert_eq!(
            (checks[0].code.as_str(), checks[0].intent, checks[0].severity),
            ("intent-left-out", Some(kept), Severity::Warning)
        );
    }

    #[test]
    fn checks_find_what_cannot_be_live_and_equal_phrases_of_others() {
        let other = Content { intents: vec![intent(9, "buy", &["New jacket!"])] };
        let mut silent = intent(2, "silent", &["hm"]);
        silent.answers.clear();
        let own = Content { intents: vec![intent(1, "jackets", &["new  jacket"]), silent, intent(3, "empty", &[])] };
        let checks = check("it", &own, &[Neighbour { key: "sales", content: &other }]);
        let found = |code: &str| checks.iter().filter(|c| c.code == code).collect::<Vec<_>>();
        assert_eq!(found("equal-phrase")[0].departments, ["it", "sales"]);
        assert_eq!(found("intent-without-answers").len(), 1);
        assert_eq!(found("intent-without-phrases").len(), 1);
        assert_eq!(check("it", &Content::default(), &[])[0].code, "no-intents");
    }
}
