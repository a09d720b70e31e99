//! Textbook Kruskal: sort all edges, take each that joins two components. The yardstick.
//!
//! Kruskal, "On the Shortest Spanning Subtree of a Graph", Proc. AMS 1956.

use super::Components;
use crate::graph::{Edge, Key};

/// Returns the minimum spanning forest of `edges` on the vertices `0..n`, lightest edge first.
///
/// It has n - c edges, where c is the number of components, including isolated vertices. Self-loops
/// never enter; of equal edges, the one that comes first in `edges` does.
///
/// # Complexity
/// O(m log m) time on one thread; memory 4n bytes and two copies of `edges`.
///
/// # Panics
/// If an endpoint is not below `n`. Readers refuse such edges, so here it is a bug.
///
/// # Examples
/// ```
/// # use mst::{graph::Edge, local::kruskal};
/// let edges = [Edge { u: 0, v: 1, key: 5u32 }, Edge { u: 1, v: 2, key: 3 }, Edge { u: 2, v: 0, key: 5 }];
/// assert_eq!(kruskal(3, &edges), [edges[1], edges[0]]); // the tie goes to the earlier edge
/// ```
pub fn kruskal<K: Key>(n: usize, edges: &[Edge<K>]) -> Vec<Edge<K>> {
    let mut sorted = edges.to_vec();
    sorted.sort_by_key(|e| e.key); // stable: position breaks ties
    kruskal_sorted(n, sorted)
}

/// As [`kruskal`], for edges that are already sorted.
///
/// # Complexity
/// O(m α(n)) time on one thread; memory 4n bytes.
///
/// # Panics
/// If an endpoint is not below `n`.
pub(super) fn kruskal_sorted<K: Key>(n: usize, sorted: Vec<Edge<K>>) -> Vec<Edge<K>> {
    debug_assert!(sorted.is_sorted_by_key(|e| e.key));
    let mut components = Components::new(n);
    let mut forest = sorted;
    forest.retain(|e| components.join(e.u, e.v));
    forest
}
