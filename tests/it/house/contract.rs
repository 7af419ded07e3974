//! The OpenAPI document as a promise: every answer is held to it.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::Answer;

/// The document, with the validators that were made of it so far.
pub(crate) struct Contract {
    document: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// One operation of the document.
#[derive(Clone, Copy)]
pub(crate) struct Operation<'a> {
    /// `GET`.
    pub(crate) method: &'a str,
    /// Its path, with names in braces.
    pub(crate) path: &'a str,
    /// All else.
    pub(crate) facts: &'a Value,
}

impl Operation<'_> {
    /// Its name.
    pub(crate) fn id(&self) -> &str {
        self.facts["operationId"].as_str().unwrap()
    }

    /// The one status of success.
    pub(crate) fn success(&self) -> u16 {
        let statuses = self.facts["responses"].as_object().unwrap().keys().map(|status| status.parse().unwrap());
        statuses.filter(|status| (200..300).contains(status)).min().unwrap()
    }

    fn fits(&self, method: &str, path: &str) -> bool {
        let (mut pattern, mut words) = (self.path.split('/'), path.split('/'));
        let every = pattern.by_ref().zip(words.by_ref()).all(|(step, word)| step == word || step.starts_with('{'));
        self.method == method && every && self.path.split('/').count() == path.split('/').count()
    }
}

impl Contract {
    /// The one that this build promises.
    pub(crate) fn promised() -> &'static Self {
        static PROMISED: LazyLock<Contract> =
            LazyLock::new(|| Contract::of(serde_json::from_str(&guildhall_api::openapi::printed().unwrap()).unwrap()));
        &PROMISED
    }

    /// Reads a document.
    pub(crate) fn of(document: Value) -> Self {
        Self { document, validators: Mutex::default() }
    }

    /// Every operation.
    pub(crate) fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let paths = self.document["paths"].as_object().unwrap().iter();
        paths.flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, facts)| Operation { method: upper(method), path, facts })
        })
    }

    /// Fails when an answer is not as the document says.
    pub(crate) fn hold(&self, method: &str, target: &str, answer: &Answer) {
        let path = target.split('?').next().unwrap();
        let at = format!("{method} {target} → {}", answer.status);
        let id = answer.header("request-id").unwrap_or_else(|| panic!("{at}: no Request-Id"));
        assert!(id.len() == 30 && id.starts_with("req_"), "{at}: {id}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{at}");
        if guildhall_console::holds(path) {
            return hold_page(&at, answer);
        }
        let fixed = |operation: &Operation<'_>| usize::from(operation.path.contains('{'));
        let mut operations: Vec<_> = self.operations().filter(|operation| operation.fits(method, path)).collect();
        operations.sort_by_key(fixed);
        match operations.first() {
            Some(operation) => self.hold_operation(*operation, &at, answer),
            None if answer.status >= 400 => self.check("problem", &reference("Problem"), &at, &answer.json),
            None => {}
        }
        if answer.status >= 400 {
            assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{at}");
            assert_eq!(answer.json["status"], answer.status, "{at}");
            assert_eq!(answer.json["instance"], format!("urn:guildhall:request:{id}"), "{at}");
        }
    }

    fn hold_operation(&self, operation: Operation<'_>, at: &str, answer: &Answer) {
        let promised = &operation.facts["responses"][answer.status.to_string()];
        assert!(promised.is_object(), "{at}: {} does not document this status: {}", operation.id(), answer.text());
        let Some(content) = promised["content"].as_object() else {
            assert!(answer.body.is_empty(), "{at}: a body where none is documented: {}", answer.text());
            return;
        };
        let kind = answer.header("content-type").unwrap_or_default().split(';').next().unwrap();
        let schema = content.get(kind).unwrap_or_else(|| panic!("{at}: undocumented content type {kind}"));
        if kind.ends_with("json") {
            let key = format!("{} {} {kind}", operation.id(), answer.status);
            self.check(&key, &schema["schema"], at, &answer.json);
        }
    }

    fn check(&self, key: &str, schema: &Value, at: &str, json: &Value) {
        let validator = Arc::clone(self.validators.lock().unwrap().entry(key.to_owned()).or_insert_with(|| {
            let mut schema = schema.clone();
            schema["components"] = self.closed_components();
            Arc::new(jsonschema::draft202012::new(&schema).unwrap())
        }));
        let flaws: Vec<String> =
            validator.iter_errors(json).map(|flaw| format!("{} at {}", flaw, flaw.instance_path())).collect();
        assert!(flaws.is_empty(), "{at}: not as documented: {flaws:#?}\n{json:#}");
    }

    /// The schemas, each closed: a field that is not documented is not answered.
    fn closed_components(&self) -> Value {
        let schemas = self.document["components"]["schemas"].as_object().unwrap();
        let close = |schema: &Value| {
            let mut schema = schema.clone();
            if let Some(parts) = schema.get_mut("allOf").and_then(Value::as_array_mut) {
                // A part that is closed by itself would refuse the fields of the other parts.
                for part in parts {
                    let name = part["$ref"].as_str().and_then(|name| name.rsplit('/').next());
                    if let Some(open) = name.map(|name| schemas[name].clone()) {
                        *part = open;
                    }
                }
                schema["unevaluatedProperties"] = json!(false);
            } else if schema.get("properties").is_some() && schema.get("additionalProperties").is_none() {
                schema["additionalProperties"] = json!(false);
            }
            schema
        };
        json!({ "schemas": schemas.iter().map(|(name, schema)| (name.clone(), close(schema))).collect::<Map<_, _>>() })
    }
}

/// Fails when a page of the console is not what every page must be.
fn hold_page(at: &str, answer: &Answer) {
    let kind = answer.header("content-type").unwrap_or_default();
    assert!(answer.status < 400 || kind == "text/html; charset=utf-8", "{at}: {kind}");
    if !kind.starts_with("text/html") {
        return;
    }
    let policy = answer.header("content-security-policy").unwrap_or_default();
    for rule in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "base-uri 'none'"]
    {
        assert!(policy.contains(rule) && !policy.contains("unsafe"), "{at}: {policy}");
    }
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{at}");
    assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{at}");
    let page = answer.text();
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{at}: {page}");
    for part in ["<h1", "<main", "<title>", "class=\"skip\"", "name=\"viewport\""] {
        assert_eq!(page.matches(part).count(), 1, "{at}: {part} in {page}");
    }
    for part in ["<style", "style=\"", "<script>", " onclick", "javascript:"] {
        assert!(!page.contains(part), "{at}: {part} in {page}");
    }
    let forms = page.matches("<form ").count() - page.matches("method=\"get\"").count();
    assert_eq!(page.matches("name=\"form_token\"").count(), forms, "{at}: a form without its token in {page}");
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn upper(method: &str) -> &'static str {
    ["GET", "PUT", "POST", "DELETE", "PATCH"].into_iter().find(|name| name.eq_ignore_ascii_case(method)).unwrap()
}
