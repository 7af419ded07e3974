//! The live bot: what it is, how it is set, and what it understands.

use std::{collections::HashMap, sync::Arc};

use guildhall_domain::{
    Id, Permit, Refusal,
    bot::{Decision, Settings, decide},
    content::Content,
    event::{Event, Kind},
    id,
    policy::{ConfigureBot, ReadDraft, ReadLive},
    text::Language,
};
use guildhall_nlu::Query;
use guildhall_persistence::{Bot, Tx};
use sha2::{Digest, Sha256};

use crate::{
    App, Work, department,
    live::{Known, LiveBot, contents, faces, fit, training_set},
    notice::Notice,
};

/// The most candidates that a ranking shows.
const SHOWN: usize = 5;

/// What the bot made of a text.
#[derive(Debug)]
pub struct Understood<'a> {
    /// What to do.
    pub decision: Decision,
    /// The best candidates, best first, whatever the decision.
    pub ranking: Vec<Candidate<'a>>,
    /// The language that the text was read in.
    pub language: Option<String>,
    /// How close two candidates are to be ambiguous.
    pub margin: f32,
}

/// An intent that a text may mean.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// The intent with its owner.
    pub known: &'a Known,
    /// How sure the bot is.
    pub confidence: f32,
}

/// Understands a text.
#[must_use]
pub fn understand<'a>(
    bot: &'a LiveBot,
    settings: &Settings,
    text: &str,
    language: Option<&Language>,
) -> Understood<'a> {
    let prediction = bot.model.predict(&Query { text, language: language.map(Language::as_str) });
    let confidences: Vec<f32> = prediction.ranking.iter().map(|ranked| ranked.confidence).collect();
    let threshold = settings.threshold.unwrap_or(prediction.threshold);
    let margin = settings.margin.unwrap_or_else(|| bot.model.facts().delta);
    let candidates =
        prediction.ranking.iter().take(SHOWN).filter_map(|ranked| {
            bot.known(ranked.intent).map(|known| Candidate { known, confidence: ranked.confidence })
        });
    Understood {
        decision: decide(prediction.score, threshold, &confidences, margin),
        ranking: candidates.collect(),
        language: prediction.language,
        margin,
    }
}

/// The bot's settings and its live build.
pub async fn get(tx: &Tx, _: &Permit<ReadLive>, app: &App) -> Result<(Bot, Arc<LiveBot>), Refusal> {
    let bot = tx.builds().bot().await?;
    Ok((bot, app.live_bot(tx).await?))
}

/// Sets what the tenant may set about its bot.
pub async fn configure(
    work: &Work<'_>,
    _: &Permit<ConfigureBot>,
    version: i64,
    settings: Settings,
) -> Result<Bot, Refusal> {
    if !work.builds().configure(&settings, version, work.now()).await? {
        return Err(Refusal::stale(work.builds().bot().await?.version));
    }
    work.tell(Event::of(Kind::BotConfigured, "bot"))?;
    work.notify(Notice::BotChanged(work.scope().tenant()))?;
    Ok(work.builds().bot().await?)
}

/// The bot that would speak if these departments published their drafts now: their drafts beside what the rest has live.
/// Reading a draft needs the permit over its department.
pub async fn of_drafts(
    tx: &Tx,
    permit: &Permit<ReadDraft>,
    app: &App,
    keys: &[String],
) -> Result<Arc<LiveBot>, Refusal> {
    let live = tx.builds().parts(tx.builds().bot().await?.current_build).await?;
    let mut all: HashMap<Id<id::Department>, Content> = contents(tx, &live).await?.into_iter().collect();
    for (at, key) in keys.iter().enumerate() {
        let department = department::referred(tx, key, &format!("/departments/{at}")).await?;
        permit.over(department.id)?;
        all.insert(department.id, Content::freeze(tx.intents().draft(department.id).await?));
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|(department, _)| *department);
    let mut hasher = Sha256::new();
    for (department, content) in &all {
        hasher.update(department.uuid().as_bytes());
        hasher.update(content.canonical().map_err(Refusal::broken)?);
    }
    let (tenant, hash) = (tx.scope().tenant(), hasher.finalize().into());
    if let Some(bot) = app.live.draft(tenant, hash) {
        return Ok(bot);
    }
    let model = fit(app, training_set(&all)).await?;
    let bot = Arc::new(LiveBot::join(0, Vec::new(), model, None, all, faces(tx).await?)?);
    app.live.keep_draft(tenant, hash, Arc::clone(&bot));
    Ok(bot)
}
