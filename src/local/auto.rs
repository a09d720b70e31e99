//! The choice of an algorithm for a graph.

use super::boruvka::ContractedGraph;
use super::edge_like::{BLOCK, EdgeLike};
use super::filter_kruskal::{extend, join};
use super::lightest::are_local;
use super::sample::sample;
use super::{Algorithm, Components, NONE, PIECE};
use crate::graph::Vertex;
use rayon::prelude::*;
use std::ops::Range;

/// Up to this many edges per vertex, Borůvka's rounds pay on graphs with locality: they leave few
/// vertices for the edges that are left. With more edges, a filter drops most of them after one
/// look.
const SPARSE: usize = 4;
/// Rounds of Borůvka, after which what is left of a sparse graph is small and dense.
const ROUNDS: usize = 2;
/// Edges looked at to see whether all of them may lie between few vertices. Also the least number
/// of different keys in a sample that Borůvka needs: with fewer, sorting costs little and keeps
/// locality.
const FEW: usize = 64;

/// The names of choices that are not an algorithm of their own.
const IN_ORDER: &str = "kruskal, no sort";
const BORUVKA_FIRST: &str = "boruvka+filter-kruskal";

/// Returns the forest that [`super::kruskal()`] returns, edges of equal weight in the order of the
/// input.
///
/// Edges that come sorted by weight, in either direction, are joined as they come. A sparse graph
/// with locality, such as a grid or a road network, takes two rounds of [`super::boruvka()`] and
/// then filter-Kruskal; any other takes [`super::filter_kruskal()`]. The choice depends on the
/// edges alone.
///
/// # Complexity
/// That of the algorithm it chooses; for the choice it looks at a few thousand edges.
///
/// # Panics
/// If an endpoint is not below `n`.
pub fn auto<E: EdgeLike>(n: usize, edges: &[E]) -> Vec<E> {
    auto_named(n, edges).0
}

/// As [`auto()`], and returns the name of what it has chosen.
pub(super) fn auto_named<E: EdgeLike>(n: usize, edges: &[E]) -> (Vec<E>, &'static str) {
    if edges.is_sorted_by_key(E::key) {
        return (in_order(n, [edges]), IN_ORDER);
    }
    if edges.is_sorted_by(|a, b| a.key() > b.key()) {
        let reverse = |block: &[E]| block.iter().rev().copied().collect::<Vec<_>>();
        return (in_order(n, edges.rchunks(BLOCK).map(reverse)), IN_ORDER);
    }
    let part = part(n, edges);
    assert!(part.end as usize <= n, "an endpoint is not below {n}");
    if part.len() <= n / 8 * 3 { in_part(part, edges) } else { in_any_order(n, part.len(), edges) }
}

/// The vertices from the lowest to the highest end, or all if a few edges already span most of
/// them. In a slice of a graph with locality, for example, they are few. A look at few edges tells
/// whether it pays to look at all of them.
fn part<E: EdgeLike>(n: usize, edges: &[E]) -> Range<Vertex> {
    let of_edge = |e: &E| {
        let (u, v) = e.ends();
        u.min(v)..u.max(v) + 1
    };
    let join = |a: Range<Vertex>, b: Range<Vertex>| a.start.min(b.start)..a.end.max(b.end);
    let few = edges.iter().step_by(edges.len() / FEW + 1).map(of_edge).reduce(join);
    if few.is_none_or(|few| few.len() > n / 4 * 3) {
        return 0..n as Vertex;
    }
    edges.par_iter().with_min_len(PIECE).map(of_edge).reduce_with(join).unwrap_or(0..0)
}

/// The forest of edges between the vertices in `part`, which are numbered from its start meanwhile.
fn in_part<E: EdgeLike>(part: Range<Vertex>, edges: &[E]) -> (Vec<E>, &'static str) {
    let first = part.start;
    let near = |e: &E| e.between(e.ends().0 - first, e.ends().1 - first);
    let near: Vec<E> = edges.par_iter().with_min_len(PIECE).map(near).collect();
    let (mut forest, chosen) = in_any_order(part.len(), part.len(), &near);
    forest.iter_mut().for_each(|e| *e = e.between(e.ends().0 + first, e.ends().1 + first));
    (forest, chosen)
}

/// The forest of edges on the vertices `0..n`, between about `vertices` of them.
fn in_any_order<E: EdgeLike>(n: usize, vertices: usize, edges: &[E]) -> (Vec<E>, &'static str) {
    let pieces: Vec<&[E]> = edges.chunks(PIECE).collect();
    if !favours_boruvka(n, vertices, edges.len(), &pieces) {
        let mut forest = Vec::new();
        extend(&mut forest, &mut Components::new(n), vertices, pieces);
        return (forest, Algorithm::FilterKruskal.name());
    }
    let (mut forest, mut contracted) = (Vec::new(), ContractedGraph::of(n, edges));
    (1..ROUNDS).for_each(|_| contracted.again());
    let components = &mut Components::new(contracted.n);
    extend(&mut forest, components, contracted.n, contracted.pieces());
    (contracted.forest(edges, &forest), BORUVKA_FIRST)
}

/// The forest of edges that come sorted by weight, list after list.
fn in_order<E: EdgeLike>(n: usize, lists: impl IntoIterator<Item: AsRef<[E]>>) -> Vec<E> {
    let (mut forest, mut components) = (Vec::new(), Components::new(n));
    lists.into_iter().for_each(|list| join(&mut forest, &mut components, list.as_ref()));
    forest
}

/// Whether a graph is sparse, has locality, and has enough different weights.
fn favours_boruvka<E: EdgeLike>(n: usize, vertices: usize, m: usize, pieces: &[&[E]]) -> bool {
    let sparse = n / 4 <= m && m <= SPARSE * vertices && m < NONE as usize && pieces.len() > 1;
    let keys = || sample(pieces).chunk_by(|a, b| a.0 == b.0).count();
    sparse && are_local(n, pieces) && keys() >= FEW
}
