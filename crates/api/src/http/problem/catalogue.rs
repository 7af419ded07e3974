//! Every kind of problem that the API can answer with: one table, from which the documentation is printed.

use std::fmt::Write as _;

/// Where the kinds are explained; the start of every `type`.
pub const BASE: &str = "https://guildhall.dev/problems/";

/// One kind of problem.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// The last part of `type`; stable.
    pub slug: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The same for every problem of the kind.
    pub title: &'static str,
    /// When it is answered; stands as `detail` where nothing finer is known.
    pub when: &'static str,
}

macro_rules! catalogue {
    ($($name:ident = $status:literal $slug:literal $title:literal $when:literal;)*) => {
        $(#[doc = $when] pub static $name: Kind = Kind { slug: $slug, status: $status, title: $title, when: $when };)*
        /// The whole table, by status.
        pub static CATALOGUE: &[&Kind] = &[$(&$name),*];
    };
}

catalogue! {
    MALFORMED_REQUEST = 400 "malformed-request" "Malformed request" "The request could not be read.";
    MALFORMED_JSON = 400 "malformed-json" "Malformed JSON" "The body is not JSON in UTF-8.";
    UNKNOWN_PARAMETER = 400 "unknown-parameter" "Unknown query parameter" "The operation has no such query parameter.";
    INVALID_PARAMETER = 400 "invalid-parameter" "Invalid query parameter" "A query parameter is missing or has a value that it can't have.";
    INVALID_CURSOR = 400 "invalid-cursor" "Invalid cursor" "The cursor was not made by this list with this filter.";
    INVALID_HEADER = 400 "invalid-header" "Invalid header" "A header has a value that it can't have.";
    UNAUTHENTICATED = 401 "unauthenticated" "Not authenticated" "The request carries no valid credential.";
    SESSION_REVOKED = 401 "session-revoked" "Session revoked" "The session was ended or the member's access has changed; sign in again.";
    TOKEN_REUSED = 401 "token-reused" "Refresh token reused" "The refresh token was used before, so its session was ended; sign in again.";
    WRONG_CREDENTIALS = 401 "wrong-credentials" "Wrong credentials" "No member has this e-mail address with this password.";
    FORBIDDEN = 403 "forbidden" "Not allowed" "The credential does not allow this; `required` names the action that would.";
    INSUFFICIENT_SCOPE = 403 "insufficient-scope" "Out of the key's scope" "The API key was not made for this; `required` names the action that is missing, or that it has for some departments alone.";
    CANNOT_GRANT_MORE_THAN_HELD = 403 "cannot-grant-more-than-held" "More than one's own" "Nobody gives a right that they do not hold themselves; `required` names it.";
    ORIGIN_NOT_ALLOWED = 403 "origin-not-allowed" "Origin not allowed" "The channel does not list the page's origin.";
    SIGN_UP_CLOSED = 403 "sign-up-closed" "Sign-up closed" "New companies are made by the operator here.";
    NOT_FOUND = 404 "not-found" "Not found" "It does not exist, or the credential may not know that it does.";
    METHOD_NOT_ALLOWED = 405 "method-not-allowed" "Method not allowed" "The resource has no such method; `Allow` names those that it has.";
    NOT_ACCEPTABLE = 406 "not-acceptable" "Not acceptable" "The answer has none of the forms that `Accept` names.";
    REQUEST_TIMEOUT = 408 "request-timeout" "Request timed out" "The request took too long to arrive.";
    DEPARTMENT_KEY_TAKEN = 409 "department-key-taken" "Department key in use" "Another department has this key.";
    INTENT_NAME_TAKEN = 409 "intent-name-taken" "Intent name in use" "The department has another intent of this name.";
    EMAIL_TAKEN = 409 "email-taken" "E-mail in use" "A member of this company has this e-mail address.";
    TENANT_REQUIRED = 409 "tenant-required" "Company required" "The credentials fit in several companies; send `tenant` with one of `tenants`.";
    LAST_LEADER = 409 "last-leader" "Last leader" "A company keeps at least one leader.";
    LAST_OWNER = 409 "last-owner" "Last owner" "A department with content keeps at least one owner.";
    OWNER_GRANTS = 409 "owner-grants" "The owner grants" "The department has an owner, who grants its roles.";
    DEPARTMENT_NOT_EMPTY = 409 "department-not-empty" "Department not empty" "The department still holds content or people.";
    IN_FLIGHT = 409 "in-flight" "Still in progress" "The same request is still being worked on.";
    ALREADY_DONE = 409 "already-done" "Already done" "The same request was done; its answer held secrets and is not shown twice.";
    LIMIT_REACHED = 409 "limit-reached" "Limit reached" "It holds as many as it may.";
    CHOICE_CLOSED = 409 "choice-closed" "Choice closed" "The question that this choice answers is no longer open.";
    RELEASE_NOT_BUILT = 409 "release-not-built" "Release not built" "The release never went live, so it can't be restored.";
    GONE = 410 "gone" "Gone" "It was there once and is used up.";
    INVITATION_USED = 410 "invitation-used" "Invitation used" "The invitation was accepted, withdrawn, or has run out.";
    RESET_USED = 410 "reset-used" "Reset link used" "The link was used, replaced by a newer one, or has run out.";
    PRECONDITION_FAILED = 412 "precondition-failed" "Changed meanwhile" "`If-Match` names another version than the current one, whose ETag is `current_etag`.";
    CONTENT_TOO_LARGE = 413 "content-too-large" "Content too large" "The body is larger than the operation takes.";
    URI_TOO_LONG = 414 "uri-too-long" "URI too long" "The request target is longer than 8 KiB.";
    UNSUPPORTED_MEDIA_TYPE = 415 "unsupported-media-type" "Unsupported media type" "The operation does not take a body of this type or coding.";
    INVALID = 422 "invalid" "Invalid" "The body breaks rules; `errors` names each one and where.";
    INVALID_REFERENCE = 422 "invalid-reference" "Invalid reference" "The body names something that does not exist or that the credential may not see.";
    RELEASE_INVALID = 422 "release-invalid" "Release invalid" "The content has errors, so it can't be published.";
    IMPORT_REJECTED = 422 "import-rejected" "Import rejected" "The file can't be read, or breaks a limit that `errors` names; nothing was changed.";
    IDEMPOTENCY_KEY_REUSED = 422 "idempotency-key-reused" "Idempotency key reused" "The key was used for another request.";
    CLIENT_MESSAGE_ID_REUSED = 422 "client-message-id-reused" "Message id reused" "The conversation has another message under this `client_message_id`.";
    PRECONDITION_REQUIRED = 428 "precondition-required" "Precondition required" "The operation needs `If-Match` with the ETag of the version that is to be changed.";
    QUOTA_EXCEEDED = 429 "quota-exceeded" "Too many requests" "A rate limit is used up; `Retry-After` says when to come back.";
    TOO_MANY_ATTEMPTS = 429 "too-many-attempts" "Too many attempts" "Too many attempts failed; `Retry-After` says when to come back.";
    HEADERS_TOO_LARGE = 431 "headers-too-large" "Header fields too large" "The headers are more than 100 or larger than 16 KiB.";
    INTERNAL = 500 "internal" "Internal error" "Something went wrong here; the request id finds it in the log.";
    UNAVAILABLE = 503 "unavailable" "Unavailable" "Something that is needed is away for the moment.";
    BUSY = 503 "busy" "Busy" "More people sign in than passwords can be checked.";
    OVERLOADED = 503 "overloaded" "Overloaded" "More requests are under way than can be served well.";
    TIMED_OUT = 503 "timed-out" "Timed out" "The answer took too long and was given up.";
}

impl Kind {
    /// The `type` of problems of this kind.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("{BASE}{}", self.slug)
    }

    /// The kind called `slug` if it has the same status, else this one: a refusal may name itself more finely.
    #[must_use]
    pub fn finer(&'static self, slug: &str) -> &'static Self {
        CATALOGUE.iter().find(|kind| kind.slug == slug && kind.status == self.status).copied().unwrap_or(self)
    }

    /// The kind that stands for a bare status: the first of it in the table, or of its class.
    #[must_use]
    pub fn of_status(status: u16) -> &'static Self {
        let fallback = if status < 500 { &MALFORMED_REQUEST } else { &INTERNAL };
        CATALOGUE.iter().find(|kind| kind.status == status).copied().unwrap_or(fallback)
    }
}

/// The table as the documentation prints it, in Markdown.
#[must_use]
pub fn printed() -> String {
    let mut out = String::from("| Status | Type | Title | When |\n|---|---|---|---|\n");
    for Kind { slug, status, title, when } in CATALOGUE {
        let _ = writeln!(out, "| {status} | `{slug}` | {title} | {when} |");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_unique_and_kebab_case_and_the_table_is_in_order() {
        let mut slugs: Vec<_> = CATALOGUE.iter().map(|kind| kind.slug).collect();
        assert!(slugs.iter().all(|slug| slug.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        slugs.sort_unstable();
        slugs.dedup();
        assert_eq!(slugs.len(), CATALOGUE.len());
        assert!(CATALOGUE.is_sorted_by_key(|kind| kind.status));
        assert_eq!(printed().lines().count(), CATALOGUE.len() + 2);
    }

    #[test]
    fn the_documentation_is_this_table() {
        let page = include_str!("../../../../../docs/problems.md");
        assert!(page.ends_with(&format!("\n\n{}", printed())), "write this into docs/problems.md:\n{}", printed());
    }

    #[test]
    fn a_finer_kind_keeps_the_status() {
        assert_eq!(UNAUTHENTICATED.finer("session-revoked"), &SESSION_REVOKED);
        assert_eq!(UNAUTHENTICATED.finer("gone"), &UNAUTHENTICATED);
        assert_eq!(Kind::of_status(418), &MALFORMED_REQUEST);
        assert_eq!(Kind::of_status(502), &INTERNAL);
    }
}
