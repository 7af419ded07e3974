//! What members set for themselves, and what each was told already.

use guildhall_domain::{Id, Moment, id};
use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};

use crate::{
    Result, Tx,
    rows::{member_settings, told},
};

/// The settings of a tenant's members.
#[derive(Debug)]
pub struct Settings<'a>(pub(crate) &'a Tx);

/// What a member sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberSettings {
    /// Whether colleagues may be told that they are one who knows.
    pub named: bool,
    /// Whether they are told by e-mail of what waits for them.
    pub letters: bool,
}

impl Default for MemberSettings {
    /// Nobody is named who did not ask for it.
    fn default() -> Self {
        Self { named: false, letters: true }
    }
}

impl Settings<'_> {
    /// What a member set.
    pub async fn of(&self, member: Id<id::Member>) -> Result<MemberSettings> {
        let select =
            self.0.select::<member_settings::Entity>().filter(member_settings::Column::MemberId.eq(member.uuid()));
        let row = select.one(self.0.connection()).await?;
        Ok(row.map_or_else(MemberSettings::default, |row| MemberSettings { named: row.named, letters: row.letters }))
    }

    /// Keeps what a member sets.
    pub async fn set(&self, member: Id<id::Member>, settings: MemberSettings, now: Moment) -> Result<()> {
        let MemberSettings { named, letters } = settings;
        let row = member_settings::Model {
            tenant_id: self.0.tenant(),
            member_id: member.uuid(),
            named,
            letters,
            updated_at: now.0,
        };
        if self.0.insert_if_absent::<member_settings::Entity>(row).await? {
            return Ok(());
        }
        self.0
            .change::<member_settings::Entity>()
            .col_expr(member_settings::Column::Named, Expr::value(named))
            .col_expr(member_settings::Column::Letters, Expr::value(letters))
            .col_expr(member_settings::Column::UpdatedAt, Expr::value(now.0))
            .filter(member_settings::Column::MemberId.eq(member.uuid()))
            .exec(self.0.connection())
            .await?;
        Ok(())
    }

    /// Those who agreed to be named.
    pub async fn named(&self) -> Result<Vec<Id<id::Member>>> {
        let select = self.0.select::<member_settings::Entity>().filter(member_settings::Column::Named.eq(true));
        let rows = select.all(self.0.connection()).await?;
        Ok(rows.into_iter().map(|row| Id::from_uuid(row.member_id)).collect())
    }

    /// Notes that a member is told of a thing; says whether they were not before.
    pub async fn tell(&self, member: Id<id::Member>, thing: &str, now: Moment) -> Result<bool> {
        let row = told::Model {
            tenant_id: self.0.tenant(),
            member_id: member.uuid(),
            thing: thing.to_owned(),
            created_at: now.0,
        };
        self.0.insert_if_absent::<told::Entity>(row).await
    }
}
