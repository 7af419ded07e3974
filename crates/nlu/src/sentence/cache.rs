//! Vectors of recent texts, bounded: two generations, of which the older is dropped when the younger is full.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Texts of one generation; two of them hold some 12 MB of 384 numbers each.
const GENERATION: usize = 4_096;

type Vectors = HashMap<Box<str>, Arc<[f32]>>;

/// A cache that many threads share.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    generations: Mutex<(Vectors, Vectors)>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// What a cache holds, and how often it had what was asked for since the process began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheFacts {
    /// Vectors in it.
    pub entries: usize,
    /// How often a vector was there.
    pub hits: u64,
    /// How often one had to be made.
    pub misses: u64,
}

impl Cache {
    /// The vector of a text, made (outside the lock) where it is not there.
    pub(crate) fn get_or_insert(&self, text: &str, encode: impl FnOnce() -> Arc<[f32]>) -> Arc<[f32]> {
        if let Some(found) = self.get(text) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return found;
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let made = encode();
        self.insert(text, &made);
        made
    }

    /// What it holds and was asked.
    pub(crate) fn facts(&self) -> CacheFacts {
        let generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = generations.0.len() + generations.1.len();
        drop(generations);
        let [hits, misses] = [&self.hits, &self.misses].map(|count| count.load(Ordering::Relaxed));
        CacheFacts { entries, hits, misses }
    }

    fn get(&self, text: &str) -> Option<Arc<[f32]>> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let (young, old) = &mut *generations;
        if let Some((text, vector)) = old.remove_entry(text) {
            young.insert(text, vector);
        }
        young.get(text).cloned()
    }

    fn insert(&self, text: &str, vector: &Arc<[f32]>) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
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
        assert_eq!(cache.facts(), CacheFacts { entries: 1, hits: 2, misses: 1 });
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
