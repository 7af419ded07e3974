//! Gathering: messages that wait are put to their like. A gap keeps its identity: where two turn out to be one, the older
//! stays and the younger points to it.
//!
//! New messages are compared with one another and with the gaps' examples, both bounded, so a gathering takes a bounded
//! time, and the relay's pauses bound its part of a core: the cost of a message does not grow with those before.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use guildhall_domain::{
    Id, Refusal,
    event::{Event, Kind},
    gap::{Count, Example, Gap, MOST_COMPARED, MOST_EXAMPLES, MOST_WAITING, SMALLEST, State, title_of, week_of},
    id,
};
use guildhall_nlu::{Gathering, Grouped, Voice};
use guildhall_persistence::Tx;
use serde_json::json;

use crate::{App, Work};

/// A gap weighs no more than this many messages when new ones are compared with it.
const HEAVIEST: f32 = 48.0;
/// Groups that are written in one unit of work, so that chatting never waits long.
const PART: usize = 20;
/// How many of a gap's messages are noted as its most central ones.
const CENTRAL: usize = MOST_EXAMPLES / 2;

/// What a gathering starts from.
struct Ground {
    examples: Vec<Example>,
    gaps: Vec<Gap>,
    apart: BTreeSet<(Id<id::Gap>, Id<id::Gap>)>,
}

/// Gathers what waits.
pub(crate) async fn gather(app: &App, tenant: Id<id::Tenant>) -> Result<(), Refusal> {
    let system = App::system(tenant);
    let begun = tokio::time::Instant::now();
    let ground = app.look(&system, survey).await?;
    let encoder = app.encoder.clone();
    let compare = move || {
        let groups = compare(&ground, encoder.as_deref());
        (ground, groups)
    };
    let (ground, groups) = tokio::task::spawn_blocking(compare).await.map_err(Refusal::broken)?;
    let changed: Vec<&Grouped> = groups.iter().filter(|group| ground.changes(group)).collect();
    for part in changed.chunks(PART) {
        app.act(&system, async |work| {
            for group in part {
                put(work, &ground, group).await?;
            }
            Ok(())
        })
        .await?;
    }
    app.marks.took(tenant, begun.elapsed().min(Duration::from_secs(15)));
    Ok(())
}

async fn survey(tx: &Tx) -> Result<Ground, Refusal> {
    let mut examples = tx.gaps().known(MOST_COMPARED).await?;
    let ids: BTreeSet<Id<id::Gap>> = examples.iter().filter_map(|example| example.gap).collect();
    let gaps = tx.gaps().some(&ids.into_iter().collect::<Vec<_>>()).await?;
    examples.extend(tx.gaps().waiting(MOST_WAITING).await?);
    let apart = tx.gaps().apart().await?.into_iter().map(|(one, other)| (one.min(other), one.max(other))).collect();
    Ok(Ground { examples, gaps, apart })
}

fn compare(ground: &Ground, encoder: Option<&guildhall_nlu::SentenceEncoder>) -> Vec<Grouped> {
    let place: HashMap<Id<id::Gap>, usize> = ground.gaps.iter().enumerate().map(|(at, gap)| (gap.id, at)).collect();
    let mut spoken: HashMap<Id<id::Gap>, f32> = HashMap::new();
    for gap in ground.examples.iter().filter_map(|example| example.gap) {
        *spoken.entry(gap).or_default() += 1.0;
    }
    let voice = |example: &'_ Example| {
        let gap = example.gap.and_then(|gap| Some((gap, *place.get(&gap)?)));
        let weight = gap.and_then(|(gap, at)| Some(weight(ground.gaps.get(at)?.count, *spoken.get(&gap)?)));
        (weight.unwrap_or(1.0), gap.map(|(_, at)| at))
    };
    let told: Vec<(f32, Option<usize>)> = ground.examples.iter().map(voice).collect();
    let voices: Vec<Voice<'_>> = ground
        .examples
        .iter()
        .zip(told)
        .map(|(example, (weight, group))| {
            let text = example.text.as_deref().unwrap_or_default();
            Voice { text, language: example.language.as_deref(), weight, group }
        })
        .collect();
    Gathering::of(&voices, encoder).groups(|one, other| match (ground.gaps.get(one), ground.gaps.get(other)) {
        (Some(one), Some(other)) => {
            let open = one.state == State::Open && other.state == State::Open;
            open && !ground.apart.contains(&(one.id.min(other.id), one.id.max(other.id)))
        }
        _ => false,
    })
}

/// What one of a gap's examples weighs, where so many speak for all its messages.
#[expect(clippy::cast_precision_loss, reason = "counts of messages, of which no more than 48 count")]
fn weight(count: i64, spoken: f32) -> f32 {
    ((count as f32).min(HEAVIEST) / spoken).max(1.0)
}

impl Ground {
    /// Whether a group says anything new: messages that waited, or gaps that are one.
    fn changes(&self, group: &Grouped) -> bool {
        let new = self.voices(group).filter(|example| example.gap.is_none()).count();
        match group.before.len() {
            0 => new >= SMALLEST,
            1 => new > 0,
            _ => true,
        }
    }

    fn voices<'a>(&'a self, group: &'a Grouped) -> impl Iterator<Item = &'a Example> {
        group.voices.iter().filter_map(|at| self.examples.get(*at))
    }
}

/// Writes what came of one group.
async fn put(work: &Work<'_>, ground: &Ground, group: &Grouped) -> Result<(), Refusal> {
    let ids: Vec<Id<id::Gap>> = group.before.iter().filter_map(|at| ground.gaps.get(*at)).map(|gap| gap.id).collect();
    // They may have changed since they were read.
    let mut gaps = work.gaps().some(&ids).await?;
    gaps.retain(|gap| gap.state != State::Merged);
    if gaps.len() > 1 {
        gaps.retain(|gap| gap.state == State::Open);
    }
    let new: Vec<&Example> = ground.voices(group).filter(|example| example.gap.is_none()).collect();
    let central: Vec<Id<id::Message>> = ground.voices(group).map(|example| example.message).take(CENTRAL).collect();
    let mut gaps = gaps.into_iter();
    let mut gap = match gaps.next() {
        Some(gap) => gap,
        None if ids.is_empty() => found(work, ground, group, &new).await?,
        None => return Ok(()),
    };
    for younger in gaps {
        pour(work, younger, &mut gap).await?;
    }
    take_in(work, &mut gap, &new).await?;
    if !gap.titled
        && let Some(text) = ground.voices(group).find_map(|example| example.text.as_deref())
    {
        gap.title = title_of(text);
    }
    gap.central = central;
    gap.updated_at = work.now();
    let version = gap.version;
    work.gaps().save(&gap, version).await?;
    spare(work, &gap).await
}

/// Makes a gap of messages that nobody put anywhere.
async fn found(work: &Work<'_>, ground: &Ground, group: &Grouped, new: &[&Example]) -> Result<Gap, Refusal> {
    let now = work.now();
    let text = ground.voices(group).find_map(|example| example.text.as_deref()).unwrap_or_default();
    let mut gap = Gap {
        id: work.new_id()?,
        title: title_of(text),
        titled: false,
        state: State::Open,
        reason: None,
        note: None,
        merged_into: None,
        count: 0,
        since_closed: 0,
        sums: Vec::new(),
        central: Vec::new(),
        last_at: now,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    gap.weigh(new.iter().flat_map(|example| &example.likely));
    let event = Event::of(Kind::GapFound, gap.id).with(json!({ "messages": new.len() }));
    work.tell(match gap.likely().first() {
        Some(likely) => event.within(likely.department),
        None => event,
    })?;
    gap.sums.clear();
    work.gaps().add(&gap).await?;
    Ok(gap)
}

/// Puts messages that waited into a gap, and counts them.
pub(super) async fn take_in(work: &Work<'_>, gap: &mut Gap, new: &[&Example]) -> Result<(), Refusal> {
    let ids: Vec<Id<id::Message>> = new.iter().map(|example| example.message).collect();
    let placed = work.gaps().place(&ids, None, gap.id).await?;
    if placed != u64::try_from(ids.len()).unwrap_or(u64::MAX) {
        // Some were erased or placed meanwhile; counted are those that are here now.
        return Err(Refusal::Unavailable("gap"));
    }
    gap.weigh(new.iter().flat_map(|example| &example.likely));
    let more = i64::try_from(placed).unwrap_or(i64::MAX);
    gap.count += more;
    if gap.state == State::Closed {
        gap.since_closed += more;
    }
    gap.last_at = new.iter().map(|example| example.at).max().map_or(gap.last_at, |at| at.max(gap.last_at));
    if gap.count == more {
        gap.last_at = new.iter().map(|example| example.at).max().unwrap_or(gap.last_at);
    }
    work.gaps().count(gap.id, &counted(new.iter().copied(), 1)).await?;
    Ok(())
}

/// Messages by week, language and channel.
pub(super) fn counted<'a>(examples: impl Iterator<Item = &'a Example>, each: i64) -> Vec<Count> {
    let mut counts: BTreeMap<(i64, String, Id<id::Channel>), i64> = BTreeMap::new();
    for example in examples {
        let key = (week_of(example.at), example.language.clone().unwrap_or_default(), example.channel);
        *counts.entry(key).or_default() += each;
    }
    counts.into_iter().map(|((week, language, channel), count)| Count { week, language, channel, count }).collect()
}

/// Makes one gap part of another: its messages, its counts, and who likely knows.
pub(super) async fn pour(work: &Work<'_>, mut from: Gap, into: &mut Gap) -> Result<(), Refusal> {
    work.gaps().pour(from.id, into.id).await?;
    let counts = work.gaps().counts(from.id).await?;
    work.gaps().count(into.id, &counts).await?;
    into.weigh(&from.sums);
    into.count += from.count;
    into.last_at = into.last_at.max(from.last_at);
    let version = from.version;
    from.state = State::Merged;
    from.merged_into = Some(into.id);
    from.version += 1;
    from.updated_at = work.now();
    if !work.gaps().save(&from, version).await? {
        return Err(Refusal::Unavailable("gap"));
    }
    work.tell(Event::of(Kind::GapMerged, from.id).with(json!({ "into": into.id })))
}

/// Keeps the most central examples and the newest; what the others say is forgotten.
pub(super) async fn spare(work: &Work<'_>, gap: &Gap) -> Result<(), Refusal> {
    let all = work.gaps().examples(gap.id, MOST_WAITING).await?;
    if all.len() <= MOST_EXAMPLES {
        return Ok(());
    }
    let central: BTreeSet<Id<id::Message>> = gap.central.iter().copied().take(CENTRAL).collect();
    let others = all.iter().filter(|example| !central.contains(&example.message));
    let newest = MOST_EXAMPLES - all.iter().filter(|example| central.contains(&example.message)).count();
    let surplus: Vec<Id<id::Message>> = others.skip(newest).map(|example| example.message).collect();
    work.gaps().hush(&surplus).await?;
    Ok(())
}
