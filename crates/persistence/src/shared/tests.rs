//! `Shared` as its callers meet it: alone, and on a real Redis that comes and goes.

use std::{
    env,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::*;

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
    let heard = timeout(Duration::from_secs(15), news.recv()).await.expect("news in time").expect("no lag");
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

#[tokio::test]
async fn two_nodes_share_buckets_strikes_and_news() {
    let Ok(url) = env::var("GUILDHALL_TEST_REDIS_URL") else {
        eprintln!("SKIPPED two_nodes_share_buckets_strikes_and_news: set GUILDHALL_TEST_REDIS_URL");
        return;
    };
    share(&url).await;
}

async fn share(url: &str) {
    let [one, two] = [(), ()].map(|()| Shared::connect(url).unwrap());
    assert!(one.healthy().await && two.healthy().await);

    let bucket = fresh("bucket");
    assert_eq!(allowed(&one, &LIMIT, &bucket, 6).await + allowed(&two, &LIMIT, &bucket, 9).await, 10);
    let dry = two.take(&LIMIT, &bucket, 1).await;
    assert_eq!((dry.allowed, dry.remaining, dry.limit), (false, 0, 600));
    assert!((500..=1000).contains(&dry.retry_after.as_millis()), "{dry:?}");
    assert!((9500..=10_000).contains(&dry.reset_after.as_millis()), "{dry:?}");
    assert!(!one.take(&LIMIT, &fresh("never"), 11).await.allowed);

    let (account, window) = (fresh("account"), Duration::from_secs(30));
    let at = |seconds| NOW.after(Duration::from_secs(seconds));
    assert_eq!((one.strike(&account, window, NOW).await, two.strike(&account, window, at(10)).await), (1, 2));
    assert_eq!(one.strikes(&account, at(15)).await, Strikes { count: 2, left: Duration::from_secs(25) });
    assert_eq!(one.strikes(&account, at(40)).await, Strikes::default(), "by the caller's clock they are forgotten");
    assert_eq!(two.strike(&account, window, at(41)).await, 1);
    two.absolve(&account).await;
    assert_eq!(one.strikes(&account, at(41)).await, Strikes::default());

    let (mut here, mut there) = (one.listen(), two.listen());
    sleep(Duration::from_millis(200)).await; // both have subscribed
    one.announce("bot", "ten_1\n7").await;
    assert_eq!(next(&mut here).await.1, "ten_1\n7");
    assert_eq!(next(&mut there).await, ("bot".to_owned(), "ten_1\n7".to_owned()));
    assert!(here.try_recv().is_err(), "a node hears itself once");
}

/// A Redis of our own, which ends with the test.
struct Server(Child);

impl Server {
    fn start(port: u16) -> Option<Self> {
        let port = port.to_string();
        let args = ["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        Command::new("redis-server").args(args).stdout(Stdio::null()).spawn().ok().map(Self)
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn becomes(shared: &Shared, healthy: bool) {
    let start = Instant::now();
    while shared.healthy().await != healthy {
        assert!(start.elapsed() < Duration::from_secs(15), "healthy should become {healthy}");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_redis_that_hangs_or_dies_costs_half_the_quota_and_no_time() {
    let Some(server) = Server::start(6391) else {
        eprintln!("SKIPPED a_redis_that_hangs_or_dies_costs_half_the_quota_and_no_time: there is no redis-server");
        return;
    };
    let url = "redis://127.0.0.1:6391";
    let shared = Shared::connect(url).unwrap();
    becomes(&shared, true).await;
    share(url).await;
    let mut news = shared.listen();
    sleep(Duration::from_millis(300)).await;

    server.signal("-STOP");
    let start = Instant::now();
    assert_eq!(allowed(&shared, &LIMIT, "g:hung", 30).await, 5);
    assert!(start.elapsed() < Duration::from_secs(1), "five calls wait 100 ms, the rest none: {:?}", start.elapsed());
    assert!(!shared.healthy().await);
    assert_eq!(shared.strike("g:hung", Duration::from_mins(1), NOW).await, 1, "counted here meanwhile");
    server.signal("-CONT");
    becomes(&shared, true).await;

    drop(server);
    assert_eq!(allowed(&shared, &LIMIT, "g:dead", 30).await, 5);
    shared.announce("bot", "heard here at least").await;
    while next(&mut news).await.0 != "bot" {}
    let server = Server::start(6391).unwrap();
    becomes(&shared, true).await;
    assert_eq!(allowed(&shared, &LIMIT, "g:back", 30).await, 10);
    assert_eq!(next(&mut news).await.0, MISSED);
    Shared::connect(url).unwrap().announce("bot", "again").await;
    assert_eq!(next(&mut news).await.1, "again");
    drop(server);
}
