//! A circuit breaker: who fails too often is left alone for a while.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// So many errors…
const ERRORS: usize = 5;
/// …within so long…
const WITHIN: Duration = Duration::from_secs(10);
/// …and it is left alone for so long.
const REST: Duration = Duration::from_secs(5);

/// Opens after five errors in ten seconds, for five seconds.
#[derive(Debug, Default)]
pub(super) struct Circuit(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    errors: VecDeque<Instant>,
    all: u64,
    open_until: Option<Instant>,
}

impl Circuit {
    /// Whether to try at all.
    pub(super) fn is_closed(&self, now: Instant) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.open_until.is_none_or(|until| until <= now)
    }

    /// How many errors there ever were.
    pub(super) fn errors(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).all
    }

    /// Notes an error; true if it opened the circuit.
    pub(super) fn failed(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.errors.retain(|at| now.duration_since(*at) < WITHIN);
        state.errors.push_back(now);
        state.all += 1;
        let opens = state.errors.len() >= ERRORS && state.open_until.is_none_or(|until| until <= now);
        if opens {
            state.open_until = Some(now + REST);
        }
        opens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_after_five_errors_and_closes_after_five_seconds() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        assert!((0..4).all(|_| !circuit.failed(now)) && circuit.is_closed(now));
        assert!(circuit.failed(now) && !circuit.is_closed(now));
        assert!(circuit.is_closed(now + REST));
        assert!(circuit.failed(now + REST), "it has not recovered");
    }

    #[test]
    fn forgives_what_is_rare() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        assert!((0..20).all(|n| !circuit.failed(now + Duration::from_secs(3) * n)));
    }
}
