//! How long a tenant's conversations are kept, and their end.

use guildhall_domain::{Id, Moment, id};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr};

use crate::{
    Result, Tx,
    rows::{conversations, messages, retention, visitors},
};

/// What a tenant keeps, and for how long.
#[derive(Debug)]
pub struct Retentions<'a>(pub(crate) &'a Tx);

impl Retentions<'_> {
    /// For how many days conversations are kept after their last message, and since when it is said; nothing if the company
    /// never said it.
    pub async fn days(&self) -> Result<Option<(i64, Moment)>> {
        let row = self.0.select::<retention::Entity>().one(self.0.connection()).await?;
        Ok(row.map(|row| (row.days, Moment(row.updated_at))))
    }

    /// Says so.
    pub async fn set(&self, days: i64, now: Moment) -> Result<()> {
        let changed = self
            .0
            .change::<retention::Entity>()
            .col_expr(retention::Column::Days, Expr::value(days))
            .col_expr(retention::Column::UpdatedAt, Expr::value(now.0))
            .exec(self.0.connection())
            .await?;
        if changed.rows_affected == 0 {
            let row = retention::Model { tenant_id: self.0.tenant(), days, updated_at: now.0 };
            self.0.insert::<retention::Entity>([row]).await?;
        }
        Ok(())
    }

    /// The conversations in which nobody has written since then, the oldest first.
    pub async fn silent_since(&self, then: Moment, limit: u64) -> Result<Vec<Id<id::Conversation>>> {
        let select = self.0.select::<conversations::Entity>().filter(conversations::Column::UpdatedAt.lt(then.0));
        let select = select.order_by_asc(conversations::Column::UpdatedAt).limit(limit);
        let rows = select.all(self.0.connection()).await?;
        Ok(rows.into_iter().map(|row| Id::from_uuid(row.id)).collect())
    }

    /// A visitor's conversations.
    pub async fn of_visitor(&self, visitor: Id<id::Visitor>) -> Result<Vec<Id<id::Conversation>>> {
        let select = self.0.select::<conversations::Entity>();
        let rows = select.filter(conversations::Column::VisitorId.eq(visitor.uuid())).all(self.0.connection()).await?;
        Ok(rows.into_iter().map(|row| Id::from_uuid(row.id)).collect())
    }

    /// Deletes conversations with their messages and ratings; says how many messages these had.
    pub async fn end(&self, of: &[Id<id::Conversation>]) -> Result<u64> {
        let ids: Vec<_> = of.iter().map(|id| id.uuid()).collect();
        let words = self.0.remove::<messages::Entity>().filter(messages::Column::ConversationId.is_in(ids.clone()));
        let words = words.exec(self.0.connection()).await?;
        let gone = self.0.remove::<conversations::Entity>().filter(conversations::Column::Id.is_in(ids));
        gone.exec(self.0.connection()).await?;
        Ok(words.rows_affected)
    }

    /// Deletes a visitor.
    pub async fn forget(&self, visitor: Id<id::Visitor>) -> Result<bool> {
        let gone = self.0.remove::<visitors::Entity>().filter(visitors::Column::Id.eq(visitor.uuid()));
        Ok(gone.exec(self.0.connection()).await?.rows_affected == 1)
    }

    /// Deletes the visitors whose token has ended and who have no conversation any more.
    pub async fn forget_gone(&self, now: Moment) -> Result<u64> {
        let talking = self
            .0
            .select::<conversations::Entity>()
            .select_only()
            .column(conversations::Column::VisitorId)
            .into_query();
        let gone = self
            .0
            .remove::<visitors::Entity>()
            .filter(visitors::Column::ExpiresAt.lt(now.0))
            .filter(visitors::Column::Id.not_in_subquery(talking));
        Ok(gone.exec(self.0.connection()).await?.rows_affected)
    }
}
