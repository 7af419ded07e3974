//! The forms of a request's page: those that its state and one's rights allow.

use guildhall_domain::{
    policy::{AcceptRequest, AnswerRequest, CommentRequest},
    request::{Stage, State},
};
use maud::{Markup, html};

use super::Shown;
use crate::{
    ROOT,
    allowed::{may, may_somewhere},
    form::Form,
    parts::Field,
    shell::Shell,
    trouble::Trouble,
    words::request as w,
};

/// What the fields are called.
pub(super) const LABELS: [(&str, &str); 9] = [
    ("text", w::ANSWER),
    ("question", w::ASK_BACK),
    ("reason", w::REASON),
    ("to", w::TO),
    ("name", w::NAME),
    ("phrases", w::PHRASES),
    ("answer", w::BOT_ANSWER),
    ("language", w::LANGUAGE),
    ("intent", w::INTENT),
];

/// All that can be done now.
pub(super) fn of(shell: &Shell, shown: &Shown, typed: &Form, trouble: &Trouble) -> Markup {
    let request = &shown.whole.request;
    let page = Page { shell, shown, typed, trouble };
    let answers = may::<AnswerRequest>(&shell.actor, request.to);
    let asks = shell.actor.member() == Some(request.asker);
    html! {
        @if answers {
            @match &request.state {
                State::Waiting { stage, .. } => {
                    @if *stage == Stage::Open { (page.one("acknowledge", w::ACKNOWLEDGE, &html! {}, true)) }
                    (page.answering()) (page.asking_back()) (page.assigning()) (page.handing_over()) (page.declining())
                }
                State::Returned { .. } => { (page.answering()) (page.assigning()) (page.declining()) }
                State::Accepted { landed: None, offer, .. } => (page.landing(offer.content.is_some())),
                _ => {}
            }
        }
        @if asks && may_somewhere::<AcceptRequest>(&shell.actor) {
            @match &request.state {
                State::Returned { .. } => (page.one("reply", w::REPLY, &html! { (page.lines("text", w::REPLY)) }, true)),
                State::Answered { .. } => {
                    (page.one("accept", w::ACCEPT, &html! {}, true))
                    (page.one("reopen", w::REOPEN, &html! { (page.lines("text", w::WHY)) }, false))
                }
                _ => {}
            }
        }
        @if may_somewhere::<CommentRequest>(&shell.actor) {
            (page.one("notes", w::SAY, &html! { (page.lines("text", w::SAY)) }, false))
        }
    }
}

struct Page<'a> {
    shell: &'a Shell,
    shown: &'a Shown,
    typed: &'a Form,
    trouble: &'a Trouble,
}

impl<'a> Page<'a> {
    /// A form of its own.
    fn one(&self, what: &str, title: &str, fields: &Markup, primary: bool) -> Markup {
        html! {
            section aria-label=(title) {
                form method="post" action={ (ROOT) "/knowledge-requests/" (self.shown.whole.request.id) "/" (what) } {
                    (self.shell.token())
                    (fields)
                    button.primary[primary] { (title) }
                }
            }
        }
    }

    fn lines(&self, id: &'a str, label: &'a str) -> Field<'a> {
        Field::lines(id, label, 3).value(self.typed.get(id)).or(self.trouble).needed()
    }

    /// Where content belongs, and what it is.
    fn content(&self) -> Markup {
        let ids: Vec<String> = self.shown.intents.iter().map(|whole| whole.intent.id.to_string()).collect();
        let mut places = vec![("", w::NO_CONTENT), ("new", w::NEW_INTENT)];
        places.extend(ids.iter().zip(&self.shown.intents).map(|(id, whole)| (id.as_str(), whole.intent.name.as_str())));
        let said = |id: &str| self.typed.get(id);
        let examples: Vec<&str> =
            self.shown.whole.request.examples.iter().map(guildhall_domain::text::PhraseText::as_str).collect();
        let examples = examples.join("\n");
        let phrases = self.typed.given("phrases").unwrap_or(&examples);
        html! {
            fieldset {
                legend { (w::CONTENT) }
                p.hint { (w::CONTENT_HINT) }
                (Field::choice("intent", w::INTENT, &places).value(said("intent")).or(self.trouble))
                (Field::line("name", w::NAME).value(said("name")).or(self.trouble))
                (Field::lines("phrases", w::PHRASES, 4).hint(w::EXAMPLES_HINT).value(phrases).or(self.trouble))
                (Field::lines("answer", w::BOT_ANSWER, 3).value(said("answer")).or(self.trouble))
                (Field::line("language", w::LANGUAGE).value(self.typed.given("language").unwrap_or("en")).or(self.trouble))
            }
        }
    }

    fn answering(&self) -> Markup {
        let fields = html! {
            (Field::lines("text", w::ANSWER, 4).hint(w::ANSWER_HINT).value(self.typed.get("text")).or(self.trouble))
            (self.content())
        };
        self.one("answer", w::ANSWER, &fields, true)
    }

    fn landing(&self, offered: bool) -> Markup {
        let fields = if offered {
            html! {}
        } else {
            self.content()
        };
        self.one("draft", w::LAND, &fields, true)
    }

    fn asking_back(&self) -> Markup {
        let field = Field::lines("question", w::ASK_BACK, 2).hint(w::ASK_BACK_HINT).value(self.typed.get("question"));
        self.one("ask-back", w::ASK_BACK, &html! { (field.or(self.trouble).needed()) }, false)
    }

    fn assigning(&self) -> Markup {
        let mut people = vec![("", w::NOBODY)];
        people.extend(self.shown.answerers.iter().map(|(id, name)| (id.as_str(), name.as_str())));
        let now = self.shown.whole.request.assignee.map(|id| id.to_string()).unwrap_or_default();
        let field = html! { (Field::choice("member", w::ASSIGNEE, &people).value(&now)) };
        self.one("assignee", w::REASSIGN, &field, false)
    }

    fn handing_over(&self) -> Markup {
        let other = |one: &&guildhall_domain::department::Department| one.id != self.shown.whole.request.to;
        let others: Vec<(&str, &str)> =
            self.shell.departments.iter().filter(other).map(|one| (one.key.as_str(), one.name.as_str())).collect();
        if others.is_empty() {
            return html! {};
        }
        let fields = html! { (Field::choice("to", w::TO, &others).needed()) (self.lines("reason", w::REASON)) };
        self.one("hand-over", w::HAND_OVER, &fields, false)
    }

    fn declining(&self) -> Markup {
        self.one("decline", w::DECLINE, &html! { (self.lines("reason", w::REASON)) }, false)
    }
}
