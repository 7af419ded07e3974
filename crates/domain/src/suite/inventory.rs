//! The pre-check: what a script names that a bot does not have any more.

use serde::{Deserialize, Serialize};

use super::{Meant, Named, Script};
use crate::{folded, text::AnswerText};

/// What the pre-check knows of a bot: its departments, their intents, and what these answer.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// The keys of all departments.
    pub departments: Vec<String>,
    /// Each intent with its answers.
    pub intents: Vec<(Meant, Vec<String>)>,
}

/// Something that a test names and that is not there any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stale {
    /// The place in the script, as a JSON Pointer.
    pub pointer: String,
    /// `unknown-department`, `unknown-intent` or `unknown-answer`.
    pub code: String,
    /// What is named.
    pub named: String,
}

impl Script {
    /// What it names that is not there any more; `own` is the department of the suite.
    #[must_use]
    pub fn stale(&self, inventory: &Inventory, own: Option<&str>) -> Vec<Stale> {
        let mut stale = Vec::new();
        let mut find = |pointer: String, named: &Named, own: Option<&str>| {
            let key = named.department.as_deref();
            if let Some(key) = key.filter(|key| !inventory.departments.iter().any(|known| known == key)) {
                stale.push(Stale { pointer, code: "unknown-department".to_owned(), named: key.to_owned() });
                return;
            }
            let Some(intent) = &named.intent else { return };
            let known = inventory.intents.iter().any(|(meant, _)| named.fits(meant, own));
            if !known {
                stale.push(Stale { pointer, code: "unknown-intent".to_owned(), named: intent.to_string() });
            }
        };
        for (at, turn) in self.turns.iter().enumerate() {
            let expect = &turn.expect;
            let wanted = Named { department: expect.department.clone(), intent: expect.intent.clone() };
            let own_if_named = if expect.intent.is_some() { own } else { None };
            find(format!("/turns/{at}/expect/intent"), &wanted, own_if_named);
            for (n, named) in expect.must_not_answer.iter().enumerate() {
                find(format!("/turns/{at}/expect/must_not_answer/{n}"), named, own);
            }
            for (n, named) in expect.runner_ups.iter().flatten().enumerate() {
                find(format!("/turns/{at}/expect/runner_ups/{n}"), named, own);
            }
        }
        for (at, turn) in self.turns.iter().enumerate() {
            let expect = &turn.expect;
            let Some(intent) = &expect.intent else { continue };
            let wanted = Named { department: expect.department.clone(), intent: Some(intent.clone()) };
            let of: Vec<&String> = inventory
                .intents
                .iter()
                .filter(|(meant, _)| wanted.fits(meant, own))
                .flat_map(|(_, all)| all)
                .collect();
            if of.is_empty() {
                continue;
            }
            let mut gone = |place: String, words: &AnswerText, there: bool| {
                if !there {
                    stale.push(Stale {
                        pointer: format!("/turns/{at}/expect/{place}"),
                        code: "unknown-answer".to_owned(),
                        named: words.to_string(),
                    });
                }
            };
            if let Some(whole) = &expect.answer_equals {
                gone("answer_equals".to_owned(), whole, of.iter().any(|answer| *answer == whole.as_str()));
            }
            for (n, words) in expect.answer_contains.iter().enumerate() {
                let there = of.iter().any(|answer| folded(answer).contains(&folded(words.as_str())));
                gone(format!("answer_contains/{n}"), words, there);
            }
        }
        stale
    }
}
