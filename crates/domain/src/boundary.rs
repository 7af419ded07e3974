//! Context: what a conversation knows beside its words (page, channel, language, campaign, …), conditions on it, and the
//! boundaries by which owners settled whose topic it is then.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Flaws, Id, id,
    text::{Language, TextFlaw, cleaned},
};

/// The most conditions that stand together.
pub const MOST_CONDITIONS: usize = 5;
/// The most boundaries of one intent.
pub const MOST_BOUNDARIES: usize = 50;
/// The context's key of the kind of channel; the house fills it in.
pub const CHANNEL: &str = "channel";
/// The context's key of the visitor's language; the house fills it in.
pub const LANGUAGE: &str = "language";

/// Something that must be so of the context.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Condition {
    /// Which key of the context.
    pub key: String,
    /// What its value must be.
    #[serde(flatten)]
    pub test: Test,
}

/// What a value must be; letters are compared as they are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// This, letter for letter. A language also fits by its primary tag: `pt` for `pt-br`.
    Equals(String),
    /// Begins with this: the pages below `/orders`.
    StartsWith(String),
}

impl Condition {
    /// Reads what somebody wrote; what is wrong is noted below `pointer`.
    pub fn parse(
        key: &str,
        equals: Option<&str>,
        starts_with: Option<&str>,
        at: &str,
        flaws: &mut Flaws,
    ) -> Option<Self> {
        let key = flaws.take(format!("{at}/key"), cleaned(key, 100));
        let test = match (equals, starts_with) {
            (Some(value), None) => flaws.take(format!("{at}/equals"), cleaned(value, 500)).map(Test::Equals),
            (None, Some(value)) => flaws.take(format!("{at}/starts_with"), cleaned(value, 500)).map(Test::StartsWith),
            _ => flaws.take(at, Err(TextFlaw::Form("must have either equals or starts_with"))),
        };
        key.zip(test).map(|(key, test)| Self { key, test })
    }

    /// Whether it holds in a context; never where the key is missing.
    #[must_use]
    pub fn holds(&self, context: &Map<String, Value>) -> bool {
        let Some(value) = context.get(&self.key) else { return false };
        let written;
        let value = match value {
            Value::String(text) => text.as_str(),
            Value::Null => return false,
            other => {
                written = other.to_string();
                written.as_str()
            }
        };
        match &self.test {
            Test::Equals(wanted) if self.key == LANGUAGE => {
                wanted == value || value.split('-').next() == Some(wanted.as_str())
            }
            Test::Equals(wanted) => wanted == value,
            Test::StartsWith(wanted) => value.starts_with(wanted.as_str()),
        }
    }
}

impl std::fmt::Display for Condition {
    /// As people read it: `page is «/orders»`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.test {
            Test::Equals(value) => write!(f, "{} is «{value}»", self.key),
            Test::StartsWith(value) => write!(f, "{} begins with «{value}»", self.key),
        }
    }
}

/// Whether all of them hold; none always do.
#[must_use]
pub fn all_hold(conditions: &[Condition], context: &Map<String, Value>) -> bool {
    conditions.iter().all(|condition| condition.holds(context))
}

/// A context with what the house itself knows of where it is: the kind of channel and the language.
#[must_use]
pub fn surroundings(context: &Map<String, Value>, channel: &str, language: Option<&Language>) -> Map<String, Value> {
    let mut all = context.clone();
    all.insert(CHANNEL.to_owned(), channel.into());
    if let Some(language) = language {
        all.insert(LANGUAGE.to_owned(), language.as_str().into());
    }
    all
}

/// Where these conditions hold, the intent that has the boundary is meant whenever the other one seems to be. It stands in
/// the content of the intent's owner, so it is released, exported and brought back with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boundary {
    /// The other intent, of another department most often.
    pub against: Id<id::Intent>,
    /// All of these must hold; never empty.
    pub when: Vec<Condition>,
}

/// A boundary that took effect on a ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied<K> {
    /// What is meant here.
    pub meant: K,
    /// What is not meant here.
    pub ruled_out: K,
    /// The conditions that hold.
    pub when: Vec<Condition>,
}

/// Lets the boundaries take effect on a ranking (best first): where the conditions of a boundary of intent *i* against *j*
/// hold, *j* is ruled out and *i* takes over its confidence, s′ᵢ = min(1, sᵢ + sⱼ), as the sum of the two stays what it
/// was. Boundaries of better-ranked rivals come first; an intent that was ruled out rules nobody out. The order is by
/// confidence, ties by the order before. An intent that is not ranked comes in only where the rival is the best. Ours.
pub fn bound<K: Copy + PartialEq>(
    ranking: &mut Vec<(K, f32)>,
    boundaries_against: impl Fn(K) -> Vec<(K, Vec<Condition>)>,
    context: &Map<String, Value>,
) -> Vec<Applied<K>> {
    let mut applied: Vec<Applied<K>> = Vec::new();
    for rival in ranking.iter().map(|(kind, _)| *kind).collect::<Vec<_>>() {
        if applied.iter().any(|one| one.ruled_out == rival) {
            continue;
        }
        let best = ranking.first().is_some_and(|(kind, _)| *kind == rival);
        let winner = boundaries_against(rival).into_iter().find(|(meant, when)| {
            let known = best || ranking.iter().any(|(kind, _)| kind == meant);
            let gone = applied.iter().any(|one| one.ruled_out == *meant);
            *meant != rival && known && !gone && !when.is_empty() && all_hold(when, context)
        });
        let Some((meant, when)) = winner else { continue };
        let Some(at) = ranking.iter().position(|(kind, _)| *kind == rival) else { continue };
        let (_, taken) = ranking.remove(at);
        match ranking.iter_mut().find(|(kind, _)| *kind == meant) {
            Some((_, confidence)) => *confidence = (*confidence + taken).min(1.0),
            None => ranking.insert(at.min(ranking.len()), (meant, taken)),
        }
        applied.push(Applied { meant, ruled_out: rival, when });
    }
    if !applied.is_empty() {
        ranking.sort_by(|a, b| b.1.total_cmp(&a.1));
    }
    applied
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn context(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn page(value: &str) -> Condition {
        Condition { key: "page".to_owned(), test: Test::StartsWith(value.to_owned()) }
    }

    #[test]
    fn conditions_hold_by_the_letter_and_never_without_the_key() {
        let here =
            context(json!({"page": "/orders/7", "campaign": "May", "vip": true, "language": "pt-br", "none": null}));
        let equals = |key: &str, value: &str| Condition { key: key.into(), test: Test::Equals(value.into()) };
        assert!(page("/orders").holds(&here) && !page("/shop").holds(&here));
        assert!(equals("campaign", "May").holds(&here) && !equals("campaign", "may").holds(&here));
        assert!(equals("vip", "true").holds(&here) && equals("language", "pt").holds(&here));
        assert!(!equals("none", "null").holds(&here) && !equals("missing", "").holds(&here));
        assert_eq!(serde_json::to_value(page("/a")).unwrap(), json!({"key": "page", "starts_with": "/a"}));
        assert_eq!(surroundings(&here, "web", None).get("channel"), Some(&json!("web")));
    }

    #[test]
    fn a_boundary_gives_the_rivals_confidence_to_whom_it_belongs() {
        let against = |rival: char| if rival == 'j' { vec![('i', vec![page("/orders")])] } else { vec![] };
        let before = vec![('j', 0.5), ('k', 0.2), ('i', 0.25)];
        let mut ranking = before.clone();
        let applied = bound(&mut ranking, against, &context(json!({"page": "/orders"})));
        assert_eq!(ranking, [('i', 0.75), ('k', 0.2)]);
        assert_eq!((applied[0].meant, applied[0].ruled_out), ('i', 'j'));
        let mut elsewhere = before.clone();
        assert!(bound(&mut elsewhere, against, &context(json!({"page": "/shop"}))).is_empty());
        assert_eq!(elsewhere, before);
    }

    #[test]
    fn two_that_rule_each_other_out_leave_one() {
        let against = |rival: char| vec![(if rival == 'i' { 'j' } else { 'i' }, vec![page("/")])];
        let mut ranking = vec![('j', 0.5), ('i', 0.4)];
        assert_eq!(bound(&mut ranking, against, &context(json!({"page": "/"}))).len(), 1);
        assert_eq!(ranking.len(), 1);
        let mut alone = vec![('j', 0.5)];
        bound(&mut alone, against, &context(json!({"page": "/"})));
        assert_eq!(alone, [('i', 0.5)], "comes in where the rival is the best");
    }
}
