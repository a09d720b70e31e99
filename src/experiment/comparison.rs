//! Compares a local and a distributed run: which was faster, if the measurement can tell.

use super::{Outcome, Run};
use crate::comm::StageCost;
use crate::measure::Phase;
use crate::measure::Repetition;
use serde::Serialize;

/// Runs of the same graph on rank 0's host alone and on all ranks: what `compare --json` prints.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// On rank 0's host alone, with the fastest algorithm there.
    pub local: Outcome,
    /// On the same host, with the algorithm that was asked for, if that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_as_asked: Option<Outcome>,
    /// On all ranks.
    pub distributed: Outcome,
    /// The best local median divided by the distributed one, above 1 if distribution paid; `None`
    /// if the repetitions overlap, so that there is no clear difference.
    pub speedup: Option<f64>,
    /// The result in words.
    pub verdict: Verdict,
}

/// What the repetitions of two runs show.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// There is only one rank, so nothing was distributed.
    OneRank,
    /// A single repetition shows no spread, so a difference may be chance.
    OneRepetition,
    /// The ranges of the two overlap.
    NoClearDifference,
    /// Every distributed repetition took less than every local one.
    Faster,
    /// Every distributed repetition took longer than every local one.
    Slower,
}

impl Comparison {
    /// Compares the local run with the best algorithm, the local run as asked for if that is
    /// another, and the distributed run.
    pub fn of(local: &Run, as_asked: Option<&Run>, distributed: &Run) -> Self {
        let mut comparison = Self {
            local: local.outcome.clone(),
            local_as_asked: as_asked.map(|run| run.outcome.clone()),
            distributed: distributed.outcome.clone(),
            speedup: None,
            verdict: Verdict::OneRank,
        };
        let (best, other) = (comparison.best(), &comparison.distributed);
        let verdict = Verdict::of(best, other);
        let clear = matches!(verdict, Verdict::Faster | Verdict::Slower);
        comparison.speedup = clear.then(|| best.total.median / other.total.median);
        comparison.verdict = verdict;
        comparison
    }

    /// Returns the local outcome that the distributed one is compared with: the fastest.
    pub fn best(&self) -> &Outcome {
        let others = self.local_as_asked.iter();
        others.fold(
            &self.local,
            |best, other| {
                if other.total.median < best.total.median { other } else { best }
            },
        )
    }
}

impl Verdict {
    fn of(local: &Outcome, distributed: &Outcome) -> Self {
        if distributed.ranks == 1 {
            Self::OneRank
        } else if local.repetitions < 2 || distributed.repetitions < 2 {
            Self::OneRepetition
        } else if distributed.total.most < local.total.least {
            Self::Faster
        } else if local.total.most < distributed.total.least {
            Self::Slower
        } else {
            Self::NoClearDifference
        }
    }
}

/// Returns how rank 0 spent its time in one repetition, in percent: on its own forest and on what
/// it could be sure of; waiting for other ranks; on what all ranks tell each other; merging. The
/// shares add up to 100.
pub fn shares(repetition: &Repetition) -> [u64; 4] {
    let costs = Phase::TIMED.map(|phase| repetition.on_rank(0, phase));
    let busy = |cost: &StageCost| cost.seconds - cost.waited;
    let waited = costs.iter().map(|cost| cost.waited).sum();
    percentages([busy(&costs[0]) + busy(&costs[1]), waited, busy(&costs[2]), busy(&costs[3])])
}

/// Returns the parts in percent of their sum, rounded by the largest remainders so that they add up
/// to 100.
fn percentages<const C: usize>(parts: [f64; C]) -> [u64; C] {
    let whole: f64 = parts.iter().sum();
    let exact = parts.map(|part| if whole > 0.0 { (100.0 * part / whole).max(0.0) } else { 0.0 });
    let mut rounded = exact.map(|share| share as u64);
    let missing = 100u64.saturating_sub(rounded.iter().sum());
    let mut order: Vec<usize> = (0..C).collect();
    order.sort_by(|&a, &b| exact[b].fract().total_cmp(&exact[a].fract()));
    for place in order.into_iter().take(missing as usize) {
        rounded[place] += 1;
    }
    rounded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use crate::graph::Edges;
    use crate::measure::{Spread, time};
    use proptest::prelude::*;
    use std::time::Duration;

    /// An outcome on `ranks` ranks whose repetitions took from `least` to `most`.
    fn outcome(ranks: usize, repetitions: usize, least: f64, most: f64) -> Outcome {
        let total = Spread { median: (least + most) / 2.0, least, most };
        Outcome { ranks, repetitions, total, ..Outcome::default() }
    }

    #[test]
    fn only_ranges_that_are_apart_tell_a_difference() {
        let local = outcome(1, 5, 1.0, 2.0);
        #[rustfmt::skip]
        let cases = [
            (outcome(1, 5, 0.1, 0.2), Verdict::OneRank),
            (outcome(2, 1, 0.1, 0.1), Verdict::OneRepetition),
            (outcome(2, 5, 0.5, 0.9), Verdict::Faster),
            (outcome(2, 5, 0.5, 1.0), Verdict::NoClearDifference),
            (outcome(2, 5, 1.2, 1.3), Verdict::NoClearDifference),
            (outcome(2, 5, 2.0, 3.0), Verdict::NoClearDifference),
            (outcome(2, 5, 2.1, 3.0), Verdict::Slower),
        ];
        for (distributed, expected) in cases {
            assert_eq!(Verdict::of(&local, &distributed), expected, "{distributed:?}");
            let run = |outcome: &Outcome| Run {
                outcome: outcome.clone(),
                repetitions: Vec::new(),
                part: Edges::Narrow(Vec::new()),
                choice: None,
            };
            // A slow run as asked for changes nothing: the best local run counts.
            let slow = outcome(1, 5, 10.0, 20.0);
            let comparison = Comparison::of(&run(&local), Some(&run(&slow)), &run(&distributed));
            assert_eq!(comparison.verdict, expected);
            assert_eq!(comparison.best(), &local);
            let clear = matches!(expected, Verdict::Faster | Verdict::Slower);
            assert_eq!(comparison.speedup, clear.then(|| 1.5 / distributed.total.median));
        }
    }

    #[test]
    fn waiting_is_a_part_of_a_phase() {
        let repetitions = comm::run(3, Some(1), |comm| {
            let work = || {
                comm.enter(Phase::Local);
                std::thread::sleep(Duration::from_millis(5 * comm.rank() as u64));
                comm.enter(Phase::Merge);
                comm.all_gather(&[comm.rank() as u64]);
                comm.enter(Phase::Other);
            };
            time(comm, work).1
        });
        for phase in Phase::TIMED {
            assert!(repetitions[0].on_ranks(phase).all(|cost| cost.waited <= cost.seconds));
        }
        let shares = shares(&repetitions[0]);
        assert_eq!(shares.iter().sum::<u64>(), 100, "{shares:?}");
        assert!(shares[1] > 50, "rank 0 had nothing to do but wait: {shares:?}");
    }

    proptest! {
        #[test]
        fn percentages_add_up(parts: [f64; 4]) {
            let parts = parts.map(|part| part.abs().min(1e9));
            prop_assume!(parts.iter().all(|part| part.is_finite()) && parts.iter().sum::<f64>() > 1e-9);
            let rounded = percentages(parts);
            prop_assert_eq!(rounded.iter().sum::<u64>(), 100);
            let whole: f64 = parts.iter().sum();
            for (part, rounded) in parts.iter().zip(rounded) {
                prop_assert!((100.0 * part / whole - rounded as f64).abs() < 1.0 + 1e-9);
            }
        }
    }
}
