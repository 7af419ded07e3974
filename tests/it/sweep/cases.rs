//! How each operation is asked for: one request builder for each, or one for each thing that it can be done to.

use serde_json::json;

use super::{
    cast::Principal,
    law::{Bar, Facts, Place, Scope, Target},
    stage::{Stage, addition, ignored},
};
use crate::house::{Ask, ORIGIN, PASSWORD, Person, intent, unique};

/// One way to ask for an operation.
pub(super) struct Case {
    /// The operation.
    pub(super) operation: &'static str,
    /// What the law needs to know.
    pub(super) facts: Facts,
    /// The request of somebody, at a target.
    pub(super) ask: fn(&Stage, &Principal, Target) -> Ask,
}

pub(super) const ALONE: Facts =
    Facts { scope: Scope::Alone, place: Place::Path, seen_by: None, draft: false, bar: Bar::None };
/// A department by its key; every member knows that it is there.
pub(super) const DEPARTMENT: Facts = Facts { scope: Scope::Department, seen_by: Some("department.read"), ..ALONE };
/// Something in a department whose existence is as secret as the draft.
pub(super) const IN_DRAFT: Facts =
    Facts { scope: Scope::Department, place: Place::PathId, seen_by: Some("draft.read"), ..ALONE };
/// Something in a department that the live bot shows to every member.
pub(super) const IS_LIVE: Facts = Facts { seen_by: Some("live.read"), ..IN_DRAFT };
/// Something in a department that is looked for only when the department is within reach.
pub(super) const IN_DEPARTMENT: Facts = Facts { seen_by: Some("department.read"), ..IN_DRAFT };
pub(super) const OF_TENANT: Facts = Facts { scope: Scope::Tenant, place: Place::PathId, ..ALONE };
pub(super) const PERSONAL: Facts = Facts { scope: Scope::Personal, place: Place::PathId, ..ALONE };
pub(super) const CONVERSATION: Facts = Facts { scope: Scope::Department, place: Place::PathId, ..ALONE };

/// A question to a department, from somebody who belongs to none: seen by who answers or reads there.
pub(super) const ASKED: Facts =
    Facts { scope: Scope::Department, place: Place::PathId, seen_by: Some("request.read"), ..ALONE };
/// What one asked oneself; where somebody else did, of a department that nobody of the cast belongs to.
pub(super) const ASKER: Facts = Facts { seen_by: Some("request.read"), ..PERSONAL };
/// A gap that one department likely knows about.
pub(super) const GAP: Facts = Facts { seen_by: Some("gap.read"), ..CONVERSATION };

/// Something of the company's that whoever holds the action anywhere sees.
pub(super) const COMPANYS: Facts = Facts { scope: Scope::Company, ..OF_TENANT };

macro_rules! cases {
    ($($operation:ident: $facts:expr, |$stage:tt, $who:tt, $target:tt| $ask:expr;)*) => {
        /// Every case.
        pub(super) const CASES: &[Case] = &[$(Case {
            operation: stringify!($operation),
            facts: $facts,
            ask: |$stage, $who, $target| $ask,
        }),*];
    };
}

cases! {
    getKeySet: ALONE, |_, who, _| who.client.get("/.well-known/jwks.json");
    signUp: ALONE, |_, who, _| who.client.post("/v1/tenants", &json!({
        "company": "Sweep", "leader": { "name": "L", "email": format!("{}@guildhall.test", unique("up")), "password": PASSWORD },
    }));
    signIn: ALONE, |stage, who, _| who.client.post("/v1/sessions", &stage.credentials());
    refreshSession: ALONE, |stage, who, _|
        who.client.post("/v1/sessions/refresh", &json!({ "refresh_token": stage.session().refresh }));
    acceptInvitation: ALONE, |stage, who, target| who.client.post("/v1/invitations/accept", &json!({
        "token": stage.invitation(target)["token"], "name": "Newcomer", "password": PASSWORD,
    }));

    requestPasswordReset: ALONE, |_, who, _|
        who.client.post("/v1/password-resets", &json!({ "email": format!("{}@guildhall.test", unique("lost")) }));
    completePasswordReset: ALONE, |stage, who, target| who.client.post("/v1/password-resets/complete", &json!({
        "token": stage.reset_link(target)["token"], "new_password": PASSWORD,
    }));

    getMe: ALONE, |_, who, _| who.client.get("/v1/me");
    changePassword: ALONE, |_, who, _|
        who.client.put("/v1/me/password", &json!({ "current_password": PASSWORD, "new_password": PASSWORD }));
    listSessions: ALONE, |_, who, _| who.client.get("/v1/sessions");
    signOut: ALONE, |stage, who, _| {
        let fresh = who.person.as_ref().map(|person| person.sign_in(&stage.house).client);
        fresh.as_ref().unwrap_or(&who.client).delete("/v1/sessions/current")
    };
    deleteMe: ALONE, |stage, who, target| {
        // Somebody who is no more than that goes in their place.
        let somebody = who.person.as_ref().map(|_| stage.newcomer(target).client);
        somebody.as_ref().unwrap_or(&who.client).delete("/v1/me")
    };
    revokeSession: PERSONAL, |stage, who, target| {
        let id = Stage::id(target, "ses", || match (target, &who.person) {
            (Target::Here, Some(person)) => Stage::session_of(&person.sign_in(&stage.house).client),
            (Target::Foreign, _) => Stage::session_of(&stage.companies[1].leader.client),
            _ => Stage::session_of(&stage.session().client),
        });
        who.client.delete(&format!("/v1/sessions/{id}"))
    };

    listMembers: ALONE, |_, who, _| who.client.get("/v1/members");
    getMember: OF_TENANT, |stage, who, target|
        who.client.get(&format!("/v1/members/{}", Stage::id(target, "mem", || stage.company(target).executive.id.clone())));
    changeMember: Facts { seen_by: Some("member.read"), ..PERSONAL }, |stage, who, target| {
        let id = Stage::id(target, "mem", || match (target, &who.person) {
            (Target::Here, Some(person)) => person.id.clone(),
            _ => stage.recruit(target).id.clone(),
        });
        let path = format!("/v1/members/{id}");
        who.client.patch(&path, &stage.version_at(target, &path), &json!({ "title": "Swept" }))
    };

    putTenantRole: OF_TENANT, |stage, who, target| {
        let id = Stage::id(target, "mem", || stage.recruit(target).id.clone());
        who.client.put(&format!("/v1/members/{id}/tenant-role"), &json!({ "role": "member" }))
    };
    putSuspension: OF_TENANT, |stage, who, target| {
        let id = Stage::id(target, "mem", || stage.newcomer(target).id);
        who.client.ask("PUT", &format!("/v1/members/{id}/suspension"))
    };
    deleteSuspension: OF_TENANT, |stage, who, target| {
        let id = Stage::id(target, "mem", || stage.recruit(target).id.clone());
        who.client.delete(&format!("/v1/members/{id}/suspension"))
    };
    deleteMember: OF_TENANT, |stage, who, target| {
        let id = Stage::id(target, "mem", || stage.newcomer(target).id);
        who.client.delete(&format!("/v1/members/{id}"))
    };
    createResetLink: OF_TENANT, |stage, who, target| {
        let id = Stage::id(target, "mem", || stage.recruit(target).id.clone());
        who.client.post(&format!("/v1/members/{id}/reset-links"), &json!({}))
    };

    importInvitations: ALONE, |_, who, _| {
        let table = format!("email,role\n{}@guildhall.test,executive\n", unique("listed"));
        who.client.ask("POST", "/v1/invitations/import").raw("text/csv", table.as_bytes())
    };
    createInvitation: Facts { scope: Scope::Tenant, place: Place::Request, seen_by: Some("member.read"), ..ALONE }, |_, who, _|
        who.client.post("/v1/invitations", &json!({ "email": format!("{}@guildhall.test", unique("to")), "tenant_role": "executive" }));
    createInvitation: Facts { place: Place::Request, bar: Bar::GivesRole, ..DEPARTMENT }, |stage, who, target|
        who.client.post("/v1/invitations", &json!({
            "email": format!("{}@guildhall.test", unique("to")), "department": stage.key(target), "role": "viewer",
        }));
    listInvitations: ALONE, |_, who, _| who.client.get("/v1/invitations");
    revokeInvitation: Facts { seen_by: None, ..IN_DRAFT }, |stage, who, target| {
        let id = Stage::id(target, "inv", || stage.invitation(target)["invitation"]["id"].as_str().unwrap().to_owned());
        who.client.delete(&format!("/v1/invitations/{id}"))
    };

    createApiKey: ALONE, |_, who, _| who.client.post("/v1/api-keys", &json!({
        "name": "Swept", "scopes": ["live.read"], "departments": ["*"],
    }));
    listApiKeys: ALONE, |_, who, _| who.client.get("/v1/api-keys");
    getApiKey: PERSONAL, |stage, who, target| who.client.get(&stage.api_key(who, target));
    changeApiKey: PERSONAL, |stage, who, target| {
        let path = stage.api_key(who, target);
        who.client.patch(&path, &stage.version_at(target, &path), &json!({ "name": "Swept" }))
    };
    rotateApiKey: Facts { bar: Bar::OwnAlone, ..PERSONAL }, |stage, who, target|
        who.client.post(&format!("{}/rotate", stage.api_key(who, target)), &json!({}));
    revokeApiKey: PERSONAL, |stage, who, target| who.client.delete(&stage.api_key(who, target));

    listDepartments: ALONE, |_, who, _| who.client.get("/v1/departments");
    createDepartment: ALONE, |_, who, _|
        who.client.post("/v1/departments", &json!({ "key": unique("swept"), "name": "Swept" }));
    getDepartment: DEPARTMENT, |stage, who, target| who.client.get(&format!("/v1/departments/{}", stage.key(target)));
    changeDepartment: DEPARTMENT, |stage, who, target| {
        let path = format!("/v1/departments/{}", stage.key(target));
        who.client.patch(&path, &stage.version_at(target, &path), &json!({ "description": "Swept" }))
    };
    deleteDepartment: Facts { place: Place::Path, ..OF_TENANT }, |stage, who, target| {
        let key = match target {
            Target::Here | Target::Foreign => stage.doomed(target),
            _ => stage.key(target).to_owned(),
        };
        let path = format!("/v1/departments/{key}");
        who.client.delete(&path).at(&stage.version_at(target, &path))
    };
    listDepartmentMembers: DEPARTMENT, |stage, who, target|
        who.client.get(&format!("/v1/departments/{}/members", stage.key(target)));
    putDepartmentMember: Facts { bar: Bar::GivesRole, ..IN_DEPARTMENT }, |stage, who, target| {
        let id = Stage::id(target, "mem", || stage.colleague(target));
        who.client.put(&stage.inside(target, &format!("members/{id}")), &json!({ "role": "viewer" }))
    };
    deleteDepartmentMember: Facts { bar: Bar::GivesRole, ..IN_DEPARTMENT }, |stage, who, target| {
        let id = Stage::id(target, "mem", || stage.colleague(target));
        who.client.delete(&stage.inside(target, &format!("members/{id}")))
    };

    listIntents: Facts { draft: true, ..DEPARTMENT }, |stage, who, target|
        who.client.get(&format!("/v1/departments/{}/intents", stage.key(target)));
    listIntents: DEPARTMENT, |stage, who, target|
        who.client.get(&format!("/v1/departments/{}/intents?stage=live", stage.key(target)));
    createIntent: DEPARTMENT, |stage, who, target|
        who.client.post(&format!("/v1/departments/{}/intents", stage.key(target)), &intent(&unique("swept"), &[&unique("sweep")]));
    getIntent: Facts { draft: true, ..IN_DRAFT }, |stage, who, target| {
        let id = Stage::id(target, "int", || stage.department(target).draft.clone());
        who.client.get(&stage.inside(target, &format!("intents/{id}")))
    };
    getIntent: IS_LIVE, |stage, who, target| {
        let id = Stage::id(target, "int", || stage.department(target).live.clone());
        who.client.get(&stage.inside(target, &format!("intents/{id}?stage=live")))
    };
    changeIntent: IN_DRAFT, |stage, who, target| {
        let id = Stage::id(target, "int", || stage.draft(target)["id"].as_str().unwrap().to_owned());
        let path = stage.inside(target, &format!("intents/{id}"));
        who.client.patch(&path, &stage.version(target, &id), &json!({ "title": "Swept" }))
    };
    changeIntent: IS_LIVE, |stage, who, target| {
        let id = Stage::id(target, "int", || stage.department(target).live.clone());
        let path = stage.inside(target, &format!("intents/{id}"));
        who.client.patch(&path, &stage.version(target, &id), &json!({ "title": "Swept" }))
    };
    deleteIntent: IN_DRAFT, |stage, who, target| {
        let id = Stage::id(target, "int", || stage.draft(target)["id"].as_str().unwrap().to_owned());
        who.client.delete(&stage.inside(target, &format!("intents/{id}"))).at(&stage.version(target, &id))
    };
    listPhrases: IN_DRAFT, |stage, who, target| {
        let id = Stage::id(target, "int", || stage.department(target).draft.clone());
        who.client.get(&stage.inside(target, &format!("intents/{id}/phrases")))
    };
    addPhrases: IN_DRAFT, |stage, who, target| {
        let id = Stage::id(target, "int", || stage.draft(target)["id"].as_str().unwrap().to_owned());
        let path = stage.inside(target, &format!("intents/{id}/phrases"));
        who.client.post(&path, &json!({ "phrases": [{ "text": unique("a swept phrase") }] }))
    };
    previewPhrase: IN_DRAFT, |stage, who, target| {
        let id = Stage::id(target, "int", || stage.department(target).draft.clone());
        who.client.post(&stage.inside(target, &format!("intents/{id}/phrases/preview")), &json!({ "text": "what if" }))
    };
    deletePhrase: IN_DRAFT, |stage, who, target| {
        let intent = match target {
            Target::Nowhere => Stage::id(target, "int", String::new),
            _ => stage.draft(target)["id"].as_str().unwrap().to_owned(),
        };
        let phrase = Stage::id(target, "phr", || stage.draft(target)["phrases"][0]["id"].as_str().unwrap().to_owned());
        who.client.delete(&stage.inside(target, &format!("intents/{intent}/phrases/{phrase}")))
    };
    getAdvice: DEPARTMENT, |stage, who, target|
        who.client.get(&format!("/v1/departments/{}/advice", stage.key(target)));
    getTranslations: DEPARTMENT, |stage, who, target|
        who.client.get(&format!("/v1/departments/{}/translations", stage.key(target)));

    publishRelease: DEPARTMENT, |stage, who, target|
        who.client.post(&format!("/v1/departments/{}/releases", stage.key(target)), &json!({}));
    importContent: DEPARTMENT, |stage, who, target| who.client.post(
        &format!("/v1/departments/{}/imports", stage.key(target)),
        &json!({ "format": "guildhall", "version": 1, "intents": [] }),
    );
    exportContent: DEPARTMENT, |stage, who, target|
        who.client.get(&format!("/v1/departments/{}/export", stage.key(target)));
    listReleases: DEPARTMENT, |stage, who, target|
        who.client.get(&format!("/v1/departments/{}/releases", stage.key(target)));
    getRelease: IN_DEPARTMENT, |stage, who, target|
        who.client.get(&stage.inside(target, &format!("releases/{}", release(target))));
    diffRelease: IN_DEPARTMENT, |stage, who, target|
        who.client.get(&stage.inside(target, &format!("releases/{}/diff", release(target))));
    restoreRelease: IN_DEPARTMENT, |stage, who, target|
        who.client.post(&stage.inside(target, &format!("releases/{}/restore", release(target))), &json!({}));

    getBot: Facts { bar: Bar::Whole, ..ALONE }, |_, who, _| who.client.get("/v1/bot");
    changeBot: ALONE, |stage, who, target|
        who.client.patch("/v1/bot", &stage.version_at(target, "/v1/bot"), &json!({ "language": "en" }));
    parseTexts: Facts { bar: Bar::Whole, ..ALONE }, |_, who, _| who.client.post("/v1/bot/parse", &json!({ "texts": ["where is my parcel"] }));
    parseTexts: Facts { draft: true, bar: Bar::Whole, place: Place::Request, ..DEPARTMENT }, |stage, who, target|
        who.client.post("/v1/bot/parse", &json!({
            "texts": ["where is my parcel"], "stage": "draft", "departments": [stage.key(target)],
        }));

    listJobs: ALONE, |_, who, _| who.client.get("/v1/jobs");
    getJob: PERSONAL, |stage, who, target| who.client.get(&stage.job(who, target));
    followJob: PERSONAL, |stage, who, target| who.client.get(&format!("{}/events", stage.job(who, target)));
    cancelJob: PERSONAL, |stage, who, target| who.client.ask("POST", &format!("{}/cancel", stage.job(who, target)));
    evaluateBot: Facts { bar: Bar::Companywide, ..ALONE }, |_, who, _| who.client.post("/v1/bot/evaluation", &json!({}));
    evaluateBot: Facts { bar: Bar::Companywide, place: Place::Request, ..DEPARTMENT }, |stage, who, target|
        who.client.post("/v1/bot/evaluation", &json!({ "stage": "draft", "departments": [stage.key(target)] }));
    listEvaluations: Facts { bar: Bar::Companywide, ..ALONE }, |_, who, _| who.client.get("/v1/bot/evaluations");
    getEvaluation: Facts { bar: Bar::Companywide, seen_by: None, ..IN_DRAFT }, |stage, who, target|
        who.client.get(&stage.evaluation(target));

    createChannel: ALONE, |_, who, _|
        who.client.post("/v1/channels", &json!({ "kind": "web", "name": "Swept", "allowed_origins": [ORIGIN] }));
    listChannels: ALONE, |_, who, _| who.client.get("/v1/channels");
    getChannel: OF_TENANT, |stage, who, target| who.client.get(&channel(stage, target));
    changeChannel: OF_TENANT, |stage, who, target| {
        let path = channel(stage, target);
        who.client.patch(&path, &stage.version_at(target, &path), &json!({ "name": "Swept" }))
    };
    rotateChannelKey: OF_TENANT, |stage, who, target|
        who.client.post(&format!("{}/rotate", channel(stage, target)), &json!({}));
    deleteChannel: OF_TENANT, |stage, who, target| {
        let path = channel(stage, target);
        who.client.delete(&path).at(&stage.version_at(target, &path))
    };

    openConversation: ALONE, |_, who, _|
        who.client.post("/v1/chat/conversations", &json!({})).with("Origin", ORIGIN);
    getFaq: ALONE, |_, who, _| who.client.get("/v1/chat/faq");
    sendMessage: PERSONAL, |stage, who, target|
        who.client.post(&format!("{}/messages", stage.talk(target)), &json!({ "text": "hello" }));
    listMessages: PERSONAL, |stage, who, target| who.client.get(&format!("{}/messages", stage.talk(target)));
    streamMessages: PERSONAL, |stage, who, target| who.client.get(&format!("{}/events", stage.talk(target)));
    rateConversation: PERSONAL, |stage, who, target|
        who.client.post(&format!("{}/rating", stage.talk(target)), &json!({ "score": 5 }));

    listConversations: ALONE, |_, who, _| who.client.get("/v1/conversations");
    listConversations: Facts { place: Place::Request, ..DEPARTMENT }, |stage, who, target|
        who.client.get(&format!("/v1/conversations?department={}", stage.key(target)));
    getConversation: CONVERSATION, |stage, who, target|
        who.client.get(&stage.talk(target).replace("/chat/", "/"));
    listConversationMessages: CONVERSATION, |stage, who, target|
        who.client.get(&format!("{}/messages", stage.talk(target).replace("/chat/", "/")));

    listGaps: ALONE, |_, who, _| who.client.get("/v1/gaps");
    listGaps: Facts { place: Place::Request, ..DEPARTMENT }, |stage, who, target|
        who.client.get(&format!("/v1/gaps?department={}", stage.key(target)));
    getGap: GAP, |stage, who, target| who.client.get(&stage.gap(target));
    changeGap: GAP, |stage, who, target| {
        let path = stage.gap(target);
        who.client.patch(&path, &stage.version_at(target, &path), &json!({ "title": "Swept" }))
    };
    closeGap: GAP, |stage, who, target|
        who.client.post(&format!("{}/close", stage.gap(target)), &json!({ "reason": "noise" }));
    reopenGap: GAP, |stage, who, target| {
        let path = stage.gap(target);
        stage.close(target, &path);
        who.client.ask("POST", &format!("{path}/reopen"))
    };
    mergeGap: GAP, |stage, who, target| {
        let into = stage.whole_gap(target).rsplit('/').next().unwrap().to_owned();
        who.client.post(&format!("{}/merge", stage.piece(target)), &json!({ "into": into }))
    };
    splitGap: GAP, |stage, who, target| {
        let path = stage.gap(target);
        who.client.post(&format!("{path}/split"), &json!({ "messages": [stage.example(target)] }))
    };
    addGapPhrases: GAP, |stage, who, target| {
        let department = stage.department(target);
        let body = json!({ "department": department.key, "intent": department.draft, "messages": [stage.example(target)] });
        who.client.post(&format!("{}/phrases", stage.gap(target)), &body)
    };
    createGapIntent: GAP, |stage, who, target| {
        let body = json!({ "department": stage.department(target).key, "name": unique("gap"), "messages": [stage.example(target)] });
        who.client.post(&format!("{}/intents", stage.gap(target)), &body)
    };

    getAnalyticsSummary: ALONE, |_, who, _| who.client.get("/v1/analytics/summary");
    getAnalyticsSummary: Facts { place: Place::Request, ..DEPARTMENT }, |stage, who, target|
        who.client.get(&format!("/v1/analytics/summary?department={}", stage.key(target)));
    getAnalyticsSeries: ALONE, |_, who, _| who.client.get("/v1/analytics/series");
    getAnalyticsBreakdown: ALONE, |_, who, _| who.client.get("/v1/analytics/breakdown?by=intent");
    exportMessages: ALONE, |_, who, _| who.client.get("/v1/analytics/messages.csv");

    getRetention: ALONE, |_, who, _| who.client.get("/v1/retention");
    putRetention: ALONE, |_, who, _| who.client.put("/v1/retention", &json!({ "conversation_days": 180 }));
    eraseVisitor: OF_TENANT, |stage, who, target| {
        let id = Stage::id(target, "vis", || stage.passer_by(target));
        who.client.delete(&format!("/v1/visitors/{id}"))
    };

    listAuditLog: ALONE, |_, who, _| who.client.get("/v1/audit-log");
    listAuditLog: Facts { scope: Scope::Tenant, place: Place::Request, ..ALONE }, |stage, who, target|
        who.client.get(&format!("/v1/audit-log?department={}", stage.key(target)));
    exportAuditLog: ALONE, |_, who, _| who.client.get("/v1/audit-log/export?action=none");

    getMySettings: ALONE, |_, who, _| who.client.get("/v1/me/settings");
    putMySettings: ALONE, |_, who, _| who.client.put("/v1/me/settings", &json!({ "named": false, "letters": true }));
    getDepartmentCalendar: DEPARTMENT, |stage, who, target|
        who.client.get(&format!("/v1/departments/{}/calendar", stage.key(target)));
    putDepartmentCalendar: DEPARTMENT, |stage, who, target| {
        let path = format!("/v1/departments/{}/calendar", stage.key(target));
        let version = stage.version_at(target, &path);
        let hours = json!({ "monday": [{ "from": "09:00", "to": "17:00" }] });
        who.client.put(&path, &json!({ "time_zone": "UTC", "hours": hours })).at(&version)
    };
    importDepartmentHolidays: DEPARTMENT, |stage, who, target| {
        let file = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20271206\r\nSUMMARY:Closed\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let path = format!("/v1/departments/{}/calendar/holidays", stage.key(target));
        who.client.ask("POST", &path).raw("text/calendar", file.as_bytes())
    };
    askWhoKnows: ALONE, |_, who, _| who.client.post("/v1/who-knows", &json!({ "question": "where is my parcel" }));
    getInbox: ALONE, |_, who, _| who.client.get("/v1/inbox");
    getDepartmentInbox: DEPARTMENT, |stage, who, target|
        who.client.get(&format!("/v1/departments/{}/inbox", stage.key(target)));
    measureKnowledgeRequests: ALONE, |_, who, _| who.client.get("/v1/knowledge-requests/measures");
    createKnowledgeRequest: Facts { place: Place::Request, ..DEPARTMENT }, |stage, who, target|
        who.client.post("/v1/knowledge-requests", &json!({ "to": stage.key(target), "question": unique("Swept?") }));
    listKnowledgeRequests: ALONE, |_, who, _| who.client.get("/v1/knowledge-requests");
    getKnowledgeRequest: ASKED, |stage, who, target| who.client.get(&stage.request(target, "open", ""));
    listKnowledgeRequestNotes: ASKED, |stage, who, target| who.client.get(&stage.request(target, "open", "/notes"));
    createKnowledgeRequestNote: ASKED, |stage, who, target|
        who.client.post(&stage.request(target, "open", "/notes"), &json!({ "text": "Swept." }));
    acknowledgeKnowledgeRequest: ASKED, |stage, who, target|
        who.client.post(&stage.request(target, "open", "/acknowledge"), &json!({}));
    startKnowledgeRequest: ASKED, |stage, who, target|
        who.client.post(&stage.request(target, "open", "/start"), &json!({}));
    askBackKnowledgeRequest: ASKED, |stage, who, target|
        who.client.post(&stage.request(target, "open", "/ask-back"), &json!({ "text": "Which?" }));
    answerKnowledgeRequest: ASKED, |stage, who, target|
        who.client.post(&stage.request(target, "open", "/answer"), &json!({ "text": "Yes." }));
    declineKnowledgeRequest: ASKED, |stage, who, target|
        who.client.post(&stage.request(target, "open", "/decline"), &json!({ "reason": "No." }));
    putKnowledgeRequestAssignee: ASKED, |stage, who, target|
        who.client.put(&stage.request(target, "open", "/assignee"), &json!({ "member": null }));
    handOverKnowledgeRequest: ASKED, |stage, who, target| {
        let other = &stage.companies[0].departments[usize::from(target == Target::Here)].key;
        who.client.post(&stage.request(target, "open", "/hand-over"), &json!({ "to": other, "reason": "Theirs." }))
    };
    landKnowledgeRequest: ASKED, |stage, who, target| {
        let body = json!({ "name": unique("swept"), "phrases": [{ "text": unique("a swept phrase") }] });
        who.client.post(&stage.request(target, "accepted", "/draft"), &body)
    };
    replyToKnowledgeRequest: ASKER, |stage, who, target|
        who.client.post(&stage.own_request(who, target, "returned", "/reply"), &json!({ "text": "All." }));
    acceptKnowledgeRequest: ASKER, |stage, who, target|
        who.client.post(&stage.own_request(who, target, "answered", "/accept"), &json!({}));
    reopenKnowledgeRequest: ASKER, |stage, who, target|
        who.client.post(&stage.own_request(who, target, "answered", "/reopen"), &json!({ "text": "Hm." }));
    createProposal: Facts { place: Place::Request, ..DEPARTMENT }, |stage, who, target|
        who.client.post("/v1/proposals", &addition(stage.key(target)));
    listProposals: ALONE, |_, who, _| who.client.get("/v1/proposals");
    getProposal: Facts { seen_by: None, ..IN_DRAFT }, |stage, who, target| who.client.get(&proposal(stage, target, ""));
    commentProposal: Facts { seen_by: None, ..IN_DRAFT }, |stage, who, target|
        who.client.post(&proposal(stage, target, "/comments"), &json!({ "text": "Swept" }));
    changeProposal: PERSONAL, |stage, who, target|
        who.client.patch(&own_proposal(stage, who, target, ""), &json!(1), &json!({ "title": "Swept" }));
    rebaseProposal: PERSONAL, |stage, who, target|
        who.client.post(&own_proposal(stage, who, target, "/rebase"), &json!({}));
    withdrawProposal: PERSONAL, |stage, who, target|
        who.client.ask("POST", &own_proposal(stage, who, target, "/withdraw"));
    approveProposal: DECIDED, |stage, who, target|
        who.client.post(&proposal(stage, target, "/approve"), &json!({}));
    requestProposalChanges: DECIDED, |stage, who, target|
        who.client.post(&proposal(stage, target, "/request-changes"), &json!({ "reason": "Swept" }));
    declineProposal: DECIDED, |stage, who, target|
        who.client.post(&proposal(stage, target, "/decline"), &json!({ "reason": "Swept" }));
    mergeProposal: DECIDED, |stage, who, target| {
        let id = Stage::id(target, "prp", || stage.clashed(target)["id"].as_str().unwrap().to_owned());
        who.client.ask("POST", &format!("/v1/proposals/{id}/merge"))
    };

    listOverlaps: ALONE, |_, who, _| who.client.get("/v1/overlaps");
    listOverlaps: Facts { place: Place::Request, ..DEPARTMENT }, |stage, who, target|
        who.client.get(&format!("/v1/overlaps?department={}", stage.key(target)));
    getOverlap: Facts { seen_by: None, ..IN_DRAFT }, |stage, who, target| who.client.get(&overlap(stage, target));
    proposeSettlement: SETTLED, |stage, who, target|
        who.client.post(&format!("{}/settlements", overlap(stage, target)), &ignored());
    acceptSettlement: SETTLED, |stage, who, target| who.client.ask("POST", &settlement(stage, target, "accept"));
    declineSettlement: SETTLED, |stage, who, target|
        who.client.post(&settlement(stage, target, "decline"), &json!({ "reason": "Swept" }));
    withdrawSettlement: SETTLED, |stage, who, target| who.client.ask("POST", &settlement(stage, target, "withdraw"));
    arbitrateSettlement: Facts { bar: Bar::Early, ..OF_TENANT }, |stage, who, target|
        who.client.post(&settlement(stage, target, "arbitrate"), &json!({ "accept": true, "reason": "Swept" }));
    undoSettlement: SETTLED, |stage, who, target| {
        let path = settlement(stage, target, "undo");
        if matches!(target, Target::Here | Target::Elsewhere | Target::Foreign) {
            stage.department(target).owner.client.ask("POST", &path.replace("/undo", "/accept")).send();
        }
        who.client.ask("POST", &path)
    };

    listDepartmentTestSuites: DEPARTMENT, |stage, who, target| who.client.get(&tests_of(stage, target, ""));
    createDepartmentTestSuite: DEPARTMENT, |stage, who, target|
        who.client.post(&tests_of(stage, target, ""), &json!({ "name": unique("Swept") }));
    importDepartmentTests: DEPARTMENT, |stage, who, target|
        who.client.ask("POST", &tests_of(stage, target, "/import")).raw("application/yaml", b"suites: []\n");
    exportDepartmentTests: DEPARTMENT, |stage, who, target| who.client.get(&tests_of(stage, target, "/export"));
    precheckDepartmentTests: DEPARTMENT, |stage, who, target| who.client.get(&tests_of(stage, target, "/precheck"));
    runDepartmentTests: DEPARTMENT, |stage, who, target| who.client.post(&tests_of(stage, target, "/runs"), &json!({}));
    listDepartmentTestRuns: DEPARTMENT, |stage, who, target| who.client.get(&tests_of(stage, target, "/runs"));
    getDepartmentTestRun: IN_DEPARTMENT, |stage, who, target| {
        let id = Stage::id(target, "run", || stage.test_run(Some(target)));
        who.client.get(&stage.inside(target, &format!("tests/runs/{id}")))
    };
    getDepartmentTestSuite: IN_DEPARTMENT, |stage, who, target|
        who.client.get(&suite_of(stage, target));
    changeDepartmentTestSuite: IN_DEPARTMENT, |stage, who, target| {
        let path = suite_of(stage, target);
        who.client.patch(&path, &stage.version_of_owner(target, &path), &json!({ "description": "Swept" }))
    };
    deleteDepartmentTestSuite: IN_DEPARTMENT, |stage, who, target| {
        let path = suite_of(stage, target);
        who.client.delete(&path).at(&stage.version_of_owner(target, &path))
    };
    listDepartmentTestCases: IN_DEPARTMENT, |stage, who, target|
        who.client.get(&format!("{}/cases", suite_of(stage, target)));
    createDepartmentTestCase: IN_DEPARTMENT, |stage, who, target|
        who.client.post(&format!("{}/cases", suite_of(stage, target)), &test_case());
    getDepartmentTestCase: IN_DEPARTMENT, |stage, who, target| who.client.get(&case_of(stage, target));
    putDepartmentTestCase: IN_DEPARTMENT, |stage, who, target| {
        let path = case_of(stage, target);
        who.client.put(&path, &test_case()).at(&stage.version_of_owner(target, &path))
    };
    deleteDepartmentTestCase: IN_DEPARTMENT, |stage, who, target| {
        let path = case_of(stage, target);
        who.client.delete(&path).at(&stage.version_of_owner(target, &path))
    };

    listCompanyTestSuites: ALONE, |_, who, _| who.client.get("/v1/tests");
    createCompanyTestSuite: ALONE, |_, who, _| who.client.post("/v1/tests", &json!({ "name": unique("Swept") }));
    importCompanyTests: ALONE, |_, who, _|
        who.client.ask("POST", "/v1/tests/import").raw("application/yaml", b"suites: []\n");
    exportCompanyTests: ALONE, |_, who, _| who.client.get("/v1/tests/export");
    precheckCompanyTests: ALONE, |_, who, _| who.client.get("/v1/tests/precheck");
    runCompanyTests: ALONE, |_, who, _| who.client.post("/v1/tests/runs", &json!({}));
    listCompanyTestRuns: ALONE, |_, who, _| who.client.get("/v1/tests/runs");
    getCompanyTestRun: COMPANYS, |stage, who, target| {
        let id = Stage::id(target, "run", || stage.test_run(None));
        who.client.get(&format!("/v1/tests/runs/{id}"))
    };
    getCompanyTestSuite: COMPANYS, |stage, who, target| who.client.get(&company_suite(stage, target));
    changeCompanyTestSuite: OF_TENANT, |stage, who, target| {
        let path = company_suite(stage, target);
        who.client.patch(&path, &stage.version_at(target, &path), &json!({ "description": "Swept" }))
    };
    deleteCompanyTestSuite: OF_TENANT, |stage, who, target| {
        let path = company_suite(stage, target);
        who.client.delete(&path).at(&stage.version_at(target, &path))
    };
    listCompanyTestCases: COMPANYS, |stage, who, target|
        who.client.get(&format!("{}/cases", company_suite(stage, target)));
    createCompanyTestCase: OF_TENANT, |stage, who, target|
        who.client.post(&format!("{}/cases", company_suite(stage, target)), &test_case());
    getCompanyTestCase: COMPANYS, |stage, who, target| who.client.get(&company_case(stage, target));
    putCompanyTestCase: OF_TENANT, |stage, who, target| {
        let path = company_case(stage, target);
        who.client.put(&path, &test_case()).at(&stage.version_at(target, &path))
    };
    deleteCompanyTestCase: OF_TENANT, |stage, who, target| {
        let path = company_case(stage, target);
        who.client.delete(&path).at(&stage.version_at(target, &path))
    };
}

/// A proposal that touches a department, over which somebody decides.
pub(super) const DECIDED: Facts = Facts { seen_by: Some("proposal.read"), ..IN_DRAFT };
/// An overlap of a department, which somebody settles.
pub(super) const SETTLED: Facts = Facts { seen_by: Some("overlap.read"), ..IN_DRAFT };

pub(super) fn proposal(stage: &Stage, target: Target, below: &str) -> String {
    let id = Stage::id(target, "prp", || stage.proposal(target)["id"].as_str().unwrap().to_owned());
    format!("/v1/proposals/{id}{below}")
}

/// One's own proposal; somebody else's, who still writes it; another company's.
pub(super) fn own_proposal(stage: &Stage, who: &Principal, target: Target, below: &str) -> String {
    let made = |by: &Person, department: &str, draft: bool| {
        let mut body = addition(department);
        body["draft"] = json!(draft);
        by.client.post("/v1/proposals", &body).is(201)["id"].as_str().unwrap().to_owned()
    };
    let id = Stage::id(target, "prp", || match (target, &who.person) {
        (Target::Here, Some(person)) => made(person, stage.key(target), false),
        _ => made(stage.recruit(target), stage.key(target), true),
    });
    format!("/v1/proposals/{id}{below}")
}

pub(super) fn overlap(stage: &Stage, target: Target) -> String {
    format!("/v1/overlaps/{}", Stage::id(target, "ovl", || stage.overlap(target)))
}

pub(super) fn settlement(stage: &Stage, target: Target, deed: &str) -> String {
    let id = Stage::id(target, "stl", || stage.settlement(target)["id"].as_str().unwrap().to_owned());
    format!("{}/settlements/{id}/{deed}", overlap(stage, target))
}

/// The tests of a department.
fn tests_of(stage: &Stage, target: Target, below: &str) -> String {
    format!("/v1/departments/{}/tests{below}", stage.key(target))
}

fn suite_of(stage: &Stage, target: Target) -> String {
    let id = Stage::id(target, "sui", || stage.suite(target)["suite"].as_str().unwrap().to_owned());
    stage.inside(target, &format!("tests/{id}"))
}

fn case_of(stage: &Stage, target: Target) -> String {
    let suite = match target {
        Target::Nowhere => Stage::id(target, "sui", String::new),
        _ => stage.suite(target)["suite"].as_str().unwrap().to_owned(),
    };
    let id = Stage::id(target, "tst", || stage.suite(target)["id"].as_str().unwrap().to_owned());
    stage.inside(target, &format!("tests/{suite}/cases/{id}"))
}

fn company_suite(stage: &Stage, target: Target) -> String {
    let id = Stage::id(target, "sui", || stage.company_suite(target)["suite"].as_str().unwrap().to_owned());
    format!("/v1/tests/{id}")
}

fn company_case(stage: &Stage, target: Target) -> String {
    let suite = match target {
        Target::Nowhere => Stage::id(target, "sui", String::new),
        _ => stage.company_suite(target)["suite"].as_str().unwrap().to_owned(),
    };
    let id = Stage::id(target, "tst", || stage.company_suite(target)["id"].as_str().unwrap().to_owned());
    format!("/v1/tests/{suite}/cases/{id}")
}

/// A case's body.
pub(super) fn test_case() -> serde_json::Value {
    json!({ "name": unique("swept"), "turns": [{ "says": "where is my parcel" }] })
}

pub(super) fn release(target: Target) -> &'static str {
    match target {
        Target::Nowhere | Target::Missing => "999999",
        Target::Malformed => "latest",
        _ => "1",
    }
}

fn channel(stage: &Stage, target: Target) -> String {
    let id = Stage::id(target, "chn", || stage.channel(target)["id"].as_str().unwrap().to_owned());
    format!("/v1/channels/{id}")
}
