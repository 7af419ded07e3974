//! Overlaps: measured over all pairs of live intents after each release and every night, kept from run to run, listed worst
//! first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use guildhall_domain::{
    Id, Moment, Page, PageRequest, Permit, Reach, Refusal,
    content::FrozenIntent,
    event::{Event, Kind},
    folded, id,
    overlap::{BAD_RATING, Live, Measures, NEIGHBOUR, Overlap, Party, Run, Severity, State},
    policy::ReadOverlaps,
    settlement::Settlement,
};
use guildhall_nlu::{FitError, TrainingSet, apart, nearest};
use guildhall_persistence::{Errand, ErrandKind, OverlapFilter, Traffic, Tx};
use serde_json::json;

use crate::{
    App, Work,
    department::referred,
    live::{Known, LiveBot, training_set},
    settlement,
    worker::{Doing, Outcome, Trade, give_up_aloud},
};

/// Live traffic counts for four weeks.
const WEEKS: std::time::Duration = std::time::Duration::from_hours(28 * 24);
/// The most replies that a run looks at.
const MOST_REPLIES: u64 = 100_000;
/// How many runs of an overlap are shown.
const SHOWN_RUNS: u64 = 100;

pub(crate) const TRADE: Trade = Trade {
    kind: ErrandKind::Overlaps,
    able: |_| true,
    attempts: 5,
    run: |app, errand| Box::pin(run(app, errand)),
    give_up: |app, errand| give_up_aloud(app, errand),
};

async fn run(app: &App, errand: &Errand) -> Result<Outcome, Refusal> {
    match errand.reference.split_once('/') {
        Some((overlap, settlement)) => {
            let (Ok(overlap), Ok(settlement)) = (overlap.parse(), settlement.parse()) else { return Ok(Outcome::Done) };
            settlement::evaluate(app, errand.tenant, overlap, settlement).await?;
        }
        None => measure(app, errand.tenant).await?,
    }
    Ok(Outcome::Done)
}

/// Asks for a run.
pub(crate) async fn ask(work: &Work<'_>) -> Result<(), Refusal> {
    work.ask(ErrandKind::Overlaps, "", work.now()).await
}

/// Asks for a run of a tenant, as a chore.
pub(crate) fn nightly(app: &App, tenant: Id<id::Tenant>) -> Doing<'_, ()> {
    Box::pin(async move { measure(app, tenant).await })
}

/// What two intents are called together.
type Pair = (Id<id::Intent>, Id<id::Intent>);

fn pair(one: Id<id::Intent>, other: Id<id::Intent>) -> (Pair, bool) {
    if one < other { ((one, other), false) } else { ((other, one), true) }
}

/// Measures all pairs of what is live and keeps what was found.
pub(crate) async fn measure(app: &App, tenant: Id<id::Tenant>) -> Result<(), Refusal> {
    let system = App::system(tenant);
    let since = Moment(app.now().0.saturating_sub(i64::try_from(WEEKS.as_micros()).unwrap_or(0)));
    let look = async |tx: &Tx| Ok((app.live_bot(tx).await?, tx.overlaps().traffic(since, MOST_REPLIES).await?));
    let (bot, traffic) = app.look(&system, look).await?;
    let contents = bot.contents();
    let set = training_set(&contents);
    let intents: Vec<FrozenIntent> = contents.into_iter().flat_map(|(_, content)| content.intents).collect();
    let found = tokio::task::spawn_blocking(move || in_words(&set, &intents)).await.map_err(Refusal::broken)?;
    let mut found = found.map_err(Refusal::broken)?;
    in_traffic(&traffic, &mut found);
    app.act(&system, async |work| keep(work, &bot, &found).await).await
}

/// What the words say: equal phrases, nearest neighbours, confusion.
fn in_words(set: &TrainingSet, intents: &[FrozenIntent]) -> Result<BTreeMap<Pair, Measures>, FitError> {
    let mut found: BTreeMap<Pair, Measures> = BTreeMap::new();
    let mut owners: HashMap<String, Vec<Id<id::Intent>>> = HashMap::new();
    for intent in intents {
        for words in intent.phrases.iter().map(|phrase| folded(&phrase.text)).collect::<BTreeSet<_>>() {
            let others = owners.entry(words).or_default();
            for other in others.iter() {
                found.entry(pair(intent.id, *other).0).or_default().duplicates += 1;
            }
            others.push(intent.id);
        }
    }
    let id = |at: usize| intents.get(at).map(|intent| intent.id);
    let mut near: HashMap<(usize, usize), usize> = HashMap::new();
    for one in nearest(set)? {
        if one.similarity >= NEIGHBOUR {
            *near.entry((one.intent, one.other_intent)).or_default() += 1;
        }
    }
    for ((from, to), count) in near {
        let (Some(one), Some(other)) = (id(from), id(to)) else { continue };
        let all = intents.get(from).map_or(1, |intent| intent.phrases.len());
        let (both, turned) = pair(one, other);
        found.entry(both).or_default().neighbours[usize::from(turned)] = share(count, all);
    }
    let (judged, _) = apart(set)?;
    let mut of: HashMap<usize, usize> = HashMap::new();
    let mut taken: HashMap<(usize, usize), usize> = HashMap::new();
    for one in judged {
        *of.entry(one.intent).or_default() += 1;
        if one.taken_for != one.intent {
            *taken.entry((one.intent, one.taken_for)).or_default() += 1;
        }
    }
    for ((from, to), count) in taken {
        let (Some(one), Some(other)) = (id(from), id(to)) else { continue };
        let (both, turned) = pair(one, other);
        found.entry(both).or_default().confusion[usize::from(turned)] =
            share(count, of.get(&from).copied().unwrap_or(1));
    }
    Ok(found)
}

#[expect(clippy::cast_precision_loss, reason = "counts of phrases stay far below 2^52")]
fn share(count: usize, all: usize) -> f64 {
    count as f64 / all.max(1) as f64
}

/// What visitors say, counted into the pairs that were asked about or rated.
fn in_traffic(traffic: &[Traffic], found: &mut BTreeMap<Pair, Measures>) {
    let mut replies: HashMap<Id<id::Intent>, usize> = HashMap::new();
    let mut asked: BTreeMap<Pair, usize> = BTreeMap::new();
    let mut talks: HashMap<Id<id::Conversation>, Vec<&Traffic>> = HashMap::new();
    for reply in traffic {
        for intent in reply.answered.iter().chain(&reply.offered) {
            *replies.entry(*intent).or_default() += 1;
        }
        for (at, one) in reply.offered.iter().enumerate() {
            for other in reply.offered.iter().skip(at + 1).filter(|other| *other != one) {
                *asked.entry(pair(*one, *other).0).or_default() += 1;
            }
        }
        talks.entry(reply.conversation).or_default().push(reply);
    }
    let mut rated: BTreeMap<Pair, usize> = BTreeMap::new();
    for talk in talks.values() {
        let bad = talk.iter().filter(|reply| reply.score.is_some_and(|score| score <= BAD_RATING));
        for one in bad.filter_map(|reply| reply.answered) {
            let others: BTreeSet<_> =
                talk.iter().filter_map(|reply| reply.answered).filter(|other| *other != one).collect();
            for other in others {
                *rated.entry(pair(one, other).0).or_default() += 1;
            }
        }
    }
    for both in asked.keys().chain(rated.keys()).copied().collect::<BTreeSet<_>>() {
        found.entry(both).or_default();
    }
    for (both, measures) in found {
        let count = |id| replies.get(&id).copied().unwrap_or(0);
        let asked = asked.get(both).copied().unwrap_or(0);
        // A reply that offered both counts once.
        let live = Live {
            replies: (count(both.0) + count(both.1)).saturating_sub(asked),
            asked,
            bad_ratings: rated.get(both).copied().unwrap_or(0),
        };
        measures.live = Some(live).filter(|live| live.replies > 0);
    }
}

/// Keeps what a run found: new overlaps, those that are there still, those that are gone or have returned.
async fn keep(work: &Work<'_>, bot: &LiveBot, found: &BTreeMap<Pair, Measures>) -> Result<(), Refusal> {
    let now = work.now();
    let party = |known: &Known| Party {
        intent: known.intent.id,
        name: known.intent.name.clone(),
        department: known.department,
    };
    let mut seen: BTreeMap<Pair, (Measures, Severity, [Party; 2])> = BTreeMap::new();
    for (both, measures) in found {
        let known = bot.intent(both.0).zip(bot.intent(both.1));
        if let (Some((one, other)), Some(severity)) = (known, measures.severity()) {
            seen.insert(*both, (*measures, severity, [party(one), party(other)]));
        }
    }
    let mut runs = Vec::new();
    for mut overlap in work.overlaps().all().await? {
        let [one, other] = &overlap.parties;
        let here = seen.remove(&(one.intent, other.intent));
        let (before, version) = (overlap.state, overlap.version);
        overlap.state = before.after_run(here.is_some());
        if let Some((measures, severity, parties)) = here {
            overlap = Overlap { measures, severity, parties, last_seen: now, ..overlap };
            runs.push((overlap.id, Run { at: now, build: bot.number, severity, measures }));
        } else if before == State::Gone {
            continue;
        }
        overlap.updated_at = now;
        // Whoever settled it meanwhile is not written over; the next run sees it.
        if work.overlaps().change(&overlap, version).await? && before != overlap.state {
            let kind = if overlap.state == State::Gone { Kind::OverlapGone } else { Kind::OverlapFound };
            tell(work, &overlap, kind)?;
        }
    }
    let mut new = Vec::with_capacity(seen.len());
    for (measures, severity, parties) in seen.into_values() {
        let overlap = Overlap {
            id: work.new_id()?,
            parties,
            state: State::Open,
            severity,
            measures,
            first_seen: now,
            last_seen: now,
            ignored_until: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        runs.push((overlap.id, Run { at: now, build: bot.number, severity, measures }));
        if severity > Severity::Minor {
            tell(work, &overlap, Kind::OverlapFound)?;
        }
        new.push(overlap);
    }
    work.overlaps().add(&new).await?;
    work.overlaps().keep_runs(&runs).await?;
    Ok(())
}

/// Says what happened to an overlap, to both owners.
pub(crate) fn tell(work: &Work<'_>, overlap: &Overlap, kind: Kind) -> Result<(), Refusal> {
    let departments: BTreeSet<_> = overlap.parties.iter().map(|party| party.department).collect();
    for department in departments {
        let intents: Vec<_> = overlap.parties.iter().map(|party| party.intent).collect();
        let data = json!({ "severity": overlap.severity.name(), "intents": intents });
        work.tell(Event::of(kind, overlap.id).within(department).with(data))?;
    }
    Ok(())
}

/// Opens what was ignored until now, as a chore.
pub(crate) fn reopen(app: &App, tenant: Id<id::Tenant>) -> Doing<'_, ()> {
    Box::pin(async move {
        let reopen = async |work: &Work<'_>| {
            for mut overlap in work.overlaps().overdue(work.now()).await? {
                let version = overlap.version;
                overlap.state = State::Open;
                overlap.ignored_until = None;
                overlap.version += 1;
                overlap.updated_at = work.now();
                if work.overlaps().change(&overlap, version).await? {
                    tell(work, &overlap, Kind::OverlapReopened)?;
                }
            }
            Ok(())
        };
        app.act(&App::system(tenant), reopen).await
    })
}

/// Which overlaps are listed.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// That touch the department of this key.
    pub department: Option<String>,
    /// In this state.
    pub state: Option<State>,
    /// Of this severity.
    pub severity: Option<Severity>,
    /// First found so many days ago, or longer.
    pub days: Option<u32>,
}

/// A page of the overlaps that touch the departments within reach, the worst first.
pub async fn list(
    tx: &Tx,
    permit: &Permit<ReadOverlaps>,
    now: Moment,
    wanted: Wanted,
    page: &PageRequest,
) -> Result<Page<Overlap>, Refusal> {
    let department = match &wanted.department {
        Some(key) => {
            let found = referred(tx, permit, key, "/department").await?.id;
            permit.over(found)?;
            Some(found)
        }
        None => None,
    };
    let since = wanted.days.map(|days| Moment(now.0.saturating_sub(i64::from(days) * 86_400_000_000)));
    let filter = OverlapFilter { department, state: wanted.state, severity: wanted.severity, since };
    Ok(tx.overlaps().list(permit.reach(), &filter, page).await?)
}

/// A phrase that makes two intents overlap.
#[derive(Debug, Clone)]
pub struct Culprit {
    /// Where it stands.
    pub intent: Id<id::Intent>,
    /// Which.
    pub phrase: Id<id::Phrase>,
    /// The words.
    pub text: String,
    /// The nearest phrase of the other.
    pub near: String,
    /// How alike they are, 0 to 1.
    pub similarity: f32,
}

/// An overlap, side by side.
#[derive(Debug)]
pub struct Shown {
    /// The overlap.
    pub overlap: Overlap,
    /// The two intents as they are live; `None` for one that is live no more.
    pub sides: [Option<FrozenIntent>; 2],
    /// The phrases that do it, the nearest first.
    pub culprits: Vec<Culprit>,
    /// What the runs found, the latest first.
    pub runs: Vec<Run>,
    /// How it is and was settled, oldest first.
    pub settlements: Vec<Settlement>,
}

/// Whether an overlap lies within reach.
pub(crate) fn reached(reach: &Reach, overlap: &Overlap) -> bool {
    overlap.parties.iter().any(|party| reach.covers(party.department))
}

/// An overlap with both intents, the phrases that do it, its history and settlements.
pub async fn get(tx: &Tx, permit: &Permit<ReadOverlaps>, app: &App, id: Id<id::Overlap>) -> Result<Shown, Refusal> {
    let overlap = tx.overlaps().get(id).await?.filter(|overlap| reached(permit.reach(), overlap));
    let overlap = overlap.ok_or(Refusal::NotFound)?;
    let bot = app.live_bot(tx).await?;
    let sides = overlap.parties.each_ref().map(|party| bot.intent(party.intent).map(|known| known.intent.clone()));
    let culprits = if let [Some(one), Some(other)] = &sides { culprits(one, other)? } else { Vec::new() };
    let runs = tx.overlaps().runs(id, SHOWN_RUNS).await?;
    let settlements = tx.settlements().of(id).await?;
    Ok(Shown { overlap, sides, culprits, runs, settlements })
}

/// The phrases of each that lie nearest to one of the other's, by the engine's kernel over the two alone.
fn culprits(one: &FrozenIntent, other: &FrozenIntent) -> Result<Vec<Culprit>, Refusal> {
    let both = [one, other];
    let content = guildhall_domain::content::Content { intents: both.map(Clone::clone).to_vec() };
    let near = nearest(&training_set(&[(Id::from_uuid(uuid::Uuid::nil()), content)])).map_err(Refusal::broken)?;
    let culprit = |one: guildhall_nlu::Nearest| {
        let intent = both.get(one.intent)?;
        let phrase = intent.phrases.get(one.phrase)?;
        let near = both.get(one.other_intent)?.phrases.get(one.other_phrase)?;
        Some(Culprit {
            intent: intent.id,
            phrase: phrase.id,
            text: phrase.text.clone(),
            near: near.text.clone(),
            similarity: one.similarity,
        })
    };
    let mut all: Vec<_> = near.into_iter().filter_map(culprit).filter(|one| one.similarity >= NEIGHBOUR).collect();
    all.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.phrase.cmp(&b.phrase)));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id<K>(n: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn traffic_counts_what_was_asked_and_what_was_rated_badly() {
        let reply = |talk, answered: Option<u128>, offered: &[u128], score| Traffic {
            conversation: id(talk),
            answered: answered.map(id),
            offered: offered.iter().copied().map(id).collect(),
            score,
        };
        let mut found = BTreeMap::new();
        in_traffic(
            &[
                reply(1, None, &[2, 1], None),
                reply(1, Some(1), &[], Some(1)),
                reply(1, Some(2), &[], Some(5)),
                reply(2, Some(1), &[], Some(1)),
            ],
            &mut found,
        );
        let live = found[&(id(1), id(2))].live.unwrap();
        assert_eq!(live, Live { replies: 4, asked: 1, bad_ratings: 1 });
    }
}
