//! PostgreSQL for a test: a database copied from a template that was migrated once, and a role that owns nothing.

use std::{
    path::Path,
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use guildhall_persistence::Store;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DbBackend, Statement};

/// The role that serves: a member of `guildhall_app` and nothing else.
const ROLE: &str = "guildhall_test";
/// The role that owns what is restored: no superuser, so row-level security binds it.
const OWNER: &str = "guildhall_test_owner";
const PREFIX: &str = "guildhall_test_";

/// A database of one test.
pub(crate) struct TestDatabase {
    admin: String,
    name: String,
    owned: bool,
}

impl TestDatabase {
    /// A fresh copy of the migrated template.
    pub(crate) fn create(admin: &str) -> Self {
        Self::make(admin, &format!("TEMPLATE {}", template(admin)), false)
    }

    /// An empty database that belongs to [`OWNER`].
    pub(crate) fn empty(admin: &str) -> Self {
        template(admin); // the roles that serve
        run(admin, &[&make_role(OWNER, "")]);
        Self::make(admin, &format!("OWNER {OWNER}"), true)
    }

    fn make(admin: &str, how: &str, owned: bool) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("{PREFIX}{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        run(admin, &[&format!("DROP DATABASE IF EXISTS {name}"), &format!("CREATE DATABASE {name} {how}")]);
        Self { admin: admin.to_owned(), name, owned }
    }

    /// The address for the server.
    pub(crate) fn url(&self) -> String {
        self.url_as(ROLE)
    }

    /// The address for who migrates it.
    pub(crate) fn migrator_url(&self) -> String {
        if self.owned { self.url_as(OWNER) } else { self.owner_url() }
    }

    fn url_as(&self, role: &str) -> String {
        let owner = self.owner_url();
        let host = owner.rsplit_once('@').or_else(|| owner.split_once("://")).unwrap().1;
        format!("postgres://{role}:{role}@{host}")
    }

    /// The address for a superuser.
    pub(crate) fn owner_url(&self) -> String {
        on_same_server(&self.admin, &self.name)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        run(&self.admin, &[&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)]);
    }
}

/// The migrated database that tests copy.
fn template(admin: &str) -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| make_template(admin))
}

/// The statement that makes a role which logs in by its own name, unless there is one.
fn make_role(role: &str, rights: &str) -> String {
    format!(
        "DO $$ BEGIN CREATE ROLE {role} LOGIN PASSWORD '{role}' {rights};
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
    )
}

/// Migrates an empty database; what runs before this one left behind goes first.
fn make_template(admin: &str) -> String {
    let left = format!("SELECT datname::text AS name FROM pg_database WHERE datname LIKE '{PREFIX}%'");
    for name in names(admin, &left) {
        let process = name.strip_prefix(PREFIX).and_then(|rest| rest.split('_').next()).unwrap_or_default();
        if !Path::new("/proc").join(process).exists() {
            run(admin, &[&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")]);
        }
    }
    let template = format!("{PREFIX}{}_template", std::process::id());
    run(admin, &[&format!("DROP DATABASE IF EXISTS {template}"), &format!("CREATE DATABASE {template}")]);
    block_on(async {
        let store = Store::open(&on_same_server(admin, &template), 2).await.unwrap();
        store.migrate().await.unwrap();
        store.close().await.unwrap();
    });
    run(admin, &[&make_role(ROLE, "IN ROLE guildhall_app")]);
    template
}

/// The address of another database on the server of this one.
pub(super) fn on_same_server(url: &str, database: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
    format!("{scheme}://{authority}/{database}")
}

fn run(url: &str, statements: &[&str]) {
    block_on(async {
        let database = Database::connect(quiet(url)).await.unwrap();
        for statement in statements {
            database.execute_unprepared(statement).await.unwrap();
        }
        database.close().await.unwrap();
    });
}

fn names(url: &str, question: &str) -> Vec<String> {
    block_on(async {
        let database = Database::connect(quiet(url)).await.unwrap();
        let rows = database.query_all_raw(Statement::from_string(DbBackend::Postgres, question)).await.unwrap();
        database.close().await.unwrap();
        rows.iter().map(|row| row.try_get("", "name").unwrap()).collect()
    })
}

fn quiet(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    options
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
