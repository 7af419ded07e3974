//! News between nodes, by Redis's publish and subscribe.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use futures_util::StreamExt;
use redis::{Client, Msg, RedisResult};
use tokio::{sync::broadcast, time};

use super::{MISSED, News};

/// Where all news is published.
pub(super) const CHANNEL: &str = "g:news";

/// The first pause before connecting again; it doubles…
const FIRST: Duration = Duration::from_millis(100);
/// …up to this.
const LONGEST: Duration = Duration::from_secs(5);
/// How often a silent connection is asked whether it lives, and how long it has to say so.
const PULSE: Duration = Duration::from_secs(5);

/// How news is written on the wire: the node that tells it, the topic and the text, a line each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wire {
    node: u64,
}

impl Wire {
    /// A node that is told from the others by chance.
    pub(super) fn new() -> Self {
        Self { node: RandomState::new().hash_one(CHANNEL) }
    }

    pub(super) fn write(self, news: &News) -> String {
        format!("{:x}\n{}\n{}", self.node, news.topic, news.text)
    }

    /// What another node told; its own news a node has heard already.
    fn read(self, message: &str) -> Option<News> {
        let (node, rest) = message.split_once('\n')?;
        let (topic, text) = rest.split_once('\n')?;
        let own = u64::from_str_radix(node, 16) == Ok(self.node);
        (!own).then(|| News { topic: topic.to_owned(), text: text.to_owned() })
    }
}

/// Hears until the task is ended, connecting again and again.
pub(super) async fn listen(client: Client, wire: Wire, news: broadcast::Sender<News>) {
    let mut pause = FIRST;
    let mut before = false;
    loop {
        let heard = |message: &Msg| {
            if let Some(item) = message.get_payload::<String>().ok().and_then(|text| wire.read(&text)) {
                let _ = news.send(item);
            }
        };
        let opened = || {
            if before {
                let _ = news.send(News { topic: MISSED.to_owned(), text: String::new() });
            }
        };
        let started = time::Instant::now();
        let ended = hear(&client, opened, heard).await;
        if started.elapsed() > PULSE {
            pause = FIRST;
        }
        if let Err(error) = ended {
            tracing::debug!(%error, "news from Redis broke off");
        }
        before = true;
        time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST);
    }
}

async fn hear(client: &Client, opened: impl FnOnce(), heard: impl Fn(&Msg)) -> RedisResult<()> {
    let late = |_| redis::RedisError::from((redis::ErrorKind::Io, "no answer in time"));
    let (mut sink, mut stream) = time::timeout(PULSE, client.get_async_pubsub()).await.map_err(late)??.split();
    time::timeout(PULSE, sink.subscribe(CHANNEL)).await.map_err(late)??;
    opened();
    loop {
        match time::timeout(PULSE, stream.next()).await {
            Ok(Some(message)) => heard(&message),
            Ok(None) => return Ok(()),
            Err(_) => time::timeout(PULSE, sink.ping::<()>()).await.map_err(late)??,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_reads_back_on_other_nodes_alone() {
        let news = News { topic: "bot".to_owned(), text: "two\nlines".to_owned() };
        let (one, other) = (Wire { node: 1 }, Wire { node: 2 });
        assert_eq!(other.read(&one.write(&news)), Some(news.clone()));
        assert_eq!(one.read(&one.write(&news)), None);
        assert_eq!(one.read("noise"), None);
    }
}
