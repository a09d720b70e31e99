//! A rank's slice of a graph.

use super::{Edge, Edges, Weight, Weights};

/// One rank's part of a graph: a contiguous block of its edges. The slices in rank order are the
/// graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Vertices of the whole graph.
    pub n: u64,
    /// Edges of the whole graph, without loops.
    pub m: u64,
    /// Self-loops that were dropped from the whole graph.
    pub loops: u64,
    /// This rank's edges.
    pub edges: Edges,
    /// How the keys are encoded, the same on every rank.
    pub weights: Weights,
}

impl Slice {
    /// The edge at a position of the slice as `(u, v, weight)`.
    ///
    /// # Panics
    /// If the slice has no such position.
    pub fn edge(&self, position: usize) -> (u32, u32, Weight) {
        let Edge { u, v, key } = self.edges.get(position);
        (u, v, self.weights.weight(key))
    }

    /// Each edge of the slice as `(u, v, weight)`.
    pub fn weighted(&self) -> impl ExactSizeIterator<Item = (u32, u32, Weight)> + Clone {
        self.edges.iter().map(|e| (e.u, e.v, self.weights.weight(e.key)))
    }
}
