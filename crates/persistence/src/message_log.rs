//! The message log: messages one after the other, whichever conversation they belong to.

use guildhall_domain::{Id, Moment, Reach, conversation::Message, id};
use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use crate::{
    Conversations, Result,
    conversation::message_of,
    rows::{conversations, messages},
};

/// A message as the log tells it.
#[derive(Debug, Clone)]
pub struct LogRow {
    /// The message.
    pub message: Message,
    /// Where it was said.
    pub channel: Id<id::Channel>,
    /// By which visitor, or to whom.
    pub visitor: Id<id::Visitor>,
    /// The visitor's language, where they said it.
    pub language: Option<String>,
}

impl Conversations<'_> {
    /// Up to `limit` messages within reach that were written in a span of time (the end is not in it), in the order of time
    /// and identifier, after one of them.
    pub async fn log(
        &self,
        reach: &Reach,
        (from, to): (Moment, Moment),
        after: Option<(Moment, Id<id::Message>)>,
        limit: u64,
    ) -> Result<Vec<LogRow>> {
        let mut select = self
            .0
            .select::<messages::Entity>()
            .filter(messages::Column::CreatedAt.gte(from.0))
            .filter(messages::Column::CreatedAt.lt(to.0));
        if *reach != Reach::Tenant {
            let mine = self.within(reach).select_only().column(conversations::Column::Id).into_query();
            select = select.filter(messages::Column::ConversationId.in_subquery(mine));
        }
        if let Some((at, id)) = after {
            let later = messages::Column::CreatedAt.gt(at.0);
            let same = messages::Column::CreatedAt.eq(at.0).and(messages::Column::Id.gt(id.uuid()));
            select = select.filter(later.or(same));
        }
        let select = select.order_by_asc(messages::Column::CreatedAt).order_by_asc(messages::Column::Id);
        let rows = select.limit(limit).all(self.0.connection()).await?;
        let ids: Vec<_> = rows.iter().map(|row| row.conversation_id).collect();
        let of = self.0.select::<conversations::Entity>().filter(conversations::Column::Id.is_in(ids));
        let of = of.all(self.0.connection()).await?;
        let mut log = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(talk) = of.iter().find(|talk| talk.id == row.conversation_id) {
                let (channel, visitor) = (Id::from_uuid(talk.channel_id), Id::from_uuid(talk.visitor_id));
                log.push(LogRow { message: message_of(row)?, channel, visitor, language: talk.language.clone() });
            }
        }
        Ok(log)
    }
}
