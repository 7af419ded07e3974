//! Settlements of overlaps.

use guildhall_domain::{
    Id, Moment, id,
    settlement::{Settlement, State},
    text::Note,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, Result, Tx, rows::settlements};

/// The settlements of a tenant.
#[derive(Debug)]
pub struct Settlements<'a>(pub(crate) &'a Tx);

impl Settlements<'_> {
    /// Adds a settlement.
    pub async fn add(&self, settlement: &Settlement) -> Result<()> {
        let row = settlements::Model {
            tenant_id: self.0.tenant(),
            id: settlement.id.uuid(),
            overlap_id: settlement.overlap.uuid(),
            state: settlement.state.name().to_owned(),
            terms: json(&settlement.terms)?,
            reason: settlement.reason.clone().map(String::from),
            proposed_by: settlement.proposed_by.uuid(),
            proposed_for: settlement.proposed_for.uuid(),
            decided_by: settlement.decided_by.map(Id::uuid),
            arbitrated: settlement.arbitrated,
            due_at: settlement.due_at.0,
            decided_at: settlement.decided_at.map(|at| at.0),
            before: maybe(settlement.before.as_ref())?,
            after: maybe(settlement.after.as_ref())?,
            undo: maybe(settlement.undo.as_ref())?,
            undone_by: settlement.undone_by.map(|member| member.to_string()),
            version: settlement.version,
            created_at: settlement.created_at.0,
            updated_at: settlement.updated_at.0,
        };
        self.0.insert::<settlements::Entity>([row]).await
    }

    /// The settlements of an overlap, oldest first.
    pub async fn of(&self, overlap: Id<id::Overlap>) -> Result<Vec<Settlement>> {
        let select = self.0.select::<settlements::Entity>().filter(settlements::Column::OverlapId.eq(overlap.uuid()));
        let rows = select.order_by_asc(settlements::Column::Id).all(self.0.connection()).await?;
        rows.into_iter().map(settlement_of).collect()
    }

    /// The settlement of this id, of this overlap.
    pub async fn get(&self, overlap: Id<id::Overlap>, id: Id<id::Settlement>) -> Result<Option<Settlement>> {
        let select = self
            .0
            .select::<settlements::Entity>()
            .filter(settlements::Column::OverlapId.eq(overlap.uuid()))
            .filter(settlements::Column::Id.eq(id.uuid()));
        select.one(self.0.connection()).await?.map(settlement_of).transpose()
    }

    /// Changes a settlement but for its terms; says whether it was still at `version`.
    pub async fn change(&self, settlement: &Settlement, version: i64) -> Result<bool> {
        let changed = self
            .0
            .change::<settlements::Entity>()
            .col_expr(settlements::Column::State, Expr::value(settlement.state.name()))
            .col_expr(settlements::Column::Reason, Expr::value(settlement.reason.clone().map(String::from)))
            .col_expr(settlements::Column::DecidedBy, Expr::value(settlement.decided_by.map(Id::uuid)))
            .col_expr(settlements::Column::Arbitrated, Expr::value(settlement.arbitrated))
            .col_expr(settlements::Column::DecidedAt, Expr::value(settlement.decided_at.map(|at| at.0)))
            .col_expr(settlements::Column::Before, Expr::value(maybe(settlement.before.as_ref())?))
            .col_expr(settlements::Column::After, Expr::value(maybe(settlement.after.as_ref())?))
            .col_expr(settlements::Column::Undo, Expr::value(maybe(settlement.undo.as_ref())?))
            .col_expr(settlements::Column::UndoneBy, Expr::value(settlement.undone_by.map(|member| member.to_string())))
            .col_expr(settlements::Column::Version, Expr::value(version + 1))
            .col_expr(settlements::Column::UpdatedAt, Expr::value(settlement.updated_at.0))
            .filter(settlements::Column::Id.eq(settlement.id.uuid()))
            .filter(settlements::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(changed.rows_affected == 1)
    }
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::unreadable("settlements", error))
}

fn maybe(value: Option<&impl Serialize>) -> Result<Option<String>> {
    value.map(json).transpose()
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::unreadable("settlements", error))
}

fn settlement_of(row: settlements::Model) -> Result<Settlement> {
    Ok(Settlement {
        id: Id::from_uuid(row.id),
        overlap: Id::from_uuid(row.overlap_id),
        state: State::named(&row.state).ok_or_else(|| Error::unreadable("settlements", &row.state))?,
        terms: read(&row.terms)?,
        reason: row.reason.map(Note::stored),
        proposed_by: Id::from_uuid(row.proposed_by),
        proposed_for: Id::from_uuid(row.proposed_for),
        decided_by: row.decided_by.map(Id::from_uuid),
        arbitrated: row.arbitrated,
        due_at: Moment(row.due_at),
        decided_at: row.decided_at.map(Moment),
        before: row.before.as_deref().map(read).transpose()?,
        after: row.after.as_deref().map(read).transpose()?,
        undo: row.undo.as_deref().map(read).transpose()?,
        undone_by: row.undone_by.and_then(|member| member.parse().ok()),
        version: row.version,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    })
}
