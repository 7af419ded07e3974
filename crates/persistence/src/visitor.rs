//! Visitors: one per channel and browser, known by a token alone.

use guildhall_domain::{Id, Moment, id};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

use crate::{Result, Tx, rows::visitors};

/// The visitors of a tenant.
#[derive(Debug)]
pub struct Visitors<'a>(pub(crate) &'a Tx);

/// A visitor as it is kept.
#[derive(Debug, Clone)]
pub struct VisitorRow {
    /// Their identifier.
    pub id: Id<id::Visitor>,
    /// Where they came in.
    pub channel: Id<id::Channel>,
    /// SHA-256 of their token's secret.
    pub secret_hash: Vec<u8>,
    /// When the token ends, unless they come back before.
    pub expires_at: Moment,
    /// When they first came.
    pub created_at: Moment,
}

impl Visitors<'_> {
    /// Adds a visitor.
    pub async fn add(&self, visitor: &VisitorRow) -> Result<()> {
        let row = visitors::Model {
            tenant_id: self.0.tenant(),
            id: visitor.id.uuid(),
            channel_id: visitor.channel.uuid(),
            secret_hash: visitor.secret_hash.clone(),
            expires_at: visitor.expires_at.0,
            created_at: visitor.created_at.0,
            updated_at: visitor.created_at.0,
        };
        self.0.insert::<visitors::Entity>([row]).await
    }

    /// The visitor of this id.
    pub async fn get(&self, id: Id<id::Visitor>) -> Result<Option<VisitorRow>> {
        let row = self
            .0
            .select::<visitors::Entity>()
            .filter(visitors::Column::Id.eq(id.uuid()))
            .one(self.0.connection())
            .await?;
        Ok(row.map(|row| VisitorRow {
            id: Id::from_uuid(row.id),
            channel: Id::from_uuid(row.channel_id),
            secret_hash: row.secret_hash,
            expires_at: Moment(row.expires_at),
            created_at: Moment(row.created_at),
        }))
    }

    /// Lets a token live on.
    pub async fn extend(&self, id: Id<id::Visitor>, until: Moment, now: Moment) -> Result<()> {
        self.0
            .change::<visitors::Entity>()
            .col_expr(visitors::Column::ExpiresAt, Expr::value(until.0))
            .col_expr(visitors::Column::UpdatedAt, Expr::value(now.0))
            .filter(visitors::Column::Id.eq(id.uuid()))
            .exec(self.0.connection())
            .await?;
        Ok(())
    }
}
