//! What serde lets pass in JSON and the house does not: a key that stands twice, and nesting without end.

use std::{cell::RefCell, collections::HashSet, fmt};

use guildhall_domain::Flaw;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::place::Place;

/// How deep objects and arrays may lie in one another.
const DEPTH: usize = 32;

/// What is wrong with a document, whatever it is meant to say.
#[derive(Debug)]
pub(super) enum Fault {
    /// It is not JSON.
    Syntax(serde_json::Error),
    /// It is, but breaks a rule of the house.
    Flaw(Flaw),
}

/// Walks the document once.
pub(super) fn check(text: &str) -> Result<(), Fault> {
    let found = RefCell::new(None);
    let mut source = serde_json::Deserializer::from_str(text);
    let walked = Walk { place: Place::Root, depth: 0, found: &found }.deserialize(&mut source);
    match walked.and_then(|()| source.end()) {
        Ok(()) => Ok(()),
        Err(error) => Err(found.into_inner().map_or(Fault::Syntax(error), Fault::Flaw)),
    }
}

#[derive(Clone, Copy)]
struct Walk<'a> {
    place: Place<'a>,
    depth: usize,
    found: &'a RefCell<Option<Flaw>>,
}

impl Walk<'_> {
    fn refuse<E: de::Error>(&self, place: &Place<'_>, code: &'static str, detail: &str) -> E {
        *self.found.borrow_mut() = Some(Flaw { pointer: place.to_string(), code, detail: detail.to_owned() });
        E::custom(code)
    }

    fn enter<E: de::Error>(&self) -> Result<usize, E> {
        if self.depth < DEPTH {
            Ok(self.depth + 1)
        } else {
            Err(self.refuse(&self.place, "too-deep", "Nested more than 32 deep."))
        }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let depth = self.enter()?;
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let place = Place::Key(&self.place, &key);
            if seen.contains(&key) {
                return Err(self.refuse(&place, "duplicate-field", "This field stands twice."));
            }
            map.next_value_seed(Walk { place, depth, found: self.found })?;
            seen.insert(key);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let depth = self.enter()?;
        let mut index = 0;
        while seq
            .next_element_seed(Walk { place: Place::Index(&self.place, index), depth, found: self.found })?
            .is_some()
        {
            index += 1;
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaw(text: &str) -> (String, &'static str) {
        match check(text) {
            Err(Fault::Flaw(flaw)) => (flaw.pointer, flaw.code),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn names_a_key_that_stands_twice() {
        assert_eq!(flaw(r#"{"a/b": [0, {"x": 1, "x": 2}]}"#), ("/a~1b/1/x".to_owned(), "duplicate-field"));
        assert_eq!(flaw(r#"{"x": 1, "\u0078": 2}"#), ("/x".to_owned(), "duplicate-field"));
        assert!(check(r#"[{"x": 1}, {"x": 2}]"#).is_ok());
    }

    #[test]
    fn stops_at_the_thirty_third_level() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(check(&nested(32)).is_ok());
        assert_eq!(flaw(&nested(33)).1, "too-deep");
        assert_eq!(flaw(&"[".repeat(100_000)).1, "too-deep");
    }

    #[test]
    fn tells_what_is_no_json() {
        for text in ["", "{", "{} {}", "{'a': 1}", "[1,]", "nul", r#""\ud800""#, "\u{feff}{}"] {
            assert!(matches!(check(text), Err(Fault::Syntax(_))), "{text}");
        }
    }
}
