//! Conversation tests: suites, their cases, and what came of running them.

use guildhall_domain::{
    Id, Moment, Page, PageRequest, folded, id,
    suite::{Case, Occasion, Run, Stage, Suite},
    text::{Name, Note},
};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder, Select, sea_query::Expr};

use crate::{
    Error, Result, Tx,
    rows::{test_cases, test_runs, test_suites},
    search::{latest_first, oldest_first},
};

/// The conversation tests of a tenant.
#[derive(Debug)]
pub struct Suites<'a>(pub(crate) &'a Tx);

/// Whose tests: a department's, or the company's without one.
pub type Owner = Option<Id<id::Department>>;

fn written(owner: Owner) -> String {
    owner.map_or_else(|| "company".to_owned(), |department| department.uuid().to_string())
}

impl Suites<'_> {
    /// Keeps a new suite.
    pub async fn add(&self, suite: &Suite) -> Result<()> {
        let row = test_suites::Model {
            tenant_id: self.0.tenant(),
            id: suite.id.uuid(),
            department_id: suite.department.map(Id::uuid),
            owner: written(suite.department),
            name: suite.name.to_string(),
            name_folded: folded(suite.name.as_str()),
            description: suite.description.clone().map(String::from),
            required: suite.required,
            version: suite.version,
            created_at: suite.created_at.0,
            updated_at: suite.updated_at.0,
        };
        self.0.insert::<test_suites::Entity>([row]).await
    }

    /// The suite of this id and owner.
    pub async fn get(&self, owner: Owner, id: Id<id::TestSuite>) -> Result<Option<Suite>> {
        let select = self.of(owner).filter(test_suites::Column::Id.eq(id.uuid()));
        Ok(select.one(self.0.connection()).await?.map(suite_of))
    }

    /// The suite of this name, folded.
    pub async fn named(&self, owner: Owner, name: &Name) -> Result<Option<Suite>> {
        let select = self.of(owner).filter(test_suites::Column::NameFolded.eq(folded(name.as_str())));
        Ok(select.one(self.0.connection()).await?.map(suite_of))
    }

    /// A page of an owner's suites.
    pub async fn list(&self, owner: Owner, page: &PageRequest) -> Result<Page<Suite>> {
        let rows = oldest_first(self.of(owner), test_suites::Column::Id, page).all(self.0.connection()).await?;
        Ok(Page::cut(rows.into_iter().map(suite_of).collect(), page, |suite: &Suite| (0, suite.id.uuid())))
    }

    /// Every suite of an owner, in the order of their making.
    pub async fn all(&self, owner: Owner) -> Result<Vec<Suite>> {
        let rows = self.of(owner).order_by_asc(test_suites::Column::Id).all(self.0.connection()).await?;
        Ok(rows.into_iter().map(suite_of).collect())
    }

    /// Every owner of suites.
    pub async fn owners(&self) -> Result<Vec<Owner>> {
        let rows = self.0.select::<test_suites::Entity>().all(self.0.connection()).await?;
        let mut owners: Vec<Owner> = rows.into_iter().map(|row| row.department_id.map(Id::from_uuid)).collect();
        owners.sort_unstable();
        owners.dedup();
        Ok(owners)
    }

    /// Changes a suite; says whether it was still at `version`.
    pub async fn change(&self, suite: &Suite, version: i64) -> Result<bool> {
        let changed = self
            .0
            .change::<test_suites::Entity>()
            .col_expr(test_suites::Column::Name, Expr::value(suite.name.as_str()))
            .col_expr(test_suites::Column::NameFolded, Expr::value(folded(suite.name.as_str())))
            .col_expr(test_suites::Column::Description, Expr::value(suite.description.clone().map(String::from)))
            .col_expr(test_suites::Column::Required, Expr::value(suite.required))
            .col_expr(test_suites::Column::Version, Expr::value(version + 1))
            .col_expr(test_suites::Column::UpdatedAt, Expr::value(suite.updated_at.0))
            .filter(test_suites::Column::Id.eq(suite.id.uuid()))
            .filter(test_suites::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// Deletes a suite with its cases; says whether it was still at `version`.
    pub async fn delete(&self, id: Id<id::TestSuite>, version: i64) -> Result<bool> {
        let gone = self
            .0
            .remove::<test_suites::Entity>()
            .filter(test_suites::Column::Id.eq(id.uuid()))
            .filter(test_suites::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(gone.rows_affected == 1)
    }

    /// Keeps a new case.
    pub async fn add_case(&self, case: &Case) -> Result<()> {
        let row = test_cases::Model {
            tenant_id: self.0.tenant(),
            id: case.id.uuid(),
            suite_id: case.suite.uuid(),
            name_folded: folded(case.script.name.as_str()),
            script: json(&case.script)?,
            version: case.version,
            created_at: case.created_at.0,
            updated_at: case.updated_at.0,
        };
        self.0.insert::<test_cases::Entity>([row]).await
    }

    /// The case of this id in this suite.
    pub async fn case(&self, suite: Id<id::TestSuite>, id: Id<id::TestCase>) -> Result<Option<Case>> {
        let select = self.cases_of(suite).filter(test_cases::Column::Id.eq(id.uuid()));
        select.one(self.0.connection()).await?.map(case_of).transpose()
    }

    /// A page of a suite's cases.
    pub async fn cases(&self, suite: Id<id::TestSuite>, page: &PageRequest) -> Result<Page<Case>> {
        let rows = oldest_first(self.cases_of(suite), test_cases::Column::Id, page).all(self.0.connection()).await?;
        let found = rows.into_iter().map(case_of).collect::<Result<_>>()?;
        Ok(Page::cut(found, page, |case: &Case| (0, case.id.uuid())))
    }

    /// Every case of a suite, in the order of their making.
    pub async fn all_cases(&self, suite: Id<id::TestSuite>) -> Result<Vec<Case>> {
        let rows = self.cases_of(suite).order_by_asc(test_cases::Column::Id).all(self.0.connection()).await?;
        rows.into_iter().map(case_of).collect()
    }

    /// How many cases a suite has.
    pub async fn count_cases(&self, suite: Id<id::TestSuite>) -> Result<u64> {
        Ok(self.cases_of(suite).count(self.0.connection()).await?)
    }

    /// States a case whole; says whether it was still at `version`.
    pub async fn change_case(&self, case: &Case, version: i64) -> Result<bool> {
        let changed = self
            .0
            .change::<test_cases::Entity>()
            .col_expr(test_cases::Column::NameFolded, Expr::value(folded(case.script.name.as_str())))
            .col_expr(test_cases::Column::Script, Expr::value(json(&case.script)?))
            .col_expr(test_cases::Column::Version, Expr::value(version + 1))
            .col_expr(test_cases::Column::UpdatedAt, Expr::value(case.updated_at.0))
            .filter(test_cases::Column::Id.eq(case.id.uuid()))
            .filter(test_cases::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// Deletes a case; says whether it was still at `version`.
    pub async fn delete_case(&self, suite: Id<id::TestSuite>, id: Id<id::TestCase>, version: i64) -> Result<bool> {
        let gone = self
            .0
            .remove::<test_cases::Entity>()
            .filter(test_cases::Column::SuiteId.eq(suite.uuid()))
            .filter(test_cases::Column::Id.eq(id.uuid()))
            .filter(test_cases::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(gone.rows_affected == 1)
    }

    /// Keeps what came of a run.
    pub async fn keep_run(&self, run: &Run) -> Result<()> {
        let row = test_runs::Model {
            tenant_id: self.0.tenant(),
            id: run.id.uuid(),
            department_id: run.department.map(Id::uuid),
            owner: written(run.department),
            stage: run.stage.name().to_owned(),
            occasion: run.occasion.name().to_owned(),
            build: run.build,
            total: i64::try_from(run.results.len()).unwrap_or(i64::MAX),
            passed: i64::try_from(run.passed()).unwrap_or(i64::MAX),
            results: json(&run.results)?,
            created_at: run.created_at.0,
        };
        self.0.insert::<test_runs::Entity>([row]).await
    }

    /// The run of this id and owner.
    pub async fn run(&self, owner: Owner, id: Id<id::TestRun>) -> Result<Option<Run>> {
        let select = self.runs_of(owner).filter(test_runs::Column::Id.eq(id.uuid()));
        select.one(self.0.connection()).await?.map(run_of).transpose()
    }

    /// A page of an owner's runs, the latest first; live ones alone where drafts may not be seen.
    pub async fn runs(&self, owner: Owner, live_alone: bool, page: &PageRequest) -> Result<Page<Run>> {
        let mut select = self.runs_of(owner);
        if live_alone {
            select = select.filter(test_runs::Column::Stage.eq(Stage::Live.name()));
        }
        let rows = latest_first(select, test_runs::Column::CreatedAt, test_runs::Column::Id, page);
        let found = rows.all(self.0.connection()).await?.into_iter().map(run_of).collect::<Result<_>>()?;
        Ok(Page::cut(found, page, |run: &Run| (run.created_at.0, run.id.uuid())))
    }

    /// Forgets the runs before this time.
    pub async fn forget_runs(&self, before: Moment) -> Result<()> {
        let old = self.0.remove::<test_runs::Entity>().filter(test_runs::Column::CreatedAt.lt(before.0));
        old.exec(self.0.connection()).await?;
        Ok(())
    }

    fn of(&self, owner: Owner) -> Select<test_suites::Entity> {
        self.0.select::<test_suites::Entity>().filter(test_suites::Column::Owner.eq(written(owner)))
    }

    fn cases_of(&self, suite: Id<id::TestSuite>) -> Select<test_cases::Entity> {
        self.0.select::<test_cases::Entity>().filter(test_cases::Column::SuiteId.eq(suite.uuid()))
    }

    fn runs_of(&self, owner: Owner) -> Select<test_runs::Entity> {
        self.0.select::<test_runs::Entity>().filter(test_runs::Column::Owner.eq(written(owner)))
    }
}

fn json<T: serde::Serialize>(of: &T) -> Result<String> {
    serde_json::to_string(of).map_err(|error| Error::unreadable("test_cases", error))
}

fn suite_of(row: test_suites::Model) -> Suite {
    Suite {
        id: Id::from_uuid(row.id),
        department: row.department_id.map(Id::from_uuid),
        name: Name::stored(row.name),
        description: row.description.map(Note::stored),
        required: row.required,
        version: row.version,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    }
}

fn case_of(row: test_cases::Model) -> Result<Case> {
    Ok(Case {
        id: Id::from_uuid(row.id),
        suite: Id::from_uuid(row.suite_id),
        script: serde_json::from_str(&row.script).map_err(|error| Error::unreadable("test_cases", error))?,
        version: row.version,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    })
}

fn run_of(row: test_runs::Model) -> Result<Run> {
    let bad = |what: &str| Error::unreadable("test_runs", what);
    Ok(Run {
        id: Id::from_uuid(row.id),
        department: row.department_id.map(Id::from_uuid),
        stage: Stage::named(&row.stage).ok_or_else(|| bad(&row.stage))?,
        occasion: Occasion::named(&row.occasion).ok_or_else(|| bad(&row.occasion))?,
        build: row.build,
        results: serde_json::from_str(&row.results).map_err(|error| Error::unreadable("test_runs", error))?,
        created_at: Moment(row.created_at),
    })
}
