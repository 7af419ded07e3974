//! A company with one of everything: a row in every tenant table, each named by the same UUID and bearing its word.

use guildhall_domain::{
    Id, Moment, TenantScope,
    actor::Role,
    api_key::{ApiKey, Bounds, Departments},
    bot::Settings,
    channel::{self, Channel, Origin},
    content::{Changes, Content, Hash},
    conversation::{Conversation, From, Message, Rating, ReplyFacts},
    department::{Department, Key},
    event::{Event, Kind},
    intent::{Answer, Intent, NewPhrase},
    invitation::Invitation,
    member::{self, Email, Member, Profile},
    release::{Release, State},
    reset::PasswordReset,
    session::Session,
    tenant::{self, Tenant},
    text::{AnswerText, IntentName, Language, Name, Note, PhraseText, Title},
};
use serde_json::{Map, json};
use uuid::Uuid;

use crate::{Build, Definition, NewRefresh, Once, Records, RefreshToken, Reply, SealedLetter, Store, VisitorRow};

/// When everything happens.
pub(super) const NOW: Moment = Moment(1_764_000_000_000_000);
const LATER: Moment = Moment(NOW.0 + 3_600_000_000);

/// A company, by the number that names all that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Company(pub(super) u8);

impl Company {
    pub(super) const fn uuid(self) -> Uuid {
        Uuid::from_bytes([self.0; 16])
    }

    pub(super) const fn id<K>(self) -> Id<K> {
        Id::from_uuid(self.uuid())
    }

    pub(super) const fn scope(self) -> TenantScope {
        TenantScope::proven(self.id())
    }

    pub(super) const fn secret(self) -> [u8; 32] {
        [self.0; 32]
    }

    /// The number of its build, its release, its bot's version: nobody else's.
    pub(super) const fn number(self) -> i64 {
        self.0 as i64 * 1000
    }

    /// Stands in all its texts and in every identifier of its things.
    pub(super) fn word(self) -> String {
        let id: Id<guildhall_domain::id::Tenant> = self.id();
        id.to_string().trim_start_matches("ten_").to_owned()
    }

    pub(super) fn tenant(self) -> Tenant {
        let (slug, company) = (self.word(), Name::stored(self.word()));
        Tenant { id: self.id(), slug, company, state: tenant::State::Active, created_at: NOW, updated_at: NOW }
    }

    pub(super) fn department(self) -> Department {
        Department {
            id: self.id(),
            key: Key::stored(self.word()),
            name: Name::stored(self.word()),
            description: None,
            version: self.number(),
            created_at: NOW,
            updated_at: NOW,
        }
    }

    pub(super) fn member(self) -> Member {
        Member {
            id: self.id(),
            name: Name::stored(self.word()),
            email: Email::stored(format!("{}@example.com", self.word())),
            profile: Profile { home_department: Some(self.id()), ..Profile::default() },
            tenant_role: Role::Leader,
            state: member::State::Active,
            auth_epoch: 1,
            version: self.number(),
            created_at: NOW,
            updated_at: NOW,
        }
    }

    pub(super) fn session(self) -> Session {
        Session {
            id: self.id(),
            member: self.id(),
            user_agent: Some(self.word()),
            network: None,
            created_at: NOW,
            updated_at: NOW,
            expires_at: LATER,
            revoked_at: None,
        }
    }

    pub(super) fn new_refresh(self) -> NewRefresh {
        let (id, session) = (self.uuid(), self.id());
        NewRefresh { id, session, secret_hash: self.secret(), client: self.word(), created_at: NOW }
    }

    pub(super) fn refresh(self) -> RefreshToken {
        RefreshToken {
            id: self.uuid(),
            secret_hash: self.secret().to_vec(),
            client: self.word(),
            used_at: None,
            sealed_successor: None,
            successor_unused: false,
            session: self.session(),
        }
    }

    pub(super) fn invitation(self) -> Invitation {
        Invitation {
            id: self.id(),
            email: Email::stored(format!("new.{}@example.com", self.word())),
            name: None,
            tenant_role: Role::Member,
            department: Some((self.id(), Role::Editor)),
            invited_by: self.id(),
            created_at: NOW,
            expires_at: LATER,
            accepted_at: None,
            revoked_at: None,
        }
    }

    pub(super) fn reset(self) -> PasswordReset {
        PasswordReset { id: self.id(), member: self.id(), created_at: NOW, expires_at: LATER }
    }

    pub(super) fn letter(self) -> SealedLetter {
        SealedLetter { id: self.id(), sealed: self.word().into_bytes(), created_at: NOW, expires_at: LATER }
    }

    pub(super) fn api_key(self) -> ApiKey {
        ApiKey {
            id: self.id(),
            name: Name::stored(self.word()),
            maker: self.id(),
            bounds: Bounds { scopes: vec!["draft.read"], departments: Departments::These(vec![self.id()]) },
            hint: self.word(),
            expires_at: LATER,
            last_used_at: None,
            old_until: None,
            version: self.number(),
            created_at: NOW,
            updated_at: NOW,
        }
    }

    pub(super) fn intent(self) -> Intent {
        Intent {
            id: self.id(),
            department: self.id(),
            name: IntentName::stored(self.word()),
            title: Some(Title::stored(self.word())),
            version: self.number(),
            created_at: NOW,
            updated_at: NOW,
        }
    }

    pub(super) fn phrases(self) -> [(Id<guildhall_domain::id::Phrase>, NewPhrase); 1] {
        [(self.id(), NewPhrase { text: PhraseText::stored(self.word()), language: None })]
    }

    pub(super) fn answers(self) -> [Answer; 1] {
        let (language, text) = (Language::stored("en".to_owned()), AnswerText::stored(self.word()));
        [Answer { language, channel: None, text, buttons: Vec::new() }]
    }

    pub(super) fn kept(self) -> [(Id<guildhall_domain::id::Intent>, String, String); 1] {
        [(self.id(), self.word(), json!(self.word()).to_string())]
    }

    pub(super) fn definition(self) -> Definition {
        let [source, kind, name] = [(); 3].map(|()| self.word());
        Definition { source, kind, name, json: json!(self.word()).to_string() }
    }

    /// The canonical JSON of a content, and its hash.
    pub(super) fn content(self) -> (Hash, String) {
        let intent = json!({"id": self.intent().id, "name": self.word(), "title": null, "phrases": [], "answers": []});
        let content: Content = serde_json::from_value(json!({"intents": [intent]})).unwrap();
        let json = content.canonical().unwrap();
        (Content::hash(&json), json)
    }

    pub(super) fn release(self) -> Release {
        Release {
            id: self.id(),
            department: self.id(),
            number: self.number(),
            state: State::Building,
            content: self.content().0,
            note: Some(Note::stored(self.word())),
            author: self.id(),
            restores: None,
            changes: Changes::default(),
            checks: Vec::new(),
            created_at: NOW,
            updated_at: NOW,
        }
    }

    pub(super) fn build(self) -> Build {
        Build {
            number: self.number(),
            parts: vec![self.release().part()],
            engine: self.word(),
            checksum: self.secret(),
            artefact: self.word().into_bytes(),
            created_at: NOW,
        }
    }

    pub(super) fn channel(self) -> Channel {
        Channel {
            id: self.id(),
            kind: channel::Kind::Web,
            name: Name::stored(self.word()),
            key: self.word(),
            old_key: Some((self.word(), LATER)),
            allowed_origins: vec![Origin::stored(format!("https://{}.example", self.word()))],
            context: Map::new(),
            version: self.number(),
            created_at: NOW,
            updated_at: NOW,
        }
    }

    pub(super) fn visitor(self) -> VisitorRow {
        let (id, channel, secret_hash) = (self.id(), self.id(), self.secret().to_vec());
        VisitorRow { id, channel, secret_hash, expires_at: LATER, created_at: NOW }
    }

    pub(super) fn conversation(self) -> Conversation {
        Conversation {
            id: self.id(),
            channel: self.id(),
            visitor: self.id(),
            language: None,
            context: Map::from_iter([("page".to_owned(), self.word().into())]),
            last_seq: 1,
            choices: Vec::new(),
            created_at: NOW,
            updated_at: NOW,
        }
    }

    pub(super) fn message(self) -> Message {
        Message {
            id: self.id(),
            conversation: self.id(),
            seq: 1,
            from: From::Visitor,
            text: self.word(),
            client_message_id: Some(self.word()),
            reply: Some(ReplyFacts::fallback()),
            created_at: NOW,
        }
    }

    pub(super) fn rating(self) -> Rating {
        let comment = Some(Note::stored(self.word()));
        Rating { id: self.id(), message: None, score: 5, comment, created_at: NOW, updated_at: NOW }
    }

    /// The same words from every company: only the tenant tells them apart.
    pub(super) fn once() -> Once {
        Once { actor: "mem".to_owned(), route: "route".to_owned(), key: "key".to_owned(), fingerprint: [0; 32] }
    }

    pub(super) fn reply(self) -> Reply {
        Reply { status: 201, location: None, etag: None, body: self.word() }
    }

    pub(super) fn happened(self) -> [(Uuid, Event); 1] {
        [(self.uuid(), Event::of(Kind::TenantFounded, self.word()).within(self.id()))]
    }

    /// Founds the company with one of everything.
    pub(super) async fn found(self, store: &Store) {
        let tx = store.begin(self.scope()).await.unwrap();
        tx.found(&self.tenant()).await.unwrap();
        tx.builds().add_bot(&Settings::default(), NOW).await.unwrap();
        tx.departments().add(&self.department()).await.unwrap();
        tx.members().add(&self.member(), &self.word()).await.unwrap();
        tx.list_login(self.secret(), self.id()).await.unwrap();
        tx.members().give(self.id(), self.id(), Role::Owner, NOW).await.unwrap();
        tx.sessions().open(&self.session()).await.unwrap();
        tx.sessions().keep(&self.new_refresh()).await.unwrap();
        tx.invitations().add(&self.invitation(), self.secret()).await.unwrap();
        tx.password_resets().add(&self.reset(), self.secret()).await.unwrap();
        tx.letters().add(&self.letter()).await.unwrap();
        tx.api_keys().add(&self.api_key(), self.secret()).await.unwrap();
        tx.intents().add(&self.intent()).await.unwrap();
        tx.intents().add_phrases(self.id(), &self.phrases(), NOW).await.unwrap();
        tx.intents().set_answers(self.id(), &self.answers()).await.unwrap();
        tx.kept().put(&self.kept()).await.unwrap();
        tx.kept().define(self.id(), &[self.definition()]).await.unwrap();
        let (hash, json) = self.content();
        tx.releases().keep_content(hash, json, NOW).await.unwrap();
        tx.releases().add(&self.release()).await.unwrap();
        tx.builds().keep(self.build()).await.unwrap();
        assert!(tx.builds().point(0, self.number(), NOW).await.unwrap());
        tx.enqueue(self.uuid(), crate::JobKind::Build, "", NOW).await.unwrap();
        tx.channels().add(&self.channel()).await.unwrap();
        tx.visitors().add(&self.visitor()).await.unwrap();
        tx.conversations().open(&self.conversation()).await.unwrap();
        tx.conversations().write(&[self.message()]).await.unwrap();
        tx.conversations().involve(self.id(), &[self.id()]).await.unwrap();
        tx.conversations().rate(self.id(), &self.rating()).await.unwrap();
        tx.claim(&Self::once(), NOW).await.unwrap();
        tx.keep_reply(&Self::once(), &self.reply(), false).await.unwrap();
        tx.record(records(&self.happened())).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// What the house itself left on record.
pub(super) fn records(events: &[(Uuid, Event)]) -> Records<'_> {
    Records { actor: "system", at: NOW, request: None, audited: true, events }
}
