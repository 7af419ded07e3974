//! Hearing: a message that the bot could not answer is kept, masked, with the departments that likely know.

use std::{collections::HashMap, sync::Arc};

use guildhall_domain::{
    Id, Refusal,
    conversation::Conversation,
    gap::{Example, Why, shares},
    id,
    mask::masked,
};
use guildhall_nlu::Query;

use crate::{Work, live::LiveBot};

/// What the bot makes of a message that it could not answer.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    likely: Vec<(Id<id::Department>, f64)>,
    language: Option<String>,
}

/// Reads messages off the workers.
pub(crate) async fn readings(
    bot: &Arc<LiveBot>,
    messages: Vec<(Id<id::Message>, String)>,
) -> Result<HashMap<Id<id::Message>, Read>, Refusal> {
    if messages.is_empty() {
        return Ok(HashMap::new());
    }
    let bot = Arc::clone(bot);
    let read = move || messages.into_iter().map(|(id, text)| (id, read(&bot, &text))).collect();
    tokio::task::spawn_blocking(read).await.map_err(Refusal::broken)
}

fn read(bot: &LiveBot, text: &str) -> Read {
    let prediction = bot.model.predict(&Query { text, language: None });
    let ranking = prediction.ranking.iter();
    let known = ranking.filter_map(|ranked| Some((bot.known(ranked.intent)?.department, f64::from(ranked.confidence))));
    Read { likely: shares(known), language: prediction.language }
}

/// Keeps a message; says whether it was not known yet.
pub(crate) async fn hear(
    work: &Work<'_>,
    bot: &LiveBot,
    of: &Conversation,
    message: Id<id::Message>,
    known: Option<&Read>,
    why: Why,
) -> Result<bool, Refusal> {
    let Some(message) = work.conversations().message(of.id, message).await? else { return Ok(false) };
    let known = known.cloned().unwrap_or_else(|| read(bot, &message.text));
    let told = of.language.as_ref().map(ToString::to_string);
    let example = Example {
        message: message.id,
        gap: None,
        text: Some(masked(&message.text)),
        why,
        language: told.or(known.language),
        channel: of.channel,
        visitor: of.visitor,
        conversation: of.id,
        likely: known.likely,
        at: message.created_at,
    };
    Ok(work.gaps().hear(&example).await?)
}
