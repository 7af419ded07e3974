//! The live bot: what it is, how it is set, and what it understands.

use std::sync::Arc;

use guildhall_domain::{
    Permit, Refusal,
    bot::{Decision, Settings, decide},
    event::{Event, Kind},
    policy::{ConfigureBot, ReadLive},
    text::Language,
};
use guildhall_nlu::{Prediction, Query, Repair, Trace};
use guildhall_persistence::{Bot, Tx};

use crate::{
    App, Work,
    live::{Known, LiveBot},
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
    /// Words that were read as others, misspelt as they seemed.
    pub repairs: Vec<Repair>,
    /// The best candidate's raw score.
    pub score: f32,
    /// Raw scores below it are out of scope.
    pub threshold: f32,
    /// Two best confidences closer than this are ambiguous.
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
    judge(bot, settings, bot.model.predict(&Query { text, language: language.map(Language::as_str) }))
}

/// Understands a text and says why.
#[must_use]
pub fn explain<'a>(
    bot: &'a LiveBot,
    settings: &Settings,
    text: &str,
    language: Option<&Language>,
) -> (Understood<'a>, Trace) {
    let trace = bot.model.explain(&Query { text, language: language.map(Language::as_str) });
    (judge(bot, settings, trace.prediction.clone()), trace)
}

/// Decides by the tenant's thresholds, or by the engine's own.
fn judge<'a>(bot: &'a LiveBot, settings: &Settings, prediction: Prediction) -> Understood<'a> {
    let confidences: Vec<f32> = prediction.ranking.iter().map(|ranked| ranked.confidence).collect();
    let threshold = settings.threshold.unwrap_or(prediction.threshold);
    let margin = settings.margin.unwrap_or(prediction.delta);
    let candidates =
        prediction.ranking.iter().take(SHOWN).filter_map(|ranked| {
            bot.known(ranked.intent).map(|known| Candidate { known, confidence: ranked.confidence })
        });
    Understood {
        decision: decide(prediction.score, threshold, &confidences, margin),
        ranking: candidates.collect(),
        language: prediction.language,
        repairs: prediction.repairs,
        score: prediction.score,
        threshold,
        margin,
    }
}

/// The bot's settings and its live build: every department's, so not for a key of some.
pub async fn get(tx: &Tx, permit: &Permit<ReadLive>, app: &App) -> Result<(Bot, Arc<LiveBot>), Refusal> {
    permit.whole()?;
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
