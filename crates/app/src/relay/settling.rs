//! Settling: questions that no visitor will answer any more, and conversations whose time to come back has passed.

use std::collections::HashMap;

use guildhall_domain::{
    Id, Reach, Refusal,
    gap::{GONE, Why},
    id,
    tally::RETURN,
};

use super::passing::{Page, due};
use crate::{App, Work};

/// Conversations that are settled in one unit of work.
const PART: u64 = 100;

/// Settles what is due; says how many messages are new to the gaps.
pub(super) async fn settle(app: &App, tenant: Id<id::Tenant>) -> Result<usize, Refusal> {
    let mut heard = 0;
    loop {
        let (settled, new) = app.act(&App::system(tenant), part).await?;
        heard += new;
        if settled < usize::try_from(PART).unwrap_or(usize::MAX) {
            return Ok(heard);
        }
    }
}

async fn part(work: &Work<'_>) -> Result<(usize, usize), Refusal> {
    let now = work.now();
    let all = work.tallies().due(now, PART).await?;
    if all.is_empty() {
        return Ok((0, 0));
    }
    let bot = work.app().live_bot(work).await?;
    let (tallies, talks, readings) = (Default::default(), HashMap::new(), HashMap::new());
    let mut page = Page { work, bot: &bot, readings: &readings, tallies, talks, heard: 0 };
    let settled = all.len();
    for mut talk in all {
        if now >= talk.last_at.after(GONE)
            && let Some(asked) = talk.asked.take()
            && let Some(found) = work.conversations().get(&Reach::Tenant, talk.conversation).await?
        {
            page.hear(&found.conversation, asked.message, Why::NotChosen).await?;
        }
        if now >= talk.last_at.after(RETURN) && talk.settled.is_none() {
            let others = work.tallies().talks_of(talk.visitor).await?;
            let came_back = others.iter().any(|other| talk.taken_up_in(other));
            talk.settled = Some((talk.outcome(came_back), talk.departments.clone()));
            page.settle(&talk, 1);
        }
        work.tallies().keep(&talk, due(&talk)).await?;
    }
    Ok((settled, page.close().await?))
}
