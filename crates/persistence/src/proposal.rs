//! Proposals with the departments that they touch, and the comments on them.

use std::collections::{BTreeMap, HashMap};

use guildhall_domain::{
    Id, Moment, Page, PageRequest, Reach, id,
    proposal::{Approval, Comment, Proposal, State},
    text::{Name, Note},
};
use sea_orm::{
    ColumnTrait, Condition, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    Error, Result, Tx,
    rows::{proposal_comments, proposal_departments, proposals},
    search::latest_first,
};

/// The proposals of a tenant.
#[derive(Debug)]
pub struct Proposals<'a>(pub(crate) &'a Tx);

/// Which proposals are asked for.
#[derive(Debug, Clone, Default)]
pub struct ProposalFilter {
    /// In this state.
    pub state: Option<String>,
    /// That touch this department.
    pub department: Option<Id<id::Department>>,
    /// That this member made.
    pub author: Option<Id<id::Member>>,
}

impl Proposals<'_> {
    /// Adds a proposal.
    pub async fn add(&self, proposal: &Proposal) -> Result<()> {
        let row = proposals::Model {
            tenant_id: self.0.tenant(),
            id: proposal.id.uuid(),
            author_id: proposal.author.uuid(),
            title: proposal.title.to_string(),
            note: proposal.note.clone().map(String::from),
            state: proposal.state.name().to_owned(),
            reason: reason_of(&proposal.state),
            merged_at: merged_at(&proposal.state),
            patch: json(&proposal.patch)?,
            base: json(&proposal.base)?,
            version: proposal.version,
            created_at: proposal.created_at.0,
            updated_at: proposal.updated_at.0,
        };
        self.0.insert::<proposals::Entity>([row]).await?;
        self.touch(proposal).await
    }

    async fn touch(&self, proposal: &Proposal) -> Result<()> {
        let row = |(department, approval): (&Id<id::Department>, &Option<Approval>)| proposal_departments::Model {
            tenant_id: self.0.tenant(),
            proposal_id: proposal.id.uuid(),
            department_id: department.uuid(),
            approved_by: approval.map(|approval| approval.by.uuid()),
            approved_at: approval.map(|approval| approval.at.0),
        };
        self.0.insert::<proposal_departments::Entity>(proposal.approvals.iter().map(row)).await
    }

    /// Changes a proposal, whole; says whether it was still at `version`.
    pub async fn change(&self, proposal: &Proposal, version: i64) -> Result<bool> {
        let changed = self
            .0
            .change::<proposals::Entity>()
            .col_expr(proposals::Column::Title, Expr::value(proposal.title.as_str()))
            .col_expr(proposals::Column::Note, Expr::value(proposal.note.clone().map(String::from)))
            .col_expr(proposals::Column::State, Expr::value(proposal.state.name()))
            .col_expr(proposals::Column::Reason, Expr::value(reason_of(&proposal.state)))
            .col_expr(proposals::Column::MergedAt, Expr::value(merged_at(&proposal.state)))
            .col_expr(proposals::Column::Patch, Expr::value(json(&proposal.patch)?))
            .col_expr(proposals::Column::Base, Expr::value(json(&proposal.base)?))
            .col_expr(proposals::Column::Version, Expr::value(version + 1))
            .col_expr(proposals::Column::UpdatedAt, Expr::value(proposal.updated_at.0))
            .filter(proposals::Column::Id.eq(proposal.id.uuid()))
            .filter(proposals::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        if changed.rows_affected != 1 {
            return Ok(false);
        }
        let before = self.0.remove::<proposal_departments::Entity>();
        before
            .filter(proposal_departments::Column::ProposalId.eq(proposal.id.uuid()))
            .exec(self.0.connection())
            .await?;
        self.touch(proposal).await?;
        Ok(true)
    }

    /// The proposal of this id, locked against every other change until the unit of work ends.
    pub async fn lock(&self, id: Id<id::Proposal>) -> Result<Option<Proposal>> {
        let mut select = self.0.select::<proposals::Entity>().filter(proposals::Column::Id.eq(id.uuid()));
        if self.0.locks_rows() {
            select = select.lock_exclusive();
        }
        let rows = select.all(self.0.connection()).await?;
        Ok(self.whole(rows).await?.pop())
    }

    /// The proposal of this id.
    pub async fn get(&self, id: Id<id::Proposal>) -> Result<Option<Proposal>> {
        let select = self.0.select::<proposals::Entity>().filter(proposals::Column::Id.eq(id.uuid()));
        let rows = select.all(self.0.connection()).await?;
        Ok(self.whole(rows).await?.pop())
    }

    /// A page of the proposals that touch what is within reach or that `own` made, the latest first. A draft is its author's.
    pub async fn list(
        &self,
        reach: &Reach,
        own: Id<id::Member>,
        filter: &ProposalFilter,
        page: &PageRequest,
    ) -> Result<Page<Proposal>> {
        let mine = proposals::Column::AuthorId.eq(own.uuid());
        let others = Condition::all().add(proposals::Column::State.ne(State::Draft.name()));
        let visible = match reach {
            Reach::Tenant => Condition::any().add(mine).add(others),
            Reach::Departments(within) => {
                Condition::any().add(mine).add(others.add(proposals::Column::Id.in_subquery(self.touching(within))))
            }
            Reach::Own => Condition::any().add(mine),
        };
        let mut select = self.0.select::<proposals::Entity>().filter(visible);
        if let Some(state) = &filter.state {
            select = select.filter(proposals::Column::State.eq(state.as_str()));
        }
        if let Some(author) = filter.author {
            select = select.filter(proposals::Column::AuthorId.eq(author.uuid()));
        }
        if let Some(department) = filter.department {
            select = select.filter(proposals::Column::Id.in_subquery(self.touching(&[department])));
        }
        let rows = latest_first(select, proposals::Column::CreatedAt, proposals::Column::Id, page)
            .all(self.0.connection())
            .await?;
        let found = self.whole(rows).await?;
        Ok(Page::cut(found, page, |proposal: &Proposal| (proposal.created_at.0, proposal.id.uuid())))
    }

    fn touching(&self, departments: &[Id<id::Department>]) -> sea_orm::sea_query::SelectStatement {
        self.0
            .select::<proposal_departments::Entity>()
            .select_only()
            .column(proposal_departments::Column::ProposalId)
            .filter(proposal_departments::Column::DepartmentId.is_in(departments.iter().map(|id| id.uuid())))
            .into_query()
    }

    async fn whole(&self, rows: Vec<proposals::Model>) -> Result<Vec<Proposal>> {
        let ids = rows.iter().map(|row| row.id);
        let select =
            self.0.select::<proposal_departments::Entity>().filter(proposal_departments::Column::ProposalId.is_in(ids));
        let mut touched: HashMap<Uuid, BTreeMap<Id<id::Department>, Option<Approval>>> = HashMap::new();
        for row in select.all(self.0.connection()).await? {
            let approval = row.approved_by.zip(row.approved_at);
            let approval = approval.map(|(by, at)| Approval { by: Id::from_uuid(by), at: Moment(at) });
            touched.entry(row.proposal_id).or_default().insert(Id::from_uuid(row.department_id), approval);
        }
        rows.into_iter().map(|row| proposal_of(row, &mut touched)).collect()
    }

    /// Adds a comment.
    pub async fn comment(&self, comment: &Comment) -> Result<()> {
        let row = proposal_comments::Model {
            tenant_id: self.0.tenant(),
            id: comment.id.uuid(),
            proposal_id: comment.proposal.uuid(),
            author_id: comment.author.map(Id::uuid),
            thread_id: comment.thread.map(Id::uuid),
            intent_id: comment.intent.map(Id::uuid),
            text: comment.text.to_string(),
            created_at: comment.created_at.0,
        };
        self.0.insert::<proposal_comments::Entity>([row]).await
    }

    /// The comments on a proposal, oldest first.
    pub async fn comments(&self, proposal: Id<id::Proposal>) -> Result<Vec<Comment>> {
        let select = self
            .0
            .select::<proposal_comments::Entity>()
            .filter(proposal_comments::Column::ProposalId.eq(proposal.uuid()));
        let rows = select.order_by_asc(proposal_comments::Column::Id).all(self.0.connection()).await?;
        Ok(rows.into_iter().map(comment_of).collect())
    }

    /// How many comments there are on a proposal.
    pub async fn count_comments(&self, proposal: Id<id::Proposal>) -> Result<u64> {
        let select = self
            .0
            .select::<proposal_comments::Entity>()
            .filter(proposal_comments::Column::ProposalId.eq(proposal.uuid()));
        Ok(select.count(self.0.connection()).await?)
    }
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::unreadable("proposals", error))
}

fn reason_of(state: &State) -> Option<String> {
    if let State::Declined(reason) = state { Some(reason.to_string()) } else { None }
}

const fn merged_at(state: &State) -> Option<i64> {
    if let State::Merged(at) = state { Some(at.0) } else { None }
}

fn proposal_of(
    row: proposals::Model,
    touched: &mut HashMap<Uuid, BTreeMap<Id<id::Department>, Option<Approval>>>,
) -> Result<Proposal> {
    let unreadable = |error| Error::unreadable("proposals", error);
    let state = State::named(&row.state, row.reason.map(Note::stored), row.merged_at.map(Moment));
    Ok(Proposal {
        id: Id::from_uuid(row.id),
        author: Id::from_uuid(row.author_id),
        title: Name::stored(row.title),
        note: row.note.map(Note::stored),
        state: state.ok_or_else(|| Error::unreadable("proposals", &row.state))?,
        patch: serde_json::from_str(&row.patch).map_err(unreadable)?,
        base: serde_json::from_str(&row.base).map_err(unreadable)?,
        approvals: touched.remove(&row.id).unwrap_or_default(),
        version: row.version,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    })
}

fn comment_of(row: proposal_comments::Model) -> Comment {
    Comment {
        id: Id::from_uuid(row.id),
        proposal: Id::from_uuid(row.proposal_id),
        author: row.author_id.map(Id::from_uuid),
        thread: row.thread_id.map(Id::from_uuid),
        intent: row.intent_id.map(Id::from_uuid),
        text: Note::stored(row.text),
        created_at: Moment(row.created_at),
    }
}
