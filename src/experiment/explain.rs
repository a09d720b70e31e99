//! Compares the modelled time of every plan with the measured one.

use crate::comm::Comm;
use crate::distributed::{Plan, Workload};
use crate::measure::{Repeats, Spread, repeat};
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
}

/// Runs every plan as often as `repeats` says, after one run to warm up.
pub(super) fn explain(
    comm: &Comm,
    repeats: Repeats,
    shape: Workload,
    run: impl Fn(Plan),
) -> Vec<Explained> {
    let explained = Plan::all().map(|plan| {
        let ((), repetitions) = repeat(comm, repeats, true, || run(plan));
        Explained {
            combine: plan.name(),
            model: Some(shape.seconds(plan)).filter(|seconds| seconds.is_finite()),
            measured: Spread::of(repetitions.iter().map(|r| r.total)).median,
            bytes_received_max: repetitions[0].bytes_received_max(),
        }
    });
    explained.collect()
}
