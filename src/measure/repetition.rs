//! One timed run over all ranks, and statistics over several runs.

use super::{Interval, Phase, ShardedStep};
use crate::comm::{Comm, Log, StageCost};
use serde::Serialize;
use std::sync::atomic::Ordering::Relaxed;

/// One timed run: what its phases cost on all ranks. It is the same on every rank.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Repetition {
    /// Seconds from the barrier before the run to the end of the last rank.
    pub total: f64,
    /// Each rank's log, in rank order.
    pub ranks: Vec<Log>,
}

impl Repetition {
    /// Returns what a phase cost one rank, with its steps.
    pub fn on_rank(&self, rank: usize, phase: Phase) -> StageCost {
        of_phase(&self.ranks[rank], phase)
    }

    /// Returns the seconds of a phase on the slowest rank.
    pub fn slowest(&self, phase: Phase) -> f64 {
        self.over(phase, |cost| cost.seconds).fold(0.0, f64::max)
    }

    /// Returns the mean seconds of a phase over the ranks.
    pub fn mean(&self, phase: Phase) -> f64 {
        self.over(phase, |cost| cost.seconds).sum::<f64>() / self.ranks.len() as f64
    }

    /// Returns what a phase cost each rank, with its steps, in rank order.
    pub fn on_ranks(&self, phase: Phase) -> impl Iterator<Item = StageCost> {
        self.ranks.iter().map(move |log| of_phase(log, phase))
    }

    /// Returns the steps of the sharded algorithm that took time, and what each cost each rank, in rank
    /// order.
    pub fn steps(&self) -> impl Iterator<Item = (ShardedStep, Vec<StageCost>)> {
        ShardedStep::ALL.into_iter().filter_map(|step| {
            let ranks: Vec<_> = self.ranks.iter().map(|log| log[step.number()]).collect();
            ranks.iter().any(|cost| cost.seconds > 0.0).then_some((step, ranks))
        })
    }

    /// Returns the mean seconds that ranks waited for other ranks to arrive.
    pub fn waited(&self) -> f64 {
        self.waited_by_rank().sum::<f64>() / self.ranks.len() as f64
    }

    /// Returns the seconds that each rank waited for other ranks to arrive, in rank order.
    pub fn waited_by_rank(&self) -> impl Iterator<Item = f64> {
        let waited = |log: &Log| Phase::TIMED.map(|phase| of_phase(log, phase).waited).iter().sum();
        self.ranks.iter().map(waited)
    }

    /// Returns each rank's sum of `count` over all phases, in rank order.
    pub fn counts(&self, count: impl Fn(&StageCost) -> u64) -> impl Iterator<Item = u64> {
        self.ranks.iter().map(move |log| log.iter().map(&count).sum())
    }

    /// Payload bytes sent by the rank that sent the most.
    pub fn bytes_sent_max(&self) -> u64 {
        self.counts(|cost| cost.bytes_sent).max().unwrap_or(0)
    }

    /// Payload bytes received by the rank that received the most.
    pub fn bytes_received_max(&self) -> u64 {
        self.counts(|cost| cost.bytes_received).max().unwrap_or(0)
    }

    /// Payload bytes sent by all ranks.
    pub fn bytes_sent_total(&self) -> u64 {
        self.counts(|cost| cost.bytes_sent).sum()
    }

    /// Messages sent by all ranks.
    pub fn messages_sent_total(&self) -> u64 {
        self.counts(|cost| cost.messages_sent).sum()
    }

    fn over(&self, phase: Phase, what: impl Fn(StageCost) -> f64) -> impl Iterator<Item = f64> {
        self.on_ranks(phase).map(what)
    }
}

/// What a phase cost the rank of a log, with its steps.
fn of_phase(log: &Log, phase: Phase) -> StageCost {
    let steps: &[ShardedStep] = if phase == Phase::Exchange { &ShardedStep::ALL } else { &[] };
    let numbers = steps.iter().map(|step| step.number());
    numbers.chain([phase as usize]).map(|number| log[number]).sum()
}

/// Runs `work` once, started on all ranks together, and returns its result and what it cost on all
/// ranks.
#[track_caller]
pub fn time<R>(comm: &Comm, work: impl FnOnce() -> R) -> (R, Repetition) {
    comm.take_log();
    comm.barrier();
    comm.take_log();
    let start = std::time::Instant::now();
    let result = work();
    let seconds = start.elapsed().as_secs_f64();
    let log = comm.take_log();
    let total = comm.all_gather(&[seconds]).concat().into_iter().fold(0.0, f64::max);
    let logs = comm.all_gather(&log).into_iter();
    let ranks = logs.map(|log| Log::try_from(log).expect("one log a rank")).collect();
    comm.take_log();
    (result, Repetition { total, ranks })
}

/// How often to repeat a measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Repeats {
    /// The most repetitions; there is always one.
    pub most: usize,
    /// The share of the median within which both ends of its [`Interval`] must be to stop before;
    /// `None` never to stop before.
    pub precision: Option<f64>,
}

impl Repeats {
    /// Repeats `times` times.
    pub const fn exactly(times: usize) -> Self {
        Self { most: times, precision: None }
    }

    /// Whether no more repetitions are needed after those that took `totals` seconds.
    pub fn are_enough(self, totals: impl Iterator<Item = f64> + Clone) -> bool {
        let precise = |precision| {
            let median = Spread::of(totals.clone()).median;
            Interval::of_median(totals.clone())
                .is_some_and(|found| found.is_within(precision, median))
        };
        totals.clone().count() >= self.most || self.precision.is_some_and(precise)
    }
}

/// Runs `work` as often as `repeats` says; if `warm_up`, it runs once more before that, unmeasured.
/// Returns the last result and every repetition.
#[track_caller]
pub fn repeat<R>(
    comm: &Comm,
    repeats: Repeats,
    warm_up: bool,
    mut work: impl FnMut() -> R,
) -> (R, Vec<Repetition>) {
    if warm_up {
        drop(work());
    }
    let number = &comm.progress().repetition;
    let mut repetitions = Vec::new();
    loop {
        number.store(repetitions.len() as u64 + 1, Relaxed);
        let (result, cost) = time(comm, &mut work);
        repetitions.push(cost);
        if repeats.are_enough(repetitions.iter().map(|done| done.total)) {
            number.store(0, Relaxed);
            return (result, repetitions);
        }
    }
}

/// The median, minimum and maximum of some seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// The middle value, or the mean of the two in the middle.
    pub median: f64,
    /// The minimum.
    pub least: f64,
    /// The maximum.
    pub most: f64,
}

impl Spread {
    /// Returns the spread of `values`; all zero if there are none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let [Some(&least), Some(&most)] = [sorted.first(), sorted.last()] else {
            return Self::default();
        };
        let (low, high) = ((sorted.len() - 1) / 2, sorted.len() / 2);
        Self { median: (sorted[low] + sorted[high]) / 2.0, least, most }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;

    #[test]
    fn medians_of_odd_even_and_no_counts() {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        assert_eq!(spread(&[3.0, 1.0, 2.0]), Spread { median: 2.0, least: 1.0, most: 3.0 });
        assert_eq!(spread(&[4.0, 1.0, 2.0, 3.0]).median, 2.5);
        assert_eq!(spread(&[]).median, 0.0);
    }

    #[test]
    fn repetitions_are_numbered_and_the_warm_up_is_not_one() {
        comm::run(2, Some(1), |comm| {
            let mut numbers = Vec::new();
            let (last, repetitions) = repeat(comm, Repeats::exactly(3), true, || {
                numbers.push(comm.progress().repetition.load(Relaxed));
                numbers.len()
            });
            assert_eq!((last, repetitions.len()), (4, 3));
            assert_eq!(numbers, [0, 1, 2, 3]);
            assert_eq!(comm.progress().repetition.load(Relaxed), 0);
        });
    }

    #[test]
    fn repetitions_end_when_the_median_is_known_or_at_the_most() {
        let enough = |repeats: Repeats, totals: &[f64]| repeats.are_enough(totals.iter().copied());
        let to_a_tenth = Repeats { most: 8, precision: Some(0.1) };
        let even = [1.0, 1.05, 0.95, 1.0, 1.0, 1.0];
        assert!(enough(to_a_tenth, &even));
        assert!(!enough(to_a_tenth, &even[..5]), "five have no interval");
        assert!(!enough(Repeats::exactly(8), &even));
        let uneven = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        assert!(!enough(to_a_tenth, &uneven[..7]));
        assert!(enough(to_a_tenth, &uneven));
        assert!(enough(Repeats::exactly(0), &[1.0]));
    }

    #[test]
    fn a_phase_includes_its_steps() {
        let repetitions = comm::run(2, Some(1), |comm| {
            let work = || {
                comm.enter(Phase::Exchange);
                comm.gather(0, &vec![0u8; 10 * comm.rank()]);
                comm.enter(ShardedStep::Jump);
                comm.gather(0, &vec![0u8; 7 * comm.rank()]);
                comm.enter(Phase::Merge);
                comm.gather(0, &vec![0u8; comm.rank()]);
            };
            time(comm, work).1
        });
        let cost = &repetitions[0];
        let sent = |costs: &[StageCost]| costs.iter().map(|c| c.bytes_sent).sum::<u64>();
        let steps: Vec<_> = cost.steps().map(|(step, ranks)| (step, sent(&ranks))).collect();
        assert_eq!(steps, [(ShardedStep::Jump, 7)], "only what was entered");
        let of_phase = |phase| sent(&cost.on_ranks(phase).collect::<Vec<_>>());
        assert_eq!((of_phase(Phase::Exchange), of_phase(Phase::Merge)), (17, 1));
        assert_eq!(cost.on_rank(1, Phase::Exchange).messages_sent, 2);
        assert_eq!(cost.bytes_sent_total(), 18);
    }

    #[test]
    fn the_slowest_rank_counts_and_traffic_is_kept_by_rank() {
        let repetitions = comm::run(3, Some(1), |comm| {
            let work = || {
                comm.enter(Phase::Local);
                std::thread::sleep(std::time::Duration::from_millis(20 * comm.rank() as u64));
                comm.enter(Phase::Exchange);
                comm.gather(0, &vec![0u8; 10 * comm.rank()]);
                comm.enter(Phase::Other);
            };
            let ((), cost) = time(comm, work);
            cost
        });
        for cost in &repetitions {
            assert_eq!(cost, &repetitions[0], "the same on every rank");
            assert!(cost.slowest(Phase::Local) >= 0.040);
            let mean = cost.mean(Phase::Local);
            assert!((0.020..cost.slowest(Phase::Local)).contains(&mean), "{mean}");
            // Of three ranks, the last waits for nobody.
            assert!((0.010..cost.total * 2.0 / 3.0).contains(&cost.waited()), "{}", cost.waited());
            assert!(cost.total >= 0.040);
            assert_eq!(cost.counts(|c| c.bytes_sent).collect::<Vec<_>>(), [0, 10, 20]);
            assert_eq!((cost.bytes_received_max(), cost.bytes_sent_total()), (30, 30));
        }
    }
}
