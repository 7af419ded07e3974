//! Somebody who uses the console as a browser does: keeps cookies, and sends the forms of the pages that it was shown.

use std::{cell::RefCell, collections::BTreeMap};

use super::{Answer, Ask, Client, House, Person};

/// What the session's cookie is called on this machine's own addresses.
pub(crate) const SESSION: &str = "guildhall-session";

/// A browser.
pub(crate) struct Browser {
    client: Client,
    cookies: RefCell<BTreeMap<String, String>>,
    /// The token of the last page that was shown.
    token: RefCell<String>,
    host: Option<&'static str>,
}

impl Browser {
    /// A browser that was never here.
    pub(crate) fn new(house: &House) -> Self {
        let (cookies, token) = Default::default();
        Self { client: house.stranger().clone(), cookies, token, host: None }
    }

    /// One that calls the server by this name.
    pub(crate) fn calling(house: &House, host: &'static str) -> Self {
        Self { host: Some(host), ..Self::new(house) }
    }

    /// One in which somebody is signed in, by their access token alone.
    pub(crate) fn holding(house: &House, access: &str) -> Self {
        let browser = Self::new(house);
        browser.keep(SESSION, access);
        browser
    }

    /// One in which somebody is signed in, with what renews their session.
    pub(crate) fn of(house: &House, person: &Person) -> Self {
        Self::holding(house, &format!("{}~{}", person.client.token(), person.refresh))
    }

    /// A cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    /// Keeps a cookie.
    pub(crate) fn keep(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    fn ask(&self, method: &str, target: &str) -> Ask {
        let cookies: Vec<_> = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let ask = self.client.ask(method, target);
        let ask = if cookies.is_empty() { ask } else { ask.with("Cookie", &cookies.join("; ")) };
        self.host.iter().fold(ask, |ask, host| ask.with("Host", host))
    }

    /// A page.
    pub(crate) fn page(&self, target: &str) -> Ask {
        self.ask("GET", target)
    }

    /// A form as a page of ours sends it, with the token of the last page.
    pub(crate) fn form(&self, target: &str, fields: &[(&str, &str)]) -> Ask {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("form_token", &self.token.borrow()).extend_pairs(fields);
        let ask = self.ask("POST", target).with("Sec-Fetch-Site", "same-origin");
        ask.raw("application/x-www-form-urlencoded", body.finish().as_bytes())
    }

    /// A form with a file.
    pub(crate) fn upload(&self, target: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Ask {
        const EDGE: &str = "edge-of-a-part";
        let mut body = Vec::new();
        let token = self.token.borrow().clone();
        for (name, value) in [("form_token", token.as_str())].iter().chain(fields) {
            let part = format!("--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        if let Some((name, bytes)) = file {
            let head = format!(
                "--{EDGE}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{EDGE}--\r\n").as_bytes());
        let ask = self.ask("POST", target).with("Sec-Fetch-Site", "same-origin");
        ask.raw(&format!("multipart/form-data; boundary={EDGE}"), &body)
    }

    /// Sends a request, keeps the cookies, and notes the token of the page.
    pub(crate) fn see(&self, ask: &Ask) -> Answer {
        let answer = ask.send();
        for (name, value) in answer.headers().filter(|(name, _)| *name == "set-cookie") {
            let (cookie, rest) = value.split_once(';').unwrap_or_else(|| panic!("{name}: {value}"));
            let (cookie, value) = cookie.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(cookie);
            } else {
                self.keep(cookie, value);
            }
        }
        if let Some(token) = token_of(&answer.text()) {
            *self.token.borrow_mut() = token;
        }
        answer
    }

    /// Opens a page, which must have this status.
    #[track_caller]
    pub(crate) fn open(&self, target: &str, status: u16) -> String {
        let answer = self.see(&self.page(target));
        assert_eq!(answer.status, status, "{target}: {}", answer.text());
        answer.text()
    }

    /// Sends a form, which must be answered with this status.
    #[track_caller]
    pub(crate) fn send(&self, target: &str, fields: &[(&str, &str)], status: u16) -> Answer {
        let answer = self.see(&self.form(target, fields));
        assert_eq!(answer.status, status, "{target}: {}", answer.text());
        answer
    }

    /// Sends a form and follows to the page that says what was done.
    #[track_caller]
    pub(crate) fn done(&self, target: &str, fields: &[(&str, &str)]) -> (String, String) {
        let to = self.send(target, fields, 303).header("location").unwrap().to_owned();
        let page = self.open(to.split('#').next().unwrap(), 200);
        (to, page)
    }

    /// Opens some page that carries a token.
    pub(crate) fn arm(&self) {
        let answer = self.see(&self.page("/console/sign-in"));
        if answer.status == 303 {
            self.open("/console/account", 200);
        }
    }
}

/// The token that a page's forms carry.
pub(crate) fn token_of(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("name=\"form_token\" value=\"")?;
    Some(rest.split('"').next()?.to_owned())
}
