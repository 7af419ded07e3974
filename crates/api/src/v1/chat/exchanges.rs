//! Writing in a conversation: a message and its reply.

use actix_web::{HttpRequest, post, web::Data};
use guildhall_app::{
    App,
    chat::{Answered, Said, Sent},
};
use guildhall_domain::{
    Flaws, Id, Moment, Refusal,
    conversation::ReplyFacts,
    id,
    policy::Chat,
    text::{MessageText, Payload},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    super::{
        answer::{Allowed, Answer, Created},
        channels::check_context,
        intents::ButtonView,
        parse::IntentNameView,
    },
    CHAT_LIMIT, admitted,
};
use crate::http::{Json, Path, Problem};

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
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
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

/// The intent that a reply rests on.
pub(super) fn intent_name(facts: &ReplyFacts) -> Option<IntentNameView> {
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
