//! A draft as Rasa 3.1 reads it: one YAML file of training data, domain and rules. YAML takes JSON's quoted texts.

use std::fmt::Write as _;

use guildhall_domain::intent::{Press, WholeIntent};
use serde_json::json;

/// Writes a draft. Answers of several languages become variants, in their order.
#[must_use]
pub fn write<'a>(intents: impl IntoIterator<Item = &'a WholeIntent> + Clone) -> String {
    let mut out = String::from("version: \"3.1\"\n");
    let name = |whole: &WholeIntent| symbol(whole.intent.name.as_str());
    section(&mut out, "nlu", intents.clone(), |out, whole| {
        if whole.phrases.is_empty() {
            return;
        }
        let _ = writeln!(out, "- intent: {}\n  examples:", quoted(&name(whole)));
        for phrase in &whole.phrases {
            let _ = writeln!(out, "  - {}", quoted(&phrase.text.replace('[', "(").replace(']', ")")));
        }
    });
    section(&mut out, "intents", intents.clone(), |out, whole| {
        let _ = writeln!(out, "- {}", quoted(&name(whole)));
    });
    out.push_str("responses:\n");
    let before = out.len();
    for whole in intents.clone().into_iter().filter(|whole| !whole.answers.is_empty()) {
        let _ = writeln!(out, "  {}:", quoted(&format!("utter_{}", name(whole))));
        for answer in &whole.answers {
            let _ = writeln!(out, "  - text: {}", quoted(answer.text.as_str()));
            if let Some(channel) = &answer.channel {
                let _ = writeln!(out, "    channel: {}", quoted(channel));
            }
            if !answer.buttons.is_empty() {
                out.push_str("    buttons:\n");
            }
            for button in &answer.buttons {
                let (key, value) = match &button.press {
                    Press::Payload(says) => ("payload", says),
                    Press::Url(address) => ("url", address),
                };
                let _ = writeln!(out, "    - title: {}\n      {key}: {}", quoted(&button.title), quoted(value));
            }
        }
    }
    if out.len() == before {
        out.truncate(before - 1);
        out.push_str(" {}\n");
    }
    section(&mut out, "rules", intents, |out, whole| {
        if whole.answers.is_empty() {
            return;
        }
        let (rule, intent, action) = (format!("answer {}", name(whole)), name(whole), format!("utter_{}", name(whole)));
        let _ = writeln!(out, "- rule: {}\n  steps:\n  - intent: {}", quoted(&rule), quoted(&intent));
        let _ = writeln!(out, "  - action: {}", quoted(&action));
    });
    out
}

fn section<'a>(
    out: &mut String,
    key: &str,
    intents: impl IntoIterator<Item = &'a WholeIntent>,
    mut item: impl FnMut(&mut String, &WholeIntent),
) {
    let _ = writeln!(out, "{key}:");
    let before = out.len();
    intents.into_iter().for_each(|whole| item(out, whole));
    if out.len() == before {
        out.truncate(before - 1);
        out.push_str(" []\n");
    }
}

/// A name as Rasa likes it; what it can't have becomes an underscore.
fn symbol(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_whitespace() || matches!(c, '/' | '{' | '}' | '[' | ']' | '"') { '_' } else { c })
        .collect()
}

fn quoted(text: &str) -> String {
    json!(text).to_string()
}
