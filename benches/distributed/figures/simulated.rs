//! What a simulation of the sharded algorithm's design moved, with coded sizes and without MPI, before
//! the program was written: constants, beside which the measured steps stand.

/// A simulated run with 4,096 vertices a rank and eight edges for each.
pub(crate) struct Simulated {
    /// The graph's family.
    pub(crate) family: &'static str,
    /// Ranks.
    pub(crate) ranks: usize,
    /// The bytes of the busiest rank, sent or received, for each of its vertices.
    pub(crate) busiest: f64,
    /// The steps and the bytes that all ranks send in them, for each vertex of the graph.
    pub(crate) steps: &'static [(&'static str, f64)],
}

impl Simulated {
    /// Whether it is of that family on so many ranks.
    pub(crate) fn is_of(&self, family: &str, ranks: usize) -> bool {
        self.family == family && self.ranks == ranks
    }
}

/// The runs. Two steps only the simulation had: it let one rank finish a stage (`climb`), and first looked
/// which vertices ranks share (`contract`).
#[rustfmt::skip]
pub(crate) const SIMULATED: [Simulated; 4] = [
    Simulated { family: "gnm", ranks: 16, busiest: 20.94, steps: &[("pivot", 0.364), ("fetch", 3.499), ("candidates", 5.336), ("verdicts", 0.355), ("ends", 1.961), ("jump", 1.453), ("labels", 3.051), ("climb", 1.095), ("renumber", 2.670)] },
    Simulated { family: "gnm", ranks: 64, busiest: 28.63, steps: &[("pivot", 0.327), ("fetch", 6.167), ("candidates", 7.198), ("verdicts", 0.479), ("ends", 2.361), ("jump", 1.977), ("labels", 4.116), ("climb", 0.433), ("renumber", 4.343)] },
    Simulated { family: "rgg2d", ranks: 16, busiest: 2.33, steps: &[("contract", 0.053), ("pivot", 0.242), ("fetch", 0.161), ("candidates", 0.127), ("verdicts", 0.008), ("ends", 0.041), ("jump", 0.015), ("labels", 0.085), ("climb", 0.278), ("renumber", 0.262)] },
    Simulated { family: "rgg2d", ranks: 64, busiest: 2.98, steps: &[("contract", 0.098), ("pivot", 0.219), ("fetch", 0.340), ("candidates", 0.365), ("verdicts", 0.025), ("ends", 0.153), ("jump", 0.067), ("labels", 0.281), ("climb", 0.209), ("renumber", 0.440)] },
];
