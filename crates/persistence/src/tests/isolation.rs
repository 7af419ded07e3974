//! Wall 2 alone: as a superuser, whom row-level security does not bind, a tenant that knows another's identifiers sees,
//! changes and deletes nothing of it, whichever repository method it calls; and the same on SQLite.

use guildhall_domain::{Cursor, PageRequest, Reach, actor::Role, bot::Settings, id, member, release::State};
use serde_json::Map;

use super::{
    company::{Company, NOW, records},
    place::{Place, number, on_postgres, on_sqlite},
    stranger::Stranger,
};
use crate::{AuditFilter, ConversationFilter, End, IntentFilter, JobKind, MemberFilter, Tx};

const A: Company = Company(0xa7);
const B: Company = Company(0x5b);

const PAGE: PageRequest = PageRequest { limit: 100, after: None, filter: 0 };
/// A cursor that was another's.
const THEIR_PAGE: PageRequest =
    PageRequest { limit: 100, after: Some(Cursor { filter: 0, key: i64::MAX, id: uuid::Uuid::nil() }), filter: 0 };

/// What tenant B calls and what comes of it; each line is one call in a unit of work of B's own.
macro_rules! calls {
    ($stranger:ident: $($outcome:ident { $($repository:ident.$method:ident($($argument:expr),* $(,)?);)* })*) => {$($(
        let deed = concat!(stringify!($repository), ".", stringify!($method));
        $stranger.$outcome(deed, async |tx: &Tx| tx.$repository().$method($($argument),*).await).await;
    )*)*};
}

async fn a_stranger_gets_nowhere(place: &Place) {
    for company in [A, B] {
        company.found(&place.store).await;
    }
    assert_eq!(number(&place.beside, "SELECT count(*) FROM members").await, 2, "no wall but the one under test");
    let b = Stranger::new(place, B, A).await;
    reads(&b).await;
    writes(&b).await;
    beyond_repositories(&b).await;
    equal_ids(&b).await;
}

async fn reads(b: &Stranger<'_>) {
    let (words, department) = (Some(A.word()), Some(A.id()));
    let mentioned = ConversationFilter { words, ..ConversationFilter::default() };
    let involved = ConversationFilter { department, ..ConversationFilter::default() };
    let their_channel = ConversationFilter { channel: Some(A.id()), ..ConversationFilter::default() };
    let their_words = IntentFilter { words: Some(A.word()), ..IntentFilter::default() };
    let their_departments = Reach::Departments(vec![A.id()]);
    calls! { b:
        finds_nothing {
            members.get(A.id());
            members.by_email(&A.member().email);
            members.password_hash(A.id());
            members.grants_of(A.id());
            members.owners(A.id());
            members.lock(A.id());
            members.list(&MemberFilter { words: Some(&A.word()), state: None }, &PAGE);
            departments.by_key(&A.word());
            departments.ever_called(&A.word());
            departments.lock_by_key(&A.word());
            departments.lock([A.id()]);
            departments.memberships(A.id(), &PAGE);
            departments.list(&their_departments, &PAGE);
            sessions.get(A.id());
            sessions.of(A.id());
            sessions.shown(A.uuid());
            invitations.get(A.id());
            invitations.open_to(&A.invitation().email, NOW);
            invitations.list(Some(&[A.id()]), &PAGE);
            password_resets.get(A.id());
            letters.get(A.id());
            api_keys.get(A.id());
            api_keys.shown(A.id());
            api_keys.list(Some(A.id()), &PAGE);
            intents.get(A.id(), A.id());
            intents.list(A.id(), &IntentFilter::default(), &PAGE);
            intents.list(B.id(), &their_words, &PAGE);
            intents.draft(A.id());
            intents.any(A.id());
            intents.folded_phrases(A.id());
            intents.phrases(A.id(), &PAGE);
            kept.of_intents(A.id());
            kept.definitions(A.id());
            releases.get(A.id(), A.number());
            releases.newest(A.id());
            releases.list(A.id(), &PAGE);
            releases.contents([A.content().0]);
            builds.parts(A.number());
            channels.get(A.id());
            visitors.get(A.id());
            conversations.get(&Reach::Tenant, A.id());
            conversations.of_visitor(A.id(), A.id());
            conversations.exchange(A.id(), &A.word());
            conversations.message(A.id(), A.id());
            conversations.messages(A.id(), 0, 100);
            conversations.list(&their_departments, &ConversationFilter::default(), &PAGE);
            conversations.list(&Reach::Tenant, &mentioned, &PAGE);
            conversations.list(&Reach::Tenant, &involved, &PAGE);
            conversations.list(&Reach::Tenant, &their_channel, &PAGE);
        }
        finds_its_own {
            members.list(&MemberFilter::default(), &THEIR_PAGE);
            departments.all();
            departments.list(&Reach::Tenant, &PAGE);
            invitations.list(None, &THEIR_PAGE);
            api_keys.list(None, &THEIR_PAGE);
            releases.waiting();
            builds.at(A.number());
            builds.at(B.number());
            channels.list(&THEIR_PAGE);
            conversations.list(&Reach::Tenant, &ConversationFilter::default(), &THEIR_PAGE);
        }
        may {
            members.leaders();
            api_keys.living(NOW);
            builds.bot();
            builds.last_number();
        }
        is_unreadable {
            releases.content(A.content().0);
        }
    }
    let whole = async |tx: &Tx| {
        let whole = tx.intents().whole(vec![A.intent()]).await?;
        Ok(whole.into_iter().flat_map(|whole| whole.phrases).collect::<Vec<_>>())
    };
    b.finds_nothing("intents.whole", whole).await;
}

async fn writes(b: &Stranger<'_>) {
    calls! { b:
        finds_nothing {
            members.set_password_hash(A.id(), "stolen", NOW);
            members.raise_epoch(A.id());
            members.change(&A.member(), A.number());
            members.set_tenant_role(A.id(), Role::Executive, NOW);
            members.turn(A.id(), member::State::Active, member::State::Suspended, NOW);
            members.part(A.id(), NOW);
            members.take(A.id(), A.id());
            departments.change(&A.department(), A.number());
            departments.dissolve(A.id(), NOW);
            sessions.end(A.id(), End::All, "stolen", NOW);
            sessions.end(B.id(), End::This(A.id()), "stolen", NOW);
            sessions.exchange(&A.refresh(), B.uuid(), vec![1], NOW);
            invitations.accept(A.id(), NOW);
            invitations.revoke(A.id(), NOW);
            invitations.revoke_of(A.id(), NOW);
            password_resets.spend(A.id(), NOW);
            password_resets.close_all(A.id(), NOW);
            letters.remove(A.id());
            api_keys.change(&A.api_key(), A.number());
            api_keys.rotate(A.id(), ([1; 32], "stolen"), NOW, NOW);
            api_keys.revoke(A.id(), NOW);
            api_keys.used(A.id(), NOW);
            intents.change(&A.intent(), A.number());
            intents.touch(A.id(), A.id(), NOW);
            intents.delete(A.id(), A.number());
            intents.delete_phrase(A.id(), A.id());
            intents.move_all(A.id(), B.id(), NOW);
            intents.set_answers(A.id(), &[]);
            kept.put(&[]);
            kept.define(A.id(), &[]);
            kept.move_all(A.id(), B.id());
            releases.turn([A.id()], State::Building, State::Live, NOW);
            builds.configure(&Settings::default(), A.number(), NOW);
            builds.point(A.number(), B.number(), NOW);
            channels.change(&A.channel(), A.number());
            channels.rotate(A.id(), "stolen", NOW, NOW);
            channels.close(A.id(), A.number(), NOW);
            visitors.extend(A.id(), NOW, NOW);
            conversations.take_turn(A.id(), A.id(), 2, NOW);
            conversations.leave(A.id(), &[], &Map::new());
        }
        is_refused {
            members.add(&A.member(), "stolen");
            members.give(A.id(), A.id(), Role::Owner, NOW);
            members.give(B.id(), A.id(), Role::Owner, NOW);
            members.give(A.id(), B.id(), Role::Owner, NOW);
            sessions.open(&A.session());
            sessions.keep(&A.new_refresh());
            invitations.add(&A.invitation(), A.secret());
            password_resets.add(&A.reset(), A.secret());
            api_keys.add(&A.api_key(), A.secret());
            intents.add(&A.intent());
            intents.add_phrases(A.id(), &A.phrases(), NOW);
            intents.set_answers(A.id(), &A.answers());
            intents.move_all(B.id(), A.id(), NOW);
            kept.put(&A.kept());
            kept.define(A.id(), &[A.definition()]);
            kept.move_all(B.id(), A.id());
            releases.add(&A.release());
            builds.add_bot(&Settings::default(), NOW);
            visitors.add(&A.visitor());
            conversations.open(&A.conversation());
            conversations.write(&[A.message()]);
            conversations.involve(A.id(), &[B.id()]);
            conversations.involve(B.id(), &[A.id()]);
            conversations.rate(A.id(), &A.rating());
        }
        may {
            builds.keep(A.build());
        }
    }
}

/// What hangs on the unit of work itself: the records, the keys of requests that are sent twice, the global tables.
async fn beyond_repositories(b: &Stranger<'_>) {
    let once = Company::once();
    let nobody = AuditFilter { actor: Some(A.word()), ..AuditFilter::default() };
    b.finds_nothing("audit_log", async |tx: &Tx| tx.audit_log(&nobody, &PAGE).await).await;
    b.finds_its_own("audit_log", async |tx: &Tx| tx.audit_log(&AuditFilter::default(), &PAGE).await).await;
    let all = AuditFilter::default();
    b.finds_its_own("audit_part", async |tx: &Tx| tx.audit_part(&all, 0, i64::MAX, 100).await).await;
    b.finds_nothing("audit_part", async |tx: &Tx| tx.audit_part(&nobody, 0, i64::MAX, 100).await).await;
    b.may("audit_head", async |tx: &Tx| tx.audit_head().await).await;
    b.may("record", async |tx: &Tx| tx.record(records(&A.happened())).await).await;
    b.finds_its_own("claim", async |tx: &Tx| tx.claim(&once, NOW).await).await;
    b.may("keep_reply", async |tx: &Tx| tx.keep_reply(&once, &B.reply(), true).await).await;
    b.finds_its_own("this_tenant", async |tx: &Tx| tx.this_tenant().await).await;
    b.is_refused("found", async |tx: &Tx| tx.found(&A.tenant()).await).await;
    b.may("lock_tenant", async |tx: &Tx| tx.lock_tenant().await).await;
    b.may("list_login", async |tx: &Tx| tx.list_login(A.secret(), A.id()).await).await;
    b.may("unlist_login", async |tx: &Tx| tx.unlist_login(A.id()).await).await;
    b.may("enqueue", async |tx: &Tx| tx.enqueue(B.uuid(), JobKind::Build, "", NOW).await).await;
}

/// Identifiers are unique in a tenant only, so an equal one tells nothing: what B makes under A's is B's own.
async fn equal_ids(b: &Stranger<'_>) {
    let (hash, json) = A.content();
    calls! { b:
        may {
            departments.add(&A.department());
            channels.add(&A.channel());
            letters.add(&A.letter());
            releases.keep_content(hash, json.clone(), NOW);
            visitors.add(&A.visitor());
        }
    }
    let department: guildhall_domain::Id<id::Department> = A.id();
    b.may("departments.dissolve", async |tx: &Tx| tx.departments().dissolve(department, NOW).await).await;
}

#[tokio::test]
async fn a_stranger_gets_nowhere_on_sqlite() {
    on_sqlite(a_stranger_gets_nowhere).await;
}

#[tokio::test]
async fn a_stranger_gets_nowhere_on_postgres_as_superuser() {
    on_postgres(a_stranger_gets_nowhere).await;
}

#[test]
fn no_repository_method_is_left_out() {
    let suite = include_str!("isolation.rs");
    let repositories = [
        ("members", include_str!("../member.rs")),
        ("departments", include_str!("../department.rs")),
        ("sessions", include_str!("../session.rs")),
        ("invitations", include_str!("../invitation.rs")),
        ("password_resets", include_str!("../reset.rs")),
        ("letters", include_str!("../letter.rs")),
        ("api_keys", include_str!("../api_key.rs")),
        ("intents", include_str!("../intent.rs")),
        ("kept", include_str!("../kept.rs")),
        ("releases", include_str!("../release.rs")),
        ("builds", include_str!("../build.rs")),
        ("channels", include_str!("../channel.rs")),
        ("visitors", include_str!("../visitor.rs")),
        ("conversations", include_str!("../conversation.rs")),
        ("tx", include_str!("../audit.rs")),
        ("tx", include_str!("../once.rs")),
        ("tx", include_str!("../global.rs").split_once("impl Tx {").unwrap().1),
    ];
    let known = include_str!("../lib.rs").split_once("\nrepositories! {").unwrap().1.split('}').next().unwrap();
    for repository in known.split(',').filter_map(|pair| pair.split_once(':')).map(|(method, _)| method.trim()) {
        assert!(repositories.iter().any(|(name, _)| *name == repository), "{repository} is not tried");
    }
    for (repository, source) in repositories {
        for method in source.split("    pub async fn ").skip(1) {
            let method = method.split(['(', '<']).next().unwrap();
            let called = [format!("{repository}.{method}("), format!("{repository}().{method}(")];
            assert!(called.iter().any(|call| suite.contains(call)), "{repository}.{method} is not tried");
        }
    }
}
