//! Gaps: what visitors asked and the bot could not answer. Who sees one: the leader, and the departments that likely know.

pub(crate) mod gathering;
pub(crate) mod hearing;
mod turning;

use std::collections::BTreeSet;

use guildhall_domain::{
    Conflict, Id, Page, PageRequest, Permit, Refusal,
    event::{Event, Kind},
    gap::{Count, Example, Gap, MOST_EXAMPLES, Reason, State, title_of, trend},
    id,
    policy::{ReadGaps, SettleGaps},
    text::{Note, Title},
};
use guildhall_persistence::{GapFilter, Tx};
use serde_json::json;

pub use turning::{Into, NewOfGap, into_intent, into_phrases};
pub(crate) use turning::{answered, ask};

use crate::{Work, department};

/// Which gaps somebody looks for.
#[derive(Debug, Default)]
pub struct Wanted {
    /// How they stand.
    pub state: Option<State>,
    /// The key of a department that likely knows.
    pub department: Option<String>,
    /// Words in the title.
    pub words: Option<String>,
}

/// A gap with all that is known of it.
#[derive(Debug)]
pub struct Whole {
    /// The gap.
    pub gap: Gap,
    /// Its examples: the most central first, then the newest.
    pub examples: Vec<Example>,
    /// How many messages were said when, in which language, where.
    pub counts: Vec<Count>,
    /// How its messages grow; see [`trend`].
    pub trend: Option<f64>,
}

/// A page of the gaps within reach, those in which somebody asked last first.
pub async fn list(
    tx: &Tx,
    permit: &Permit<ReadGaps>,
    wanted: Wanted,
    page: &PageRequest,
) -> Result<Page<Gap>, Refusal> {
    let department = match wanted.department {
        None => None,
        Some(key) => {
            let department = department::referred(tx, permit, &key, "/department").await?;
            permit.over(department.id)?;
            Some(department.id)
        }
    };
    let filter = GapFilter { state: wanted.state, department, words: wanted.words };
    Ok(tx.gaps().list(permit.reach(), &filter, page).await?)
}

/// A gap within reach, whole.
pub async fn get(
    tx: &Tx,
    permit: &Permit<ReadGaps>,
    id: Id<id::Gap>,
    now: guildhall_domain::Moment,
) -> Result<Whole, Refusal> {
    let gap = tx.gaps().get(permit.reach(), id).await?.ok_or(Refusal::NotFound)?;
    whole(tx, gap, now).await
}

async fn whole(tx: &Tx, gap: Gap, now: guildhall_domain::Moment) -> Result<Whole, Refusal> {
    let most = u64::try_from(2 * MOST_EXAMPLES).unwrap_or(u64::MAX);
    let mut examples = tx.gaps().examples(gap.id, most).await?;
    let place = |example: &Example| gap.central.iter().position(|id| *id == example.message).unwrap_or(usize::MAX);
    examples.sort_by_key(place);
    let counts = tx.gaps().counts(gap.id).await?;
    Ok(Whole { trend: trend(&counts, now), gap, examples, counts })
}

/// A gap that may be settled: one that is out of sight is not found, one that may only be read is forbidden.
async fn settled(work: &Work<'_>, permit: &Permit<SettleGaps>, id: Id<id::Gap>) -> Result<Gap, Refusal> {
    if let Some(gap) = work.gaps().get(permit.reach(), id).await? {
        return Ok(gap);
    }
    let reads = guildhall_domain::policy::judge::<ReadGaps>(permit.actor())?;
    match work.gaps().get(reads.reach(), id).await? {
        Some(_) => Err(Refusal::Forbidden("gap.settle")),
        None => Err(Refusal::NotFound),
    }
}

/// Keeps what people changed, if nobody changed it meanwhile.
async fn save(work: &Work<'_>, mut gap: Gap) -> Result<Gap, Refusal> {
    let version = gap.version;
    gap.version += 1;
    gap.updated_at = work.now();
    if work.gaps().save(&gap, version).await? { Ok(gap) } else { Err(Refusal::stale(version)) }
}

fn within(event: Event, gap: &Gap) -> Event {
    match gap.likely().first() {
        Some(likely) => event.within(likely.department),
        None => event,
    }
}

/// Gives a gap another title.
pub async fn title(
    work: &Work<'_>,
    permit: &Permit<SettleGaps>,
    id: Id<id::Gap>,
    version: i64,
    title: Title,
) -> Result<Whole, Refusal> {
    let mut gap = settled(work, permit, id).await?;
    if gap.version != version {
        return Err(Refusal::stale(gap.version));
    }
    (gap.title, gap.titled) = (title, true);
    let gap = save(work, gap).await?;
    work.tell(within(Event::of(Kind::GapTitled, id), &gap))?;
    whole(work, gap, work.now()).await
}

/// Closes a gap.
pub async fn close(
    work: &Work<'_>,
    permit: &Permit<SettleGaps>,
    id: Id<id::Gap>,
    reason: Reason,
    note: Option<Note>,
) -> Result<Whole, Refusal> {
    let gap = settled(work, permit, id).await?;
    let gap = closed(work, gap, reason, note.map(String::from)).await?;
    whole(work, gap, work.now()).await
}

async fn closed(work: &Work<'_>, mut gap: Gap, reason: Reason, note: Option<String>) -> Result<Gap, Refusal> {
    if !matches!(gap.state, State::Open | State::Requested) {
        return Err(Conflict::GapNotOpen.into());
    }
    (gap.state, gap.reason, gap.note, gap.since_closed) = (State::Closed, Some(reason), note, 0);
    let gap = save(work, gap).await?;
    work.tell(within(Event::of(Kind::GapClosed, gap.id).with(json!({ "reason": reason })), &gap))?;
    Ok(gap)
}

/// Opens a gap again that was closed, or for which a department was asked.
pub async fn reopen(work: &Work<'_>, permit: &Permit<SettleGaps>, id: Id<id::Gap>) -> Result<Whole, Refusal> {
    let mut gap = settled(work, permit, id).await?;
    if !matches!(gap.state, State::Closed | State::Requested) {
        return Err(Conflict::GapNotOpen.into());
    }
    (gap.state, gap.reason, gap.note) = (State::Open, None, None);
    let gap = save(work, gap).await?;
    work.tell(within(Event::of(Kind::GapReopened, id), &gap))?;
    whole(work, gap, work.now()).await
}

/// Makes a gap part of another; the other is answered.
pub async fn merge(
    work: &Work<'_>,
    permit: &Permit<SettleGaps>,
    id: Id<id::Gap>,
    into: Id<id::Gap>,
) -> Result<Whole, Refusal> {
    let from = settled(work, permit, id).await?;
    let other = if id == into { None } else { work.gaps().get(permit.reach(), into).await? };
    let Some(mut other) = other else {
        return Err(Refusal::flaw("/into", "invalid-reference", "names no other gap"));
    };
    if from.state == State::Merged || other.state == State::Merged {
        return Err(Conflict::GapNotOpen.into());
    }
    gathering::pour(work, from, &mut other).await?;
    let other = save(work, other).await?;
    gathering::spare(work, &other).await?;
    whole(work, other, work.now()).await
}

/// Makes some of a gap's examples a gap of their own, and keeps the two apart for ever.
pub async fn split(
    work: &Work<'_>,
    permit: &Permit<SettleGaps>,
    id: Id<id::Gap>,
    messages: &[Id<id::Message>],
    title: Option<Title>,
) -> Result<Whole, Refusal> {
    let mut from = settled(work, permit, id).await?;
    if from.state == State::Merged {
        return Err(Conflict::GapNotOpen.into());
    }
    let most = u64::try_from(2 * MOST_EXAMPLES).unwrap_or(u64::MAX);
    let examples = work.gaps().examples(id, most).await?;
    let wanted: BTreeSet<Id<id::Message>> = messages.iter().copied().collect();
    let chosen: Vec<Example> = examples.iter().filter(|example| wanted.contains(&example.message)).cloned().collect();
    if chosen.len() != wanted.len() || chosen.is_empty() {
        return Err(Refusal::flaw("/messages", "invalid-reference", "must name examples of the gap, at least one"));
    }
    let now = work.now();
    let text = chosen.first().and_then(|example| example.text.as_deref()).unwrap_or_default();
    let moved: Vec<Id<id::Message>> = chosen.iter().map(|example| example.message).collect();
    let mut gap = Gap {
        id: work.new_id()?,
        titled: title.is_some(),
        title: title.unwrap_or_else(|| title_of(text)),
        state: State::Open,
        reason: None,
        note: None,
        merged_into: None,
        count: i64::try_from(chosen.len()).unwrap_or(i64::MAX),
        since_closed: 0,
        sums: Vec::new(),
        central: moved.clone(),
        last_at: chosen.iter().map(|example| example.at).max().unwrap_or(now),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    gap.weigh(chosen.iter().flat_map(|example| &example.likely));
    work.gaps().add(&gap).await?;
    work.gaps().place(&moved, Some(id), gap.id).await?;
    work.gaps().count(gap.id, &gathering::counted(chosen.iter(), 1)).await?;
    leave(work, &mut from, &chosen).await?;
    let from = save(work, from).await?;
    work.gaps().part(from.id, gap.id, now).await?;
    work.tell(within(
        Event::of(Kind::GapSplit, from.id).with(json!({ "into": gap.id, "messages": moved.len() })),
        &gap,
    ))?;
    whole(work, gap, now).await
}

/// Takes examples out of a gap's numbers.
async fn leave(work: &Work<'_>, gap: &mut Gap, gone: &[Example]) -> Result<(), Refusal> {
    gap.count -= i64::try_from(gone.len()).unwrap_or(i64::MAX);
    for (department, share) in gone.iter().flat_map(|example| &example.likely) {
        if let Some((_, sum)) = gap.sums.iter_mut().find(|(own, _)| own == department) {
            *sum = (*sum - share).max(0.0);
        }
    }
    gap.sums.retain(|(_, sum)| *sum > 1e-9);
    gap.central.retain(|id| gone.iter().all(|example| example.message != *id));
    work.gaps().count(gap.id, &gathering::counted(gone.iter(), -1)).await?;
    Ok(())
}

/// Lets no gap speak in the words of these examples any more: its title, if it was made of one, is made of another.
pub(crate) async fn forget(work: &Work<'_>, examples: &[Example]) -> Result<(), Refusal> {
    let ids: BTreeSet<Id<id::Gap>> = examples.iter().filter_map(|example| example.gap).collect();
    for mut gap in work.gaps().some(&ids.into_iter().collect::<Vec<_>>()).await? {
        let gone = |id: &Id<id::Message>| examples.iter().any(|example| example.message == *id);
        gap.central.retain(|id| !gone(id));
        if !gap.titled {
            let most = u64::try_from(2 * MOST_EXAMPLES).unwrap_or(u64::MAX);
            let mut others = work.gaps().examples(gap.id, most).await?;
            others.retain(|example| !gone(&example.message));
            let first = gap.central.first().and_then(|id| others.iter().find(|example| example.message == *id));
            let text = first.or(others.first()).and_then(|example| example.text.as_deref()).unwrap_or_default();
            gap.title = title_of(text);
        }
        let version = gap.version;
        work.gaps().save(&gap, version).await?;
    }
    Ok(())
}
