//! Sorts items over all ranks.

use crate::comm::{Comm, Reduction};
use bytemuck::Pod;
use rayon::prelude::*;

/// So many items of each rank are looked at to find where blocks end, which are then rarely more
/// than a fifth longer than the mean.
const SAMPLE: usize = 128;

/// Sorts the items of all ranks by `value`. Returns this rank's block; blocks in rank order are the
/// sorted items, and items of equal value are in one block.
///
/// By regular samples: Shi, Schaeffer, "Parallel Sorting by Regular Sampling", Journal of Parallel and
/// Distributed Computing 1992.
///
/// # Complexity
/// O(k/p log k) time and O(k/p) memory for k items; an all-gather of a sample of each rank, and an
/// exchange of all items.
pub(crate) fn sample_sort<T: Pod + Send + Sync, V: Ord>(
    comm: &Comm,
    items: Vec<T>,
    value: impl Fn(&T) -> V + Copy + Send + Sync,
) -> Vec<T> {
    let mut items = items;
    comm.compute(|| items.par_sort_unstable_by_key(value));
    if comm.size() == 1 {
        return items;
    }
    let mut total = [items.len() as u64];
    comm.all_reduce(&mut total, Reduction::Sum);
    let step = (total[0] as usize / (SAMPLE * comm.size())).max(1);
    let sample: Vec<T> = items.iter().copied().step_by(step).collect();
    let mut samples = comm.all_gather(&sample).concat();
    samples.sort_unstable_by_key(value);
    let end = |rank: usize| match samples.get(samples.len() * (rank + 1) / comm.size()) {
        Some(first) if rank + 1 < comm.size() => {
            items.partition_point(|item| value(item) < value(first))
        }
        _ => items.len(),
    };
    let mut start = 0;
    let block = |rank| {
        let block = items[start..end(rank)].to_vec();
        start += block.len();
        block
    };
    let blocks: Vec<Vec<T>> = (0..comm.size()).map(block).collect();
    drop(items);
    let mut mine = comm.all_to_all(blocks).concat();
    comm.compute(|| mine.par_sort_unstable_by_key(value));
    mine
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blocks_are_the_sorted_items(
            parts in prop::collection::vec(prop::collection::vec(0u64..99, 0..300), 1..6),
        ) {
            let p = parts.len();
            let sorted = |comm: &Comm| sample_sort(comm, parts[comm.rank()].clone(), |item| *item);
            let found = comm::run(p, Some(1), sorted);
            let mut all = parts.concat();
            all.sort_unstable();
            prop_assert_eq!(found.concat(), all);
            let ends = found.iter().filter(|block| !block.is_empty());
            let ends: Vec<_> = ends.map(|block| (block[0], block[block.len() - 1])).collect();
            prop_assert!(ends.windows(2).all(|pair| pair[0].1 < pair[1].0), "{ends:?}");
        }
    }

    #[test]
    fn blocks_are_about_equally_long() {
        let k = 10_000;
        let lens = comm::run(4, Some(1), |comm| {
            // One rank holds nearly all.
            let part = if comm.rank() == 2 { 10..k } else { comm.rank()..comm.rank() + 1 };
            let items = part.map(|i| crate::graph::scramble(i as u64)).collect();
            sample_sort(comm, items, |item| *item).len()
        });
        assert!(lens.iter().all(|len| (2_000..3_100).contains(len)), "{lens:?}");
    }
}
