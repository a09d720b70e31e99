//! Puts the parts of a forest in one order over all ranks.

use crate::comm::{Comm, Reduction};
use crate::graph::{Edge, Key};
use rayon::prelude::*;

/// So many edges for each rank are looked at to find where blocks end, which are then rarely more
/// than a fifth longer than the mean.
const SAMPLE: usize = 128;

/// Sorts a forest by weight and then by ends: the same order for any algorithm and any number of
/// ranks. Returns this rank's block; blocks in rank order are the forest.
///
/// An output step: no algorithm's time includes it. Sorting by regular samples: Shi, Schaeffer,
/// "Parallel Sorting by Regular Sampling", Journal of Parallel and Distributed Computing 1992.
///
/// # Complexity
/// O(k/p log k) time and O(k/p) memory for k edges; an all-gather of a sample of each rank, and an
/// exchange of all edges.
pub fn ordered<K: Key>(comm: &Comm, part: Vec<Edge<K>>) -> Vec<Edge<K>> {
    let mut part = part;
    comm.compute(|| part.par_sort_unstable_by_key(value));
    if comm.size() == 1 {
        return part;
    }
    let mut total = [part.len() as u64];
    comm.all_reduce(&mut total, Reduction::Sum);
    let step = (total[0] as usize / (SAMPLE * comm.size())).max(1);
    let sample: Vec<Edge<K>> = part.iter().copied().step_by(step).collect();
    let mut samples = comm.all_gather(&sample).concat();
    samples.sort_unstable_by_key(value);
    let end = |rank: usize| match samples.get(samples.len() * (rank + 1) / comm.size()) {
        Some(first) if rank + 1 < comm.size() => part.partition_point(|e| value(e) < value(first)),
        _ => part.len(),
    };
    let mut start = 0;
    let block = |rank| {
        let block = part[start..end(rank)].to_vec();
        start += block.len();
        block
    };
    let blocks: Vec<Vec<Edge<K>>> = (0..comm.size()).map(block).collect();
    drop(part);
    let mut mine = comm.all_to_all(blocks).concat();
    comm.compute(|| mine.par_sort_unstable_by_key(value));
    mine
}

fn value<K: Key>(e: &Edge<K>) -> (K, u32, u32) {
    (e.key, e.u, e.v)
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
            all.sort_unstable_by_key(value);
            prop_assert_eq!(found.concat(), all);
        }
    }

    #[test]
    fn blocks_are_about_equally_long() {
        let k = 10_000;
        let edge = |i: usize| Edge { u: i as u32, v: 0, key: crate::graph::scramble(i as u64) };
        let lens = comm::run(4, Some(1), |comm| {
            // One rank holds nearly all.
            let part = if comm.rank() == 2 { 10..k } else { comm.rank()..comm.rank() + 1 };
            ordered(comm, part.map(edge).collect()).len()
        });
        assert!(lens.iter().all(|len| (2_000..3_100).contains(len)), "{lens:?}");
    }
}
