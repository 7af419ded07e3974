//! Redis for a test: one of the server's logical databases, claimed by a key in it, empty but for that.

use std::{thread::sleep, time::Duration};

use redis::{Client, Commands as _, Connection};

use super::postgres::on_same_server;

const CLAIM: &str = "guildhall:test:claim";
/// A claim of a run that was killed ends by itself.
const SECONDS: u64 = 600;

/// A logical database.
pub(crate) struct LogicalRedis {
    url: String,
    connection: Connection,
}

impl LogicalRedis {
    /// Waits for a free one.
    pub(crate) fn claim(server: &str) -> Self {
        for _ in 0..600 {
            for number in 1..16 {
                let url = on_same_server(server, &number.to_string());
                let mut connection = Client::open(url.as_str()).unwrap().get_connection().unwrap();
                let mut claim = redis::cmd("SET");
                claim.arg(CLAIM).arg(1).arg("NX").arg("EX").arg(SECONDS);
                if claim.query::<Option<String>>(&mut connection).unwrap().is_some() {
                    let mut fresh = redis::pipe();
                    fresh.atomic().cmd("FLUSHDB").set_ex(CLAIM, 1, SECONDS);
                    fresh.exec(&mut connection).unwrap();
                    return Self { url, connection };
                }
            }
            sleep(Duration::from_millis(100));
        }
        panic!("every logical database of Redis is taken");
    }

    /// The address for the server.
    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }
}

impl Drop for LogicalRedis {
    fn drop(&mut self) {
        let _: Result<(), _> = self.connection.del(CLAIM);
    }
}
