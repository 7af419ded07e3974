//! Visitors' conversations as staff read them: those in which their departments took part.

use actix_web::{get, web::Data};
use guildhall_app::{
    App,
    conversation::{self, Wanted},
};
use guildhall_domain::{Cursor, Id, Moment, id, policy::ReadConversations};
use guildhall_persistence::{StaffConversation, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::Allowed,
    chat::{MessagePage, MessageView},
    views::{Keys, page_view},
};
use crate::http::{Json, PageQuery, Paged, Path, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_conversations).service(get_conversation).service(list_conversation_messages);
}

/// A conversation as staff read it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Conversation)]
pub(crate) struct ConversationView {
    /// Its identifier.
    #[schema(value_type = String, example = "con_01jd0000007000g00000000001")]
    id: Id<id::Conversation>,
    /// The channel.
    #[schema(value_type = String, example = "chn_01jd0000007000g00000000001")]
    channel: Id<id::Channel>,
    /// The visitor.
    #[schema(value_type = String, example = "vis_01jd0000007000g00000000001")]
    visitor: Id<id::Visitor>,
    /// The visitor's language, where they said it.
    #[schema(example = "en")]
    language: Option<String>,
    /// The keys of the departments that took part.
    departments: Vec<String>,
    /// The page, the campaign and the like.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    context: Map<String, Value>,
    /// How many messages there are.
    messages: i64,
    /// The visitor's judgement of the whole, 1 to 5.
    rating: Option<i64>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When somebody last wrote.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(ConversationPage of ConversationView);

impl ConversationView {
    fn of(StaffConversation { conversation, departments, rating }: StaffConversation, keys: &Keys) -> Self {
        Self {
            id: conversation.id,
            channel: conversation.channel,
            visitor: conversation.visitor,
            language: conversation.language.map(|language| language.to_string()),
            departments: departments.into_iter().filter_map(|id| keys.of(id)).collect(),
            context: conversation.context,
            messages: conversation.last_seq,
            rating,
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
        }
    }
}

/// Which conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConversationQuery {
    /// Words in a message.
    q: Option<String>,
    /// The key of a department that took part.
    department: Option<String>,
    /// A channel.
    #[param(value_type = Option<String>, example = "chn_01jd0000007000g00000000001")]
    channel: Option<Id<id::Channel>>,
}

/// Lists conversations, the latest first.
#[utoipa::path(
    tag = "conversations",
    operation_id = "listConversations",
    params(PageQuery, ConversationQuery),
    responses((status = 200, description = "A page of conversations", body = ConversationPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("conversation.read")))
)]
#[get("/v1/conversations")]
pub(crate) async fn list_conversations(
    Allowed(permit): Allowed<ReadConversations>,
    app: Data<App>,
    query: Paged<ConversationQuery>,
) -> Result<Json<ConversationPage>, Problem> {
    let ConversationQuery { q, department, channel } = query.filter;
    let page = app
        .look(permit.actor(), async |tx: &Tx| {
            let wanted = Wanted { words: q, department, channel };
            let found = conversation::list(tx, &permit, wanted, &query.page).await?;
            let keys = Keys::read(tx).await?;
            Ok(ConversationPage::of(found, |conversation| ConversationView::of(conversation, &keys)))
        })
        .await?;
    Ok(Json(page))
}

/// Reads a conversation.
#[utoipa::path(
    tag = "conversations",
    operation_id = "getConversation",
    params(("conversation" = String, Path, example = "con_01jd0000007000g00000000001")),
    responses((status = 200, description = "The conversation", body = ConversationView)),
    security(("member" = [])),
    extensions(("x-action" = json!("conversation.read")))
)]
#[get("/v1/conversations/{conversation}")]
pub(crate) async fn get_conversation(
    Allowed(permit): Allowed<ReadConversations>,
    app: Data<App>,
    Path(id): Path<Id<id::Conversation>>,
) -> Result<Json<ConversationView>, Problem> {
    let view = app
        .look(permit.actor(), async |tx: &Tx| {
            let found = conversation::get(tx, &permit, id).await?;
            Ok(ConversationView::of(found, &Keys::read(tx).await?))
        })
        .await?;
    Ok(Json(view))
}

/// Lists the messages of a conversation, in order.
#[utoipa::path(
    tag = "conversations",
    operation_id = "listConversationMessages",
    params(("conversation" = String, Path, example = "con_01jd0000007000g00000000001"), PageQuery),
    responses((status = 200, description = "A page of messages", body = MessagePage)),
    security(("member" = [])),
    extensions(("x-action" = json!("conversation.read")))
)]
#[get("/v1/conversations/{conversation}/messages")]
pub(crate) async fn list_conversation_messages(
    Allowed(permit): Allowed<ReadConversations>,
    app: Data<App>,
    Path(id): Path<Id<id::Conversation>>,
    query: Paged,
) -> Result<Json<MessagePage>, Problem> {
    let after = query.page.after.map_or(0, |Cursor { key, .. }| key);
    let page = app
        .look(permit.actor(), async |tx: &Tx| {
            let messages = conversation::messages(tx, &permit, id, after, query.page.limit + 1).await?;
            let keys = Keys::read(tx).await?;
            let key = |message: &guildhall_domain::conversation::Message| {
                message.reply.as_ref().and_then(|reply| reply.department).and_then(|id| keys.of(id))
            };
            let views = messages.into_iter().map(|message| {
                let key = key(&message);
                MessageView::of(message, key)
            });
            Ok(MessagePage::cut(views.collect(), &query.page))
        })
        .await?;
    Ok(Json(page))
}
