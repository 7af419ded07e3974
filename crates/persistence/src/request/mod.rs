//! Knowledge requests, what is said about them, and who was told that they are past due.

mod row;

use guildhall_domain::{
    Id, Moment, Page, PageRequest, Reach, id,
    request::{Awaits, KnowledgeRequest, RequestNote, escalation::Step},
};
use sea_orm::{ColumnTrait, Condition, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Error, Result, Tx,
    rows::{escalations, knowledge_requests, request_notes},
    search::{contains, latest_first, oldest_first},
};

use self::row::{note_of, request_of, row_of};
use knowledge_requests::Column as Of;

/// The knowledge requests of a tenant.
#[derive(Debug)]
pub struct KnowledgeRequests<'a>(pub(crate) &'a Tx);

/// Who looks: how far they see, and whose own requests they see besides.
#[derive(Debug, Clone, Copy)]
pub struct Eyes<'a> {
    /// The departments whose requests, sent or received, are seen.
    pub reach: &'a Reach,
    /// The member whose own are seen: what they asked, and what they were given to answer.
    pub member: Option<Id<id::Member>>,
}

impl Eyes<'_> {
    fn condition(self) -> Condition {
        let mut seen = match self.reach {
            Reach::Tenant => return Condition::all(),
            Reach::Own => Condition::any().add(Expr::value(false)),
            Reach::Departments(within) => {
                let these: Vec<Uuid> = within.iter().map(|id| id.uuid()).collect();
                Condition::any().add(Of::FromDepartmentId.is_in(these.clone())).add(Of::ToDepartmentId.is_in(these))
            }
        };
        if let Some(member) = self.member {
            seen = seen.add(Of::AskerId.eq(member.uuid())).add(Of::AssigneeId.eq(member.uuid()));
        }
        seen
    }
}

/// Which requests are asked for.
#[derive(Debug, Clone, Default)]
pub struct RequestFilter {
    /// Words of the question.
    pub words: Option<String>,
    /// From this department.
    pub from: Option<Id<id::Department>>,
    /// To this department.
    pub to: Option<Id<id::Department>>,
    /// In this state.
    pub state: Option<String>,
    /// Asked by this member.
    pub asker: Option<Id<id::Member>>,
    /// With this member.
    pub assignee: Option<Id<id::Member>>,
    /// Of this gap.
    pub gap: Option<Id<id::Gap>>,
    /// Due before this time.
    pub due_before: Option<Moment>,
}

impl RequestFilter {
    fn condition(&self) -> Condition {
        let equal = |column: Of, id: Option<Uuid>| id.map(|id| column.eq(id));
        Condition::all()
            .add_option(self.words.as_ref().map(|words| contains(Of::QuestionFolded, words)))
            .add_option(equal(Of::FromDepartmentId, self.from.map(Id::uuid)))
            .add_option(equal(Of::ToDepartmentId, self.to.map(Id::uuid)))
            .add_option(self.state.as_ref().map(|state| Of::State.eq(state.as_str())))
            .add_option(equal(Of::AskerId, self.asker.map(Id::uuid)))
            .add_option(equal(Of::AssigneeId, self.assignee.map(Id::uuid)))
            .add_option(equal(Of::GapId, self.gap.map(Id::uuid)))
            .add_option(self.due_before.map(|at| Of::DueAt.lt(at.0)))
    }
}

impl KnowledgeRequests<'_> {
    /// Keeps a new request.
    pub async fn add(&self, request: &KnowledgeRequest) -> Result<()> {
        self.0.insert::<knowledge_requests::Entity>([row_of(self.0.tenant(), request)?]).await
    }

    /// The request of this id.
    pub async fn get(&self, id: Id<id::KnowledgeRequest>) -> Result<Option<KnowledgeRequest>> {
        let select = self.all().filter(Of::Id.eq(id.uuid()));
        select.one(self.0.connection()).await?.map(request_of).transpose()
    }

    /// The request of this id, locked against every other change until the unit of work ends.
    pub async fn lock(&self, id: Id<id::KnowledgeRequest>) -> Result<Option<KnowledgeRequest>> {
        let mut select = self.all().filter(Of::Id.eq(id.uuid()));
        if self.0.locks_rows() {
            select = select.lock_exclusive();
        }
        select.one(self.0.connection()).await?.map(request_of).transpose()
    }

    /// A page of the requests that are seen, the latest first.
    pub async fn list(
        &self,
        eyes: Eyes<'_>,
        filter: &RequestFilter,
        page: &PageRequest,
    ) -> Result<Page<KnowledgeRequest>> {
        let select = self.all().filter(eyes.condition()).filter(filter.condition());
        let rows = latest_first(select, Of::CreatedAt, Of::Id, page).all(self.0.connection()).await?;
        let found = rows.into_iter().map(request_of).collect::<Result<_>>()?;
        Ok(Page::cut(found, page, |request: &KnowledgeRequest| (request.created_at.0, request.id.uuid())))
    }

    /// Every request that waits for these departments, or whose asker is this member and has to do something; what is due
    /// first comes first.
    pub async fn waiting(
        &self,
        departments: &[Id<id::Department>],
        asker: Option<Id<id::Member>>,
    ) -> Result<Vec<KnowledgeRequest>> {
        let these: Vec<Uuid> = departments.iter().map(|id| id.uuid()).collect();
        let theirs = Condition::all()
            .add(Of::ToDepartmentId.is_in(these))
            .add(Of::Awaits.is_in([Awaits::Receiving.name(), Awaits::Landing.name()]));
        let mut any = Condition::any().add(theirs);
        if let Some(asker) = asker {
            let own = Condition::all().add(Of::AskerId.eq(asker.uuid())).add(Of::Awaits.eq(Awaits::Asking.name()));
            any = any.add(own);
        }
        let rows = self.all().filter(any).order_by_asc(Of::Id).all(self.0.connection()).await?;
        rows.into_iter().map(request_of).collect()
    }

    /// Every request that is past due and was told to the leaders.
    pub async fn with_leaders(&self) -> Result<Vec<KnowledgeRequest>> {
        let up = self.0.select::<escalations::Entity>().filter(escalations::Column::Step.eq(Step::Leader.name()));
        let up: Vec<Uuid> = up.all(self.0.connection()).await?.into_iter().map(|row| row.request_id).collect();
        let select = self.all().filter(Of::Id.is_in(up)).filter(Of::Awaits.eq(Awaits::Receiving.name()));
        select.order_by_asc(Of::Id).all(self.0.connection()).await?.into_iter().map(request_of).collect()
    }

    /// Every request that was sent since then and that is seen.
    pub async fn since(&self, eyes: Eyes<'_>, since: Moment) -> Result<Vec<KnowledgeRequest>> {
        let select = self.all().filter(eyes.condition()).filter(Of::CreatedAt.gte(since.0));
        select.order_by_asc(Of::Id).all(self.0.connection()).await?.into_iter().map(request_of).collect()
    }

    /// The requests to a department that are not closed.
    pub async fn open_to(&self, department: Id<id::Department>) -> Result<Vec<KnowledgeRequest>> {
        let open = Of::Awaits.is_in([Awaits::Receiving, Awaits::Asking, Awaits::Landing].map(Awaits::name));
        let select = self.all().filter(Of::ToDepartmentId.eq(department.uuid())).filter(open);
        select.order_by_asc(Of::Id).all(self.0.connection()).await?.into_iter().map(request_of).collect()
    }

    /// The answered requests of a department, the latest first, so many at most.
    pub async fn answered(&self, department: Id<id::Department>, most: u64) -> Result<Vec<KnowledgeRequest>> {
        let select = self
            .all()
            .filter(Of::ToDepartmentId.eq(department.uuid()))
            .filter(Of::State.is_in(["answered", "accepted"]))
            .order_by_desc(Of::UpdatedAt)
            .limit(most);
        select.all(self.0.connection()).await?.into_iter().map(request_of).collect()
    }

    /// Changes a request; says whether it was still at `version`.
    pub async fn change(&self, request: &KnowledgeRequest, version: i64) -> Result<bool> {
        let row = row_of(self.0.tenant(), request)?;
        let changed = self
            .0
            .change::<knowledge_requests::Entity>()
            .col_expr(Of::ToDepartmentId, Expr::value(row.to_department_id))
            .col_expr(Of::Priority, Expr::value(row.priority))
            .col_expr(Of::AssigneeId, Expr::value(row.assignee_id))
            .col_expr(Of::State, Expr::value(row.state))
            .col_expr(Of::Stage, Expr::value(row.stage))
            .col_expr(Of::Awaits, Expr::value(row.awaits))
            .col_expr(Of::Worked, Expr::value(row.worked))
            .col_expr(Of::Since, Expr::value(row.since))
            .col_expr(Of::DueAt, Expr::value(row.due_at))
            .col_expr(Of::Outcome, Expr::value(row.outcome))
            .col_expr(Of::Round, Expr::value(row.round))
            .col_expr(Of::AcknowledgedAfter, Expr::value(row.acknowledged_after))
            .col_expr(Of::AnsweredAfter, Expr::value(row.answered_after))
            .col_expr(Of::WithinTarget, Expr::value(row.within_target))
            .col_expr(Of::Version, Expr::value(version + 1))
            .col_expr(Of::UpdatedAt, Expr::value(row.updated_at))
            .filter(Of::Id.eq(row.id))
            .filter(Of::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// Keeps what was said about a request.
    pub async fn say(&self, request: Id<id::KnowledgeRequest>, note: &RequestNote) -> Result<()> {
        let row = request_notes::Model {
            tenant_id: self.0.tenant(),
            id: note.id.uuid(),
            request_id: request.uuid(),
            kind: note.kind.name().to_owned(),
            author_id: note.author.uuid(),
            text: note.text.to_string(),
            created_at: note.created_at.0,
        };
        self.0.insert::<request_notes::Entity>([row]).await
    }

    /// A page of what was said about a request, in order.
    pub async fn notes(&self, request: Id<id::KnowledgeRequest>, page: &PageRequest) -> Result<Page<RequestNote>> {
        let rows = oldest_first(self.said(request), request_notes::Column::Id, page).all(self.0.connection()).await?;
        let found = rows.into_iter().map(note_of).collect::<Result<_>>()?;
        Ok(Page::cut(found, page, |note: &RequestNote| (0, note.id.uuid())))
    }

    /// How much was said about a request.
    pub async fn count_notes(&self, request: Id<id::KnowledgeRequest>) -> Result<u64> {
        Ok(self.said(request).count(self.0.connection()).await?)
    }

    /// Notes that a step of a round was taken; says whether it was not before.
    pub async fn escalate(
        &self,
        request: Id<id::KnowledgeRequest>,
        round: i64,
        step: Step,
        now: Moment,
    ) -> Result<bool> {
        let row = escalations::Model {
            tenant_id: self.0.tenant(),
            request_id: request.uuid(),
            round,
            step: step.name().to_owned(),
            created_at: now.0,
        };
        self.0.insert_if_absent::<escalations::Entity>(row).await
    }

    /// The steps of a round that were taken, and when.
    pub async fn steps(&self, request: Id<id::KnowledgeRequest>, round: i64) -> Result<Vec<(Step, Moment)>> {
        let select = self
            .0
            .select::<escalations::Entity>()
            .filter(escalations::Column::RequestId.eq(request.uuid()))
            .filter(escalations::Column::Round.eq(round));
        let rows = select.order_by_asc(escalations::Column::CreatedAt).all(self.0.connection()).await?;
        let step = |row: escalations::Model| {
            let step = Step::named(&row.step).ok_or_else(|| Error::unreadable("escalations", &row.step))?;
            Ok((step, Moment(row.created_at)))
        };
        rows.into_iter().map(step).collect()
    }

    fn all(&self) -> Select<knowledge_requests::Entity> {
        self.0.select::<knowledge_requests::Entity>()
    }

    fn said(&self, request: Id<id::KnowledgeRequest>) -> Select<request_notes::Entity> {
        self.0.select::<request_notes::Entity>().filter(request_notes::Column::RequestId.eq(request.uuid()))
    }
}
