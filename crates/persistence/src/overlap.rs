//! Overlaps with their history, and what live traffic says of intents.

use guildhall_domain::{
    Id, Moment, Page, PageRequest, Reach,
    conversation::ReplyKind,
    id,
    intent::Button,
    overlap::{Overlap, Party, Run, Severity, State},
};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Error, Result, Tx,
    rows::{messages, overlap_runs, overlaps, ratings},
    search::latest_first,
};

/// The overlaps of a tenant.
#[derive(Debug)]
pub struct Overlaps<'a>(pub(crate) &'a Tx);

/// Which overlaps are asked for.
#[derive(Debug, Clone, Default)]
pub struct OverlapFilter {
    /// That touch this department.
    pub department: Option<Id<id::Department>>,
    /// In this state.
    pub state: Option<State>,
    /// Of this severity.
    pub severity: Option<Severity>,
    /// First found at this time or before.
    pub since: Option<Moment>,
}

/// A reply of the bot's, as far as overlaps go by it.
#[derive(Debug, Clone)]
pub struct Traffic {
    /// The conversation.
    pub conversation: Id<id::Conversation>,
    /// The intent that was answered.
    pub answered: Option<Id<id::Intent>>,
    /// The intents that the visitor was asked to choose from.
    pub offered: Vec<Id<id::Intent>>,
    /// The rating of this reply.
    pub score: Option<i64>,
}

impl Overlaps<'_> {
    /// Every overlap, for a run.
    pub async fn all(&self) -> Result<Vec<Overlap>> {
        let rows = self.0.select::<overlaps::Entity>().all(self.0.connection()).await?;
        rows.into_iter().map(overlap_of).collect()
    }

    /// The overlap of this id.
    pub async fn get(&self, id: Id<id::Overlap>) -> Result<Option<Overlap>> {
        let select = self.0.select::<overlaps::Entity>().filter(overlaps::Column::Id.eq(id.uuid()));
        select.one(self.0.connection()).await?.map(overlap_of).transpose()
    }

    /// The overlap of this id, locked against every other change until the unit of work ends.
    pub async fn lock(&self, id: Id<id::Overlap>) -> Result<Option<Overlap>> {
        let mut select = self.0.select::<overlaps::Entity>().filter(overlaps::Column::Id.eq(id.uuid()));
        if self.0.locks_rows() {
            select = select.lock_exclusive();
        }
        select.one(self.0.connection()).await?.map(overlap_of).transpose()
    }

    /// A page of the overlaps within reach, the worst first.
    pub async fn list(&self, reach: &Reach, filter: &OverlapFilter, page: &PageRequest) -> Result<Page<Overlap>> {
        let touches = |departments: &[Id<id::Department>]| {
            let ids: Vec<Uuid> = departments.iter().map(|id| id.uuid()).collect();
            Condition::any()
                .add(overlaps::Column::OneDepartment.is_in(ids.clone()))
                .add(overlaps::Column::OtherDepartment.is_in(ids))
        };
        let mut select = self.0.select::<overlaps::Entity>();
        match reach {
            Reach::Tenant => {}
            Reach::Departments(within) => select = select.filter(touches(within)),
            Reach::Own => select = select.filter(touches(&[])),
        }
        if let Some(department) = filter.department {
            select = select.filter(touches(&[department]));
        }
        if let Some(state) = filter.state {
            select = select.filter(overlaps::Column::State.eq(state.name()));
        }
        if let Some(severity) = filter.severity {
            select = select.filter(overlaps::Column::Severity.eq(severity.name()));
        }
        if let Some(since) = filter.since {
            select = select.filter(overlaps::Column::FirstSeen.lte(since.0));
        }
        let rows =
            latest_first(select, overlaps::Column::Rank, overlaps::Column::Id, page).all(self.0.connection()).await?;
        let found = rows.into_iter().map(overlap_of).collect::<Result<_>>()?;
        Ok(Page::cut(found, page, |overlap: &Overlap| (overlap.measures.rank(), overlap.id.uuid())))
    }

    /// Adds overlaps.
    pub async fn add(&self, all: &[Overlap]) -> Result<()> {
        let row = |overlap: &Overlap| {
            let [one, other] = &overlap.parties;
            Ok(overlaps::Model {
                tenant_id: self.0.tenant(),
                id: overlap.id.uuid(),
                one_intent: one.intent.uuid(),
                other_intent: other.intent.uuid(),
                one_department: one.department.uuid(),
                other_department: other.department.uuid(),
                one_name: one.name.clone(),
                other_name: other.name.clone(),
                state: overlap.state.name().to_owned(),
                severity: overlap.severity.name().to_owned(),
                rank: overlap.measures.rank(),
                evidence: overlap.measures.evidence(),
                measures: json(&overlap.measures)?,
                first_seen: overlap.first_seen.0,
                last_seen: overlap.last_seen.0,
                ignored_until: overlap.ignored_until.map(|until| until.0),
                version: overlap.version,
                created_at: overlap.created_at.0,
                updated_at: overlap.updated_at.0,
            })
        };
        self.0.insert::<overlaps::Entity>(all.iter().map(row).collect::<Result<Vec<_>>>()?).await
    }

    /// Writes what a run or somebody made of an overlap; says whether it was still at `version`.
    pub async fn change(&self, overlap: &Overlap, version: i64) -> Result<bool> {
        let [one, other] = &overlap.parties;
        let changed = self
            .0
            .change::<overlaps::Entity>()
            .col_expr(overlaps::Column::OneDepartment, Expr::value(one.department.uuid()))
            .col_expr(overlaps::Column::OtherDepartment, Expr::value(other.department.uuid()))
            .col_expr(overlaps::Column::OneName, Expr::value(one.name.as_str()))
            .col_expr(overlaps::Column::OtherName, Expr::value(other.name.as_str()))
            .col_expr(overlaps::Column::State, Expr::value(overlap.state.name()))
            .col_expr(overlaps::Column::Severity, Expr::value(overlap.severity.name()))
            .col_expr(overlaps::Column::Rank, Expr::value(overlap.measures.rank()))
            .col_expr(overlaps::Column::Evidence, Expr::value(overlap.measures.evidence()))
            .col_expr(overlaps::Column::Measures, Expr::value(json(&overlap.measures)?))
            .col_expr(overlaps::Column::LastSeen, Expr::value(overlap.last_seen.0))
            .col_expr(overlaps::Column::IgnoredUntil, Expr::value(overlap.ignored_until.map(|until| until.0)))
            .col_expr(overlaps::Column::Version, Expr::value(overlap.version))
            .col_expr(overlaps::Column::UpdatedAt, Expr::value(overlap.updated_at.0))
            .filter(overlaps::Column::Id.eq(overlap.id.uuid()))
            .filter(overlaps::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// The overlaps whose time of being ignored has ended.
    pub async fn overdue(&self, now: Moment) -> Result<Vec<Overlap>> {
        let select = self
            .0
            .select::<overlaps::Entity>()
            .filter(overlaps::Column::State.eq(State::Ignored.name()))
            .filter(overlaps::Column::IgnoredUntil.lte(now.0));
        select.all(self.0.connection()).await?.into_iter().map(overlap_of).collect()
    }

    /// Keeps what a run found of overlaps.
    pub async fn keep_runs(&self, runs: &[(Id<id::Overlap>, Run)]) -> Result<()> {
        let row = |(id, run): &(Id<id::Overlap>, Run)| {
            Ok(overlap_runs::Model {
                tenant_id: self.0.tenant(),
                overlap_id: id.uuid(),
                at: run.at.0,
                build: run.build,
                severity: run.severity.name().to_owned(),
                measures: json(&run.measures)?,
            })
        };
        self.0.insert::<overlap_runs::Entity>(runs.iter().map(row).collect::<Result<Vec<_>>>()?).await
    }

    /// What the runs found of an overlap, the latest first, at most `limit`.
    pub async fn runs(&self, id: Id<id::Overlap>, limit: u64) -> Result<Vec<Run>> {
        let select = self.0.select::<overlap_runs::Entity>().filter(overlap_runs::Column::OverlapId.eq(id.uuid()));
        let rows = select.order_by_desc(overlap_runs::Column::At).limit(limit).all(self.0.connection()).await?;
        let run = |row: overlap_runs::Model| {
            Ok(Run {
                at: Moment(row.at),
                build: row.build,
                severity: severity_of(&row.severity)?,
                measures: serde_json::from_str(&row.measures)
                    .map_err(|error| Error::unreadable("overlap_runs", error))?,
            })
        };
        rows.into_iter().map(run).collect()
    }

    /// The bot's replies since then, the latest first, at most `limit`.
    pub async fn traffic(&self, since: Moment, limit: u64) -> Result<Vec<Traffic>> {
        let replies = [ReplyKind::Answer, ReplyKind::Disambiguation].map(ReplyKind::name);
        let select = self
            .0
            .select::<messages::Entity>()
            .filter(messages::Column::CreatedAt.gte(since.0))
            .filter(messages::Column::Kind.is_in(replies))
            .order_by_desc(messages::Column::CreatedAt)
            .limit(limit);
        let rows = select.all(self.0.connection()).await?;
        let rated = self.0.select::<ratings::Entity>().filter(ratings::Column::UpdatedAt.gte(since.0));
        let rated = rated.filter(ratings::Column::MessageId.is_not_null()).all(self.0.connection()).await?;
        let scores: std::collections::HashMap<Uuid, i64> =
            rated.into_iter().filter_map(|row| Some((row.message_id?, row.score))).collect();
        let offered = |json: Option<&str>| -> Vec<Id<id::Intent>> {
            let buttons: Vec<Button> = json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
            let payload = |button: Button| match button.press {
                guildhall_domain::intent::Press::Payload(payload) => payload.parse().ok(),
                guildhall_domain::intent::Press::Url(_) => None,
            };
            buttons.into_iter().filter_map(payload).collect()
        };
        let one = |row: messages::Model| Traffic {
            conversation: Id::from_uuid(row.conversation_id),
            answered: row.intent_id.map(Id::from_uuid),
            offered: match row.kind.as_deref() {
                Some(kind) if kind == ReplyKind::Disambiguation.name() => offered(row.buttons.as_deref()),
                _ => Vec::new(),
            },
            score: scores.get(&row.id).copied(),
        };
        Ok(rows.into_iter().map(one).collect())
    }
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::unreadable("intent_overlaps", error))
}

fn severity_of(name: &str) -> Result<Severity> {
    Severity::named(name).ok_or_else(|| Error::unreadable("intent_overlaps", name))
}

fn overlap_of(row: overlaps::Model) -> Result<Overlap> {
    let party =
        |intent, name, department| Party { intent: Id::from_uuid(intent), name, department: Id::from_uuid(department) };
    Ok(Overlap {
        id: Id::from_uuid(row.id),
        parties: [
            party(row.one_intent, row.one_name, row.one_department),
            party(row.other_intent, row.other_name, row.other_department),
        ],
        state: State::named(&row.state).ok_or_else(|| Error::unreadable("intent_overlaps", &row.state))?,
        severity: severity_of(&row.severity)?,
        measures: serde_json::from_str(&row.measures).map_err(|error| Error::unreadable("intent_overlaps", error))?,
        first_seen: Moment(row.first_seen),
        last_seen: Moment(row.last_seen),
        ignored_until: row.ignored_until.map(Moment),
        version: row.version,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    })
}
