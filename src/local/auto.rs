//! The choice of an algorithm for a graph.

use super::boruvka::Contracted;
use super::filter_kruskal::{extend, filter_kruskal, join};
use super::record::BLOCK;
use super::sample::sample;
use super::window::are_local;
use super::{Components, NONE, PIECE};
use crate::graph::{Edge, Key};

/// Up to as many edges a vertex, Borůvka's rounds pay on graphs with locality: they leave few vertices
/// for the edges that are left. With more edges a filter drops most after one look.
const SPARSE: usize = 4;
/// Rounds, after which what is left of a sparse graph is small and dense.
const ROUNDS: usize = 2;
/// With fewer keys in a sample, sorting costs little and keeps locality.
const FEW: usize = 64;

/// Returns the forest that [`super::kruskal()`] returns, edges of equal weight in the order of the
/// input.
///
/// Edges that come in order, or in the opposite one, are joined as they come. A sparse graph with
/// locality, such as a grid or a road network, takes two rounds of [`super::boruvka()`] and then
/// filter-Kruskal; any other [`filter_kruskal()`]. The choice depends on the edges alone.
///
/// # Complexity
/// That of what it chooses, for which it looks at a few thousand edges.
///
/// # Panics
/// If an endpoint is not below `n`.
pub fn auto<K: Key>(n: usize, edges: &[Edge<K>]) -> Vec<Edge<K>> {
    if edges.is_sorted_by_key(|e| e.key) {
        return in_order(n, [edges]);
    }
    if edges.is_sorted_by(|a, b| a.key > b.key) {
        let reverse = |block: &[Edge<K>]| block.iter().rev().copied().collect::<Vec<_>>();
        return in_order(n, edges.rchunks(BLOCK).map(reverse));
    }
    let pieces: Vec<&[Edge<K>]> = edges.chunks(PIECE).collect();
    if !favours_boruvka(n, edges.len(), &pieces) {
        return filter_kruskal(n, edges);
    }
    let mut forest = Vec::new();
    let mut contracted = Contracted::of(n, edges);
    (1..ROUNDS).for_each(|_| contracted.again());
    extend(&mut forest, &mut Components::new(contracted.n), contracted.pieces());
    contracted.forest(edges, &forest)
}

/// The forest of edges that come by weight, list after list.
fn in_order<K: Key>(n: usize, lists: impl IntoIterator<Item: AsRef<[Edge<K>]>>) -> Vec<Edge<K>> {
    let (mut forest, mut components) = (Vec::new(), Components::new(n));
    lists.into_iter().for_each(|list| join(&mut forest, &mut components, list.as_ref()));
    forest
}

/// Whether a graph is sparse, with locality, and has weights that tell its edges apart.
fn favours_boruvka<K: Key>(n: usize, m: usize, pieces: &[&[Edge<K>]]) -> bool {
    let sparse = n / 2 <= m && m <= SPARSE * n && m < NONE as usize && pieces.len() > 1;
    let keys = || sample(pieces).chunk_by(|a, b| a.0 == b.0).count();
    sparse && are_local(n, pieces) && keys() >= FEW
}
