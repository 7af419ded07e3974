//! What has to come of a turn, and what is not as expected.

use serde::{Deserialize, Serialize};

use super::{Named, Outcome};
use crate::{
    folded,
    text::{AnswerText, IntentName},
};

/// What has to come of a turn; what is not stated may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expect {
    /// The key of the department that answers.
    pub department: Option<String>,
    /// The name of the intent that is meant.
    pub intent: Option<IntentName>,
    /// What the bot does.
    pub decision: Option<Outcome>,
    /// Words that the answer holds, each, however they are written large.
    pub answer_contains: Vec<AnswerText>,
    /// The whole answer.
    pub answer_equals: Option<AnswerText>,
    /// Who must not answer.
    pub must_not_answer: Vec<Named>,
    /// Which others the bot may ask about beside the intent; without it none, where one is expected.
    pub runner_ups: Option<Vec<Named>>,
}

/// What came of a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Got {
    /// What the bot did.
    pub decision: Outcome,
    /// The intent that was answered, by department and name.
    pub answered: Option<Meant>,
    /// The intents that the bot asked about.
    pub asked: Vec<Meant>,
    /// What it said.
    pub text: String,
}

/// An intent of the bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meant {
    /// The key of its department.
    pub department: String,
    /// Its name.
    pub intent: String,
}

/// Something that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Miss {
    /// Which expectation: `department`, `intent`, `decision`, `answer_contains`, `answer_equals`, `must_not_answer`,
    /// `runner_ups`, or `choice` where there is no such button.
    pub what: String,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub got: String,
}

impl Named {
    /// Whether this names the intent; `own` is the department of the suite.
    #[must_use]
    pub fn fits(&self, meant: &Meant, own: Option<&str>) -> bool {
        let department = self.department.as_deref().or(own).is_none_or(|department| department == meant.department);
        let intent = self.intent.as_ref().is_none_or(|intent| folded(intent.as_str()) == folded(&meant.intent));
        department && intent
    }

    fn written(&self, own: Option<&str>) -> String {
        let department = self.department.as_deref().or(own).unwrap_or("any department");
        self.intent.as_ref().map_or_else(|| department.to_owned(), |intent| format!("{intent} ({department})"))
    }
}

impl Meant {
    fn written(&self) -> String {
        format!("{} ({})", self.intent, self.department)
    }
}

impl Expect {
    /// Whether nothing is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is not as expected; `own` is the department of the suite, whose intents need not say so.
    #[must_use]
    pub fn misses(&self, got: &Got, own: Option<&str>) -> Vec<Miss> {
        let mut misses = Vec::new();
        let mut miss = |what: &str, expected: String, came: String| {
            misses.push(Miss { what: what.to_owned(), expected, got: came });
        };
        let came = || match (&got.answered, got.asked.as_slice()) {
            (Some(meant), _) => meant.written(),
            (None, []) => got.decision.name().to_owned(),
            (None, asked) => asked.iter().map(Meant::written).collect::<Vec<_>>().join(" or "),
        };
        if let Some(decision) = self.decision
            && decision != got.decision
        {
            miss("decision", decision.name().to_owned(), got.decision.name().to_owned());
        }
        let wanted = Named { department: self.department.clone(), intent: self.intent.clone() };
        let own_if_named = if self.intent.is_some() { own } else { None };
        let what = if self.intent.is_some() { "intent" } else { "department" };
        if self.department.is_some() || self.intent.is_some() {
            let meant: Vec<&Meant> = got.answered.iter().chain(&got.asked).collect();
            let hit = meant.iter().any(|meant| wanted.fits(meant, own_if_named));
            let allowed = |meant: &Meant| {
                wanted.fits(meant, own_if_named)
                    || self.runner_ups.iter().flatten().any(|runner_up| runner_up.fits(meant, own))
            };
            if !hit || (got.answered.is_some() && !wanted.fits_answer(got, own_if_named)) {
                miss(what, wanted.written(own_if_named), came());
            } else if got.decision == Outcome::Ambiguous
                && self.decision != Some(Outcome::Ambiguous)
                && self.runner_ups.is_none()
            {
                miss(what, wanted.written(own_if_named), came());
            } else if let Some(other) = got.asked.iter().find(|meant| !allowed(meant))
                && self.runner_ups.is_some()
            {
                let all = self.runner_ups.iter().flatten().map(|named| named.written(own)).collect::<Vec<_>>();
                miss("runner_ups", all.join(", "), other.written());
            }
        }
        let said = folded(&got.text);
        for words in &self.answer_contains {
            if !said.contains(&folded(words.as_str())) {
                miss("answer_contains", words.to_string(), got.text.clone());
            }
        }
        if let Some(whole) = &self.answer_equals
            && whole.as_str() != got.text
        {
            miss("answer_equals", whole.to_string(), got.text.clone());
        }
        for named in &self.must_not_answer {
            if let Some(answered) = got.answered.as_ref().filter(|meant| named.fits(meant, own)) {
                miss("must_not_answer", named.written(own), answered.written());
            }
        }
        misses
    }
}

impl Named {
    fn fits_answer(&self, got: &Got, own: Option<&str>) -> bool {
        got.answered.as_ref().is_some_and(|meant| self.fits(meant, own))
    }
}
