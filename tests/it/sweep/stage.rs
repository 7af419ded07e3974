//! Two companies, and the things that requests are sent against: made when they are needed, made anew when they are gone.

use std::{cell::RefCell, collections::HashMap};

use guildhall_app::{App, Clock as _, SystemClock};
use guildhall_domain::{
    Id, Moment, TenantScope,
    evaluation::{self, Summary},
    harm::Harm,
    id,
    job::{self, Job, Kind, Progress},
    overlap::{Measures, Overlap, Party, Severity, State},
    release::{self, Release},
};
use serde_json::{Value, json};

use super::{cast::Principal, law::Target};
use crate::house::{Client, Company, Department, House, ORIGIN, PASSWORD, Person, intent, program, unique};

/// A proposal's body: another intent for a department.
pub(super) fn addition(department: &str) -> Value {
    let new = intent(&unique("proposed"), &[&unique("a proposed phrase"), &unique("one more")]);
    json!({ "title": "Swept", "changes": [{ "op": "add_intent", "department": department, "intent": new }] })
}

/// A settlement's body that lets an overlap be.
pub(super) fn ignored() -> Value {
    json!({ "kind": "ignore", "until": Moment(SystemClock.now().0 + 86_400_000_000), "reason": "Swept" })
}

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
    /// Runs of conversation tests by whose they are.
    runs: RefCell<HashMap<String, String>>,
    /// Owners of departments that nobody of the cast belongs to.
    quiet: RefCell<HashMap<String, Person>>,
    /// Paths of gaps by company and department.
    gaps: RefCell<HashMap<(usize, usize), String>>,
}

impl Stage {
    pub(super) fn set(house: House) -> Self {
        let companies = ["acorn", "birch"].map(|name| Company::found(&house, name));
        let recruits = companies.each_ref().map(|company| company.leader.bring(&house, &json!({})));
        Self {
            house,
            companies,
            recruits,
            spares: RefCell::default(),
            keys: RefCell::default(),
            runs: RefCell::default(),
            quiet: RefCell::default(),
            gaps: RefCell::default(),
        }
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

    /// A case of a department's suite that may go.
    pub(super) fn suite(&self, target: Target) -> Value {
        let department = self.department(target);
        self.spare("suite", target, || Self::case_below(&department.owner.client, &department.path("tests")))
    }

    /// A case of a company's suite that may go.
    pub(super) fn company_suite(&self, target: Target) -> Value {
        let leader = &self.company(target).leader.client;
        self.spare("company suite", target, || Self::case_below(leader, "/v1/tests"))
    }

    fn case_below(by: &Client, tests: &str) -> Value {
        let suite = by.post(tests, &json!({ "name": unique("Spare") })).is(201)["id"].clone();
        let cases = format!("{tests}/{}/cases", suite.as_str().unwrap());
        by.post(&cases, &super::cases::test_case()).is(201)
    }

    /// The version of something that a department's owner reads; 1 where there is none.
    pub(super) fn version_of_owner(&self, target: Target, path: &str) -> Value {
        let read = self.department(target).owner.client.get(path).send();
        if read.status == 200 { read.json["version"].clone() } else { json!(1) }
    }

    /// What came of running a department's tests, or the company's.
    pub(super) fn test_run(&self, target: Option<Target>) -> String {
        let key = format!("{:?}", target.map(Self::at));
        let known = self.runs.borrow().get(&key).cloned();
        known.unwrap_or_else(|| {
            let (by, tests) = match target {
                Some(target) => (&self.department(target).owner.client, self.department(target).path("tests")),
                None => (&self.companies[0].leader.client, "/v1/tests".to_owned()),
            };
            let job = by.post(&format!("{tests}/runs"), &json!({})).is(202)["id"].as_str().unwrap().to_owned();
            let run = crate::house::job(by, &job)["result"]["run"].as_str().unwrap().to_owned();
            self.runs.borrow_mut().insert(key, run.clone());
            run
        })
    }

    /// The path of a request to the target's department, which the recruit sent for the company, in a state.
    pub(super) fn request(&self, target: Target, state: &'static str, below: &str) -> String {
        let id = Self::id(target, "knr", || {
            let (recruit, department) = (self.recruit(target), self.department(target));
            let made =
                self.spare(state, target, || Self::brought_to(state, recruit, &department.key, &department.owner));
            made["id"].as_str().unwrap().to_owned()
        });
        format!("/v1/knowledge-requests/{id}{below}")
    }

    /// The path of a request that one sent oneself, or of one that somebody else did, to a department that nobody else of
    /// the cast belongs to.
    pub(super) fn own_request(&self, who: &Principal, target: Target, state: &'static str, below: &str) -> String {
        let id = Self::id(target, "knr", || {
            let company = self.company(target);
            let asker = match (target, &who.person) {
                (Target::Here, Some(person)) => person,
                _ => self.recruit(target),
            };
            let (key, owner) = self.quiet(company);
            Self::brought_to(state, asker, &key, &owner)["id"].as_str().unwrap().to_owned()
        });
        format!("/v1/knowledge-requests/{id}{below}")
    }

    /// A department that nobody of the cast belongs to, with its owner.
    fn quiet(&self, company: &Company) -> (String, Person) {
        let key = format!("{}-quiet", company.departments[0].key);
        let mut quiet = self.quiet.borrow_mut();
        let owner = quiet.entry(key.clone()).or_insert_with(|| {
            company.leader.client.post("/v1/departments", &json!({ "key": key, "name": key })).is(201);
            company.leader.bring(&self.house, &json!({ "department": key, "role": "owner" }))
        });
        (key, owner.clone())
    }

    fn brought_to(state: &str, asker: &Person, to: &str, owner: &Person) -> Value {
        let body = json!({ "to": to, "question": unique("Spare?") });
        let request = asker.client.post("/v1/knowledge-requests", &body).is(201);
        let path = |below: &str| format!("/v1/knowledge-requests/{}/{below}", request["id"].as_str().unwrap());
        if state == "returned" {
            owner.client.post(&path("ask-back"), &json!({ "text": "Which?" })).is(200);
        }
        if matches!(state, "answered" | "accepted") {
            owner.client.post(&path("answer"), &json!({ "text": "Yes." })).is(200);
        }
        if state == "accepted" {
            asker.client.post(&path("accept"), &json!({})).is(200);
        }
        request
    }

    /// The path of a job that has ended: one's own, the recruit's, the foreign leader's, or none.
    pub(super) fn job(&self, who: &Principal, target: Target) -> String {
        let id = Self::id(target, "job", || {
            let asker = match (target, &who.person) {
                (Target::Here, Some(person)) => person,
                (Target::Here, None) => &self.companies[0].leader,
                (Target::Foreign, _) => &self.companies[1].leader,
                _ => &self.recruits[0],
            };
            self.ended_job(asker)
        });
        format!("/v1/jobs/{id}")
    }

    fn ended_job(&self, asker: &Person) -> String {
        let (slug, member) = (asker.slug.clone(), asker.id.parse().unwrap());
        let id: Id<id::Job> = self.house.within(move |app| async move {
            let tenant = app.store.tenant_by_slug(&slug).await.unwrap().unwrap();
            let (now, id) = (app.now(), app.entropy().new_id(app.now()).unwrap());
            let tx = app.store.begin(App::system(tenant.id).scope).await.unwrap();
            let job = Job {
                id,
                kind: Kind::Evaluation,
                departments: Vec::new(),
                asked_by: Some(member),
                state: job::State::Queued,
                progress: Progress::default(),
                task: Value::Null,
                result: None,
                problem: None,
                created_at: now,
                started_at: None,
                ended_at: None,
                updated_at: now,
            };
            tx.jobs().add(&job).await.unwrap();
            tx.jobs().end(id, job::State::Cancelled, None, now).await.unwrap();
            tx.commit().await.unwrap();
            id
        });
        id.to_string()
    }

    /// The path of what is decided about a release that is held.
    pub(super) fn held(&self, target: Target, decision: &str) -> String {
        let number = match target {
            Target::Nowhere | Target::Missing => "999999".to_owned(),
            Target::Malformed => "latest".to_owned(),
            _ => self.held_release(target).to_string(),
        };
        self.inside(target, &format!("releases/{number}/{decision}"))
    }

    /// The number of a release that would harm its own department, so that whoever owns that may let it go; and so may the
    /// leader, since it is due.
    fn held_release(&self, target: Target) -> i64 {
        let made = self.spare("held", target, || {
            let (company, department) = (self.company(target), self.department(target));
            let (slug, key) = (company.leader.slug.clone(), department.key.clone());
            let number = self.house.within(|app| async move {
                let tenant = app.store.tenant_by_slug(&slug).await.unwrap().unwrap();
                let tx = app.store.begin(App::system(tenant.id).scope).await.unwrap();
                let department = tx.departments().by_key(&key).await.unwrap().unwrap().id;
                let newest = tx.releases().newest(department).await.unwrap().unwrap();
                let harm = Harm::to(department);
                let (id, number) = (app.entropy().new_id(app.now()).unwrap(), newest.number + 1);
                let (state, due_at) = (release::State::Held, Some(app.now()));
                let held = Release { id, number, state, harms: vec![harm], due_at, ..newest };
                tx.releases().add(&held).await.unwrap();
                tx.commit().await.unwrap();
                number
            });
            json!(number)
        });
        made.as_i64().unwrap()
    }

    /// The path of an evaluation of a department's draft.
    pub(super) fn evaluation(&self, target: Target) -> String {
        let id = Self::id(target, "evl", || {
            let made = self.spare("evaluation", target, || {
                let (company, department) = (self.company(target), self.department(target));
                let (slug, key) = (company.leader.slug.clone(), department.key.clone());
                let id: Id<id::Evaluation> = self.house.within(move |app| async move {
                    let tenant = app.store.tenant_by_slug(&slug).await.unwrap().unwrap();
                    let (now, id) = (app.now(), app.entropy().new_id(app.now()).unwrap());
                    let tx = app.store.begin(App::system(tenant.id).scope).await.unwrap();
                    let department = tx.departments().by_key(&key).await.unwrap().unwrap().id;
                    let summary = Summary {
                        id,
                        stage: evaluation::Stage::Draft,
                        departments: vec![department],
                        build: 1,
                        folds: 5,
                        phrases: 0,
                        accuracy: None,
                        macro_f1: None,
                        created_at: now,
                    };
                    let nothing = serde_json::to_string(&evaluation::Measures::default()).unwrap();
                    tx.evaluations().add(&summary, nothing).await.unwrap();
                    tx.commit().await.unwrap();
                    id
                });
                json!(id)
            });
            made.as_str().unwrap().to_owned()
        });
        format!("/v1/bot/evaluations/{id}")
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

    /// A proposal of the recruit's that touches the department.
    pub(super) fn proposal(&self, target: Target) -> Value {
        self.spare("proposal", target, || {
            self.recruit(target).client.post("/v1/proposals", &addition(self.key(target))).is(201)
        })
    }

    /// A proposal that everybody approved and that clashed then, and does so no more.
    pub(super) fn clashed(&self, target: Target) -> Value {
        self.spare("clashed", target, || {
            let department = self.department(target);
            let path = department.path(&format!("intents/{}", department.live));
            let retitle = |title: Value| {
                let version = self.version(target, &department.live);
                department.owner.client.patch(&path, &version, &json!({ "title": title })).is(200)
            };
            retitle(Value::Null);
            let change = json!({ "op": "retitle", "in": department.live, "title": unique("proposed") });
            let body = json!({ "title": "Clashing", "changes": [change] });
            let made = self.recruit(target).client.post("/v1/proposals", &body).is(201);
            retitle(json!("Meanwhile"));
            let approve = format!("/v1/proposals/{}/approve", made["id"].as_str().unwrap());
            let accepted = department.owner.client.post(&approve, &json!({})).is(200);
            assert_eq!(accepted["proposal"]["state"], "accepted", "{accepted:#}");
            retitle(Value::Null);
            made
        })
    }

    /// An overlap of two intents of the department, as a run would have found it.
    pub(super) fn overlap(&self, target: Target) -> String {
        let found = self.spare("overlap", target, || {
            let company = self.company(target);
            let me = company.leader.client.get("/v1/me").is(200);
            let tenant = me["tenant"]["id"].as_str().unwrap().parse().unwrap();
            let department = self.department(target);
            let key = department.key.clone();
            let id = department.owner.client.get(&format!("/v1/departments/{key}")).is(200)["id"].clone();
            let (department, intent) = (id.as_str().unwrap().parse().unwrap(), department.live.parse().unwrap());
            self.house.within(move |app| async move {
                let new = |_: ()| app.entropy().new_id(app.now()).unwrap();
                let party = |intent| Party { intent, name: "swept".to_owned(), department };
                let now = app.now();
                let overlap = Overlap {
                    id: app.entropy().new_id(now).unwrap(),
                    parties: [party(intent), party(new(()))],
                    state: State::Open,
                    severity: Severity::Minor,
                    measures: Measures::default(),
                    first_seen: now,
                    last_seen: now,
                    ignored_until: None,
                    version: 1,
                    created_at: now,
                    updated_at: now,
                };
                let tx = app.store.begin(TenantScope::proven(tenant)).await.unwrap();
                tx.overlaps().add(&[overlap.clone()]).await.unwrap();
                tx.commit().await.unwrap();
                json!(overlap.id.to_string())
            })
        });
        found.as_str().unwrap().to_owned()
    }

    /// A settlement of it that its owner proposed.
    pub(super) fn settlement(&self, target: Target) -> Value {
        let path = format!("/v1/overlaps/{}/settlements", self.overlap(target));
        self.spare("settlement", target, || self.department(target).owner.client.post(&path, &ignored()).is(201))
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

    /// The path of a gap that the target's department alone likely knows about: open, with examples.
    pub(super) fn gap(&self, target: Target) -> String {
        match target {
            Target::Nowhere | Target::Missing | Target::Malformed => {
                format!("/v1/gaps/{}", Self::id(target, "gap", String::new))
            }
            _ => self.whole_gap(target),
        }
    }

    /// The path of a real one.
    pub(super) fn whole_gap(&self, target: Target) -> String {
        let (company, department) = Self::at(target);
        let known = self.gaps.borrow().get(&(company, department)).cloned();
        let path = known.unwrap_or_else(|| {
            let found = self.disliked(target);
            self.gaps.borrow_mut().insert((company, department), found.clone());
            found
        });
        let leader = &self.company(target).leader.client;
        leader.ask("POST", &format!("{path}/reopen")).send();
        // What was split off comes home.
        let id = path.rsplit('/').next().unwrap().to_owned();
        for gap in leader.get("/v1/gaps?limit=200").is(200)["items"].as_array().unwrap() {
            let same = gap["likely"][0]["department"] == *self.department(target).key;
            if same && gap["id"] != *id {
                let piece = format!("/v1/gaps/{}", gap["id"].as_str().unwrap());
                leader.post(&format!("{piece}/merge"), &json!({ "into": id })).is(200);
            }
        }
        path
    }

    /// Asks what a department answers and rates it badly, until a gap comes of it.
    fn disliked(&self, target: Target) -> String {
        let (company, department) = (self.company(target), self.department(target));
        for at in 0..6 {
            let visitor = crate::house::Visitor::come(&self.house, company.key());
            let reply = visitor.say(&format!("{}{}", department.question, "?".repeat(at)))["reply"].clone();
            let body = json!({ "score": 1, "message": reply["message"]["id"] });
            visitor.client.post(&format!("{}/rating", visitor.path), &body).is(201);
        }
        for _ in 0..300 {
            let found = company.leader.client.get("/v1/gaps?limit=200").is(200);
            let own = |gap: &&Value| gap["likely"][0]["department"] == *department.key && gap["count"] == 6;
            if let Some(gap) = found["items"].as_array().unwrap().iter().find(own) {
                return format!("/v1/gaps/{}", gap["id"].as_str().unwrap());
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("no gap was found");
    }

    /// An example of the target's gap.
    pub(super) fn example(&self, target: Target) -> Value {
        let path = self.whole_gap(target);
        self.company(target).leader.client.get(&path).is(200)["examples"][0]["message"].clone()
    }

    /// The path of a gap that may become part of the target's.
    pub(super) fn piece(&self, target: Target) -> String {
        match target {
            Target::Nowhere | Target::Missing | Target::Malformed => self.gap(target),
            _ => {
                let path = self.whole_gap(target);
                let leader = &self.company(target).leader.client;
                let body = json!({ "messages": [self.example(target)] });
                let piece = leader.post(&format!("{path}/split"), &body).is(201);
                format!("/v1/gaps/{}", piece["id"].as_str().unwrap())
            }
        }
    }

    /// Closes a gap, if it is open.
    pub(super) fn close(&self, target: Target, path: &str) {
        self.company(target).leader.client.post(&format!("{path}/close"), &json!({ "reason": "noise" })).send();
    }

    /// A visitor who may be erased.
    pub(super) fn passer_by(&self, target: Target) -> String {
        let company = self.company(target);
        let visitor = crate::house::Visitor::come(&self.house, company.key());
        visitor.say("hello");
        let path = format!("/v1/conversations/{}", visitor.conversation);
        company.leader.client.get(&path).is(200)["visitor"].as_str().unwrap().to_owned()
    }
}
