//! The references that the algorithms are measured against.

use mst::graph::{Edge, Edges, Key, Vertex};
use petgraph::algo::min_spanning_tree;
use petgraph::graph::UnGraph;

/// Kruskal's algorithm as in textbooks, with the standard library's unstable sort: ties are broken
/// arbitrarily.
pub(crate) fn textbook<K: Key>(n: usize, edges: &[Edge<K>]) -> Vec<Edge<K>> {
    let mut sorted = edges.to_vec();
    sorted.sort_unstable_by_key(|e| e.key);
    let mut parents: Vec<Vertex> = (0..n as Vertex).collect();
    let mut forest = Vec::new();
    for e in sorted {
        let (u, v) = (find(&mut parents, e.u), find(&mut parents, e.v));
        if u != v {
            parents[u.max(v) as usize] = u.min(v);
            forest.push(e);
        }
    }
    forest
}

fn find(parents: &mut [Vertex], v: Vertex) -> Vertex {
    let mut v = v;
    while parents[v as usize] != v {
        parents[v as usize] = parents[parents[v as usize] as usize];
        v = parents[v as usize];
    }
    v
}

/// The graph in petgraph's form. The benchmark does not time this conversion.
pub(crate) fn petgraph(edges: &Edges) -> UnGraph<(), u64> {
    UnGraph::from_edges(edges.iter().map(|e| (e.u, e.v, e.key)))
}

/// The number of elements, vertices and edges, of petgraph's forest.
pub(crate) fn petgraph_forest(graph: &UnGraph<(), u64>) -> usize {
    min_spanning_tree(graph).count()
}
