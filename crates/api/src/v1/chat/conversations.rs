//! Opening a conversation.

use actix_web::{HttpRequest, post, web::Data};
use guildhall_app::{
    App,
    chat::{self, Opened},
    work::Secrecy,
};
use guildhall_domain::{Flaws, Id, Moment, id, policy::OpenConversation, text::Language};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{
    super::{
        answer::{Allowed, Answer, Created, Keyed, create},
        channels::check_context,
    },
    CHAT_LIMIT, admitted,
};
use crate::{gate, http::Problem};

/// A conversation that is to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConversationBody {
    /// The visitor's language.
    #[schema(example = "en")]
    language: Option<String>,
    /// The page, the campaign and the like.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, Value>, example = json!({"page": "/returns"}))]
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
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
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
    request_body = ConversationBody,
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
