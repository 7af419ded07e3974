//! Where a house stands: a folder with SQLite, or a PostgreSQL database and a Redis of its own; both go when it goes.

use std::{
    cell::RefCell,
    io::Write as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use guildhall_api::config::Config;
use guildhall_auth::{KeyRing, OsEntropy};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};
use tokio::runtime::{Builder, Runtime};

use super::{House, Setup, postgres, redis::LogicalRedis};

/// A place for one house, or for several nodes of one.
pub(crate) struct Place {
    folder: Folder,
    services: Option<(postgres::TestDatabase, LogicalRedis)>,
}

impl Place {
    /// The embedded default: a folder.
    pub(crate) fn sqlite() -> Self {
        Self { folder: Folder::new(), services: None }
    }

    /// A fresh PostgreSQL database and Redis, if this machine has them; else says so, or fails where they are needed.
    pub(crate) fn postgres() -> Option<Self> {
        let [database, redis] = ["DATABASE", "REDIS"].map(|name| std::env::var(format!("GUILDHALL_TEST_{name}_URL")));
        let (Ok(database), Ok(redis)) = (database, redis) else {
            let needed = std::env::var("GUILDHALL_TEST_NEEDS_SERVICES").is_ok_and(|value| value == "1");
            assert!(
                !needed,
                "needs PostgreSQL and Redis: set GUILDHALL_TEST_DATABASE_URL and GUILDHALL_TEST_REDIS_URL"
            );
            let test = std::thread::current().name().unwrap_or_default().to_owned();
            // Straight to the terminal: what a passing test prints is not shown.
            let mut terminal = std::io::stderr();
            writeln!(terminal, "{test}: SKIPPED (needs PostgreSQL and Redis)").unwrap();
            return None;
        };
        let folder = Folder::new();
        let entropy = OsEntropy::new();
        let now = guildhall_app::Clock::now(&guildhall_app::SystemClock);
        KeyRing::load_or_create(&folder.keys(), now, &entropy).unwrap();
        Some(Self { folder, services: Some((postgres::TestDatabase::create(&database), LogicalRedis::claim(&redis))) })
    }

    /// Another place of the same kind with the same keys, whose database is empty and not even migrated; on PostgreSQL it
    /// belongs to a role that is no superuser.
    pub(crate) fn empty(&self) -> Self {
        let folder = Folder::new();
        std::fs::copy(self.keys(), folder.keys()).unwrap();
        let services = self.services.as_ref().map(|_| {
            let [database, redis] =
                ["DATABASE", "REDIS"].map(|name| std::env::var(format!("GUILDHALL_TEST_{name}_URL")));
            (postgres::TestDatabase::empty(&database.unwrap()), LogicalRedis::claim(&redis.unwrap()))
        });
        Self { folder, services }
    }

    /// An embedded place with the same keys, empty.
    pub(crate) fn empty_embedded(&self) -> Self {
        let place = Self::sqlite();
        std::fs::copy(self.keys(), place.keys()).unwrap();
        place
    }

    /// The address for the owner of the tables, where that is somebody else than the server.
    pub(crate) fn owners_database(&self) -> Option<String> {
        self.services.as_ref().map(|(database, _)| database.migrator_url())
    }

    /// The folder of this place.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder.0
    }

    /// Whether several nodes can stand here.
    pub(crate) const fn shared(&self) -> bool {
        self.services.is_some()
    }

    /// A house with everything as usual, but no rate limits.
    pub(crate) fn house(&self) -> House {
        self.open(Setup::default())
    }

    /// A house of another set-up.
    pub(crate) fn open(&self, setup: Setup) -> House {
        House::open(self.config(), setup)
    }

    /// What a server needs to know to stand here.
    pub(crate) fn config(&self) -> Config {
        let (database, redis) = self.services.as_ref().map(|(db, redis)| (db.url(), redis.url())).unzip();
        Config {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: self.folder.0.clone(),
            keys_file: Some(self.keys()),
            database_url: database,
            database_connections: 8,
            redis_url: redis,
            base_url: "http://guildhall.test".to_owned(),
            rate_limits: false,
            workers: Some(2),
            ..Config::default()
        }
    }

    /// The installation's keys.
    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.keys()
    }

    /// Watches whether anything changes in the database.
    pub(crate) fn digest(&self) -> Digest {
        let url = match &self.services {
            Some((database, _)) => database.owner_url(),
            None => format!("sqlite://{}", self.folder.0.join("guildhall.sqlite").display()),
        };
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let database = runtime.block_on(Database::connect(options(url))).unwrap();
        Digest { runtime, database, seen: RefCell::default() }
    }
}

fn options(url: String) -> sea_orm::ConnectOptions {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    options
}

/// A look at the whole database from beside.
pub(crate) struct Digest {
    runtime: Runtime,
    database: DatabaseConnection,
    /// On SQLite, what was there when the database last said that somebody had written.
    seen: RefCell<(String, String)>,
}

impl Digest {
    /// A text that differs after any change but the nodes' own heartbeats: on SQLite every row of every table, on
    /// PostgreSQL every table with its number of rows and the latest transaction that wrote one.
    pub(crate) fn read(&self) -> String {
        if self.database.get_database_backend() == DbBackend::Sqlite {
            let version = self.text("PRAGMA data_version", "data_version");
            if self.seen.borrow().0 != version {
                let rows = self.rows();
                *self.seen.borrow_mut() = (version, rows);
            }
            return self.seen.borrow().1.clone();
        }
        let tables = self.text(
            "SELECT string_agg(format('SELECT ''%1$s %%s %%s'' AS t, count(*) AS n, max(xmin::text::bigint) AS x FROM %1$I',
             tablename), ' UNION ALL ') AS text FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'nodes'",
            "text",
        );
        self.text(&format!("SELECT string_agg(format(t, n, x), ', ') AS text FROM ({tables}) AS tables"), "text")
    }

    fn rows(&self) -> String {
        let of_tenants =
            "SELECT group_concat(name) AS names FROM sqlite_schema WHERE type = 'table' AND name <> 'nodes'";
        let rows = |table: &str| {
            let columns = format!(
                "SELECT group_concat('quote(\"' || name || '\")', '||') AS names FROM pragma_table_info('{table}')"
            );
            let columns = self.text(&columns, "names");
            self.text(&format!("SELECT coalesce(group_concat({columns}), '') AS rows FROM {table}"), "rows")
        };
        let all = self.text(of_tenants, "names");
        all.split(',').map(rows).collect::<Vec<_>>().join("\n")
    }

    /// Waits until no work waits.
    pub(crate) fn settle(&self) {
        for _ in 0..400 {
            if self.text("SELECT count(*) AS waiting FROM queue", "waiting") == "0" {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        panic!("work waits and nobody does it");
    }

    /// Does something that the house would not.
    pub(crate) fn tamper(&self, statement: &str) {
        let done = self.runtime.block_on(self.database.execute_unprepared(statement));
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// A column of bytes in hexadecimal, as this database writes it.
    pub(crate) fn hex(&self, column: &str) -> String {
        match self.database.get_database_backend() {
            DbBackend::Postgres => format!("encode({column}, 'hex')"),
            _ => format!("lower(hex({column}))"),
        }
    }

    /// Bytes as this database reads them.
    pub(crate) fn blob(&self, bytes: &[u8]) -> String {
        let hex = bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        match self.database.get_database_backend() {
            DbBackend::Postgres => format!("'\\x{hex}'::bytea"),
            _ => format!("x'{hex}'"),
        }
    }

    /// The column of this name in the one row that is answered.
    pub(crate) fn text(&self, question: &str, column: &str) -> String {
        let statement = Statement::from_string(self.database.get_database_backend(), question);
        let row = self.runtime.block_on(self.database.query_one_raw(statement)).unwrap().unwrap();
        row.try_get::<i64>("", column).map_or_else(|_| row.try_get("", column).unwrap(), |number| number.to_string())
    }
}

/// A folder that goes with its owner.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("guildhall-test-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        guildhall_api::config::make_data_dir(Path::new(&path)).unwrap();
        Self(path)
    }

    fn keys(&self) -> PathBuf {
        self.0.join("keys.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
