//! The path 0, 1, ..., n - 1.

use crate::graph::Vertex;

/// The endpoints of edge i.
pub(super) fn ends(i: u64) -> (Vertex, Vertex) {
    (i as Vertex, i as Vertex + 1)
}
