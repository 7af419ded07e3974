//! Wall 2 alone: as a superuser, whom row-level security does not bind, a tenant that knows another's identifiers sees,
//! changes and deletes nothing of it, whichever repository method it calls; and the same on SQLite.

use guildhall_domain::{
    Cursor, Moment, PageRequest, Reach,
    actor::Role,
    bot::Settings,
    calendar::Calendar,
    evaluation::Stage,
    id,
    intent::Rules,
    job::{self, Job, Kind, Progress},
    member,
    proposal::Comment,
    release::State,
    request::escalation::Step,
};
use serde_json::Map;

use super::{
    company::{Company, NOW, records},
    place::{Place, number, on_postgres, on_sqlite},
    stranger::Stranger,
};
use crate::{
    AuditFilter, ConversationFilter, End, ErrandKind, Eyes, GapFilter, IntentFilter, MemberFilter, MemberSettings,
    OverlapFilter, ProposalFilter, RequestFilter, TallyFilter, Tx,
};

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
    let their_eyes = Eyes { reach: &their_departments, member: Some(A.id()) };
    let all_eyes = Eyes { reach: &Reach::Tenant, member: None };
    let their_question = RequestFilter { words: Some(A.word()), ..RequestFilter::default() };
    let every_day = TallyFilter { from: 0, to: 99_999, department: None, intent: None, language: None, channel: None };
    let touching = ProposalFilter { department: Some(A.id()), ..ProposalFilter::default() };
    let overlapping = OverlapFilter { department: Some(A.id()), ..OverlapFilter::default() };
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
            builds.get(A.number());
            builds.parts(A.number());
            jobs.get(None, A.id());
            jobs.get(Some(A.id()), A.id());
            jobs.list(A.id(), &PAGE);
            evaluations.get(A.id());
            channels.get(A.id());
            visitors.get(A.id());
            conversations.get(&Reach::Tenant, A.id());
            members.owners_of(A.id());
            members.holding(A.id(), &[Role::Owner]);
            members.these([A.id()]);
            calendars.of(A.id());
            suites.get(Some(A.id()), A.id());
            suites.named(Some(A.id()), &A.suite().name);
            suites.list(Some(A.id()), &PAGE);
            suites.all(Some(A.id()));
            suites.case(A.id(), A.id());
            suites.cases(A.id(), &PAGE);
            suites.all_cases(A.id());
            suites.run(Some(A.id()), A.id());
            suites.runs(Some(A.id()), false, &PAGE);
            knowledge_requests.get(A.id());
            knowledge_requests.lock(A.id());
            knowledge_requests.list(their_eyes, &RequestFilter::default(), &PAGE);
            knowledge_requests.list(all_eyes, &their_question, &PAGE);
            knowledge_requests.waiting(&[A.id()], Some(A.id()));
            knowledge_requests.since(their_eyes, Moment(0));
            knowledge_requests.open_to(A.id());
            knowledge_requests.answered(A.id(), 10);
            knowledge_requests.notes(A.id(), &PAGE);
            knowledge_requests.steps(A.id(), 1);
            conversations.of_visitor(A.id(), A.id());
            conversations.exchange(A.id(), &A.word());
            conversations.message(A.id(), A.id());
            conversations.messages(A.id(), 0, 100);
            conversations.list(&their_departments, &ConversationFilter::default(), &PAGE);
            conversations.list(&Reach::Tenant, &mentioned, &PAGE);
            conversations.list(&Reach::Tenant, &involved, &PAGE);
            conversations.list(&Reach::Tenant, &their_channel, &PAGE);
            gaps.get(&Reach::Tenant, A.id());
            gaps.some(&[A.id()]);
            gaps.list(&their_departments, &GapFilter::default(), &PAGE);
            gaps.counts(A.id());
            gaps.examples(A.id(), 100);
            gaps.said_by(A.id());
            tallies.talk(A.id());
            tallies.talks_of(A.id());
            tallies.rating(A.id(), None);
            tallies.scores(A.id());
            retentions.of_visitor(A.id());
            proposals.get(A.id());
            proposals.lock(A.id());
            proposals.list(&their_departments, A.id(), &ProposalFilter::default(), &PAGE);
            proposals.list(&Reach::Tenant, A.id(), &touching, &PAGE);
            proposals.comments(A.id());
            overlaps.get(A.id());
            overlaps.lock(A.id());
            overlaps.list(&their_departments, &OverlapFilter::default(), &PAGE);
            overlaps.list(&Reach::Tenant, &overlapping, &PAGE);
            overlaps.overdue(NOW);
            overlaps.runs(A.id(), 100);
            settlements.of(A.id());
            settlements.get(A.id(), A.id());
        }
        finds_its_own {
            members.list(&MemberFilter::default(), &THEIR_PAGE);
            departments.all();
            departments.list(&Reach::Tenant, &PAGE);
            invitations.list(None, &THEIR_PAGE);
            api_keys.list(None, &THEIR_PAGE);
            releases.waiting();
            releases.held();
            builds.get(B.number());
            jobs.list(B.id(), &THEIR_PAGE);
            evaluations.list(None, &THEIR_PAGE);
            evaluations.list(Some(Stage::Draft), &THEIR_PAGE);
            channels.list(&THEIR_PAGE);
            members.who_lead();
            knowledge_requests.list(all_eyes, &RequestFilter::default(), &THEIR_PAGE);
            knowledge_requests.with_leaders();
            settings.named();
            suites.owners();
            conversations.list(&Reach::Tenant, &ConversationFilter::default(), &THEIR_PAGE);
            proposals.list(&Reach::Tenant, B.id(), &ProposalFilter::default(), &THEIR_PAGE);
            overlaps.all();
            overlaps.list(&Reach::Tenant, &OverlapFilter::default(), &THEIR_PAGE);
        }
        may {
            gaps.waiting(100);
            gaps.known(100);
            gaps.apart();
            tallies.read(&Reach::Tenant, &every_day);
            tallies.due(NOW, 100);
            relays.at("talk");
            relays.reached("talk", NOW);
            relays.next(uuid::Uuid::nil(), &["tenant.founded"], 100);
            retentions.days();
            retentions.silent_since(Moment(i64::MAX), 100);
            conversations.log(&Reach::Tenant, (Moment(0), Moment(i64::MAX)), None, 100);
            members.leaders();
            api_keys.living(NOW);
            settings.of(A.id());
            suites.count_cases(A.id());
            knowledge_requests.count_notes(A.id());
            builds.bot();
            builds.last_number();
            intents.hold([A.id()]);
            overlaps.traffic(NOW, 100);
            proposals.count_comments(A.id());
            jobs.under_way(A.id());
            jobs.waiting(Kind::Evaluation);
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
            gaps.save(&A.gap(), A.number());
            gaps.place(&[A.id()], Some(A.id()), B.id());
            gaps.pour(A.id(), B.id());
            gaps.hush(&[A.id()]);
            gaps.expire(&[A.id()]);
            gaps.erase(A.id());
            tallies.forget(&[A.id()]);
            retentions.end(&[A.id()]);
            retentions.forget(A.id());
            jobs.begin(A.id(), B.uuid(), NOW);
            jobs.progress(A.id(), A.uuid(), Progress { done: 1, total: 2 }, NOW);
            jobs.finish(A.id(), A.uuid(), &serde_json::Value::Null, NOW);
            jobs.end(A.id(), job::State::Cancelled, None, NOW);
            jobs.forget(NOW);
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
            intents.take_away(A.id());
            intents.take_phrases([A.id()]);
            intents.settle(A.id(), &Rules::default());
            intents.place(A.id(), B.id(), "stolen", None, NOW);
            proposals.change(&A.proposal(), A.number());
            overlaps.change(&A.overlap(), A.number());
            settlements.change(&A.settlement(), A.number());
            kept.put(&[]);
            kept.define(A.id(), &[]);
            kept.move_all(A.id(), B.id());
            releases.weigh(A.id(), (State::Building, State::Held), &[], None, NOW);
            releases.withdraw(A.id(), NOW);
            releases.turn([A.id()], State::Building, State::Live, NOW);
            builds.configure(&Settings::default(), A.number(), NOW);
            builds.point(A.number(), B.number(), NOW);
            channels.change(&A.channel(), A.number());
            channels.rotate(A.id(), "stolen", NOW, NOW);
            channels.close(A.id(), A.number(), NOW);
            visitors.extend(A.id(), NOW, NOW);
            conversations.take_turn(A.id(), A.id(), 2, NOW);
            conversations.leave(A.id(), &[], &Map::new());
            knowledge_requests.change(&A.request(), A.number());
            suites.change(&A.suite(), A.number());
            suites.delete(A.id(), A.number());
            suites.change_case(&A.case(), A.number());
            suites.delete_case(A.id(), A.id(), A.number());
            suites.forget_runs(Moment(0));
            calendars.put(A.id(), &Calendar::usual(), 1, NOW);
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
            jobs.add(&Job { id: B.id(), ..A.job() });
            proposals.add(&A.proposal());
            proposals.comment(&Comment { id: B.id(), ..A.comment() });
            overlaps.add(&[A.overlap()]);
            overlaps.keep_runs(&A.runs());
            settlements.add(&A.settlement());
            visitors.add(&A.visitor());
            conversations.open(&A.conversation());
            conversations.write(&[A.message()]);
            conversations.involve(A.id(), &[B.id()]);
            conversations.involve(B.id(), &[A.id()]);
            conversations.rate(A.id(), &A.rating());
            calendars.put(A.id(), &Calendar::usual(), 0, NOW);
            knowledge_requests.add(&A.request());
            knowledge_requests.say(A.id(), &A.note());
            knowledge_requests.escalate(A.id(), 1, Step::Owner, NOW);
            settings.tell(A.id(), "stolen", NOW);
            suites.add(&A.suite());
            suites.add_case(&A.case());
            suites.keep_run(&A.run());
            settings.set(A.id(), MemberSettings::default(), NOW);
            gaps.add(&A.gap());
            gaps.count(A.id(), &[B.count()]);
            gaps.part(A.id(), B.id(), NOW);
        }
        may {
            gaps.hear(&B.example());
            relays.pass("talk", &[], NOW);
            tallies.add([(B.cell(), 1)]);
            tallies.keep(&B.talk(), None);
            tallies.keep_rating(B.id(), None, B.tallied());
            retentions.set(30, NOW);
            retentions.forget_gone(NOW);
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
    b.may("enqueue", async |tx: &Tx| tx.enqueue(B.uuid(), ErrandKind::Build, "", NOW).await).await;
    let unless = async |tx: &Tx| tx.enqueue_unless_waiting(uuid::Uuid::nil(), ErrandKind::Job, "", NOW).await;
    b.may("enqueue_unless_waiting", unless).await;
}

/// Identifiers are unique in a tenant only, so an equal one tells nothing: what B makes under A's is B's own.
async fn equal_ids(b: &Stranger<'_>) {
    let (hash, json) = A.content();
    calls! { b:
        may {
            departments.add(&A.department());
            channels.add(&A.channel());
            letters.add(&A.letter());
            evaluations.add(&A.evaluation(), String::new());
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
        ("jobs", include_str!("../job.rs")),
        ("evaluations", include_str!("../evaluation.rs")),
        ("proposals", include_str!("../proposal.rs")),
        ("overlaps", include_str!("../overlap.rs")),
        ("settlements", include_str!("../settlement.rs")),
        ("builds", include_str!("../build.rs")),
        ("channels", include_str!("../channel.rs")),
        ("visitors", include_str!("../visitor.rs")),
        ("gaps", include_str!("../gap.rs")),
        ("relays", include_str!("../relay.rs")),
        ("retentions", include_str!("../retention.rs")),
        ("tallies", include_str!("../tally.rs")),
        ("conversations", include_str!("../conversation.rs")),
        ("conversations", include_str!("../message_log.rs")),
        ("calendars", include_str!("../calendar.rs")),
        ("knowledge_requests", include_str!("../request/mod.rs")),
        ("settings", include_str!("../settings.rs")),
        ("suites", include_str!("../suite.rs")),
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
