//! What is under way, written by workers and read by whoever draws a bar.

use super::Phase;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// The phase under way and how far it is. All of it may be written and read from any thread.
#[derive(Debug, Default)]
pub struct Progress {
    phase: AtomicUsize,
    /// Items done in this phase: bytes read, edges made.
    pub done: AtomicU64,
    /// Items to do in this phase; 0 where nobody knows.
    pub total: AtomicU64,
    /// The repetition under way, from 1; 0 outside of repetitions.
    pub repetition: AtomicU64,
}

impl Progress {
    /// The phase under way.
    pub fn phase(&self) -> Phase {
        Phase::ALL[self.phase.load(Relaxed)]
    }

    /// Starts counting `total` items from none.
    pub fn expect(&self, total: u64) {
        self.done.store(0, Relaxed);
        self.total.store(total, Relaxed);
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(phase as usize, Relaxed);
        self.expect(0);
    }
}
