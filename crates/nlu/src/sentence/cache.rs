//! Vectors of recent texts, bounded: two generations, of which the older is dropped when the younger is full.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Texts of one generation; two of them hold some 12 MB of 384 numbers each.
const GENERATION: usize = 4_096;

type Vectors = HashMap<Box<str>, Arc<[f32]>>;

/// A cache that many threads share.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<(Vectors, Vectors)>);

impl Cache {
    /// The vector of a text, made (outside the lock) where it is not there.
    pub(crate) fn get_or_insert(&self, text: &str, encode: impl FnOnce() -> Arc<[f32]>) -> Arc<[f32]> {
        if let Some(found) = self.get(text) {
            return found;
        }
        let made = encode();
        self.insert(text, &made);
        made
    }

    fn get(&self, text: &str) -> Option<Arc<[f32]>> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (young, old) = &mut *generations;
        if let Some((text, vector)) = old.remove_entry(text) {
            young.insert(text, vector);
        }
        young.get(text).cloned()
    }

    fn insert(&self, text: &str, vector: &Arc<[f32]>) {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (young, old) = &mut *generations;
        if young.len() >= GENERATION {
            *old = std::mem::take(young);
        }
        young.insert(text.into(), Arc::clone(vector));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_made_once_and_old_ones_go() {
        let cache = Cache::default();
        let mut made = 0;
        for _ in 0..3 {
            cache.get_or_insert("a", || {
                made += 1;
                Arc::new([1.0])
            });
        }
        assert_eq!(made, 1);
        for number in 0..3 * GENERATION {
            cache.get_or_insert(&number.to_string(), || Arc::new([0.0]));
        }
        cache.get_or_insert("a", || {
            made += 1;
            Arc::new([1.0])
        });
        assert_eq!(made, 2);
    }
}
