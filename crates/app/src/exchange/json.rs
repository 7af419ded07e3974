//! JSON of strangers: no key twice, no nesting without end, and pointers to what is meant.

use std::{cell::Cell, fmt};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{Rejected, limits::DEPTH, plain};

/// Reads a document.
pub fn read(bytes: &[u8]) -> Result<Value, Rejected> {
    read_within(bytes, DEPTH)
}

/// Reads a document that nests at most so deep.
pub fn read_within(bytes: &[u8], depth: usize) -> Result<Value, Rejected> {
    let text = plain::utf8(bytes)?;
    let broken = Cell::new(None);
    let mut source = serde_json::Deserializer::from_str(text);
    let read = Level { left: depth, broken: &broken }.deserialize(&mut source);
    match read.and_then(|value| source.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => Err(broken.take().unwrap_or_else(|| {
            let (line, column) = (error.line(), error.column());
            Rejected::new("not-json", format!("not JSON at line {line}, column {column}"))
        })),
    }
}

/// The JSON Pointer of a key below a pointer (RFC 6901).
#[must_use]
pub fn below(pointer: &str, key: impl fmt::Display) -> String {
    format!("{pointer}/{}", key.to_string().replace('~', "~0").replace('/', "~1"))
}

/// The list under a key, or nothing.
#[must_use]
pub fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The text under a key, if there is any.
#[must_use]
pub fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

/// The fields of an object that are none of these and say something.
#[must_use]
pub fn rest(value: &Value, known: &[&str]) -> Map<String, Value> {
    let says = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    };
    let fields = value.as_object().into_iter().flatten();
    let other = fields.filter(|(key, value)| !known.contains(&key.as_str()) && says(value));
    other.map(|(key, value)| (key.clone(), value.clone())).collect()
}

#[derive(Clone, Copy)]
struct Level<'a> {
    left: usize,
    broken: &'a Cell<Option<Rejected>>,
}

impl Level<'_> {
    fn enter<E: de::Error>(self) -> Result<Self, E> {
        if let Some(left) = self.left.checked_sub(1) {
            return Ok(Self { left, ..self });
        }
        self.broken.set(Some(Rejected::new("json-depth", format!("nested more than {DEPTH} deep"))));
        Err(E::custom("json-depth"))
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let level = self.enter()?;
        let mut map = Map::new();
        while let Some(key) = source.next_key::<String>()? {
            if map.contains_key(&key) {
                let shown: String = key.chars().take(40).collect();
                self.broken.set(Some(Rejected::new("json-duplicate-key", format!("«{shown}» stands twice"))));
                return Err(de::Error::custom("json-duplicate-key"));
            }
            map.insert(key, source.next_value_seed(level)?);
        }
        Ok(Value::Object(map))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let level = self.enter()?;
        let mut list = Vec::new();
        while let Some(value) = source.next_element_seed(level)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_and_doubled_keys_are_named() {
        let nested = |depth: usize| ("[".repeat(depth) + &"]".repeat(depth)).into_bytes();
        assert!(read(&nested(32)).is_ok());
        assert_eq!(read(&nested(33)).unwrap_err().rule, "json-depth");
        assert_eq!(read("[".repeat(100_000).as_bytes()).unwrap_err().rule, "json-depth");
        assert_eq!(read(br#"{"a": 1, "a": 2}"#).unwrap_err().rule, "json-duplicate-key");
        assert_eq!(read(b"{\"a\": ").unwrap_err().rule, "not-json");
        assert_eq!(read(b"\xff").unwrap_err().rule, "text-not-utf-8");
        assert_eq!(read(b"\xef\xbb\xbf{}").unwrap(), serde_json::json!({}));
    }
}
