//! A server as a process that can be killed, on an address that it comes back to.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    thread::sleep,
    time::Duration,
};

use crate::house::{Client, Place};

/// A node.
pub(crate) struct Node {
    /// Speaks to it, before and after.
    pub(crate) client: Client,
    address: String,
    process: Child,
}

impl Node {
    /// Starts one and waits until it is ready.
    pub(super) fn start(place: &Place) -> Self {
        Self::start_as(place, |_| {})
    }

    /// Starts one whose process is set up differently.
    pub(crate) fn start_as(place: &Place, set_up: impl FnOnce(&mut Command)) -> Self {
        let address = free_address();
        let client = Client::new(&format!("http://{address}"));
        let mut command = guildhall(place, &["serve"], &address);
        set_up(&mut command);
        let process = command.spawn().unwrap();
        let node = Self { client, address, process };
        node.wait_until_ready();
        node
    }

    /// SIGKILL: it gets no word of it.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again after a kill.
    pub(super) fn start_again(&mut self, place: &Place) {
        self.process = guildhall(place, &["serve"], &self.address).spawn().unwrap();
        self.wait_until_ready();
    }

    fn wait_until_ready(&self) {
        for _ in 0..1200 {
            if self.client.get("/readyz").attempt().is_some_and(|answer| answer.status == 200) {
                return;
            }
            sleep(Duration::from_millis(25));
        }
        panic!("not ready within 30 s");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An address that is free now and that no client's socket is given while its node is down: below the ports that Linux
/// gives by itself.
fn free_address() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 9_000).unwrap();
    loop {
        let port = 20_000 + start + NEXT.fetch_add(1, Ordering::Relaxed);
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener.local_addr().unwrap().to_string();
        }
    }
}

/// Asks the command line whether every row of the audit log is as it was written, none lost or moved; and what it says.
pub(crate) fn audit_verified(place: &Place) -> (bool, String) {
    let verified = guildhall(place, &["audit", "verify"], "127.0.0.1:0").output().unwrap();
    let said = [verified.stdout, verified.stderr].concat();
    (verified.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// The program, configured for a place as a house in this process would be.
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
    command
}
