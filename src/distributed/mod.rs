//! The minimum spanning forest of a distributed graph: SPMD algorithms over a [`Comm`], one file
//! each.
//!
//! Each returns a part of the forest on every rank. The parts together are the minimum spanning
//! forest, each edge once, for any number of ranks.

mod choose;
mod combine;
mod order;
mod own;
mod plan;
mod prepare;
mod wire;

pub use choose::{Choice, Locality, Workload, most_received_in};
pub use combine::Combine;
pub use order::ordered;
pub use plan::{Plan, Solution};
pub use prepare::Prepare;

use crate::comm::Comm;
use crate::graph::{Edge, Key, Summary, Weights};

/// Sums up the parts of a forest. Returns the same summary on every rank.
pub fn summarize<K: Key>(comm: &Comm, n: u64, part: &[Edge<K>], weights: Weights) -> Summary {
    total(comm, &Summary::of(n, part, weights))
}

/// Joins the ranks' summaries of their parts of a forest. Returns the same summary on every rank.
pub fn total(comm: &Comm, part: &Summary) -> Summary {
    let parts = comm.all_gather(&part.to_words());
    let mut whole = Summary::from_words(&parts[0]);
    parts[1..].iter().for_each(|words| whole.merge(&Summary::from_words(words)));
    whole
}

#[cfg(test)]
mod tests;
