//! The relay's place among what happened: which events it has passed on, each once.

use guildhall_domain::{Id, Moment, id};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Error, Result, Tx,
    rows::{events, relayed, relays},
};

/// The relay of a tenant.
#[derive(Debug)]
pub struct Relays<'a>(pub(crate) &'a Tx);

/// Something that happened, as the relay reads it.
#[derive(Debug, Clone)]
pub struct Told {
    /// The event.
    pub id: Id<id::Event>,
    /// Its kind's name.
    pub kind: String,
    /// What it happened to.
    pub subject: String,
    /// The rest.
    pub data: Value,
    /// When.
    pub at: Moment,
}

impl Relays<'_> {
    /// How far the relay of this name came: the last event in the order of identifiers. Locked until the unit of work
    /// ends, so that no two nodes relay at once.
    pub async fn reached(&self, name: &str, now: Moment) -> Result<Uuid> {
        let row = relays::Model {
            tenant_id: self.0.tenant(),
            name: name.to_owned(),
            reached: Uuid::nil(),
            updated_at: now.0,
        };
        self.0.insert_if_absent::<relays::Entity>(row).await?;
        let rows = self
            .0
            .change::<relays::Entity>()
            .col_expr(relays::Column::UpdatedAt, Expr::value(now.0))
            .filter(relays::Column::Name.eq(name))
            .exec_with_returning(self.0.connection())
            .await?;
        Ok(rows.first().map_or(Uuid::nil(), |row| row.reached))
    }

    /// How far the relay of this name came, without a lock.
    pub async fn at(&self, name: &str) -> Result<Uuid> {
        let select = self.0.select::<relays::Entity>().filter(relays::Column::Name.eq(name));
        Ok(select.one(self.0.connection()).await?.map_or(Uuid::nil(), |row| row.reached))
    }

    /// The next events of these kinds behind an identifier that were not relayed yet, in the order of identifiers.
    pub async fn next(&self, behind: Uuid, kinds: &[&str], limit: u64) -> Result<Vec<Told>> {
        let known = self.0.select::<relayed::Entity>().select_only().column(relayed::Column::EventId).into_query();
        let select = self
            .0
            .select::<events::Entity>()
            .filter(events::Column::Kind.is_in(kinds.iter().copied()))
            .filter(events::Column::Id.gt(behind))
            .filter(events::Column::Id.not_in_subquery(known));
        let rows = select.order_by_asc(events::Column::Id).limit(limit).all(self.0.connection()).await?;
        let told = |row: events::Model| {
            Ok(Told {
                id: Id::from_uuid(row.id),
                kind: row.kind,
                subject: row.subject,
                data: serde_json::from_str(&row.data).map_err(|error| Error::unreadable("events", error))?,
                at: Moment(row.at),
            })
        };
        rows.into_iter().map(told).collect()
    }

    /// Notes that these were relayed, and how far the relay came; forgets what lies before `settled`, which nobody asks for
    /// any more.
    pub async fn pass(&self, name: &str, told: &[&Told], settled: Moment) -> Result<()> {
        let rows = told.iter().map(|told| relayed::Model {
            tenant_id: self.0.tenant(),
            event_id: told.id.uuid(),
            at: told.at.0,
        });
        self.0.insert::<relayed::Entity>(rows).await?;
        if let Some(last) = told.last() {
            self.0
                .change::<relays::Entity>()
                .col_expr(relays::Column::Reached, Expr::value(last.id.uuid()))
                .filter(relays::Column::Name.eq(name))
                .filter(relays::Column::Reached.lt(last.id.uuid()))
                .exec(self.0.connection())
                .await?;
        }
        let old = self.0.remove::<relayed::Entity>().filter(relayed::Column::At.lt(settled.0));
        old.exec(self.0.connection()).await?;
        Ok(())
    }
}
