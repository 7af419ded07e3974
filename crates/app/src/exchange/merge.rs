//! What an import changes in a draft: decided as a pure function, so that a rehearsal and the deed can't differ.

use std::collections::{BTreeMap, HashMap, HashSet};

use guildhall_domain::{
    Id, folded, id,
    intent::{Answer, MOST_ANSWERS, MOST_PHRASES, NewPhrase, Warning, WholeIntent},
    text::{IntentName, Language, Title},
};
use guildhall_persistence::Definition;
use serde_json::Value;

use super::{
    Brought, Format, Skipped,
    brought::{BroughtAnswer, BroughtIntent},
    limits::NAMED,
};

/// A draft as an import meets it.
#[derive(Debug)]
pub struct Draft {
    /// Its intents.
    pub intents: Vec<WholeIntent>,
    /// What is kept of them, JSON by source.
    pub kept: HashMap<Id<id::Intent>, BTreeMap<String, String>>,
    /// What is kept beside them.
    pub definitions: Vec<Definition>,
    /// The language of answers that say none.
    pub language: Language,
}

/// How many of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Intents.
    pub intents: usize,
    /// Phrases.
    pub phrases: usize,
    /// Answers.
    pub answers: usize,
    /// What is kept for later, of intents and beside them.
    pub kept: usize,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The format that was read.
    pub format: Format,
    /// What is new.
    pub created: Counts,
    /// What was there and differs.
    pub updated: Counts,
    /// What was there already.
    pub unchanged: Counts,
    /// What was left out.
    pub skipped: Vec<Skipped>,
    /// What was done differently than somebody might expect.
    pub warnings: Vec<Warning>,
}

/// A change of one intent.
#[derive(Debug)]
pub struct Change {
    /// The intent as it is; a new one where absent.
    pub of: Option<WholeIntent>,
    /// Its name.
    pub name: IntentName,
    /// Its title from now on.
    pub title: Option<Title>,
    /// Phrases that are new.
    pub phrases: Vec<NewPhrase>,
    /// All answers from now on, where they differ.
    pub answers: Option<Vec<Answer>>,
    /// What is kept from now on, by source, where it differs.
    pub kept: Vec<(String, String)>,
}

/// All that an import changes.
#[derive(Debug)]
pub struct Plan {
    /// By intent.
    pub changes: Vec<Change>,
    /// Definitions that are new or differ.
    pub definitions: Vec<Definition>,
    /// What is told of it.
    pub report: Report,
}

/// Decides what `brought` changes in a draft. What is there and not in the file stays.
#[must_use]
pub fn plan(draft: Draft, brought: Brought) -> Plan {
    let (created, updated, unchanged) = Default::default();
    let Brought { format, intents, definitions, skipped, warnings } = brought;
    let report = Report { format, created, updated, unchanged, skipped, warnings };
    let by_name = draft.intents.into_iter().map(|whole| (folded(whole.intent.name.as_str()), whole)).collect();
    let mut merging = Merging { report, by_name, kept: draft.kept, language: draft.language };
    let changes = intents.into_iter().filter_map(|intent| merging.intent(intent)).collect();
    let name = |one: &Definition| (one.source.clone(), one.kind.clone(), one.name.clone());
    let own: HashMap<_, _> = draft.definitions.into_iter().map(|one| (name(&one), one.json)).collect();
    let differs = |one: &Definition| merging.count(own.get(&name(one)).map(|json| same_json(json, &one.json)));
    let definitions = definitions.into_iter().filter(differs).collect();
    Plan { changes, definitions, report: merging.report }
}

struct Merging {
    report: Report,
    by_name: HashMap<String, WholeIntent>,
    kept: HashMap<Id<id::Intent>, BTreeMap<String, String>>,
    language: Language,
}

impl Merging {
    /// Counts something that is kept, equal to what was or not; says whether it is to be written.
    fn count(&mut self, equal: Option<bool>) -> bool {
        let Report { created, updated, unchanged, .. } = &mut self.report;
        match equal {
            None => created.kept += 1,
            Some(false) => updated.kept += 1,
            Some(true) => unchanged.kept += 1,
        }
        equal != Some(true)
    }

    fn intent(&mut self, brought: BroughtIntent) -> Option<Change> {
        let of = self.by_name.remove(&folded(brought.name.as_str()));
        let (before, was) = of.as_ref().map_or((&[][..], &[][..]), |whole| (&whole.phrases[..], &whole.answers[..]));
        let seen = before.iter().map(|phrase| folded(&phrase.text)).collect();
        let phrases = self.phrases(&seen, &brought);
        let answers = self.answers(was, brought.answers);
        let own = of.as_ref().and_then(|whole| self.kept.remove(&whole.intent.id)).unwrap_or_default();
        let mut kept = Vec::new();
        for (source, value) in brought.kept {
            let old = own.get(&source).and_then(|json| serde_json::from_str::<Value>(json).ok());
            let now = merged(old.as_ref(), value);
            if self.count(old.map(|old| old == now)) {
                kept.push((source, now.to_string()));
            }
        }
        let title_before = of.as_ref().and_then(|whole| whole.intent.title.clone());
        let title = brought.title.or_else(|| title_before.clone());
        let name = of.as_ref().map_or(brought.name, |whole| whole.intent.name.clone());
        let same = title == title_before && phrases.is_empty() && answers.is_none() && kept.is_empty();
        let Report { created, updated, unchanged, .. } = &mut self.report;
        match (&of, same) {
            (None, _) => created.intents += 1,
            (Some(_), false) => updated.intents += 1,
            (Some(_), true) => {
                unchanged.intents += 1;
                return None;
            }
        }
        Some(Change { of, name, title, phrases, answers, kept })
    }

    /// The phrases that are new.
    fn phrases(&mut self, before: &HashSet<String>, brought: &BroughtIntent) -> Vec<NewPhrase> {
        let (mut here, mut new) = (HashSet::new(), Vec::new());
        for phrase in &brought.phrases {
            let text = folded(phrase.text.as_str());
            if before.contains(&text) {
                if here.insert(text) {
                    self.report.unchanged.phrases += 1;
                } else {
                    self.equal(&phrase.place, phrase.text.as_str());
                }
            } else if here.contains(&text) {
                self.equal(&phrase.place, phrase.text.as_str());
            } else if before.len() + new.len() >= MOST_PHRASES {
                self.skip(&phrase.place, "limit-reached", format!("an intent holds at most {MOST_PHRASES} phrases"));
            } else {
                here.insert(text);
                self.report.created.phrases += 1;
                new.push(NewPhrase { text: phrase.text.clone(), language: phrase.language.clone() });
            }
        }
        new
    }

    fn equal(&mut self, place: &str, text: &str) {
        self.skip(place, "equal-phrase", format!("«{text}» stands in this intent already and is kept once"));
    }

    fn skip(&mut self, location: &str, code: &'static str, detail: String) {
        if self.report.skipped.len() < 2 * NAMED {
            self.report.skipped.push(Skipped { location: location.to_owned(), code, detail });
        }
    }

    /// All answers from now on, if anything differs; one for each language and channel.
    fn answers(&mut self, before: &[Answer], brought: Vec<BroughtAnswer>) -> Option<Vec<Answer>> {
        let mut all = before.to_vec();
        let mut differs = false;
        for BroughtAnswer { language, channel, text, buttons, place } in brought {
            let language = language.unwrap_or_else(|| self.language.clone());
            let answer = Answer { language, channel, text, buttons };
            let full = all.len() >= MOST_ANSWERS;
            let mut like =
                all.iter_mut().filter(|old| old.language == answer.language && old.channel == answer.channel);
            match like.next() {
                Some(old) if *old == answer => self.report.unchanged.answers += 1,
                Some(old) => {
                    *old = answer;
                    self.report.updated.answers += 1;
                    differs = true;
                }
                None if full => {
                    self.skip(&place, "limit-reached", format!("an intent holds at most {MOST_ANSWERS} answers"));
                }
                None => {
                    all.push(answer);
                    self.report.created.answers += 1;
                    differs = true;
                }
            }
        }
        differs.then_some(all)
    }
}

/// What is kept from now on: field by field, what comes stands before what was.
fn merged(old: Option<&Value>, new: Value) -> Value {
    match (old, new) {
        (Some(Value::Object(old)), Value::Object(new)) => {
            let mut all = old.clone();
            all.extend(new);
            Value::Object(all)
        }
        (_, new) => new,
    }
}

fn same_json(a: &str, b: &str) -> bool {
    let read = |json| serde_json::from_str::<Value>(json).ok();
    a == b || read(a).is_some_and(|a| Some(a) == read(b))
}
