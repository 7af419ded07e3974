//! Wall 4 alone: blind, unscoped SQL on PostgreSQL as the runtime role, without a scope, with another tenant's, and on a
//! session that was used before.

use guildhall_migrations::APP_ROLE;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, TransactionTrait};

use super::{
    company::Company,
    place::{Place, connect, number, on_postgres, texts},
};
use crate::{Error, Store};

const A: Company = Company(0xa7);
const B: Company = Company(0x5b);

/// What the tables that are written once refuse to the runtime role.
const APPEND_ONLY: [&str; 3] = ["audit_log", "contents", "events"];

/// Founds two companies and gives a connection as the role that serves.
async fn as_runtime(place: &Place) -> DatabaseConnection {
    for company in [A, B] {
        company.found(&place.store).await;
    }
    connect(&place.url_as("app")).await
}

/// The code of the refusal: `42501` is «insufficient privilege», and what a policy's check answers.
fn code(outcome: Result<impl std::fmt::Debug, DbErr>) -> String {
    let error = outcome.expect_err("refused");
    let (DbErr::Exec(sea_orm::RuntimeErr::SqlxError(cause)) | DbErr::Query(sea_orm::RuntimeErr::SqlxError(cause))) =
        &error
    else {
        panic!("{error}")
    };
    cause.as_database_error().and_then(|error| error.code().map(Into::into)).unwrap_or_else(|| error.to_string())
}

const REFUSED: &str = "42501";

async fn bind(connection: &impl ConnectionTrait, to: Company) {
    let bound = format!("SELECT set_config('app.tenant_id', '{}', true)", to.uuid());
    connection.execute_unprepared(&bound).await.unwrap();
}

/// A statement that would add another row like the company's own.
async fn insert_like(place: &Place, table: &str, company: Company) -> String {
    let row = format!("SELECT to_jsonb(t)::text FROM {table} t WHERE tenant_id = '{}' LIMIT 1", company.uuid());
    let rows = texts(&place.beside, &row).await;
    let row = rows.first().expect("`Company::found` gives every table a row").replace('\'', "''");
    format!("INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, '{row}')")
}

async fn affected(connection: &impl ConnectionTrait, table: &str, statement: String) -> u64 {
    match connection.execute_unprepared(&statement).await {
        Ok(done) => done.rows_affected(),
        Err(error) => {
            assert!(APPEND_ONLY.contains(&table), "{statement}: {error}");
            assert_eq!(code(Err::<(), _>(error)), REFUSED, "{statement}");
            0
        }
    }
}

async fn sees_nothing(connection: &impl ConnectionTrait, table: &str) {
    assert_eq!(number(connection, &format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
}

#[tokio::test]
async fn without_a_scope_there_is_nothing() {
    on_postgres(async |place: &Place| {
        let runtime = as_runtime(place).await;
        for table in place.tenant_tables().await {
            sees_nothing(&runtime, &table).await;
            assert_eq!(affected(&runtime, &table, format!("UPDATE {table} SET tenant_id = tenant_id")).await, 0);
            assert_eq!(affected(&runtime, &table, format!("DELETE FROM {table}")).await, 0);
            let insert = insert_like(place, &table, A).await;
            assert_eq!(code(runtime.execute_unprepared(&insert).await), REFUSED, "{table}");
        }
    })
    .await;
}

#[tokio::test]
async fn with_one_scope_there_is_nothing_of_another_tenant() {
    on_postgres(async |place: &Place| {
        let runtime = as_runtime(place).await;
        let (a, b) = (A.uuid(), B.uuid());
        for table in place.tenant_tables().await {
            let total = number(&place.beside, &format!("SELECT count(*) FROM {table}")).await;
            let tx = runtime.begin().await.unwrap();
            bind(&tx, B).await;
            let seen = number(&tx, &format!("SELECT count(*) FROM {table}")).await;
            assert_eq!(seen * 2, total, "{table}: sees its own half");
            assert_eq!(number(&tx, &format!("SELECT count(*) FROM {table} WHERE tenant_id <> '{b}'")).await, 0);
            for blind in [
                format!("UPDATE {table} SET tenant_id = '{b}' WHERE tenant_id = '{a}'"),
                format!("DELETE FROM {table} WHERE tenant_id = '{a}'"),
            ] {
                tx.execute_unprepared("SAVEPOINT before").await.unwrap();
                assert_eq!(affected(&tx, &table, blind).await, 0, "{table}");
                tx.execute_unprepared("ROLLBACK TO before").await.unwrap();
            }
            for foreign in [insert_like(place, &table, A).await, format!("UPDATE {table} SET tenant_id = '{a}'")] {
                tx.execute_unprepared("SAVEPOINT before").await.unwrap();
                assert_eq!(code(tx.execute_unprepared(&foreign).await), REFUSED, "{foreign}");
                tx.execute_unprepared("ROLLBACK TO before").await.unwrap();
            }
            tx.commit().await.unwrap();
            assert_eq!(number(&place.beside, &format!("SELECT count(*) FROM {table}")).await, total, "{table}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_scope_ends_with_its_transaction() {
    on_postgres(async |place: &Place| {
        let runtime = as_runtime(place).await;
        for commits in [true, false] {
            let tx = runtime.begin().await.unwrap();
            bind(&tx, A).await;
            assert_eq!(number(&tx, "SELECT count(*) FROM members").await, 1);
            let ended = if commits { tx.commit().await } else { tx.rollback().await };
            ended.unwrap();
            assert_eq!(texts(&runtime, "SELECT current_setting('app.tenant_id', true)").await, [""]);
            for table in place.tenant_tables().await {
                sees_nothing(&runtime, &table).await;
            }
        }
        bind(&runtime, A).await; // without a transaction it lasts for its own statement
        sees_nothing(&runtime, "members").await;
    })
    .await;
}

#[tokio::test]
async fn a_session_that_was_used_before_has_no_scope() {
    on_postgres(async |place: &Place| {
        drop(as_runtime(place).await);
        let store = Store::open(&place.url_as("app"), 1).await.unwrap();
        let pool = store.global_connection();
        let session = number(pool, "SELECT pg_backend_pid()::bigint").await;
        let tx = store.begin(A.scope()).await.unwrap();
        assert!(tx.members().get(A.id()).await.unwrap().is_some());
        tx.commit().await.unwrap();
        sees_nothing(pool, "members").await;
        drop(store.begin(A.scope()).await.unwrap());
        sees_nothing(pool, "members").await;
        let tx = store.read(B.scope()).await.unwrap();
        assert_eq!(number(tx.connection(), "SELECT count(*) FROM members").await, 1);
        assert!(tx.members().get(A.id()).await.unwrap().is_none());
        drop(tx);
        let sticky = format!("SET app.tenant_id = '{}'", A.uuid());
        pool.execute_unprepared(&sticky).await.unwrap();
        sees_nothing(pool, "members").await;
        assert_eq!(number(pool, "SELECT pg_backend_pid()::bigint").await, session, "it was one session all the time");
        store.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn every_tenant_table_has_one_policy_that_binds_its_owner_too() {
    on_postgres(async |place: &Place| {
        let tables = place.tenant_tables().await;
        let walled = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
            AND relrowsecurity AND relforcerowsecurity ORDER BY 1";
        assert_eq!(texts(&place.beside, walled).await, tables);
        let mine = "(tenant_id = (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::uuid)";
        let policies = format!(
            "SELECT tablename::text FROM pg_policies WHERE permissive = 'PERMISSIVE' AND cmd = 'ALL'
             AND roles = '{{public}}' AND qual = '{mine}' AND with_check = '{mine}' ORDER BY 1"
        );
        assert_eq!(texts(&place.beside, &policies).await, tables);
        let all = "SELECT tablename::text FROM pg_policies ORDER BY 1";
        assert_eq!(texts(&place.beside, all).await, tables, "and no other policy");
        let owner = connect(&place.url_as("owner")).await;
        for table in &tables {
            sees_nothing(&owner, table).await;
        }
        // Views and functions run by their owner's rights would be doors beside the walls.
        let doors =
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
            UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace";
        assert_eq!(texts(&place.beside, doors).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn the_runtime_role_can_neither_truncate_nor_move_a_wall() {
    on_postgres(async |place: &Place| {
        let runtime = as_runtime(place).await;
        let rights = "SELECT table_name || ' ' || string_agg(privilege_type, ' ' ORDER BY privilege_type)
            FROM information_schema.role_table_grants WHERE grantee = 'guildhall_app' GROUP BY table_name ORDER BY 1";
        let granted = texts(&place.beside, rights).await;
        for table in place.tenant_tables().await {
            let all =
                if APPEND_ONLY.contains(&table.as_str()) { "INSERT SELECT" } else { "DELETE INSERT SELECT UPDATE" };
            assert!(granted.contains(&format!("{table} {all}")), "{table}: {granted:?}");
            for move_a_wall in [
                format!("TRUNCATE {table} CASCADE"),
                format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"),
                format!("ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"),
                format!("DROP POLICY tenant ON {table}"),
                format!("CREATE POLICY open ON {table} USING (true)"),
                format!("CREATE INDEX ON {table} (tenant_id)"),
                format!("DROP TABLE {table} CASCADE"),
            ] {
                assert_eq!(code(runtime.execute_unprepared(&move_a_wall).await), REFUSED, "{move_a_wall}");
            }
        }
        for beyond in [
            "CREATE TABLE own (id int)".to_owned(),
            "CREATE VIEW all_members AS SELECT * FROM members".to_owned(),
            format!("SET ROLE {}", place.role("owner")),
            "SET row_security = off; SELECT * FROM members".to_owned(),
            "INSERT INTO seaql_migrations VALUES ('m', 1)".to_owned(),
            format!("ALTER ROLE {} BYPASSRLS", place.role("app")),
        ] {
            assert_eq!(code(runtime.execute_unprepared(&beyond).await), REFUSED, "{beyond}");
        }
    })
    .await;
}

#[tokio::test]
async fn attack_40_what_is_written_once_stays_even_for_its_own_tenant() {
    on_postgres(async |place: &Place| {
        let runtime = as_runtime(place).await;
        for table in APPEND_ONLY {
            for undo in [format!("UPDATE {table} SET tenant_id = tenant_id"), format!("DELETE FROM {table}")] {
                let tx = runtime.begin().await.unwrap();
                bind(&tx, A).await;
                assert_eq!(code(tx.execute_unprepared(&undo).await), REFUSED, "{undo}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_role_that_the_walls_do_not_bind_may_not_serve() {
    on_postgres(async |place: &Place| {
        assert!(matches!(place.store.check_role().await, Err(Error::Unsafe(_))), "a superuser");
        let owner = place.role("owner");
        let roles = [
            ("bypass", format!("BYPASSRLS IN ROLE {APP_ROLE}"), false),
            ("heir", format!("IN ROLE {APP_ROLE}, {owner}"), false),
            ("disinherited", format!("NOINHERIT IN ROLE {APP_ROLE}, {owner}"), false),
            ("plain", format!("IN ROLE {APP_ROLE}"), true),
        ];
        for (role, rights, may) in &roles {
            place.make_role(role, rights).await;
            let store = Store::open(&place.url_as(role), 1).await.unwrap();
            let checked = store.check_role().await;
            store.close().await.unwrap();
            place.drop_role(role).await;
            assert_eq!(checked.is_ok(), *may, "{role}: {checked:?}");
        }
        let store = Store::open(&place.url_as("owner"), 1).await.unwrap();
        assert!(matches!(store.check_role().await, Err(Error::Unsafe(_))), "the owner");
        store.close().await.unwrap();
    })
    .await;
}
