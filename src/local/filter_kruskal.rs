//! Filter-Kruskal: quicksort's recursion, where a half is filtered before it is sorted.
//!
//! Osipov, Sanders, Singler, "The Filter-Kruskal Minimum Spanning Tree Algorithm", ALENEX 2009.
//!
//! Expected time O(m + n log n log(m/n)) for random weights, O(m log m) at worst. It gains on
//! [`super::kruskal()`] when m is far above n: most heavy edges then lie inside one component and are
//! dropped unsorted.

use super::Components;
use crate::graph::{Edge, Key};
use rayon::prelude::*;
use std::borrow::Cow;

/// Lists up to this length are sorted at once: filtering would cost more than it saves.
const SORTED_AT_ONCE: usize = 1 << 12;
/// Weights looked at for a pivot.
const SAMPLE: usize = 1 << 10;

/// Returns the forest that [`super::kruskal()`] returns, in the same order.
///
/// Partition, filter and sort run on the current rayon pool, the joins on one thread.
///
/// # Complexity
/// Memory 4n bytes, a copy of the edges that survive a filter, and of the light ones at each level of
/// the recursion, which halve.
///
/// # Panics
/// If an endpoint is not below `n`.
pub fn filter_kruskal<K: Key>(n: usize, edges: &[Edge<K>]) -> Vec<Edge<K>> {
    let mut components = Components::new(n);
    let mut forest = Vec::new();
    extend(&mut forest, &mut components, edges);
    forest
}

/// Adds the forest edges among `edges`, whose lighter edges are all in `forest` already.
fn extend<K: Key>(forest: &mut Vec<Edge<K>>, components: &mut Components, edges: &[Edge<K>]) {
    let mut share = 2 * components.n();
    let mut edges = Cow::Borrowed(edges);
    while let Some(pivot) = pivot(share, &edges) {
        let light: Vec<_> = edges.par_iter().filter(|e| e.key <= pivot).copied().collect();
        extend(forest, components, &light);
        drop(light);
        let known = &*components;
        let outside = |e: &&Edge<K>| e.key > pivot && known.root(e.u) != known.root(e.v);
        // What survives takes the place of what it came from, so only one list of heavy edges lives.
        edges = Cow::Owned(edges.par_iter().filter(outside).copied().collect());
        // Where filters drop little, equal shares would mean m/n passes; growing ones, log(m/n).
        share = share.saturating_mul(2);
    }
    let mut sorted = edges.into_owned();
    sorted.par_sort_by_key(|e| e.key); // stable, as are the filters above
    forest.extend(sorted.into_iter().filter(|e| components.join(e.u, e.v)));
}

/// A key with about `share` keys at or below it, at most half of all, from evenly spaced samples;
/// `None` where a split would not pay or not make both sides smaller.
fn pivot<K: Key>(share: usize, edges: &[Edge<K>]) -> Option<K> {
    let m = edges.len();
    if m <= SORTED_AT_ONCE.max(share) {
        return None;
    }
    let mut sample: Vec<K> = edges.iter().step_by(m.div_ceil(SAMPLE)).map(|e| e.key).collect();
    sample.sort_unstable();
    let light = (share * sample.len() / m).clamp(1, sample.len() / 2);
    let pivot = sample[light - 1];
    (pivot < sample[sample.len() - 1]).then_some(pivot)
}
