//! Following a conversation: server-sent events.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    web::{Bytes, Data},
};
use futures_util::stream;
use guildhall_app::{App, notice::Notice};
use guildhall_domain::{Id, Permit, id, policy::Chat};
use guildhall_persistence::shared::News;
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        watch,
    },
    time::Instant,
};

use super::{
    super::answer::Allowed,
    admitted,
    messages::{MessageView, messages_after},
};
use crate::{
    gate,
    http::{Path, Problem},
};

/// A stream ends after this long; the page comes back with `Last-Event-ID`.
const STREAM_LIFE: Duration = Duration::from_mins(10);
/// How often a stream looks by itself, should news be lost, and shows that it is alive.
const STREAM_GLANCE: Duration = Duration::from_secs(2);

/// Follows a conversation: each message as an event of its own (server-sent events), from `Last-Event-ID` on.
#[utoipa::path(
    tag = "chat",
    operation_id = "streamMessages",
    params(("conversation" = String, Path, example = "con_01jd0000007000g00000000001"),
        ("Last-Event-ID" = Option<i64>, Header, description = "The number of the last message that was seen", example = 2)),
    responses((status = 200, description = "Events `message`, each a Message, with its number as id", body = String, content_type = "text/event-stream")),
    security(("visitor" = [])),
    extensions(("x-action" = json!("chat.talk")))
)]
#[get("/v1/chat/conversations/{conversation}/events")]
pub(crate) async fn stream_messages(
    Allowed(permit): Allowed<Chat>,
    app: Data<App>,
    request: HttpRequest,
    Path(id): Path<Id<id::Conversation>>,
    stopping: Data<watch::Receiver<bool>>,
) -> Result<HttpResponse, Problem> {
    admitted(&app, permit.actor(), &request, false).await?;
    let seen = request.headers().get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let news = app.shared.listen();
    // The first look is made here, so that a stranger's conversation is 404 and no stream.
    let first = messages_after(&app, &permit, id, seen.unwrap_or(0), 200).await?;
    let bearer = gate::bearer(&request).unwrap_or_default().to_owned();
    let follower = Follower {
        app,
        permit,
        id,
        bearer,
        news,
        stopping: stopping.get_ref().clone(),
        seen: seen.unwrap_or(0),
        ends: Instant::now() + STREAM_LIFE,
        first: Some(first),
    };
    let events = stream::unfold(follower, |mut follower| async move {
        Some((Ok::<_, actix_web::Error>(follower.next().await?), follower))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(events))
}

/// Somebody who follows a conversation.
struct Follower {
    app: Data<App>,
    permit: Permit<Chat>,
    id: Id<id::Conversation>,
    bearer: String,
    news: broadcast::Receiver<News>,
    stopping: watch::Receiver<bool>,
    seen: i64,
    ends: Instant,
    first: Option<Vec<MessageView>>,
}

impl Follower {
    /// The next piece of the stream; nothing when it ends: its time is up, or the right to follow is gone.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(self.written(&first));
        }
        if Instant::now() >= self.ends || *self.stopping.borrow() {
            return None;
        }
        self.wait().await;
        if *self.stopping.borrow() {
            return Some(Bytes::from_static(b"event: reconnect\ndata: \n\n"));
        }
        self.app.authenticate(&self.bearer, None).await.ok()?;
        let messages = messages_after(&self.app, &self.permit, self.id, self.seen, 200).await.ok()?;
        Some(self.written(&messages))
    }

    /// Until somebody writes, or a moment has passed.
    async fn wait(&mut self) {
        let mine = Notice::Written(self.id);
        let heard = async {
            loop {
                match self.news.recv().await {
                    Ok(news) if Notice::read(&news.topic, &news.text) == Some(mine) => return,
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

    fn written(&mut self, messages: &[MessageView]) -> Bytes {
        use std::fmt::Write as _;
        let mut text = String::new();
        for message in messages {
            let data = serde_json::to_string(message).unwrap_or_default();
            let _ = write!(text, "event: message\nid: {}\ndata: {data}\n\n", message.seq);
            self.seen = message.seq;
        }
        if text.is_empty() {
            text.push_str(": \n\n");
        }
        Bytes::from(text)
    }
}
