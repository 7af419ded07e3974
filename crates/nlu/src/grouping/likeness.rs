//! How alike each two messages are, and how crowded it is around each.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: a square of as many rows as there are messages")]

use crate::Tier;
use crate::features::Features;
use crate::kernel::{Bank, Tongue};
use crate::number::whole;

/// Two messages as alike as this say the same.
const SAME: f32 = 0.97;
/// No place counts as more crowded than this, so that what is plainly alike comes together where little else has come.
const CROWDED: f32 = 0.4;

/// A square of likenesses, 0 to 1.
#[derive(Debug)]
pub(super) struct Likeness {
    pub(super) rows: usize,
    values: Vec<f32>,
}

impl Likeness {
    /// Compares each message with all, as the engine compares messages with phrases.
    pub(super) fn of(bank: &Bank, rows: &[(&Features, Tongue)], tier: Tier) -> Self {
        let mut values = Vec::with_capacity(rows.len() * rows.len());
        for (features, tongue) in rows {
            let mut cosines = bank.compare(features);
            if let Some(sentence) = features.sentence.as_ref().filter(|_| tier == Tier::Encoder) {
                bank.compare_sentences(&mut cosines, sentence);
            }
            values.extend(bank.likeness(&cosines, tier, *tongue));
        }
        Self { rows: rows.len(), values }
    }

    pub(super) fn row(&self, at: usize) -> &[f32] {
        &self.values[at * self.rows..(at + 1) * self.rows]
    }

    /// For each message the mean likeness of its nearest ones, as many as `crowd` messages of weight 1: high in a dense
    /// place, low where few are near. (Conneau et al. 2018, «Word translation without parallel data», §2.3: cross-domain
    /// similarity local scaling.)
    pub(super) fn crowding(&self, weights: &[f32], crowd: f32) -> Vec<f32> {
        let mut near: Vec<(f32, f32)> = Vec::with_capacity(self.rows);
        let mut of = |at: usize| {
            near.clear();
            // The same words again make no place denser, and neither does the message itself.
            let others = self.row(at).iter().zip(weights).filter(|(likeness, _)| **likeness < SAME);
            near.extend(others.map(|(likeness, weight)| (*likeness, *weight)));
            let most = whole(f64::from(crowd.ceil())).min(near.len());
            if most == 0 {
                return 0.0;
            }
            near.select_nth_unstable_by(most - 1, |a, b| b.0.total_cmp(&a.0));
            let near = &mut near[..most];
            near.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
            let (mut sum, mut room) = (0.0, crowd);
            for (likeness, weight) in near {
                let taken = weight.min(room);
                sum += taken * *likeness;
                room -= taken;
                if room <= 0.0 {
                    break;
                }
            }
            (sum / (crowd - room.max(0.0)).max(f32::MIN_POSITIVE)).min(CROWDED)
        };
        (0..self.rows).map(&mut of).collect()
    }
}
