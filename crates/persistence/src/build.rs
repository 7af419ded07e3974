//! Builds: the models that were made, each with the releases that it speaks; and the pointer to the live one.

use guildhall_domain::{Id, Moment, bot::Settings, release::Part};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde_json::{Value, json};

use crate::{
    Error, Result, Tx,
    release::hash_of,
    rows::{bots, builds},
};

/// The builds of a tenant and its bot.
#[derive(Debug)]
pub struct Builds<'a>(pub(crate) &'a Tx);

/// A model with the releases that it speaks.
#[derive(Debug, Clone)]
pub struct Build {
    /// Counts from 1 in the tenant.
    pub number: i64,
    /// The releases.
    pub parts: Vec<Part>,
    /// The version of the engine that made the model.
    pub engine: String,
    /// SHA-256 of the artefact.
    pub checksum: [u8; 32],
    /// The model's bytes.
    pub artefact: Vec<u8>,
    /// When it was made.
    pub created_at: Moment,
}

/// A tenant's bot.
#[derive(Debug, Clone)]
pub struct Bot {
    /// The live build's number; 0 before the first.
    pub current_build: i64,
    /// What the tenant set.
    pub settings: Settings,
    /// Rises with each change of the settings.
    pub version: i64,
    /// When the tenant was founded.
    pub created_at: Moment,
    /// When settings or pointer last changed.
    pub updated_at: Moment,
}

/// How many builds are kept.
const KEPT: i64 = 3;

impl Builds<'_> {
    /// Gives a new tenant its bot.
    pub async fn add_bot(&self, settings: &Settings, now: Moment) -> Result<()> {
        let settings = serde_json::to_string(settings).map_err(|error| Error::unreadable("bots", error))?;
        let row = bots::Model {
            tenant_id: self.0.tenant(),
            current_build: 0,
            settings,
            version: 1,
            created_at: now.0,
            updated_at: now.0,
        };
        self.0.insert::<bots::Entity>([row]).await
    }

    /// The tenant's bot.
    pub async fn bot(&self) -> Result<Bot> {
        let row = self.0.select::<bots::Entity>().one(self.0.connection()).await?;
        let row = row.ok_or_else(|| Error::unreadable("bots", "no row of this tenant"))?;
        Ok(Bot {
            current_build: row.current_build,
            settings: serde_json::from_str(&row.settings).map_err(|error| Error::unreadable("bots", error))?,
            version: row.version,
            created_at: Moment(row.created_at),
            updated_at: Moment(row.updated_at),
        })
    }

    /// Changes the settings; says whether they were still at `version`.
    pub async fn configure(&self, settings: &Settings, version: i64, now: Moment) -> Result<bool> {
        let settings = serde_json::to_string(settings).map_err(|error| Error::unreadable("bots", error))?;
        let changed = self
            .0
            .change::<bots::Entity>()
            .col_expr(bots::Column::Settings, Expr::value(settings))
            .col_expr(bots::Column::Version, Expr::value(version + 1))
            .col_expr(bots::Column::UpdatedAt, Expr::value(now.0))
            .filter(bots::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// The build of this number with its artefact, or the live one where this was overtaken and let go since its number was
    /// read. `None` before the first.
    pub async fn at(&self, number: i64) -> Result<Option<Build>> {
        let mut wanted = number;
        loop {
            if let Some(build) = self.get(wanted).await? {
                return Ok(Some(build));
            }
            match self.bot().await?.current_build {
                0 => return Ok(None),
                live if live == wanted => return Err(Error::unreadable("builds", "the live build is not there")),
                live => wanted = live,
            }
        }
    }

    async fn get(&self, number: i64) -> Result<Option<Build>> {
        let row = self
            .0
            .select::<builds::Entity>()
            .filter(builds::Column::Number.eq(number))
            .one(self.0.connection())
            .await?;
        row.map(build_of).transpose()
    }

    /// The releases that the build of this number speaks, without reading its artefact.
    pub async fn parts(&self, number: i64) -> Result<Vec<Part>> {
        let select = self.0.select::<builds::Entity>().filter(builds::Column::Number.eq(number));
        let parts: Option<String> =
            select.select_only().column(builds::Column::Parts).into_tuple().one(self.0.connection()).await?;
        parts.map_or_else(|| Ok(Vec::new()), |json| parts_of(&json))
    }

    /// Keeps a build and lets the oldest ones go.
    pub async fn keep(&self, build: Build) -> Result<()> {
        let number = build.number;
        let row = builds::Model {
            tenant_id: self.0.tenant(),
            number,
            parts: json_of(&build.parts),
            engine: build.engine,
            checksum: build.checksum.to_vec(),
            artefact: build.artefact,
            created_at: build.created_at.0,
        };
        self.0.insert::<builds::Entity>([row]).await?;
        let old = self.0.remove::<builds::Entity>().filter(builds::Column::Number.lte(number - KEPT));
        old.exec(self.0.connection()).await?;
        Ok(())
    }

    /// Moves the pointer from one build to another; says whether it still was where the caller thought.
    pub async fn point(&self, from: i64, to: i64, now: Moment) -> Result<bool> {
        let moved = self
            .0
            .change::<bots::Entity>()
            .col_expr(bots::Column::CurrentBuild, Expr::value(to))
            .col_expr(bots::Column::UpdatedAt, Expr::value(now.0))
            .filter(bots::Column::CurrentBuild.eq(from))
            .exec(self.0.connection())
            .await?;
        Ok(moved.rows_affected == 1)
    }

    /// The highest number that a build has.
    pub async fn last_number(&self) -> Result<i64> {
        let select = self.0.select::<builds::Entity>().order_by_desc(builds::Column::Number);
        let last: Option<i64> =
            select.select_only().column(builds::Column::Number).into_tuple().one(self.0.connection()).await?;
        Ok(last.unwrap_or(0))
    }
}

fn json_of(parts: &[Part]) -> String {
    let part = |part: &Part| json!([part.department, part.release, part.number, part.content.to_string()]);
    Value::Array(parts.iter().map(part).collect()).to_string()
}

fn parts_of(json: &str) -> Result<Vec<Part>> {
    type Row = (Id<guildhall_domain::id::Department>, Id<guildhall_domain::id::Release>, i64, String);
    let rows: Vec<Row> = serde_json::from_str(json).map_err(|error| Error::unreadable("builds", error))?;
    rows.into_iter()
        .map(|(department, release, number, content)| {
            let content = content.parse().map_err(|error| Error::unreadable("builds", error))?;
            Ok(Part { department, release, number, content })
        })
        .collect()
}

fn build_of(row: builds::Model) -> Result<Build> {
    Ok(Build {
        number: row.number,
        parts: parts_of(&row.parts)?,
        engine: row.engine,
        checksum: hash_of("builds", &row.checksum)?.0,
        artefact: row.artefact,
        created_at: Moment(row.created_at),
    })
}
