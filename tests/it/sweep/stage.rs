//! Two companies, and the things that requests are sent against: made when they are needed, made anew when they are gone.

use std::{cell::RefCell, collections::HashMap};

use serde_json::{Value, json};

use super::{cast::Principal, law::Target};
use crate::house::{Client, Company, Department, House, ORIGIN, PASSWORD, Person, intent, program, unique};

/// The stage.
pub(super) struct Stage {
    /// The server.
    pub(super) house: House,
    /// The cast's company, and a foreign one.
    pub(super) companies: [Company; 2],
    /// A member of each whom the cast may do things to.
    recruits: [Person; 2],
    spares: RefCell<HashMap<(&'static str, usize, usize), Value>>,
    /// API keys by their makers.
    keys: RefCell<HashMap<String, String>>,
}

impl Stage {
    pub(super) fn set(house: House) -> Self {
        let companies = ["acorn", "birch"].map(|name| Company::found(&house, name));
        let recruits = companies.each_ref().map(|company| company.leader.bring(&house, &json!({})));
        Self { house, companies, recruits, spares: RefCell::default(), keys: RefCell::default() }
    }

    /// After something changed: things are made anew.
    pub(super) fn renew(&self) {
        self.spares.borrow_mut().clear();
    }

    fn at(target: Target) -> (usize, usize) {
        match target {
            Target::Foreign => (1, 0),
            Target::Elsewhere => (0, 1),
            _ => (0, 0),
        }
    }

    /// The company that a target lies in.
    pub(super) fn company(&self, target: Target) -> &Company {
        &self.companies[Self::at(target).0]
    }

    /// The department that a target lies in.
    pub(super) fn department(&self, target: Target) -> &Department {
        &self.company(target).departments[Self::at(target).1]
    }

    /// The key of a department as a path names it.
    pub(super) fn key(&self, target: Target) -> &str {
        match target {
            Target::Nowhere => "never-was",
            Target::Malformed => "No%20key!",
            _ => &self.department(target).key,
        }
    }

    /// The path to something in a department: the last id is the target's.
    pub(super) fn inside(&self, target: Target, below: &str) -> String {
        let key = if target == Target::Malformed { self.key(Target::Here) } else { self.key(target) };
        format!("/v1/departments/{key}/{below}")
    }

    /// An id: a real one where the target is one, else one that never was, or none at all.
    pub(super) fn id(target: Target, prefix: &str, real: impl FnOnce() -> String) -> String {
        match target {
            Target::Nowhere | Target::Missing => format!("{prefix}_01jd0000007000g00000000009"),
            Target::Malformed => format!("{prefix}_nonsense"),
            _ => real(),
        }
    }

    fn spare(&self, what: &'static str, target: Target, make: impl FnOnce() -> Value) -> Value {
        let (company, department) = Self::at(target);
        let key = (what, company, department);
        if let Some(found) = self.spares.borrow().get(&key) {
            return found.clone();
        }
        let new = make();
        self.spares.borrow_mut().insert(key, new.clone());
        new
    }

    /// An intent of the draft.
    pub(super) fn draft(&self, target: Target) -> Value {
        self.spare("draft", target, || {
            let department = self.department(target);
            let body = intent(&unique("spare"), &[&unique("a spare phrase"), &unique("another one")]);
            department.owner.client.post(&department.path("intents"), &body).is(201)
        })
    }

    /// The version of an intent, as its owner reads it; 1 where there is none.
    pub(super) fn version(&self, target: Target, id: &str) -> Value {
        let department = self.department(target);
        let read = department.owner.client.get(&department.path(&format!("intents/{id}"))).send();
        if read.status == 200 { read.json["version"].clone() } else { json!(1) }
    }

    /// The version of something that the leader reads; 1 where there is none.
    pub(super) fn version_at(&self, target: Target, path: &str) -> Value {
        let read = self.company(target).leader.client.get(path).send();
        if read.status == 200 { read.json["version"].clone() } else { json!(1) }
    }

    /// A member whom nobody of the cast is.
    pub(super) fn recruit(&self, target: Target) -> &Person {
        &self.recruits[Self::at(target).0]
    }

    /// A member who may go.
    pub(super) fn newcomer(&self, target: Target) -> Person {
        let company = self.company(target);
        let made = self.spare("newcomer", target, || {
            let body = json!({ "email": format!("{}@guildhall.test", unique("newcomer")) });
            let token = company.leader.client.post("/v1/invitations", &body).is(201)["token"].clone();
            let body = json!({ "token": token, "name": "Newcomer", "password": PASSWORD });
            self.house.stranger().post("/v1/invitations/accept", &body).is(201)
        });
        Person::of(&self.house, &made)
    }

    /// A link by which the recruit sets a new password.
    pub(super) fn reset_link(&self, target: Target) -> Value {
        self.spare("reset", target, || {
            let path = format!("/v1/members/{}/reset-links", self.recruit(target).id);
            self.company(target).leader.client.post(&path, &json!({})).is(201)
        })
    }

    /// A member with a role in the department that may be changed.
    pub(super) fn colleague(&self, target: Target) -> String {
        let (recruit, department) = (self.recruit(target), self.department(target));
        self.spare("colleague", target, || {
            let path = department.path(&format!("members/{}", recruit.id));
            department.owner.client.put(&path, &json!({ "role": "viewer" })).is(200)
        });
        recruit.id.clone()
    }

    /// A department that may go.
    pub(super) fn doomed(&self, target: Target) -> String {
        let made = self.spare("department", target, || {
            let key = unique("doomed");
            self.company(target).leader.client.post("/v1/departments", &json!({ "key": key, "name": key })).is(201)
        });
        made["key"].as_str().unwrap().to_owned()
    }

    /// A channel that may go.
    pub(super) fn channel(&self, target: Target) -> Value {
        self.spare("channel", target, || {
            let body = json!({ "kind": "web", "name": unique("spare"), "allowed_origins": [ORIGIN] });
            self.company(target).leader.client.post("/v1/channels", &body).is(201)
        })
    }

    /// The path of an API key: one's own, somebody else's, the foreign leader's, or none.
    pub(super) fn api_key(&self, who: &Principal, target: Target) -> String {
        let [first, second] = self.companies[0].departments.each_ref().map(|department| &department.owner);
        let own = who.person.as_ref().filter(|person| person.id != self.companies[0].leader.id);
        let id = Self::id(target, "key", || match (target, own) {
            (Target::Here, Some(person)) if [first, second].iter().any(|owner| owner.id == person.id) => {
                self.key_of(person)
            }
            (Target::Elsewhere, Some(person)) if person.id == second.id => self.key_of(first),
            (Target::Elsewhere, _) => self.key_of(second),
            _ => self.key_of(&self.company(target).leader),
        });
        format!("/v1/api-keys/{id}")
    }

    /// A key that this person made and that was not revoked since.
    fn key_of(&self, maker: &Person) -> String {
        let known = self.keys.borrow().get(&maker.id).cloned();
        let there = |id: &String| maker.client.get(&format!("/v1/api-keys/{id}")).send().status == 200;
        known.filter(there).unwrap_or_else(|| {
            let made = program(maker, &["live.read"], &["*"])["api_key"]["id"].as_str().unwrap().to_owned();
            self.keys.borrow_mut().insert(maker.id.clone(), made.clone());
            made
        })
    }

    /// An open invitation into a department, with its token.
    pub(super) fn invitation(&self, target: Target) -> Value {
        self.spare("invitation", target, || {
            let department = self.department(target);
            let email = format!("{}@guildhall.test", unique("invited"));
            let body = json!({ "email": email, "department": department.key, "role": "viewer" });
            department.owner.client.post("/v1/invitations", &body).is(201)
        })
    }

    /// A session of the recruit's, just begun.
    pub(super) fn session(&self) -> Person {
        self.recruits[0].sign_in(&self.house)
    }

    /// Credentials for signing in.
    pub(super) fn credentials(&self) -> Value {
        json!({ "email": self.recruits[0].email, "password": PASSWORD })
    }

    /// The id of the session that a client speaks in.
    pub(super) fn session_of(client: &Client) -> String {
        let sessions = client.get("/v1/sessions").is(200);
        let mine = sessions["items"].as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
        mine["id"].as_str().unwrap().to_owned()
    }

    /// The path of a visitor's conversation.
    pub(super) fn talk(&self, target: Target) -> String {
        let (company, visitor) = Self::at(target);
        let id = Self::id(target, "con", || self.companies[company].visitors[visitor].conversation.clone());
        format!("/v1/chat/conversations/{id}")
    }
}
