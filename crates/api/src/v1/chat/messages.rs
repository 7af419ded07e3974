//! The messages of a conversation, page by page.

use actix_web::{HttpRequest, get, web::Data};
use guildhall_app::{App, chat};
use guildhall_domain::{
    Cursor, Id, Moment, Page, PageRequest, Permit, Refusal, conversation::Message, id, policy::Chat,
};
use guildhall_persistence::Tx;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{answer::Allowed, intents::ButtonView, parse::IntentNameView},
    admitted,
    exchanges::intent_name,
};
use crate::http::{Json, PageQuery, Paged, Path, Problem, extract::cursor_text};

/// A message of a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub(crate) struct MessageView {
    /// Its identifier.
    #[schema(value_type = String, example = "msg_01jd0000007000g00000000001")]
    id: Id<id::Message>,
    /// Counts from 1 in its conversation.
    #[schema(example = 1)]
    pub(super) seq: i64,
    /// `visitor`, `bot`, `agent` or `system`.
    #[schema(value_type = String, example = "visitor")]
    from: &'static str,
    /// The words.
    text: String,
    /// What the visitor's client called it.
    client_message_id: Option<String>,
    /// What kind of reply it is; null for what a visitor wrote.
    #[schema(value_type = Option<String>, example = "answer")]
    kind: Option<&'static str>,
    /// The key of the department that answered.
    department: Option<String>,
    /// The intent that was understood.
    intent: Option<IntentNameView>,
    /// How sure the bot was, 0 to 1.
    confidence: Option<f32>,
    /// The buttons below.
    buttons: Vec<ButtonView>,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
}

impl MessageView {
    pub(crate) fn of(message: Message, department: Option<String>) -> Self {
        let reply = message.reply;
        Self {
            id: message.id,
            seq: message.seq,
            from: message.from.name(),
            text: message.text,
            client_message_id: message.client_message_id,
            kind: reply.as_ref().map(|facts| facts.kind.name()),
            department,
            intent: reply.as_ref().and_then(intent_name),
            confidence: reply.as_ref().and_then(|facts| facts.confidence),
            buttons: reply.map_or_else(Vec::new, |facts| facts.buttons.into_iter().map(ButtonView::from).collect()),
            created_at: message.created_at,
        }
    }
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessagePage {
    /// The messages, in order.
    items: Vec<MessageView>,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
}

impl MessagePage {
    /// Makes a page of up to `limit + 1` messages.
    pub(crate) fn cut(messages: Vec<MessageView>, request: &PageRequest) -> Self {
        let Page { items, next } = Page::cut(messages, request, |message| (message.seq, message.id.uuid()));
        Self { items, next_cursor: cursor_text(next) }
    }
}

/// A visitor's own messages after this number.
pub(super) async fn messages_after(
    app: &App,
    permit: &Permit<Chat>,
    id: Id<id::Conversation>,
    after: i64,
    limit: u64,
) -> Result<Vec<MessageView>, Refusal> {
    let read = async |tx: &Tx| chat::messages(tx, permit, app, id, after, limit).await;
    let messages = app.look(permit.actor(), read).await?;
    Ok(messages.into_iter().map(|(message, face)| MessageView::of(message, face.map(|face| face.key))).collect())
}

/// Lists the messages of a conversation, in order.
#[utoipa::path(
    tag = "chat",
    operation_id = "listMessages",
    params(("conversation" = String, Path, example = "con_01jd0000007000g00000000001"), PageQuery),
    responses((status = 200, description = "A page of messages", body = MessagePage)),
    security(("visitor" = [])),
    extensions(("x-action" = json!("chat.talk")))
)]
#[get("/v1/chat/conversations/{conversation}/messages")]
pub(crate) async fn list_messages(
    Allowed(permit): Allowed<Chat>,
    app: Data<App>,
    request: HttpRequest,
    Path(id): Path<Id<id::Conversation>>,
    query: Paged,
) -> Result<Json<MessagePage>, Problem> {
    admitted(&app, permit.actor(), &request, false).await?;
    let after = query.page.after.map_or(0, |Cursor { key, .. }| key);
    let messages = messages_after(&app, &permit, id, after, query.page.limit + 1).await?;
    Ok(Json(MessagePage::cut(messages, &query.page)))
}
