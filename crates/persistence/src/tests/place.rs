//! Where a test stands: a SQLite file, or a PostgreSQL database whose tables belong to a role of their own; both go when
//! the test ends.

use std::{
    env,
    io::{self, Write as _},
    panic::{AssertUnwindSafe, resume_unwind},
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use futures_util::FutureExt as _;
use guildhall_migrations::{APP_ROLE, GLOBAL_TABLES};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

use crate::Store;

/// A database of one test.
pub(super) struct Place {
    /// The store; on PostgreSQL as a superuser, so that row-level security is inert.
    pub(super) store: Store,
    /// A connection beside the store, bound by nothing.
    pub(super) beside: DatabaseConnection,
    name: String,
    admin: String,
}

/// Runs a test on SQLite.
pub(super) async fn on_sqlite(test: impl AsyncFnOnce(&Place)) {
    let folder = Folder::new();
    let url = folder.sqlite();
    let store = Store::open(&url, 1).await.unwrap();
    store.migrate().await.unwrap();
    let place = Place { store, beside: connect(&url).await, name: unique(), admin: String::new() };
    let outcome = AssertUnwindSafe(test(&place)).catch_unwind().await;
    place.leave().await;
    drop(folder);
    outcome.unwrap_or_else(|panic| resume_unwind(panic));
}

/// Runs a test on PostgreSQL, where there is one.
pub(super) async fn on_postgres(test: impl AsyncFnOnce(&Place)) {
    let Ok(admin) = env::var("GUILDHALL_TEST_DATABASE_URL") else {
        let needed = env::var("GUILDHALL_TEST_NEEDS_SERVICES").is_ok_and(|value| value == "1");
        assert!(!needed, "needs PostgreSQL: set GUILDHALL_TEST_DATABASE_URL");
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        // Straight to the terminal: what a passing test prints is not shown.
        return writeln!(io::stderr(), "{test}: SKIPPED (needs PostgreSQL)").unwrap();
    };
    let name = unique();
    let server = connect(&admin).await;
    let owner = format!("CREATE ROLE {name}_owner LOGIN CREATEROLE PASSWORD '{name}'");
    let runtime = format!("CREATE ROLE {name}_app LOGIN PASSWORD '{name}' IN ROLE {APP_ROLE}");
    run(&server, &[&owner, &format!("CREATE DATABASE {name} OWNER {name}_owner")]).await;
    let as_owner = Store::open(&url(&admin, Some(&format!("{name}_owner")), &name), 2).await.unwrap();
    as_owner.migrate().await.unwrap();
    as_owner.close().await.unwrap();
    run(&server, &[&runtime]).await;
    let superuser = url(&admin, None, &name);
    let store = Store::open(&superuser, 8).await.unwrap();
    let place = Place { store, beside: connect(&superuser).await, name: name.clone(), admin };
    let outcome = AssertUnwindSafe(test(&place)).catch_unwind().await;
    place.leave().await;
    let roles = format!("DROP ROLE {name}_owner, {name}_app");
    run(&server, &[&format!("DROP DATABASE {name} WITH (FORCE)"), &roles]).await;
    outcome.unwrap_or_else(|panic| resume_unwind(panic));
}

impl Place {
    /// The address of this PostgreSQL database for a role of the test's: `owner`, `app`.
    pub(super) fn url_as(&self, role: &str) -> String {
        url(&self.admin, Some(&self.role(role)), &self.name)
    }

    /// The full name of a role of the test's.
    pub(super) fn role(&self, role: &str) -> String {
        format!("{}_{role}", self.name)
    }

    /// Makes a role of the test's that can log in.
    pub(super) async fn make_role(&self, role: &str, rights: &str) {
        let name = self.role(role);
        run(&self.beside, &[&format!("CREATE ROLE {name} LOGIN PASSWORD '{}' {rights}", self.name)]).await;
    }

    /// What the tests made goes.
    pub(super) async fn drop_role(&self, role: &str) {
        run(&self.beside, &[&format!("DROP ROLE {}", self.role(role))]).await;
    }

    /// The names of all tables that belong to tenants.
    pub(super) async fn tenant_tables(&self) -> Vec<String> {
        let question = match self.beside.get_database_backend() {
            DbBackend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
            _ => "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1",
        };
        let mut tables = texts(&self.beside, question).await;
        tables.retain(|table| !GLOBAL_TABLES.contains(&table.as_str()) && table != "seaql_migrations");
        tables
    }

    async fn leave(self) {
        self.store.close().await.unwrap();
        self.beside.close().await.unwrap();
    }
}

/// The first column of each row of the answer.
pub(super) async fn texts(connection: &impl ConnectionTrait, question: &str) -> Vec<String> {
    let statement = Statement::from_string(connection.get_database_backend(), question);
    let rows = connection.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{question}: {error}"));
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// The one number that is the answer.
pub(super) async fn number(connection: &impl ConnectionTrait, question: &str) -> i64 {
    let statement = Statement::from_string(connection.get_database_backend(), question);
    let row = connection.query_one_raw(statement).await.unwrap_or_else(|error| panic!("{question}: {error}"));
    row.unwrap().try_get_by_index(0).unwrap()
}

/// One quiet connection.
pub(super) async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

async fn run(connection: &DatabaseConnection, statements: &[&str]) {
    for statement in statements {
        connection.execute_unprepared(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

/// A name that no other test has.
fn unique() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    format!("guildhall_walls_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed))
}

/// A folder that goes with its owner.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        let folder = env::temp_dir().join(unique());
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// The address of a SQLite database in it.
    pub(super) fn sqlite(&self) -> String {
        format!("sqlite://{}", self.0.join("walls.sqlite").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The server's address for a database, and for one of the test's roles, whose password is the database's name.
fn url(admin: &str, role: Option<&str>, database: &str) -> String {
    let (scheme, rest) = admin.split_once("://").unwrap();
    let authority = rest.split(['/', '?']).next().unwrap();
    let host = authority.rsplit('@').next().unwrap();
    match role {
        Some(role) => format!("{scheme}://{role}:{database}@{host}/{database}"),
        None => format!("{scheme}://{authority}/{database}"),
    }
}
