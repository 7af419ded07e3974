//! The figures of an evaluation as pure functions of judged rows.

use crate::number::double;
use std::collections::BTreeMap;

/// How one test row came out. Intents are numbered; `truth` is `None` for rows out of scope.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Judged {
    pub(crate) truth: Option<usize>,
    pub(crate) best: Option<usize>,
    /// In units of the threshold, so that tiers can be compared.
    pub(crate) score: f32,
    pub(crate) confidence: f32,
    pub(crate) in_scope: bool,
}

impl Judged {
    pub(crate) fn correct(&self) -> bool {
        self.truth.is_some() && self.truth == self.best
    }
}

/// The share of rows that hold; `None` of nothing.
pub(crate) fn share<'a>(rows: impl Iterator<Item = &'a Judged>, holds: impl Fn(&Judged) -> bool) -> Option<f64> {
    let (mut all, mut held) = (0_usize, 0_usize);
    rows.for_each(|row| {
        all += 1;
        held += usize::from(holds(row));
    });
    (all > 0).then(|| double(held) / double(all))
}

/// F1 of each intent that is true or named somewhere among the rows in scope, averaged.
pub(crate) fn macro_f1(rows: &[Judged]) -> Option<f64> {
    let mut tallies: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.truth.is_some()) {
        for named in row.truth.iter().chain(&row.best) {
            tallies.entry(*named).or_default().1 += 1;
        }
        if let (true, Some(truth)) = (row.correct(), row.truth) {
            tallies.entry(truth).or_default().0 += 1;
        }
    }
    let sum: f64 = tallies.values().map(|(hits, named)| 2.0 * double(*hits) / double(*named)).sum();
    (!tallies.is_empty()).then(|| sum / double(tallies.len()))
}

/// The chance that a row in scope scores above one out of scope, ties counted half (Mann–Whitney).
pub(crate) fn auroc(rows: &[Judged]) -> Option<f64> {
    let mut sorted: Vec<&Judged> = rows.iter().collect();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
    let (mut outside, mut inside, mut wins) = (0, 0, 0.0);
    for ties in sorted.chunk_by(|a, b| a.score.total_cmp(&b.score).is_eq()) {
        let known = ties.iter().filter(|row| row.truth.is_some()).count();
        wins += double(known) * (double(outside) + double(ties.len() - known) / 2.0);
        inside += known;
        outside += ties.len() - known;
    }
    (inside > 0 && outside > 0).then(|| wins / (double(inside) * double(outside)))
}

/// The best multi-class Matthews coefficient (Gorodkin 2004) over all thresholds on the score, out of scope being one
/// more class: each row is rejected in turn, the least sure first.
pub(crate) fn best_mcc(rows: &[Judged]) -> Option<f64> {
    rows.iter().find(|row| row.truth.is_none())?;
    let mut sorted: Vec<&Judged> = rows.iter().collect();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
    let mut truths: BTreeMap<Option<usize>, f64> = BTreeMap::new();
    let mut named: BTreeMap<Option<usize>, f64> = BTreeMap::new();
    let mut hits = 0.0;
    for row in &sorted {
        *truths.entry(row.truth).or_default() += 1.0;
        *named.entry(row.best).or_default() += 1.0;
        hits += f64::from(u8::from(row.truth == row.best));
    }
    let total = double(rows.len());
    let spread: f64 = total * total - truths.values().map(|n| n * n).sum::<f64>();
    let mut best = f64::NEG_INFINITY;
    for ties in sorted.chunk_by(|a, b| a.score.total_cmp(&b.score).is_eq()) {
        let chance: f64 = named.iter().map(|(k, n)| n * truths.get(k).unwrap_or(&0.0)).sum();
        let named_spread = total * total - named.values().map(|n| n * n).sum::<f64>();
        let scale = (spread * named_spread).sqrt();
        best = best.max(if scale > 0.0 { (hits * total - chance) / scale } else { 0.0 });
        for row in ties {
            *named.entry(row.best).or_default() -= 1.0;
            *named.entry(None).or_default() += 1.0;
            hits += f64::from(u8::from(row.truth.is_none())) - f64::from(u8::from(row.truth == row.best));
        }
    }
    Some(best)
}

/// The limit on the score at which most rows come out right: those in scope at or above it with the right intent, those
/// out of scope below it. Of equally good ones the lowest.
pub(crate) fn best_limit(rows: &[Judged]) -> Option<f32> {
    let mut sorted: Vec<&Judged> = rows.iter().collect();
    sorted.sort_by(|a, b| a.score.total_cmp(&b.score));
    let mut right = rows.iter().filter(|row| row.correct()).count();
    let (mut most, mut limit) = (right, sorted.first()?.score);
    for pair in sorted.windows(2) {
        let [below, next] = pair else { continue };
        right = right + usize::from(below.truth.is_none()) - usize::from(below.correct());
        if right > most && below.score < next.score {
            (most, limit) = (right, next.score);
        }
    }
    Some(limit)
}

/// The q-quantile of durations in microseconds; `None` of nothing.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    sorted.get(crate::number::whole(q * double(sorted.len().saturating_sub(1)))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(truth: Option<usize>, best: usize, score: f32) -> Judged {
        Judged { truth, best: Some(best), score, confidence: 0.5, in_scope: true }
    }

    #[test]
    fn order_decides_the_area() {
        let rows = [row(Some(0), 0, 0.9), row(Some(1), 1, 0.8), row(None, 0, 0.1)];
        assert_eq!(auroc(&rows), Some(1.0));
        assert_eq!(auroc(&[row(Some(0), 0, 0.5), row(None, 0, 0.5)]), Some(0.5));
        assert_eq!(auroc(&rows[..2]), None);
    }

    #[test]
    fn a_threshold_that_parts_all_gives_one() {
        let rows = [row(Some(0), 0, 0.9), row(Some(1), 1, 0.8), row(None, 0, 0.1), row(None, 1, 0.2)];
        assert!((best_mcc(&rows).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(best_mcc(&rows[..2]), None);
    }

    #[test]
    fn the_best_limit_keeps_what_is_right_and_drops_what_is_not_asked() {
        let rows =
            [row(None, 0, 0.1), row(Some(0), 1, 0.2), row(None, 1, 0.3), row(Some(0), 0, 0.4), row(None, 0, 0.5)];
        assert_eq!(best_limit(&rows), Some(0.4));
        assert_eq!(best_limit(&rows[3..]), Some(0.4));
        assert_eq!(best_limit(&[row(Some(0), 0, 0.2), row(None, 0, 0.2)]), Some(0.2));
        assert_eq!(best_limit(&[]), None);
    }

    #[test]
    fn f1_averages_over_intents() {
        let rows = [row(Some(0), 0, 0.9), row(Some(0), 1, 0.9), row(Some(1), 1, 0.9), row(None, 1, 0.9)];
        // Intent 0: precision 1, recall 1/2; intent 1: precision 1/2, recall 1.
        assert!((macro_f1(&rows).unwrap() - 2.0 / 3.0).abs() < 1e-12);
    }
}
