//! Conversation tests: keeping suites and cases, taking them in and out, and looking whether what they name is still there.

mod home;

use std::collections::{HashMap, HashSet};

use guildhall_domain::{
    Conflict, Id, Page, PageRequest, Refusal,
    event::{Event, Kind},
    folded, id,
    suite::{Case, MOST_CASES, MOST_SUITES, Run, Script, Stage, Stale, Suite},
    text::{Name, Note},
};
use guildhall_persistence::{OrTaken, Owner, Tx};

pub use home::{Home, OwnHome};

use crate::{
    App, Work,
    exchange::{
        Skipped,
        scripts::{self, ScriptFormat, SuiteScripts},
    },
    trial::Bench,
};

/// A suite that is to be made.
#[derive(Debug)]
pub struct NewSuite {
    /// Its name.
    pub name: Name,
    /// What it is about.
    pub description: Option<Note>,
    /// Whether a release of its own department waits for it.
    pub required: bool,
}

/// A change of a suite; what is `None` stays.
#[derive(Debug, Default)]
pub struct SuitePatch {
    /// Another name.
    pub name: Option<Name>,
    /// Another description, or none any more.
    pub description: Option<Option<Note>>,
    /// Whether a release waits for it.
    pub required: Option<bool>,
}

/// A page of suites.
pub async fn list(tx: &Tx, home: &Home, page: &PageRequest) -> Result<Page<Suite>, Refusal> {
    Ok(tx.suites().list(home.owner, page).await?)
}

/// A suite.
pub async fn get(tx: &Tx, home: &Home, id: Id<id::TestSuite>) -> Result<Suite, Refusal> {
    tx.suites().get(home.owner, id).await?.ok_or(Refusal::NotFound)
}

/// Makes a suite.
pub async fn create(work: &Work<'_>, OwnHome(home): &OwnHome, new: NewSuite) -> Result<Suite, Refusal> {
    if work.suites().all(home.owner).await?.len() as u64 >= MOST_SUITES {
        return Err(Conflict::LimitReached("there are at most 100 test suites").into());
    }
    let suite = Suite {
        id: work.new_id()?,
        department: home.owner,
        name: new.name,
        description: new.description,
        required: new.required,
        version: 1,
        created_at: work.now(),
        updated_at: work.now(),
    };
    work.suites().add(&suite).await.or_taken(Conflict::SuiteNameTaken)?;
    tell(work, Kind::SuiteCreated, &suite)?;
    Ok(suite)
}

/// Changes a suite's name, description or weight.
pub async fn change(
    work: &Work<'_>,
    OwnHome(home): &OwnHome,
    id: Id<id::TestSuite>,
    version: i64,
    patch: SuitePatch,
) -> Result<Suite, Refusal> {
    let mut suite = get(work, home, id).await?;
    patch.name.into_iter().for_each(|name| suite.name = name);
    patch.description.into_iter().for_each(|description| suite.description = description);
    patch.required.into_iter().for_each(|required| suite.required = required);
    suite.updated_at = work.now();
    if !work.suites().change(&suite, version).await.or_taken(Conflict::SuiteNameTaken)? {
        return Err(Refusal::stale(suite.version));
    }
    tell(work, Kind::SuiteChanged, &suite)?;
    get(work, home, id).await
}

/// Deletes a suite with its cases; what came of them stays.
pub async fn delete(
    work: &Work<'_>,
    OwnHome(home): &OwnHome,
    id: Id<id::TestSuite>,
    version: i64,
) -> Result<(), Refusal> {
    let suite = get(work, home, id).await?;
    if !work.suites().delete(id, version).await? {
        return Err(Refusal::stale(suite.version));
    }
    tell(work, Kind::SuiteDeleted, &suite)
}

/// A page of a suite's cases.
pub async fn cases(tx: &Tx, home: &Home, id: Id<id::TestSuite>, page: &PageRequest) -> Result<Page<Case>, Refusal> {
    let suite = get(tx, home, id).await?;
    Ok(tx.suites().cases(suite.id, page).await?)
}

/// A case.
pub async fn case(tx: &Tx, home: &Home, suite: Id<id::TestSuite>, id: Id<id::TestCase>) -> Result<Case, Refusal> {
    let suite = get(tx, home, suite).await?;
    tx.suites().case(suite.id, id).await?.ok_or(Refusal::NotFound)
}

/// Adds a case to a suite.
pub async fn add_case(
    work: &Work<'_>,
    OwnHome(home): &OwnHome,
    suite: Id<id::TestSuite>,
    script: Script,
) -> Result<Case, Refusal> {
    let suite = get(work, home, suite).await?;
    let case = keep_case(work, &suite, script).await?;
    tell(work, Kind::SuiteChanged, &suite)?;
    Ok(case)
}

async fn keep_case(work: &Work<'_>, suite: &Suite, script: Script) -> Result<Case, Refusal> {
    if work.suites().count_cases(suite.id).await? >= MOST_CASES {
        return Err(Conflict::LimitReached("a test suite holds at most 1000 cases").into());
    }
    let case = Case {
        id: work.new_id()?,
        suite: suite.id,
        script,
        version: 1,
        created_at: work.now(),
        updated_at: work.now(),
    };
    work.suites().add_case(&case).await.or_taken(Conflict::CaseNameTaken)?;
    Ok(case)
}

/// States a case whole.
pub async fn put_case(
    work: &Work<'_>,
    OwnHome(home): &OwnHome,
    (suite, id): (Id<id::TestSuite>, Id<id::TestCase>),
    version: i64,
    script: Script,
) -> Result<Case, Refusal> {
    let mut known = case(work, home, suite, id).await?;
    known.script = script;
    known.updated_at = work.now();
    if !work.suites().change_case(&known, version).await.or_taken(Conflict::CaseNameTaken)? {
        return Err(Refusal::stale(known.version));
    }
    tell(work, Kind::SuiteChanged, &get(work, home, suite).await?)?;
    case(work, home, suite, id).await
}

/// Deletes a case.
pub async fn delete_case(
    work: &Work<'_>,
    OwnHome(home): &OwnHome,
    (suite, id): (Id<id::TestSuite>, Id<id::TestCase>),
    version: i64,
) -> Result<(), Refusal> {
    let known = case(work, home, suite, id).await?;
    if !work.suites().delete_case(suite, id, version).await? {
        return Err(Refusal::stale(known.version));
    }
    tell(work, Kind::SuiteChanged, &get(work, home, suite).await?)
}

fn tell(work: &Work<'_>, kind: Kind, suite: &Suite) -> Result<(), Refusal> {
    let event = Event::of(kind, suite.id).with(serde_json::json!({ "name": suite.name }));
    work.tell(match suite.department {
        Some(department) => event.within(department),
        None => event,
    })
}

/// What a file brought.
#[derive(Debug, Default)]
pub struct Taken {
    /// Suites that are new.
    pub suites: usize,
    /// Cases that are new.
    pub created: usize,
    /// Cases that were there and differed.
    pub updated: usize,
    /// Cases that were there already.
    pub unchanged: usize,
    /// What was left out, each at its place.
    pub skipped: Vec<Skipped>,
}

/// Takes the tests of a file over: suites and cases of a name that is there are stated anew, others made, and nothing is
/// deleted. The same file twice changes nothing.
pub async fn take(work: &Work<'_>, home: &OwnHome, file: &[u8]) -> Result<Taken, Refusal> {
    let brought = scripts::read(file)?;
    let mut taken = Taken { skipped: brought.skipped, ..Taken::default() };
    for SuiteScripts { name, description, required, scripts } in brought.suites {
        let suite = match work.suites().named(home.0.owner, &name).await? {
            Some(known) if known.description == description && known.required == required => known,
            Some(known) => {
                let patch = SuitePatch { name: None, description: Some(description), required: Some(required) };
                change(work, home, known.id, known.version, patch).await?
            }
            None => {
                taken.suites += 1;
                create(work, home, NewSuite { name, description, required }).await?
            }
        };
        take_cases(work, &suite, scripts, &mut taken).await?;
    }
    Ok(taken)
}

async fn take_cases(work: &Work<'_>, suite: &Suite, scripts: Vec<Script>, taken: &mut Taken) -> Result<(), Refusal> {
    let there = work.suites().all_cases(suite.id).await?;
    let mut known: HashMap<String, Case> =
        there.into_iter().map(|case| (folded(case.script.name.as_str()), case)).collect();
    let mut seen = HashSet::new();
    for script in scripts {
        let name = folded(script.name.as_str());
        if !seen.insert(name.clone()) {
            let location = format!("test «{}»", script.name);
            let detail = "its name stands in the suite twice".to_owned();
            taken.skipped.push(Skipped { location, code: "duplicate", detail });
            continue;
        }
        match known.remove(&name) {
            Some(case) if case.script == script => taken.unchanged += 1,
            Some(case) => {
                let changed = Case { script, updated_at: work.now(), ..case.clone() };
                if !work.suites().change_case(&changed, case.version).await? {
                    return Err(Refusal::stale(case.version));
                }
                taken.updated += 1;
            }
            None => {
                keep_case(work, suite, script).await?;
                taken.created += 1;
            }
        }
    }
    tell(work, Kind::SuiteChanged, suite)
}

/// Every suite with its cases, as a file.
pub async fn export(tx: &Tx, home: &Home, format: ScriptFormat) -> Result<String, Refusal> {
    let script = |(suite, cases): (Suite, Vec<Case>)| SuiteScripts {
        name: suite.name,
        description: suite.description,
        required: suite.required,
        scripts: cases.into_iter().map(|case| case.script).collect(),
    };
    let all: Vec<SuiteScripts> = whole(tx, home.owner, &[]).await?.into_iter().map(script).collect();
    Ok(scripts::write(&all, format))
}

/// Suites with their cases; those of these ids, or all.
pub(crate) async fn whole(
    tx: &Tx,
    owner: Owner,
    these: &[Id<id::TestSuite>],
) -> Result<Vec<(Suite, Vec<Case>)>, Refusal> {
    let mut all = Vec::new();
    for suite in tx.suites().all(owner).await? {
        if these.is_empty() || these.contains(&suite.id) {
            let cases = tx.suites().all_cases(suite.id).await?;
            all.push((suite, cases));
        }
    }
    Ok(all)
}

/// A case that names what is not there any more.
#[derive(Debug)]
pub struct StaleCase {
    /// The case.
    pub case: Id<id::TestCase>,
    /// Its suite.
    pub suite: Id<id::TestSuite>,
    /// Its name.
    pub name: Name,
    /// What it names.
    pub stale: Vec<Stale>,
}

impl App {
    /// The cases that name what the bot of this stage does not have any more.
    pub async fn stale_cases(&self, tx: &Tx, home: &Home, stage: Stage) -> Result<Vec<StaleCase>, Refusal> {
        if stage == Stage::Draft && home.live_alone {
            return Err(Refusal::Forbidden("draft.read"));
        }
        let inventory = self.bench(tx, home.owner, stage).await?.inventory();
        let mut found = Vec::new();
        for (suite, cases) in whole(tx, home.owner, &[]).await? {
            for case in cases {
                let stale = case.script.stale(&inventory, home.key());
                if !stale.is_empty() {
                    found.push(StaleCase { case: case.id, suite: suite.id, name: case.script.name, stale });
                }
            }
        }
        Ok(found)
    }

    /// The bot of a stage, ready to be tried: what is live, or with the owner's draft in its place (the company's: with
    /// everybody's).
    pub(crate) async fn bench(&self, tx: &Tx, owner: Owner, stage: Stage) -> Result<Bench, Refusal> {
        let departments = tx.departments().all().await?;
        let settings = tx.builds().bot().await?.settings;
        let bot = match stage {
            Stage::Live => self.live_bot(tx).await?,
            Stage::Draft => {
                let drafts = owner.map_or_else(|| departments.iter().map(|one| one.id).collect(), |one| vec![one]);
                std::sync::Arc::clone(&self.desk_of(tx, &drafts).await?.desk()?.bot)
            }
        };
        let keys = departments.into_iter().map(|one| (one.id, one.key.to_string())).collect();
        Ok(Bench::new(bot, settings, keys))
    }
}

/// A page of what came of running tests, the latest first.
pub async fn runs(tx: &Tx, home: &Home, page: &PageRequest) -> Result<Page<Run>, Refusal> {
    Ok(tx.suites().runs(home.owner, home.live_alone, page).await?)
}

/// What came of a run.
pub async fn run(tx: &Tx, home: &Home, id: Id<id::TestRun>) -> Result<Run, Refusal> {
    let run = tx.suites().run(home.owner, id).await?;
    run.filter(|run| !home.live_alone || run.stage == Stage::Live).ok_or(Refusal::NotFound)
}
