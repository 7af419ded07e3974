//! Evaluations of bots, kept so that a trend is seen.

use guildhall_domain::{
    Id, Moment, Page, PageRequest,
    evaluation::{Stage, Summary},
    id,
};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};

use crate::{Error, Result, Tx, rows::evaluations, search::latest_first};

/// The evaluations of a tenant.
#[derive(Debug)]
pub struct Evaluations<'a>(pub(crate) &'a Tx);

/// The columns of a summary, in order.
type Line = (uuid::Uuid, String, String, i64, i64, i64, Option<f64>, Option<f64>, i64);

impl Evaluations<'_> {
    /// Keeps an evaluation with all that it found, as JSON.
    pub async fn add(&self, summary: &Summary, document: String) -> Result<()> {
        let unreadable = |error| Error::unreadable("evaluations", error);
        let row = evaluations::Model {
            tenant_id: self.0.tenant(),
            id: summary.id.uuid(),
            stage: summary.stage.name().to_owned(),
            departments: serde_json::to_string(&summary.departments).map_err(unreadable)?,
            build: summary.build,
            folds: whole(summary.folds),
            phrases: whole(summary.phrases),
            accuracy: summary.accuracy,
            macro_f1: summary.macro_f1,
            document,
            created_at: summary.created_at.0,
        };
        self.0.insert::<evaluations::Entity>([row]).await
    }

    /// The evaluation of this id, and all that it found.
    pub async fn get(&self, id: Id<id::Evaluation>) -> Result<Option<(Summary, String)>> {
        let select = self.0.select::<evaluations::Entity>().filter(evaluations::Column::Id.eq(id.uuid()));
        let Some(row) = select.one(self.0.connection()).await? else { return Ok(None) };
        let document = row.document;
        let line = (
            row.id,
            row.stage,
            row.departments,
            row.build,
            row.folds,
            row.phrases,
            row.accuracy,
            row.macro_f1,
            row.created_at,
        );
        Ok(Some((summary_of(line)?, document)))
    }

    /// A page of evaluations of a stage, or of both, the latest first.
    pub async fn list(&self, stage: Option<Stage>, page: &PageRequest) -> Result<Page<Summary>> {
        let mut select = self.0.select::<evaluations::Entity>();
        if let Some(stage) = stage {
            select = select.filter(evaluations::Column::Stage.eq(stage.name()));
        }
        let select = latest_first(select, evaluations::Column::CreatedAt, evaluations::Column::Id, page);
        let rows: Vec<Line> = select
            .select_only()
            .columns([
                evaluations::Column::Id,
                evaluations::Column::Stage,
                evaluations::Column::Departments,
                evaluations::Column::Build,
                evaluations::Column::Folds,
                evaluations::Column::Phrases,
                evaluations::Column::Accuracy,
                evaluations::Column::MacroF1,
                evaluations::Column::CreatedAt,
            ])
            .into_tuple()
            .all(self.0.connection())
            .await?;
        let found = rows.into_iter().map(summary_of).collect::<Result<_>>()?;
        Ok(Page::cut(found, page, |summary: &Summary| (summary.created_at.0, summary.id.uuid())))
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn summary_of(
    (id, stage, departments, build, folds, phrases, accuracy, macro_f1, created_at): Line,
) -> Result<Summary> {
    Ok(Summary {
        id: Id::from_uuid(id),
        stage: Stage::named(&stage).ok_or_else(|| Error::unreadable("evaluations", &stage))?,
        departments: serde_json::from_str(&departments).map_err(|error| Error::unreadable("evaluations", error))?,
        build,
        folds: usize::try_from(folds).unwrap_or(0),
        phrases: usize::try_from(phrases).unwrap_or(0),
        accuracy,
        macro_f1,
        created_at: Moment(created_at),
    })
}
