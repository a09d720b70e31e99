//! Merging sorted runs of edges.

use crate::graph::{Edge, Key};

/// Returns the edges of all `runs`, each sorted by key, as one sorted list; ties by run, then by
/// position in the run.
///
/// Pairs of runs are merged at once on the current rayon pool, in O(total log runs); memory one
/// more copy of the edges.
pub(super) fn merge_runs<K: Key>(runs: Vec<Vec<Edge<K>>>) -> Vec<Edge<K>> {
    let mut runs = runs;
    match runs.len() {
        0 => Vec::new(),
        1 => runs.swap_remove(0),
        len => {
            let right = runs.split_off(len / 2);
            let (left, right) = rayon::join(|| merge_runs(runs), || merge_runs(right));
            merge(&left, &right)
        }
    }
}

/// Two sorted runs as one; of equal keys those of `left` come first.
fn merge<K: Key>(left: &[Edge<K>], right: &[Edge<K>]) -> Vec<Edge<K>> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left, right);
    while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
        if a.key <= b.key {
            merged.push(*a);
            left = left_rest;
        } else {
            merged.push(*b);
            right = right_rest;
        }
    }
    merged.extend_from_slice(left);
    merged.extend_from_slice(right);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Merging sorted runs is a stable sort of their concatenation.
        #[test]
        fn merging_is_a_stable_sort(
            keys in prop::collection::vec(prop::collection::vec(0u32..6, 0..20), 0..6),
        ) {
            let mut position = 0..;
            let mut number = |key| Edge { u: position.next().unwrap_or(0), v: 0, key };
            let runs: Vec<Vec<_>> =
                keys.into_iter().map(|run| run.into_iter().map(&mut number).collect()).collect();
            let mut expected: Vec<Edge<u32>> = runs.concat();
            expected.sort_by_key(|e| e.key);
            let sorted = runs.into_iter().map(|mut run: Vec<Edge<u32>>| {
                run.sort_by_key(|e| e.key);
                run
            });
            prop_assert_eq!(merge_runs(sorted.collect()), expected);
        }
    }
}
