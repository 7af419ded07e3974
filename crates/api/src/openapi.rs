//! The OpenAPI document, made from the same `configure` that the server runs.

use guildhall_domain::api_key;
use serde_json::{Value, json};
use utoipa::{
    OpenApi,
    openapi::{
        self, ContentBuilder, RefOr, ResponseBuilder,
        path::{Operation, Parameter},
        schema::{Ref, Schema},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_actix_web::AppExt;

use crate::{
    http::problem::{Kind, MEDIA_TYPE, ProblemView},
    v1,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Guildhall",
        description = "One company chatbot that its departments own together. Conventions: lists are paged by `limit` and `cursor`; \
            what people edit together needs `If-Match`; every POST that creates takes an `Idempotency-Key`; errors are \
            `application/problem+json` (RFC 9457). Every field of an answer is always present, null where there is none; \
            enumerations may grow.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/", description = "This server")),
    tags(
        (name = "getting in", description = "Signing up and in, one's sessions and password"),
        (name = "people", description = "Members and invitations"),
        (name = "programs", description = "API keys: what programs act with"),
        (name = "departments", description = "Departments and who belongs to them"),
        (name = "content", description = "Drafts, releases, and what is live"),
        (name = "bot", description = "The live bot: settings and understanding"),
        (name = "channels", description = "Where visitors reach the bot"),
        (name = "chat", description = "What a visitor's page calls"),
        (name = "conversations", description = "What visitors asked, for staff"),
        (name = "audit", description = "What staff did"),
    ),
    components(schemas(ProblemView)),
)]
struct Base;

/// The whole document.
#[must_use]
pub fn document() -> openapi::OpenApi {
    let app = actix_web::App::new().into_utoipa_app().openapi(Base::openapi()).configure(v1::configure);
    let (_, mut document) = app.split_for_parts();
    add_security_schemes(&mut document);
    for (name, schema) in document.components.iter_mut().flat_map(|components| &mut components.schemas) {
        if !name.ends_with("Body") && name != "Problem" {
            require_all(schema);
        }
    }
    for (path, item) in &mut document.paths.paths {
        let methods = [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
        for operation in methods.into_iter().flatten() {
            complete(path, operation);
        }
    }
    document
}

/// The document as JSON, the same at each run: extensions come out of a hash map, so they are put in order.
pub fn json() -> Result<Value, serde_json::Error> {
    let mut json = serde_json::to_value(document())?;
    order_extensions(&mut json);
    Ok(json)
}

/// The document as it is committed: pretty JSON with a line's end.
pub fn printed() -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(&json()?)? + "\n")
}

fn order_extensions(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(order_extensions),
        Value::Object(members) => {
            let mut names: Vec<String> = members.keys().filter(|name| name.starts_with("x-")).cloned().collect();
            names.sort_unstable();
            for name in names {
                if let Some(extension) = members.shift_remove(&name) {
                    members.insert(name, extension);
                }
            }
            members.values_mut().for_each(order_extensions);
        }
        _ => {}
    }
}

fn add_security_schemes(document: &mut openapi::OpenApi) {
    let bearer = |format: &str, description: &str| {
        let scheme =
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format).description(Some(description));
        SecurityScheme::Http(scheme.build())
    };
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("member", bearer("JWT", "A member's access token, from signing in"));
    components
        .add_security_scheme(PROGRAM, bearer("gld_live_sk_…", "A program's API key, within its scopes (`x-action`)"));
    components.add_security_scheme("channel", bearer("wk_…", "A channel's public key"));
    components.add_security_scheme("visitor", bearer("vt_…", "A visitor's token, from opening a conversation"));
}

/// Every field of an answer is always there, null where there is none.
fn require_all(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => object.required = object.properties.keys().cloned().collect(),
        RefOr::T(Schema::AllOf(parts)) => parts.items.iter_mut().for_each(require_all),
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

/// The security scheme of API keys.
const PROGRAM: &str = "api_key";

/// Opens an operation to programs, where a key can be made for its action.
fn admit_programs(operation: &mut Operation) {
    let action = operation.extensions.as_ref().and_then(|extensions| extensions.get("x-action")?.as_str());
    if action.is_some_and(|action| api_key::scope(action).is_some()) {
        let program = openapi::security::SecurityRequirement::new::<_, [&str; 0], &str>(PROGRAM, []);
        operation.security.get_or_insert_default().push(program);
    }
}

/// Adds what every operation of its kind has: the problems that it can answer with, and common headers.
fn complete(path: &str, operation: &mut Operation) {
    admit_programs(operation);
    let public = operation.security.as_ref().is_some_and(|security| security.iter().all(is_empty));
    let has_body = operation.request_body.is_some();
    let parameters = operation.parameters.iter().flatten();
    let name_of = |parameter: &RefOr<Parameter>| match parameter {
        RefOr::T(parameter) => Some(parameter.name.clone()),
        RefOr::Ref(_) => None,
    };
    let names: Vec<String> = parameters.filter_map(name_of).collect();
    let edits = names.iter().any(|name| name == "If-Match");
    let by_path = path.contains('{');
    let creates = operation.responses.responses.contains_key("201");
    let mut statuses = vec![400, 406, 408, 414, 429, 431, 500, 503];
    if !public {
        statuses.extend([401, 403]);
    }
    if path.starts_with("/v1/sessions") {
        statuses.push(401);
    }
    let by_token = path.ends_with("/accept") || path.ends_with("/complete");
    if by_path || by_token {
        statuses.push(404);
    }
    if has_body {
        statuses.extend([413, 415, 422]);
    }
    if edits {
        statuses.extend([412, 428]);
    }
    if creates
        || edits
        || path.ends_with("/imports")
        || operation.operation_id.as_deref().is_some_and(|id| id.starts_with("delete") || id.starts_with("put"))
    {
        statuses.push(409);
    }
    if by_token || operation.operation_id.as_deref() == Some("revokeInvitation") {
        statuses.push(410);
    }
    if path == "/v1/tenants" {
        statuses.push(403);
    }
    if names.iter().any(|name| matches!(name.as_str(), "against" | "department" | "move_content_to")) {
        statuses.push(422);
    }
    for status in statuses {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_string()).or_insert_with(|| problem(status));
    }
    if creates && has_body && !path.contains("/messages") && !path.ends_with("/refresh") {
        operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
    }
}

/// Whether a requirement asks for nothing.
pub(crate) fn is_empty(requirement: &openapi::security::SecurityRequirement) -> bool {
    serde_json::to_value(requirement).is_ok_and(|value| value == json!({}))
}

fn problem(status: u16) -> RefOr<openapi::Response> {
    let kind = Kind::of_status(status);
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(kind.title).content(MEDIA_TYPE, content).build().into()
}

fn idempotency_key() -> Parameter {
    let parameter: Value = json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "Does the request once: the same key again gets the first answer, for 24 hours.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
        "example": "5f9b3a52-3a0e-4a7e-9d6e-0c5d8a2b7c11",
    });
    serde_json::from_value(parameter).unwrap_or_else(|_| Parameter::new("Idempotency-Key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operations() -> Vec<(String, Value)> {
        let document = serde_json::to_value(document()).unwrap();
        let paths = document["paths"].as_object().unwrap().clone();
        let each = |(path, item): (String, Value)| {
            let item = item.as_object().unwrap().clone();
            item.into_iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
        };
        paths.into_iter().flat_map(each).collect()
    }

    #[test]
    fn every_operation_has_a_name_a_tag_an_action_a_security_and_an_example() {
        let mut ids = std::collections::BTreeSet::new();
        for (at, operation) in operations() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            assert!(id.starts_with(|c: char| c.is_ascii_lowercase()) && !id.contains('_'), "{at}: {id}");
            assert!(ids.insert(id), "{at}");
            assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{at}");
            assert!(operation["security"].is_array(), "{at}");
            let action = operation["x-action"].as_str().unwrap();
            let known = guildhall_domain::policy::TABLE.iter().any(|(name, _)| *name == action);
            assert!(known || action == "public", "{at}: {action}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{at} {status}");
            }
            assert!(operation["summary"].is_string() || operation["description"].is_string(), "{at}");
        }
        assert!(ids.len() > 40, "{}", ids.len());
    }

    #[test]
    fn every_action_of_the_policy_is_behind_some_operation() {
        let used: Vec<String> = operations()
            .iter()
            .flat_map(|(_, operation)| [operation["x-action"].clone(), operation["x-action-draft"].clone()])
            .filter_map(|action| action.as_str().map(str::to_owned))
            .collect();
        for (action, _) in guildhall_domain::policy::TABLE {
            assert!(used.iter().any(|used| used == action), "{action}");
        }
    }
}
