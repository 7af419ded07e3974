//! Members and the roles they hold in departments.

use guildhall_domain::{
    Grant, Id, Moment, Page, PageRequest,
    actor::Role,
    folded, id,
    member::{Email, Member, Profile, State, TimeZone},
    text::{Language, Name, Title},
};
use sea_orm::{
    ColumnTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, UpdateMany,
    sea_query::{Expr, LockType},
};

use crate::{
    Error, Result, Tx,
    rows::{grants, members},
    search::{contains, oldest_first},
};

/// Which members are asked for.
#[derive(Debug, Clone, Default)]
pub struct MemberFilter<'a> {
    /// Words in the name.
    pub words: Option<&'a str>,
    /// Those of this state; without it those who have not left.
    pub state: Option<State>,
}

/// The members of a tenant, those who have left among them.
#[derive(Debug)]
pub struct Members<'a>(pub(crate) &'a Tx);

impl Members<'_> {
    /// Adds a member with the PHC string of their password.
    pub async fn add(&self, member: &Member, password_hash: &str) -> Result<()> {
        let row = members::Model {
            tenant_id: self.0.tenant(),
            id: member.id.uuid(),
            name: member.name.to_string(),
            name_folded: folded(member.name.as_str()),
            email: member.email.as_str().to_owned(),
            email_folded: member.email.canonical(),
            title: member.profile.title.clone().map(String::from),
            language: member.profile.language.as_ref().map(ToString::to_string),
            time_zone: member.profile.time_zone.as_ref().map(|zone| zone.as_str().to_owned()),
            home_department_id: member.profile.home_department.map(Id::uuid),
            tenant_role: member.tenant_role.name().to_owned(),
            password_hash: password_hash.to_owned(),
            auth_epoch: member.auth_epoch,
            version: member.version,
            created_at: member.created_at.0,
            updated_at: member.updated_at.0,
            state: member.state.name().to_owned(),
        };
        self.0.insert::<members::Entity>([row]).await
    }

    /// The member of this id.
    pub async fn get(&self, id: Id<id::Member>) -> Result<Option<Member>> {
        let row = self
            .0
            .select::<members::Entity>()
            .filter(members::Column::Id.eq(id.uuid()))
            .one(self.0.connection())
            .await?;
        row.map(member_of).transpose()
    }

    /// Locks a member until the unit of work ends against every other change of them.
    pub async fn lock(&self, id: Id<id::Member>) -> Result<()> {
        if self.0.locks_rows() {
            // What only refers to the member, as their sessions do, need not wait.
            let select = self.0.select::<members::Entity>().filter(members::Column::Id.eq(id.uuid()));
            select.lock(LockType::NoKeyUpdate).one(self.0.connection()).await?;
        }
        Ok(())
    }

    /// The member of this e-mail, who has not left.
    pub async fn by_email(&self, email: &Email) -> Result<Option<Member>> {
        let select = self.0.select::<members::Entity>().filter(members::Column::EmailFolded.eq(email.canonical()));
        select.one(self.0.connection()).await?.map(member_of).transpose()
    }

    /// The PHC string of a member's password.
    pub async fn password_hash(&self, id: Id<id::Member>) -> Result<Option<String>> {
        let row = self
            .0
            .select::<members::Entity>()
            .filter(members::Column::Id.eq(id.uuid()))
            .one(self.0.connection())
            .await?;
        Ok(row.map(|row| row.password_hash))
    }

    /// Keeps a new PHC string.
    pub async fn set_password_hash(&self, id: Id<id::Member>, hash: &str, now: Moment) -> Result<()> {
        self.0
            .change::<members::Entity>()
            .col_expr(members::Column::PasswordHash, Expr::value(hash))
            .col_expr(members::Column::UpdatedAt, Expr::value(now.0))
            .filter(members::Column::Id.eq(id.uuid()))
            .exec(self.0.connection())
            .await?;
        Ok(())
    }

    /// Takes something away from a member: every older access token dies.
    pub async fn raise_epoch(&self, id: Id<id::Member>) -> Result<()> {
        self.0
            .change::<members::Entity>()
            .col_expr(members::Column::AuthEpoch, Expr::col(members::Column::AuthEpoch).add(1))
            .filter(members::Column::Id.eq(id.uuid()))
            .exec(self.0.connection())
            .await?;
        Ok(())
    }

    /// Changes name and profile; says whether the member was still at `version`.
    pub async fn change(&self, member: &Member, version: i64) -> Result<bool> {
        let profile = &member.profile;
        let changed = self
            .0
            .change::<members::Entity>()
            .col_expr(members::Column::Name, Expr::value(member.name.as_str()))
            .col_expr(members::Column::NameFolded, Expr::value(folded(member.name.as_str())))
            .col_expr(members::Column::Title, Expr::value(profile.title.clone().map(String::from)))
            .col_expr(members::Column::Language, Expr::value(profile.language.as_ref().map(ToString::to_string)))
            .col_expr(
                members::Column::TimeZone,
                Expr::value(profile.time_zone.as_ref().map(|zone| zone.as_str().to_owned())),
            )
            .col_expr(members::Column::HomeDepartmentId, Expr::value(profile.home_department.map(Id::uuid)))
            .col_expr(members::Column::Version, Expr::value(version + 1))
            .col_expr(members::Column::UpdatedAt, Expr::value(member.updated_at.0))
            .filter(members::Column::Id.eq(member.id.uuid()))
            .filter(members::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// Gives another role in the company.
    pub async fn set_tenant_role(&self, id: Id<id::Member>, role: Role, now: Moment) -> Result<()> {
        self.touching(id, now)
            .col_expr(members::Column::TenantRole, Expr::value(role.name()))
            .exec(self.0.connection())
            .await?;
        Ok(())
    }

    /// Suspends a member, or lets them in again; says whether they were in the other state.
    pub async fn turn(&self, id: Id<id::Member>, from: State, to: State, now: Moment) -> Result<bool> {
        let turned = self
            .touching(id, now)
            .col_expr(members::Column::State, Expr::value(to.name()))
            .filter(members::Column::State.eq(from.name()))
            .exec(self.0.connection())
            .await?;
        Ok(turned.rows_affected == 1)
    }

    /// Parts with a member: their roles and password go, their name stays with what they made, and their e-mail may come
    /// in anew.
    pub async fn part(&self, id: Id<id::Member>, now: Moment) -> Result<()> {
        let roles = self.0.remove::<grants::Entity>().filter(grants::Column::MemberId.eq(id.uuid()));
        roles.exec(self.0.connection()).await?;
        self.touching(id, now)
            .col_expr(members::Column::State, Expr::value(State::Left.name()))
            .col_expr(members::Column::TenantRole, Expr::value(Role::Member.name()))
            .col_expr(members::Column::PasswordHash, Expr::value(""))
            // No address: nobody is found by it, and it stands in nobody's way.
            .col_expr(members::Column::EmailFolded, Expr::value(format!("left {}", id.uuid())))
            .col_expr(members::Column::HomeDepartmentId, Expr::value(Option::<uuid::Uuid>::None))
            .exec(self.0.connection())
            .await?;
        Ok(())
    }

    fn touching(&self, id: Id<id::Member>, now: Moment) -> UpdateMany<members::Entity> {
        self.0
            .change::<members::Entity>()
            .col_expr(members::Column::Version, Expr::col(members::Column::Version).add(1))
            .col_expr(members::Column::UpdatedAt, Expr::value(now.0))
            .filter(members::Column::Id.eq(id.uuid()))
    }

    /// A page of members.
    pub async fn list(&self, filter: &MemberFilter<'_>, page: &PageRequest) -> Result<Page<Member>> {
        let mut select = self.0.select::<members::Entity>();
        if let Some(words) = filter.words {
            select = select.filter(contains(members::Column::NameFolded, words));
        }
        select = select.filter(match filter.state {
            Some(state) => members::Column::State.eq(state.name()),
            None => members::Column::State.ne(State::Left.name()),
        });
        let rows = oldest_first(select, members::Column::Id, page).all(self.0.connection()).await?;
        let members = rows.into_iter().map(member_of).collect::<Result<_>>()?;
        Ok(Page::cut(members, page, |member: &Member| (0, member.id.uuid())))
    }

    /// The department roles of a member.
    pub async fn grants_of(&self, member: Id<id::Member>) -> Result<Vec<Grant>> {
        let rows = self
            .0
            .select::<grants::Entity>()
            .filter(grants::Column::MemberId.eq(member.uuid()))
            .order_by_asc(grants::Column::DepartmentId)
            .all(self.0.connection())
            .await?;
        rows.into_iter()
            .map(|row| Ok(Grant { role: role_of(&row.role)?, department: Some(Id::from_uuid(row.department_id)) }))
            .collect()
    }

    /// Gives a department role, in place of the one held there before if any; returns that one.
    pub async fn give(
        &self,
        department: Id<id::Department>,
        member: Id<id::Member>,
        role: Role,
        now: Moment,
    ) -> Result<Option<Role>> {
        let before = self.role_in(department, member).await?;
        if before.is_some() {
            self.0
                .change::<grants::Entity>()
                .col_expr(grants::Column::Role, Expr::value(role.name()))
                .col_expr(grants::Column::UpdatedAt, Expr::value(now.0))
                .filter(grants::Column::DepartmentId.eq(department.uuid()))
                .filter(grants::Column::MemberId.eq(member.uuid()))
                .exec(self.0.connection())
                .await?;
        } else {
            let row = grants::Model {
                tenant_id: self.0.tenant(),
                department_id: department.uuid(),
                member_id: member.uuid(),
                role: role.name().to_owned(),
                created_at: now.0,
                updated_at: now.0,
            };
            self.0.insert::<grants::Entity>([row]).await?;
        }
        Ok(before)
    }

    /// Takes a department role; returns the one that was held.
    pub async fn take(&self, department: Id<id::Department>, member: Id<id::Member>) -> Result<Option<Role>> {
        let before = self.role_in(department, member).await?;
        self.0
            .remove::<grants::Entity>()
            .filter(grants::Column::DepartmentId.eq(department.uuid()))
            .filter(grants::Column::MemberId.eq(member.uuid()))
            .exec(self.0.connection())
            .await?;
        Ok(before)
    }

    /// How many active owners a department has.
    pub async fn owners(&self, department: Id<id::Department>) -> Result<u64> {
        let owners = self
            .0
            .select::<grants::Entity>()
            .filter(grants::Column::DepartmentId.eq(department.uuid()))
            .filter(grants::Column::Role.eq(Role::Owner.name()))
            .all(self.0.connection())
            .await?;
        let active = self.active().filter(members::Column::Id.is_in(owners.into_iter().map(|owner| owner.member_id)));
        Ok(active.count(self.0.connection()).await?)
    }

    /// How many active leaders the tenant has. Ask with the tenant locked.
    pub async fn leaders(&self) -> Result<u64> {
        let leaders = self.active().filter(members::Column::TenantRole.eq(Role::Leader.name()));
        Ok(leaders.count(self.0.connection()).await?)
    }

    fn active(&self) -> Select<members::Entity> {
        self.0.select::<members::Entity>().filter(members::Column::State.eq(State::Active.name()))
    }

    async fn role_in(&self, department: Id<id::Department>, member: Id<id::Member>) -> Result<Option<Role>> {
        let row = self
            .0
            .select::<grants::Entity>()
            .filter(grants::Column::DepartmentId.eq(department.uuid()))
            .filter(grants::Column::MemberId.eq(member.uuid()))
            .one(self.0.connection())
            .await?;
        row.map(|row| role_of(&row.role)).transpose()
    }
}

pub(crate) fn role_of(name: &str) -> Result<Role> {
    Role::named(name).ok_or_else(|| Error::unreadable("grants", name))
}

fn member_of(row: members::Model) -> Result<Member> {
    Ok(Member {
        id: Id::from_uuid(row.id),
        name: Name::stored(row.name),
        email: Email::stored(row.email),
        profile: Profile {
            title: row.title.map(Title::stored),
            language: row.language.map(Language::stored),
            time_zone: row.time_zone.map(TimeZone::stored),
            home_department: row.home_department_id.map(Id::from_uuid),
        },
        tenant_role: role_of(&row.tenant_role)?,
        state: State::named(&row.state).ok_or_else(|| Error::unreadable("members", row.state))?,
        auth_epoch: row.auth_epoch,
        version: row.version,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    })
}
