//! How each operation is asked for: one request builder for each, or one for each thing that it can be done to.

use serde_json::json;

use super::{
    cast::Principal,
    law::{Bar, Facts, Place, Scope, Target},
    stage::Stage,
};
use crate::house::{Ask, ORIGIN, PASSWORD, intent, unique};

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

    listAuditLog: ALONE, |_, who, _| who.client.get("/v1/audit-log");
    listAuditLog: Facts { scope: Scope::Tenant, place: Place::Request, ..ALONE }, |stage, who, target|
        who.client.get(&format!("/v1/audit-log?department={}", stage.key(target)));
    exportAuditLog: ALONE, |_, who, _| who.client.get("/v1/audit-log/export?action=none");
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
