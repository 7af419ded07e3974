//! Edits between words: letters lost, added, replaced, or swapped with a neighbour.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: a table of one row more than each word has letters")]

/// Whether two words are at most `limit` edits apart (Damerau–Levenshtein in the restricted form of optimal string
/// alignment).
pub(crate) fn within(a: &[char], b: &[char], limit: usize) -> bool {
    if a.len().abs_diff(b.len()) > limit {
        return false;
    }
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        if row.iter().all(|edits| *edits > limit) {
            return false;
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()] <= limit
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(a: &str, b: &str, limit: usize) -> bool {
        within(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>(), limit)
    }

    #[test]
    fn each_kind_of_edit_counts_one() {
        for wrong in ["parcl", "parcell", "parcal", "pacrel", "parcel"] {
            assert!(close(wrong, "parcel", 1), "{wrong}");
        }
        assert!(!close("pracle", "parcel", 1) && close("pracle", "parcel", 2));
        assert!(!close("", "ab", 1) && close("", "ab", 2));
    }

    proptest! {
        #[test]
        fn distance_is_symmetric(a in "[ab]{0,7}", b in "[ab]{0,7}", limit in 0_usize..4) {
            prop_assert_eq!(close(&a, &b, limit), close(&b, &a, limit));
            prop_assert_eq!(close(&a, &b, 0), a == b);
        }
    }
}
