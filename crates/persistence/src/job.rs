//! Jobs that people asked for.

use guildhall_domain::{
    Id, Moment, Page, PageRequest, id,
    job::{Job, Kind, Progress, State, Trouble},
};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, sea_query::Expr};
use serde_json::Value;
use uuid::Uuid;

use crate::{Error, Result, Tx, rows::jobs, search::latest_first};

/// The jobs of a tenant.
#[derive(Debug)]
pub struct Jobs<'a>(pub(crate) &'a Tx);

impl Jobs<'_> {
    /// Keeps a job that was asked for.
    pub async fn add(&self, job: &Job) -> Result<()> {
        let json = |error| Error::unreadable("jobs", error);
        let row = jobs::Model {
            tenant_id: self.0.tenant(),
            id: job.id.uuid(),
            kind: job.kind.name().to_owned(),
            departments: serde_json::to_string(&job.departments).map_err(json)?,
            asked_by: job.asked_by.map(Id::uuid),
            state: job.state.name().to_owned(),
            done: job.progress.done,
            total: job.progress.total,
            task: job.task.to_string(),
            result: None,
            problem: None,
            run: None,
            created_at: job.created_at.0,
            started_at: None,
            ended_at: None,
            updated_at: job.updated_at.0,
        };
        self.0.insert::<jobs::Entity>([row]).await
    }

    /// The job of this id, of this asker if one is named.
    pub async fn get(&self, asked_by: Option<Id<id::Member>>, id: Id<id::Job>) -> Result<Option<Job>> {
        let mut select = self.0.select::<jobs::Entity>().filter(jobs::Column::Id.eq(id.uuid()));
        if let Some(member) = asked_by {
            select = select.filter(jobs::Column::AskedBy.eq(member.uuid()));
        }
        select.one(self.0.connection()).await?.map(job_of).transpose()
    }

    /// A page of the jobs that this member asked for, the latest first.
    pub async fn list(&self, asked_by: Id<id::Member>, page: &PageRequest) -> Result<Page<Job>> {
        let select = self.0.select::<jobs::Entity>().filter(jobs::Column::AskedBy.eq(asked_by.uuid()));
        let rows =
            latest_first(select, jobs::Column::CreatedAt, jobs::Column::Id, page).all(self.0.connection()).await?;
        let found = rows.into_iter().map(job_of).collect::<Result<_>>()?;
        Ok(Page::cut(found, page, |job: &Job| (job.created_at.0, job.id.uuid())))
    }

    /// How many jobs of this member are queued or running.
    pub async fn under_way(&self, asked_by: Id<id::Member>) -> Result<u64> {
        let select = self.0.select::<jobs::Entity>().filter(jobs::Column::AskedBy.eq(asked_by.uuid()));
        Ok(select.filter(jobs::Column::EndedAt.is_null()).count(self.0.connection()).await?)
    }

    /// The job of this kind that the house asked for and nobody has begun.
    pub async fn waiting(&self, kind: Kind) -> Result<Option<Job>> {
        let select = self.0.select::<jobs::Entity>().filter(jobs::Column::Kind.eq(kind.name()));
        let select =
            select.filter(jobs::Column::AskedBy.is_null()).filter(jobs::Column::State.eq(State::Queued.name()));
        select.one(self.0.connection()).await?.map(job_of).transpose()
    }

    /// Begins a job, or takes it up again, under this run; says whether it has not ended yet.
    pub async fn begin(&self, id: Id<id::Job>, run: Uuid, now: Moment) -> Result<bool> {
        let begun = self
            .0
            .change::<jobs::Entity>()
            .col_expr(jobs::Column::State, Expr::value(State::Running.name()))
            .col_expr(jobs::Column::Run, Expr::value(run))
            .col_expr(jobs::Column::StartedAt, Expr::value(now.0))
            .col_expr(jobs::Column::UpdatedAt, Expr::value(now.0))
            .filter(jobs::Column::Id.eq(id.uuid()))
            .filter(jobs::Column::EndedAt.is_null())
            .exec(self.0.connection())
            .await?;
        Ok(begun.rows_affected == 1)
    }

    /// Notes how far a run is; says whether the job is still that run's.
    pub async fn progress(&self, id: Id<id::Job>, run: Uuid, progress: Progress, now: Moment) -> Result<bool> {
        let noted = self
            .0
            .change::<jobs::Entity>()
            .col_expr(jobs::Column::Done, Expr::value(progress.done))
            .col_expr(jobs::Column::Total, Expr::value(progress.total))
            .col_expr(jobs::Column::UpdatedAt, Expr::value(now.0))
            .filter(jobs::Column::Id.eq(id.uuid()))
            .filter(jobs::Column::Run.eq(run))
            .filter(jobs::Column::EndedAt.is_null())
            .exec(self.0.connection())
            .await?;
        Ok(noted.rows_affected == 1)
    }

    /// Ends a run with its result; says whether the job was still that run's.
    pub async fn finish(&self, id: Id<id::Job>, run: Uuid, result: &Value, now: Moment) -> Result<bool> {
        let ended = self
            .0
            .change::<jobs::Entity>()
            .col_expr(jobs::Column::State, Expr::value(State::Done.name()))
            .col_expr(jobs::Column::Done, Expr::col(jobs::Column::Total).into())
            .col_expr(jobs::Column::Result, Expr::value(result.to_string()))
            .col_expr(jobs::Column::EndedAt, Expr::value(now.0))
            .col_expr(jobs::Column::UpdatedAt, Expr::value(now.0))
            .filter(jobs::Column::Id.eq(id.uuid()))
            .filter(jobs::Column::Run.eq(run))
            .filter(jobs::Column::EndedAt.is_null())
            .exec(self.0.connection())
            .await?;
        Ok(ended.rows_affected == 1)
    }

    /// Ends a job that can't be done, or that is called off; says whether it had not ended yet.
    pub async fn end(&self, id: Id<id::Job>, state: State, problem: Option<&Trouble>, now: Moment) -> Result<bool> {
        let problem = problem.map(serde_json::to_string).transpose();
        let problem = problem.map_err(|error| Error::unreadable("jobs", error))?;
        let ended = self
            .0
            .change::<jobs::Entity>()
            .col_expr(jobs::Column::State, Expr::value(state.name()))
            .col_expr(jobs::Column::Problem, Expr::value(problem))
            .col_expr(jobs::Column::EndedAt, Expr::value(now.0))
            .col_expr(jobs::Column::UpdatedAt, Expr::value(now.0))
            .filter(jobs::Column::Id.eq(id.uuid()))
            .filter(jobs::Column::EndedAt.is_null())
            .exec(self.0.connection())
            .await?;
        Ok(ended.rows_affected == 1)
    }

    /// Forgets the jobs that ended before this; says how many.
    pub async fn forget(&self, before: Moment) -> Result<u64> {
        let gone = self.0.remove::<jobs::Entity>().filter(jobs::Column::EndedAt.lt(before.0));
        Ok(gone.exec(self.0.connection()).await?.rows_affected)
    }
}

fn job_of(row: jobs::Model) -> Result<Job> {
    let json = |error| Error::unreadable("jobs", error);
    Ok(Job {
        id: Id::from_uuid(row.id),
        kind: Kind::named(&row.kind).ok_or_else(|| Error::unreadable("jobs", &row.kind))?,
        departments: serde_json::from_str(&row.departments).map_err(json)?,
        asked_by: row.asked_by.map(Id::from_uuid),
        state: State::named(&row.state).ok_or_else(|| Error::unreadable("jobs", &row.state))?,
        progress: Progress { done: row.done, total: row.total },
        task: serde_json::from_str(&row.task).map_err(json)?,
        result: row.result.as_deref().map(serde_json::from_str).transpose().map_err(json)?,
        problem: row.problem.as_deref().map(serde_json::from_str).transpose().map_err(json)?,
        created_at: Moment(row.created_at),
        started_at: row.started_at.map(Moment),
        ended_at: row.ended_at.map(Moment),
        updated_at: Moment(row.updated_at),
    })
}
