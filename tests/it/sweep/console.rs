//! Every route of the console, asked for by everybody, against everything, by the same law as the API's operations.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
};

use guildhall_console::{ROUTES, Route};

use super::{
    anonymous,
    cases::{ALONE, CONVERSATION, DEPARTMENT, IN_DEPARTMENT, IN_DRAFT, IS_LIVE, OF_TENANT, PERSONAL, release},
    cast::{Principal, cast},
    law::{Asked, Bar, Facts, Place, Scope, Target, expected},
    stage::Stage,
    watched,
};
use crate::house::{Answer, Ask, Browser, Digest, ORIGIN, PASSWORD, token_of, unique};

/// One way to ask for a route.
struct Case {
    method: &'static str,
    path: &'static str,
    facts: Facts,
    /// The status when it is done, where it is not the usual one: for whoever is signed in, and for a stranger.
    success: Option<[u16; 2]>,
    ask: fn(&Stage, &Principal, Target) -> Sent,
}

/// What is asked for: where, with which fields, and with another credential than the principal's own.
struct Sent {
    target: String,
    fields: Vec<(&'static str, String)>,
    file: Option<&'static [u8]>,
    access: Option<String>,
}

fn to(target: impl Into<String>) -> Sent {
    Sent { target: target.into(), fields: Vec::new(), file: None, access: None }
}

impl Sent {
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }
}

/// The same place in the console.
fn page(api: &str) -> String {
    api.replacen("/v1/", "/console/", 1)
}

/// A page below a department.
fn of(stage: &Stage, target: Target, below: &str) -> Sent {
    to(format!("/console/departments/{}{below}", stage.key(target)))
}

/// A page of an intent that only the draft has, and its id.
fn drafted(stage: &Stage, target: Target, below: &str) -> (Sent, String) {
    let id = Stage::id(target, "int", || stage.draft(target)["id"].as_str().unwrap().to_owned());
    (to(page(&stage.inside(target, &format!("intents/{id}{below}")))), id)
}

/// The same, with the version that a change starts from.
fn changed(stage: &Stage, target: Target, below: &str) -> Sent {
    let (sent, id) = drafted(stage, target, below);
    sent.with("version", stage.version(target, &id).to_string())
}

fn email(stem: &str) -> String {
    format!("{stem}@guildhall.test")
}

macro_rules! cases {
    ($($method:ident $path:literal $(is $success:tt)?: $facts:expr, |$stage:tt, $who:tt, $target:tt| $ask:expr;)*) => {
        const CASES: &[Case] = &[$(Case {
            method: stringify!($method),
            path: $path,
            facts: $facts,
            success: cases!(@ $($success)?),
            ask: |$stage, $who, $target| $ask,
        }),*];
    };
    (@) => { None };
    (@ $success:tt) => { Some($success) };
}

cases! {
    GET "/console/assets/{file}" is [404, 404]: ALONE, |_, _, _| to("/console/assets/none.css");
    GET "/console/sign-in" is [303, 200]: ALONE, |_, _, _| to("/console/sign-in");
    POST "/console/sign-in" is [303, 303]: ALONE, |stage, _, _| {
        let credentials = stage.credentials();
        let text = |name: &str| credentials[name].as_str().unwrap().to_owned();
        to("/console/sign-in").with("email", text("email")).with("password", text("password"))
    };
    GET "/console/invitation" is [200, 200]: ALONE, |stage, _, target|
        to(format!("/console/invitation?token={}", stage.invitation(target)["token"].as_str().unwrap()));
    POST "/console/invitation" is [303, 303]: ALONE, |stage, _, target| to("/console/invitation")
        .with("token", stage.invitation(target)["token"].as_str().unwrap())
        .with("name", "Newcomer").with("password", PASSWORD).with("again", PASSWORD);

    GET "/console/lost-password" is [200, 200]: ALONE, |_, _, _| to("/console/lost-password");
    POST "/console/lost-password" is [422, 422]: ALONE, |_, _, _| to("/console/lost-password").with("email", "no address");
    GET "/console/new-password" is [200, 200]: ALONE, |stage, _, target|
        to(format!("/console/new-password?token={}", stage.reset_link(target)["token"].as_str().unwrap()));
    POST "/console/new-password" is [200, 200]: ALONE, |stage, _, target| to("/console/new-password")
        .with("token", stage.reset_link(target)["token"].as_str().unwrap())
        .with("new_password", PASSWORD).with("again", PASSWORD);

    GET "/console/account": ALONE, |_, _, _| to("/console/account");
    POST "/console/account/password": ALONE, |_, _, _| to("/console/account/password")
        .with("current_password", PASSWORD).with("new_password", PASSWORD).with("again", PASSWORD);
    POST "/console/account/sessions/{session}/end": PERSONAL, |stage, who, target| {
        let id = Stage::id(target, "ses", || match (target, &who.person) {
            (Target::Here, Some(person)) => Stage::session_of(&person.sign_in(&stage.house).client),
            (Target::Foreign, _) => Stage::session_of(&stage.companies[1].leader.client),
            _ => Stage::session_of(&stage.session().client),
        });
        to(format!("/console/account/sessions/{id}/end"))
    };
    POST "/console/sign-out": ALONE, |stage, who, _| {
        let fresh = who.person.as_ref().map(|person| person.sign_in(&stage.house).client.token().to_owned());
        Sent { access: fresh, ..to("/console/sign-out") }
    };

    GET "/console": ALONE, |_, _, _| to("/console");
    GET "/console/found-department": ALONE, |_, _, _| to("/console/found-department");
    POST "/console/found-department": ALONE, |_, _, _|
        to("/console/found-department").with("name", "Swept").with("key", unique("swept"));
    GET "/console/departments/{department}": DEPARTMENT, |stage, _, target| of(stage, target, "");
    GET "/console/departments/{department}/settings": DEPARTMENT, |stage, _, target| of(stage, target, "/settings");
    POST "/console/departments/{department}/settings": DEPARTMENT, |stage, _, target| {
        let version = stage.version_at(target, &format!("/v1/departments/{}", stage.key(target)));
        of(stage, target, "/settings").with("name", "Swept").with("version", version.to_string())
    };
    GET "/console/departments/{department}/people": DEPARTMENT, |stage, _, target| of(stage, target, "/people");
    POST "/console/departments/{department}/people": Facts { bar: Bar::GivesRole, ..DEPARTMENT }, |stage, _, target|
        of(stage, target, "/people").with("member", stage.colleague(target)).with("role", "viewer");
    POST "/console/departments/{department}/people/{member}/take": Facts { bar: Bar::GivesRole, ..IN_DEPARTMENT }, |stage, _, target| {
        let id = Stage::id(target, "mem", || stage.colleague(target));
        to(page(&stage.inside(target, &format!("people/{id}/take"))))
    };

    GET "/console/departments/{department}/live": DEPARTMENT, |stage, _, target| of(stage, target, "/live");
    GET "/console/departments/{department}/intents": DEPARTMENT, |stage, _, target| of(stage, target, "/intents");
    GET "/console/departments/{department}/intents/new": DEPARTMENT, |stage, _, target| of(stage, target, "/intents/new");
    POST "/console/departments/{department}/intents/new": DEPARTMENT, |stage, _, target|
        of(stage, target, "/intents/new").with("name", unique("swept")).with("language", "en")
            .with("phrases", unique("sweep")).with("answer", "Swept.");
    GET "/console/departments/{department}/intents/{intent}": IN_DRAFT, |stage, _, target| drafted(stage, target, "").0;
    POST "/console/departments/{department}/intents/{intent}": IN_DRAFT, |stage, _, target|
        changed(stage, target, "").with("name", unique("renamed"));
    POST "/console/departments/{department}/intents/{intent}": IS_LIVE, |stage, _, target| {
        let id = Stage::id(target, "int", || stage.department(target).live.clone());
        to(page(&stage.inside(target, &format!("intents/{id}"))))
            .with("version", stage.version(target, &id).to_string()).with("name", unique("renamed"))
    };
    POST "/console/departments/{department}/intents/{intent}/phrases": IN_DRAFT, |stage, _, target|
        drafted(stage, target, "/phrases").0.with("phrases", unique("one more"));
    POST "/console/departments/{department}/intents/{intent}/phrases/{phrase}/delete": IN_DRAFT, |stage, _, target| {
        let intent = match target {
            Target::Missing | Target::Malformed => stage.draft(Target::Here),
            Target::Nowhere => serde_json::json!({ "id": "int_01jd0000007000g00000000009" }),
            _ => stage.draft(target),
        };
        let phrase = Stage::id(target, "phr", || stage.draft(target)["phrases"][0]["id"].as_str().unwrap().to_owned());
        let intent = intent["id"].as_str().unwrap();
        to(page(&stage.inside(target, &format!("intents/{intent}/phrases/{phrase}/delete"))))
    };
    GET "/console/departments/{department}/intents/{intent}/answers/{answer}": IN_DRAFT, |stage, _, target|
        drafted(stage, target, "/answers/new").0;
    POST "/console/departments/{department}/intents/{intent}/answers/{answer}": IN_DRAFT, |stage, _, target|
        changed(stage, target, "/answers/new").with("language", unique_language()).with("text", "Swept.");
    GET "/console/departments/{department}/intents/{intent}/delete": IN_DRAFT, |stage, _, target|
        drafted(stage, target, "/delete").0;
    POST "/console/departments/{department}/intents/{intent}/delete": IN_DRAFT, |stage, _, target|
        changed(stage, target, "/delete");
    GET "/console/departments/{department}/advice": DEPARTMENT, |stage, _, target| of(stage, target, "/advice");
    GET "/console/departments/{department}/import": DEPARTMENT, |stage, _, target| of(stage, target, "/import");
    POST "/console/departments/{department}/import" is [200, 401]: DEPARTMENT, |stage, _, target|
        Sent { file: Some(FILE), ..of(stage, target, "/import") };
    POST "/console/departments/{department}/import": DEPARTMENT, |stage, _, target|
        Sent { file: Some(FILE), ..of(stage, target, "/import").with("deed", "apply") };
    GET "/console/departments/{department}/export": DEPARTMENT, |stage, _, target| of(stage, target, "/export?format=csv");

    GET "/console/departments/{department}/publish": DEPARTMENT, |stage, _, target| of(stage, target, "/publish");
    POST "/console/departments/{department}/publish": DEPARTMENT, |stage, _, target| of(stage, target, "/publish");
    GET "/console/departments/{department}/releases": DEPARTMENT, |stage, _, target| of(stage, target, "/releases");
    GET "/console/departments/{department}/releases/{number}": IN_DEPARTMENT, |stage, _, target|
        to(page(&stage.inside(target, &format!("releases/{}", release(target)))));
    POST "/console/departments/{department}/releases/{number}/restore": IN_DEPARTMENT, |stage, _, target|
        to(page(&stage.inside(target, &format!("releases/{}/restore", release(target)))));

    GET "/console/try": ALONE, |_, _, _| to("/console/try?text=where+is+my+parcel");
    GET "/console/try": Facts { draft: true, place: Place::Request, ..DEPARTMENT }, |stage, _, target|
        to(format!("/console/try?text=where+is+my+parcel&draft={}", stage.key(target)));
    GET "/console/conversations": ALONE, |_, _, _| to("/console/conversations");
    GET "/console/conversations": Facts { place: Place::Request, ..DEPARTMENT }, |stage, _, target|
        to(format!("/console/conversations?department={}", stage.key(target)));
    GET "/console/conversations/{conversation}": CONVERSATION, |stage, _, target|
        to(stage.talk(target).replace("/v1/chat/", "/console/"));

    GET "/console/people": ALONE, |_, _, _| to("/console/people");
    GET "/console/invitations": ALONE, |_, _, _| to("/console/invitations");
    POST "/console/invitations" is [200, 401]:
        Facts { scope: Scope::Tenant, place: Place::Request, seen_by: Some("member.read"), ..ALONE }, |_, _, _|
        to("/console/invitations").with("email", email("swept")).with("tenant_role", "executive");
    POST "/console/invitations" is [200, 401]: Facts { place: Place::Request, bar: Bar::GivesRole, ..DEPARTMENT }, |stage, _, target|
        to("/console/invitations").with("email", email("swept")).with("role", "viewer").with("department", stage.key(target));
    POST "/console/invitations/{invitation}/revoke": Facts { seen_by: None, ..IN_DRAFT }, |stage, _, target| {
        let id = Stage::id(target, "inv", || stage.invitation(target)["invitation"]["id"].as_str().unwrap().to_owned());
        to(format!("/console/invitations/{id}/revoke"))
    };

    GET "/console/channels": ALONE, |_, _, _| to("/console/channels");
    POST "/console/channels": ALONE, |_, _, _| to("/console/channels").with("name", "Swept").with("origins", ORIGIN);
    GET "/console/channels/{channel}": OF_TENANT, |stage, _, target| channel(stage, target, "");
    POST "/console/channels/{channel}": OF_TENANT, |stage, _, target|
        channel(stage, target, "").with("name", "Swept").with("origins", ORIGIN);
    POST "/console/channels/{channel}/close": OF_TENANT, |stage, _, target| channel(stage, target, "/close").with("sure", "yes");
}

/// What is brought in.
const FILE: &[u8] = b"intent,phrase,answer\nswept,sweep,Swept.";

fn channel(stage: &Stage, target: Target, below: &str) -> Sent {
    let id = Stage::id(target, "chn", || stage.channel(target)["id"].as_str().unwrap().to_owned());
    let version = stage.version_at(target, &format!("/v1/channels/{id}"));
    to(format!("/console/channels/{id}{below}")).with("version", version.to_string())
}

/// A language that the intent has no answer in yet.
fn unique_language() -> String {
    unique("en-q").replace("-q-", "-q")
}

on_both! {
    fn everybody_gets_the_pages_that_the_policy_allows_and_no_more(place) {
        let stage = Stage::set(place.house());
        let cast: Vec<_> = cast(&stage.house, &stage.companies[0]).into_iter().map(as_visitor).collect();
        let digest = place.digest();
        let browsers: BTreeMap<_, _> = cast.iter().map(|who| (who.name, armed(&stage, who.client.token()))).collect();
        let mut wrong = Vec::new();
        for route in ROUTES {
            let cases: Vec<_> = CASES.iter().filter(|case| (case.method, case.path) == (route.method, route.path)).collect();
            if cases.is_empty() {
                wrong.push(format!("{} {} has no case", route.method, route.path));
            }
            for case in cases {
                for who in &cast {
                    wrong.extend(ask_all(&stage, &digest, *route, case, who, &browsers[who.name]));
                }
            }
        }
        let routes: BTreeSet<_> = ROUTES.iter().map(|route| (route.method, route.path)).collect();
        let stray = CASES.iter().filter(|case| !routes.contains(&(case.method, case.path)));
        wrong.extend(stray.map(|case| format!("{} {} is no route", case.method, case.path)));
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// The console is for members alone: whoever is another is a stranger there.
fn as_visitor(who: Principal) -> Principal {
    Principal { proven: who.proven && who.person.is_some(), ..who }
}

fn armed(stage: &Stage, access: &str) -> Browser {
    let browser = if access.is_empty() { Browser::new(&stage.house) } else { Browser::holding(&stage.house, access) };
    browser.arm();
    browser
}

/// Asks for a route at every target.
fn ask_all(stage: &Stage, digest: &Digest, route: Route, case: &Case, who: &Principal, own: &Browser) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut nothing_there = BTreeSet::new();
    let usual = if route.method == "GET" { [200, 303] } else { [303, 401] };
    let [known, stranger] = case.success.unwrap_or(usual);
    let success = if route.action == "public" && !who.proven { stranger } else { known };
    let asked = Asked { action: route.action, draft: Some("draft.read"), success, stranger };
    for target in case.facts.targets() {
        let sent = (case.ask)(stage, who, *target);
        let other = sent.access.as_deref().map(|access| armed(stage, access));
        let ask = asking(other.as_ref().unwrap_or(own), route, &sent);
        let at = format!("{:<20} {} {} at {target:?}", who.name, route.method, ask.target);
        let expected = expected(asked, &case.facts, who, *target);
        let Ok((answer, changed)) = catch_unwind(AssertUnwindSafe(|| watched(digest, &ask))) else {
            wrong.push(format!("{at}: not as a page must be, see above"));
            continue;
        };
        if answer.status != expected {
            wrong.push(format!("{at}: {} for {expected}: {}", answer.status, answer.text()));
        }
        if answer.status < 400 {
            if route.method == "POST" {
                stage.renew();
            }
        } else if changed {
            wrong.push(format!("{at}: {}, but something changed", answer.status));
        }
        if matches!(target, Target::Foreign | Target::Nowhere) && answer.status >= 400 {
            nothing_there.insert(masked(&answer));
        }
        wrong.extend(without_token(digest, route, &sent, other.as_ref().unwrap_or(own), who, &at));
    }
    if nothing_there.len() > 1 {
        let at = format!("{} {} {}", who.name, route.method, route.path);
        wrong.push(format!("{at}: a foreign id is not answered like none: {nothing_there:#?}"));
    }
    wrong
}

fn asking(browser: &Browser, route: Route, sent: &Sent) -> Ask {
    let fields: Vec<_> = sent.fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    match (route.method, sent.file) {
        ("GET", _) => browser.page(&sent.target),
        (_, Some(file)) => browser.upload(&sent.target, &fields, Some(("sweep.csv", file))),
        _ => browser.form(&sent.target, &fields),
    }
}

/// No form of another site, and none without this visit's token, changes anything.
fn without_token(
    digest: &Digest,
    route: Route,
    sent: &Sent,
    browser: &Browser,
    who: &Principal,
    at: &str,
) -> Option<String> {
    if route.method == "GET" || !who.proven {
        return None;
    }
    let foreign = asking(browser, route, sent).with("Sec-Fetch-Site", "cross-site");
    let (answer, changed) = watched(digest, &foreign);
    (answer.status < 400 || changed).then(|| format!("{at}: {} for another site's form", answer.status))
}

/// An answer without what names the request and the visit.
fn masked(answer: &Answer) -> String {
    let text = anonymous(answer);
    token_of(&answer.text()).map_or(text.clone(), |token| text.replace(&token, ""))
}
