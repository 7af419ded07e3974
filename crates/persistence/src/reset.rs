//! Links by which members set a new password.

use guildhall_domain::{Id, Moment, id, reset::PasswordReset};
use sea_orm::{ColumnTrait, QueryFilter, UpdateMany, sea_query::Expr};

use crate::{Result, Tx, rows::password_resets};

/// The password resets of a tenant.
#[derive(Debug)]
pub struct PasswordResets<'a>(pub(crate) &'a Tx);

impl PasswordResets<'_> {
    /// Keeps a link with the SHA-256 of its secret; older ones of the same member end.
    pub async fn add(&self, reset: &PasswordReset, secret_hash: [u8; 32]) -> Result<()> {
        self.close_all(reset.member, reset.created_at).await?;
        let row = password_resets::Model {
            tenant_id: self.0.tenant(),
            id: reset.id.uuid(),
            member_id: reset.member.uuid(),
            secret_hash: secret_hash.to_vec(),
            created_at: reset.created_at.0,
            expires_at: reset.expires_at.0,
            closed_at: None,
        };
        self.0.insert::<password_resets::Entity>([row]).await
    }

    /// The link of this id, with the SHA-256 of its secret.
    pub async fn get(&self, id: Id<id::PasswordReset>) -> Result<Option<(PasswordReset, Vec<u8>)>> {
        let select = self.0.select::<password_resets::Entity>().filter(password_resets::Column::Id.eq(id.uuid()));
        Ok(select.one(self.0.connection()).await?.map(|row| {
            let reset = PasswordReset {
                id: Id::from_uuid(row.id),
                member: Id::from_uuid(row.member_id),
                created_at: Moment(row.created_at),
                expires_at: Moment(row.expires_at),
            };
            (reset, row.secret_hash)
        }))
    }

    /// Uses a link up; says whether this call was the one that did.
    pub async fn spend(&self, id: Id<id::PasswordReset>, now: Moment) -> Result<bool> {
        let spent = self
            .closing(now)
            .filter(password_resets::Column::Id.eq(id.uuid()))
            .filter(password_resets::Column::ExpiresAt.gt(now.0))
            .exec(self.0.connection())
            .await?;
        Ok(spent.rows_affected == 1)
    }

    /// Ends every open link of a member.
    pub async fn close_all(&self, member: Id<id::Member>, now: Moment) -> Result<()> {
        let open = self.closing(now).filter(password_resets::Column::MemberId.eq(member.uuid()));
        open.exec(self.0.connection()).await?;
        Ok(())
    }

    fn closing(&self, now: Moment) -> UpdateMany<password_resets::Entity> {
        self.0
            .change::<password_resets::Entity>()
            .col_expr(password_resets::Column::ClosedAt, Expr::value(now.0))
            .filter(password_resets::Column::ClosedAt.is_null())
    }
}
