//! When the default tier is sure enough that the sentence encoder need not be asked.

use crate::calibration::{Calibration, Evidence};

/// Rows in a thousand that may be lost against asking the encoder always.
const LOST: usize = 3;
/// Rows without which nothing is known of what is lost.
const ENOUGH: usize = 200;
/// A confidence that nothing reaches.
const NEVER: f32 = 2.0;

/// The least confidence of the default tier above which its answers, with the better tier's for the rest, are right as
/// often as the better tier's alone, but for three rows in a thousand. Both judged the same rows. [`NEVER`] if there is none,
/// or too little evidence.
pub(crate) fn sure_from(first: &[Evidence], calibration: &Calibration, better: &[Evidence]) -> f32 {
    let confidence = |row: &Evidence| calibration.confidence(row.score, row.margin);
    let mut rows: Vec<(f32, bool, bool)> =
        first.iter().zip(better).map(|(row, better)| (confidence(row), row.correct, better.correct)).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    if rows.len() < ENOUGH {
        return NEVER;
    }
    let allowed = rows.len() * LOST / 1_000;
    let (mut won, mut lost, mut sure) = (0, 0, NEVER);
    for (confidence, first, better) in rows {
        won += usize::from(first && !better);
        lost += usize::from(better && !first);
        if lost <= won + allowed {
            sure = confidence;
        }
    }
    sure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(margin: f32, correct: bool) -> Evidence {
        Evidence { score: margin, margin, correct }
    }

    #[test]
    fn the_first_tier_answers_where_it_loses_nothing() {
        let first = [row(0.9, true), row(0.8, true), row(0.3, false), row(0.2, true)].repeat(60);
        let calibration = Calibration::fit(&first);
        let better = vec![row(0.9, true); first.len()];
        let sure = sure_from(&first, &calibration, &better);
        assert!((sure - calibration.confidence(0.8, 0.8)).abs() < 1e-6);
        assert!(sure_from(&first[..100], &calibration, &better) > 1.0);
    }
}
