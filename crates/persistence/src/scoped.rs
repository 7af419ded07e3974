//! Where every query is born: nothing else in the house selects, inserts, changes or removes rows, and all that is born
//! here carries its tenant.

#![expect(clippy::disallowed_methods, reason = "the one room that may call them")]

use sea_orm::{
    ActiveModelTrait, ColumnTrait, DeleteMany, EntityTrait, FromQueryResult, Insert, IntoActiveModel, QueryFilter,
    Select, TryInsertResult, UpdateMany, Value,
};

use crate::{Result, Tx};

/// A row that belongs to a tenant.
pub(crate) trait TenantRow: EntityTrait {
    /// The column that says which.
    const TENANT: Self::Column;
}

impl Tx {
    /// This tenant's rows.
    pub(crate) fn select<E: TenantRow>(&self) -> Select<E> {
        E::find().filter(E::TENANT.eq(self.tenant()))
    }

    /// A change to this tenant's rows.
    pub(crate) fn change<E: TenantRow>(&self) -> UpdateMany<E> {
        E::update_many().filter(E::TENANT.eq(self.tenant()))
    }

    /// The removal of this tenant's rows.
    pub(crate) fn remove<E: TenantRow>(&self) -> DeleteMany<E> {
        E::delete_many().filter(E::TENANT.eq(self.tenant()))
    }

    /// Writes new rows into this tenant.
    pub(crate) async fn insert<E>(&self, rows: impl IntoIterator<Item = E::Model>) -> Result<()>
    where
        E: TenantRow<Model: IntoActiveModel<E::ActiveModel> + FromQueryResult>,
        E::ActiveModel: Send,
    {
        for part in self.stamped::<E>(rows).chunks(ROWS_A_STATEMENT) {
            Insert::<E::ActiveModel>::many(part.to_vec()).exec_without_returning(self.connection()).await?;
        }
        Ok(())
    }

    /// Writes a row unless one with its primary key is there already; says whether it was written.
    pub(crate) async fn insert_if_absent<E>(&self, row: E::Model) -> Result<bool>
    where
        E: TenantRow<Model: IntoActiveModel<E::ActiveModel> + FromQueryResult>,
        E::ActiveModel: Send,
    {
        let inserted = Insert::<E::ActiveModel>::many(self.stamped::<E>([row]))
            .on_conflict_do_nothing()
            .exec_without_returning(self.connection())
            .await?;
        Ok(matches!(inserted, TryInsertResult::Inserted(n) if n > 0))
    }

    fn stamped<E>(&self, rows: impl IntoIterator<Item = E::Model>) -> Vec<E::ActiveModel>
    where
        E: TenantRow<Model: IntoActiveModel<E::ActiveModel>>,
    {
        rows.into_iter()
            .map(|row| {
                let mut row = row.into_active_model().reset_all();
                row.set(E::TENANT, Value::from(self.tenant()));
                row
            })
            .collect()
    }
}

/// Bounds the bind parameters of one statement (32,766 on SQLite, 65,535 on PostgreSQL).
const ROWS_A_STATEMENT: usize = 500;
