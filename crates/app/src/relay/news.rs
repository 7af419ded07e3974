//! What an event is about, as the relay reads it: the conversation, the reply, and the message before it.

use guildhall_domain::{
    Id, Reach, Refusal,
    conversation::{Conversation, From, Message},
    event::Kind,
    id,
};
use guildhall_persistence::{Told, Tx};

/// The kinds of events that are passed on.
pub(super) const KINDS: [&str; 2] = [Kind::MessageAnswered.name(), Kind::Rated.name()];

/// What happened.
#[derive(Debug)]
pub(super) enum News {
    /// The bot replied.
    Reply {
        /// In this conversation.
        conversation: Conversation,
        /// What the visitor had said.
        message: Message,
        /// What the bot replied.
        reply: Message,
    },
    /// A visitor rated.
    Rating {
        /// This conversation.
        conversation: Conversation,
        /// The reply that it is about; the whole conversation where absent.
        reply: Option<Message>,
        /// What the visitor had said before it, or said last.
        message: Option<Message>,
        /// 1 to 5.
        score: i64,
    },
}

/// Reads what an event is about; nothing where it is there no more.
pub(super) async fn read(tx: &Tx, told: &Told) -> Result<Option<News>, Refusal> {
    if told.kind == Kind::Rated.name() { rating(tx, told).await } else { reply(tx, told).await }
}

async fn conversation(tx: &Tx, id: Id<id::Conversation>) -> Result<Option<Conversation>, Refusal> {
    Ok(tx.conversations().get(&Reach::Tenant, id).await?.map(|found| found.conversation))
}

/// The visitor's message right before a reply.
async fn before(tx: &Tx, reply: &Message) -> Result<Option<Message>, Refusal> {
    let found = tx.conversations().messages(reply.conversation, reply.seq - 2, 1).await?;
    Ok(found.into_iter().find(|message| message.from == From::Visitor))
}

async fn reply(tx: &Tx, told: &Told) -> Result<Option<News>, Refusal> {
    let Some(id) = told.data.get("conversation").and_then(|id| id.as_str()).and_then(|id| id.parse().ok()) else {
        return Ok(None);
    };
    let Ok(reply) = told.subject.parse() else { return Ok(None) };
    let Some(conversation) = conversation(tx, id).await? else { return Ok(None) };
    let Some(reply) = tx.conversations().message(id, reply).await? else { return Ok(None) };
    let message = before(tx, &reply).await?;
    Ok(message.map(|message| News::Reply { conversation, message, reply }))
}

async fn rating(tx: &Tx, told: &Told) -> Result<Option<News>, Refusal> {
    let (Ok(id), Some(score)) = (told.subject.parse(), told.data.get("score").and_then(serde_json::Value::as_i64))
    else {
        return Ok(None);
    };
    let Some(conversation) = conversation(tx, id).await? else { return Ok(None) };
    let about = told.data.get("message").and_then(|id| id.as_str()).and_then(|id| id.parse().ok());
    let reply = match about {
        Some(reply) => tx.conversations().message(id, reply).await?,
        None => None,
    };
    let message = match &reply {
        Some(reply) => before(tx, reply).await?,
        None => {
            let last = tx.conversations().messages(id, conversation.last_seq - 4, 4).await?;
            last.into_iter().rev().find(|message| message.from == From::Visitor)
        }
    };
    Ok(Some(News::Rating { conversation, reply, message, score }))
}
