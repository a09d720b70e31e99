//! What a file says of its graph before the edges.

use crate::graph::{Extent, Slice};

/// A graph that is written in blocks of edges, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preface {
    /// All vertices.
    pub n: u64,
    /// Edges in all blocks.
    pub m: u64,
    /// The range of the weights.
    pub extent: Extent,
}

impl Preface {
    /// Describes a graph of one block, in O(m).
    pub fn of(block: &Slice) -> Self {
        let keys = block.edges.iter().map(|e| block.weights.canonical(e.key));
        let extent = Extent::of(block.weights.numbers(), keys);
        Self { n: block.vertices(), m: block.edges.len() as u64, extent }
    }

    /// Describes the graph of the blocks of both, which are on the same vertices.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { n: self.n, m: self.m + other.m, extent: self.extent.and(other.extent) }
    }
}
