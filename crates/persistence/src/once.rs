//! Requests that may be sent twice: the first statement of their unit of work claims the key, the last keeps the answer.

use guildhall_domain::Moment;
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

use crate::{Result, Tx, rows::idempotency};

/// A key under which a request is done once.
#[derive(Debug, Clone)]
pub struct Once {
    /// Who sent it.
    pub actor: String,
    /// The operation.
    pub route: String,
    /// The key they chose.
    pub key: String,
    /// SHA-256 of what they sent.
    pub fingerprint: [u8; 32],
}

/// An answer that is given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The `Location` header.
    pub location: Option<String>,
    /// The `ETag` header.
    pub etag: Option<String>,
    /// The body.
    pub body: String,
}

/// What became of a claim.
#[derive(Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nobody did it yet: do it, and keep the answer.
    Mine,
    /// It was done: this was the answer.
    Done(Reply),
    /// It was done; the answer held secrets and was not kept.
    DoneInSecret,
    /// The key was used for something else.
    Reused,
}

/// How long a key is remembered.
const KEPT_MICROS: i64 = 24 * 3600 * 1_000_000;

impl Tx {
    /// Claims a key. While another unit of work holds it, this waits for that one's end (and gives up as the database's
    /// lock time-out says).
    pub async fn claim(&self, once: &Once, now: Moment) -> Result<Claim> {
        let expired =
            self.remove::<idempotency::Entity>().filter(idempotency::Column::CreatedAt.lt(now.0 - KEPT_MICROS));
        expired.filter(idempotency::Column::Actor.eq(&once.actor)).exec(self.connection()).await?;
        let row = idempotency::Model {
            tenant_id: self.tenant(),
            actor: once.actor.clone(),
            route: once.route.clone(),
            key: once.key.clone(),
            fingerprint: once.fingerprint.to_vec(),
            status: None,
            location: None,
            etag: None,
            body: None,
            secret: true,
            created_at: now.0,
        };
        if self.insert_if_absent::<idempotency::Entity>(row).await? {
            return Ok(Claim::Mine);
        }
        let held = self
            .select::<idempotency::Entity>()
            .filter(idempotency::Column::Actor.eq(&once.actor))
            .filter(idempotency::Column::Route.eq(&once.route))
            .filter(idempotency::Column::Key.eq(&once.key))
            .one(self.connection())
            .await?;
        Ok(match held {
            None => Claim::Mine,
            Some(held) if held.fingerprint != once.fingerprint => Claim::Reused,
            Some(held) => match (held.status.and_then(|status| u16::try_from(status).ok()), held.body) {
                (Some(status), Some(body)) if !held.secret => {
                    Claim::Done(Reply { status, location: held.location, etag: held.etag, body })
                }
                _ => Claim::DoneInSecret,
            },
        })
    }

    /// Keeps the answer under a claimed key; nothing of it where it holds secrets.
    pub async fn keep_reply(&self, once: &Once, reply: &Reply, secret: bool) -> Result<()> {
        self.change::<idempotency::Entity>()
            .col_expr(idempotency::Column::Status, Expr::value(i64::from(reply.status)))
            .col_expr(idempotency::Column::Location, Expr::value(reply.location.clone()))
            .col_expr(idempotency::Column::Etag, Expr::value(reply.etag.clone()))
            .col_expr(idempotency::Column::Body, Expr::value((!secret).then(|| reply.body.clone())))
            .col_expr(idempotency::Column::Secret, Expr::value(secret))
            .filter(idempotency::Column::Actor.eq(&once.actor))
            .filter(idempotency::Column::Route.eq(&once.route))
            .filter(idempotency::Column::Key.eq(&once.key))
            .exec(self.connection())
            .await?;
        Ok(())
    }
}
