//! Why a page is not shown, as a page that a person understands: one exhaustive map from refusals, and one for what only
//! HTTP knows.

use std::{error::Error as _, fmt};

use actix_web::{
    Error, HttpRequest, HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use guildhall_domain::{Conflict, Refusal, refusal::Precondition};
use maud::{Markup, html};

use crate::{
    door,
    form::Sent,
    parts::onward_button,
    shell,
    words::{self as w, declined::Words},
};

/// Why a page is not shown.
#[derive(Debug)]
pub struct Declined(Why);

#[derive(Debug)]
enum Why {
    /// The house declines.
    Refused(Refusal),
    /// Nobody is signed in; where to go back to.
    Stranger(String),
    /// The request can't be read.
    Http(StatusCode),
    /// A form that was sent to another visit than the one that sends it back; what it says, where it may be sent again.
    Stale(Option<Sent>),
    /// A form that no page of ours sends.
    Foreign,
}

impl From<Refusal> for Declined {
    fn from(refusal: Refusal) -> Self {
        Self(Why::Refused(refusal))
    }
}

impl Declined {
    /// Nobody is signed in: whoever looks is asked to sign in, and comes back.
    pub(crate) fn stranger(request: &HttpRequest) -> Self {
        if request.method().is_safe() {
            let target = request.uri().path_and_query().map_or(crate::ROOT, |target| target.as_str());
            let back = form_urlencoded::byte_serialize(target.as_bytes()).collect::<String>();
            return Self(Why::Stranger(format!("{}/sign-in?next={back}", crate::ROOT)));
        }
        Self(Why::Refused(Refusal::Unauthenticated("missing")))
    }

    pub(crate) const fn http(status: StatusCode) -> Self {
        Self(Why::Http(status))
    }

    pub(crate) const fn stale(sent: Option<Sent>) -> Self {
        Self(Why::Stale(sent))
    }

    pub(crate) const fn foreign() -> Self {
        Self(Why::Foreign)
    }

    /// What lies behind a fault of ours, for the log alone.
    #[must_use]
    pub fn causes(&self) -> String {
        let Why::Refused(refusal) = &self.0 else { return String::new() };
        let first = match refusal {
            Refusal::Unavailable(what) => return (*what).to_owned(),
            refusal => refusal.source(),
        };
        let chain: Vec<_> = std::iter::successors(first, |&error| error.source()).map(ToString::to_string).collect();
        chain.join(": ")
    }

    fn told(&self) -> (StatusCode, Words) {
        match &self.0 {
            Why::Refused(refusal) => (status_of(refusal), words_of(refusal)),
            Why::Stranger(_) => (StatusCode::SEE_OTHER, w::declined::SIGNED_OUT),
            Why::Http(status) => (*status, words_of_status(*status)),
            Why::Stale(Some(_)) => (StatusCode::FORBIDDEN, w::declined::STALE),
            Why::Stale(None) => (StatusCode::FORBIDDEN, w::declined::STALE_SECRET),
            Why::Foreign => (StatusCode::FORBIDDEN, w::declined::FOREIGN),
        }
    }
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.told().1.title)
    }
}

impl ResponseError for Declined {
    fn status_code(&self) -> StatusCode {
        self.told().0
    }

    fn error_response(&self) -> HttpResponse {
        if let Why::Stranger(to) = &self.0 {
            return door::onward(to, []);
        }
        let mut answer = HttpResponse::build(self.status_code());
        if let Why::Refused(Refusal::TooMany { retry_after, .. }) = &self.0 {
            answer.insert_header((header::RETRY_AFTER, retry_after.as_secs().max(1)));
        }
        answer.finish()
    }
}

/// The page for an error below the console; `id` names the request. The answer's own headers stay.
#[must_use]
pub fn decline(error: &Error, id: &str) -> HttpResponse {
    let mut answer = error.error_response();
    let status = answer.status();
    let declined = error.as_error::<Declined>();
    let (status, words) = declined.map_or_else(|| (status, words_of_status(status)), Declined::told);
    let details = match declined {
        Some(Declined(Why::Refused(Refusal::Invalid(flaws)))) => {
            html! { ul { @for flaw in flaws { li { (flaw.detail) } } } }
        }
        Some(Declined(Why::Stale(Some(sent)))) => again(sent),
        _ => html! {},
    };
    *answer.status_mut() = status;
    shell::dress(answer.headers_mut());
    let page = shell::bare(words.title, &page(status, &words, &details, id));
    answer.set_body(page.into_string()).map_into_boxed_body()
}

fn page(status: StatusCode, words: &Words, details: &Markup, id: &str) -> Markup {
    html! {
        p.status { (status.as_u16()) }
        h1 { (words.title) }
        p.lead { (words.what) }
        (details)
        p { (words.next) }
        p { (onward_button(crate::ROOT, w::declined::HOME)) }
        @if status.is_server_error() {
            p.small { (w::declined::TELL) " " code { (id) } }
        }
    }
}

/// What a form said that came too late, to be sent again: nothing that was typed is lost.
fn again(sent: &Sent) -> Markup {
    html! {
        form method="post" action=(sent.action) {
            @for (name, value) in &sent.pairs { input type="hidden" name=(name) value=(value); }
            input type="hidden" name=(crate::form::TOKEN) value=(sent.token);
            button.primary { (w::declined::AGAIN) }
        }
    }
}

/// The status that a refusal is answered with.
#[must_use]
pub const fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Invalid(_) | Refusal::Spent(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
        Refusal::Forbidden(_) | Refusal::OutOfScope(_) | Refusal::BeyondOwn(_) => StatusCode::FORBIDDEN,
        Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::Conflict(_) => StatusCode::CONFLICT,
        Refusal::Precondition(Precondition::Missing) => StatusCode::PRECONDITION_REQUIRED,
        Refusal::Precondition(Precondition::Stale(_)) => StatusCode::PRECONDITION_FAILED,
        Refusal::Gone(_) => StatusCode::GONE,
        Refusal::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Refusal::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

const fn words_of(refusal: &Refusal) -> Words {
    match refusal {
        Refusal::Invalid(_) | Refusal::Spent(_) => w::declined::INVALID,
        Refusal::Unauthenticated(_) => w::declined::SIGNED_OUT,
        Refusal::Forbidden(_) | Refusal::OutOfScope(_) | Refusal::BeyondOwn(_) => w::declined::FORBIDDEN,
        Refusal::NotFound => w::declined::NOT_FOUND,
        Refusal::Conflict(conflict) => Words { what: conflict_words(conflict), ..w::declined::CONFLICT },
        Refusal::Precondition(_) => w::declined::CHANGED,
        Refusal::Gone(_) => w::declined::GONE,
        Refusal::TooMany { .. } => w::declined::TOO_MANY,
        Refusal::Unavailable(_) => w::declined::UNAVAILABLE,
        Refusal::Broken(_) => w::declined::BROKEN,
    }
}

/// What stands in the way, in words.
pub(crate) const fn conflict_words(conflict: &Conflict) -> &'static str {
    match conflict {
        Conflict::DepartmentKeyTaken => w::declined::DEPARTMENT_KEY_TAKEN,
        Conflict::IntentNameTaken => w::declined::INTENT_NAME_TAKEN,
        Conflict::EmailTaken => w::declined::EMAIL_TAKEN,
        Conflict::TenantRequired(_) => w::declined::TENANT_REQUIRED,
        Conflict::LastLeader => w::declined::LAST_LEADER,
        Conflict::LastOwner => w::declined::LAST_OWNER,
        Conflict::OwnerGrants => w::declined::OWNER_GRANTS,
        Conflict::DepartmentNotEmpty => w::declined::DEPARTMENT_NOT_EMPTY,
        Conflict::InFlight => w::declined::IN_FLIGHT,
        Conflict::AlreadyDone => w::declined::ALREADY_DONE,
        Conflict::LimitReached(which) => which,
        Conflict::ChoiceClosed => w::declined::CHOICE_CLOSED,
        Conflict::ReleaseNotBuilt => w::declined::RELEASE_NOT_BUILT,
    }
}

fn words_of_status(status: StatusCode) -> Words {
    match status.as_u16() {
        401 => w::declined::SIGNED_OUT,
        403 => w::declined::FORBIDDEN,
        404 => w::declined::NOT_FOUND,
        405 => w::declined::NO_SUCH_METHOD,
        408 => w::declined::TOO_SLOW,
        413 | 414 | 431 => w::declined::TOO_LARGE,
        429 => w::declined::TOO_MANY,
        503 => w::declined::UNAVAILABLE,
        500.. => w::declined::BROKEN,
        _ => w::declined::UNREADABLE,
    }
}
