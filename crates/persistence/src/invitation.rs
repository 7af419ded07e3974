//! Invitations to join a tenant.

use guildhall_domain::{Id, Moment, Page, PageRequest, id, invitation::Invitation, member::Email, text::Name};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, sea_query::Expr};

use crate::{Result, Tx, member::role_of, rows::invitations, search::oldest_first};

/// The invitations of a tenant.
#[derive(Debug)]
pub struct Invitations<'a>(pub(crate) &'a Tx);

impl Invitations<'_> {
    /// Keeps an invitation with the SHA-256 of its secret; older open ones to the same e-mail end.
    pub async fn add(&self, invitation: &Invitation, secret_hash: [u8; 32]) -> Result<()> {
        self.0
            .change::<invitations::Entity>()
            .col_expr(invitations::Column::RevokedAt, Expr::value(invitation.created_at.0))
            .filter(invitations::Column::EmailFolded.eq(invitation.email.canonical()))
            .filter(invitations::Column::AcceptedAt.is_null())
            .filter(invitations::Column::RevokedAt.is_null())
            .exec(self.0.connection())
            .await?;
        let row = invitations::Model {
            tenant_id: self.0.tenant(),
            id: invitation.id.uuid(),
            email: invitation.email.as_str().to_owned(),
            email_folded: invitation.email.canonical(),
            name: invitation.name.clone().map(String::from),
            tenant_role: invitation.tenant_role.name().to_owned(),
            department_id: invitation.department.map(|(department, _)| department.uuid()),
            department_role: invitation.department.map(|(_, role)| role.name().to_owned()),
            secret_hash: secret_hash.to_vec(),
            invited_by: invitation.invited_by.uuid(),
            created_at: invitation.created_at.0,
            expires_at: invitation.expires_at.0,
            accepted_at: None,
            revoked_at: None,
        };
        self.0.insert::<invitations::Entity>([row]).await
    }

    /// The invitation of this id, with the SHA-256 of its secret.
    pub async fn get(&self, id: Id<id::Invitation>) -> Result<Option<(Invitation, Vec<u8>)>> {
        let select = self.0.select::<invitations::Entity>().filter(invitations::Column::Id.eq(id.uuid()));
        let row = select.one(self.0.connection()).await?;
        row.map(|row| {
            let hash = row.secret_hash.clone();
            invitation_of(row).map(|invitation| (invitation, hash))
        })
        .transpose()
    }

    /// The newest open invitation to this e-mail.
    pub async fn open_to(&self, email: &Email, now: Moment) -> Result<Option<Invitation>> {
        let select = self
            .0
            .select::<invitations::Entity>()
            .filter(invitations::Column::EmailFolded.eq(email.canonical()))
            .filter(invitations::Column::AcceptedAt.is_null())
            .filter(invitations::Column::RevokedAt.is_null())
            .filter(invitations::Column::ExpiresAt.gt(now.0))
            .order_by_desc(invitations::Column::Id);
        select.one(self.0.connection()).await?.map(invitation_of).transpose()
    }

    /// Takes back whatever a member offered.
    pub async fn revoke_of(&self, member: Id<id::Member>, now: Moment) -> Result<()> {
        self.0
            .change::<invitations::Entity>()
            .col_expr(invitations::Column::RevokedAt, Expr::value(now.0))
            .filter(invitations::Column::InvitedBy.eq(member.uuid()))
            .filter(invitations::Column::AcceptedAt.is_null())
            .filter(invitations::Column::RevokedAt.is_null())
            .exec(self.0.connection())
            .await?;
        Ok(())
    }

    /// A page of invitations: all, or those into these departments.
    pub async fn list(&self, within: Option<&[Id<id::Department>]>, page: &PageRequest) -> Result<Page<Invitation>> {
        let mut select = self.0.select::<invitations::Entity>();
        if let Some(within) = within {
            select = select.filter(invitations::Column::DepartmentId.is_in(within.iter().map(|id| id.uuid())));
        }
        let rows = oldest_first(select, invitations::Column::Id, page).all(self.0.connection()).await?;
        let found = rows.into_iter().map(invitation_of).collect::<Result<_>>()?;
        Ok(Page::cut(found, page, |invitation: &Invitation| (0, invitation.id.uuid())))
    }

    /// Uses an invitation up; says whether this call was the one that did.
    pub async fn accept(&self, id: Id<id::Invitation>, now: Moment) -> Result<bool> {
        self.close(id, invitations::Column::AcceptedAt, now).await
    }

    /// Takes an invitation back; says whether it was still open.
    pub async fn revoke(&self, id: Id<id::Invitation>, now: Moment) -> Result<bool> {
        self.close(id, invitations::Column::RevokedAt, now).await
    }

    async fn close(&self, id: Id<id::Invitation>, how: invitations::Column, now: Moment) -> Result<bool> {
        let closed = self
            .0
            .change::<invitations::Entity>()
            .col_expr(how, Expr::value(now.0))
            .filter(invitations::Column::Id.eq(id.uuid()))
            .filter(invitations::Column::AcceptedAt.is_null())
            .filter(invitations::Column::RevokedAt.is_null())
            .filter(invitations::Column::ExpiresAt.gt(now.0))
            .exec(self.0.connection())
            .await?;
        Ok(closed.rows_affected == 1)
    }
}

fn invitation_of(row: invitations::Model) -> Result<Invitation> {
    let department = match (row.department_id, row.department_role) {
        (Some(department), Some(role)) => Some((Id::from_uuid(department), role_of(&role)?)),
        _ => None,
    };
    Ok(Invitation {
        id: Id::from_uuid(row.id),
        email: Email::stored(row.email),
        name: row.name.map(Name::stored),
        tenant_role: role_of(&row.tenant_role)?,
        department,
        invited_by: Id::from_uuid(row.invited_by),
        created_at: Moment(row.created_at),
        expires_at: Moment(row.expires_at),
        accepted_at: row.accepted_at.map(Moment),
        revoked_at: row.revoked_at.map(Moment),
    })
}
