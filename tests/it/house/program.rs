//! The program as a process of its own, configured for a place as a house in this process would be.

use std::process::{Command, Stdio};

use super::Place;

/// A command line.
pub(crate) fn guildhall(place: &Place, arguments: &[&str], listen: &str) -> Command {
    let config = place.config();
    let mut command = Command::new(env!("CARGO_BIN_EXE_guildhall-under-test"));
    command.args(arguments).stdin(Stdio::null());
    command
        .env("GUILDHALL_LISTEN", listen)
        .env("GUILDHALL_DATA_DIR", &config.data_dir)
        .env("GUILDHALL_BASE_URL", &config.base_url)
        .env("GUILDHALL_KEYS_FILE", place.keys())
        .env("GUILDHALL_RATE_LIMITS", "off")
        .env("GUILDHALL_WORKERS", "2")
        .env("GUILDHALL_LOG", "error");
    if let (Some(database), Some(redis)) = (config.database_url, config.redis_url) {
        command.env("GUILDHALL_DATABASE_URL", database).env("GUILDHALL_REDIS_URL", redis);
    }
    if let Some(owner) = place.owners_database() {
        command.env("GUILDHALL_MIGRATE_DATABASE_URL", owner);
    }
    command
}

/// Runs a command to its end: whether it succeeded, and all that it said.
pub(crate) fn run(place: &Place, arguments: &[&str]) -> (bool, String) {
    let done = guildhall(place, arguments, "127.0.0.1:0").output().unwrap();
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (done.status.success(), said.concat())
}
