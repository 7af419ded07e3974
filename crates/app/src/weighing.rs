//! Weighing a release before a model is made of it: what it would do to the departments that are live.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use guildhall_domain::{
    Actor, Id, Refusal,
    bot::Settings,
    content::Content,
    harm::{CONFIDENT, Fare, Harm, Stray, brought, harms},
    id,
    release::{Part, Release, next_parts},
};
use guildhall_nlu::{Query, TrainingSet, Validation};
use guildhall_persistence::Tx;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use crate::{
    App,
    live::{LiveBot, contents, training_set},
};

type Contents = Vec<(Id<id::Department>, Content)>;

/// How bots fare that were weighed lately, by what they learn from: what a release leaves live is what the next one is
/// weighed against.
pub(crate) struct Weighings(Cache<[u8; 32], Arc<Validation>>);

impl Default for Weighings {
    fn default() -> Self {
        Self(Cache::new(16))
    }
}

/// What a release would do to the departments that `present` speaks for, but for those that let it go before.
pub(crate) async fn weigh(
    app: &App,
    system: &Actor,
    present: &[Part],
    release: &Release,
) -> Result<Vec<Harm>, Refusal> {
    let next = next_parts(present, &[release.part()]);
    let read = async |tx: &Tx| {
        let settings = tx.builds().bot().await?.settings;
        Ok((settings, contents(tx, present).await?, contents(tx, &next).await?, app.live_bot(tx).await?))
    };
    let (settings, before, after, bot) = app.look(system, read).await?;
    let let_go: HashSet<_> =
        release.harms.iter().filter(|harm| harm.let_go.is_some()).map(|harm| harm.department).collect();
    let weighed = |department: Id<id::Department>| department != release.department && !let_go.contains(&department);
    let others: Contents = before.iter().filter(|(department, _)| weighed(*department)).cloned().collect();
    let (learned, learns) = (training_set(&before), training_set(&after));
    // Who changes answers alone can't harm anybody.
    if others.is_empty() || learned == learns {
        return Ok(Vec::new());
    }
    let own = |all: &Contents| all.iter().find(|(of, _)| *of == release.department).map(|(_, content)| content.clone());
    let brought = brought(&own(&before).unwrap_or_default(), &own(&after).unwrap_or_default());
    let strays = strays(release.department, &brought, bot).await?;
    let (learned, learns) = (app.fares(&before, learned).await?, app.fares(&after, learns).await?);
    let fares = fares(&others, &taken_for(&before, &learned), &taken_for(&after, &learns));
    let tolerance = settings.tolerance.unwrap_or(Settings::TOLERANCE);
    Ok(harms(&others, &brought, &strays, &fares, tolerance))
}

/// The phrases that the live bot gives to other departments with confidence.
async fn strays(own: Id<id::Department>, brought: &[String], bot: Arc<LiveBot>) -> Result<Vec<Stray>, Refusal> {
    let brought = brought.to_vec();
    let stray = move || {
        let look = |text: String| {
            let found = bot.model.predict(&Query { text: &text, language: None });
            let best = found.ranking.first().filter(|best| found.in_scope && best.confidence >= CONFIDENT)?;
            let known = bot.known(best.intent).filter(|known| known.department != own)?;
            Some(Stray { taken_for: known.intent.id, text })
        };
        brought.into_iter().filter_map(look).collect()
    };
    tokio::task::spawn_blocking(stray).await.map_err(Refusal::broken)
}

/// What each held-out phrase was taken for, by its intent and its place there.
fn taken_for(all: &Contents, validation: &Validation) -> HashMap<(Id<id::Intent>, usize), Id<id::Intent>> {
    let intents: Vec<_> = all.iter().flat_map(|(_, content)| &content.intents).map(|intent| intent.id).collect();
    let place = |held: &guildhall_nlu::HeldOut| {
        Some(((*intents.get(held.intent)?, held.phrase), *intents.get(held.taken_for)?))
    };
    validation.phrases.iter().filter_map(place).collect()
}

fn fares(
    others: &Contents,
    before: &HashMap<(Id<id::Intent>, usize), Id<id::Intent>>,
    after: &HashMap<(Id<id::Intent>, usize), Id<id::Intent>>,
) -> Vec<Fare> {
    let mut found = Vec::new();
    for (department, content) in others {
        for intent in &content.intents {
            for (at, phrase) in intent.phrases.iter().enumerate() {
                if let Some((before, after)) = before.get(&(intent.id, at)).zip(after.get(&(intent.id, at))) {
                    let (department, intent, text) = (*department, intent.id, phrase.text.clone());
                    found.push(Fare { department, intent, text, before: *before, after: *after });
                }
            }
        }
    }
    found
}

impl App {
    /// How a bot's phrases fare when they are held out; remembered for a while.
    async fn fares(&self, all: &Contents, set: TrainingSet) -> Result<Arc<Validation>, Refusal> {
        let mut hasher = Sha256::new();
        for intent in &set.intents {
            for text in [Some(&intent.label), intent.title.as_ref()].into_iter().flatten() {
                hasher.update(text.as_bytes());
                hasher.update([0]);
            }
            for phrase in &intent.phrases {
                hasher.update(phrase.text.as_bytes());
                hasher.update([1]);
                hasher.update(phrase.language.as_deref().unwrap_or_default().as_bytes());
                hasher.update([2]);
            }
        }
        let key: [u8; 32] = hasher.finalize().into();
        if let Some(known) = self.weighings.0.get(&key) {
            return Ok(known);
        }
        let validation = self.validate(all).await?;
        self.weighings.0.insert(key, Arc::clone(&validation));
        Ok(validation)
    }
}
