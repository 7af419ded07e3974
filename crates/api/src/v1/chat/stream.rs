//! Following a conversation: server-sent events.

use actix_web::{HttpRequest, HttpResponse, get, web::Data};
use guildhall_app::{App, notice::Notice};
use guildhall_domain::{
    Actor, Id, Permit, id,
    policy::{Chat, judge},
};
use tokio::sync::watch;

use super::{
    super::{
        answer::Allowed,
        follow::{Followed, Piece, follow},
    },
    admitted,
    messages::{MessageView, messages_after},
};
use crate::http::{Path, Problem};

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
    let mut talk = Talk { id, seen: seen.unwrap_or(0) };
    let first = talk.written(&first);
    Ok(follow(app, &request, &stopping, news, first, talk))
}

/// A conversation that is followed.
struct Talk {
    id: Id<id::Conversation>,
    seen: i64,
}

impl Followed for Talk {
    fn is_about(&self, notice: Notice) -> bool {
        notice == Notice::Written(self.id)
    }

    async fn look(&mut self, app: &App, actor: &Actor) -> Option<Piece> {
        let permit: Permit<Chat> = judge(actor).ok()?;
        let messages = messages_after(app, &permit, self.id, self.seen, 200).await.ok()?;
        Some(self.written(&messages))
    }
}

impl Talk {
    fn written(&mut self, messages: &[MessageView]) -> Piece {
        use std::fmt::Write as _;
        let mut events = String::new();
        for message in messages {
            let data = serde_json::to_string(message).unwrap_or_default();
            let _ = write!(events, "event: message\nid: {}\ndata: {data}\n\n", message.seq);
            self.seen = message.seq;
        }
        Piece { events, last: false }
    }
}
