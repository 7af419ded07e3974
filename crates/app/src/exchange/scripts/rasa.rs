//! Rasa's test stories: what a user says with the intent that it is, which becomes a turn that expects it.
//! <https://rasa.com/docs/rasa/testing-your-assistant/>

use guildhall_domain::{
    suite::{Expect, Given, MOST_TURNS, Said, Script, Turn},
    text::{IntentName, MessageText, Name},
};

use super::{SuiteScripts, read::Notes};
use crate::exchange::{formats::rasa::unmarked, yaml::Node};

/// Reads stories as one suite. Actions and slots are the assistant's own and are not compared.
pub(super) fn read(root: &Node, notes: &mut Notes) -> Vec<SuiteScripts> {
    let stories = root.get("stories").map(Node::items).unwrap_or_default();
    let scripts: Vec<Script> = stories.iter().filter_map(|story| script(story, notes)).collect();
    match Name::parse("Rasa stories") {
        Ok(name) if !scripts.is_empty() => {
            vec![SuiteScripts { name, description: None, required: false, scripts }]
        }
        _ => Vec::new(),
    }
}

fn script(at: &Node, notes: &mut Notes) -> Option<Script> {
    let name = at.get("story").and_then(Node::text).unwrap_or_default();
    let name = notes.take(at, "story", Name::parse(name))?;
    let place = format!("story «{name}»");
    let steps = at.get("steps").map(Node::items).unwrap_or_default();
    let mut turns: Vec<Turn> = Vec::new();
    for step in steps {
        match (step.get("user").and_then(Node::text), step.get("intent").and_then(Node::text)) {
            (Some(said), intent) => turns.extend(turn(step, said, intent, &place, notes)),
            (None, Some(_)) => {
                notes.skip(step, &place, "no-user-text", "a step without the user's words can't be tried")
            }
            (None, None) if step.get("action").is_some() => {}
            (None, None) => notes.skip(step, &place, "unsupported-step", "only what a user says is tried"),
        }
    }
    if turns.is_empty() || turns.len() > MOST_TURNS {
        notes.skip(at, &place, "turns", format!("must have 1 to {MOST_TURNS} steps of a user"));
        return None;
    }
    Some(Script { name, given: Given::default(), turns })
}

fn turn(at: &Node, said: &str, intent: Option<&str>, place: &str, notes: &mut Notes) -> Option<Turn> {
    let said = notes.take(at, place, MessageText::parse(&unmarked(said)))?;
    // A retrieval intent is written with its part behind a slash, as the intents of an import are.
    let intent = match intent {
        Some(name) => Some(notes.take(at, place, IntentName::parse(name))?),
        None => None,
    };
    Some(Turn { visitor: Said::Says(said), expect: Expect { intent, ..Expect::default() } })
}
