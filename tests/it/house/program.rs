//! The program as a process of its own, configured for a place as a house in this process would be.

use std::{
    net::TcpListener,
    process::{Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
};

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

/// An address that is free now and that no client's socket is given while its node is down: below the ports that Linux
/// gives by itself.
pub(crate) fn free_address() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 9_000).unwrap();
    loop {
        let port = 20_000 + start + NEXT.fetch_add(1, Ordering::Relaxed);
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener.local_addr().unwrap().to_string();
        }
    }
}
