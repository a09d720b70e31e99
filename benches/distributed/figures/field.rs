//! The five graphs, and what another program takes for them. Those are constants of one run, not measured beside ours:
//! they stand in columns and marks of their own under [`measured`], and nobody's times are divided by them.

use crate::drawing::Machine;

/// The day on which KaMSTa was measured, and the model of the processor.
pub(crate) const DAY: &str = "2026-11-23";
const MODEL: &str = "Intel(R) Xeon(R) Processor";

/// Whence KaMSTa's figures are, as seen from a machine; stands wherever they do.
pub(crate) fn measured(machine: &Machine) -> String {
    match machine.model == MODEL {
        true => format!("measured {DAY} on a machine of the same kind"),
        false => format!("measured {DAY} on another kind of machine, {MODEL}"),
    }
}

/// A graph, and KaMSTa's figures for it.
#[derive(Clone)]
pub(crate) struct Field {
    /// As `mst` names it.
    pub(crate) graph: &'static str,
    /// As people do.
    pub(crate) name: &'static str,
    /// KaMSTa's seconds on 2 and on 4 ranks.
    pub(crate) seconds: [f64; 2],
    /// Megabytes that its busiest rank sends on 4.
    pub(crate) sent: f64,
}

/// The five graphs.
#[rustfmt::skip]
pub(crate) const FIELD: [Field; 5] = [
    Field { graph: "gnm:n=1048576,m=8388608", name: "random", seconds: [3.40, 3.74], sent: 84.0 },
    Field { graph: "gnm:n=131072,m=16777216", name: "dense", seconds: [2.69, 2.97], sent: 21.0 },
    Field { graph: "rmat:n=1048576,m=16777216,a=0.57,b=0.19,c=0.19", name: "R-MAT", seconds: [3.31, 3.68], sent: 46.0 },
    Field { graph: "grid2d:n=4194304", name: "grid", seconds: [1.18, 1.26], sent: 0.4 },
    Field { graph: "rgg2d:n=1048576,m=8388608", name: "points in the plane", seconds: [0.73, 0.75], sent: 0.2 },
];
