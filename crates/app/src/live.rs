//! Live bots in memory: each tenant's build with its model and what its departments answer.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use guildhall_domain::{
    Id, Moment, Refusal,
    content::{Content, FrozenIntent},
    folded, id,
    release::Part,
    text::Language,
};
use guildhall_nlu::{Model, Tier, TrainingIntent, TrainingPhrase, TrainingSet};
use guildhall_persistence::{Build, IntentFilter, Tx};
use quick_cache::sync::Cache;

use crate::{App, metrics::Loading};

/// How long a chat may go on with the build before while the new one loads.
const STALE: Duration = Duration::from_secs(2);
/// How long a question waits for a build to load.
const PATIENCE: Duration = Duration::from_secs(5);

/// A department as visitors see it.
#[derive(Debug, Clone)]
pub struct Face {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
}

/// An intent that the bot knows, with its owner.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its one owner.
    pub department: Id<id::Department>,
    /// The intent as it was released.
    pub intent: FrozenIntent,
}

/// A bot in memory: a model and what it speaks.
#[derive(Debug)]
pub struct LiveBot {
    /// The build's number; 0 where nothing was ever published, or where drafts speak.
    pub number: i64,
    /// What was released, by department.
    pub parts: Vec<Part>,
    /// The model.
    pub model: Arc<Model>,
    /// The best tier that it answers in.
    pub tier: Tier,
    /// When it was made.
    pub built_at: Option<Moment>,
    /// What each label of the model stands for, in the model's order.
    known: Vec<Known>,
    by_intent: HashMap<Id<id::Intent>, usize>,
    faces: HashMap<Id<id::Department>, Face>,
}

impl LiveBot {
    /// Joins a model and the contents that it was trained on.
    pub fn join(
        number: i64,
        parts: Vec<Part>,
        model: Arc<Model>,
        built_at: Option<Moment>,
        contents: Vec<(Id<id::Department>, Content)>,
        faces: HashMap<Id<id::Department>, Face>,
    ) -> Result<Self, Refusal> {
        let mut by_label: HashMap<String, Known> = HashMap::new();
        for (department, content) in contents {
            for intent in content.intents {
                by_label.insert(intent.id.to_string(), Known { department, intent });
            }
        }
        let known = model.labels().iter().map(|label| by_label.remove(label)).collect::<Option<Vec<_>>>();
        let known = known.ok_or_else(|| Refusal::broken("a model that was trained on other content"))?;
        let by_intent = known.iter().enumerate().map(|(at, known)| (known.intent.id, at)).collect();
        let tier = model.facts().tier;
        Ok(Self { number, parts, model, tier, built_at, known, by_intent, faces })
    }

    /// What a label of the model stands for.
    #[must_use]
    pub fn known(&self, label: usize) -> Option<&Known> {
        self.known.get(label)
    }

    /// An intent that the bot knows.
    #[must_use]
    pub fn intent(&self, id: Id<id::Intent>) -> Option<&Known> {
        self.by_intent.get(&id).and_then(|at| self.known.get(*at))
    }

    /// An intent, if this department has it live.
    #[must_use]
    pub fn frozen(&self, department: Id<id::Department>, id: Id<id::Intent>) -> Option<&FrozenIntent> {
        self.intent(id).filter(|known| known.department == department).map(|known| &known.intent)
    }

    /// How a department shows itself.
    #[must_use]
    pub fn face(&self, department: Id<id::Department>) -> Option<&Face> {
        self.faces.get(&department)
    }

    /// The languages of its answers.
    #[must_use]
    pub fn languages(&self) -> BTreeSet<&Language> {
        self.known.iter().flat_map(|known| &known.intent.answers).map(|answer| &answer.language).collect()
    }

    /// How many intents and phrases a department has live.
    #[must_use]
    pub fn size_of(&self, department: Id<id::Department>) -> (usize, usize) {
        let of = self.known.iter().filter(|known| known.department == department);
        of.fold((0, 0), |(intents, phrases), known| (intents + 1, phrases + known.intent.phrases.len()))
    }

    /// The intents that a department has live and that fit the filter, in the order of ids.
    #[must_use]
    pub fn intents_of(&self, department: Id<id::Department>, filter: &IntentFilter) -> Vec<FrozenIntent> {
        let words = filter.words.as_deref().map(folded);
        let mentions = |intent: &FrozenIntent| {
            words.as_ref().is_none_or(|words| {
                let texts = [Some(&intent.name), intent.title.as_ref()].into_iter().flatten().map(String::as_str);
                let texts = texts.chain(intent.phrases.iter().map(|phrase| phrase.text.as_str()));
                let mut texts = texts.chain(intent.answers.iter().map(|answer| answer.text.as_str()));
                texts.any(|text| folded(text).contains(words.as_str()))
            })
        };
        let speaks = |intent: &FrozenIntent| {
            filter.language.as_ref().is_none_or(|language| {
                intent.phrases.iter().any(|phrase| phrase.language.as_deref() == Some(language.as_str()))
                    || intent.answers.iter().any(|answer| answer.language == *language)
            })
        };
        let of = self.known.iter().filter(|known| known.department == department).map(|known| &known.intent);
        let mut found: Vec<_> = of.filter(|intent| mentions(intent) && speaks(intent)).cloned().collect();
        found.sort_by_key(|intent| intent.id);
        found
    }
}

/// What the engine is trained on: every phrase of every department, in a fixed order.
#[must_use]
pub fn training_set(contents: &[(Id<id::Department>, Content)]) -> TrainingSet {
    let intents = contents.iter().flat_map(|(_, content)| &content.intents).map(|intent| TrainingIntent {
        label: intent.id.to_string(),
        title: intent.title.clone(),
        phrases: intent
            .phrases
            .iter()
            .map(|phrase| TrainingPhrase { text: phrase.text.clone(), language: phrase.language.clone() })
            .collect(),
    });
    TrainingSet { intents: intents.collect() }
}

/// Bots of more phrases are fitted for the default tier alone: encoding each takes milliseconds, and so many phrases need
/// no better tier.
const MOST_ENCODED: usize = 4_000;

/// Fits a model off the workers; one at a time, so that serving keeps its core.
pub(crate) async fn fit(app: &App, set: TrainingSet) -> Result<Arc<Model>, Refusal> {
    let _turn = app.live.fitting.acquire().await.map_err(|_| Refusal::Unavailable("fitting"))?;
    let phrases: usize = set.intents.iter().map(|intent| intent.phrases.len()).sum();
    let encoder = app.encoder.clone().filter(|_| phrases <= MOST_ENCODED);
    let fitted = tokio::task::spawn_blocking(move || Model::fit_with(&set, encoder.as_ref())).await;
    fitted.map_err(Refusal::broken)?.map(Arc::new).map_err(Refusal::broken)
}

/// The bots that this node has in memory; the least used tenants' fall out.
pub struct LiveBots {
    slots: Cache<Id<id::Tenant>, Arc<Slot>>,
    pub(crate) fitting: tokio::sync::Semaphore,
}

#[derive(Default)]
struct Slot {
    bot: Mutex<Option<(Arc<LiveBot>, Look)>>,
    loading: Arc<tokio::sync::Mutex<()>>,
}

/// Whether a bot in memory is still as the database says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// As far as is known.
    Fresh,
    /// Somebody said that it changed.
    Again,
    /// A newer build was first asked for at this time.
    NewerSince(Moment),
}

impl Slot {
    fn held(&self) -> Option<(Arc<LiveBot>, Look)> {
        self.bot.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold(&self, bot: Arc<LiveBot>, look: Look) {
        *self.bot.lock().unwrap_or_else(PoisonError::into_inner) = Some((bot, look));
    }
}

impl LiveBots {
    pub(crate) fn new(most: usize) -> Self {
        Self { slots: Cache::new(most), fitting: tokio::sync::Semaphore::new(1) }
    }

    fn slot(&self, tenant: Id<id::Tenant>) -> Arc<Slot> {
        self.slots.get_or_insert_with(&tenant, || Ok::<_, std::convert::Infallible>(Arc::default())).unwrap_or_default()
    }

    /// How many companies' bots are in memory.
    #[must_use]
    pub fn count(&self) -> usize {
        self.slots.len()
    }

    /// A tenant's bot as this node last had it, without asking the database.
    pub(crate) fn at_hand(&self, tenant: Id<id::Tenant>) -> Option<Arc<LiveBot>> {
        Some(self.slots.get(&tenant)?.held()?.0)
    }

    /// Reads a tenant's bot anew when it is asked for next.
    pub(crate) fn look_again(&self, tenant: Id<id::Tenant>) {
        if let Some(slot) = self.slots.get(&tenant)
            && let Some((bot, _)) = slot.held()
        {
            slot.hold(bot, Look::Again);
        }
    }

    /// Keeps everybody from loading a tenant's bot until the guard is dropped.
    pub(crate) async fn hold_loading(&self, tenant: Id<id::Tenant>) -> tokio::sync::OwnedMutexGuard<()> {
        Arc::clone(&self.slot(tenant).loading).lock_owned().await
    }

    /// Puts a bot in place that was just built here.
    pub(crate) fn place(&self, tenant: Id<id::Tenant>, bot: LiveBot) {
        self.slot(tenant).hold(Arc::new(bot), Look::Fresh);
    }
}

impl App {
    /// The tenant's bot at its current build, loaded if need be (5 s at most).
    pub async fn live_bot(&self, tx: &Tx) -> Result<Arc<LiveBot>, Refusal> {
        let number = tx.builds().bot().await?.current_build;
        self.bot_at(tx, number).await
    }

    /// The bot for a visitor: while a newer build loads, the one before may answer, for two seconds at most.
    pub(crate) async fn bot_for_chat(&self, tx: &Tx, number: i64) -> Result<Arc<LiveBot>, Refusal> {
        let slot = self.live.slot(tx.scope().tenant());
        match slot.held() {
            Some((bot, Look::Fresh)) if bot.number >= number => Ok(bot),
            Some((bot, look)) => {
                let since = if let Look::NewerSince(since) = look { since } else { self.now() };
                if self.now().since(since) < STALE && slot.loading.try_lock().is_err() {
                    slot.hold(Arc::clone(&bot), Look::NewerSince(since));
                    return Ok(bot);
                }
                self.bot_at(tx, number).await
            }
            None => self.bot_at(tx, number).await,
        }
    }

    async fn bot_at(&self, tx: &Tx, number: i64) -> Result<Arc<LiveBot>, Refusal> {
        let slot = self.live.slot(tx.scope().tenant());
        if let Some((bot, Look::Fresh)) = slot.held().filter(|(bot, _)| bot.number >= number) {
            return Ok(bot);
        }
        tokio::time::timeout(PATIENCE, async {
            let _loading = slot.loading.lock().await;
            if let Some((bot, Look::Fresh)) = slot.held().filter(|(bot, _)| bot.number >= number) {
                return Ok(bot);
            }
            let bot = Arc::new(self.load(tx, number).await?);
            slot.hold(Arc::clone(&bot), Look::Fresh);
            Ok(bot)
        })
        .await
        .map_err(|_| Refusal::Unavailable("bot"))?
    }

    /// Reads a build from the database, or the live one where it was let go meanwhile. An artefact that this engine can't
    /// read (another version, damage) is made anew from the releases.
    async fn load(&self, tx: &Tx, number: i64) -> Result<LiveBot, Refusal> {
        let encoder = self.encoder.clone();
        let faces = faces(tx).await?;
        let Some(Build { number, parts, artefact, created_at, .. }) = tx.builds().at(number).await? else {
            let model = fit(self, TrainingSet::default()).await?;
            return LiveBot::join(number, Vec::new(), model, None, Vec::new(), faces);
        };
        let contents = contents(tx, &parts).await?;
        let read = tokio::task::spawn_blocking(move || Model::from_bytes_with(&artefact, encoder.as_ref()));
        let model = match read.await.map_err(Refusal::broken)? {
            Ok(model) => {
                self.metrics.loaded(Loading::Read);
                Arc::new(model)
            }
            Err(error) => {
                tracing::warn!(build = number, %error, "artefact can't be read; fitting again");
                self.metrics.loaded(Loading::Fitted);
                fit(self, training_set(&contents)).await?
            }
        };
        LiveBot::join(number, parts, model, Some(created_at), contents, faces)
    }
}

/// How every department shows itself.
pub(crate) async fn faces(tx: &Tx) -> Result<HashMap<Id<id::Department>, Face>, Refusal> {
    let face = |department: guildhall_domain::department::Department| {
        (department.id, Face { key: department.key.to_string(), name: department.name.into() })
    };
    Ok(tx.departments().all().await?.into_iter().map(face).collect())
}

/// The contents of a build's parts, in the order of departments.
pub(crate) async fn contents(tx: &Tx, parts: &[Part]) -> Result<Vec<(Id<id::Department>, Content)>, Refusal> {
    let found = tx.releases().contents(parts.iter().map(|part| part.content)).await?;
    let content = |part: &Part| found.get(&part.content).cloned().map(|content| (part.department, content));
    let all: Option<Vec<_>> = parts.iter().map(content).collect();
    all.ok_or_else(|| Refusal::broken("a release whose content is not there"))
}
