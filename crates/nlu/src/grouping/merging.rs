//! Agglomeration by average linkage of likenesses that are scaled by how crowded it is around each message.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: lists of as many entries as there are units")]

use super::Grouped;
use super::likeness::Likeness;
use std::collections::BTreeMap;

/// The share of all messages whose nearest make a message's surroundings, and the fewest and the most of them.
const SHARE: f32 = 0.03;
const FEWEST: f32 = 3.0;
const MOST: f32 = 40.0;
/// Two units are joined while their mean likeness, twice, lies above their crowding by no less than this.
///
/// This and the others were chosen on five draws of fifteen intents of CLINC150 from its training part among a thousand
/// messages that are out of scope: 12.2 to 13 intents recovered whatever the size of the parts in which they came.
const LEVEL: f32 = -0.09;
/// And while they are alike at all: two messages that share nothing have a likeness of .14.
const FLOOR: f32 = 0.2;

/// What is merged: messages that belong together so far.
struct Unit {
    voices: Vec<usize>,
    before: Vec<usize>,
    weight: f32,
    crowding: f32,
    alive: bool,
}

/// Units with the mean likeness between each two.
struct Units<'a, F> {
    units: Vec<Unit>,
    /// Square of mean likenesses.
    means: Vec<f32>,
    may_join: &'a F,
}

/// Groups messages of these weights, some of which are in a group already.
pub(super) fn merge(
    likeness: &Likeness,
    weights: &[f32],
    groups: &[Option<usize>],
    may_join: &impl Fn(usize, usize) -> bool,
) -> Vec<Grouped> {
    let total: f32 = weights.iter().sum();
    let crowding = likeness.crowding(weights, (SHARE * total).clamp(FEWEST, MOST));
    let mut units = Units::of(likeness, weights, groups, &crowding, may_join);
    units.run();
    units.units.iter().filter(|unit| unit.alive).map(|unit| grouped(likeness, weights, unit)).collect()
}

/// One unit for each group of before and for each message that is in none.
fn gathered(weights: &[f32], groups: &[Option<usize>], crowding: &[f32]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut at_group = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        let unit = match group {
            Some(group) => *at_group.entry(*group).or_insert(units.len()),
            None => units.len(),
        };
        if unit == units.len() {
            let before = group.iter().copied().collect();
            units.push(Unit { voices: Vec::new(), before, weight: 0.0, crowding: 0.0, alive: true });
        }
        let unit = &mut units[unit];
        unit.voices.push(at);
        unit.weight += weights[at];
        unit.crowding += weights[at] * crowding[at];
    }
    for unit in &mut units {
        unit.crowding /= unit.weight;
    }
    units
}

/// What a unit says of itself in the end.
fn grouped(likeness: &Likeness, weights: &[f32], unit: &Unit) -> Grouped {
    let central =
        |at: usize| -> f32 { unit.voices.iter().map(|other| weights[*other] * likeness.row(at)[*other]).sum() };
    let mut ranked: Vec<(usize, f32)> = unit.voices.iter().map(|at| (*at, central(*at))).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let weight: f32 = unit.voices.iter().map(|at| weights[*at]).sum();
    let mean = ranked.iter().map(|(at, sum)| weights[*at] * sum).sum::<f32>() / (weight * weight);
    let mut before = unit.before.clone();
    before.sort_unstable();
    Grouped { before, voices: ranked.into_iter().map(|(at, _)| at).collect(), cohesion: mean }
}

impl<'a, F: Fn(usize, usize) -> bool> Units<'a, F> {
    fn of(likeness: &Likeness, weights: &[f32], groups: &[Option<usize>], crowding: &[f32], may_join: &'a F) -> Self {
        let units = gathered(weights, groups, crowding);
        let count = units.len();
        let mut means = vec![0.0; count * count];
        for (one, unit) in units.iter().enumerate() {
            for (other, another) in units.iter().enumerate().skip(one + 1) {
                let mut sum = 0.0;
                for at in &unit.voices {
                    let row = likeness.row(*at);
                    for with in &another.voices {
                        sum += weights[*at] * weights[*with] * row[*with];
                    }
                }
                let mean = sum / (unit.weight * another.weight);
                means[one * count + other] = mean;
                means[other * count + one] = mean;
            }
        }
        Self { units, means, may_join }
    }

    /// How much nearer two units are than their surroundings; minus infinity where they may not be joined.
    fn pull(&self, one: usize, other: usize) -> f32 {
        let (a, b) = (&self.units[one], &self.units[other]);
        let mean = self.means[one * self.units.len() + other];
        let joinable = mean >= FLOOR && a.before.iter().all(|x| b.before.iter().all(|y| (self.may_join)(*x, *y)));
        if joinable { 2.0 * mean - a.crowding - b.crowding } else { f32::NEG_INFINITY }
    }

    /// The unit that pulls one most.
    fn nearest(&self, one: usize) -> Option<(usize, f32)> {
        let others = (0..self.units.len()).filter(|other| *other != one && self.units[*other].alive);
        others.map(|other| (other, self.pull(one, other))).max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Joins the two that pull each other most, again and again.
    fn run(&mut self) {
        let mut nearest: Vec<Option<(usize, f32)>> = (0..self.units.len()).map(|one| self.nearest(one)).collect();
        loop {
            let best = nearest.iter().enumerate().filter(|(one, _)| self.units[*one].alive);
            let best = best.filter_map(|(one, near)| near.map(|(other, pull)| (one, other, pull)));
            let Some((one, other, pull)) = best.max_by(|a, b| a.2.total_cmp(&b.2)) else { return };
            if pull < LEVEL {
                return;
            }
            let (keep, gone) = (one.min(other), one.max(other));
            self.join(keep, gone);
            for at in 0..self.units.len() {
                if !self.units[at].alive {
                    continue;
                }
                if at == keep || nearest[at].is_some_and(|(near, _)| near == keep || near == gone) {
                    nearest[at] = self.nearest(at);
                } else {
                    let pull = self.pull(at, keep);
                    if nearest[at].is_none_or(|(_, known)| pull > known) {
                        nearest[at] = Some((keep, pull));
                    }
                }
            }
        }
    }

    fn join(&mut self, keep: usize, gone: usize) {
        let count = self.units.len();
        let (a, b) = (self.units[keep].weight, self.units[gone].weight);
        for at in 0..count {
            let mean = (a * self.means[keep * count + at] + b * self.means[gone * count + at]) / (a + b);
            self.means[keep * count + at] = mean;
            self.means[at * count + keep] = mean;
        }
        let gone = &mut self.units[gone];
        gone.alive = false;
        let (voices, before) = (std::mem::take(&mut gone.voices), std::mem::take(&mut gone.before));
        let crowding = gone.crowding;
        let keep = &mut self.units[keep];
        keep.crowding = (a * keep.crowding + b * crowding) / (a + b);
        keep.weight = a + b;
        keep.voices.extend(voices);
        keep.before.extend(before);
    }
}
