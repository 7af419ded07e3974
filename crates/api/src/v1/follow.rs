//! Following something that changes: server-sent events, woken by what nodes tell one another and by a glance now and then.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Bytes, Data},
};
use futures_util::stream;
use guildhall_app::{App, notice::Notice};
use guildhall_domain::Actor;
use guildhall_persistence::shared::News;
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        watch,
    },
    time::Instant,
};

use crate::gate;

/// A stream ends after this long; whoever follows comes back.
const STREAM_LIFE: Duration = Duration::from_mins(10);
/// How often a stream looks by itself, should news be lost, and shows that it is alive.
const STREAM_GLANCE: Duration = Duration::from_secs(2);

/// Something that can be followed.
pub(super) trait Followed: 'static {
    /// Whether the news is about it.
    fn is_about(&self, notice: Notice) -> bool;

    /// What there is to tell since the last look, as whoever follows may see it at this moment; nothing when they may not
    /// any more.
    async fn look(&mut self, app: &App, actor: &Actor) -> Option<Piece>;
}

/// A piece of a stream: events as they are written, perhaps none, and whether nothing comes after them.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) events: String,
    pub(super) last: bool,
}

/// Streams what is followed, the first piece at once.
pub(super) fn follow(
    app: Data<App>,
    request: &HttpRequest,
    stopping: &watch::Receiver<bool>,
    news: broadcast::Receiver<News>,
    first: Piece,
    followed: impl Followed,
) -> HttpResponse {
    let bearer = gate::bearer(request).unwrap_or_default().to_owned();
    let (stopping, ends) = (stopping.clone(), Instant::now() + STREAM_LIFE);
    let follower = Follower { app, followed, bearer, news, stopping, ends, first: Some(first), over: false };
    let events = stream::unfold(follower, |mut follower| async move {
        Some((Ok::<_, actix_web::Error>(follower.next().await?), follower))
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(events)
}

/// Somebody who follows.
struct Follower<F> {
    app: Data<App>,
    followed: F,
    bearer: String,
    news: broadcast::Receiver<News>,
    stopping: watch::Receiver<bool>,
    ends: Instant,
    first: Option<Piece>,
    over: bool,
}

impl<F: Followed> Follower<F> {
    /// The next piece of the stream; nothing when it ends: all is told, its time is up, or the right to follow is gone.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(self.written(first));
        }
        if self.over || Instant::now() >= self.ends || *self.stopping.borrow() {
            return None;
        }
        self.wait().await;
        if *self.stopping.borrow() {
            return Some(Bytes::from_static(b"event: reconnect\ndata: \n\n"));
        }
        let actor = self.app.authenticate(&self.bearer, None).await.ok()?;
        let piece = self.followed.look(&self.app, &actor).await?;
        Some(self.written(piece))
    }

    /// Until something happens, or a moment has passed.
    async fn wait(&mut self) {
        let heard = async {
            loop {
                match self.news.recv().await {
                    Ok(news)
                        if Notice::read(&news.topic, &news.text).is_some_and(|told| self.followed.is_about(told)) =>
                    {
                        return;
                    }
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return,
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        tokio::select! {
            () = heard => {}
            _ = self.stopping.changed() => {}
            () = tokio::time::sleep(STREAM_GLANCE) => {}
        }
    }

    fn written(&mut self, piece: Piece) -> Bytes {
        self.over = piece.last;
        if piece.events.is_empty() { Bytes::from_static(b": \n\n") } else { Bytes::from(piece.events) }
    }
}
