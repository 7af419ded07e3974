//! Somebody who speaks HTTP to a house, and what is answered; every answer is held to the contract.

use std::{io::Read, time::Duration};

use serde_json::Value;
use ureq::{
    Agent, Body,
    http::{HeaderMap, Request, Response},
};

use super::Contract;

/// Somebody, with or without a credential.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    bearer: Option<String>,
}

impl Client {
    /// A stranger to the server at this address.
    pub(crate) fn new(base: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(40)))
            .build();
        Self { agent: Agent::new_with_config(config), base: base.to_owned(), bearer: None }
    }

    /// The same with this credential.
    pub(crate) fn bearing(&self, token: &str) -> Self {
        Self { bearer: Some(token.to_owned()), ..self.clone() }
    }

    /// The credential.
    pub(crate) fn token(&self) -> &str {
        self.bearer.as_deref().unwrap_or_default()
    }

    /// Any request.
    pub(crate) fn ask(&self, method: &str, target: &str) -> Ask {
        let ask = Ask {
            client: self.clone(),
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: None,
        };
        match &self.bearer {
            Some(token) => ask.with("Authorization", &format!("Bearer {token}")),
            None => ask,
        }
    }

    /// Reads.
    pub(crate) fn get(&self, target: &str) -> Ask {
        self.ask("GET", target)
    }

    /// Makes.
    pub(crate) fn post(&self, target: &str, body: &Value) -> Ask {
        self.ask("POST", target).json(body)
    }

    /// States whole.
    pub(crate) fn put(&self, target: &str, body: &Value) -> Ask {
        self.ask("PUT", target).json(body)
    }

    /// Changes what is at this version.
    pub(crate) fn patch(&self, target: &str, version: &Value, body: &Value) -> Ask {
        let ask = self.ask("PATCH", target).json(body).with("Content-Type", "application/merge-patch+json");
        ask.with("If-Match", &format!("\"v{version}\""))
    }

    /// Deletes.
    pub(crate) fn delete(&self, target: &str) -> Ask {
        self.ask("DELETE", target)
    }
}

/// A request that is about to be sent.
#[derive(Clone)]
pub(crate) struct Ask {
    client: Client,
    /// The method.
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Ask {
    /// With a header, in place of one of this name.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        let mut ask = self.without(name);
        ask.headers.push((name.to_owned(), value.to_owned()));
        ask
    }

    /// Without a header.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// What a header says.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let mut headers = self.headers.iter();
        headers.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
    }

    /// With `If-Match` for this version.
    pub(crate) fn at(self, version: &Value) -> Self {
        self.with("If-Match", &format!("\"v{version}\""))
    }

    /// With a JSON body.
    pub(crate) fn json(self, body: &Value) -> Self {
        self.raw("application/json", body.to_string().as_bytes())
    }

    /// With any body.
    pub(crate) fn raw(self, content_type: &str, body: &[u8]) -> Self {
        let mut ask = self.with("Content-Type", content_type);
        ask.body = Some(body.to_vec());
        ask
    }

    /// The JSON body; an empty object where there is none.
    pub(crate) fn body(&self) -> Value {
        self.body.as_deref().map_or_else(|| serde_json::json!({}), |body| serde_json::from_slice(body).unwrap())
    }

    /// With another JSON body of the same type.
    pub(crate) fn saying(mut self, body: &Value) -> Self {
        self.body = Some(body.to_string().into_bytes());
        self
    }

    fn transmit(&self) -> Response<Body> {
        self.try_transmit().unwrap_or_else(|error| panic!("{} {}: {error}", self.method, self.target))
    }

    fn try_transmit(&self) -> Result<Response<Body>, ureq::Error> {
        let mut request =
            Request::builder().method(self.method.as_str()).uri(format!("{}{}", self.client.base, self.target));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        match &self.body {
            Some(body) => self.client.agent.run(request.body(body.as_slice()).unwrap()),
            None => self.client.agent.run(request.body(()).unwrap()),
        }
    }

    /// Sends it. Of a stream only the head is read.
    pub(crate) fn send(&self) -> Answer {
        self.receive(self.transmit()).unwrap()
    }

    /// Sends it to a server that may die before it has answered whole.
    pub(crate) fn attempt(&self) -> Option<Answer> {
        self.receive(self.try_transmit().ok()?)
    }

    fn receive(&self, response: Response<Body>) -> Option<Answer> {
        let (head, mut body) = response.into_parts();
        let stream = head.headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
        let body = if stream { Vec::new() } else { body.read_to_vec().ok()? };
        let json = serde_json::from_slice(&body).unwrap_or_default();
        let answer = Answer { status: head.status.as_u16(), headers: head.headers, body, json };
        Contract::promised().hold(&self.method, &self.target, &answer);
        Some(answer)
    }

    /// Sends it and gives what is answered, which must have this status.
    pub(crate) fn is(&self, status: u16) -> Value {
        self.send().is(status)
    }

    /// Sends it and gives the kind of the problem, which must have this status.
    pub(crate) fn fails(&self, status: u16) -> String {
        self.send().fails(status)
    }

    /// Sends it and gives the stream that is answered.
    pub(crate) fn stream(&self) -> impl Read + use<> {
        let response = self.transmit();
        assert_eq!(response.status(), 200, "{}", self.target);
        response.into_body().into_reader()
    }
}

/// What is answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    headers: HeaderMap,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// The body as JSON; null where it is none.
    pub(crate) json: Value,
}

impl Answer {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Every header.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body, if the status is this.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json
    }

    /// The kind of the problem, if the status is this.
    #[track_caller]
    pub(crate) fn fails(self, status: u16) -> String {
        let json = self.is(status);
        json["type"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
    }
}
