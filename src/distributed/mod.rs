//! The forest of a whole graph: SPMD algorithms over a [`Comm`], one file each.
//!
//! Each returns on every rank a part of the forest; the parts together are the minimum spanning
//! forest, each edge once, whatever the number of ranks.

mod bits;
mod choose;
mod combine;
mod numbering;
mod plan;
mod prepare;
mod wire;

pub use choose::{Choice, Locality, Workload};
pub use combine::Combine;
pub use plan::Plan;
pub use prepare::Prepare;

use crate::comm::Comm;
use crate::graph::{Edge, Edges, Key, Summary, Weights};
use rayon::prelude::*;

/// Sums up the parts of a forest, on every rank alike.
pub fn summarize<K: Key>(comm: &Comm, n: u64, part: &[Edge<K>], weights: Weights) -> Summary {
    let part = Summary::of(n, part, weights);
    let parts = comm.all_gather(&part.to_words());
    let mut whole = Summary::from_words(&parts[0]);
    parts[1..].iter().for_each(|words| whole.merge(&Summary::from_words(words)));
    whole
}

/// Collects the parts of a forest on rank 0, lightest edge first, those of equal weight by their ends:
/// the same list whichever the algorithm and the number of ranks. Nothing elsewhere.
///
/// An output step: no algorithm's time includes it.
pub fn collect<K: Key>(comm: &Comm, part: &[Edge<K>]) -> Edges {
    let mut forest = comm.gather(0, part).concat();
    comm.compute(|| forest.par_sort_unstable_by_key(|e| (e.key, e.u, e.v)));
    K::pack(forest)
}

#[cfg(test)]
mod tests;
