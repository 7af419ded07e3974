//! What was wrong with a form, shown with all that was typed: a summary that links to each field, and a word at each.

use actix_web::http::StatusCode;
use guildhall_domain::{Flaw, Refusal};
use maud::{Markup, html};

use crate::{
    declined::{Declined, conflict_words, status_of},
    words as w,
};

/// What was wrong; nothing at first.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    status: Option<StatusCode>,
    flaws: Vec<Flaw>,
    words: Option<String>,
}

impl Trouble {
    /// What a person can mend; any other refusal has a page of its own.
    pub(crate) fn of(refusal: Refusal) -> Result<Self, Declined> {
        let status = Some(status_of(&refusal));
        match refusal {
            Refusal::Invalid(flaws) => Ok(Self { status, flaws, words: None }),
            Refusal::Conflict(conflict) => {
                Ok(Self { status, flaws: Vec::new(), words: Some(conflict_words(&conflict).to_owned()) })
            }
            other => Err(other.into()),
        }
    }

    /// Trouble that these words tell.
    pub(crate) fn told(status: StatusCode, words: impl Into<String>) -> Self {
        Self { status: Some(status), flaws: Vec::new(), words: Some(words.into()) }
    }

    /// What stands in the way of who is not in yet: too many tries are told on the page itself.
    pub(crate) fn at_the_door(refusal: Refusal) -> Result<Self, Declined> {
        match refusal {
            Refusal::TooMany { retry_after, .. } => {
                Ok(Self::told(StatusCode::TOO_MANY_REQUESTS, w::account::wait(retry_after.as_secs())))
            }
            other => Self::of(other),
        }
    }

    /// The status of the page that shows it.
    pub(crate) fn status(&self) -> StatusCode {
        self.status.unwrap_or(StatusCode::OK)
    }

    /// Whether there is any.
    pub(crate) const fn any(&self) -> bool {
        self.status.is_some()
    }

    /// What is wrong with the field of this id.
    pub(crate) fn at(&self, id: &str) -> Option<&str> {
        self.flaws.iter().find(|flaw| field(flaw) == id).map(|flaw| flaw.detail.as_str())
    }

    /// All of it, each linked to its field; `labels` says how the fields are called.
    pub(crate) fn summary(&self, labels: &[(&str, &str)]) -> Markup {
        let label = |id: &str| labels.iter().find(|(of, _)| *of == id).map(|(_, label)| *label);
        html! {
            @if self.any() {
                div.trouble role="alert" tabindex="-1" autofocus {
                    h2 { (w::TROUBLE) }
                    @if let Some(words) = &self.words { p { (words) } }
                    @if !self.flaws.is_empty() {
                        ul {
                            @for flaw in &self.flaws {
                                @let id = field(flaw);
                                li {
                                    @match label(&id) {
                                        Some(label) => a href={ "#" (id) } { (label) " " (flaw.detail) },
                                        None => (flaw.detail),
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The id of the field that a flaw points to: `/buttons/0/title` is `buttons-0-title`.
fn field(flaw: &Flaw) -> String {
    flaw.pointer.trim_start_matches('/').replace('/', "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use guildhall_domain::Conflict;

    #[test]
    fn a_flaw_is_linked_to_its_field_and_escaped() {
        let trouble = Trouble::of(Refusal::flaw("/buttons/0/title", "empty", "must not be <empty>")).unwrap();
        assert_eq!(trouble.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(trouble.at("buttons-0-title"), Some("must not be <empty>"));
        let html = trouble.summary(&[("buttons-0-title", "Label")]).into_string();
        assert!(html.contains(r##"<a href="#buttons-0-title">Label must not be &lt;empty&gt;</a>"##), "{html}");
    }

    #[test]
    fn what_nobody_can_mend_is_not_trouble() {
        assert!(Trouble::of(Refusal::NotFound).is_err());
        assert_eq!(Trouble::of(Conflict::LastOwner.into()).unwrap().status(), StatusCode::CONFLICT);
        assert!(Trouble::default().summary(&[]).into_string().is_empty());
    }
}
