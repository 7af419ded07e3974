//! Settling overlaps: one owner proposes how, the other accepts, the leader decides when their time has passed; what is
//! settled goes into the drafts, is measured before and after, and can be undone.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use guildhall_domain::{
    Conflict, Flaw, Id, Moment, Permit, Refusal,
    content::Content,
    event::Kind,
    id,
    overlap::{self, Overlap},
    patch::{Contents, PatchSet, merge, placed},
    policy::{Action, Arbitrate, ReadOverlaps, SettleOverlaps, judge},
    settlement::{Evaluation, LONGEST_IGNORED, Recall, Routing, Settlement, State, TIME, Terms, Undo},
    text::Note,
};
use guildhall_nlu::{Apart, FitError, apart};
use guildhall_persistence::{ErrandKind, Tx};
use serde_json::json;

use crate::{
    App, Work,
    draft::{drafts, everywhere, unfit, write},
    live::training_set,
    overlap::{reached, tell},
};

/// An overlap that somebody settles, locked.
async fn overlap_of<A: Action>(work: &Work<'_>, permit: &Permit<A>, id: Id<id::Overlap>) -> Result<Overlap, Refusal> {
    let overlap = work.overlaps().lock(id).await?.ok_or(Refusal::NotFound)?;
    if reached(permit.reach(), &overlap) {
        return Ok(overlap);
    }
    let sees = judge::<ReadOverlaps>(permit.actor()).is_ok_and(|permit| reached(permit.reach(), &overlap));
    Err(if sees { Refusal::Forbidden(A::NAME) } else { Refusal::NotFound })
}

async fn settlement_of(
    work: &Work<'_>,
    overlap: Id<id::Overlap>,
    id: Id<id::Settlement>,
) -> Result<Settlement, Refusal> {
    work.settlements().get(overlap, id).await?.ok_or(Refusal::NotFound)
}

async fn keep(work: &Work<'_>, mut settlement: Settlement) -> Result<Settlement, Refusal> {
    settlement.updated_at = work.now();
    let version = settlement.version;
    if !work.settlements().change(&settlement, version).await? {
        return Err(Refusal::stale(version));
    }
    settlement.version += 1;
    Ok(settlement)
}

async fn turn(
    work: &Work<'_>,
    mut overlap: Overlap,
    state: overlap::State,
    until: Option<Moment>,
    kind: Kind,
) -> Result<(), Refusal> {
    let version = overlap.version;
    overlap.state = state;
    overlap.ignored_until = until;
    overlap.version += 1;
    overlap.updated_at = work.now();
    if !work.overlaps().change(&overlap, version).await? {
        return Err(Conflict::InFlight.into());
    }
    tell(work, &overlap, kind)
}

/// Proposes how to settle an overlap, for a department of one's own that has one of the two intents.
pub async fn propose(
    work: &Work<'_>,
    permit: &Permit<SettleOverlaps>,
    id: Id<id::Overlap>,
    terms: Terms,
    time: Option<Duration>,
) -> Result<Settlement, Refusal> {
    let overlap = overlap_of(work, permit, id).await?;
    if overlap.state == overlap::State::Settling || overlap.state == overlap::State::Gone {
        return Err(Conflict::NotSettling.into());
    }
    check(work, &overlap, &terms).await?;
    let own = overlap.parties.iter().find(|party| permit.reach().covers(party.department));
    let settlement = Settlement {
        id: work.new_id()?,
        overlap: id,
        state: State::Proposed,
        terms,
        reason: None,
        proposed_by: permit.answers()?,
        proposed_for: own.ok_or(Refusal::NotFound)?.department,
        decided_by: None,
        arbitrated: false,
        due_at: work.now().after(time.unwrap_or(TIME)),
        decided_at: None,
        before: None,
        after: None,
        undo: None,
        undone_by: None,
        version: 1,
        created_at: work.now(),
        updated_at: work.now(),
    };
    work.settlements().add(&settlement).await?;
    if !matches!(settlement.terms, Terms::Ignore { .. }) {
        work.ask(ErrandKind::Overlaps, &format!("{id}/{}", settlement.id), work.now()).await?;
    }
    let until = overlap.ignored_until;
    turn(work, overlap, overlap::State::Settling, until, Kind::SettlementProposed).await?;
    Ok(settlement)
}

/// Refuses terms that name other intents than the two, or that do not fit their drafts.
async fn check(work: &Work<'_>, overlap: &Overlap, terms: &Terms) -> Result<(), Refusal> {
    let flaw = |code, detail: &str| Refusal::flaw("/terms", code, detail);
    let both: BTreeSet<_> = overlap.parties.iter().map(|party| party.intent).collect();
    let named: BTreeSet<_> = terms.intents().into_iter().collect();
    if !named.is_subset(&both) || (terms.intents().len() == 2 && named.len() < 2) {
        return Err(flaw("invalid-reference", "must name the two intents of the overlap"));
    }
    if let Terms::HandOver { to, .. } = terms
        && overlap.parties.iter().all(|party| party.department != *to)
    {
        return Err(flaw("invalid-reference", "an intent is handed over to the other's department"));
    }
    if let Terms::Ignore { until, .. } = terms {
        if *until <= work.now() || *until > work.now().after(LONGEST_IGNORED) {
            return Err(flaw("out-of-range", "ends within a year, and not in the past"));
        }
        return Ok(());
    }
    let before = drafts(work, departments(overlap)).await?;
    let fits = terms.patch(&before).map_err(|(code, detail)| flaw(code, detail))?;
    fits.apply(&before).map(|_| ()).map_err(|misfits| {
        let flaws = misfits.iter().map(|misfit| Flaw {
            pointer: "/terms".to_owned(),
            code: misfit.code,
            detail: misfit.detail.to_owned(),
        });
        Refusal::Invalid(flaws.collect())
    })
}

fn departments(overlap: &Overlap) -> BTreeSet<Id<id::Department>> {
    overlap.parties.iter().map(|party| party.department).collect()
}

/// Accepts or declines what the other owner proposed. Where both intents have one owner, they decide alone.
pub async fn decide(
    work: &Work<'_>,
    permit: &Permit<SettleOverlaps>,
    overlap: Id<id::Overlap>,
    id: Id<id::Settlement>,
    accepts: bool,
    reason: Option<Note>,
) -> Result<Settlement, Refusal> {
    let of = overlap_of(work, permit, overlap).await?;
    let mut settlement = settlement_of(work, overlap, id).await?;
    let by = permit.answers()?;
    let other = of.parties.iter().find(|party| party.department != settlement.proposed_for);
    if let Some(other) = other {
        permit.over(other.department)?;
        if by == settlement.proposed_by {
            return Err(Conflict::OwnProposal.into());
        }
    }
    settlement.decide(accepts, by, false, reason, work.now())?;
    conclude(work, of, settlement).await
}

/// Decides in the owners' place, once their time has passed; that it was so stands with it.
pub async fn arbitrate(
    work: &Work<'_>,
    permit: &Permit<Arbitrate>,
    overlap: Id<id::Overlap>,
    id: Id<id::Settlement>,
    accepts: bool,
    reason: Note,
) -> Result<Settlement, Refusal> {
    let of = overlap_of(work, permit, overlap).await?;
    let mut settlement = settlement_of(work, overlap, id).await?;
    settlement.decide(accepts, permit.answers()?, true, Some(reason), work.now())?;
    tell(work, &of, Kind::SettlementArbitrated)?;
    conclude(work, of, settlement).await
}

/// Puts what was decided into the drafts, or leaves them.
async fn conclude(work: &Work<'_>, of: Overlap, mut settlement: Settlement) -> Result<Settlement, Refusal> {
    if settlement.state == State::Declined {
        turn(work, of, overlap::State::Open, None, Kind::SettlementDeclined).await?;
        return keep(work, settlement).await;
    }
    if let Terms::Ignore { until, .. } = &settlement.terms {
        let until = *until;
        turn(work, of, overlap::State::Ignored, Some(until), Kind::OverlapSettled).await?;
        return keep(work, settlement).await;
    }
    work.intents().hold(settlement.terms.intents()).await?;
    let before = drafts(work, departments(&of)).await?;
    let patch = settlement.terms.patch(&before).map_err(|(code, detail)| Refusal::flaw("/terms", code, detail))?;
    let after = patch.apply(&before).map_err(|misfits| unfit(&misfits))?;
    write(work, &before, &after, &json!({ "settlement": settlement.id })).await?;
    let back = PatchSet::between(&after, &before);
    settlement.undo = Some(Undo { base: back.basis(&after), patch: back });
    turn(work, of, overlap::State::Settled, None, Kind::OverlapSettled).await?;
    keep(work, settlement).await
}

/// Takes back what one's side proposed.
pub async fn withdraw(
    work: &Work<'_>,
    permit: &Permit<SettleOverlaps>,
    overlap: Id<id::Overlap>,
    id: Id<id::Settlement>,
) -> Result<Settlement, Refusal> {
    let of = overlap_of(work, permit, overlap).await?;
    let mut settlement = settlement_of(work, overlap, id).await?;
    permit.over(settlement.proposed_for)?;
    settlement.must_be(State::Proposed)?;
    settlement.state = State::Withdrawn;
    turn(work, of, overlap::State::Open, None, Kind::SettlementWithdrawn).await?;
    keep(work, settlement).await
}

/// Takes a settlement out of the drafts again: exactly what it did, or not at all where something else changed there since.
pub async fn undo(
    work: &Work<'_>,
    permit: &Permit<SettleOverlaps>,
    overlap: Id<id::Overlap>,
    id: Id<id::Settlement>,
) -> Result<Settlement, Refusal> {
    let of = overlap_of(work, permit, overlap).await?;
    let mut settlement = settlement_of(work, overlap, id).await?;
    settlement.must_be(State::Accepted)?;
    if let Some(Undo { base, patch }) = settlement.undo.take() {
        work.intents().hold(patch.intents()).await?;
        let before = drafts(work, everywhere(work).await?).await?;
        let merged = merge(&base, &before, &patch, |_| None).map_err(|misfits| unfit(&misfits))?;
        if !merged.clashes.is_empty() {
            return Err(Conflict::Clashes.into());
        }
        write(work, &before, &merged.contents, &json!({ "undone": settlement.id })).await?;
    }
    settlement.state = State::Undone;
    settlement.undone_by = Some(permit.answers()?);
    turn(work, of, overlap::State::Open, None, Kind::SettlementUndone).await?;
    keep(work, settlement).await
}

/// Measures how well phrases are recognised without a settlement and with it: the two departments' drafts beside what the
/// others have live.
pub(crate) async fn evaluate(
    app: &App,
    tenant: Id<id::Tenant>,
    overlap: Id<id::Overlap>,
    id: Id<id::Settlement>,
) -> Result<(), Refusal> {
    let system = App::system(tenant);
    let look = async |tx: &Tx| {
        let Some(of) = tx.overlaps().get(overlap).await? else { return Ok(None) };
        let Some(settlement) = tx.settlements().get(overlap, id).await? else { return Ok(None) };
        let mut contents: Contents = app.live_bot(tx).await?.contents().into_iter().collect();
        contents.extend(drafts(tx, departments(&of)).await?);
        Ok(Some((of, settlement, contents)))
    };
    let Some((of, settlement, before)) = app.look(&system, look).await? else { return Ok(()) };
    if settlement.state != State::Proposed {
        return Ok(());
    }
    let Ok(Ok(after)) = settlement.terms.patch(&before).map(|patch| patch.apply(&before)) else { return Ok(()) };
    let both = of.parties.map(|party| party.intent);
    let boundary = match &settlement.terms {
        Terms::Boundary { intent, against, .. } => Some((*intent, *against)),
        _ => None,
    };
    // Without the boundary the same phrases are judged: those that are said where it holds.
    let there = boundary.map(|(_, against)| (against, against));
    let measured = tokio::task::spawn_blocking(move || -> Result<_, FitError> {
        Ok((recognised(&before, both, there)?, recognised(&after, both, boundary)?))
    });
    let (before, after) = measured.await.map_err(Refusal::broken)?.map_err(Refusal::broken)?;
    app.act(&system, async |work| {
        let mut settlement = settlement_of(work, overlap, id).await?;
        (settlement.before, settlement.after) = (Some(before), Some(after));
        keep(work, settlement).await.map(|_| ())
    })
    .await
}

/// How well phrases are recognised, each by a model that never saw it; with a boundary, where its conditions hold, so that
/// its owner's phrases count and those of whom it is against do not.
fn recognised(
    contents: &Contents,
    both: [Id<id::Intent>; 2],
    boundary: Option<(Id<id::Intent>, Id<id::Intent>)>,
) -> Result<Evaluation, FitError> {
    let list: Vec<(Id<id::Department>, Content)> =
        contents.iter().map(|(department, content)| (*department, content.clone())).collect();
    let owners: Vec<(Id<id::Department>, Id<id::Intent>)> = list
        .iter()
        .flat_map(|(department, content)| content.intents.iter().map(|intent| (*department, intent.id)))
        .collect();
    let (judged, _) = apart(&training_set(&list))?;
    let mut intents: BTreeMap<Id<id::Intent>, [usize; 3]> = BTreeMap::new();
    let mut departments: BTreeMap<Id<id::Department>, [usize; 2]> = BTreeMap::new();
    for Apart { intent, taken_for, .. } in judged {
        let (Some(&(owner, own)), Some(&(mut given_to, mut given))) = (owners.get(intent), owners.get(taken_for))
        else {
            continue;
        };
        if let Some((meant, against)) = boundary {
            if own == against {
                continue;
            }
            if given == against {
                given = meant;
                given_to = placed(contents, meant).map_or(given_to, |placed| placed.department);
            }
        }
        let of = departments.entry(owner).or_default();
        *of = [of[0] + 1, of[1] + usize::from(given_to == owner)];
        if both.contains(&own) {
            let of = intents.entry(own).or_default();
            *of = [of[0] + 1, of[1] + usize::from(given_to == owner), of[2] + usize::from(given == own)];
        }
    }
    let routing = |(intent, [phrases, right, own]): (Id<id::Intent>, [usize; 3])| Routing {
        intent,
        phrases,
        to_its_department: share(right, phrases),
        to_itself: share(own, phrases),
    };
    let recall = |(department, [phrases, right]): (Id<id::Department>, [usize; 2])| Recall {
        department,
        phrases,
        recall: share(right, phrases),
    };
    Ok(Evaluation {
        intents: intents.into_iter().map(routing).collect(),
        departments: departments.into_iter().map(recall).collect(),
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of phrases stay far below 2^52")]
fn share(count: usize, all: usize) -> f64 {
    count as f64 / all.max(1) as f64
}
