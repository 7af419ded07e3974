//! A node that is told to stop: it says so first, finishes what is under way, and ends.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, ExitStatus},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    crash::{audit_is_whole, rest},
    house::{Client, Company, Place, Visitor, free_address, guildhall},
};

/// A node as a process of its own, which is killed if nobody stops it.
struct Node {
    process: Child,
    address: String,
}

impl Node {
    fn start(place: &Place, delay: &str) -> Self {
        let address = free_address();
        let process = guildhall(place, &["serve"], &address).env("GUILDHALL_SHUTDOWN_DELAY", delay).spawn().unwrap();
        let node = Self { process, address };
        let start = Instant::now();
        while !node.says(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").contains("HTTP/1.1 200") {
            assert!(start.elapsed() < Duration::from_mins(1), "ready within a minute");
            sleep(Duration::from_millis(50));
        }
        node
    }

    fn connect(&self) -> Option<TcpStream> {
        let connection = TcpStream::connect(&self.address).ok()?;
        connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Some(connection)
    }

    /// All that is answered to a request that closes its connection; nothing from a node that is gone.
    fn says(&self, request: &[u8]) -> String {
        let mut text = String::new();
        if let Some(mut connection) = self.connect() {
            let _ = connection.write_all(request);
            let _ = connection.read_to_string(&mut text);
        }
        text
    }

    fn signal(&self) {
        assert!(Command::new("kill").arg(self.process.id().to_string()).status().unwrap().success());
    }

    fn ends_within(&mut self, seconds: u64) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(seconds), "it ends within {seconds} s");
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A message of a visitor whose body is on its way: all of it but the last byte is sent.
fn half_sent(node: &Node, visitor: &Visitor) -> TcpStream {
    let body = json!({ "text": "where is my parcel" }).to_string();
    let head = format!(
        "POST {}/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        visitor.path,
        visitor.client.token(),
        body.len()
    );
    let mut connection = node.connect().unwrap();
    connection.write_all(format!("{head}{}", &body[..body.len() - 1]).as_bytes()).unwrap();
    sleep(Duration::from_millis(300));
    connection
}

on_both! {
    fn a_node_says_that_it_leaves_finishes_what_is_under_way_and_ends_with_0(place) {
        let company = Company::found(&place.house(), "linden");
        let mut node = Node::start(place, "3");
        let client = Client::new(&format!("http://{}", node.address));
        let [follower, writer] = company.visitors.each_ref().map(|visitor| Visitor {
            client: client.bearing(visitor.client.token()),
            ..visitor.clone()
        });
        let mut stream = follower.client.get(&format!("{}/events", follower.path)).stream();
        let mut under_way = half_sent(&node, &writer);

        node.signal();
        sleep(Duration::from_millis(500));
        let said = node.says(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert!(said.starts_with("HTTP/1.1 503") && said.contains("\"leaving\":true"), "{said}");
        writer.say("where is my parcel");
        follower.say("when are you open");
        sleep(Duration::from_secs(3));
        assert!(node.connect().is_none(), "after the delay nobody is let in");
        under_way.write_all(b"}").unwrap();
        let mut answer = [0; 12];
        under_way.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 201", "what was under way is finished");
        drop(under_way);

        let mut followed = String::new();
        let _ = stream.read_to_string(&mut followed);
        assert!(followed.contains("when are you open") && followed.contains("event: reconnect"), "{followed}");
        assert!(node.ends_within(35).success());
        rest::is_whole(place);
        audit_is_whole(place);
    }

    fn a_second_signal_skips_the_delay_and_a_third_the_rest(place) {
        let company = Company::found(&place.house(), "rowan");
        let mut node = Node::start(place, "60");
        node.signal();
        sleep(Duration::from_millis(500));
        node.signal();
        assert!(node.ends_within(30).success());

        let mut node = Node::start(place, "60");
        let _under_way = half_sent(&node, &company.visitors[0]);
        for _ in 0..3 {
            node.signal();
            sleep(Duration::from_millis(500));
        }
        assert!(!node.ends_within(15).success());
        rest::is_whole(place);
    }
}
