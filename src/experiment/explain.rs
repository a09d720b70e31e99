//! Compares the modelled time of every plan with the measured one.

use crate::comm::{Comm, StageCost};
use crate::distributed::{Plan, Workload, most_received_in};
use crate::measure::{Repeats, Repetition, ShardedStep, Spread, repeat};
use serde::Serialize;

/// What a plan should cost by the model, and what it did cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// The plan's name.
    pub combine: String,
    /// Seconds by the model; `None` if edges cannot be shuffled.
    pub model: Option<f64>,
    /// The median of the measured seconds.
    pub measured: f64,
    /// Payload bytes received by the rank that received the most.
    pub bytes_received_max: u64,
    /// The steps of a sharded plan, in order; none of other plans.
    pub steps: Vec<ExplainedStep>,
}

/// What a step of a sharded plan did cost, and can cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExplainedStep {
    /// The step's name.
    pub step: String,
    /// The median of the seconds on the slowest rank.
    pub measured: f64,
    /// Payload bytes received by the rank that received the most.
    pub bytes_received_max: u64,
    /// The most that any rank can receive, whatever the graph.
    pub bytes_received_most: u64,
    /// Messages sent by the rank that sent the most.
    pub messages_sent_max: u64,
}

/// The steps of a plan's repetitions; `most` gives what any rank can receive in one.
fn steps(repetitions: &[Repetition], most: impl Fn(ShardedStep) -> u64) -> Vec<ExplainedStep> {
    let step = |(step, ranks): (ShardedStep, Vec<StageCost>)| {
        let slowest = |r: &Repetition| {
            let ranks = r.steps().filter(|(other, _)| *other == step).flat_map(|(_, ranks)| ranks);
            ranks.map(|cost| cost.seconds).fold(0.0, f64::max)
        };
        ExplainedStep {
            step: step.name().to_owned(),
            measured: Spread::of(repetitions.iter().map(slowest)).median,
            bytes_received_max: ranks.iter().map(|cost| cost.bytes_received).max().unwrap_or(0),
            bytes_received_most: most(step),
            messages_sent_max: ranks.iter().map(|cost| cost.messages_sent).max().unwrap_or(0),
        }
    };
    repetitions[0].steps().map(step).collect()
}

/// Runs every plan on `n` vertices as often as `repeats` says, after one run to warm up.
pub(super) fn explain(
    comm: &Comm,
    repeats: Repeats,
    n: usize,
    shape: Workload,
    run: impl Fn(Plan),
) -> Vec<Explained> {
    // A shuffled edge has a wide key.
    let most = |step| most_received_in(step, n as u64, comm.size(), size_of::<u64>());
    let explained = Plan::all().map(|plan| {
        let ((), repetitions) = repeat(comm, repeats, true, || run(plan));
        Explained {
            combine: plan.name(),
            model: Some(shape.seconds(plan)).filter(|seconds| seconds.is_finite()),
            measured: Spread::of(repetitions.iter().map(|r| r.total)).median,
            bytes_received_max: repetitions[0].bytes_received_max(),
            steps: steps(&repetitions, most),
        }
    });
    explained.collect()
}
