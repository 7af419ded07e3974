//! A post office for tests: a real SMTP server that keeps what it is handed, or declines as it is told.

use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{JoinHandle, sleep, spawn},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use super::{House, Place, Setup};

/// How long a letter may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// A letter as it was handed over.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    /// Whom it is for.
    pub(crate) to: String,
    /// Headers and body as they came.
    pub(crate) raw: String,
    /// What it says.
    pub(crate) text: String,
}

impl Letter {
    fn read(to: String, raw: String) -> Self {
        let (head, body) = raw.split_once("\r\n\r\n").unwrap();
        let coded = head.lines().find_map(|line| line.strip_prefix("Content-Transfer-Encoding: "));
        let text = match coded {
            Some("base64") => {
                String::from_utf8(BASE64.decode(body.split_whitespace().collect::<String>()).unwrap()).unwrap()
            }
            Some("quoted-printable") => unquoted(&body.replace("=\r\n", "")),
            _ => body.to_owned(),
        };
        Self { to, raw, text }
    }

    /// The one link in it.
    pub(crate) fn link(&self) -> &str {
        let links: Vec<_> = self.text.lines().filter(|line| line.starts_with("http")).collect();
        assert_eq!(links.len(), 1, "{}", self.text);
        links[0].trim()
    }

    /// The token of the link.
    pub(crate) fn token(&self) -> &str {
        self.link().split_once("token=").unwrap().1
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> &str {
        let head = self.raw.split_once("\r\n\r\n").unwrap().0;
        head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap()
    }
}

fn unquoted(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let code = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(str::from_utf8(&code).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[derive(Default)]
struct Counter {
    letters: Mutex<Vec<Letter>>,
    declining: Mutex<VecDeque<&'static str>>,
    tries: Mutex<usize>,
    closing: AtomicBool,
}

/// The post office.
pub(crate) struct PostOffice {
    address: SocketAddr,
    counter: Arc<Counter>,
    thread: Option<JoinHandle<()>>,
}

impl PostOffice {
    /// Opens one.
    pub(crate) fn open() -> Self {
        Self::at(([127, 0, 0, 1], 0).into())
    }

    /// Opens one at an address where there was none.
    pub(crate) fn at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let counter = Arc::<Counter>::default();
        let serving = Arc::clone(&counter);
        let thread = spawn(move || {
            for caller in listener.incoming() {
                if serving.closing.load(Ordering::SeqCst) {
                    return;
                }
                let counter = Arc::clone(&serving);
                spawn(move || caller.ok().and_then(|caller| serve(&counter, &caller)));
            }
        });
        Self { address, counter, thread: Some(thread) }
    }

    /// Where it is.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// A house that sends its letters here.
    pub(crate) fn house(&self, place: &Place) -> House {
        house_that_sends_to(place, self.address)
    }

    /// Declines the next letter with this reply.
    pub(crate) fn decline(&self, reply: &'static str) {
        self.counter.declining.lock().unwrap().push_back(reply);
    }

    /// How often somebody came with a letter.
    pub(crate) fn tries(&self) -> usize {
        *self.counter.tries.lock().unwrap()
    }

    /// Waits for a letter to this address, and takes it.
    pub(crate) fn letter_to(&self, email: &str) -> Letter {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let mut letters = self.counter.letters.lock().unwrap();
            if let Some(at) = letters.iter().position(|letter| letter.to == email) {
                return letters.remove(at);
            }
            drop(letters);
            sleep(Duration::from_millis(20));
        }
        panic!("no letter to {email}: {:#?}", self.counter.letters.lock().unwrap());
    }

    /// Everybody whom a letter waits for here.
    pub(crate) fn waiting_for(&self) -> Vec<String> {
        self.counter.letters.lock().unwrap().iter().map(|letter| letter.to.clone()).collect()
    }
}

/// A house that sends its letters to whoever is at this address, if anybody is.
pub(crate) fn house_that_sends_to(place: &Place, address: SocketAddr) -> House {
    let mut config = place.config();
    config.smtp_url = Some(format!("smtp://{address}"));
    config.mail_from = Some("Guildhall <bot@guildhall.test>".to_owned());
    House::open(config, Setup::default())
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        self.counter.closing.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        let _ = self.thread.take().unwrap().join();
    }
}

/// Speaks SMTP (RFC 5321) with one caller, as far as a mailer needs it.
fn serve(counter: &Counter, mut caller: &TcpStream) -> Option<()> {
    let mut lines = BufReader::new(caller.try_clone().ok()?);
    let mut say = |reply: &str| caller.write_all(format!("{reply}\r\n").as_bytes()).ok();
    say("220 post office")?;
    let mut to = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" | "HELO" | "RSET" | "NOOP" => say("250 well")?,
            "MAIL" => {
                *counter.tries.lock().unwrap() += 1;
                let reply = counter.declining.lock().unwrap().pop_front();
                say(reply.unwrap_or("250 well"))?;
            }
            "RCPT" => {
                line.split_once('<')?.1.split_once('>')?.0.clone_into(&mut to);
                say("250 well")?;
            }
            "DATA" => {
                say("354 go on")?;
                let mut raw = String::new();
                loop {
                    let mut line = String::new();
                    lines.read_line(&mut line).ok()?;
                    if line == ".\r\n" {
                        break;
                    }
                    raw.push_str(line.strip_prefix('.').unwrap_or(&line));
                }
                counter.letters.lock().unwrap().push(Letter::read(to.clone(), raw));
                say("250 taken")?;
            }
            "QUIT" => {
                say("221 well")?;
                return Some(());
            }
            _ => say("502 not here")?,
        }
    }
}
