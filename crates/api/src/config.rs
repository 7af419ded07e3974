//! Configuration: environment variables named `GUILDHALL_…` and one optional file; an unknown key refuses to start.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use serde::{Deserialize, Deserializer};

use crate::{http::TrustedProxies, outside::mail::Smtp};

/// How this server runs.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where Prometheus finds its metrics; nowhere where absent.
    pub metrics_listen: Option<SocketAddr>,
    /// Where the embedded database and the keys are kept.
    pub data_dir: PathBuf,
    /// `postgres://…`; the embedded SQLite in `data_dir` where absent.
    pub database_url: Option<String>,
    /// The database as its owner, for `guildhall migrate`.
    pub migrate_database_url: Option<String>,
    /// The most connections to PostgreSQL.
    pub database_connections: u32,
    /// `redis://…`; in process where absent.
    pub redis_url: Option<String>,
    /// The installation's keys; `keys.json` in `data_dir` where absent.
    pub keys_file: Option<PathBuf>,
    /// The server's own address, as clients know it: who issues access tokens, and where links in letters lead.
    pub base_url: String,
    /// `smtps://user:password@host`: who takes letters; none are sent where absent.
    pub smtp_url: Option<String>,
    /// Who letters come from, needed with `smtp_url`.
    pub mail_from: Option<String>,
    /// Whether companies may sign up by themselves.
    #[serde(deserialize_with = "switch")]
    pub sign_up: bool,
    /// Whether requests are limited; off for load tests only.
    #[serde(deserialize_with = "switch")]
    pub rate_limits: bool,
    /// The networks of proxies whose `X-Forwarded-For` is believed, separated by commas.
    pub trusted_proxies: String,
    /// How many live bots are kept in memory.
    pub bots_in_memory: usize,
    /// Whether messages that single words don't settle are read by the sentence encoder, which costs milliseconds.
    #[serde(deserialize_with = "switch")]
    pub encoder: bool,
    /// A sentence encoder in Hugging Face layout, in place of the one that is compiled in.
    pub encoder_dir: Option<PathBuf>,
    /// How many threads answer requests; one for each core where absent.
    pub workers: Option<usize>,
    /// How many staff requests may be under way at once.
    pub staff_requests: usize,
    /// How many chat requests may be under way at once.
    pub chat_requests: usize,
    /// How many seconds readiness says no before the server stops listening, so that a load balancer can tell.
    pub shutdown_delay: u64,
    /// `text` or `json`.
    pub log_format: LogFormat,
    /// What is logged, as `tracing`'s directives say it.
    pub log: String,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics_listen: None,
            data_dir: PathBuf::from("data"),
            database_url: None,
            migrate_database_url: None,
            database_connections: 10,
            redis_url: None,
            keys_file: None,
            base_url: "http://127.0.0.1:8080".to_owned(),
            smtp_url: None,
            mail_from: None,
            sign_up: true,
            rate_limits: true,
            trusted_proxies: String::new(),
            bots_in_memory: 1000,
            encoder: true,
            encoder_dir: None,
            workers: None,
            staff_requests: 64,
            chat_requests: 256,
            shutdown_delay: 0,
            log_format: LogFormat::Text,
            log: "info,actix_server=warn,sqlx=error".to_owned(),
        }
    }
}

/// The configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A value is missing, of another type, or nobody knows its name.
    #[error("configuration: {0}")]
    Value(#[source] Box<figment::Error>),
    /// Two values don't go together, or one has no meaning.
    #[error("configuration: {0}")]
    Meaning(String),
}

/// `on`, `off`, `true`, `false`.
fn switch<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Switch {
        Bool(bool),
        Word(String),
    }
    match Switch::deserialize(deserializer)? {
        Switch::Bool(on) => Ok(on),
        Switch::Word(word) if word == "on" => Ok(true),
        Switch::Word(word) if word == "off" => Ok(false),
        Switch::Word(word) => Err(serde::de::Error::custom(format!("`{word}` is neither on nor off"))),
    }
}

impl Config {
    /// Reads the environment, over the file that `GUILDHALL_CONFIG` names if it names one. `GUILDHALL_TEST_…` is for tests.
    pub fn read() -> Result<Self, ConfigError> {
        let mut figment = Figment::new();
        if let Some(file) = std::env::var_os("GUILDHALL_CONFIG") {
            let file = PathBuf::from(file);
            if !file.is_file() {
                return Err(ConfigError::Meaning(format!("GUILDHALL_CONFIG names no file: {}", file.display())));
            }
            figment = figment.merge(Toml::file(file));
        }
        let env = Env::prefixed("GUILDHALL_").filter(|key| key != "config" && !key.starts_with("test_"));
        Self::extract(&figment.merge(env))
    }

    fn extract(figment: &Figment) -> Result<Self, ConfigError> {
        let config: Self = figment.extract().map_err(|error| ConfigError::Value(Box::new(error)))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let bad = |what: String| Err(ConfigError::Meaning(what));
        self.proxies()?;
        self.mailer()?;
        if !["http://", "https://"].iter().any(|scheme| self.base_url.starts_with(scheme)) {
            return bad("base_url must be http://… or https://…".to_owned());
        }
        let urls = [
            ("database_url", &self.database_url),
            ("migrate_database_url", &self.migrate_database_url),
            ("redis_url", &self.redis_url),
        ];
        if let Some((name, _)) = urls.iter().find(|(_, url)| url.as_deref().is_some_and(has_known_password)) {
            return bad(format!("{name} has a password that stands in examples everywhere: choose one of your own"));
        }
        if self.metrics_listen.is_some_and(|inside| inside == self.listen && inside.port() != 0) {
            return bad("metrics_listen must be another address than listen: metrics are not for clients".to_owned());
        }
        match self.database_url.as_deref() {
            Some(url) if !url.starts_with("postgres://") && !url.starts_with("postgresql://") => {
                bad("database_url must be postgres://…; without it SQLite in data_dir is used".to_owned())
            }
            Some(_) if self.keys_file.is_none() => {
                bad("keys_file is needed with database_url, so that every node has the same keys".to_owned())
            }
            _ if self.database_connections == 0
                || self.staff_requests == 0
                || self.chat_requests == 0
                || self.bots_in_memory == 0 =>
            {
                bad("database_connections, staff_requests, chat_requests and bots_in_memory must be at least 1"
                    .to_owned())
            }
            _ => Ok(()),
        }
    }

    /// The networks of proxies that are believed.
    pub fn proxies(&self) -> Result<TrustedProxies, ConfigError> {
        let networks = self.trusted_proxies.split(',').map(str::trim).filter(|network| !network.is_empty());
        TrustedProxies::parse(networks).map_err(|error| ConfigError::Meaning(format!("trusted_proxies: {error}")))
    }

    /// Who carries letters, if anybody does.
    pub(crate) fn mailer(&self) -> Result<Option<Smtp>, ConfigError> {
        match (&self.smtp_url, &self.mail_from) {
            (None, None) => Ok(None),
            (Some(url), Some(from)) => {
                Smtp::new(url, from).map(Some).map_err(|error| ConfigError::Meaning(error.to_string()))
            }
            _ => Err(ConfigError::Meaning("smtp_url and mail_from go together".to_owned())),
        }
    }

    /// The address of the database.
    #[must_use]
    pub fn database(&self) -> String {
        self.database_url
            .clone()
            .unwrap_or_else(|| format!("sqlite://{}?mode=rwc", self.data_dir.join("guildhall.sqlite").display()))
    }

    /// The address of the database for whoever may read and write all of it: its owner, or the embedded one.
    pub fn owners_database(&self) -> Result<String, ConfigError> {
        match &self.migrate_database_url {
            Some(url) => Ok(url.clone()),
            None if self.embedded() => Ok(self.database()),
            None => Err(ConfigError::Meaning(
                "migrate_database_url is needed here: the role that serves must not own the tables".to_owned(),
            )),
        }
    }

    /// Whether the embedded database is used.
    #[must_use]
    pub const fn embedded(&self) -> bool {
        self.database_url.is_none()
    }

    /// Where the installation's keys are.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.keys_file.clone().unwrap_or_else(|| self.data_dir.join("keys.json"))
    }
}

/// Passwords that documentation and images are shipped with, and that everybody tries first.
const KNOWN_PASSWORDS: [&str; 20] = [
    "change-me",
    "change_me",
    "changeme",
    "change-this",
    "replace-me",
    "replace_me",
    "password",
    "passw0rd",
    "postgres",
    "guildhall",
    "redis",
    "secret",
    "example",
    "default",
    "admin",
    "root",
    "test",
    "123456",
    "choose one",
    "choose another",
];

/// Whether an address carries one of the [`KNOWN_PASSWORDS`], percent-encoded or not, in whatever case.
fn has_known_password(url: &str) -> bool {
    let Some((user, _)) = url.rsplit_once('@') else { return false };
    let user = user.rsplit_once("//").map_or(user, |(_, user)| user);
    let Some((_, password)) = user.split_once(':') else { return false };
    let password = format!("p={}", password.replace('+', "%2B"));
    let plain = form_urlencoded::parse(password.as_bytes()).next().map(|(_, plain)| plain.to_lowercase());
    plain.is_some_and(|plain| KNOWN_PASSWORDS.contains(&plain.as_str()))
}

/// The part of an address that names no secret: without user and password.
fn bare(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, host)| host)
}

impl fmt::Debug for Config {
    /// What was set, without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("listen", &self.listen)
            .field("metrics_listen", &self.metrics_listen)
            .field(
                "database",
                &self.database_url.as_deref().map_or_else(|| self.database(), |url| bare(url).to_owned()),
            )
            .field("redis", &self.redis_url.as_deref().map(bare))
            .field("keys_file", &self.keys() as &dyn fmt::Debug)
            .field("base_url", &self.base_url)
            .field("smtp", &self.smtp_url.as_deref().map(bare))
            .field("mail_from", &self.mail_from)
            .field("sign_up", &self.sign_up)
            .field("rate_limits", &self.rate_limits)
            .field("trusted_proxies", &self.trusted_proxies)
            .finish_non_exhaustive()
    }
}

/// Makes the data directory, for its owner alone.
pub fn make_data_dir(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(toml: &str) -> Result<Config, String> {
        Config::extract(&Figment::new().merge(Toml::string(toml))).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_is_needed() {
        let config = read("").unwrap();
        assert!(config.embedded() && config.rate_limits && config.sign_up);
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.database(), "sqlite://data/guildhall.sqlite?mode=rwc");
    }

    #[test]
    fn an_unknown_key_and_a_wrong_value_refuse_to_start() {
        for (toml, word) in [
            ("listne = '127.0.0.1:1'", "listne"),
            ("listen = 'here'", "listen"),
            ("rate_limits = 'maybe'", "neither on nor off"),
            ("database_url = 'mysql://x'", "postgres"),
            ("database_url = 'postgres://x'", "keys_file"),
            ("trusted_proxies = '10.0.0.0/99'", "trusted_proxies"),
            ("chat_requests = 0", "at least 1"),
            ("base_url = 'chat.example.com'", "base_url"),
            ("smtp_url = 'smtp://127.0.0.1'", "go together"),
            ("smtp_url = 'smtp://a:b@mail.example.com'\nmail_from = 'a@example.com'", "tls=required"),
            ("migrate_database_url = 'postgres://owner:change-me@db/guildhall'", "migrate_database_url has a password"),
            ("redis_url = 'redis://:Choose%20One@r'", "redis_url has a password"),
            ("metrics_listen = '127.0.0.1:8080'", "metrics_listen"),
        ] {
            let error = read(toml).unwrap_err();
            assert!(error.contains(word), "{toml}: {error}");
        }
        assert!(!read("rate_limits = 'off'").unwrap().rate_limits);
        for url in
            ["postgres://owner@db/x", "postgres://owner:c5a1+change-me@db/x", "postgres://postgres@127.0.0.1/postgres"]
        {
            assert!(read(&format!("migrate_database_url = '{url}'")).is_ok(), "{url}");
        }
    }

    #[test]
    fn debug_shows_no_password() {
        let config = read(
            "database_url = 'postgres://app:s3cret@db/guildhall'\nkeys_file = 'k'\nredis_url = 'redis://:s3cret@r'\n\
             smtp_url = 'smtps://bot:s3cret@mail.example.com'\nmail_from = 'bot@example.com'",
        )
        .unwrap();
        let shown = format!("{config:?}");
        assert!(
            shown.contains("db/guildhall") && shown.contains("mail.example.com") && !shown.contains("s3cret"),
            "{shown}"
        );
    }
}
