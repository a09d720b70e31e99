//! The clock: where a rank spends its time and traffic.

use bytemuck::{Pod, Zeroable};
use std::time::{Duration, Instant};

/// A part of the work that is timed on its own: its number, below [`Stage::MOST`], and its name.
/// The code that enters stages defines them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    number: usize,
    name: &'static str,
}

impl Stage {
    /// The largest number of stages.
    pub const MOST: usize = 8;
    /// The stage before any other is entered.
    pub const START: Self = Self::new(0, "other");

    /// Returns a stage.
    ///
    /// # Panics
    /// If its number is not below [`Stage::MOST`].
    pub const fn new(number: usize, name: &'static str) -> Self {
        assert!(number < Self::MOST, "a stage has a place in the log");
        Self { number, name }
    }

    /// Its number.
    pub const fn number(self) -> usize {
        self.number
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        self.name
    }
}

/// What a stage has cost one rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct StageCost {
    /// Wall-clock seconds.
    pub seconds: f64,
    /// The part of `seconds` spent waiting for other ranks at a collective.
    pub waited: f64,
    /// Payload bytes sent to other ranks.
    pub bytes_sent: u64,
    /// Payload bytes received from other ranks.
    pub bytes_received: u64,
    /// Messages sent to other ranks.
    pub messages_sent: u64,
    /// Messages received from other ranks.
    pub messages_received: u64,
}

/// What each stage has cost one rank, indexed by the stage's number.
pub type Log = [StageCost; Stage::MOST];

#[derive(Debug)]
pub(super) struct Clock {
    stage: Stage,
    since: Instant,
    log: Log,
}

impl Default for Clock {
    fn default() -> Self {
        Self { stage: Stage::START, since: Instant::now(), log: Log::default() }
    }
}

impl Clock {
    pub(super) fn enter(&mut self, stage: Stage) {
        let now = Instant::now();
        self.current().seconds += (now - self.since).as_secs_f64();
        (self.stage, self.since) = (stage, now);
    }

    pub(super) fn take(&mut self) -> Log {
        self.enter(self.stage);
        std::mem::take(&mut self.log)
    }

    pub(super) fn waited(&mut self, time: Duration) {
        self.current().waited += time.as_secs_f64();
    }

    pub(super) fn sent(&mut self, bytes: usize, messages: usize) {
        self.current().bytes_sent += bytes as u64;
        self.current().messages_sent += messages as u64;
    }

    pub(super) fn received(&mut self, bytes: usize, messages: usize) {
        self.current().bytes_received += bytes as u64;
        self.current().messages_received += messages as u64;
    }

    fn current(&mut self) -> &mut StageCost {
        &mut self.log[self.stage.number]
    }
}
