//! Puts the parts of a forest in one order over all ranks.

use crate::comm::Comm;
use crate::graph::{Edge, Key};
use crate::sharding::sample_sort;

/// Sorts a forest by weight and then by ends: the same order for any algorithm and any number of
/// ranks. Returns this rank's block; blocks in rank order are the forest.
///
/// An output step: no algorithm's time includes it.
///
/// # Complexity
/// O(k/p log k) time and O(k/p) memory for k edges; an all-gather of a sample of each rank, and an
/// exchange of all edges.
pub fn ordered<K: Key>(comm: &Comm, part: Vec<Edge<K>>) -> Vec<Edge<K>> {
    sample_sort(comm, part, |e| (e.key, e.u, e.v))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blocks_are_the_sorted_forest(
            parts in prop::collection::vec(prop::collection::vec((0u32..99, 0u32..99, 0u32..5), 0..300), 1..6),
        ) {
            let edges = |rank: usize| -> Vec<Edge<u32>> {
                parts[rank].iter().map(|&(u, v, key)| Edge { u, v, key }).collect()
            };
            let p = parts.len();
            let found = comm::run(p, Some(1), |comm| ordered(comm, edges(comm.rank())));
            let mut all: Vec<_> = (0..p).flat_map(edges).collect();
            all.sort_unstable_by_key(|e| (e.key, e.u, e.v));
            prop_assert_eq!(found.concat(), all);
        }
    }
}
