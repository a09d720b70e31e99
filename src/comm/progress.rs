//! The stage under way and how far it is: workers write it, a progress bar reads it.

use super::Stage;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// The stage under way and how far it is. Any thread may read and write it.
#[derive(Debug)]
pub struct Progress {
    stage: Mutex<Stage>,
    /// Items done in this stage: bytes read, edges made.
    pub done: AtomicU64,
    /// Items to do in this stage; 0 if unknown.
    pub total: AtomicU64,
    /// The repetition under way, from 1; 0 outside of repetitions.
    pub repetition: AtomicU64,
}

impl Default for Progress {
    fn default() -> Self {
        let [done, total, repetition] = [(); 3].map(|()| AtomicU64::new(0));
        Self { stage: Mutex::new(Stage::START), done, total, repetition }
    }
}

impl Progress {
    /// The stage under way.
    pub fn stage(&self) -> Stage {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts to count anew, with `total` items to do.
    pub fn expect(&self, total: u64) {
        self.done.store(0, Relaxed);
        self.total.store(total, Relaxed);
    }

    pub(super) fn enter(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
        self.expect(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_begins_with_nothing_done() {
        let progress = Progress::default();
        progress.expect(7);
        progress.done.store(3, Relaxed);
        let stage = Stage::new(2, "local");
        progress.enter(stage);
        let counts = (progress.done.load(Relaxed), progress.total.load(Relaxed));
        assert_eq!((progress.stage(), counts), (stage, (0, 0)));
        progress.done.store(3, Relaxed);
        progress.expect(9);
        assert_eq!((progress.done.load(Relaxed), progress.total.load(Relaxed)), (0, 9));
    }
}
