//! Gather: every rank's forest goes to rank 0, which merges them.
//!
//! A forest stands for its edges: MSF(A + B) = MSF(MSF(A) + MSF(B)), by the cycle property. Rank 0
//! receives at most (p - 1)(n - 1) edges, so the traffic grows with p and the merge is serial: the
//! plain algorithm that the others are measured against.

use super::merge_runs;
use crate::comm::{Comm, Phase};
use crate::graph::{Edge, Key};
use crate::local::{self, Algorithm, kruskal_sorted};

/// Returns the minimum spanning forest on rank 0 and nothing elsewhere; edges of equal weight in the
/// order of the input, and on two ranks and more the lightest first.
///
/// `mine` is this rank's slice of the edges on the vertices `0..n`, slices in rank order; `local`
/// makes each rank's own forest.
///
/// # Complexity
/// A rank sends at most n - 1 edges in one message; rank 0 merges p sorted runs in
/// O(pn log p) and joins them in O(pn α(n)).
///
/// # Panics
/// If an endpoint is not below `n`.
pub fn gather<K: Key>(comm: &Comm, n: usize, mine: &[Edge<K>], local: Algorithm) -> Vec<Edge<K>> {
    comm.enter(Phase::Local);
    let mut forest = comm.compute(|| local.forest(n, mine));
    if comm.size() == 1 {
        comm.enter(Phase::Other);
        return forest;
    }
    comm.compute(|| local::sort(&mut forest));
    comm.enter(Phase::Exchange);
    let runs = comm.gather(0, &forest);
    comm.enter(Phase::Merge);
    drop(forest);
    let merged = comm.compute(|| kruskal_sorted(n, merge_runs(runs)));
    comm.enter(Phase::Other);
    merged
}
