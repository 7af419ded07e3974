//! What a visitor's page calls: opening a conversation, writing in it, following it, rating it.

use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header,
    post,
    web::{Bytes, Data},
};
use futures_util::stream;
use guildhall_app::{
    App,
    chat::{self, Answered, Opened, Said, Sent},
    notice::Notice,
    work::Secrecy,
};
use guildhall_domain::{
    Cursor, Flaws, Id, Moment, Page, PageRequest, Permit, Refusal, Who,
    channel::Channel,
    conversation::{Message, Rating, ReplyFacts},
    id,
    policy::{Chat, OpenConversation},
    text::{Language, MessageText, Note, Payload},
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::{
    sync::{broadcast::error::RecvError, watch},
    time::Instant,
};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Answer, Created, Keyed, create},
    bot::IntentNameView,
    channels::check_context,
    intents::ButtonView,
};
use crate::{
    gate,
    http::{Json, PageQuery, Paged, Path, Problem, cors, extract::cursor_text},
};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(open_conversation)
        .service(send_message)
        .service(list_messages)
        .service(stream_messages)
        .service(rate);
}

/// How many bytes a visitor's request may have.
const CHAT_LIMIT: usize = 16 * 1024;

/// A conversation that is to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConversationBody {
    /// The visitor's language.
    #[schema(example = "en")]
    language: Option<String>,
    /// The page, the campaign and the like.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"page": "/returns"}))]
    context: Map<String, Value>,
}

/// A conversation that was opened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenedConversation)]
pub(crate) struct OpenedView {
    /// The conversation.
    conversation: ChatView,
    /// What the visitor goes on with, here and when they come back.
    #[schema(format = Password)]
    visitor_token: String,
    /// The bot's first words.
    greeting: GreetingView,
}

/// A conversation as its visitor sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VisitorConversation)]
pub(crate) struct ChatView {
    /// Its identifier.
    #[schema(value_type = String, example = "con_01jd0000007000g00000000001")]
    id: Id<id::Conversation>,
    /// The visitor's language, where they said it.
    #[schema(example = "en")]
    language: Option<String>,
    /// The page, the campaign and the like.
    #[schema(value_type = Object)]
    context: Map<String, Value>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When somebody last wrote.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

/// The bot's first words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Greeting)]
pub(crate) struct GreetingView {
    /// The words.
    #[schema(example = "Hello! How can we help?")]
    text: String,
}

/// Opens a conversation: with a channel key for a new visitor, or with a visitor token for one who comes back.
#[utoipa::path(
    tag = "chat",
    operation_id = "openConversation",
    params(("Origin" = String, Header, example = "https://www.nordic-outfitters.example")),
    responses((status = 201, description = "The conversation", body = OpenedView)),
    security(("channel" = []), ("visitor" = [])),
    extensions(("x-action" = json!("chat.open")))
)]
#[post("/v1/chat/conversations")]
pub(crate) async fn open_conversation(
    Allowed(permit): Allowed<OpenConversation>,
    app: Data<App>,
    request: HttpRequest,
    sent: Keyed<ConversationBody, CHAT_LIMIT>,
) -> Result<Answer<OpenedView>, Problem> {
    let channel = admitted(&app, permit.actor(), &request, true).await?;
    let shown = gate::bearer(&request).unwrap_or_default().to_owned();
    create(&app, permit.actor(), sent, Secrecy::Secret, async |work, body: ConversationBody| {
        let mut flaws = Flaws::default();
        let language = body.language.and_then(|tag| flaws.take("/language", Language::parse(&tag)));
        check_context(&body.context, &mut flaws);
        let language = flaws.settle(Some(language))?;
        let Opened { conversation, token, greeting } =
            chat::open(work, &permit, &channel, language, body.context).await?;
        Ok(Created::plain(OpenedView {
            conversation: ChatView {
                id: conversation.id,
                language: conversation.language.map(|language| language.to_string()),
                context: conversation.context,
                created_at: conversation.created_at,
                updated_at: conversation.updated_at,
            },
            visitor_token: token.unwrap_or(shown),
            greeting: GreetingView { text: greeting },
        }))
    })
    .await
}

/// The channel that the caller comes through, if the page's origin may use it.
pub(crate) async fn admitted(
    app: &App,
    actor: &guildhall_domain::Actor,
    request: &HttpRequest,
    needed: bool,
) -> Result<Channel, Problem> {
    let id = match actor.who {
        Who::Channel(id) | Who::Visitor { channel: id, .. } => id,
        _ => return Err(Refusal::Forbidden("chat.open").into()),
    };
    let channel = app.channel(actor.scope, id).await?.ok_or(Refusal::Unauthenticated("invalid"))?;
    cors::check(request, channel.allowed_origins.iter().map(guildhall_domain::channel::Origin::as_str), needed)?;
    Ok(channel)
}

/// What a visitor sends: words, or the payload of a button.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageBody {
    /// The words.
    #[schema(min_length = 1, max_length = 4000, example = "where is my parcel")]
    text: Option<String>,
    /// The payload of a button of the reply before.
    #[schema(max_length = 500)]
    choice: Option<String>,
    /// What the client calls it; the same again gets the first answer.
    #[schema(min_length = 1, max_length = 100, example = "9b2f6d1e-1")]
    client_message_id: Option<String>,
    /// What changed around the visitor; merged into the conversation's.
    #[serde(default)]
    #[schema(value_type = Object)]
    context: Map<String, Value>,
}

impl MessageBody {
    fn parse(self) -> Result<Sent, Refusal> {
        let mut flaws = Flaws::default();
        let said = match (self.text, self.choice) {
            (Some(text), None) => flaws.take("/text", MessageText::parse(&text)).map(Said::Text),
            (None, Some(payload)) => flaws.take("/choice", Payload::parse(&payload)).map(|p| Said::Choice(p.into())),
            _ => {
                flaws.add("", "invalid", "must have either text or choice");
                None
            }
        };
        let client_message_id = self.client_message_id.and_then(|id| {
            let good = (1..=100).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
            if !good {
                flaws.add("/client_message_id", "invalid", "must be 1 to 100 visible ASCII characters");
            }
            good.then_some(id)
        });
        check_context(&self.context, &mut flaws);
        flaws.settle(said.map(|said| Sent { said, client_message_id, context: self.context }))
    }
}

/// A visitor's message with the bot's reply; both are stored.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Exchange)]
pub(crate) struct ExchangeView {
    /// What the visitor said.
    message: SaidView,
    /// What the bot replied.
    reply: ReplyView,
}

/// What a visitor said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VisitorMessage)]
pub(crate) struct SaidView {
    /// Its identifier.
    #[schema(value_type = String, example = "msg_01jd0000007000g00000000001")]
    id: Id<id::Message>,
    /// Counts from 1 in its conversation.
    #[schema(example = 1)]
    seq: i64,
    /// The words.
    text: String,
    /// What the client called it.
    client_message_id: Option<String>,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
}

/// What the bot replied.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reply)]
pub(crate) struct ReplyView {
    /// `answer`, `disambiguation`, `form`, `fallback`, `handoff` or `none`.
    #[schema(value_type = String, example = "answer")]
    kind: &'static str,
    /// The words.
    text: String,
    /// The buttons below; send a payload back as `choice`.
    buttons: Vec<ButtonView>,
    /// The key of the department that answers.
    #[schema(example = "customer-service")]
    department: Option<String>,
    /// The intent that was understood.
    intent: Option<IntentNameView>,
    /// How sure the bot is, 0 to 1.
    #[schema(example = 0.93)]
    confidence: Option<f32>,
    /// The reply as a message.
    message: MessageRefView,
}

/// A message by its place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageRef)]
pub(crate) struct MessageRefView {
    /// Its identifier.
    #[schema(value_type = String, example = "msg_01jd0000007000g00000000002")]
    id: Id<id::Message>,
    /// Its number.
    #[schema(example = 2)]
    seq: i64,
}

impl ExchangeView {
    fn of(Answered { message, reply, face }: Answered) -> Self {
        let facts = reply.reply.unwrap_or_else(ReplyFacts::fallback);
        Self {
            message: SaidView {
                id: message.id,
                seq: message.seq,
                text: message.text,
                client_message_id: message.client_message_id,
                created_at: message.created_at,
            },
            reply: ReplyView {
                kind: facts.kind.name(),
                text: reply.text,
                intent: intent_name(&facts),
                buttons: facts.buttons.into_iter().map(ButtonView::from).collect(),
                department: face.map(|face| face.key),
                confidence: facts.confidence,
                message: MessageRefView { id: reply.id, seq: reply.seq },
            },
        }
    }
}

fn intent_name(facts: &ReplyFacts) -> Option<IntentNameView> {
    facts.intent.zip(facts.intent_name.clone()).map(|(id, name)| IntentNameView { id, name })
}

/// Writes in a conversation. The message and its reply are stored before this answers.
#[utoipa::path(
    tag = "chat",
    operation_id = "sendMessage",
    params(("conversation" = String, Path, example = "con_01jd0000007000g00000000001")),
    responses((status = 201, description = "The message with its reply", body = ExchangeView)),
    security(("visitor" = [])),
    extensions(("x-action" = json!("chat.talk")))
)]
#[post("/v1/chat/conversations/{conversation}/messages")]
pub(crate) async fn send_message(
    Allowed(permit): Allowed<Chat>,
    app: Data<App>,
    request: HttpRequest,
    Path(conversation): Path<Id<id::Conversation>>,
    body: Json<MessageBody, CHAT_LIMIT>,
) -> Result<Answer<ExchangeView>, Problem> {
    admitted(&app, permit.actor(), &request, false).await?;
    let answered = app.converse(&permit, conversation, body.0.parse()?).await?;
    Ok(Answer::of(Created::plain(ExchangeView::of(answered)).reply()?))
}

/// A message of a conversation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub(crate) struct MessageView {
    /// Its identifier.
    #[schema(value_type = String, example = "msg_01jd0000007000g00000000001")]
    id: Id<id::Message>,
    /// Counts from 1 in its conversation.
    #[schema(example = 1)]
    seq: i64,
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

async fn messages_after(
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
    news: tokio::sync::broadcast::Receiver<guildhall_persistence::shared::News>,
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

/// A visitor's judgement.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RatingBody {
    /// 1 (bad) to 5 (good).
    #[schema(minimum = 1, maximum = 5, example = 5)]
    score: i64,
    /// What else they say.
    #[schema(max_length = 1000)]
    comment: Option<String>,
    /// The reply that it is about; about the whole conversation without it.
    #[schema(value_type = Option<String>, example = "msg_01jd0000007000g00000000002")]
    message: Option<Id<id::Message>>,
}

/// A visitor's judgement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rating)]
pub(crate) struct RatingView {
    /// Its identifier.
    #[schema(value_type = String, example = "rat_01jd0000007000g00000000001")]
    id: Id<id::Rating>,
    /// The reply that it is about; null for the whole conversation.
    #[schema(value_type = Option<String>)]
    message: Option<Id<id::Message>>,
    /// 1 to 5.
    score: i64,
    /// What else they say.
    comment: Option<String>,
    /// When it was given.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

/// Rates a conversation, or one reply of it; rating the same again replaces the judgement.
#[utoipa::path(
    tag = "chat",
    operation_id = "rateConversation",
    params(("conversation" = String, Path, example = "con_01jd0000007000g00000000001")),
    responses((status = 201, description = "The judgement", body = RatingView)),
    security(("visitor" = [])),
    extensions(("x-action" = json!("chat.talk")))
)]
#[post("/v1/chat/conversations/{conversation}/rating")]
pub(crate) async fn rate(
    Allowed(permit): Allowed<Chat>,
    app: Data<App>,
    request: HttpRequest,
    Path(id): Path<Id<id::Conversation>>,
    sent: Keyed<RatingBody, CHAT_LIMIT>,
) -> Result<Answer<RatingView>, Problem> {
    admitted(&app, permit.actor(), &request, false).await?;
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: RatingBody| {
        let mut flaws = Flaws::default();
        if !(1..=5).contains(&body.score) {
            flaws.add("/score", "out-of-range", "must be 1 to 5");
        }
        let comment = body.comment.and_then(|comment| flaws.take("/comment", Note::parse(&comment)));
        let comment = flaws.settle(Some(comment))?;
        let Rating { id, message, score, comment, created_at, updated_at } =
            chat::rate(work, &permit, id, body.score, comment, body.message).await?;
        let comment = comment.map(String::from);
        Ok(Created::plain(RatingView { id, message, score, comment, created_at, updated_at }))
    })
    .await
}

/// Whether some page of this origin may call the chat routes at all; browsers ask before they show a credential.
pub(crate) fn may_ask(origin: &str) -> bool {
    guildhall_domain::channel::Origin::parse(origin).is_ok()
}
