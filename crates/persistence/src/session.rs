//! Sessions of members and the refresh tokens that keep them alive.

use guildhall_domain::{Id, Moment, id, session::Session};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Result, Tx,
    rows::{refresh_tokens, sessions},
};

/// The sessions of a tenant's members.
#[derive(Debug)]
pub struct Sessions<'a>(pub(crate) &'a Tx);

/// A refresh token that is to be kept.
#[derive(Debug)]
pub struct NewRefresh {
    /// Its identifier.
    pub id: Uuid,
    /// The family that it belongs to.
    pub session: Id<id::Session>,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// What the client looked like.
    pub client: String,
    /// When it was made.
    pub created_at: Moment,
}

/// A refresh token as it is kept.
#[derive(Debug)]
pub struct RefreshToken {
    /// Its identifier.
    pub id: Uuid,
    /// SHA-256 of its secret.
    pub secret_hash: Vec<u8>,
    /// What the client looked like.
    pub client: String,
    /// When it was exchanged.
    pub used_at: Option<Moment>,
    /// Its successor's text, sealed.
    pub sealed_successor: Option<Vec<u8>>,
    /// Whether its successor is still unused.
    pub successor_unused: bool,
    /// Its family.
    pub session: Session,
}

impl Sessions<'_> {
    /// Opens a session.
    pub async fn open(&self, session: &Session) -> Result<()> {
        let row = sessions::Model {
            tenant_id: self.0.tenant(),
            id: session.id.uuid(),
            member_id: session.member.uuid(),
            user_agent: session.user_agent.clone(),
            network: session.network.clone(),
            expires_at: session.expires_at.0,
            revoked_at: None,
            revoked_for: None,
            created_at: session.created_at.0,
            updated_at: session.updated_at.0,
        };
        self.0.insert::<sessions::Entity>([row]).await
    }

    /// The session of this id.
    pub async fn get(&self, id: Id<id::Session>) -> Result<Option<Session>> {
        let select = self.0.select::<sessions::Entity>().filter(sessions::Column::Id.eq(id.uuid()));
        Ok(select.one(self.0.connection()).await?.map(session_of))
    }

    /// A member's sessions that were not ended, oldest first.
    pub async fn of(&self, member: Id<id::Member>) -> Result<Vec<Session>> {
        let rows = self
            .0
            .select::<sessions::Entity>()
            .filter(sessions::Column::MemberId.eq(member.uuid()))
            .filter(sessions::Column::RevokedAt.is_null())
            .order_by_asc(sessions::Column::Id)
            .all(self.0.connection())
            .await?;
        Ok(rows.into_iter().map(session_of).collect())
    }

    /// Ends sessions of a member: this one, or all but the one to keep.
    pub async fn end(&self, member: Id<id::Member>, which: End, why: &str, now: Moment) -> Result<u64> {
        let ending = self
            .0
            .change::<sessions::Entity>()
            .col_expr(sessions::Column::RevokedAt, Expr::value(now.0))
            .col_expr(sessions::Column::RevokedFor, Expr::value(why))
            .filter(sessions::Column::MemberId.eq(member.uuid()))
            .filter(sessions::Column::RevokedAt.is_null());
        let ending = match which {
            End::This(session) => ending.filter(sessions::Column::Id.eq(session.uuid())),
            End::AllBut(session) => ending.filter(sessions::Column::Id.ne(session.uuid())),
            End::All => ending,
        };
        Ok(ending.exec(self.0.connection()).await?.rows_affected)
    }

    /// Keeps a refresh token.
    pub async fn keep(&self, token: &NewRefresh) -> Result<()> {
        let row = refresh_tokens::Model {
            tenant_id: self.0.tenant(),
            id: token.id,
            session_id: token.session.uuid(),
            secret_hash: token.secret_hash.to_vec(),
            successor_id: None,
            sealed_successor: None,
            client: token.client.clone(),
            created_at: token.created_at.0,
            used_at: None,
        };
        self.0.insert::<refresh_tokens::Entity>([row]).await
    }

    /// A refresh token with its session, locked until the unit of work ends.
    pub async fn shown(&self, id: Uuid) -> Result<Option<RefreshToken>> {
        let mut select = self.0.select::<refresh_tokens::Entity>().filter(refresh_tokens::Column::Id.eq(id));
        if self.0.locks_rows() {
            select = select.lock_exclusive();
        }
        let Some(row) = select.one(self.0.connection()).await? else { return Ok(None) };
        let Some(session) = self.get(Id::from_uuid(row.session_id)).await? else { return Ok(None) };
        let successor_unused = match row.successor_id {
            None => false,
            Some(successor) => self
                .0
                .select::<refresh_tokens::Entity>()
                .filter(refresh_tokens::Column::Id.eq(successor))
                .one(self.0.connection())
                .await?
                .is_some_and(|successor| successor.used_at.is_none()),
        };
        Ok(Some(RefreshToken {
            id: row.id,
            secret_hash: row.secret_hash,
            client: row.client,
            used_at: row.used_at.map(Moment),
            sealed_successor: row.sealed_successor,
            successor_unused,
            session,
        }))
    }

    /// Exchanges a token for its successor, whose text is kept sealed for the grace time, and keeps the session alive;
    /// says whether this call was the one that did.
    pub async fn exchange(&self, used: &RefreshToken, successor: Uuid, sealed: Vec<u8>, now: Moment) -> Result<bool> {
        let won = self
            .0
            .change::<refresh_tokens::Entity>()
            .col_expr(refresh_tokens::Column::UsedAt, Expr::value(now.0))
            .col_expr(refresh_tokens::Column::SuccessorId, Expr::value(successor))
            .col_expr(refresh_tokens::Column::SealedSuccessor, Expr::value(sealed))
            .filter(refresh_tokens::Column::Id.eq(used.id))
            .filter(refresh_tokens::Column::UsedAt.is_null())
            .exec(self.0.connection())
            .await?;
        if won.rows_affected != 1 {
            return Ok(false);
        }
        self.0
            .change::<sessions::Entity>()
            .col_expr(sessions::Column::UpdatedAt, Expr::value(now.0))
            .filter(sessions::Column::Id.eq(used.session.id.uuid()))
            .exec(self.0.connection())
            .await?;
        Ok(true)
    }
}

/// Which sessions end.
#[derive(Debug, Clone, Copy)]
pub enum End {
    /// One.
    This(Id<id::Session>),
    /// Every other one.
    AllBut(Id<id::Session>),
    /// Every one.
    All,
}

fn session_of(row: sessions::Model) -> Session {
    Session {
        id: Id::from_uuid(row.id),
        member: Id::from_uuid(row.member_id),
        user_agent: row.user_agent,
        network: row.network,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
        expires_at: Moment(row.expires_at),
        revoked_at: row.revoked_at.map(Moment),
    }
}
