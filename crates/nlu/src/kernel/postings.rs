//! Which rows have which lexical feature, two bytes a pair.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: offsets are built with the list, and checked on restore")]

use crate::lexicon::{BUCKETS, FEATURES};
use crate::number::{narrow, real, whole, wide};
use crate::sparse::Sparse;

/// Bits of a posting that hold its row.
const ROW_BITS: u32 = 13;
const ROW_MASK: u16 = (1 << ROW_BITS) - 1;
/// The highest frequency inside a text that is told from lower ones.
const MOST: f32 = 8.0;

/// Rows by feature, each with its frequency there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Postings {
    starts: Vec<u32>,
    list: Vec<u16>,
}

/// 1 + ln tf, with tf at most [`MOST`].
pub(crate) fn damped(frequency: f32) -> f32 {
    1.0 + frequency.min(MOST).ln()
}

impl Postings {
    /// The most rows that two bytes leave room for.
    pub(crate) const MAX_ROWS: usize = 1 << ROW_BITS;

    /// Lists rows by feature; rows from [`Self::MAX_ROWS`] on have no room and are left out.
    pub(crate) fn build(rows: &[&Sparse]) -> Self {
        let rows = &rows[..rows.len().min(Self::MAX_ROWS)];
        let mut starts = vec![0_u32; FEATURES + 1];
        for (feature, _) in rows.iter().flat_map(|row| row.iter()) {
            starts[feature + 1] += 1;
        }
        for feature in 0..FEATURES {
            starts[feature + 1] += starts[feature];
        }
        let mut next = starts.clone();
        let mut list = vec![0_u16; wide(starts[FEATURES])];
        for (row, counts) in (0_u16..).zip(rows) {
            for (feature, frequency) in counts.iter() {
                let more = u16::try_from(whole(f64::from(frequency.min(MOST)))).unwrap_or(1) - 1;
                list[wide(next[feature])] = row | (more << ROW_BITS);
                next[feature] += 1;
            }
        }
        Self { starts, list }
    }

    /// Adds each row's word and character products with weighed counts; `square` is the feature's squared idf.
    pub(crate) fn accumulate(&self, query: &Sparse, square: impl Fn(usize) -> f32, word: &mut [f32], char: &mut [f32]) {
        let damped: [f32; 8] = std::array::from_fn(|more| damped(real(more + 1)));
        for (feature, frequency) in query.iter() {
            let weight = self::damped(frequency) * square(feature);
            let sums = if feature < wide(BUCKETS) { &mut *word } else { &mut *char };
            for posting in &self.list[wide(self.starts[feature])..wide(self.starts[feature + 1])] {
                sums[usize::from(posting & ROW_MASK)] += weight * damped[usize::from(posting >> ROW_BITS)];
            }
        }
    }

    /// The lengths of the lists, and the lists one after another.
    pub(crate) fn parts(&self) -> (Vec<u32>, &[u16]) {
        (self.starts.windows(2).map(|pair| pair[1] - pair[0]).collect(), &self.list)
    }

    /// Builds from what [`Postings::parts`] gave; `None` if it does not fit together or names a row from `rows` on.
    pub(crate) fn restore(lengths: &[u32], list: Vec<u16>, rows: usize) -> Option<Self> {
        let mut starts = Vec::with_capacity(FEATURES + 1);
        let mut start = 0_u32;
        starts.push(start);
        for length in lengths {
            start = start.checked_add(*length)?;
            starts.push(start);
        }
        let fits = lengths.len() == FEATURES && narrow(list.len()) == start;
        (fits && list.iter().all(|posting| usize::from(posting & ROW_MASK) < rows)).then_some(Self { starts, list })
    }

    pub(crate) fn bytes(&self) -> usize {
        4 * self.starts.len() + 2 * self.list.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_sums_over_shared_features() {
        let rows = [
            Sparse { index: vec![3, BUCKETS + 1], weight: vec![1.0, 2.0] },
            Sparse { index: vec![3, 5], weight: vec![1.0, 20.0] },
        ];
        let postings = Postings::build(&rows.iter().collect::<Vec<_>>());
        let (mut word, mut char) = ([0.0; 2], [0.0; 2]);
        postings.accumulate(&rows[0], |_| 4.0, &mut word, &mut char);
        assert!(word.iter().all(|product| (product - 4.0).abs() < 1e-6));
        let twice = (1.0 + 2.0_f32.ln()).powi(2) * 4.0;
        assert!((char[0] - twice).abs() < 1e-4 && char[1].abs() < f32::EPSILON);
    }

    #[test]
    fn parts_come_back_and_nonsense_does_not() {
        let row = Sparse { index: vec![3], weight: vec![1.0] };
        let postings = Postings::build(&[&row, &row]);
        let (lengths, list) = postings.parts();
        assert_eq!(Postings::restore(&lengths, list.to_vec(), 2), Some(postings.clone()));
        assert_eq!(Postings::restore(&lengths, list.to_vec(), 1), None);
        assert_eq!(Postings::restore(&lengths[1..], list.to_vec(), 2), None);
        assert_eq!(Postings::restore(&lengths, vec![0], 2), None);
    }
}
