//! Sparse vectors: sorted indices with their weights.

use crate::number::wide;

/// A sparse vector; indices ascend and are distinct.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Sparse {
    pub(crate) index: Vec<u32>,
    pub(crate) weight: Vec<f32>,
}

impl Sparse {
    /// How often each index comes, from a list in any order.
    pub(crate) fn count(mut hits: Vec<u32>) -> Self {
        hits.sort_unstable();
        let mut counts = Self::default();
        for run in hits.chunk_by(|a, b| a == b) {
            if let Some(first) = run.first() {
                counts.index.push(*first);
                counts.weight.push(crate::number::real(run.len()));
            }
        }
        counts
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, f32)> {
        self.index.iter().map(|index| wide(*index)).zip(self.weight.iter().copied())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.index.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_sorted_and_distinct() {
        let counts = Sparse::count(vec![7, 1, 7, 3, 7]);
        assert_eq!(counts.index, [1, 3, 7]);
        assert_eq!(counts.weight, [1.0, 1.0, 3.0]);
    }
}
