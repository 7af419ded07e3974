//! A company to test with, made through the API: two departments with people of every role, content, a channel, visitors.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread::sleep,
    time::Duration,
};

use serde_json::{Value, json};

use super::{Client, House};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "a long walk before breakfast";
/// The page that may use a company's channel.
pub(crate) const ORIGIN: &str = "https://shop.example";

/// What the departments know, each by its own: a name and how visitors say it.
const CONTENT: [[(&str, [&str; 6]); 2]; 2] = [
    [
        (
            "return_item",
            [
                "I want to send this jacket back",
                "how do I return an item",
                "can I give the shoes back",
                "return my order please",
                "the trousers do not fit, I want to return them",
                "where do I send a return",
            ],
        ),
        (
            "track_parcel",
            [
                "where is my parcel",
                "track my delivery",
                "has my package been shipped",
                "when does my parcel arrive",
                "the courier has not come with my parcel",
                "my delivery is late",
            ],
        ),
    ],
    [
        (
            "opening_hours",
            [
                "when are you open",
                "what are your opening hours",
                "is the shop open on sunday",
                "at what time do you close",
                "are you open during christmas",
                "opening times of the store",
            ],
        ),
        (
            "gift_cards",
            [
                "do you sell gift cards",
                "I want to buy a voucher as a present",
                "how long is a gift card valid",
                "can I pay with a gift card",
                "where do I enter the voucher code",
                "gift card balance",
            ],
        ),
    ],
];

/// Something that nobody else is called.
pub(crate) fn unique(stem: &str) -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    format!("{stem}-{}", MADE.fetch_add(1, Ordering::Relaxed))
}

/// Somebody of a company, signed in.
#[derive(Clone)]
pub(crate) struct Person {
    /// Speaks for them.
    pub(crate) client: Client,
    /// Their identifier.
    pub(crate) id: String,
    /// Their e-mail.
    pub(crate) email: String,
    /// Renews their session.
    pub(crate) refresh: String,
    /// Their company's slug.
    pub(crate) slug: String,
}

impl Person {
    /// Who an answer signed in.
    pub(crate) fn of(house: &House, signed_in: &Value) -> Self {
        let text = |pointer: &str| signed_in.pointer(pointer).unwrap().as_str().unwrap().to_owned();
        Self {
            client: house.bearer(&text("/access_token")),
            id: text("/member/id"),
            email: text("/member/email"),
            refresh: text("/refresh_token"),
            slug: text("/tenant/slug"),
        }
    }

    /// Signs a company up.
    pub(crate) fn sign_up(house: &House, company: &str) -> Self {
        let email = format!("{}@guildhall.test", unique("leader"));
        let body = json!({ "company": company, "leader": { "name": "Leader", "email": email, "password": PASSWORD } });
        Self::of(house, &house.stranger().post("/v1/tenants", &body).is(201))
    }

    /// The same person in a new session.
    pub(crate) fn sign_in(&self, house: &House) -> Self {
        let body = json!({ "email": self.email, "password": PASSWORD, "tenant": self.slug });
        Self::of(house, &house.stranger().post("/v1/sessions", &body).is(201))
    }

    /// Invites somebody to what `offer` says, who comes in.
    pub(crate) fn bring(&self, house: &House, offer: &Value) -> Self {
        let mut body = offer.clone();
        body["email"] = json!(format!("{}@guildhall.test", unique("member")));
        let token = self.client.post("/v1/invitations", &body).is(201)["token"].clone();
        let name = offer["role"].as_str().or(offer["tenant_role"].as_str()).unwrap_or("member");
        let body = json!({ "token": token, "name": format!("The {name}"), "password": PASSWORD });
        Self::of(house, &house.stranger().post("/v1/invitations/accept", &body).is(201))
    }
}

/// A department with its people and content.
pub(crate) struct Department {
    /// Its address.
    pub(crate) key: String,
    /// Answers for it.
    pub(crate) owner: Person,
    /// Edits and publishes.
    pub(crate) reviewer: Person,
    /// Edits.
    pub(crate) editor: Person,
    /// Takes conversations.
    pub(crate) agent: Person,
    /// Reads.
    pub(crate) viewer: Person,
    /// An intent that is live and in the draft.
    pub(crate) live: String,
    /// An intent that is in the draft alone.
    pub(crate) draft: String,
    /// Words of a visitor that this department answers.
    pub(crate) question: &'static str,
}

impl Department {
    fn open(house: &House, leader: &Person, key: &str, content: &[(&str, [&'static str; 6]); 2]) -> Self {
        leader.client.post("/v1/departments", &json!({ "key": key, "name": key })).is(201);
        let owner = leader.bring(house, &json!({ "department": key, "role": "owner" }));
        let [reviewer, editor, agent, viewer] = ["reviewer", "editor", "agent", "viewer"]
            .map(|role| owner.bring(house, &json!({ "department": key, "role": role })));
        let intents = format!("/v1/departments/{key}/intents");
        let made = content.each_ref().map(|(name, phrases)| {
            owner.client.post(&intents, &intent(name, phrases)).is(201)["id"].as_str().unwrap().to_owned()
        });
        publish(&owner, key);
        let draft = owner.client.post(&intents, &intent("not yet", &["something nobody hears yet"])).is(201);
        Self {
            key: key.to_owned(),
            live: made[0].clone(),
            draft: draft["id"].as_str().unwrap().to_owned(),
            question: content[0].1[0],
            owner,
            reviewer,
            editor,
            agent,
            viewer,
        }
    }

    /// The path of its intents, or of what lies below.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("/v1/departments/{}/{below}", self.key)
    }
}

/// Makes an API key with these scopes in these departments (`*` for every one), and gives the answer with its secret.
pub(crate) fn program(maker: &Person, scopes: &[&str], departments: &[&str]) -> Value {
    let body = json!({ "name": unique("program"), "scopes": scopes, "departments": departments });
    maker.client.post("/v1/api-keys", &body).is(201)
}

/// An intent's body with these phrases and one answer.
pub(crate) fn intent(name: &str, phrases: &[&str]) -> Value {
    let phrases: Vec<_> = phrases.iter().map(|text| json!({ "text": text, "language": "en" })).collect();
    json!({ "name": name, "phrases": phrases, "answers": [{ "language": "en", "text": format!("About {name}.") }] })
}

/// Publishes a department's draft and waits until it is live.
pub(crate) fn publish(by: &Person, key: &str) -> Value {
    let releases = format!("/v1/departments/{key}/releases");
    settled(by, &releases, by.client.post(&releases, &json!({})).is(201))
}

/// Waits until a release has left «building».
pub(crate) fn settled(by: &Person, releases: &str, mut release: Value) -> Value {
    for _ in 0..300 {
        if release["state"] != "building" {
            return release;
        }
        sleep(Duration::from_millis(50));
        release = by.client.get(&format!("{releases}/{}", release["number"])).is(200);
    }
    panic!("still building: {release}");
}

/// Somebody who asks.
#[derive(Clone)]
pub(crate) struct Visitor {
    /// Speaks for them.
    pub(crate) client: Client,
    /// The path of their conversation.
    pub(crate) path: String,
    /// Its identifier.
    pub(crate) conversation: String,
}

impl Visitor {
    /// Opens a conversation with a channel's key.
    pub(crate) fn come(house: &House, channel_key: &str) -> Self {
        let ask = house.bearer(channel_key).post("/v1/chat/conversations", &json!({ "language": "en" }));
        let opened = ask.with("Origin", ORIGIN).is(201);
        let conversation = opened["conversation"]["id"].as_str().unwrap().to_owned();
        Self {
            client: house.bearer(opened["visitor_token"].as_str().unwrap()),
            path: format!("/v1/chat/conversations/{conversation}"),
            conversation,
        }
    }

    /// Writes.
    pub(crate) fn say(&self, text: &str) -> Value {
        self.client.post(&format!("{}/messages", self.path), &json!({ "text": text })).is(201)
    }
}

/// A company.
pub(crate) struct Company {
    /// Leads the project.
    pub(crate) leader: Person,
    /// Reads the overview.
    pub(crate) executive: Person,
    /// Belongs here and no more.
    pub(crate) member: Person,
    /// Two departments.
    pub(crate) departments: [Department; 2],
    /// The channel's view.
    pub(crate) channel: Value,
    /// Two visitors: the first asked the first department, the second the second.
    pub(crate) visitors: [Visitor; 2],
}

impl Company {
    /// Makes one; its departments' keys begin with its name.
    pub(crate) fn found(house: &House, name: &str) -> Self {
        let leader = Person::sign_up(house, name);
        let [desk, shop] = ["desk", "shop"].map(|department| format!("{name}-{department}"));
        let departments = [
            Department::open(house, &leader, &desk, &CONTENT[0]),
            Department::open(house, &leader, &shop, &CONTENT[1]),
        ];
        let body = json!({ "kind": "web", "name": "Shop", "allowed_origins": [ORIGIN] });
        let channel = leader.client.post("/v1/channels", &body).is(201);
        let visitors = departments.each_ref().map(|department| {
            let visitor = Visitor::come(house, channel["key"].as_str().unwrap());
            let reply = visitor.say(department.question)["reply"].clone();
            assert_eq!(reply["department"], *department.key, "{reply:#}");
            visitor
        });
        Self {
            executive: leader.bring(house, &json!({ "tenant_role": "executive" })),
            member: leader.bring(house, &json!({})),
            leader,
            departments,
            channel,
            visitors,
        }
    }

    /// The channel's key.
    pub(crate) fn key(&self) -> &str {
        self.channel["key"].as_str().unwrap()
    }
}
