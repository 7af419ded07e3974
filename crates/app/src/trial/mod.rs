//! Running conversation tests: each case is a conversation of its own with the bot as visitors meet it, or would, by the very
//! listener that serves them.

mod running;

use std::{collections::HashMap, sync::Arc};

use guildhall_domain::{
    Id, Refusal,
    bot::Settings,
    conversation::{Choice, ReplyKind},
    folded, id,
    intent::Answer,
    suite::{Case, CaseResult, Got, Inventory, Meant, Miss, Outcome, Rank, Said, Suite, TurnResult},
};

use crate::{
    live::{Known, LiveBot},
    reply::{Listener, Reply},
};

pub use running::ask;
pub(crate) use running::{before_release, nightly, run};

/// A bot to try, and how its tenant set it.
pub(crate) struct Bench {
    pub(crate) bot: Arc<LiveBot>,
    pub(crate) settings: Settings,
    keys: HashMap<Id<id::Department>, String>,
}

impl Bench {
    /// A bench for a bot; departments are known by these keys.
    pub(crate) fn new(bot: Arc<LiveBot>, settings: Settings, keys: HashMap<Id<id::Department>, String>) -> Self {
        Self { bot, settings, keys }
    }

    /// What the pre-check looks things up in.
    pub(crate) fn inventory(&self) -> Inventory {
        let texts = |answers: &[Answer]| answers.iter().map(|answer| answer.text.to_string()).collect();
        let mut intents: Vec<(Meant, Vec<String>)> =
            self.bot.all().map(|known| (self.meant(known), texts(&known.intent.answers))).collect();
        intents.sort_by(|(one, _), (other, _)| (&one.department, &one.intent).cmp(&(&other.department, &other.intent)));
        let mut departments: Vec<String> = self.keys.values().cloned().collect();
        departments.sort();
        Inventory { departments, intents }
    }

    fn meant(&self, known: &Known) -> Meant {
        Meant {
            department: self.keys.get(&known.department).cloned().unwrap_or_default(),
            intent: known.intent.name.clone(),
        }
    }

    /// Tries a case of a suite; `own` is the key of the suite's department.
    pub(crate) fn attempt(&self, suite: &Suite, case: &Case, own: Option<&str>, inventory: &Inventory) -> CaseResult {
        let given = &case.script.given;
        let listener = Listener {
            bot: &self.bot,
            settings: &self.settings,
            channel: &given.channel,
            language: given.language.as_ref(),
            context: &given.context,
        };
        let mut choices: Vec<Choice> = Vec::new();
        let mut turns = Vec::with_capacity(case.script.turns.len());
        for turn in &case.script.turns {
            let (said, reply) = match &turn.visitor {
                Said::Says(text) => (text.to_string(), Some((listener.hear(text.as_str()), Some(text.as_str())))),
                Said::Chooses(button) => {
                    let chosen = self.choice(&choices, button.as_str()).cloned();
                    let reply = chosen.map(|choice| match choice.intent {
                        Some(intent) => (listener.chosen(intent), None),
                        None => (listener.hear(&choice.payload), None),
                    });
                    (format!("[{button}]"), reply)
                }
            };
            let Some((reply, heard)) = reply else {
                turns.push(missing(said, &choices));
                break;
            };
            let got = self.got(&reply);
            let misses = turn.expect.misses(&got, own);
            let ranking = heard.map(|text| self.ranking(&listener, text)).unwrap_or_default();
            turns.push(TurnResult { said, decision: got.decision, text: got.text, ranking, misses });
            choices = reply.choices;
        }
        CaseResult {
            case: case.id,
            suite: suite.id,
            suite_name: suite.name.to_string(),
            name: case.script.name.to_string(),
            required: suite.required,
            stale: case.script.stale(inventory, own),
            turns,
        }
    }

    /// The open button of this title, payload or intent.
    fn choice<'a>(&self, choices: &'a [Choice], button: &str) -> Option<&'a Choice> {
        let wanted = folded(button);
        let by_intent = |choice: &&Choice| {
            let known = choice.intent.and_then(|intent| self.bot.intent(intent));
            known.is_some_and(|known| folded(&known.intent.name) == wanted)
        };
        let exact = choices.iter().find(|choice| choice.payload == button);
        exact
            .or_else(|| choices.iter().find(|choice| folded(&choice.title) == wanted))
            .or_else(|| choices.iter().find(by_intent))
    }

    fn got(&self, reply: &Reply) -> Got {
        let decision = match reply.facts.kind {
            ReplyKind::Answer => Outcome::Answer,
            ReplyKind::Disambiguation => Outcome::Ambiguous,
            _ => Outcome::OutOfScope,
        };
        let meant = |intent: Id<id::Intent>| self.bot.intent(intent).map(|known| self.meant(known));
        let asked = match decision {
            Outcome::Ambiguous => reply.choices.iter().filter_map(|choice| choice.intent.and_then(meant)).collect(),
            _ => Vec::new(),
        };
        Got { decision, answered: reply.facts.intent.and_then(meant), asked, text: reply.text.clone() }
    }

    fn ranking(&self, listener: &Listener<'_>, text: &str) -> Vec<Rank> {
        let rank = |candidate: crate::bot::Candidate<'_>| Rank {
            meant: self.meant(candidate.known),
            confidence: candidate.confidence,
        };
        listener.understand(text).ranking.into_iter().map(rank).collect()
    }
}

/// The turn of a button that is not there.
fn missing(said: String, choices: &[Choice]) -> TurnResult {
    let open = choices.iter().map(|choice| choice.title.as_str()).collect::<Vec<_>>().join(", ");
    let got = if open.is_empty() { "no button".to_owned() } else { open };
    let miss = Miss { what: "choice".to_owned(), expected: said.clone(), got };
    TurnResult { said, decision: Outcome::OutOfScope, text: String::new(), ranking: Vec::new(), misses: vec![miss] }
}

/// Tries cases off the workers, in order; tells after each how many are done and stops when it is told to.
pub(crate) fn attempt_all(
    bench: &Bench,
    suites: &[(Suite, Vec<Case>)],
    own: Option<&str>,
    tell: impl Fn(usize, usize) -> bool,
) -> Result<Vec<CaseResult>, Refusal> {
    let total = suites.iter().map(|(_, cases)| cases.len()).sum();
    let inventory = bench.inventory();
    let mut results = Vec::with_capacity(total);
    for (suite, cases) in suites {
        for case in cases {
            if !tell(results.len(), total) {
                return Err(Refusal::Unavailable("stopped"));
            }
            results.push(bench.attempt(suite, case, own, &inventory));
        }
    }
    tell(total, total);
    Ok(results)
}
