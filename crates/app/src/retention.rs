//! How long conversations are kept: a company's setting, the nightly deletion, and the erasure of a visitor. Numbers and
//! gaps outlive them; what an erased visitor said goes everywhere.

use std::time::Duration;

use guildhall_domain::{
    Id, Moment, Permit, Refusal,
    event::{Event, Kind},
    id,
    policy::{EraseVisitor, SetRetention},
};
use guildhall_persistence::Tx;
use serde_json::json;

use crate::{App, Work, worker::Doing};

/// How long conversations are kept after their last message where the company said nothing, in days.
pub const USUAL: i64 = 180;
/// The shortest and the longest time that a company may set, in days.
pub const BOUNDS: (i64, i64) = (30, 1_095);
/// Conversations that are deleted in one unit of work.
const PART: u64 = 200;

/// For how long conversations are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Days after the last message.
    pub days: i64,
    /// Since when it is so; never where the company said nothing.
    pub updated_at: Option<Moment>,
}

/// What was deleted of a visitor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Conversations.
    pub conversations: u64,
    /// Messages of these.
    pub messages: u64,
    /// Examples of gaps.
    pub examples: u64,
}

async fn kept(tx: &Tx) -> Result<Retention, Refusal> {
    let set = tx.retentions().days().await?;
    Ok(set.map_or(Retention { days: USUAL, updated_at: None }, |(days, at)| Retention { days, updated_at: Some(at) }))
}

/// For how long conversations are kept.
pub async fn get(tx: &Tx, _: &Permit<SetRetention>) -> Result<Retention, Refusal> {
    kept(tx).await
}

/// Says for how long conversations are kept.
pub async fn set(work: &Work<'_>, permit: &Permit<SetRetention>, days: i64) -> Result<Retention, Refusal> {
    permit.whole()?;
    let (least, most) = BOUNDS;
    if !(least..=most).contains(&days) {
        return Err(Refusal::flaw("/conversation_days", "out-of-range", "must be 30 to 1095 days"));
    }
    work.retentions().set(days, work.now()).await?;
    work.tell(Event::of(Kind::RetentionChanged, "retention").with(json!({ "conversation_days": days })))?;
    kept(work).await
}

/// Deletes a visitor with all that they said: conversations, messages, ratings, examples of gaps. Counts stay.
pub async fn erase(
    work: &Work<'_>,
    permit: &Permit<EraseVisitor>,
    visitor: Id<id::Visitor>,
) -> Result<Erased, Refusal> {
    permit.whole()?;
    let examples = work.gaps().said_by(visitor).await?;
    let known = work.visitors().get(visitor).await?.is_some();
    if !known && examples.is_empty() {
        return Err(Refusal::NotFound);
    }
    let conversations = work.retentions().of_visitor(visitor).await?;
    crate::gap::forget(work, &examples).await?;
    let spoken = examples.iter().filter(|example| example.text.is_some()).count();
    work.gaps().erase(visitor).await?;
    work.tallies().forget(&conversations).await?;
    let messages = work.retentions().end(&conversations).await?;
    work.retentions().forget(visitor).await?;
    work.app().forget_visitor(visitor);
    let erased = Erased {
        conversations: u64::try_from(conversations.len()).unwrap_or(u64::MAX),
        messages,
        examples: u64::try_from(spoken).unwrap_or(u64::MAX),
    };
    let data = json!({ "conversations": erased.conversations, "messages": messages, "examples": erased.examples });
    work.tell(Event::of(Kind::VisitorErased, visitor).with(data))?;
    Ok(erased)
}

/// Deletes the conversations of a tenant that are older than they are kept.
pub(crate) fn expire(app: &App, tenant: Id<id::Tenant>) -> Doing<'_, ()> {
    Box::pin(async move {
        // What is not passed on yet would be lost with the conversation.
        crate::relay::relay(app, tenant).await?;
        let system = App::system(tenant);
        let mut gone = 0;
        loop {
            let ended = app.act(&system, part).await?;
            gone += ended;
            if u64::try_from(ended).unwrap_or(u64::MAX) < PART {
                break;
            }
        }
        app.act(&system, async |work| {
            work.retentions().forget_gone(work.now()).await?;
            if gone > 0 {
                work.tell(
                    Event::of(Kind::ConversationsExpired, "conversations").with(json!({ "conversations": gone })),
                )?;
            }
            Ok(())
        })
        .await
    })
}

async fn part(work: &Work<'_>) -> Result<usize, Refusal> {
    let days = u64::try_from(kept(work).await?.days).unwrap_or(0);
    let long = i64::try_from(Duration::from_hours(24 * days).as_micros()).unwrap_or(i64::MAX);
    let old = work.retentions().silent_since(Moment(work.now().0.saturating_sub(long)), PART).await?;
    if !old.is_empty() {
        work.gaps().expire(&old).await?;
        work.tallies().forget(&old).await?;
        work.retentions().end(&old).await?;
    }
    Ok(old.len())
}
