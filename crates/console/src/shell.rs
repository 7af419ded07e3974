//! The frame around every page: who is signed in, where one can go, what was just done.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::Cookie,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
};
use guildhall_app::{Tx, department, member};
use guildhall_domain::{
    Actor, Grant, Refusal,
    department::Department,
    intent::Warning,
    policy::{self, KeepAccount, ManageChannels, ReadConversations, ReadDepartments},
};
use maud::{DOCTYPE, Markup, html};

use crate::{
    ROOT,
    allowed::may_somewhere,
    assets::{MARK, SCRIPT, STYLE},
    declined::Declined,
    door,
    form::TOKEN,
    house::House,
    trouble::Trouble,
    words as w,
};

/// Keeps what the next page is to say.
pub(crate) const NOTICE: &str = "guildhall-notice";
/// A cookie holds no more.
const MOST_NOTICE: usize = 2_000;

/// The pages run their own script and style and nothing else, and send forms to this server alone.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'",
);

/// Which of the main places a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Departments,
    Try,
    Conversations,
    People,
    Channels,
    Account,
}

/// What was done, and what to know about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Notices(Vec<(bool, String)>);

impl Notices {
    /// It was done.
    pub(crate) fn good(words: impl Into<String>) -> Self {
        Self(vec![(true, words.into())])
    }

    /// And this was done differently than asked.
    pub(crate) fn warning(mut self, warnings: Vec<Warning>) -> Self {
        self.0.extend(warnings.into_iter().map(|warning| (false, warning.detail)));
        self
    }

    /// As a cookie's value, if there is anything to say.
    pub(crate) fn written(self) -> Option<String> {
        let mut text = form_urlencoded::Serializer::new(String::new());
        let mut length = 0;
        for (good, words) in self.0 {
            let words: String = words.chars().take(300).collect();
            length += words.len() * 3 + 3;
            if length > MOST_NOTICE {
                break;
            }
            text.append_pair(if good { "g" } else { "w" }, &words);
        }
        Some(text.finish()).filter(|text| !text.is_empty())
    }

    fn read(text: &str) -> Self {
        let pairs = form_urlencoded::parse(text.as_bytes());
        Self(pairs.map(|(kind, words)| (kind == "g", words.into_owned())).collect())
    }
}

/// What the frame shows, as the database has it.
pub(crate) struct Facts {
    name: String,
    company: String,
    grants: Vec<Grant>,
    departments: Vec<Department>,
}

/// The frame of one page for one person.
pub(crate) struct Shell {
    pub(crate) actor: Actor,
    pub(crate) company: String,
    pub(crate) grants: Vec<Grant>,
    pub(crate) departments: Vec<Department>,
    /// What forms of this page carry.
    pub(crate) token: String,
    name: String,
    notices: Notices,
    request: HttpRequest,
}

impl Shell {
    /// Reads what the frame shows.
    pub(crate) async fn facts(tx: &Tx, actor: &Actor) -> Result<Facts, Refusal> {
        let (tenant, me) = member::me(tx, &policy::judge::<KeepAccount>(actor)?).await?;
        let departments = department::all(tx, &policy::judge::<ReadDepartments>(actor)?).await?;
        Ok(Facts { name: me.member.name.into(), company: tenant.company.into(), grants: me.grants, departments })
    }

    /// The frame with these facts.
    pub(crate) fn new(house: &House, actor: &Actor, facts: Facts) -> Result<Self, Declined> {
        let Facts { name, company, grants, departments } = facts;
        let visit = door::visit(&house.request).unwrap_or_default();
        let token = house.app.form_token(&visit)?;
        let notices = door::kept(&house.request, NOTICE).map(|text| Notices::read(&text)).unwrap_or_default();
        let request = house.request.clone();
        Ok(Self { actor: actor.clone(), company, grants, departments, token, name, notices, request })
    }

    /// The field that every form carries.
    pub(crate) fn token(&self) -> Markup {
        token(&self.token)
    }

    /// The department of this key; the use case has found it already.
    pub(crate) fn department(&self, key: &str) -> Result<&Department, Declined> {
        let found = self.departments.iter().find(|department| department.key.as_str() == key);
        found.ok_or_else(|| Refusal::NotFound.into())
    }

    /// The whole page.
    pub(crate) fn page(&self, place: Place, title: &str, body: &Markup) -> HttpResponse {
        self.page_with(place, title, &Trouble::default(), body)
    }

    /// The whole page, with the status of the trouble that it shows.
    pub(crate) fn page_with(&self, place: Place, title: &str, trouble: &Trouble, body: &Markup) -> HttpResponse {
        let markup = html! {
            (self.top(place))
            main #main tabindex="-1" {
                (self.said())
                (body)
            }
            footer { (w::shell::FOOT) }
        };
        let mut answer = answer(trouble.status(), &whole(title, trouble.any(), &markup));
        if !self.notices.0.is_empty() {
            let _ = answer.add_cookie(&door::gone(&self.request, NOTICE));
        }
        answer
    }

    fn top(&self, place: Place) -> Markup {
        let link = |at: Place, below: &str, words: &str| {
            html! { li { a href={ (ROOT) (below) } aria-current=[(at == place).then_some("page")] { (words) } } }
        };
        html! {
            header.top {
                a.brand href=(ROOT) { (mark()) span { (self.company) } }
                nav aria-label=(w::shell::MAIN) {
                    ul {
                        (link(Place::Departments, "", w::shell::DEPARTMENTS))
                        (link(Place::Try, "/try", w::shell::TRY))
                        @if may_somewhere::<ReadConversations>(&self.actor) {
                            (link(Place::Conversations, "/conversations", w::shell::CONVERSATIONS))
                        }
                        (link(Place::People, "/people", w::shell::PEOPLE))
                        @if may_somewhere::<ManageChannels>(&self.actor) {
                            (link(Place::Channels, "/channels", w::shell::CHANNELS))
                        }
                    }
                }
                div.who {
                    a href={ (ROOT) "/account" } aria-current=[(place == Place::Account).then_some("page")] { (self.name) }
                    form method="post" action={ (ROOT) "/sign-out" } {
                        (self.token())
                        button.quiet { (w::shell::SIGN_OUT) }
                    }
                }
            }
        }
    }

    /// What was just done.
    fn said(&self) -> Markup {
        html! {
            @if !self.notices.0.is_empty() {
                div.said role="status" {
                    @for (good, words) in &self.notices.0 { p.good[*good].warn[!*good] { (words) } }
                }
            }
        }
    }
}

fn mark() -> Markup {
    html! { img src=(MARK.address()) alt="" width="28" height="28"; }
}

/// The field that every form carries.
pub(crate) fn token(token: &str) -> Markup {
    html! { input type="hidden" name=(TOKEN) value=(token); }
}

/// A page for whoever is not signed in, and what their browser is to keep.
pub(crate) fn outside(title: &str, trouble: &Trouble, body: &Markup, cookie: Option<&Cookie<'_>>) -> HttpResponse {
    let mut answer = answer(trouble.status(), &outer(title, trouble.any(), body));
    if let Some(cookie) = cookie {
        let _ = answer.add_cookie(cookie);
    }
    answer
}

/// The same, for errors, whose answer is made already.
pub(crate) fn bare(title: &str, body: &Markup) -> Markup {
    outer(title, false, body)
}

fn outer(title: &str, trouble: bool, body: &Markup) -> Markup {
    let markup = html! {
        header.top { a.brand href=(ROOT) { (mark()) span { (w::shell::PRODUCT) } } }
        main.narrow #main tabindex="-1" { (body) }
    };
    whole(title, trouble, &markup)
}

fn whole(title: &str, trouble: bool, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { @if trouble { (w::shell::ERROR) ": " } (title) " · " (w::shell::PRODUCT) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                link rel="stylesheet" href=(STYLE.address());
                link rel="icon" href=(MARK.address()) type="image/svg+xml";
                script src=(SCRIPT.address()) defer {}
            }
            body {
                a.skip href="#main" { (w::shell::SKIP) }
                (body)
            }
        }
    }
}

fn answer(status: StatusCode, page: &Markup) -> HttpResponse {
    let mut answer = HttpResponse::build(status).body(page.0.clone());
    dress(answer.headers_mut());
    answer
}

/// The headers of every page. A form's origin is told to this server alone.
pub(crate) fn dress(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_next_survives_a_cookie_and_its_limit() {
        let warning = |detail: &str| Warning { code: "equal-phrase", detail: detail.to_owned() };
        let notices = Notices::good("Done; 1=1 & more").warning(vec![warning("«Hä?» twice")]);
        let written = notices.clone().written().unwrap();
        assert!(written.is_ascii() && !written.contains([';', ' ', ',', '"']), "{written}");
        assert_eq!(Notices::read(&written), notices);
        let many = Notices::good("x").warning((0..500).map(|_| warning(&"ä".repeat(400))).collect());
        assert!(many.written().unwrap().len() < 4_000);
        assert_eq!(Notices::default().written(), None);
    }
}
