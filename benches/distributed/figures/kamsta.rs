//! The five graphs, and the times and traffic of another program, KaMSTa, on them. These are
//! constants from one run, not measured together with ours: they have columns and marks of their
//! own, labelled by [`measured`], and no time is divided by them.

use crate::drawing::Machine;

/// The day on which KaMSTa was measured, and the model of the processor.
pub(crate) const DAY: &str = "2026-11-23";
const MODEL: &str = "Intel(R) Xeon(R) Processor";

/// Says when and on what machine KaMSTa was measured, compared with `machine`. Goes wherever its
/// figures appear.
pub(crate) fn measured(machine: &Machine) -> String {
    match machine.model == MODEL {
        true => format!("measured {DAY} on a machine of the same kind"),
        false => format!("measured {DAY} on another kind of machine, {MODEL}"),
    }
}

/// A graph, and KaMSTa's figures for it.
#[derive(Clone)]
pub(crate) struct KamstaResult {
    /// The graph as `mst` names it.
    pub(crate) graph: &'static str,
    /// The name that readers see.
    pub(crate) name: &'static str,
    /// KaMSTa's seconds on 2 and on 4 ranks.
    pub(crate) seconds: [f64; 2],
    /// Megabytes that KaMSTa's busiest of 4 ranks sends.
    pub(crate) sent: f64,
}

/// The five graphs.
#[rustfmt::skip]
pub(crate) const KAMSTA_RESULTS: [KamstaResult; 5] = [
    KamstaResult { graph: "gnm:n=1048576,m=8388608", name: "random", seconds: [3.40, 3.74], sent: 84.0 },
    KamstaResult { graph: "gnm:n=131072,m=16777216", name: "dense", seconds: [2.69, 2.97], sent: 21.0 },
    KamstaResult { graph: "rmat:n=1048576,m=16777216,a=0.57,b=0.19,c=0.19", name: "R-MAT", seconds: [3.31, 3.68], sent: 46.0 },
    KamstaResult { graph: "grid2d:n=4194304", name: "grid", seconds: [1.18, 1.26], sent: 0.4 },
    KamstaResult { graph: "rgg2d:n=1048576,m=8388608", name: "points in the plane", seconds: [0.73, 0.75], sent: 0.2 },
];
