//! YAML of strangers: a tree that knows its lines, within a budget.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use serde_saphyr::{Spanned, budget::BudgetBreach};

use super::{
    Rejected,
    limits::{DEPTH, YAML_ALIASES, YAML_BYTES, YAML_NODES},
    plain,
};

/// A node and the line on which it begins.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// Counts from 1.
    pub line: u64,
    /// What it is.
    pub tree: Tree,
}

/// What a node is.
#[derive(Debug, Clone, Default)]
pub enum Tree {
    /// Nothing.
    #[default]
    Null,
    /// A truth.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map in its order.
    Map(Vec<(String, Node)>),
}

/// Reads a document. `yes` and `no` are texts, as YAML 1.2 has it.
pub fn read(bytes: &[u8]) -> Result<Node, Rejected> {
    if bytes.len() > YAML_BYTES {
        return Err(Rejected::new("yaml-size", "a YAML file holds at most 1 MiB"));
    }
    let options = serde_saphyr::options! {
        strict_booleans: true,
        budget: serde_saphyr::budget! {
            max_nodes: YAML_NODES,
            max_events: 4 * YAML_NODES,
            max_depth: DEPTH,
            max_aliases: YAML_ALIASES,
            max_anchors: YAML_ALIASES,
            max_documents: 1,
        },
    };
    serde_saphyr::from_str_with_options(plain::utf8(bytes)?, options).map_err(|error| rejected(&error))
}

fn rejected(error: &serde_saphyr::Error) -> Rejected {
    let error = error.without_snippet();
    let line = error.location().map_or(0, |at| at.line());
    let rule = match error {
        serde_saphyr::Error::Budget { breach, .. } => match breach {
            BudgetBreach::Depth { .. } => "yaml-depth",
            BudgetBreach::Aliases { .. } | BudgetBreach::Anchors { .. } | BudgetBreach::AliasAnchorRatio { .. } => {
                "yaml-aliases"
            }
            _ => "yaml-nodes",
        },
        _ if error.to_string().contains("recursion limit") => "yaml-depth",
        _ => "not-yaml",
    };
    let cause: String = error.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
    Rejected::new(rule, format!("not readable at line {line}: {cause}"))
}

impl Node {
    /// The node under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.fields().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The fields of a map; none of anything else.
    #[must_use]
    pub fn fields(&self) -> &[(String, Self)] {
        match &self.tree {
            Tree::Map(fields) => fields,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.tree {
            Tree::List(items) => items,
            _ => &[],
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.tree {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The same as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        match &self.tree {
            Tree::Null => Value::Null,
            Tree::Bool(value) => Value::Bool(*value),
            Tree::Number(value) => Value::Number(value.clone()),
            Tree::Text(text) => Value::String(text.clone()),
            Tree::List(items) => Value::Array(items.iter().map(Self::json).collect()),
            Tree::Map(fields) => {
                Value::Object(fields.iter().map(|(key, node)| (key.clone(), node.json())).collect::<Map<_, _>>())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Tree>::deserialize(source)?;
        Ok(Self { line: spanned.referenced.line(), tree: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(Grow)
    }
}

struct Grow;

impl<'de> Visitor<'de> for Grow {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Tree, A::Error> {
        let mut fields = Vec::new();
        while let Some((key, node)) = source.next_entry::<String, Node>()? {
            fields.push((key, node));
        }
        Ok(Tree::Map(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(node) = source.next_element()? {
            items.push(node);
        }
        Ok(Tree::List(items))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Number::from_f64(value).map_or_else(|| Tree::Text(value.to_string()), Tree::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, source: D) -> Result<Tree, D::Error> {
        source.deserialize_any(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_known_and_yes_is_a_text() {
        let node = read(b"a: yes\nb:\n- no\n- {c: 1}\nd: |\n  - x\n  - y\n").unwrap();
        assert_eq!(node.json(), serde_json::json!({"a": "yes", "b": ["no", {"c": 1}], "d": "- x\n- y\n"}));
        assert_eq!(node.get("b").unwrap().items()[1].line, 4);
        assert_eq!(node.get("d").unwrap().line, 6, "a block begins where its first line stands");
    }

    #[test]
    fn bombs_are_refused_by_name() {
        let rule = |text: &str| read(text.as_bytes()).unwrap_err().rule;
        assert_eq!(rule(&"[".repeat(100_000)), "yaml-depth");
        assert_eq!(rule(&"- a\n".repeat(60_000)), "yaml-nodes");
        assert_eq!(rule(&format!("a: &x 1\nb: [{}]", "*x, ".repeat(100))), "yaml-aliases");
        assert_eq!(rule(&" ".repeat(YAML_BYTES + 1)), "yaml-size");
        assert_eq!(rule("a: [1"), "not-yaml");
    }
}
