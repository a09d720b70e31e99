//! An edge of a contracted graph.

use super::record::Record;
use crate::graph::{Key, Vertex};
use bytemuck::Zeroable;

/// An edge between contracted components, and its position in the input.
#[derive(Clone, Copy, Zeroable)]
#[repr(C)]
pub(super) struct Live<K> {
    pub(super) u: Vertex,
    pub(super) v: Vertex,
    pub(super) key: K,
    pub(super) position: u32,
}

impl<K> Live<K> {
    /// Whether both ends are in one component.
    pub(super) fn is_loop(&self) -> bool {
        self.u == self.v
    }
}

impl<K: Key> Record for Live<K> {
    type Key = K;

    fn ends(&self) -> (Vertex, Vertex) {
        (self.u, self.v)
    }

    fn key(&self) -> K {
        self.key
    }
}
