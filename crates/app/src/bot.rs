//! The live bot: what it is, how it is set, and what it understands.

use std::sync::Arc;

use guildhall_domain::{
    Permit, Refusal,
    bot::{Decision, Settings, decide},
    boundary::{Applied, Condition, bound},
    event::{Event, Kind},
    policy::{ConfigureBot, ReadLive},
    text::Language,
};
use guildhall_nlu::{Prediction, Query, Ranked, Repair, Trace};
use guildhall_persistence::{Bot, Tx};
use serde_json::{Map, Value};

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
    /// The boundaries that took effect in this context.
    pub boundaries: Vec<Crossed<'a>>,
}

/// A boundary that took effect.
#[derive(Debug)]
pub struct Crossed<'a> {
    /// What is meant here.
    pub meant: &'a Known,
    /// What seemed to be, and is not.
    pub ruled_out: &'a Known,
    /// The conditions that hold.
    pub when: Vec<Condition>,
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
    context: &Map<String, Value>,
) -> Understood<'a> {
    judge(bot, settings, context, bot.model.predict(&Query { text, language: language.map(Language::as_str) }))
}

/// Understands a text and says why.
#[must_use]
pub fn explain<'a>(
    bot: &'a LiveBot,
    settings: &Settings,
    text: &str,
    language: Option<&Language>,
    context: &Map<String, Value>,
) -> (Understood<'a>, Trace) {
    let trace = bot.model.explain(&Query { text, language: language.map(Language::as_str) });
    (judge(bot, settings, context, trace.prediction.clone()), trace)
}

/// Lets boundaries take effect, and decides by the tenant's thresholds, or by the engine's own.
fn judge<'a>(
    bot: &'a LiveBot,
    settings: &Settings,
    context: &Map<String, Value>,
    prediction: Prediction,
) -> Understood<'a> {
    let known = |ranked: &Ranked| bot.known(ranked.intent).map(|known| (known.intent.id, ranked.confidence));
    let mut ranking: Vec<_> = prediction.ranking.iter().filter_map(known).collect();
    let applied = bound(&mut ranking, |rival| bot.boundaries_against(rival).to_vec(), context);
    let crossed = |one: Applied<_>| {
        Some(Crossed { meant: bot.intent(one.meant)?, ruled_out: bot.intent(one.ruled_out)?, when: one.when })
    };
    let confidences: Vec<f32> = ranking.iter().map(|(_, confidence)| *confidence).collect();
    let threshold = settings.threshold.unwrap_or(prediction.threshold);
    let margin = settings.margin.unwrap_or(prediction.delta);
    let candidates = ranking.into_iter().take(SHOWN);
    let candidates =
        candidates.filter_map(|(id, confidence)| bot.intent(id).map(|known| Candidate { known, confidence }));
    Understood {
        decision: decide(prediction.score, threshold, &confidences, margin),
        ranking: candidates.collect(),
        language: prediction.language,
        repairs: prediction.repairs,
        score: prediction.score,
        threshold,
        margin,
        boundaries: applied.into_iter().filter_map(crossed).collect(),
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
