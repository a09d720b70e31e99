//! Merges sorted runs of edges.

use crate::local::EdgeLike;
use std::hint::select_unpredictable;
use std::slice::IterMut;

/// How many edges a thread merges at once.
const PIECE: usize = if cfg!(test) { 1 << 3 } else { 1 << 15 };

/// Returns the edges of all `runs`, each sorted by key, as one sorted list; ties are in the order
/// of runs, then of positions in the run.
///
/// Pairs of runs, and the two halves of each merge, are merged in parallel on the current rayon
/// pool. Time O(total log runs); memory for two more copies of the edges.
pub(in crate::distributed) fn merge_runs<R: EdgeLike>(runs: &[&[R]]) -> Vec<R> {
    match runs {
        [] => Vec::new(),
        [run] => run.to_vec(),
        [left, right] => merged(left, right),
        _ => {
            let (left, right) = runs.split_at(runs.len() / 2);
            let (left, right) = rayon::join(|| merge_runs(left), || merge_runs(right));
            merged(&left, &right)
        }
    }
}

fn merged<R: EdgeLike>(left: &[R], right: &[R]) -> Vec<R> {
    let mut merged = vec![R::zeroed(); left.len() + right.len()];
    merge(left, right, &mut merged);
    merged
}

/// Merges two sorted runs into `merged`, which has room for both; of equal keys those of `left`
/// come first.
fn merge<R: EdgeLike>(left: &[R], right: &[R], merged: &mut [R]) {
    let (len, middle) = (merged.len(), merged.len() / 2);
    let (left, left_high) = left.split_at(from_left(left, right, middle));
    let (right, right_high) = right.split_at(middle - left.len());
    let (merged, high) = merged.split_at_mut(middle);
    if len > PIECE {
        rayon::join(|| merge(left, right, merged), || merge(left_high, right_high, high));
        return;
    }
    // Finding the next edge has a long latency, so a thread does it in two places at once.
    let mut low = Merge { left, right, merged: merged.iter_mut() };
    let mut high = Merge { left: left_high, right: right_high, merged: high.iter_mut() };
    while low.step() & high.step() {}
    low.finish();
    high.finish();
}

/// The state of a merge of two runs.
struct Merge<'a, R> {
    left: &'a [R],
    right: &'a [R],
    merged: IterMut<'a, R>,
}

impl<R: EdgeLike> Merge<'_, R> {
    /// Takes the next edge, if both runs have one. Returns whether it did. There is no branch,
    /// because which run comes next is close to random.
    #[inline(always)]
    fn step(&mut self) -> bool {
        let ([left, ..], [right, ..]) = (self.left, self.right) else { return false };
        let Some(next) = self.merged.next() else { return false };
        let from_left = left.key() <= right.key();
        *next = *select_unpredictable(from_left, left, right);
        self.left = &self.left[usize::from(from_left)..];
        self.right = &self.right[usize::from(!from_left)..];
        true
    }

    fn finish(mut self) {
        while self.step() {}
        let rest = if self.left.is_empty() { self.right } else { self.left };
        self.merged.into_slice().copy_from_slice(rest);
    }
}

/// How many of the first `len` edges of the merged list come from `left`.
fn from_left<R: EdgeLike>(left: &[R], right: &[R], len: usize) -> usize {
    let (mut least, mut most) = (len.saturating_sub(right.len()), len.min(left.len()));
    while least < most {
        let middle = least.midpoint(most);
        match left[middle].key() <= right[len - middle - 1].key() {
            true => least = middle + 1,
            false => most = middle,
        }
    }
    least
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
