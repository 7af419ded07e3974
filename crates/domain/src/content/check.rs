//! What is looked for in a content before it is released.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Content, FrozenIntent};
use crate::{Id, id, intent::WholeIntent, text::folded};

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
    use uuid::Uuid;

    use super::{super::samples::intent, *};
    use crate::intent::Answer;

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
