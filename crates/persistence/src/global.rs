//! The four tables without a tenant and without content: tenants, the login directory, the queue, the nodes.

#![expect(clippy::disallowed_methods, reason = "these tables have no tenant to be scoped to")]

use guildhall_domain::{Id, Moment, id, tenant, tenant::Tenant, text::Name};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, LockType, OnConflict},
};
use uuid::Uuid;

use crate::{
    Error, Result, Store, Tx,
    rows::{login_directory, nodes, queue, tenants},
};

/// Where a person can sign in.
#[derive(Debug, Clone, Copy)]
pub struct LoginEntry {
    /// The company.
    pub tenant: Id<id::Tenant>,
    /// The person there.
    pub member: Id<id::Member>,
}

/// What kind of work waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobKind {
    /// A tenant's releases wait for a model.
    Build,
    /// A letter waits to be sent.
    Letter,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Build, Self::Letter];

    /// The kind's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Letter => "letter",
        }
    }
}

/// A piece of work that this process holds the lease of.
#[derive(Debug, Clone)]
pub struct Job {
    id: Uuid,
    lease: Uuid,
    due_at: i64,
    /// Whose work it is.
    pub tenant: Id<id::Tenant>,
    /// What it is about.
    pub reference: String,
    /// How often it was begun before.
    pub attempts: i64,
}

/// The work that is due and not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// Pieces of work, those that a worker has among them.
    pub waiting: u64,
    /// Since when the oldest of them has been due.
    pub oldest: Option<Moment>,
}

fn tenant_of(row: tenants::Model) -> Result<Tenant> {
    Ok(Tenant {
        id: Id::from_uuid(row.id),
        slug: row.slug,
        company: Name::stored(row.company),
        state: tenant::State::named(&row.state).ok_or_else(|| Error::unreadable("tenants", row.state))?,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    })
}

impl Store {
    /// The tenant of this id.
    pub async fn tenant(&self, tenant: Id<id::Tenant>) -> Result<Option<Tenant>> {
        tenants::Entity::find_by_id(tenant.uuid()).one(self.global_reader()).await?.map(tenant_of).transpose()
    }

    /// The tenant of this slug.
    pub async fn tenant_by_slug(&self, slug: &str) -> Result<Option<Tenant>> {
        let found = tenants::Entity::find().filter(tenants::Column::Slug.eq(slug)).one(self.global_reader()).await?;
        found.map(tenant_of).transpose()
    }

    /// Every tenant, by slug.
    pub async fn tenants(&self) -> Result<Vec<Tenant>> {
        let rows = tenants::Entity::find().order_by_asc(tenants::Column::Slug).all(self.global_reader()).await?;
        rows.into_iter().map(tenant_of).collect()
    }

    /// Opens or closes a tenant's doors; says whether there is such a tenant.
    pub async fn set_tenant_state(&self, slug: &str, state: tenant::State, now: Moment) -> Result<bool> {
        let _turn = self.turn().await?;
        let changed = tenants::Entity::update_many()
            .col_expr(tenants::Column::State, Expr::value(state.name()))
            .col_expr(tenants::Column::UpdatedAt, Expr::value(now.0))
            .filter(tenants::Column::Slug.eq(slug))
            .exec(self.global_connection())
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// Where the person with this keyed e-mail hash can sign in.
    pub async fn logins(&self, email_hash: [u8; 32]) -> Result<Vec<LoginEntry>> {
        let rows = login_directory::Entity::find()
            .filter(login_directory::Column::EmailHash.eq(email_hash.to_vec()))
            .order_by_asc(login_directory::Column::TenantId)
            .all(self.global_reader())
            .await?;
        let entry = |row: login_directory::Model| LoginEntry {
            tenant: Id::from_uuid(row.tenant_id),
            member: Id::from_uuid(row.member_id),
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// The work of this kind that is due and not done.
    pub async fn backlog(&self, kind: JobKind, now: Moment) -> Result<Backlog> {
        let due = || {
            queue::Entity::find().filter(queue::Column::Kind.eq(kind.name())).filter(queue::Column::DueAt.lte(now.0))
        };
        let waiting = due().count(self.global_reader()).await?;
        let oldest = due().order_by_asc(queue::Column::DueAt).one(self.global_reader()).await?;
        Ok(Backlog { waiting, oldest: oldest.map(|row| Moment(row.due_at)) })
    }

    /// Takes the longest due piece of work of this kind, for as long as the lease says; `None` when nothing is due or
    /// another node was quicker.
    pub async fn claim(&self, kind: JobKind, lease: Uuid, now: Moment, until: Moment) -> Result<Option<Job>> {
        let free =
            || Condition::any().add(queue::Column::LeaseUntil.is_null()).add(queue::Column::LeaseUntil.lt(now.0));
        let due = queue::Entity::find()
            .filter(queue::Column::Kind.eq(kind.name()))
            .filter(queue::Column::DueAt.lte(now.0))
            .filter(free())
            .order_by_asc(queue::Column::DueAt)
            .one(self.global_reader())
            .await?;
        let Some(row) = due else { return Ok(None) };
        let _turn = self.turn().await?;
        let taken = queue::Entity::update_many()
            .col_expr(queue::Column::Lease, Expr::value(lease))
            .col_expr(queue::Column::LeaseUntil, Expr::value(until.0))
            .col_expr(queue::Column::Attempts, Expr::col(queue::Column::Attempts).add(1))
            .filter(queue::Column::Id.eq(row.id))
            .filter(queue::Column::DueAt.eq(row.due_at))
            .filter(free())
            .exec(self.global_connection())
            .await?;
        Ok((taken.rows_affected == 1).then(|| Job {
            id: row.id,
            lease,
            due_at: row.due_at,
            tenant: Id::from_uuid(row.tenant_id),
            reference: row.reference,
            attempts: row.attempts,
        }))
    }

    /// Holds on to a piece of work; says whether it was still this holder's.
    pub async fn renew(&self, job: &Job, until: Moment) -> Result<bool> {
        let _turn = self.turn().await?;
        let held = queue::Entity::update_many()
            .col_expr(queue::Column::LeaseUntil, Expr::value(until.0))
            .filter(queue::Column::Id.eq(job.id))
            .filter(queue::Column::Lease.eq(job.lease))
            .filter(queue::Column::LeaseUntil.is_not_null())
            .exec(self.global_connection())
            .await?;
        Ok(held.rows_affected == 1)
    }

    /// Frees all work that is held: at the start of the only process that uses the database.
    pub async fn free_all(&self) -> Result<()> {
        let _turn = self.turn().await?;
        queue::Entity::update_many()
            .col_expr(queue::Column::LeaseUntil, Expr::value(Option::<i64>::None))
            .exec(self.global_connection())
            .await?;
        Ok(())
    }

    /// Ends a piece of work. If the same work was asked for again meanwhile it stays, afresh and free for the next worker.
    pub async fn finish(&self, job: &Job) -> Result<()> {
        let _turn = self.turn().await?;
        let mine = || Condition::all().add(queue::Column::Id.eq(job.id)).add(queue::Column::Lease.eq(job.lease));
        let done = queue::Entity::delete_many()
            .filter(mine())
            .filter(queue::Column::DueAt.eq(job.due_at))
            .exec(self.global_connection())
            .await?;
        if done.rows_affected == 0 {
            queue::Entity::update_many()
                .col_expr(queue::Column::LeaseUntil, Expr::value(Option::<i64>::None))
                .col_expr(queue::Column::Attempts, Expr::value(0))
                .filter(mine())
                .exec(self.global_connection())
                .await?;
        }
        Ok(())
    }

    /// Puts a piece of work back, to be tried again at `due`.
    pub async fn put_back(&self, job: &Job, due: Moment) -> Result<()> {
        let _turn = self.turn().await?;
        queue::Entity::update_many()
            .col_expr(queue::Column::LeaseUntil, Expr::value(Option::<i64>::None))
            .col_expr(queue::Column::DueAt, Expr::value(due.0))
            .filter(queue::Column::Id.eq(job.id))
            .filter(queue::Column::Lease.eq(job.lease))
            .exec(self.global_connection())
            .await?;
        Ok(())
    }

    /// Says that this node is alive and which engine it speaks, and forgets those that were not for a day.
    pub async fn beat(&self, node: Uuid, engine: &str, now: Moment) -> Result<()> {
        let _turn = self.turn().await?;
        let row = nodes::Model { id: node, engine: engine.to_owned(), seen_at: now.0 };
        nodes::Entity::insert(row.into_active_model().reset_all())
            .on_conflict(
                OnConflict::column(nodes::Column::Id)
                    .update_columns([nodes::Column::Engine, nodes::Column::SeenAt])
                    .to_owned(),
            )
            .exec_without_returning(self.global_connection())
            .await?;
        let day_before = now.0 - 24 * 3600 * 1_000_000;
        let gone = nodes::Entity::delete_many().filter(nodes::Column::SeenAt.lt(day_before));
        gone.exec(self.global_connection()).await?;
        Ok(())
    }
}

impl Tx {
    /// Founds the tenant that this unit of work is bound to.
    pub async fn found(&self, tenant: &Tenant) -> Result<()> {
        let row = tenants::Model {
            id: self.tenant(),
            slug: tenant.slug.clone(),
            company: tenant.company.as_str().to_owned(),
            state: tenant.state.name().to_owned(),
            created_at: tenant.created_at.0,
            updated_at: tenant.updated_at.0,
        };
        tenants::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(self.connection()).await?;
        Ok(())
    }

    /// This tenant.
    pub async fn this_tenant(&self) -> Result<Tenant> {
        let row = tenants::Entity::find_by_id(self.tenant()).one(self.connection()).await?;
        row.map_or_else(|| Err(Error::unreadable("tenants", "no row of this tenant")), tenant_of)
    }

    /// This tenant, locked until the unit of work ends against every other change of who leads it.
    pub async fn lock_tenant(&self) -> Result<()> {
        if self.locks_rows() {
            // What only refers to the tenant, as each new row does, need not wait.
            let select = tenants::Entity::find_by_id(self.tenant()).lock(LockType::NoKeyUpdate);
            select.one(self.connection()).await?;
        }
        Ok(())
    }

    /// Lets a member of this tenant be found by the keyed hash of their e-mail.
    pub async fn list_login(&self, email_hash: [u8; 32], member: Id<id::Member>) -> Result<()> {
        let row = login_directory::Model {
            email_hash: email_hash.to_vec(),
            tenant_id: self.tenant(),
            member_id: member.uuid(),
        };
        login_directory::Entity::insert(row.into_active_model().reset_all())
            .exec_without_returning(self.connection())
            .await?;
        Ok(())
    }

    /// Lets a member of this tenant be found by no e-mail any more.
    pub async fn unlist_login(&self, member: Id<id::Member>) -> Result<()> {
        login_directory::Entity::delete_many()
            .filter(login_directory::Column::TenantId.eq(self.tenant()))
            .filter(login_directory::Column::MemberId.eq(member.uuid()))
            .exec(self.connection())
            .await?;
        Ok(())
    }

    /// Asks for work to be done; asking again for what already waits asks once, later.
    pub async fn enqueue(&self, job: Uuid, kind: JobKind, reference: &str, due: Moment) -> Result<()> {
        let row = queue::Model {
            id: job,
            tenant_id: self.tenant(),
            kind: kind.name().to_owned(),
            reference: reference.to_owned(),
            due_at: due.0,
            lease_until: None,
            lease: None,
            attempts: 0,
        };
        let again = OnConflict::columns([queue::Column::TenantId, queue::Column::Kind, queue::Column::Reference])
            .update_columns([queue::Column::DueAt])
            .to_owned();
        queue::Entity::insert(row.into_active_model().reset_all())
            .on_conflict(again)
            .exec_without_returning(self.connection())
            .await?;
        Ok(())
    }
}
