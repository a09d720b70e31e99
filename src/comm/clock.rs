//! The clock: where a rank spends its time and traffic.

use bytemuck::{Pod, Zeroable};
use std::iter::Sum;
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
    pub const MOST: usize = 16;
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

impl Sum for StageCost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), |a, b| Self {
            seconds: a.seconds + b.seconds,
            waited: a.waited + b.waited,
            bytes_sent: a.bytes_sent + b.bytes_sent,
            bytes_received: a.bytes_received + b.bytes_received,
            messages_sent: a.messages_sent + b.messages_sent,
            messages_received: a.messages_received + b.messages_received,
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_go_to_the_stage_that_was_entered() {
        let (first, second) = (Stage::new(2, "second"), Stage::new(7, "last"));
        let mut clock = Clock::default();
        clock.enter(first);
        clock.since -= Duration::from_secs(10);
        clock.sent(100, 2);
        clock.received(30, 4);
        clock.waited(Duration::from_millis(1_500));
        clock.sent(10, 1);
        clock.received(3, 1);
        clock.waited(Duration::from_millis(1_000));
        clock.enter(second);
        clock.since -= Duration::from_secs(20);
        let log = clock.take();
        let seconds = log.map(|cost| cost.seconds.floor());
        let mut expected = [0.0; Stage::MOST];
        (expected[first.number()], expected[second.number()]) = (10.0, 20.0);
        assert_eq!(seconds, expected);
        let expected = StageCost {
            seconds: log[first.number()].seconds,
            waited: 2.5,
            bytes_sent: 110,
            bytes_received: 33,
            messages_sent: 3,
            messages_received: 5,
        };
        assert_eq!(log[first.number()], expected);
        // The last stage goes on, with nothing on its account.
        clock.sent(5, 1);
        let log = clock.take();
        assert!(log[second.number()].seconds < 1.0);
        assert_eq!(log[first.number()], StageCost::default());
        assert_eq!(log[second.number()].bytes_sent, 5);
    }

    #[test]
    #[should_panic(expected = "a stage has a place in the log")]
    fn a_stage_without_a_place_is_refused() {
        Stage::new(Stage::MOST, "too many");
    }
}
