//! The `.lu` text of Bot Framework: intents and utterances by line; entities, lists and patterns are kept.

use serde_json::{Value, json};

use crate::exchange::{
    Brought, Format, Rejected,
    gather::{At, Gathering},
};

/// What the lines with a dash belong to.
enum Under {
    Nothing,
    Intent(At),
    Definition(String, Vec<String>),
}

/// Reads a file.
pub fn read(text: &str) -> Result<Brought, Rejected> {
    let mut gather = Gathering::new(Format::Lu);
    let (mut under, mut culture) = (Under::Nothing, None);
    for (line, n) in text.lines().zip(1..) {
        let (place, line) = (format!("line {n}"), line.trim());
        if let Some(said) = line.strip_prefix('>') {
            let culture_said = said.trim().strip_prefix("!# @app.culture").map(|rest| rest.trim_matches([' ', '=']));
            culture = culture_said.map(str::to_owned).or(culture);
        } else if line.starts_with('#') {
            finish(&mut gather, under);
            let name = line.trim_start_matches('#').trim();
            under = gather.intent(name, &place).map_or(Under::Nothing, Under::Intent);
        } else if line.starts_with(['@', '$']) {
            finish(&mut gather, under);
            under = Under::Definition(line.to_owned(), Vec::new());
        } else if let Some(said) = line.strip_prefix(['-', '*', '+']) {
            match &mut under {
                Under::Intent(at) => utterance(&mut gather, *at, said.trim(), culture.as_deref(), place),
                Under::Definition(_, lines) => lines.push(line.to_owned()),
                Under::Nothing => gather.skip(&place, "intent-missing", "stands under no intent".to_owned()),
            }
        } else if let (Under::Definition(_, lines), false) = (&mut under, line.is_empty()) {
            lines.push(line.to_owned());
        } else if !line.is_empty() {
            gather.skip(&place, "not-read", "is neither an intent, an utterance nor an entity".to_owned());
        }
    }
    finish(&mut gather, under);
    Ok(gather.done())
}

fn finish(gather: &mut Gathering, under: Under) {
    if let Under::Definition(head, lines) = under {
        let name = head.trim_start_matches(['@', '$']).trim().trim_end_matches('=').trim();
        gather.define("entity", name, &json!({ "head": head, "lines": lines }));
    }
}

fn utterance(gather: &mut Gathering, at: At, said: &str, culture: Option<&str>, place: String) {
    if said.starts_with('[') && said.ends_with(')') && said.contains("](") {
        return gather.skip(&place, "reference-kept", "another file is referred to; bring it too".to_owned());
    }
    match sentence(said) {
        Some((text, entities)) => {
            if !entities.is_empty() {
                gather.keep(at, "entities", json!([{ "text": text, "entities": entities }]));
            }
            gather.phrase(at, &text, culture, place);
        }
        None => {
            gather.keep(at, "patterns", json!([said]));
            gather.skip(&place, "pattern-kept", "a pattern is kept aside, since it is no sentence".to_owned());
        }
    }
}

/// A sentence without the marks `{@entity=text}`, and what they marked; nothing for a pattern, which has open places.
fn sentence(said: &str) -> Option<(String, Vec<Value>)> {
    if said.contains(['[', ']']) {
        return None;
    }
    let (mut plain, mut entities, mut rest) = (String::new(), Vec::new(), said);
    while let Some((before, after)) = rest.split_once('{') {
        plain.push_str(before);
        let (mark, behind) = after.split_once('}')?;
        let (entity, text) = mark.split_once('=')?;
        let start = plain.chars().count();
        plain.push_str(text.trim());
        let entity = entity.trim().trim_start_matches('@');
        entities.push(json!({ "entity": entity, "start": start, "end": plain.chars().count() }));
        rest = behind;
    }
    plain.push_str(rest);
    Some((plain, entities))
}
