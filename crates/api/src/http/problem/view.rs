//! The problem document as JSON.

use guildhall_domain::Flaw;
use serde::Serialize;

use super::{Problem, RequestId};

/// Why the request was declined (RFC 9457).
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemView {
    /// Names the kind of problem; stable, for programs.
    #[schema(example = "https://guildhall.dev/problems/not-found", format = "uri")]
    pub r#type: String,
    /// The same for every problem of the kind.
    #[schema(value_type = String, example = "Not found")]
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// A sentence for people.
    #[schema(example = "It does not exist, or the credential may not know that it does.")]
    pub detail: String,
    /// Names the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "urn:guildhall:request:req_01jd0000000000000000000000", format = "uri")]
    pub instance: Option<String>,
    /// What is wrong in the body, each at its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FlawView>,
    /// 403: the action that would be needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>)]
    pub required: Option<&'static str>,
    /// 409 `tenant-required`: the slugs of the companies in which the credentials fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tenants: Option<Vec<String>>,
    /// 412: the ETag of the current version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub current_etag: Option<String>,
    /// 429: the limits that were reached.
    #[serde(rename = "violated-policies", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Vec<String>>)]
    pub violated_policies: Option<Vec<&'static str>>,
}

/// One thing wrong with what was sent.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Flaw)]
pub struct FlawView {
    /// JSON Pointer (RFC 6901) into the body.
    #[schema(example = "/phrases/0/text")]
    pub pointer: String,
    /// What is wrong; stable, for programs.
    #[schema(value_type = String, example = "too-long")]
    pub code: &'static str,
    /// A sentence for people.
    pub detail: String,
}

impl From<&Flaw> for FlawView {
    fn from(flaw: &Flaw) -> Self {
        Self { pointer: flaw.pointer.clone(), code: flaw.code, detail: flaw.detail.clone() }
    }
}

impl ProblemView {
    pub(super) fn of(problem: &Problem) -> Self {
        let parts = &problem.0;
        Self {
            r#type: parts.kind.uri(),
            title: parts.kind.title,
            status: parts.kind.status,
            detail: parts.detail.to_string(),
            instance: RequestId::current().map(|id| format!("urn:guildhall:request:{id}")),
            errors: parts.errors.iter().map(FlawView::from).collect(),
            required: parts.required,
            tenants: parts.tenants.clone(),
            current_etag: parts.current_etag.clone(),
            violated_policies: parts.violated_policies.clone(),
        }
    }
}
