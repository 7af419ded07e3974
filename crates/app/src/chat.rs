//! Visitors: opening a conversation, writing in it, choosing, rating. A message and its reply are one unit of work.

use std::time::Duration;

use guildhall_auth::VisitorToken;
use guildhall_domain::{
    Conflict, Id, Permit, Refusal, Who,
    channel::Channel,
    conversation::{Choice, Conversation, From, Message, Rating, ReplyKind, wording},
    event::{Event, Kind},
    id,
    policy::{Chat, OpenConversation},
    text::{Language, MessageText, Note},
};
use guildhall_persistence::{Tx, VisitorRow};
use serde_json::{Map, Value, json};

use crate::{
    App, Work,
    live::{Face, LiveBot},
    notice::Notice,
    reply,
};

/// How long a visitor token lives after its last use.
pub const TOKEN_LIFE: Duration = Duration::from_hours(30 * 24);
/// A token is prolonged when this much of its life is gone.
const PROLONGED: Duration = Duration::from_hours(24);
/// The most keys and bytes of a conversation's context.
pub const MOST_CONTEXT: (usize, usize) = (50, 8 * 1024);

/// A conversation that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The conversation.
    pub conversation: Conversation,
    /// The visitor's new token; none for who came back with one.
    pub token: Option<String>,
    /// The bot's first words.
    pub greeting: String,
}

/// What a visitor sends.
#[derive(Debug)]
pub struct Sent {
    /// Their words, or the button that they pressed.
    pub said: Said,
    /// What their client calls it.
    pub client_message_id: Option<String>,
    /// What changed around them.
    pub context: Map<String, Value>,
}

/// Words, or a button.
#[derive(Debug)]
pub enum Said {
    /// Words.
    Text(MessageText),
    /// The payload of a button of the reply before.
    Choice(String),
}

/// A message with its reply.
#[derive(Debug)]
pub struct Answered {
    /// What the visitor said.
    pub message: Message,
    /// What the bot replied.
    pub reply: Message,
    /// How the replying department shows itself.
    pub face: Option<Face>,
}

/// Opens a conversation: for a new visitor of a channel, or for one who comes back.
pub async fn open(
    work: &Work<'_>,
    permit: &Permit<OpenConversation>,
    channel: &Channel,
    language: Option<Language>,
    context: Map<String, Value>,
) -> Result<Opened, Refusal> {
    let now = work.now();
    let (visitor, token) = match permit.actor().who {
        Who::Visitor { id, .. } => {
            work.visitors().extend(id, now.after(TOKEN_LIFE), now).await?;
            (id, None)
        }
        _ => {
            let token = VisitorToken::draw(work.scope().tenant(), work.new_id()?, work.app().entropy())?;
            let visitor = VisitorRow {
                id: token.id,
                channel: channel.id,
                secret_hash: token.digest().to_vec(),
                expires_at: now.after(TOKEN_LIFE),
                created_at: now,
            };
            work.visitors().add(&visitor).await?;
            (token.id, Some(token.text()))
        }
    };
    let settings = work.builds().bot().await?.settings;
    let mut merged = channel.context.clone();
    merged.extend(context);
    bounded(&merged)?;
    let conversation = Conversation {
        id: work.new_id()?,
        channel: channel.id,
        visitor,
        language,
        context: merged,
        last_seq: 0,
        choices: Vec::new(),
        created_at: now,
        updated_at: now,
    };
    work.conversations().open(&conversation).await?;
    work.tell(Event::of(Kind::ConversationOpened, conversation.id).with(json!({ "channel": channel.id })))?;
    let language = conversation.language.as_ref().unwrap_or(&settings.language);
    let greeting =
        reply::own_words(&settings.greeting, language).unwrap_or_else(|| wording::greeting(language).to_owned());
    Ok(Opened { conversation, token, greeting })
}

fn bounded(context: &Map<String, Value>) -> Result<(), Refusal> {
    let (keys, bytes) = MOST_CONTEXT;
    if context.len() > keys || Value::Object(context.clone()).to_string().len() > bytes {
        return Err(Refusal::flaw("/context", "too-large", "holds at most 50 keys and 8 KiB"));
    }
    Ok(())
}

impl App {
    /// Takes a visitor's message and replies. The same client id again gets the first answer.
    pub async fn converse(
        &self,
        permit: &Permit<Chat>,
        conversation: Id<id::Conversation>,
        sent: Sent,
    ) -> Result<Answered, Refusal> {
        let (visitor, channel) = permit.visitor()?;
        let channel = self.channel(permit.scope(), channel).await?.ok_or(Refusal::NotFound)?;
        if let Said::Text(text) = &sent.said {
            self.think_ahead(permit.actor(), text.as_str()).await?;
        }
        let outcome =
            self.act(permit.actor(), async |work| converse(work, visitor, &channel, conversation, &sent).await).await;
        if let Ok(Answered { reply: Message { reply: Some(facts), .. }, .. }) = &outcome {
            self.metrics.answered(facts.kind);
        }
        match (outcome, &sent.client_message_id) {
            (Err(Refusal::Conflict(Conflict::AlreadyDone)), Some(client_id)) => {
                // The first one may wait for its commit still; a unit after it is durable after it.
                self.act(permit.actor(), async |_| Ok(())).await?;
                self.look(permit.actor(), async |tx: &Tx| {
                    answered_before(self, tx, visitor, conversation, client_id, &sent.said).await
                })
                .await
            }
            (outcome, _) => outcome,
        }
    }
}

async fn converse(
    work: &Work<'_>,
    visitor: Id<id::Visitor>,
    channel: &Channel,
    id: Id<id::Conversation>,
    sent: &Sent,
) -> Result<Answered, Refusal> {
    use guildhall_persistence::OrTaken as _;
    let now = work.now();
    let talk = work.conversations().take_turn(id, visitor, 2, now).await?.ok_or(Refusal::NotFound)?;
    let bot = work.builds().bot().await?;
    let live = work.app().bot_for_chat(work, bot.current_build).await?;
    let chosen = match &sent.said {
        Said::Text(_) => None,
        Said::Choice(payload) => {
            // A repetition meets the choices of the turn after its own, so it is told from a stale choice first.
            if repeats(work, id, sent).await? {
                return Err(Conflict::AlreadyDone.into());
            }
            let open = talk.choices.iter().find(|choice| choice.payload == *payload);
            Some(open.ok_or(Conflict::ChoiceClosed)?.clone())
        }
    };
    let listener = reply::Listener {
        bot: &live,
        settings: &bot.settings,
        channel: channel.kind.name(),
        language: talk.language.as_ref(),
    };
    let (text, reply) = match (&sent.said, chosen) {
        (Said::Text(text), _) => (text.as_str().to_owned(), listener.hear(text.as_str())),
        (Said::Choice(_), Some(Choice { intent: Some(intent), title, .. })) => (title, listener.chosen(intent)),
        (Said::Choice(payload), _) => (payload.clone(), listener.hear(payload)),
    };
    let message = Message {
        id: work.new_id()?,
        conversation: id,
        seq: talk.last_seq - 1,
        from: From::Visitor,
        text,
        client_message_id: sent.client_message_id.clone(),
        reply: None,
        created_at: now,
    };
    let face = reply.facts.department.and_then(|department| live.face(department)).cloned();
    let answer = Message {
        id: work.new_id()?,
        conversation: id,
        seq: talk.last_seq,
        from: From::Bot,
        text: reply.text,
        client_message_id: None,
        reply: Some(reply.facts),
        created_at: now,
    };
    let both = [message, answer];
    work.conversations().write(&both).await.or_taken(Conflict::AlreadyDone)?;
    let [message, answer] = both;
    let mut context = talk.context.clone();
    context.extend(sent.context.clone());
    if reply.choices != talk.choices || context != talk.context {
        bounded(&context)?;
        work.conversations().leave(id, &reply.choices, &context).await?;
    }
    work.conversations().involve(id, &reply.involved).await?;
    prolong(work, visitor).await?;
    record(work, &answer, &reply.involved)?;
    work.notify(Notice::Written(id))?;
    Ok(Answered { message, reply: answer, face })
}

async fn repeats(work: &Work<'_>, id: Id<id::Conversation>, sent: &Sent) -> Result<bool, Refusal> {
    match &sent.client_message_id {
        Some(client_id) => Ok(work.conversations().exchange(id, client_id).await?.is_some()),
        None => Ok(false),
    }
}

/// Lets the visitor's token live on, once a day.
async fn prolong(work: &Work<'_>, visitor: Id<id::Visitor>) -> Result<(), Refusal> {
    let until = work.now().after(TOKEN_LIFE);
    let ends = work.app().token_ends(visitor, work.now());
    if ends.is_none_or(|ends| until.since(ends) > PROLONGED) {
        work.visitors().extend(visitor, until, work.now()).await?;
        work.app().forget_visitor(visitor);
    }
    Ok(())
}

fn record(work: &Work<'_>, answer: &Message, involved: &[Id<id::Department>]) -> Result<(), Refusal> {
    let Some(facts) = &answer.reply else { return Ok(()) };
    let data = json!({ "conversation": answer.conversation, "kind": facts.kind.name(), "intent": facts.intent, "confidence": facts.confidence });
    let event = Event::of(Kind::MessageAnswered, answer.id).with(data);
    work.tell(match facts.department {
        Some(department) => event.within(department),
        None => event,
    })?;
    if facts.kind == ReplyKind::Disambiguation && involved.len() > 1 {
        work.tell(Event::of(Kind::BoundaryMet, answer.id).with(json!({ "departments": involved })))?;
    }
    Ok(())
}

async fn answered_before(
    app: &App,
    tx: &Tx,
    visitor: Id<id::Visitor>,
    id: Id<id::Conversation>,
    client_id: &str,
    said: &Said,
) -> Result<Answered, Refusal> {
    tx.conversations().of_visitor(id, visitor).await?.ok_or(Refusal::NotFound)?;
    let (message, reply) = tx.conversations().exchange(id, client_id).await?.ok_or(Refusal::NotFound)?;
    let reply = reply.ok_or(Refusal::NotFound)?;
    if let Said::Text(text) = said
        && text.as_str() != message.text
    {
        return Err(Refusal::Spent("client-message-id-reused"));
    }
    let face = face_of(&*app.live_bot(tx).await?, &reply);
    Ok(Answered { message, reply, face })
}

fn face_of(bot: &LiveBot, message: &Message) -> Option<Face> {
    message.reply.as_ref().and_then(|reply| reply.department).and_then(|department| bot.face(department)).cloned()
}

/// A visitor's own messages after this number, at most `limit`, each with how its department shows itself.
pub async fn messages(
    tx: &Tx,
    permit: &Permit<Chat>,
    app: &App,
    id: Id<id::Conversation>,
    after: i64,
    limit: u64,
) -> Result<Vec<(Message, Option<Face>)>, Refusal> {
    let (visitor, _) = permit.visitor()?;
    tx.conversations().of_visitor(id, visitor).await?.ok_or(Refusal::NotFound)?;
    let messages = tx.conversations().messages(id, after, limit).await?;
    let bot = app.live_bot(tx).await?;
    Ok(messages
        .into_iter()
        .map(|message| (face_of(&bot, &message), message))
        .map(|(face, message)| (message, face))
        .collect())
}

/// Keeps a visitor's judgement of a conversation of theirs, or of one of its messages.
pub async fn rate(
    work: &Work<'_>,
    permit: &Permit<Chat>,
    id: Id<id::Conversation>,
    score: i64,
    comment: Option<Note>,
    about: Option<Id<id::Message>>,
) -> Result<Rating, Refusal> {
    let (visitor, _) = permit.visitor()?;
    work.conversations().of_visitor(id, visitor).await?.ok_or(Refusal::NotFound)?;
    if let Some(message) = about {
        let known = work.conversations().message(id, message).await?.is_some_and(|message| message.from == From::Bot);
        if !known {
            return Err(Refusal::flaw("/message", "invalid-reference", "names no reply of this conversation"));
        }
    }
    let now = work.now();
    let rating = Rating { id: work.new_id()?, message: about, score, comment, created_at: now, updated_at: now };
    let kept = work.conversations().rate(id, &rating).await?;
    work.tell(Event::of(Kind::Rated, id).with(json!({ "score": score, "message": about })))?;
    Ok(kept)
}
