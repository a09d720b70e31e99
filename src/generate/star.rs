//! The star around vertex 0: the forest is the graph, and one vertex has every edge.

use crate::graph::Vertex;

/// The endpoints of edge i.
pub(super) fn ends(i: u64) -> (Vertex, Vertex) {
    (0, i as Vertex + 1)
}
