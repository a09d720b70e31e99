//! Merging sorted runs of edges.

use crate::local::Record;

/// Returns the edges of all `runs`, each sorted by key, as one sorted list; ties by run, then by
/// position in the run.
///
/// Pairs of runs are merged at once on the current rayon pool, in O(total log runs); memory two
/// more copies of the edges.
pub(super) fn merge_runs<R: Record>(runs: &[&[R]]) -> Vec<R> {
    match runs {
        [] => Vec::new(),
        [run] => run.to_vec(),
        [left, right] => merge(left, right),
        _ => {
            let (left, right) = runs.split_at(runs.len() / 2);
            let (left, right) = rayon::join(|| merge_runs(left), || merge_runs(right));
            merge(&left, &right)
        }
    }
}

/// Two sorted runs as one; of equal keys those of `left` come first.
fn merge<R: Record>(left: &[R], right: &[R]) -> Vec<R> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut l, mut r) = (0, 0);
    while l < left.len() && r < right.len() {
        // Without a branch: which of the two is next is close to random.
        let from_left = left[l].key() <= right[r].key();
        merged.push(if from_left { left[l] } else { right[r] });
        l += usize::from(from_left);
        r += usize::from(!from_left);
    }
    merged.extend_from_slice(&left[l..]);
    merged.extend_from_slice(&right[r..]);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Edge;
    use proptest::prelude::*;

    proptest! {
        /// Merging sorted runs is a stable sort of their concatenation.
        #[test]
        fn merging_is_a_stable_sort(
            keys in prop::collection::vec(prop::collection::vec(0u32..6, 0..20), 0..6),
        ) {
            let mut position = 0..;
            let mut number = |key| Edge { u: position.next().unwrap_or(0), v: 0, key };
            let mut runs: Vec<Vec<_>> =
                keys.into_iter().map(|run| run.into_iter().map(&mut number).collect()).collect();
            let mut expected: Vec<Edge<u32>> = runs.concat();
            expected.sort_by_key(|e| e.key);
            runs.iter_mut().for_each(|run| run.sort_by_key(|e| e.key));
            let runs: Vec<&[Edge<u32>]> = runs.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(merge_runs(&runs), expected);
        }
    }
}
