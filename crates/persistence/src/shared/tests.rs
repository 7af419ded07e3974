//! `Shared` as its callers meet it: alone, and on a real Redis that comes and goes.

use std::{
    env,
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::{redis::Patience, *};

const NOW: Moment = Moment(1_764_000_000_000_000);
const LIMIT: Limit = Limit { name: "test", quota: 600, window: Duration::from_mins(10), burst: 10 };

async fn allowed(shared: &Shared, limit: &Limit, key: &str, tries: usize) -> usize {
    let mut allowed = 0;
    for _ in 0..tries {
        allowed += usize::from(shared.take(limit, key, 1).await.allowed);
    }
    allowed
}

async fn next(news: &mut broadcast::Receiver<News>) -> (String, String) {
    let heard = timeout(Duration::from_mins(1), news.recv()).await.expect("news in time").expect("no lag");
    (heard.topic, heard.text)
}

#[tokio::test]
async fn alone_it_counts_and_hears_itself() {
    let shared = Shared::local();
    assert!(shared.healthy().await);
    assert_eq!(allowed(&shared, &LIMIT, "g:a", 15).await, 10);
    let mut news = shared.listen();
    shared.announce("bot\n", "ten_1").await;
    assert_eq!(next(&mut news).await, ("bot".to_owned(), "ten_1".to_owned()));
    assert_eq!(shared.strike("g:a", Duration::from_secs(1), NOW).await, 1);
    assert_eq!(shared.strikes("g:a", NOW).await.count, 1);
}

#[tokio::test]
async fn an_address_that_is_none_is_refused() {
    assert!(Shared::connect("http://127.0.0.1").is_err());
}

#[test]
fn its_futures_go_to_other_threads() {
    fn sent<T: Send>(_: T) {}
    let shared = Shared::local();
    sent(shared.take(&LIMIT, "g:a", 1));
    sent(shared.strike("g:a", Duration::ZERO, NOW));
    sent(shared.strikes("g:a", NOW));
    sent(shared.absolve("g:a"));
    sent(shared.announce("a", "b"));
    sent(shared.healthy());
}

#[test]
fn keys_say_whose_they_are() {
    let tenant = Id::from_uuid(Uuid::nil());
    assert_eq!(key(Some(tenant), "member:1"), "t:ten_00000000000000000000000000:member:1");
    assert_eq!(key(None, format_args!("ip:{}", 1)), "g:ip:1");
}

/// A key that no other test uses.
fn fresh(name: &str) -> String {
    key(None, format_args!("{name}:{:?}:{:?}", std::process::id(), std::time::Instant::now()))
}

/// So patient that a busy machine is not taken for a Redis that is away.
const PATIENT: Patience = Patience { call: Duration::from_secs(30), connect: Duration::from_secs(30) };

fn patient(url: &str) -> Shared {
    Shared::connect_with(url, PATIENT).unwrap()
}

#[tokio::test]
async fn two_nodes_share_buckets_strikes_and_news() {
    let Ok(url) = env::var("GUILDHALL_TEST_REDIS_URL") else {
        eprintln!("SKIPPED two_nodes_share_buckets_strikes_and_news: set GUILDHALL_TEST_REDIS_URL");
        return;
    };
    let [one, two] = [(), ()].map(|()| patient(&url));
    assert!(one.healthy().await && two.healthy().await);

    let bucket = fresh("bucket");
    assert_eq!(allowed(&one, &SLOW, &bucket, 6).await + allowed(&two, &SLOW, &bucket, 9).await, 10);
    let dry = two.take(&SLOW, &bucket, 1).await;
    assert_eq!((dry.allowed, dry.remaining, dry.limit), (false, 0, 600));
    let interval = SLOW.interval();
    assert!(dry.retry_after <= interval && dry.retry_after > interval / 2, "{dry:?}");
    assert!(dry.reset_after <= interval * 10 && dry.reset_after > interval * 9, "{dry:?}");
    assert!(!one.take(&SLOW, &fresh("never"), 11).await.allowed);

    let (account, window) = (fresh("account"), Duration::from_secs(30));
    let at = |seconds| NOW.after(Duration::from_secs(seconds));
    assert_eq!((one.strike(&account, window, NOW).await, two.strike(&account, window, at(10)).await), (1, 2));
    assert_eq!(one.strikes(&account, at(15)).await, Strikes { count: 2, left: Duration::from_secs(25) });
    assert_eq!(one.strikes(&account, at(40)).await, Strikes::default(), "by the caller's clock they are forgotten");
    assert_eq!(two.strike(&account, window, at(41)).await, 1);
    two.absolve(&account).await;
    assert_eq!(one.strikes(&account, at(41)).await, Strikes::default());

    let topic = fresh("topic");
    let (mut here, mut there) = (one.listen(), two.listen());
    let told = announce_until_heard(&one, &topic, &mut there).await;
    one.announce(&topic, "ten_1\n7").await;
    assert_eq!(until(&mut there, &topic, |text| text == "ten_1\n7").await, 0, "once, and in order");
    assert_eq!(until(&mut here, &topic, |text| text == "ten_1\n7").await, told, "a node hears itself once");
}

/// So slow to fill that a busy machine gets nothing from it.
const SLOW: Limit = Limit { name: "test", quota: 600, window: Duration::from_hours(100), burst: 10 };

/// Announces until another node has heard it, since nobody knows when a node has subscribed; says how often, and leaves
/// nothing of it unheard there.
async fn announce_until_heard(by: &Shared, topic: &str, there: &mut broadcast::Receiver<News>) -> usize {
    for told in 1..=600 {
        by.announce(topic, "are you there").await;
        let heard = async { while next(there).await.0 != topic {} };
        if timeout(Duration::from_millis(100), heard).await.is_ok() {
            by.announce(topic, "good").await;
            until(there, topic, |text| text == "good").await;
            return told + 1;
        }
    }
    panic!("no other node hears");
}

/// Hears a topic until something is said; how much else was said before.
async fn until(news: &mut broadcast::Receiver<News>, topic: &str, said: impl Fn(&str) -> bool) -> usize {
    let mut others = 0;
    loop {
        let (about, text) = next(news).await;
        if about == topic && said(&text) {
            return others;
        }
        others += usize::from(about == topic);
    }
}

/// A Redis of our own on a port that nobody has, which ends with the test.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start() -> Option<Self> {
        Self::start_at(TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port())
    }

    fn start_at(port: u16) -> Option<Self> {
        let number = port.to_string();
        let args = ["--port", &number, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        let process = Command::new("redis-server").args(args).stdout(Stdio::null()).spawn().ok()?;
        Some(Self { process, port })
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.process.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn becomes_healthy(shared: &Shared) {
    let start = Instant::now();
    while !shared.healthy().await {
        assert!(start.elapsed() < Duration::from_mins(1), "healthy again within a minute");
        sleep(Duration::from_millis(50)).await;
    }
}

/// What holds for a Redis that is away for certain, however busy the machine is.
async fn does_without(shared: &Shared, key: &str) {
    let failed = || shared.health().unwrap().failed;
    let before = failed();
    assert_eq!(allowed(shared, &SLOW, key, 30).await, 5, "half the quota");
    assert!(!shared.healthy().await);
    assert_eq!(shared.strike(key, Duration::from_mins(1), NOW).await, 1, "counted here meanwhile");
    // Errors of the last ten seconds count as well, so it may be left alone after one; 32 times somebody wanted to call.
    assert!((1..20).contains(&(failed() - before)), "{} calls were made", failed() - before);
}

#[tokio::test]
async fn a_redis_that_hangs_or_dies_costs_half_the_quota_and_few_calls() {
    let Some(server) = Server::start() else {
        eprintln!("SKIPPED a_redis_that_hangs_or_dies_costs_half_the_quota_and_few_calls: there is no redis-server");
        return;
    };
    let url = server.url();
    let (usual, other) = (Shared::connect(&url).unwrap(), patient(&url));
    becomes_healthy(&usual).await;
    becomes_healthy(&other).await;

    server.signal("-STOP");
    does_without(&usual, "g:hung").await;
    server.signal("-CONT");
    becomes_healthy(&usual).await;

    let port = server.port;
    drop(server);
    does_without(&usual, "g:dead").await;
    let mut news = usual.listen();
    usual.announce("bot", "heard here at least").await;
    until(&mut news, "bot", |text| text == "heard here at least").await;
    let _server = Server::start_at(port).unwrap();
    becomes_healthy(&usual).await;
    let back = patient(&url);
    assert_eq!(allowed(&back, &SLOW, "g:back", 30).await, 10, "the whole quota");
    until(&mut news, MISSED, |_| true).await;
    announce_until_heard(&back, "again", &mut news).await;
}
