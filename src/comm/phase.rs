//! The clock: where a rank's time and traffic go.

use bytemuck::{Pod, Zeroable};
use std::time::{Duration, Instant};

/// A part of the work that is timed on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Phase {
    /// Whatever is not timed: start, agreement, output.
    #[default]
    Other,
    /// Reading, generating and dealing out the graph.
    Read,
    /// Each rank's own forest.
    Local,
    /// What ranks can be sure of alone: shared vertices found, interior ones contracted.
    Contract,
    /// What all ranks learn of each other: components, their lightest edges, edges dealt to owners.
    Exchange,
    /// Forests on their way and made one.
    Merge,
    /// The proof.
    Verify,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 7] = [
        Self::Other,
        Self::Read,
        Self::Local,
        Self::Contract,
        Self::Exchange,
        Self::Merge,
        Self::Verify,
    ];

    /// Those that make up the time from edges in memory to the forest.
    pub const TIMED: [Self; 4] = [Self::Local, Self::Contract, Self::Exchange, Self::Merge];

    /// The name in tables and columns.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Read => "read",
            Self::Local => "local",
            Self::Contract => "contract",
            Self::Exchange => "exchange",
            Self::Merge => "merge",
            Self::Verify => "verify",
        }
    }
}

/// What a phase has cost one rank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct PhaseCost {
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Those of them spent waiting for other ranks to arrive at a collective.
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

/// What every phase has cost one rank.
pub type Log = [PhaseCost; Phase::ALL.len()];

#[derive(Debug)]
pub(super) struct Clock {
    phase: Phase,
    since: Instant,
    log: Log,
}

impl Default for Clock {
    fn default() -> Self {
        Self { phase: Phase::default(), since: Instant::now(), log: Log::default() }
    }
}

impl Clock {
    pub(super) fn enter(&mut self, phase: Phase) {
        let now = Instant::now();
        self.current().seconds += (now - self.since).as_secs_f64();
        (self.phase, self.since) = (phase, now);
    }

    pub(super) fn take(&mut self) -> Log {
        self.enter(self.phase);
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

    fn current(&mut self) -> &mut PhaseCost {
        &mut self.log[self.phase as usize]
    }
}
