//! Parts of a training set for cross-validation, each class spread evenly.

use crate::random::Random;

/// The fold of each row: rows of one class go round the folds in a seeded order.
pub(crate) fn stratified(classes: &[u32], folds: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..classes.len()).collect();
    Random::seeded(0x00f0_1d5e).shuffle(&mut order);
    order.sort_by_key(|row| classes.get(*row).copied());
    let mut fold = vec![0; classes.len()];
    for (turn, row) in order.into_iter().enumerate() {
        if let Some(slot) = fold.get_mut(row) {
            *slot = turn % folds.max(1);
        }
    }
    fold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_is_in_each_fold() {
        let classes: Vec<u32> = (0..60).map(|row| row % 6).collect();
        let folds = stratified(&classes, 5);
        for class in 0..6 {
            for fold in 0..5 {
                let here = folds.iter().zip(&classes).filter(|pair| pair == &(&fold, &class)).count();
                assert_eq!(here, 2);
            }
        }
    }
}
