//! A server as a process that can be killed, on an address that it comes back to.

use std::{
    process::{Child, Command},
    thread::sleep,
    time::Duration,
};

use crate::house::{Client, Place, free_address, guildhall, run};

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

/// Asks the command line whether every row of the audit log is as it was written, none lost or moved.
pub(crate) fn audit_is_whole(place: &Place) {
    let (whole, said) = run(place, &["audit", "verify"]);
    assert!(whole, "{said}");
}
