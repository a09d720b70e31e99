//! An edge of a contracted graph.

use super::edge_like::{EdgeLike, sealed::Sealed};
use crate::graph::{Key, Vertex};
use bytemuck::Zeroable;

/// An edge between contracted components, and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Zeroable)]
#[repr(C)]
pub struct ContractedEdge<K> {
    /// The component of one endpoint.
    pub u: Vertex,
    /// The component of the other endpoint.
    pub v: Vertex,
    /// The weight's key.
    pub key: K,
    /// The edge's position in the list before contraction, or the list it comes from.
    pub origin: u32,
}

impl<K> ContractedEdge<K> {
    /// Positions are below this.
    pub const MOST: usize = u32::MAX as usize;

    /// Whether both ends are in one component.
    pub fn is_loop(&self) -> bool {
        self.u == self.v
    }
}

impl<K: Key> Sealed for ContractedEdge<K> {}

impl<K: Key> EdgeLike for ContractedEdge<K> {
    type Key = K;

    fn ends(&self) -> (Vertex, Vertex) {
        (self.u, self.v)
    }

    fn key(&self) -> K {
        self.key
    }

    fn between(self, u: Vertex, v: Vertex) -> Self {
        Self { u, v, ..self }
    }
}
