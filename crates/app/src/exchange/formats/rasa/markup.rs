//! Rasa's marks of entities in examples: `[text](entity:value)`, `[text]{"entity": …}` and lists of these.

use serde_json::{Map, Value, json};

/// An example without its marks, and the entities that were marked: `start` and `end` count characters.
pub(super) fn read(example: &str) -> (String, Vec<Value>) {
    let (mut plain, mut entities, mut rest) = (String::with_capacity(example.len()), Vec::new(), example);
    while let Some((before, after)) = rest.split_once('[') {
        plain.push_str(before);
        match mark(after) {
            Some((text, found, behind)) => {
                let start = plain.chars().count();
                plain.push_str(text);
                let end = plain.chars().count();
                entities.extend(found.into_iter().map(|mut entity| {
                    entity.insert("start".to_owned(), json!(start));
                    entity.insert("end".to_owned(), json!(end));
                    Value::Object(entity)
                }));
                rest = behind;
            }
            None => {
                plain.push('[');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    (plain, entities)
}

type Mark<'a> = (&'a str, Vec<Map<String, Value>>, &'a str);

/// What stands behind an opening bracket: the text, its entities, and all behind the mark.
fn mark(after: &str) -> Option<Mark<'_>> {
    let (text, said) = after.split_once(']')?;
    if said.starts_with('(') {
        let (inner, behind) = said.strip_prefix('(')?.split_once(')')?;
        let (entity, value) = match inner.split_once(':') {
            Some((entity, value)) => (entity, Some(value)),
            None => (inner, None),
        };
        let mut map = Map::from_iter([("entity".to_owned(), json!(entity))]);
        map.extend(value.map(|value| ("value".to_owned(), json!(value))));
        return Some((text, vec![map], behind));
    }
    if !said.starts_with(['{', '[']) {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(said).into_iter::<Value>();
    let value = values.next()?.ok()?;
    let behind = said.get(values.byte_offset()..)?;
    let found: Vec<_> = match value {
        Value::Object(map) => vec![map],
        Value::Array(all) => all.into_iter().filter_map(|one| one.as_object().cloned()).collect(),
        _ => return None,
    };
    let entities = !found.is_empty() && found.iter().all(|map| map.contains_key("entity"));
    entities.then_some((text, found, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_entities_stay() {
        let (text, entities) =
            read(r#"my [crédit card]{"entity": "type", "value": "credit"} [balance](amount) [x](y:z)!"#);
        assert_eq!(text, "my crédit card balance x!");
        assert_eq!(entities[0], json!({"entity": "type", "value": "credit", "start": 3, "end": 14}));
        assert_eq!(entities[1], json!({"entity": "amount", "start": 15, "end": 22}));
        assert_eq!(entities[2]["value"], "z");
        assert_eq!(read(r#"[a][{"entity": "b"}, {"entity": "c"}]"#).1.len(), 2);
    }

    #[test]
    fn what_is_no_mark_stays() {
        for text in ["[", "a [b] c", "[a](b", "[a]{b}", "[a][1]", "]["] {
            assert_eq!(read(text), (text.to_owned(), vec![]), "{text}");
        }
    }
}
