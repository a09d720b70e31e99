//! The minimum spanning forest of a distributed graph: SPMD algorithms over a [`Comm`], one file
//! each.
//!
//! Each returns a part of the forest on every rank. The parts together are the minimum spanning
//! forest, each edge once, for any number of ranks.

mod choose;
mod combine;
mod plan;
mod prepare;
mod wire;

pub use choose::{Choice, Locality, Workload};
pub use combine::Combine;
pub use plan::{Plan, Solution};
pub use prepare::Prepare;

use crate::comm::Comm;
use crate::graph::{Edge, Edges, Key, Summary, Weights};
use rayon::prelude::*;

/// Sums up the parts of a forest. Returns the same summary on every rank.
pub fn summarize<K: Key>(comm: &Comm, n: u64, part: &[Edge<K>], weights: Weights) -> Summary {
    let part = Summary::of(n, part, weights);
    let parts = comm.all_gather(&part.to_words());
    let mut whole = Summary::from_words(&parts[0]);
    parts[1..].iter().for_each(|words| whole.merge(&Summary::from_words(words)));
    whole
}

/// Collects the parts of a forest on rank 0, sorted by weight and then by ends: the same list for
/// any algorithm and any number of ranks. Returns no edges on the other ranks.
///
/// An output step: no algorithm's time includes it.
pub fn collect<K: Key>(comm: &Comm, part: &[Edge<K>]) -> Edges {
    let mut forest = comm.gather(0, part).concat();
    comm.compute(|| forest.par_sort_unstable_by_key(|e| (e.key, e.u, e.v)));
    K::pack(forest)
}

#[cfg(test)]
mod tests;
