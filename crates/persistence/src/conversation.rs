//! Conversations, their messages, and the departments that took part: what staff may read goes by these.

use guildhall_domain::{
    Id, Moment, Page, PageRequest, Reach,
    conversation::{Choice, Conversation, From, Message, Rating, ReplyFacts, ReplyKind},
    id,
    text::{Language, Note, folded},
};
use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr};
use serde_json::{Map, Value};

use crate::{
    Error, Result, Tx,
    rows::{conversation_departments, conversations, messages, ratings},
    search::{contains, latest_first},
};

/// The conversations of a tenant.
#[derive(Debug)]
pub struct Conversations<'a>(pub(crate) &'a Tx);

/// Which conversations staff ask for.
#[derive(Debug, Clone, Default)]
pub struct ConversationFilter {
    /// Words in a message.
    pub words: Option<String>,
    /// A department that took part.
    pub department: Option<Id<id::Department>>,
    /// A channel.
    pub channel: Option<Id<id::Channel>>,
}

/// A conversation as staff see it in a list.
#[derive(Debug, Clone)]
pub struct StaffConversation {
    /// The conversation.
    pub conversation: Conversation,
    /// The departments that took part.
    pub departments: Vec<Id<id::Department>>,
    /// The visitor's latest judgement of the whole.
    pub rating: Option<i64>,
}

impl Conversations<'_> {
    /// Opens a conversation.
    pub async fn open(&self, conversation: &Conversation) -> Result<()> {
        let row = conversations::Model {
            tenant_id: self.0.tenant(),
            id: conversation.id.uuid(),
            channel_id: conversation.channel.uuid(),
            visitor_id: conversation.visitor.uuid(),
            language: conversation.language.as_ref().map(ToString::to_string),
            context: Value::Object(conversation.context.clone()).to_string(),
            last_seq: conversation.last_seq,
            choices: json_of(&conversation.choices)?,
            created_at: conversation.created_at.0,
            updated_at: conversation.updated_at.0,
        };
        self.0.insert::<conversations::Entity>([row]).await
    }

    /// A visitor's own conversation.
    pub async fn of_visitor(&self, id: Id<id::Conversation>, visitor: Id<id::Visitor>) -> Result<Option<Conversation>> {
        let select = self
            .0
            .select::<conversations::Entity>()
            .filter(conversations::Column::Id.eq(id.uuid()))
            .filter(conversations::Column::VisitorId.eq(visitor.uuid()));
        select.one(self.0.connection()).await?.map(conversation_of).transpose()
    }

    /// A visitor's own conversation with `more` numbers taken for the messages that are about to be written; nobody else
    /// writes in it until the unit of work ends.
    pub async fn take_turn(
        &self,
        id: Id<id::Conversation>,
        visitor: Id<id::Visitor>,
        more: i64,
        now: Moment,
    ) -> Result<Option<Conversation>> {
        let rows = self
            .0
            .change::<conversations::Entity>()
            .col_expr(conversations::Column::LastSeq, Expr::col(conversations::Column::LastSeq).add(more))
            .col_expr(conversations::Column::UpdatedAt, Expr::value(now.0))
            .filter(conversations::Column::Id.eq(id.uuid()))
            .filter(conversations::Column::VisitorId.eq(visitor.uuid()))
            .exec_with_returning(self.0.connection())
            .await?;
        rows.into_iter().next().map(conversation_of).transpose()
    }

    /// Keeps the choices that the last reply left open, and the context as it is now.
    pub async fn leave(
        &self,
        id: Id<id::Conversation>,
        choices: &[Choice],
        context: &Map<String, Value>,
    ) -> Result<()> {
        self.0
            .change::<conversations::Entity>()
            .col_expr(conversations::Column::Choices, Expr::value(json_of(choices)?))
            .col_expr(conversations::Column::Context, Expr::value(Value::Object(context.clone()).to_string()))
            .filter(conversations::Column::Id.eq(id.uuid()))
            .exec(self.0.connection())
            .await?;
        Ok(())
    }

    /// Notes that departments took part.
    pub async fn involve(&self, id: Id<id::Conversation>, departments: &[Id<id::Department>]) -> Result<()> {
        for department in departments {
            let row = conversation_departments::Model {
                tenant_id: self.0.tenant(),
                department_id: department.uuid(),
                conversation_id: id.uuid(),
            };
            self.0.insert_if_absent::<conversation_departments::Entity>(row).await?;
        }
        Ok(())
    }

    /// Writes messages.
    pub async fn write(&self, new: &[Message]) -> Result<()> {
        let rows = new.iter().map(|message| self.row_of(message)).collect::<Result<Vec<_>>>()?;
        self.0.insert::<messages::Entity>(rows).await
    }

    fn row_of(&self, message: &Message) -> Result<messages::Model> {
        let reply = message.reply.as_ref();
        Ok(messages::Model {
            tenant_id: self.0.tenant(),
            conversation_id: message.conversation.uuid(),
            seq: message.seq,
            id: message.id.uuid(),
            sender: message.from.name().to_owned(),
            text: message.text.clone(),
            text_folded: folded(&message.text),
            client_message_id: message.client_message_id.clone(),
            kind: reply.map(|reply| reply.kind.name().to_owned()),
            department_id: reply.and_then(|reply| reply.department).map(Id::uuid),
            intent_id: reply.and_then(|reply| reply.intent).map(Id::uuid),
            intent_name: reply.and_then(|reply| reply.intent_name.clone()),
            confidence: reply.and_then(|reply| reply.confidence).map(f64::from),
            buttons: reply.map(|reply| json_of(&reply.buttons)).transpose()?,
            created_at: message.created_at.0,
        })
    }

    /// The visitor's message of this client id, with the reply after it.
    pub async fn exchange(
        &self,
        id: Id<id::Conversation>,
        client_message_id: &str,
    ) -> Result<Option<(Message, Option<Message>)>> {
        let asked = self
            .messages_of(id)
            .filter(messages::Column::ClientMessageId.eq(client_message_id))
            .one(self.0.connection())
            .await?;
        let Some(asked) = asked.map(message_of).transpose()? else { return Ok(None) };
        let reply =
            self.messages_of(id).filter(messages::Column::Seq.eq(asked.seq + 1)).one(self.0.connection()).await?;
        Ok(Some((asked, reply.map(message_of).transpose()?)))
    }

    /// A conversation's message of this id.
    pub async fn message(&self, id: Id<id::Conversation>, message: Id<id::Message>) -> Result<Option<Message>> {
        let select = self.messages_of(id).filter(messages::Column::Id.eq(message.uuid()));
        select.one(self.0.connection()).await?.map(message_of).transpose()
    }

    /// Up to `limit` messages of a conversation after this number, in order.
    pub async fn messages(&self, id: Id<id::Conversation>, after: i64, limit: u64) -> Result<Vec<Message>> {
        let select = self.messages_of(id).filter(messages::Column::Seq.gt(after));
        let rows = select.order_by_asc(messages::Column::Seq).limit(limit).all(self.0.connection()).await?;
        rows.into_iter().map(message_of).collect()
    }

    /// Keeps a rating, in place of the one given before about the same.
    pub async fn rate(&self, id: Id<id::Conversation>, rating: &Rating) -> Result<Rating> {
        let about = match rating.message {
            Some(message) => ratings::Column::MessageId.eq(message.uuid()),
            None => ratings::Column::MessageId.is_null(),
        };
        let changed = self
            .0
            .change::<ratings::Entity>()
            .col_expr(ratings::Column::Score, Expr::value(rating.score))
            .col_expr(ratings::Column::Comment, Expr::value(rating.comment.clone().map(String::from)))
            .col_expr(ratings::Column::UpdatedAt, Expr::value(rating.updated_at.0))
            .filter(ratings::Column::ConversationId.eq(id.uuid()))
            .filter(about)
            .exec_with_returning(self.0.connection())
            .await?;
        if let Some(row) = changed.into_iter().next() {
            return Ok(rating_of(row));
        }
        let row = ratings::Model {
            tenant_id: self.0.tenant(),
            id: rating.id.uuid(),
            conversation_id: id.uuid(),
            message_id: rating.message.map(Id::uuid),
            score: rating.score,
            comment: rating.comment.clone().map(String::from),
            created_at: rating.created_at.0,
            updated_at: rating.updated_at.0,
        };
        self.0.insert::<ratings::Entity>([row]).await?;
        Ok(rating.clone())
    }

    /// A page of the conversations within reach, the latest first.
    pub async fn list(
        &self,
        reach: &Reach,
        filter: &ConversationFilter,
        page: &PageRequest,
    ) -> Result<Page<StaffConversation>> {
        let mut select = self.within(reach);
        if let Some(department) = filter.department {
            select = select.filter(self.of_departments([department]));
        }
        if let Some(channel) = filter.channel {
            select = select.filter(conversations::Column::ChannelId.eq(channel.uuid()));
        }
        if let Some(words) = &filter.words {
            let mention = self.0.select::<messages::Entity>().filter(contains(messages::Column::TextFolded, words));
            let mention = mention.select_only().column(messages::Column::ConversationId).into_query();
            select = select.filter(conversations::Column::Id.in_subquery(mention));
        }
        let rows = latest_first(select, conversations::Column::UpdatedAt, conversations::Column::Id, page);
        let rows = rows.all(self.0.connection()).await?;
        let page = Page::cut(rows, page, |row: &conversations::Model| (row.updated_at, row.id));
        let items = self.as_staff_see(page.items).await?;
        Ok(Page { items, next: page.next })
    }

    /// The conversation of this id, if it lies within reach.
    pub async fn get(&self, reach: &Reach, id: Id<id::Conversation>) -> Result<Option<StaffConversation>> {
        let row = self.within(reach).filter(conversations::Column::Id.eq(id.uuid())).one(self.0.connection()).await?;
        Ok(self.as_staff_see(row.into_iter().collect()).await?.into_iter().next())
    }

    fn within(&self, reach: &Reach) -> sea_orm::Select<conversations::Entity> {
        let select = self.0.select::<conversations::Entity>();
        match reach {
            Reach::Tenant => select,
            Reach::Departments(departments) => select.filter(self.of_departments(departments.iter().copied())),
            Reach::Own => select.filter(self.of_departments([])),
        }
    }

    fn of_departments(
        &self,
        departments: impl IntoIterator<Item = Id<id::Department>>,
    ) -> sea_orm::sea_query::SimpleExpr {
        let involved = self
            .0
            .select::<conversation_departments::Entity>()
            .filter(conversation_departments::Column::DepartmentId.is_in(departments.into_iter().map(Id::uuid)))
            .select_only()
            .column(conversation_departments::Column::ConversationId)
            .into_query();
        conversations::Column::Id.in_subquery(involved)
    }

    async fn as_staff_see(&self, rows: Vec<conversations::Model>) -> Result<Vec<StaffConversation>> {
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let involved = self
            .0
            .select::<conversation_departments::Entity>()
            .filter(conversation_departments::Column::ConversationId.is_in(ids.clone()))
            .order_by_asc(conversation_departments::Column::DepartmentId)
            .all(self.0.connection())
            .await?;
        let rated = self
            .0
            .select::<ratings::Entity>()
            .filter(ratings::Column::ConversationId.is_in(ids))
            .filter(ratings::Column::MessageId.is_null())
            .all(self.0.connection())
            .await?;
        rows.into_iter()
            .map(|row| {
                let departments = involved.iter().filter(|part| part.conversation_id == row.id);
                Ok(StaffConversation {
                    departments: departments.map(|part| Id::from_uuid(part.department_id)).collect(),
                    rating: rated.iter().find(|rating| rating.conversation_id == row.id).map(|rating| rating.score),
                    conversation: conversation_of(row)?,
                })
            })
            .collect()
    }

    fn messages_of(&self, id: Id<id::Conversation>) -> sea_orm::Select<messages::Entity> {
        self.0.select::<messages::Entity>().filter(messages::Column::ConversationId.eq(id.uuid()))
    }
}

fn json_of<T: serde::Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::unreadable("conversations", error))
}

fn conversation_of(row: conversations::Model) -> Result<Conversation> {
    let json = |error| Error::unreadable("conversations", error);
    Ok(Conversation {
        id: Id::from_uuid(row.id),
        channel: Id::from_uuid(row.channel_id),
        visitor: Id::from_uuid(row.visitor_id),
        language: row.language.map(Language::stored),
        context: serde_json::from_str(&row.context).map_err(json)?,
        last_seq: row.last_seq,
        choices: serde_json::from_str(&row.choices).map_err(json)?,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    })
}

#[expect(clippy::cast_possible_truncation, reason = "a confidence was an f32 when it was written")]
fn message_of(row: messages::Model) -> Result<Message> {
    let unreadable = |what: &str| Error::unreadable("messages", what);
    let reply = match row.kind {
        None => None,
        Some(kind) => Some(ReplyFacts {
            kind: ReplyKind::named(&kind).ok_or_else(|| unreadable(&kind))?,
            department: row.department_id.map(Id::from_uuid),
            intent: row.intent_id.map(Id::from_uuid),
            intent_name: row.intent_name,
            confidence: row.confidence.map(|confidence| confidence as f32),
            buttons: serde_json::from_str(row.buttons.as_deref().unwrap_or("[]"))
                .map_err(|error| Error::unreadable("messages", error))?,
        }),
    };
    Ok(Message {
        id: Id::from_uuid(row.id),
        conversation: Id::from_uuid(row.conversation_id),
        seq: row.seq,
        from: From::named(&row.sender).ok_or_else(|| unreadable(&row.sender))?,
        text: row.text,
        client_message_id: row.client_message_id,
        reply,
        created_at: Moment(row.created_at),
    })
}

fn rating_of(row: ratings::Model) -> Rating {
    Rating {
        id: Id::from_uuid(row.id),
        message: row.message_id.map(Id::from_uuid),
        score: row.score,
        comment: row.comment.map(Note::stored),
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    }
}
