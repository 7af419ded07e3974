//! Departments and who belongs to them.

use guildhall_domain::{
    Id, Moment, Page, PageRequest, Reach,
    department::{Department, Key, Membership},
    id,
    text::{Name, Note},
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use crate::{
    Error, Result, Tx,
    member::role_of,
    rows::{departments, grants, members},
    search::oldest_first,
};

/// The departments of a tenant; dissolved ones are not found here any more.
#[derive(Debug)]
pub struct Departments<'a>(pub(crate) &'a Tx);

impl Departments<'_> {
    /// Founds a department.
    pub async fn add(&self, department: &Department) -> Result<()> {
        let row = departments::Model {
            tenant_id: self.0.tenant(),
            id: department.id.uuid(),
            key: department.key.to_string(),
            name: department.name.to_string(),
            description: department.description.clone().map(String::from),
            dissolved_at: None,
            version: department.version,
            created_at: department.created_at.0,
            updated_at: department.updated_at.0,
        };
        self.0.insert::<departments::Entity>([row]).await
    }

    /// The department of this key.
    pub async fn by_key(&self, key: &str) -> Result<Option<Department>> {
        let select = self.living().filter(departments::Column::Key.eq(key));
        Ok(select.one(self.0.connection()).await?.map(department_of))
    }

    /// Which department has this key, or had it before it was dissolved.
    pub async fn ever_called(&self, key: &str) -> Result<Option<Id<id::Department>>> {
        let select = self.0.select::<departments::Entity>().filter(departments::Column::Key.eq(key));
        Ok(select.one(self.0.connection()).await?.map(|row| Id::from_uuid(row.id)))
    }

    /// The department of this key, locked against every other change until the unit of work ends.
    pub async fn lock_by_key(&self, key: &str) -> Result<Option<Department>> {
        let mut select = self.living().filter(departments::Column::Key.eq(key));
        if self.0.locks_rows() {
            select = select.lock_exclusive();
        }
        Ok(select.one(self.0.connection()).await?.map(department_of))
    }

    /// Those of these departments that are there, locked against every other change until the unit of work ends, always in
    /// the same order.
    pub async fn lock(&self, ids: impl IntoIterator<Item = Id<id::Department>>) -> Result<Vec<Department>> {
        let these = departments::Column::Id.is_in(ids.into_iter().map(Id::uuid));
        let mut select = self.living().filter(these).order_by_asc(departments::Column::Id);
        if self.0.locks_rows() {
            select = select.lock_exclusive();
        }
        Ok(select.all(self.0.connection()).await?.into_iter().map(department_of).collect())
    }

    /// Every department.
    pub async fn all(&self) -> Result<Vec<Department>> {
        let rows = self.living().order_by_asc(departments::Column::Id).all(self.0.connection()).await?;
        Ok(rows.into_iter().map(department_of).collect())
    }

    /// A page of the departments within reach.
    pub async fn list(&self, reach: &Reach, page: &PageRequest) -> Result<Page<Department>> {
        let select = match reach {
            Reach::Tenant => self.living(),
            Reach::Departments(within) => {
                self.living().filter(departments::Column::Id.is_in(within.iter().map(|id| id.uuid())))
            }
            Reach::Own => return Ok(Page { items: Vec::new(), next: None }),
        };
        let rows = oldest_first(select, departments::Column::Id, page).all(self.0.connection()).await?;
        let found = rows.into_iter().map(department_of).collect();
        Ok(Page::cut(found, page, |department: &Department| (0, department.id.uuid())))
    }

    /// Changes name and description; says whether the department was still at `version`.
    pub async fn change(&self, department: &Department, version: i64) -> Result<bool> {
        let changed = self
            .0
            .change::<departments::Entity>()
            .col_expr(departments::Column::Name, Expr::value(department.name.as_str()))
            .col_expr(departments::Column::Description, Expr::value(department.description.clone().map(String::from)))
            .col_expr(departments::Column::Version, Expr::value(version + 1))
            .col_expr(departments::Column::UpdatedAt, Expr::value(department.updated_at.0))
            .filter(departments::Column::Id.eq(department.id.uuid()))
            .filter(departments::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// Dissolves a department; its roles go, its key stays taken so that its history reads on.
    pub async fn dissolve(&self, department: Id<id::Department>, now: Moment) -> Result<()> {
        self.0
            .change::<departments::Entity>()
            .col_expr(departments::Column::DissolvedAt, Expr::value(now.0))
            .filter(departments::Column::Id.eq(department.uuid()))
            .exec(self.0.connection())
            .await?;
        self.0
            .change::<members::Entity>()
            .col_expr(members::Column::HomeDepartmentId, Expr::value(Option::<uuid::Uuid>::None))
            .filter(members::Column::HomeDepartmentId.eq(department.uuid()))
            .exec(self.0.connection())
            .await?;
        let roles = self.0.remove::<grants::Entity>().filter(grants::Column::DepartmentId.eq(department.uuid()));
        roles.exec(self.0.connection()).await?;
        Ok(())
    }

    /// Who belongs to a department, by member.
    pub async fn memberships(&self, department: Id<id::Department>, page: &PageRequest) -> Result<Page<Membership>> {
        let held = self.0.select::<grants::Entity>().filter(grants::Column::DepartmentId.eq(department.uuid()));
        let held = oldest_first(held, grants::Column::MemberId, page).all(self.0.connection()).await?;
        let ids: Vec<_> = held.iter().map(|grant| grant.member_id).collect();
        let named =
            self.0.select::<members::Entity>().filter(members::Column::Id.is_in(ids)).all(self.0.connection()).await?;
        let membership = |grant: grants::Model| {
            let member = named.iter().find(|member| member.id == grant.member_id);
            let member = member.ok_or_else(|| Error::unreadable("grants", "a member that is not there"))?;
            Ok(Membership {
                member: Id::from_uuid(grant.member_id),
                name: Name::stored(member.name.clone()),
                role: role_of(&grant.role)?,
                created_at: Moment(grant.created_at),
                updated_at: Moment(grant.updated_at),
            })
        };
        let memberships = held.into_iter().map(membership).collect::<Result<_>>()?;
        Ok(Page::cut(memberships, page, |membership: &Membership| (0, membership.member.uuid())))
    }

    fn living(&self) -> sea_orm::Select<departments::Entity> {
        self.0.select::<departments::Entity>().filter(departments::Column::DissolvedAt.is_null())
    }
}

fn department_of(row: departments::Model) -> Department {
    Department {
        id: Id::from_uuid(row.id),
        key: Key::stored(row.key),
        name: Name::stored(row.name),
        description: row.description.map(Note::stored),
        version: row.version,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    }
}
